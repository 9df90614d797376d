"""What `app` joins: the ledger's truth is asked by name, and holds expire by themselves."""

from __future__ import annotations

from datetime import timedelta

import psycopg

from ayni import ledger
from ayni.app import WIRING
from ayni.channels import worker
from ayni.foundation import invariants, jobs
from ayni.foundation.clock import set_clock
from ayni.foundation.db import Database
from tests.ledger.city import City

ACCOUNTS = """
    name | limit
    city | none
    rosa | -
"""


def _violated(database: Database) -> dict[str, int]:
    return {result.name: result.violations for result in invariants.check_all(database) if not result.held}


def test_a_counter_that_was_changed_behind_the_ledgers_back_is_found(
    own_database: Database, owner: psycopg.Connection
) -> None:
    WIRING.register()
    with own_database.transaction() as tx:
        City(tx).open(ACCOUNTS).post(
            """
            id | debit | credit | amount | answer
            a  | city  | rosa   | 50     | created
            """
        )
    assert "ledger_balances" not in _violated(own_database)
    owner.execute("SET session_replication_role = replica")
    owner.execute("UPDATE ledger.accounts SET credits_posted = credits_posted + 1 WHERE credits_posted = 50")
    assert _violated(own_database)["ledger_balances"] > 0


def test_a_hold_expires_when_the_worker_comes_round(own_database: Database) -> None:
    WIRING.register()
    with own_database.transaction() as tx:
        city = City(tx).open(ACCOUNTS)
        city.post(
            """
            id | kind    | debit | credit | amount | timeout | answer
            a  | pending | city  | rosa   | 50     | 60      | created
            """
        )
        jobs.defer(tx, "ledger.expire_holds")
    worker.run(own_database, once=True, signals=False)
    with own_database.transaction() as tx:
        assert ledger.get_account(tx, city.accounts["rosa"]).credits_pending == 50
        set_clock(tx, at=tx.now + timedelta(seconds=60))
        jobs.defer(tx, "ledger.expire_holds")
    worker.run(own_database, once=True, signals=False)
    with own_database.transaction() as tx:
        assert ledger.get_account(tx, city.accounts["rosa"]).credits_pending == 0
        assert ledger.list_violations(tx) == []
