"""Money for a wallet that nobody has taken into use: it waits in a hold, is claimed, or comes back."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from ayni import ledger, programmes, wallet
from ayni.foundation.db import SYSTEM, Database
from ayni.programmes import Cycle
from ayni.programmes.errors import CyclePartlyPaid, CycleStillWaits, EntitlementSettled
from ayni.wallet.operations.use import claim_benefits
from tests.programmes.test_changes import go_to
from tests.programmes.test_claims import entitlement_of
from tests.programmes.town import ACTOR, PROGRAMME, Town


@pytest.fixture
def town(own_database: Database, tmp_path: Path) -> Town:
    return Town(own_database, tmp_path, text=PROGRAMME + "claim_days: 30\n")


@pytest.fixture
def cycle(town: Town) -> Cycle:
    """Rosa has 10,000 coming and Luis 6,000, and neither has come to take the wallet into use."""
    cycle = town.approve(town.cycle())
    with town.database.transaction(ACTOR) as tx:
        wallet.open_wallets(tx, person_ids=programmes.list_recipients(tx, cycle.id))
    return cycle


def balance(town: Town, name: str) -> int:
    with town.database.transaction(ACTOR) as tx:
        return wallet.balance(tx, person_id=town.people[name]).total_minor


def use(town: Town, *names: str) -> int:
    with town.database.transaction(ACTOR) as tx:
        return wallet.take_into_use(tx, person_ids=[town.people[name] for name in names])


def expire(town: Town) -> None:
    with town.database.transaction(SYSTEM) as tx:
        ledger.expire_holds(tx)


def test_it_waits_and_is_the_residents_with_the_first_use(town: Town, cycle: Cycle) -> None:
    done = town.disburse(cycle)
    assert (done.newly, done.paid, done.waiting, done.waiting_minor, done.unpaid) == (2, 0, 2, 16_000, 1)
    assert balance(town, "rosa") == 0
    assert town.violations() == []
    assert town.disburse(cycle).newly == 0
    assert use(town, "rosa") == 1
    assert balance(town, "rosa") == 10_000
    assert use(town, "rosa") == 0
    assert balance(town, "rosa") == 10_000
    with town.database.transaction(ACTOR) as tx:
        counts = programmes.count_payments(tx, cycle.id)
        (entry,) = wallet.statement(tx, person_id=town.people["rosa"]).entries
    assert (counts.claimed, counts.claimed_minor, counts.waiting, counts.paid) == (1, 10_000, 1, 1)
    assert (entry.amount_minor, entry.counterpart) == (10_000, "Canasta")
    assert town.violations() == []


def test_in_use_already_it_is_credited_at_once(town: Town, cycle: Cycle) -> None:
    use(town, "rosa")
    done = town.disburse(cycle)
    assert (done.paid, done.waiting) == (1, 1)
    with town.database.transaction(ACTOR) as tx:
        counts = programmes.count_payments(tx, cycle.id)
    assert (counts.credited, counts.credited_minor, counts.claimed) == (1, 10_000, 0)


def test_money_of_a_purpose_waits_as_such(own_database: Database, tmp_path: Path) -> None:
    town = Town(own_database, tmp_path, text=PROGRAMME + "purpose: food\n")
    with town.database.transaction(ACTOR) as tx:
        wallet.define_purpose(tx, name="food")
    cycle = town.approve(town.cycle())
    with town.database.transaction(ACTOR) as tx:
        wallet.open_wallets(tx, person_ids=programmes.list_recipients(tx, cycle.id))
    assert town.disburse(cycle).waiting == 2
    use(town, "luis")
    with town.database.transaction(ACTOR) as tx:
        assert wallet.balance(tx, person_id=town.people["luis"]).bound_minor == {"food": 6_000}
    assert town.violations() == []


def test_after_its_deadline_it_is_the_programmes_again_and_paid_to_nobody(town: Town, cycle: Cycle) -> None:
    town.disburse(cycle)
    with town.database.transaction(ACTOR) as tx, pytest.raises(CycleStillWaits):
        programmes.end_cycle(tx, cycle_id=cycle.id, officer_id=town.checker, reason="June is over")
    use(town, "rosa")
    go_to(town, date(2025, 7, 3))
    expire(town)
    assert use(town, "luis") == 1
    assert balance(town, "luis") == 0
    assert town.disburse(cycle).newly == 0
    with town.database.transaction(ACTOR) as tx:
        counts = programmes.count_payments(tx, cycle.id)
        assert (counts.claimed, counts.returned, counts.returned_minor, counts.waiting) == (1, 1, 6_000, 0)
        programmes.end_cycle(tx, cycle_id=cycle.id, officer_id=town.checker, reason="June is over")
    assert town.violations() == []
    # All but what Rosa took can be given again.
    go_to(town, date(2025, 8, 4))
    assert town.approve(town.open(town.assess(date(2025, 8, 4)), "2025-08")).total_minor == 22_000


def test_what_waits_is_neither_cancelled_nor_voided(town: Town, cycle: Cycle) -> None:
    town.disburse(cycle)
    entitlement_id = entitlement_of(town, cycle, town.people["luis"])
    with town.database.transaction(ACTOR) as tx, pytest.raises(EntitlementSettled):
        programmes.entitlements.void_entitlement(
            tx, entitlement_id=entitlement_id, officer_id=town.checker, reason="x"
        )
    with town.database.transaction(ACTOR) as tx, pytest.raises((CyclePartlyPaid, Exception)):
        programmes.cancel_cycle(tx, cycle_id=cycle.id, officer_id=town.checker)


def test_what_was_on_its_way_while_the_wallet_was_taken_into_use_is_claimed_by_the_round(
    town: Town, cycle: Cycle
) -> None:
    town.disburse(cycle)
    with town.database.transaction(ACTOR) as tx:
        # The use is written, and the claim of it was lost.
        tx.connection.execute(
            "INSERT INTO wallet.uses (person_id, how, taken_by, since) VALUES (%s, 'desk', 'x', %s)",
            [town.people["rosa"], tx.now],
        )
    assert balance(town, "rosa") == 0
    assert wallet.claim_late_benefits(town.database) == 1
    assert wallet.claim_late_benefits(town.database) == 0
    assert balance(town, "rosa") == 10_000
    assert town.violations() == []


def test_all_that_waits_is_claimed_and_not_only_the_first_of_it(town: Town, cycle: Cycle) -> None:
    """A bug: five hundred were posted with the first use, and the rest waited for the next round."""
    town.disburse(cycle)
    with town.database.transaction(ACTOR) as tx:
        tx.connection.execute(
            "INSERT INTO wallet.uses (person_id, how, taken_by, since)"
            " SELECT person_id, 'desk', 'x', %s FROM wallet.wallets",
            [tx.now],
        )
    with town.database.transaction(ACTOR) as tx:
        people = [town.people["rosa"], town.people["luis"]]
        assert claim_benefits(tx, person_ids=people, most=1) == 2
    assert (balance(town, "rosa"), balance(town, "luis")) == (10_000, 6_000)
    assert town.violations() == []
