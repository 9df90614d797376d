"""A made-up city is the same for the same seed, and its households hang together like real ones."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from ayni.countries.peru.city import profile
from ayni.foundation.tabular import read_rows
from ayni.sandbox import city
from tests.sandbox.drawn import (
    ON,
    PEOPLE,
    Drawn,
    age,
    draw,
    is_original,
    years_between,
)

# The files


def test_the_same_seed_gives_the_same_bytes_and_another_seed_does_not(tmp_path: Path) -> None:
    made = []
    for name, seed in (("a", 7), ("b", 7), ("c", 8)):
        folder = tmp_path / name
        folder.mkdir()
        summary = draw(folder, 500, seed).summary
        made.append((summary.padron.read_bytes(), summary.truth.read_bytes()))
    assert made[0] == made[1]
    assert made[0][0] != made[2][0]


@pytest.mark.parametrize("people", [1, 2, 3, 50, 4_321])
def test_there_are_exactly_as_many_rows_as_asked(tmp_path: Path, people: int) -> None:
    drawn = draw(tmp_path, people)
    assert len(drawn.rows) == len(drawn.truth) == drawn.summary.people == people
    assert [truth["row"] for truth in drawn.truth] == [str(n) for n in range(1, people + 1)]


@pytest.mark.parametrize("people", [0, -5])
def test_a_city_without_people_is_refused(tmp_path: Path, people: int) -> None:
    with pytest.raises(city.NotACity, match=str(people)):
        draw(tmp_path, people)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_told_and_nothing_is_left(tmp_path: Path) -> None:
    with pytest.raises(city.CannotWrite, match="no such file"):
        draw(tmp_path / "none", 5)


def test_a_failure_leaves_the_file_of_before(tmp_path: Path) -> None:
    before = draw(tmp_path, 5).summary.padron.read_bytes()
    short = tuple(
        replace(s, last=s.first + 20 * (s.born_until - s.born_from)) for s in profile().national_documents
    )
    with pytest.raises(city.CityTooLarge):
        draw(tmp_path, 20_000, national_documents=short)
    assert (tmp_path / "padron.csv").read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 2


def test_progress_is_told_and_ends_at_all(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    city.generate(
        people=12_000,
        seed=1,
        profile=profile(),
        out=tmp_path / "p.csv",
        on=ON,
        progress=lambda done, of: told.append((done, of)),
    )
    assert told == sorted(told)
    assert len(told) >= 2
    assert told[-1] == (12_000, 12_000)


def test_the_registrys_reader_reads_it(lima: Drawn) -> None:
    needed = ["household_code", "first_surname", "given_names"]
    assert [row.values for row in read_rows(lima.summary.padron, needed=needed)] == lima.rows


def test_every_identity_is_marked_as_made_up(lima: Drawn) -> None:
    assert {row["person.synthetic_identity"] for row in lima.rows} == {"yes"}


# Households


def test_each_household_begins_with_its_only_head(lima: Drawn) -> None:
    for members in lima.households():
        assert [row["relationship"] == "head" for row in members] == [True] + [False] * (len(members) - 1)


def test_facts_of_a_household_agree_on_all_of_its_rows(lima: Drawn) -> None:
    shared = [name for name in lima.rows[0] if name.startswith("household") or name in ("ubigeo", "address")]
    for members in lima.households():
        assert len({tuple(row[name] for name in shared) for row in members}) == 1


def test_children_are_15_to_50_years_younger_than_both_parents(lima: Drawn) -> None:
    original, checked = is_original(lima), 0
    for members in lima.households():
        parents = [row for row in members if row["relationship"] in ("head", "spouse") and original[id(row)]]
        for child in members:
            if child["relationship"] == "child" and original[id(child)]:
                for parent in parents:
                    assert 15 <= years_between(parent, child) <= 50.1, (parent, child)
                    checked += 1
            if child["relationship"] == "parent" and original[id(child)]:
                assert 15 <= years_between(child, members[0]) <= 50.1
    assert checked > PEOPLE / 4


def test_children_bear_the_first_surnames_of_their_father_and_mother(lima: Drawn) -> None:
    original, checked = is_original(lima), 0
    for members in lima.households():
        pair = {row["sex"]: row for row in members if row["relationship"] in ("head", "spouse")}
        for child in members:
            if child["relationship"] != "child" or not original[id(child)]:
                continue
            if len(pair) == 2:
                expected = (pair["male"]["first_surname"], pair["female"]["first_surname"])
                assert (child["first_surname"], child["second_surname"]) == expected
                checked += 1
            else:
                mother = pair["female"]["first_surname"]
                assert mother in (child["first_surname"], child["second_surname"])
    assert checked > PEOPLE / 6


def test_a_wife_keeps_her_own_surnames(lima: Drawn) -> None:
    couples = [
        (members[0], members[1])
        for members in lima.households()
        if len(members) > 1 and members[1]["relationship"] == "spouse"
    ]
    same = sum(a["first_surname"] == b["first_surname"] for a, b in couples)
    assert same < len(couples) * 0.05


def test_households_are_about_as_large_as_limas(lima: Drawn) -> None:
    sizes = [len(members) for members in lima.households()]
    assert 3.1 < sum(sizes) / len(sizes) < 3.8
    assert max(sizes) <= 16


def test_nobody_is_unborn_or_older_than_people_become(lima: Drawn) -> None:
    assert all(0 <= age(row) <= 108 for row in lima.rows)


def test_young_and_old_are_there(lima: Drawn) -> None:
    shares = Counter("child" if age(r) < 18 else "old" if age(r) >= 65 else "adult" for r in lima.rows)
    assert 0.25 < shares["child"] / PEOPLE < 0.42
    assert 0.05 < shares["old"] / PEOPLE < 0.15


def test_another_process_with_other_hashes_writes_the_same_bytes(tmp_path: Path) -> None:
    script = (
        "import sys, pathlib, datetime\n"
        "from ayni.sandbox import city\n"
        "from ayni.countries.peru.city import profile\n"
        "city.generate(people=800, seed=5, profile=profile(), out=pathlib.Path(sys.argv[1]),"
        " on=datetime.date(2025, 5, 1))\n"
    )
    made = []
    for hashes in ("1", "2"):
        out = tmp_path / f"{hashes}.csv"
        subprocess.run(
            [sys.executable, "-c", script, str(out)], check=True, env={**os.environ, "PYTHONHASHSEED": hashes}
        )
        made.append((out.read_bytes(), city.truth_path(out).read_bytes()))
    assert made[0] == made[1]
