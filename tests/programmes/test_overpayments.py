"""Two files of one human that were both paid: a case, a decision that can be appealed, and only then
recovery.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import psycopg
import pytest

from ayni import identity, programmes
from ayni.foundation import outbox
from ayni.foundation.db import Database
from ayni.identity import OfficerRole
from ayni.programmes import Cycle, HeldBack, OverpaymentCause
from ayni.programmes.errors import (
    BadRecovery,
    NotOverpaid,
    OverpaymentDecided,
    RoleMissing,
    UnknownOverpayment,
)
from ayni.programmes.model import Overpayment
from ayni.values.ids import PersonId, new_id
from tests.programmes.held import elder
from tests.programmes.test_changes import go_to
from tests.programmes.test_claims import claims, entitlement_of, merge
from tests.programmes.town import ACTOR, Town

JULY = date(2025, 7, 2)
AUGUST = date(2025, 8, 4)


@pytest.fixture
def town(own_database: Database, tmp_path: Path) -> Town:
    return Town(own_database, tmp_path, elders=4, deposit_minor=500_000)


@pytest.fixture
def june(town: Town) -> Cycle:
    """Everybody paid in June, and then two files found to be of one human."""
    cycle = town.approve(town.cycle())
    town.open_wallets(cycle)
    town.disburse(cycle)
    merge(town, elder(town, 0), elder(town, 1))
    return cycle


def pay(town: Town, name: str, on: date) -> Cycle:
    go_to(town, on)
    cycle = town.approve(town.open(town.assess(on), name))
    town.disburse(cycle)
    return cycle


def cases(town: Town) -> list[Overpayment]:
    with town.database.transaction(ACTOR) as tx:
        return programmes.list_overpayments(tx, programme="canasta")


def decide(town: Town, case: Overpayment, amount_minor: int = 6_000, each: int = 2_000) -> Overpayment:
    with town.database.transaction(ACTOR) as tx:
        return programmes.overpayments.decide_overpayment(
            tx,
            overpayment_id=case.id,
            officer_id=town.checker,
            reasons="both files were paid in June",
            amount_minor=amount_minor,
            each_cycle_minor=each,
        )


def got(town: Town, cycle: Cycle, person_id: PersonId) -> int | None:
    with town.database.transaction(ACTOR) as tx:
        row = tx.connection.execute(
            "SELECT e.amount_minor FROM programmes.entitlements e JOIN programmes.payments p"
            " ON p.entitlement_id = e.id AND p.paid WHERE e.cycle_id = %s AND e.recipient_id = %s",
            [cycle.id, person_id],
        ).fetchone()
    return None if row is None else int(row[0])


def kept(town: Town) -> PersonId:
    with town.database.transaction(ACTOR) as tx:
        return identity.get_canonical_id(tx, person_id=elder(town, 0))


def test_two_merged_files_that_were_both_paid_make_a_case_and_rewrite_no_claim(
    town: Town, june: Cycle
) -> None:
    before = claims(town, june)
    with town.database.transaction(ACTOR) as tx:
        found = programmes.overpayments.note_overpayments(tx, programme_id=town.programme.id)
        assert programmes.overpayments.note_overpayments(tx, programme_id=town.programme.id) == []
    assert [(one.cause, one.amount_minor, one.person_id) for one in found] == [
        (OverpaymentCause.SAME_HUMAN, 6_000, kept(town))
    ]
    assert cases(town) == found
    assert claims(town, june) == before


def test_the_case_blocks_the_next_cycle_until_it_is_decided(town: Town, june: Cycle) -> None:
    july = pay(town, "2025-07", JULY)
    assert got(town, july, kept(town)) is None
    with town.database.transaction(ACTOR) as tx:
        assert programmes.count_held_back(tx, july.id)[HeldBack.OVERPAYMENT] >= 1
    decide(town, cases(town)[0], 0, 0)
    assert town.disburse(july).newly >= 1
    assert got(town, july, kept(town)) == 6_000
    assert cases(town) == []
    assert town.violations() == []


def test_what_is_decided_is_kept_back_only_after_the_term_of_appeal(town: Town, june: Cycle) -> None:
    go_to(town, JULY)
    with town.database.transaction(ACTOR) as tx:
        programmes.overpayments.note_overpayments(tx, programme_id=town.programme.id)
        identity.reach.add_contact(tx, person_id=kept(town), phone="+51987654321", reason="told")
    decided = decide(town, cases(town)[0])
    assert decided.decision is not None
    assert decided.decision.appealable_until == date(2025, 7, 24)
    with town.database.transaction(ACTOR) as tx:
        told = [one for one in outbox.list_waiting(tx) if one.kind == "programmes.overpayment_decided"]
    assert [dict(one.numbers) for one in told] == [{"amount_minor": 6_000, "each_cycle_minor": 2_000}]
    # The term has not passed: July is paid in full.
    assert got(town, pay(town, "2025-07", JULY), kept(town)) == 6_000
    assert got(town, pay(town, "2025-08", AUGUST), kept(town)) == 4_000
    assert cases(town)[0].decision.left_minor == 4_000
    assert got(town, pay(town, "2025-09", date(2025, 9, 3)), kept(town)) == 4_000
    assert got(town, pay(town, "2025-10", date(2025, 10, 2)), kept(town)) == 4_000
    assert got(town, pay(town, "2025-11", date(2025, 11, 3)), kept(town)) == 6_000
    assert cases(town) == []
    assert town.violations() == []


def test_what_a_cancelled_cycle_would_have_kept_back_is_still_to_be(town: Town, june: Cycle) -> None:
    go_to(town, JULY)
    with town.database.transaction(ACTOR) as tx:
        programmes.overpayments.note_overpayments(tx, programme_id=town.programme.id)
    decide(town, cases(town)[0])
    go_to(town, AUGUST)
    cycle = town.open(town.assess(AUGUST), "2025-08")
    assert cases(town)[0].decision.left_minor == 4_000
    with town.database.transaction(ACTOR) as tx:
        programmes.cancel_cycle(tx, cycle_id=cycle.id, officer_id=town.maker)
    assert cases(town)[0].decision.left_minor == 6_000


def test_a_case_is_decided_once_by_an_approver_for_reasons(town: Town, june: Cycle) -> None:
    with town.database.transaction(ACTOR) as tx:
        (case,) = programmes.overpayments.note_overpayments(tx, programme_id=town.programme.id)
        clerk = town.officer(tx, "clerk", [OfficerRole.PROGRAMME_OFFICER])
        values = {"overpayment_id": case.id, "reasons": "x", "amount_minor": 6_000, "each_cycle_minor": 1}
        with pytest.raises(RoleMissing):
            programmes.overpayments.decide_overpayment(tx, **values, officer_id=clerk)
        values["officer_id"] = town.checker
        for wrong in (
            {"amount_minor": 6_001},
            {"amount_minor": 0},
            {"each_cycle_minor": 6_001},
            {"each_cycle_minor": -1},
            {"reasons": " "},
        ):
            with pytest.raises(BadRecovery):
                programmes.overpayments.decide_overpayment(tx, **{**values, **wrong})
        with pytest.raises(UnknownOverpayment):
            programmes.overpayments.decide_overpayment(tx, **{**values, "overpayment_id": new_id(tx.now)})
        programmes.overpayments.decide_overpayment(tx, **values)
        with pytest.raises(OverpaymentDecided):
            programmes.overpayments.decide_overpayment(tx, **values)


def test_an_officer_records_what_should_not_have_been_paid(town: Town) -> None:
    cycle = town.approve(town.cycle())
    entitlement_id = entitlement_of(town, cycle, elder(town, 2))
    with town.database.transaction(ACTOR) as tx:
        values = {
            "entitlement_id": entitlement_id,
            "cause": OverpaymentCause.WRONG_FACTS,
            "amount_minor": 1_000,
            "officer_id": town.maker,
        }
        with pytest.raises(NotOverpaid):
            programmes.overpayments.record_overpayment(tx, **values)
    town.open_wallets(cycle)
    town.disburse(cycle)
    with town.database.transaction(ACTOR) as tx:
        with pytest.raises(NotOverpaid):
            programmes.overpayments.record_overpayment(tx, **{**values, "amount_minor": 6_001})
        assert programmes.overpayments.record_overpayment(tx, **values).amount_minor == 1_000
        with pytest.raises(NotOverpaid):
            programmes.overpayments.record_overpayment(tx, **values)


def test_nothing_is_ever_taken_out_of_a_wallet_for_it(town: Town, june: Cycle) -> None:
    """The ledger knows no transfer from a resident to a programme."""
    with town.database.transaction(ACTOR) as tx:
        rows = tx.connection.execute(
            """SELECT count(*) FROM ledger.transfers t
                JOIN ledger.accounts d ON d.id = t.debit_account_id
                JOIN ledger.accounts c ON c.id = t.credit_account_id
                WHERE d.code IN (2010, 2020, 2030) AND c.code = 2080"""
        ).fetchone()
    assert rows == (0,)


@pytest.mark.parametrize("table", ["overpayments", "overpayment_decisions"])
def test_even_the_owner_rewrites_no_case(
    town: Town, june: Cycle, owner: psycopg.Connection, table: str
) -> None:
    with town.database.transaction(ACTOR) as tx:
        (case,) = programmes.overpayments.note_overpayments(tx, programme_id=town.programme.id)
    decide(town, case)
    for statement in (f"UPDATE programmes.{table} SET amount_minor = 1", f"DELETE FROM programmes.{table}"):
        with pytest.raises(psycopg.Error) as refused:
            owner.execute(statement.encode())
        assert refused.value.sqlstate == "AY003"
        owner.rollback()
