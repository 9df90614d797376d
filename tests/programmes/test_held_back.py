"""Nobody is paid while it is doubtful who they are, and no human twice for two files: everybody else is."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from ayni import identity, ledger, programmes, registry, wallet
from ayni.foundation.db import Database
from ayni.programmes import Cycle, HeldBack, store
from ayni.programmes.errors import HeldMeanwhile
from ayni.registry import VerdictKind
from ayni.values.ids import PersonId, TransferId, new_id
from tests.programmes.held import as_registrar, decide, elder, suspect
from tests.programmes.town import ACTOR, Town


@pytest.fixture
def town(own_database: Database, tmp_path: Path) -> Town:
    return Town(own_database, tmp_path, elders=4)


@pytest.fixture
def cycle(town: Town) -> Cycle:
    """Rosa gets 10,000, Luis and four elders 6,000 each; María has no wallet."""
    cycle = town.approve(town.cycle())
    town.open_wallets(cycle)
    return cycle


def waiting(town: Town, cycle: Cycle) -> dict[HeldBack, int]:
    with town.database.transaction(ACTOR) as tx:
        return programmes.count_held_back(tx, cycle.id)


def test_who_may_be_registered_twice_waits_and_the_others_are_paid(town: Town, cycle: Cycle) -> None:
    one, other = elder(town, 0), elder(town, 1)
    suspect(town, one, other)
    assert waiting(town, cycle) == {HeldBack.WAITS_FOR_ADJUDICATION: 2}
    done = town.disburse(cycle, most=3)
    assert (done.newly, done.unpaid) == (4, 3)
    assert done.reasons[HeldBack.WAITS_FOR_ADJUDICATION.sentence] == 2
    decide(town, one, other, VerdictKind.DIFFERENT)
    assert waiting(town, cycle) == {}
    assert town.disburse(cycle).newly == 2
    assert town.disburse(cycle).newly == 0
    assert town.violations() == []


def test_a_household_waits_for_any_of_its_members(town: Town, cycle: Cycle) -> None:
    with town.database.transaction(ACTOR) as tx:
        rows = tx.connection.execute(
            "SELECT m.person_id FROM registry.memberships m"
            " JOIN registry.households h ON h.id = m.household_id WHERE h.code = 'H1' AND m.role = 'child'"
        ).fetchall()
    suspect(town, PersonId(rows[0][0]), town.people["ana"])
    done = town.disburse(cycle)
    assert (done.newly, done.reasons[HeldBack.WAITS_FOR_ADJUDICATION.sentence]) == (5, 1)
    assert town.violations() == []


def test_a_pair_that_is_hardly_likely_holds_nobody_up(town: Town, cycle: Cycle) -> None:
    suspect(town, elder(town, 0), elder(town, 1), score=300)
    assert town.disburse(cycle).newly == 6
    assert town.violations() == []


def test_an_officer_who_is_unsure_leaves_them_waiting(town: Town, cycle: Cycle) -> None:
    one, other = elder(town, 0), elder(town, 1)
    suspect(town, one, other)
    decide(town, one, other, VerdictKind.UNSURE)
    assert town.disburse(cycle).newly == 4
    assert waiting(town, cycle) == {HeldBack.WAITS_FOR_ADJUDICATION: 2}


def test_one_human_with_two_files_is_paid_once_and_told_why(town: Town, cycle: Cycle) -> None:
    one, other = elder(town, 0), elder(town, 1)
    suspect(town, one, other)
    decide(town, one, other, VerdictKind.SAME)
    done = town.disburse(cycle)
    assert (done.newly, done.reasons[HeldBack.SAME_HUMAN.sentence]) == (5, 1)
    with town.database.transaction(ACTOR) as tx:
        kept = identity.get_canonical_id(tx, person_id=one)
        row = tx.connection.execute(
            "SELECT e.recipient_id FROM programmes.entitlements e JOIN programmes.payments p"
            " ON p.entitlement_id = e.id AND p.paid WHERE e.recipient_id = ANY (%s)",
            [[one, other]],
        ).fetchall()
    assert row == [(kept,)]
    assert town.disburse(cycle).newly == 0
    assert town.violations() == []


def test_whoever_was_paid_before_a_merge_is_not_paid_for_the_other_file(town: Town, cycle: Cycle) -> None:
    one, other = sorted((elder(town, 0), elder(town, 1)))
    # The file that will not be kept is paid first, the other one cannot be yet.
    with town.database.transaction(ACTOR) as tx:
        kept_account = wallet.get_wallet(tx, person_id=one).main_account_id
        ledger.set_account_limits(tx, account_id=kept_account, credit_limit_minor=0, balance_ceiling_minor=1)
    assert town.disburse(cycle).newly == 5
    with town.database.transaction(ACTOR) as tx:
        ledger.set_account_limits(
            tx, account_id=kept_account, credit_limit_minor=0, balance_ceiling_minor=None
        )
    suspect(town, one, other)
    decide(town, one, other, VerdictKind.SAME)
    assert waiting(town, cycle) == {HeldBack.SAME_HUMAN: 1}
    assert town.disburse(cycle).newly == 0
    assert town.violations() == []


def test_a_verdict_that_is_taken_back_makes_the_unpaid_wait_again(town: Town, cycle: Cycle) -> None:
    one, other = elder(town, 0), elder(town, 1)
    suspect(town, one, other)
    decide(town, one, other, VerdictKind.SAME)
    assert town.disburse(cycle).newly == 5
    with town.database.transaction(ACTOR) as tx:
        pair = registry.get_pair(tx, one_id=one, other_id=other)
        registry.duplicates.undo(as_registrar(town, tx), pair=pair, reason="they are twins")
    assert waiting(town, cycle) == {HeldBack.WAITS_FOR_ADJUDICATION: 1}
    decide(town, one, other, VerdictKind.DIFFERENT)
    assert town.disburse(cycle).newly == 1
    assert town.disburse(cycle).newly == 0
    assert town.violations() == []


def test_the_dead_are_not_paid(town: Town, cycle: Cycle) -> None:
    with town.database.transaction(ACTOR) as tx:
        identity.lives.record_death(
            tx,
            person_id=elder(town, 0),
            died_on=tx.today,
            source="register",
            reason="told by the register",
        )
    done = town.disburse(cycle)
    assert (done.newly, done.reasons[HeldBack.RECIPIENT_DIED.sentence]) == (5, 1)
    assert town.violations() == []


def test_the_database_refuses_to_pay_who_must_wait_whoever_asks(town: Town, cycle: Cycle) -> None:
    one, other = elder(town, 0), elder(town, 1)
    suspect(town, one, other)
    with town.database.transaction(ACTOR) as tx:
        (payable, *_) = [
            one_of
            for one_of in store.list_payable(tx, cycle.id, UUID(int=0), 100)
            if one_of.recipient_id == one
        ]
    with pytest.raises(HeldMeanwhile), town.database.transaction(ACTOR) as tx:
        store.insert_payments(tx, [(payable, TransferId(new_id(tx.now)), "paid")])
    with (
        pytest.raises(psycopg.DatabaseError, match="may not be paid at present"),
        town.database.transaction(ACTOR) as tx,
    ):
        tx.connection.execute(
            "INSERT INTO programmes.payments (entitlement_id, attempt, transfer_id, paid, sent, code, reason,"
            " tried_at) VALUES (%s, 1, %s, true, true, 'paid', '', now())",
            [payable.id, new_id(tx.now)],
        )
    assert town.violations() == []


def test_verdicts_and_payments_at_the_same_time_pay_each_human_once(town: Town, cycle: Cycle) -> None:
    people = [elder(town, place) for place in range(4)]
    suspect(town, people[0], people[1])
    suspect(town, people[2], people[3])

    def work(place: int) -> None:
        if place == 1:
            decide(town, people[0], people[1], VerdictKind.SAME)
        elif place == 2:
            decide(town, people[2], people[3], VerdictKind.DIFFERENT)
        else:
            town.disburse(cycle, most=2)

    with town.database.transaction(ACTOR) as tx:
        as_registrar(town, tx)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    town.disburse(cycle)
    with town.database.transaction(ACTOR) as tx:
        paid = tx.connection.execute(
            "SELECT count(*) FILTER (WHERE e.recipient_id = ANY (%s)),"
            " count(*) FILTER (WHERE e.recipient_id = ANY (%s)) FROM programmes.entitlements e"
            " JOIN programmes.payments p ON p.entitlement_id = e.id AND p.paid",
            [people[:2], people[2:]],
        ).fetchone()
    assert paid == (1, 2)
    assert town.violations() == []
