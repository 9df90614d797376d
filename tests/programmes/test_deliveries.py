"""Rations handed over and receipted, residents told and asked, and a cycle held against the ledger."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from ayni import identity, programmes, wallet
from ayni.foundation import outbox
from ayni.foundation.db import Database
from ayni.identity import OfficerRole, OwnCase
from ayni.programmes import Cycle, CycleState, HeldBack, VerificationAnswer
from ayni.programmes.errors import RoleMissing
from ayni.programmes.errors.delivering import (
    AlreadyHandedOver,
    AnsweredAlready,
    BadAnswer,
    HandoverHeld,
    NotARation,
    NothingToVerify,
    UnknownVerification,
)
from ayni.values.ids import new_id
from tests.programmes.held import as_registrar, elder, suspect
from tests.programmes.test_claims import entitlement_of
from tests.programmes.town import ACTOR, PROGRAMME, Town

MILK = (
    PROGRAMME.replace("amount_minor: 6000 + 4000 * household.children_under_6\n", "")
    + "in_kind: {item: leche evaporada, unit: lata, unit_value_minor: 350,"
    " quantity: 10 + 20 * household.children_under_6}\n"
)


@pytest.fixture
def town(own_database: Database, tmp_path: Path) -> Town:
    return Town(own_database, tmp_path, elders=4)


@pytest.fixture
def milk(own_database: Database, tmp_path: Path) -> Town:
    return Town(own_database, tmp_path, text=MILK, elders=2)


def paid(town: Town) -> Cycle:
    cycle = town.approve(town.cycle())
    town.open_wallets(cycle)
    town.disburse(cycle)
    return cycle


def hand_over(town: Town, cycle: Cycle, name: str, **how: object) -> int:
    values = {
        "entitlement_id": entitlement_of(town, cycle, town.people[name]),
        "received_by": town.people[name],
        "place": "Local comunal",
        "officer_id": town.maker,
    }
    with town.database.transaction(ACTOR) as tx:
        return programmes.deliveries.hand_over(tx, **{**values, **how})


# -- in kind -----------------------------------------------------------------------------------------------


def test_a_ration_is_owed_in_units_reserves_no_money_and_is_handed_over_once(milk: Town) -> None:
    cycle = milk.cycle()
    # Rosa 30 tins; Luis, María and two elders 10 each: 70 tins of 3.50.
    assert (cycle.entitlements, cycle.total_minor, cycle.in_kind) == (5, 70 * 350, True)
    with pytest.raises(NotARation):
        hand_over(milk, cycle, "rosa", place=" ")
    approved = milk.approve(cycle)
    assert approved.state is CycleState.APPROVED
    assert milk.violations() == []
    first = hand_over(milk, cycle, "rosa")
    assert hand_over(milk, cycle, "luis") == first + 1
    with pytest.raises(AlreadyHandedOver):
        hand_over(milk, cycle, "rosa")
    with milk.database.transaction(ACTOR) as tx:
        counts = programmes.count_payments(tx, cycle.id)
        assert (counts.handed_over, counts.unpaid, counts.paid) == (2, 3, 0)
        assert programmes.get_cycle(tx, cycle.id).state is CycleState.DISTRIBUTED
        ended = programmes.end_cycle(tx, cycle_id=cycle.id, officer_id=milk.checker, reason="over")
        assert ended.state is CycleState.ENDED
    assert milk.violations() == []


def test_nothing_of_it_is_paid_as_money(milk: Town) -> None:
    cycle = milk.approve(milk.cycle())
    milk.open_wallets(cycle)
    assert milk.disburse(cycle).newly == 0


def test_a_ration_that_is_held_back_is_not_handed_over(milk: Town) -> None:
    cycle = milk.approve(milk.cycle())
    suspect(milk, milk.people["rosa"], elder(milk, 0))
    with pytest.raises(HandoverHeld, match="registered twice"):
        hand_over(milk, cycle, "rosa")
    with pytest.raises(HandoverHeld, match="another person"):
        hand_over(milk, cycle, "luis", received_by=milk.people["ana"])


def test_even_the_owner_hands_over_no_part_and_nothing_twice(milk: Town, owner: psycopg.Connection) -> None:
    cycle = milk.approve(milk.cycle())
    entitlement_id = entitlement_of(milk, cycle, milk.people["rosa"])
    with pytest.raises(psycopg.Error) as refused:
        owner.execute(
            "INSERT INTO programmes.handovers (entitlement_id, quantity, received_by, place, officer_id,"
            " handed_over_at) VALUES (%s, 1, %s, 'x', %s, '2025-06-02')",
            [entitlement_id, milk.people["rosa"], milk.maker],
        )
    assert refused.value.sqlstate == "AY305"


def test_money_is_not_handed_over(town: Town) -> None:
    with pytest.raises(NotARation):
        hand_over(town, paid(town), "rosa")


# -- residents are told ------------------------------------------------------------------------------------


def test_each_is_told_once_and_who_has_to_come_until_when(town: Town) -> None:
    cycle = town.approve(town.cycle())
    with town.database.transaction(ACTOR) as tx:
        for number, name in enumerate(("rosa", "luis")):
            identity.reach.add_contact(
                tx, person_id=town.people[name], phone=f"+5198765432{number}", reason="told"
            )
        wallet.open_wallets(tx, person_ids=[town.people["rosa"], town.people["luis"]])
        wallet.take_into_use(tx, person_ids=[town.people["rosa"]])
    town.disburse(cycle)
    assert programmes.tell_recipients(town.database, cycle_id=cycle.id, actor=ACTOR) == 2
    assert programmes.tell_recipients(town.database, cycle_id=cycle.id, actor=ACTOR) == 0
    with town.database.transaction(ACTOR) as tx:
        told = {one.recipient: (one.kind, dict(one.numbers)) for one in outbox.list_waiting(tx)}
    assert told == {
        "+51987654320": ("programmes.benefit_paid", {"amount_minor": 10_000}),
        "+51987654321": ("programmes.benefit_waits", {"amount_minor": 6_000, "until": "2025-08-31"}),
    }


# -- residents are asked -----------------------------------------------------------------------------------


def test_a_sample_is_asked_and_what_contradicts_the_ledger_is_a_work_list(town: Town) -> None:
    cycle = paid(town)
    with town.database.transaction(ACTOR) as tx:
        drawn = programmes.deliveries.draw_sample(
            tx, cycle_id=cycle.id, size=4, seed="lottery of 3 June", officer_id=town.checker
        )
        again = programmes.deliveries.draw_sample(
            tx, cycle_id=cycle.id, size=4, seed="lottery of 3 June", officer_id=town.checker
        )
        asks = programmes.list_asks(tx, verification_id=drawn.id)
        assert asks == programmes.list_asks(tx, verification_id=again.id)
        assert (drawn.asked, len(asks), drawn.answers) == (4, 4, {})
        answers = (
            (VerificationAnswer.RECEIVED, None),
            (VerificationAnswer.NOT_RECEIVED, None),
            (VerificationAnswer.OTHER_AMOUNT, 5_000),
            (VerificationAnswer.NOT_REACHED, None),
        )
        for ask, (answer, amount_minor) in zip(asks, answers, strict=True):
            told = programmes.deliveries.record_answer(
                tx,
                verification_id=drawn.id,
                entitlement_id=ask.entitlement_id,
                answer=answer,
                amount_minor=amount_minor,
                officer_id=town.maker,
            )
        assert told.answers == {"received": 1, "not_received": 1, "other_amount": 1, "not_reached": 1}
        found = programmes.list_contradictions(tx, verification_id=drawn.id)
        assert {(one.answer, one.amount_minor) for one in found} == {
            (VerificationAnswer.NOT_RECEIVED, None),
            (VerificationAnswer.OTHER_AMOUNT, 5_000),
        }
        assert programmes.list_asks(tx, verification_id=drawn.id) == []
        with pytest.raises(AnsweredAlready):
            programmes.deliveries.record_answer(
                tx,
                verification_id=drawn.id,
                entitlement_id=asks[0].entitlement_id,
                answer=VerificationAnswer.RECEIVED,
                officer_id=town.maker,
            )


def test_what_cannot_be_asked_or_answered_is_refused(town: Town) -> None:
    cycle = town.approve(town.cycle())
    with town.database.transaction(ACTOR) as tx:
        draw = {"cycle_id": cycle.id, "size": 2, "seed": "x", "officer_id": town.checker}
        with pytest.raises(NothingToVerify):
            programmes.deliveries.draw_sample(tx, **draw)
        for wrong in ({"size": 0}, {"size": 10_001}, {"seed": " "}):
            with pytest.raises(BadAnswer):
                programmes.deliveries.draw_sample(tx, **{**draw, **wrong})
        clerk = town.officer(tx, "clerk", [OfficerRole.REGISTRAR])
        with pytest.raises(RoleMissing):
            programmes.deliveries.draw_sample(tx, **{**draw, "officer_id": clerk})
    town.open_wallets(cycle)
    town.disburse(cycle)
    with town.database.transaction(ACTOR) as tx:
        drawn = programmes.deliveries.draw_sample(tx, **{**draw, "size": 1})
        answer = {
            "verification_id": drawn.id,
            "entitlement_id": programmes.list_asks(tx, verification_id=drawn.id)[0].entitlement_id,
            "answer": VerificationAnswer.RECEIVED,
            "officer_id": town.maker,
        }
        for wrong in (
            {"amount_minor": 3},
            {"answer": VerificationAnswer.OTHER_AMOUNT},
            {"answer": VerificationAnswer.OTHER_AMOUNT, "amount_minor": -1},
        ):
            with pytest.raises(BadAnswer):
                programmes.deliveries.record_answer(tx, **{**answer, **wrong})
        with pytest.raises(UnknownVerification):
            programmes.get_verification(tx, verification_id=new_id(tx.now))
    with town.database.transaction(ACTOR) as tx, pytest.raises(UnknownVerification):
        programmes.deliveries.record_answer(tx, **{**answer, "verification_id": new_id(tx.now)})


def test_nobody_asks_or_hands_over_to_their_own_household(milk: Town) -> None:
    cycle = milk.approve(milk.cycle())
    with milk.database.transaction(ACTOR) as tx:
        luis = identity.register_officer(
            tx, login="luis", roles=[OfficerRole.PROGRAMME_OFFICER], person_id=milk.people["luis"]
        ).id
    with pytest.raises(OwnCase):
        hand_over(milk, cycle, "luis", officer_id=luis)


# -- the ledger is the truth --------------------------------------------------------------------------------


def test_a_cycle_that_agrees_with_the_ledger_and_the_bank_has_an_empty_work_list(town: Town) -> None:
    cycle = paid(town)
    with town.database.transaction(ACTOR) as tx:
        found = programmes.reconcile(tx, cycle_id=cycle.id)
    assert (found.payments, found.payments_minor, found.work_list) == (6, 40_000, ())
    assert found.funded_minor == found.confirmed_minor == 100_000


def test_what_does_not_agree_is_listed_for_an_officer(town: Town, owner: psycopg.Connection) -> None:
    cycle = paid(town)
    owner.execute("ALTER TABLE programmes.payments DISABLE TRIGGER USER")
    owner.execute("ALTER TABLE ledger.transfers DISABLE TRIGGER USER")
    rows = owner.execute(
        "SELECT p.entitlement_id, p.transfer_id FROM programmes.payments p WHERE p.paid ORDER BY 1"
    ).fetchall()
    owner.execute(
        "UPDATE programmes.payments SET transfer_id = uuidv7() WHERE transfer_id = %s", [rows[0][1]]
    )
    owner.execute("UPDATE ledger.transfers SET amount_minor = 1 WHERE id = %s", [rows[1][1]])
    owner.execute("UPDATE ledger.transfers SET reference = NULL WHERE id = %s", [rows[2][1]])
    owner.commit()
    with town.database.transaction(ACTOR) as tx:
        found = programmes.reconcile(tx, cycle_id=cycle.id)
    assert sorted(one.what for one in found.work_list) == [
        "missing",
        "other_amount",
        "other_cycle",
        "unknown",
    ]


def test_who_has_died_between_approval_and_payment_is_caught(town: Town) -> None:
    cycle = town.approve(town.cycle())
    town.open_wallets(cycle)
    with town.database.transaction(ACTOR) as tx:
        identity.lives.record_death(
            as_registrar(town, tx),
            person_id=town.people["luis"],
            died_on=tx.today,
            source="register",
            reason="told",
        )
    assert town.disburse(cycle).reasons[HeldBack.RECIPIENT_DIED.sentence] == 1
