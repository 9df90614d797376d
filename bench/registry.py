"""A made-up city in the registry: import, the same list again, a changed one, search, and a list out."""

from __future__ import annotations

import csv
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from ayni import identity, registry
from ayni.app import MODULES, load_city_profile, load_country
from ayni.foundation.db import Actor, Database
from ayni.foundation.embedded import EmbeddedServer
from ayni.foundation.migrate import migrate
from ayni.identity import NewPerson, OfficerRole
from ayni.sandbox import city
from ayni.values.ids import show_id

REGISTRY = "## The registry"
ACTOR = Actor("bench", "bench")
ON = date(2025, 5, 1)
CHANGED = 32_768
SEARCHES = 200
_LETTERS = "aeioulmnrst"


def measure(people: int) -> dict[str, Any]:
    """Seconds, milliseconds and MiB of one city, in this process."""
    folder = Path(tempfile.mkdtemp(prefix="ayni-bench-"))
    folder.chmod(0o755)
    padron = folder / "padron.csv"
    city.generate(people=people, seed=7, profile=load_city_profile("peru"), out=padron, on=ON)
    told: dict[str, Any] = {"people": people}

    def timed(name: str, run: Callable[[], Any]) -> Any:
        start = time.perf_counter()
        answer = run()
        told[name] = time.perf_counter() - start
        return answer

    with EmbeddedServer(folder / "postgres") as server:
        server.create_database("registry")
        migrate(server.url("registry"), MODULES, simulated_at=datetime(2025, 6, 2, 15, tzinfo=UTC))
        with Database(server.url("registry"), load_country("peru")) as database:

            def imported(path: Path, source: str = "census") -> registry.ImportReport:
                return registry.import_padron(database, path=path, source=source, on=ON, actor=ACTOR)

            report = timed("import", lambda: imported(padron))
            told["peak_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            timed("again", lambda: imported(padron))
            if people >= CHANGED:
                changed = _changed(padron)
                told["updated"] = timed("update", lambda: imported(changed)).updated
            told["searches"] = _search(database, padron)
            told["written"] = timed("export", lambda: _export(database, folder / "list.csv")).people
            told["imported"] = report.people_added
    return told


def _changed(padron: Path) -> Path:
    """The same list, in which so many people have another telephone."""
    out = padron.with_name("changed.csv")
    with padron.open(encoding="utf-8", newline="") as read, out.open("w", encoding="utf-8") as write:
        rows = csv.DictReader(read)
        target = csv.DictWriter(write, rows.fieldnames or ())
        target.writeheader()
        for number, row in enumerate(rows):
            if number < CHANGED:
                row["phone"] = f"9{number:08d}"
            target.writerow(row)
    return out


def _search(database: Database, padron: Path) -> list[float]:
    """Milliseconds of each of many searches by name: as the list has it, misspelt, or in part."""
    drawn = random.Random(7)
    with padron.open(encoding="utf-8", newline="") as file:
        rows = [row for number, row in enumerate(csv.DictReader(file)) if number < 200_000]
    waits = []
    for number in range(SEARCHES + 5):
        row = drawn.choice(rows)
        names = [row["given_names"], row["first_surname"], row["second_surname"]]
        text = " ".join(names if number % 3 else names[:2])
        if number % 2:
            place = drawn.randrange(len(text))
            text = text[:place] + drawn.choice(_LETTERS) + text[place + 1 :]
        start = time.perf_counter()
        with database.transaction(ACTOR) as tx:
            identity.search_people(tx, text=text)
        waits.append((time.perf_counter() - start) * 1000)
    return sorted(waits[5:])


def _export(database: Database, path: Path) -> registry.ExportReport:
    with database.transaction(ACTOR) as tx:
        human = identity.register_person(tx, person=NewPerson("Registrar"))
        account = identity.register_officer(
            tx, login="registrar", roles=[OfficerRole.REGISTRAR], person_id=human.id
        )
    actor = replace(ACTOR, who=show_id("off", account.id))
    return registry.export_padron(database, path=path, actor=actor, purpose="a measurement")


def registry_section(sizes: list[int]) -> list[str]:
    """The section of the document."""
    lines = [
        REGISTRY,
        "",
        "A generated city with its duplicates and mistakes, each size in a process of its own. Seconds: the",
        f"first import with the exact rules for duplicates, the same list again, the list with {CHANGED:,}",
        "telephones changed, and a list written out (CSV). Search by name, half of them misspelt:",
        "milliseconds of the median and of 95 in a hundred. Goals: a search under 200 ms on a million,",
        f"131,072 people written in 150 s, {CHANGED:,} changed in 20 s beyond what the same list takes.",
        "",
        "| people | import | MiB | the same again | changed | search p50 | search p95 | written out |",
        "|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for size in sizes:
        command = [sys.executable, "-m", "bench.registry", str(size)]
        done = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        told = json.loads(done.splitlines()[-1])
        waits = told["searches"]
        changed = f"{told['update']:.1f} ({told['updated']:,})" if "update" in told else ""
        lines.append(
            f"| {told['imported']:,} | {told['import']:.1f} | {told['peak_mib']:,} | "
            f"{told['again']:.1f} | {changed} | "
            f"{waits[len(waits) // 2]:.0f} | {waits[len(waits) * 95 // 100]:.0f} | "
            f"{told['export']:.1f} ({told['written']:,}) |"
        )
    return [*lines, ""]


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]))))
