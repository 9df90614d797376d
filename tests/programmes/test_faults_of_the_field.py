"""Faults that users of other systems reported, each tried here; others stand with what they are about."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from ayni import programmes, wallet
from ayni.foundation.db import Database
from ayni.foundation.errors import AyniError
from ayni.programmes import CycleState
from tests.programmes.town import ACTOR, Town


@pytest.fixture
def town(own_database: Database, tmp_path: Path) -> Town:
    return Town(own_database, tmp_path, elders=4)


def test_more_than_two_hundred_beneficiaries(own_database: Database, tmp_path: Path) -> None:
    """OpenSPP2's history: a crash at 200."""
    town = Town(own_database, tmp_path, elders=260, deposit_minor=10_000_000)
    cycle = town.approve(town.cycle())
    assert cycle.entitlements > 200
    town.open_wallets(cycle)
    # All but María, who has no document.
    assert town.disburse(cycle).newly == cycle.entitlements - 1
    assert town.violations() == []


def test_counts_and_sums_have_room(own_database: Database) -> None:
    """openIMIS counted beneficiaries in 16 bits; OpenG2P kept money as float."""
    with own_database.transaction(ACTOR) as tx:
        narrow = tx.connection.execute(
            """SELECT table_name, column_name, data_type FROM information_schema.columns
                WHERE table_schema = 'programmes' AND (
                    (column_name LIKE '%\\_minor' AND data_type NOT IN ('bigint', 'numeric'))
                    OR data_type IN ('real', 'double precision', 'money')
                    OR (column_name IN ('entitlements', 'released', 'quantity')
                        AND data_type = 'smallint'))"""
        ).fetchall()
    assert narrow == []


def test_entitlements_are_not_paid_for_a_cycle_that_nobody_approved(
    town: Town, owner: psycopg.Connection
) -> None:
    """openspp-modules #538."""
    cycle = town.cycle()
    with pytest.raises(AyniError) as refused:
        town.disburse(cycle)
    assert refused.value.code == "cycle_state_refused"
    with pytest.raises(psycopg.Error) as by_the_database:
        owner.execute(
            """INSERT INTO programmes.payments (entitlement_id, attempt, transfer_id, paid, sent, code,
                reason, tried_at) SELECT id, 1, id, true, true, 'paid', '', created_at
                FROM programmes.entitlements"""
        )
    assert by_the_database.value.sqlstate == "AY305"


def test_a_double_click_is_one_click(town: Town) -> None:
    """hope #3497: each step sent twice at the same time happens once."""
    assessment = town.assess()

    def twice(step) -> list[str]:  # type: ignore[no-untyped-def]
        def one(_: int) -> str:
            try:
                return str(step().state)
            except AyniError as refused:
                return refused.code

        with ThreadPoolExecutor(2) as pool:
            return sorted(pool.map(one, range(2)))

    assert twice(lambda: town.open(assessment)) == ["cycle_exists", "to_approve"]
    with town.database.transaction(ACTOR) as tx:
        (cycle,) = programmes.list_cycles(tx, programme="canasta")
    assert twice(lambda: town.approve(cycle)) == ["approved", "approved"]
    town.open_wallets(cycle)
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda _: town.disburse(cycle), range(2)))
    assert sum(one.newly for one in done) == 6
    with town.database.transaction(ACTOR) as tx:
        assert programmes.get_cycle(tx, cycle.id).state is CycleState.DISTRIBUTED
    assert town.violations() == []


def test_what_is_reconciled_is_the_sum_to_the_centimo(town: Town) -> None:
    """hope #2372 lost céntimos by rounding; openIMIS wrote constants as the payer."""
    cycle = town.approve(town.cycle())
    town.open_wallets(cycle)
    done = town.disburse(cycle)
    with town.database.transaction(ACTOR) as tx:
        balances = sum(
            wallet.balance(tx, person_id=person).total_minor
            for person in programmes.list_recipients(tx, cycle.id)
            if wallet.find_wallet(tx, person_id=person) is not None
        )
        found = programmes.reconcile(tx, cycle_id=cycle.id)
        payers = tx.connection.execute(
            "SELECT DISTINCT t.debit_account_id FROM ledger.transfers t WHERE t.code = 30"
        ).fetchall()
        book = tx.connection.execute("SELECT emoney_account_id FROM payments.programme_books").fetchall()
    assert balances == done.paid_minor == found.payments_minor
    assert payers == book


def test_lists_ask_the_database_once_however_long_they_are(town: Town) -> None:
    """HOPE, several: one query for each row of a list."""
    for month in ("2025-06", "2025-07", "2025-08"):
        town.cycle(month)
    with town.database.transaction(ACTOR) as tx:
        asked = []
        execute = tx.connection.execute
        tx.connection.execute = lambda *args, **how: asked.append(1) or execute(*args, **how)  # type: ignore[method-assign]
        assert len(programmes.list_cycles(tx, programme="canasta")) == 3
    assert len(asked) <= 3
