"""An import that is killed goes on, and comes to what one that was left alone comes to."""

from __future__ import annotations

import csv
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from ayni import registry
from ayni.app import MODULES, WIRING
from ayni.channels import cli
from ayni.foundation.country import Country
from ayni.foundation.db import Database
from ayni.foundation.embedded import EmbeddedServer
from ayni.foundation.migrate import migrate
from tests.channels.conftest import program
from tests.conftest import START
from tests.registry.told import told

PEOPLE = 20_600
"""Two batches: some 20,000 rows, and the rest."""
_GATE = 424242
_AT_THE_GATE = """
CREATE FUNCTION public.wait() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_catalog.pg_advisory_xact_lock(424242);
    RETURN NEW;
END;
$$;
"""


@pytest.fixture
def home() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="ayni-fault-"))
    folder.chmod(0o755)
    yield folder
    EmbeddedServer(folder / "postgres").stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def padron(tmp_path: Path) -> Path:
    """A made-up city, with the faults that real lists have."""
    path = tmp_path / "padron.csv"
    arguments = ["city", "generate", "--people", str(PEOPLE), "--seed", "5", "--out", str(path), "--json"]
    assert cli.run(WIRING, arguments) == 0
    return path


def _wait_for_one_at_the_gate(connection: psycopg.Connection) -> int:
    query = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND NOT granted"
    while True:
        found = connection.execute(query, [_GATE]).fetchone()
        if found is not None:
            return int(found[0])


def _wait_until_gone(connection: psycopg.Connection, pid: int) -> None:
    while connection.execute("SELECT FROM pg_stat_activity WHERE pid = %s", [pid]).fetchone() is not None:
        pass


def test_an_import_that_is_killed_in_its_second_batch_goes_on_and_doubles_nobody(
    home: Path, padron: Path, own_database: Database, country: Country
) -> None:
    with padron.open(encoding="utf-8", newline="") as file:
        last = [row["household_code"] for row in csv.DictReader(file)][-1]
    arguments = ("registry", "import", str(padron), "--source", "census", "--on", "2025-06-01", "--json")
    with EmbeddedServer(home / "postgres") as server:
        server.create_database("ayni")
        url = server.url("ayni")
        migrate(url, MODULES, simulated_at=START)
        with psycopg.connect(url, autocommit=True) as owner, Database(url, country) as database:
            owner.execute(_AT_THE_GATE)
            owner.execute(
                psycopg.sql.SQL(
                    "CREATE TRIGGER gate BEFORE INSERT ON registry.households FOR EACH ROW"
                    " WHEN (NEW.code = {}) EXECUTE FUNCTION public.wait()"
                ).format(psycopg.sql.Literal(last))
            )
            owner.execute("SELECT pg_advisory_lock(%s)", [_GATE])
            with program(home, *arguments) as process:
                backend = _wait_for_one_at_the_gate(owner)
                os.kill(process.pid, signal.SIGKILL)
            assert process.returncode == -signal.SIGKILL
            owner.execute("SELECT pg_advisory_unlock(%s)", [_GATE])
            # The killed client's statement ends by itself, and its transaction with it.
            _wait_until_gone(owner, backend)
            owner.execute("DROP TRIGGER gate ON registry.households")
            [(people, *_)] = told(database)["rows"]
            assert 15_000 < people < PEOPLE - 200

            with program(home, *arguments) as process:
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

            with program(home, *arguments) as process:
                out, err = process.communicate()
            assert process.returncode == 0, err
            assert f'"unchanged": {clean.people_added}' in out
            assert '"people_added": 0' in out
            assert '"updated": 0' in out
            assert told(database) == resumed
