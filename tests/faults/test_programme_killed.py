"""A payment that is killed in any of its phases goes on: nobody is paid twice, nobody is left out or told
twice.
"""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from ayni import identity, programmes
from ayni.foundation import outbox
from ayni.foundation.country import Country
from ayni.foundation.db import Database
from ayni.values.ids import show_id
from tests.channels.conftest import program
from tests.faults.conftest import Place
from tests.faults.gate import AT_THE_GATE, GATE, wait_for_one_at_the_gate
from tests.programmes.town import ACTOR, Town


@pytest.mark.parametrize(
    "table",
    [
        "wallet.wallets",
        "programmes.payments",
        "wallet.waiting_benefits",
        "wallet.vouchers",
        "programmes.told",
    ],
)
def test_a_payment_that_is_killed_goes_on(place: Place, tmp_path: Path, country: Country, table: str) -> None:
    with psycopg.connect(place.url, autocommit=True) as owner, Database(place.url, country) as database:
        town = Town(database, tmp_path, elders=20, deposit_minor=1_000_000)
        with database.transaction(ACTOR) as tx:
            identity.reach.add_contact(tx, person_id=town.people["rosa"], phone="+51987654321", reason="told")
        cycle = town.approve(town.cycle())
        owner.execute(AT_THE_GATE)
        owner.execute(
            f"CREATE TRIGGER gate AFTER INSERT ON {table} FOR EACH STATEMENT"
            " EXECUTE FUNCTION public.wait()".encode()
        )
        owner.execute("SELECT pg_advisory_lock(%s)", [GATE])
        arguments = ("programme", "disburse", show_id("cyc", cycle.id), "--by-agents", "--json")
        killed = program(place.home, *arguments)
        backend = wait_for_one_at_the_gate(owner, killed)
        killed.kill()
        killed.communicate()
        owner.execute("SELECT pg_terminate_backend(%s)", [backend])
        owner.execute(f"DROP TRIGGER gate ON {table}".encode())
        owner.execute("SELECT pg_advisory_unlock(%s)", [GATE])
        again = program(place.home, *arguments)
        out, err = again.communicate()
        assert again.returncode == 0, out + err
        with database.transaction(ACTOR) as tx:
            counts = programmes.count_payments(tx, cycle.id)
            told = [one for one in outbox.list_waiting(tx) if one.kind.startswith("programmes.benefit")]
        # Rosa, Luis and twenty elders; and María, who has no wallet, by an agent.
        assert (counts.waiting, counts.unpaid) == (23, 0)
        assert len(told) == 1
        assert town.violations() == []
