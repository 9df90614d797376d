"""An import that is killed goes on, and comes to what one that was left alone comes to."""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import threading
from pathlib import Path

import psycopg
import pytest

from ayni import registry
from ayni.app import WIRING
from ayni.channels import cli
from ayni.foundation.country import Country
from ayni.foundation.db import Database
from tests.channels.conftest import program
from tests.conftest import START
from tests.faults.conftest import Place
from tests.faults.gate import AT_THE_GATE, GATE, wait_for_one_at_the_gate
from tests.registry.told import told

PEOPLE = 20_600
"""Two batches: some 20,000 rows, and the rest."""
_LEFT_OVER = """
SELECT relname FROM pg_class
WHERE relnamespace::regnamespace::text LIKE 'pg_temp%' AND relname LIKE 'import%' AND relkind = 'r'
"""


@pytest.fixture
def padron(tmp_path: Path) -> Path:
    """A made-up city, with the faults that real lists have."""
    path = tmp_path / "padron.csv"
    arguments = ["city", "generate", "--people", str(PEOPLE), "--seed", "5", "--out", str(path), "--json"]
    assert cli.run(WIRING, arguments) == 0
    return path


def _hold_the_stage(connection: psycopg.Connection, process: subprocess.Popen[str]) -> int:
    """Take the stage of the import away as soon as it is there; gives the backend that then waits for it."""
    stage = "SELECT relnamespace::regnamespace::text FROM pg_class WHERE relname = 'import_stage'"
    while (found := connection.execute(stage).fetchone()) is None:
        assert process.poll() is None, "it came to its end and never had a stage"
    connection.execute("BEGIN")
    connection.execute(f"LOCK TABLE {found[0]}.import_stage IN ACCESS EXCLUSIVE MODE".encode())
    waiting = "SELECT pid FROM pg_locks WHERE relation = %s::regclass AND NOT granted"
    while process.poll() is None:
        row = connection.execute(waiting, [f"{found[0]}.import_stage"]).fetchone()
        if row is not None:
            return int(row[0])
    raise AssertionError("it came to its end without its stage")


def _wait_until_gone(connection: psycopg.Connection, pid: int) -> None:
    while connection.execute("SELECT FROM pg_stat_activity WHERE pid = %s", [pid]).fetchone() is not None:
        pass


def test_an_import_that_is_killed_in_its_second_batch_goes_on_and_doubles_nobody(
    place: Place, padron: Path, own_database: Database, country: Country
) -> None:
    with padron.open(encoding="utf-8", newline="") as file:
        last = [row["household_code"] for row in csv.DictReader(file)][-1]
    arguments = ("registry", "import", str(padron), "--source", "census", "--on", "2025-06-01", "--json")
    with psycopg.connect(place.url, autocommit=True) as owner, Database(place.url, country) as database:
        owner.execute(AT_THE_GATE)
        owner.execute(
            psycopg.sql.SQL(
                "CREATE TRIGGER gate BEFORE INSERT ON registry.households FOR EACH ROW"
                " WHEN (NEW.code = {}) EXECUTE FUNCTION public.wait()"
            ).format(psycopg.sql.Literal(last))
        )
        owner.execute("SELECT pg_advisory_lock(%s)", [GATE])
        with program(place.home, *arguments) as process:
            backend = wait_for_one_at_the_gate(owner, process)
            os.kill(process.pid, signal.SIGKILL)
        assert process.returncode == -signal.SIGKILL
        owner.execute("SELECT pg_advisory_unlock(%s)", [GATE])
        # The killed client's statement ends by itself, and its transaction with it.
        _wait_until_gone(owner, backend)
        owner.execute("DROP TRIGGER gate ON registry.households")
        [(people, *_)] = told(database)["rows"]
        assert 15_000 < people < PEOPLE - 200

        with program(place.home, *arguments) as process:
            out, err = process.communicate()
        assert process.returncode == 0, err
        clean = registry.import_padron(
            own_database, path=padron, source="census", on=START.date().replace(day=1)
        )
        assert 0 < clean.people_added < PEOPLE
        assert f'"unchanged": {people}' in out
        assert f'"people_added": {clean.people_added - people}' in out
        resumed = told(database)
        assert resumed == told(own_database)

        with program(place.home, *arguments) as process:
            out, err = process.communicate()
        assert process.returncode == 0, err
        assert f'"unchanged": {clean.people_added}' in out
        assert '"people_added": 0' in out
        assert '"updated": 0' in out
        assert told(database) == resumed


PHASES = {
    "it notes that it begins": "registry.imports",
    "it reads": None,
    "it registers the first people": "identity.people",
    "it puts people into households": "registry.memberships",
    "it writes what is known": "registry.records",
    "it has written its report": "registry.import_results",
}


@pytest.mark.parametrize("phase", PHASES)
def test_an_import_that_is_killed_in_any_phase_comes_to_the_same(
    place: Place, tmp_path: Path, own_database: Database, country: Country, phase: str
) -> None:
    table = PHASES[phase]
    path = tmp_path / "padron.csv"
    people = 600
    made = ["city", "generate", "--people", str(people), "--seed", "6", "--out", str(path), "--json"]
    assert cli.run(WIRING, made) == 0
    arguments = ("registry", "import", str(path), "--source", "census", "--on", "2025-06-01", "--json")
    with psycopg.connect(place.url, autocommit=True) as owner, Database(place.url, country) as database:
        if table is not None:
            owner.execute(AT_THE_GATE)
            gate = f"CREATE TRIGGER gate BEFORE INSERT ON {table} FOR EACH ROW"
            owner.execute(f"{gate} EXECUTE FUNCTION public.wait()".encode())
            owner.execute("SELECT pg_advisory_lock(%s)", [GATE])
        with program(place.home, *arguments) as process:
            backend = (
                _hold_the_stage(owner, process) if table is None else wait_for_one_at_the_gate(owner, process)
            )
            os.kill(process.pid, signal.SIGKILL)
        assert process.returncode == -signal.SIGKILL
        if table is None:
            owner.execute("ROLLBACK")
        else:
            owner.execute("SELECT pg_advisory_unlock(%s)", [GATE])
        _wait_until_gone(owner, backend)
        if table is not None:
            owner.execute(f"DROP TRIGGER gate ON {table}".encode())
        [(so_far, *_)] = told(database)["rows"]
        assert (so_far > 0) is (phase == "it has written its report")

        with program(place.home, *arguments) as process:
            out, err = process.communicate()
        assert process.returncode == 0, err
        report = path.with_name("padron.csv.report.csv").read_text("utf-8")
        clean = registry.import_padron(
            own_database, path=path, source="census", on=START.date().replace(day=1)
        )
        assert f'"unchanged": {so_far}' in out
        assert told(database) == told(own_database)
        assert Path(clean.report).read_text("utf-8") == report
        assert owner.execute(_LEFT_OVER).fetchall() == []
        # Whoever asks later sees which one never came to its end, if it was written down that it began.
        begun = 1 if phase == "it notes that it begins" else 2
        imports = "SELECT count(*), (SELECT count(*) FROM registry.import_results) FROM registry.imports"
        assert owner.execute(imports).fetchone() == (begun, 1)


def _stage_of(connection: psycopg.Connection) -> str:
    query = "SELECT relnamespace::regnamespace::text FROM pg_class WHERE relname = 'import_stage'"
    found = connection.execute(query).fetchone()
    assert found is not None
    return str(found[0])


def _take_when_let_go(url: str, table: str, taken: threading.Event, finished: threading.Event) -> None:
    """Take a table of the import's own as soon as its transaction in hand ends, and hold it."""
    with psycopg.connect(url) as connection:
        connection.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE".encode())
        taken.set()
        finished.wait(60)


def _kill_without(owner: psycopg.Connection, url: str, process: subprocess.Popen[str], table: str) -> int:
    """Let one go from the gate, and kill it where it next needs a table of its own; gives its backend."""
    taken, finished = threading.Event(), threading.Event()
    taker = threading.Thread(target=_take_when_let_go, args=(url, table, taken, finished))
    taker.start()
    waiting = "SELECT pid FROM pg_locks WHERE relation = %s::regclass AND NOT granted"
    queued = None
    while queued is None and not taken.is_set():
        queued = owner.execute(waiting, [table]).fetchone()
    owner.execute("SELECT pg_advisory_unlock(%s)", [GATE])
    assert taken.wait(60)
    while (backend := owner.execute(waiting, [table]).fetchone()) in {None, queued}:
        assert process.poll() is None, "it went on without its table"
    assert backend is not None
    os.kill(process.pid, signal.SIGKILL)
    finished.set()
    taker.join()
    return int(backend[0])


BETWEEN = {
    "it plans its batches": ("stage", "import_stage", 600),
    "it is between two batches": ("registry.records", "import_stage", PEOPLE),
    "it writes its report": ("registry.pairs", "import_refusals", 600),
}


@pytest.mark.parametrize("phase", BETWEEN)
def test_an_import_that_is_killed_between_two_transactions_comes_to_the_same(
    place: Place, tmp_path: Path, own_database: Database, country: Country, phase: str
) -> None:
    gated, taken_away, people = BETWEEN[phase]
    path = tmp_path / "padron.csv"
    made = ["city", "generate", "--people", str(people), "--seed", "6", "--out", str(path), "--json"]
    assert cli.run(WIRING, made) == 0
    report = path.with_name("padron.csv.report.csv")
    report.write_text("an older one")
    arguments = ("registry", "import", str(path), "--source", "census", "--on", "2025-06-01", "--json")
    with psycopg.connect(place.url, autocommit=True) as owner, Database(place.url, country) as database:
        owner.execute(AT_THE_GATE)
        owner.execute("SELECT pg_advisory_lock(%s)", [GATE])
        gate = "CREATE TRIGGER gate BEFORE INSERT ON {} FOR EACH STATEMENT EXECUTE FUNCTION public.wait()"
        if gated != "stage":
            owner.execute(gate.format(gated).encode())
        with program(place.home, *arguments) as process:
            if gated == "stage":
                _hold_the_stage(owner, process)
                owner.execute(gate.format(f"{_stage_of(owner)}.import_stage").encode())
                owner.execute("COMMIT")
            wait_for_one_at_the_gate(owner, process)
            backend = _kill_without(owner, place.url, process, f"{_stage_of(owner)}.{taken_away}")
        assert process.returncode == -signal.SIGKILL
        _wait_until_gone(owner, backend)
        if gated != "stage":
            owner.execute(f"DROP TRIGGER gate ON {gated}".encode())
        assert report.read_text() == "an older one"
        assert report.with_name(f"{report.name}.part").exists() is (phase == "it writes its report")
        [(so_far, *_)] = told(database)["rows"]
        assert (so_far > 0) is (gated != "stage")

        with program(place.home, *arguments) as process:
            out, err = process.communicate()
        assert process.returncode == 0, err
        written = report.read_text("utf-8")
        assert [entry.name for entry in tmp_path.glob("*.part")] == []
        clean = registry.import_padron(
            own_database, path=path, source="census", on=START.date().replace(day=1)
        )
        assert f'"unchanged": {so_far}' in out
        assert so_far < clean.people_added or phase == "it writes its report"
        assert told(database) == told(own_database)
        assert Path(clean.report).read_text("utf-8") == written
        assert owner.execute(_LEFT_OVER).fetchall() == []
