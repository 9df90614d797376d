"""A payment that is killed in any of its phases goes on: nobody is paid twice, nobody is left out or told
twice.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from ayni import identity, programmes
from ayni.app import MODULES
from ayni.foundation import outbox
from ayni.foundation.country import Country
from ayni.foundation.db import Database
from ayni.foundation.embedded import EmbeddedServer
from ayni.foundation.migrate import migrate
from ayni.values.ids import show_id
from tests.channels.conftest import program
from tests.conftest import START
from tests.faults.gate import AT_THE_GATE, GATE, wait_for_one_at_the_gate
from tests.programmes.town import ACTOR, Town


@pytest.fixture
def home() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="ayni-fault-"))
    folder.chmod(0o755)
    yield folder
    EmbeddedServer(folder / "postgres").stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.parametrize(
    "table",
    [
        "wallet.wallets",
        "programmes.payments",
        "wallet.waiting_benefits",
        "programmes.told",
    ],
)
def test_a_payment_that_is_killed_goes_on(home: Path, tmp_path: Path, country: Country, table: str) -> None:
    with EmbeddedServer(home / "postgres") as server:
        server.create_database("ayni")
        url = server.url("ayni")
        migrate(url, MODULES, simulated_at=START)
        with psycopg.connect(url, autocommit=True) as owner, Database(url, country) as database:
            town = Town(database, tmp_path, elders=20, deposit_minor=1_000_000)
            with database.transaction(ACTOR) as tx:
                identity.reach.add_contact(
                    tx, person_id=town.people["rosa"], phone="+51987654321", reason="told"
                )
            cycle = town.approve(town.cycle())
            owner.execute(AT_THE_GATE)
            owner.execute(
                f"CREATE TRIGGER gate AFTER INSERT ON {table} FOR EACH STATEMENT"
                " EXECUTE FUNCTION public.wait()".encode()
            )
            owner.execute("SELECT pg_advisory_lock(%s)", [GATE])
            arguments = ("programme", "disburse", show_id("cyc", cycle.id), "--json")
            killed = program(home, *arguments)
            backend = wait_for_one_at_the_gate(owner, killed)
            killed.kill()
            killed.communicate()
            owner.execute("SELECT pg_terminate_backend(%s)", [backend])
            owner.execute(f"DROP TRIGGER gate ON {table}".encode())
            owner.execute("SELECT pg_advisory_unlock(%s)", [GATE])
            again = program(home, *arguments)
            out, err = again.communicate()
            assert again.returncode == 0, out + err
            with database.transaction(ACTOR) as tx:
                counts = programmes.count_payments(tx, cycle.id)
                told = [one for one in outbox.list_waiting(tx) if one.kind.startswith("programmes.benefit")]
            # Rosa, Luis and twenty elders; María has no wallet.
            assert (counts.waiting, counts.unpaid) == (22, 1)
            assert len(told) == 1
            assert town.violations() == []
