"""Promise 4 in its parts: who complains is answered in the term, by somebody who did not decide before."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest

from ayni import identity, programmes, registry
from ayni.foundation import outbox
from ayni.foundation.db import Actor, Database
from ayni.identity import OfficerRole, OwnCase
from ayni.programmes import GrievanceCategory, GrievanceChannel, GrievanceOutcome
from ayni.programmes.errors import RoleMissing
from ayni.programmes.errors.grievances import (
    AppealIsOpen,
    AppealTooLate,
    BadGrievance,
    DecidedBefore,
    GrievanceDecided,
    NoSuchEffect,
    NothingToAppeal,
    SensitiveGrievance,
    UnknownGrievance,
)
from ayni.programmes.model import Grievance
from ayni.values.ids import GrievanceId, OfficerId, PersonId, new_id, show_id
from tests.programmes.held import elder
from tests.programmes.test_changes import go_to
from tests.programmes.test_claims import merge
from tests.programmes.test_overpayments import AUGUST, cases, got, kept, pay
from tests.programmes.test_overpayments import decide as decide_recovery
from tests.programmes.town import ACTOR, Town

JULY = date(2025, 7, 2)


@pytest.fixture
def town(own_database: Database, tmp_path: Path) -> Town:
    return Town(own_database, tmp_path, elders=4, deposit_minor=500_000)


@pytest.fixture
def judge(town: Town) -> OfficerId:
    """An approver who has decided nothing yet."""
    with town.database.transaction(ACTOR) as tx:
        return town.officer(tx, "judge", [OfficerRole.APPROVER])


def complain(town: Town, **how: Any) -> Grievance:
    values = {
        "category": GrievanceCategory.TREATMENT,
        "channel": GrievanceChannel.DESK,
        "text": "They made me wait for three hours.",
        "person_id": town.people["ana"],
    }
    with town.database.transaction(ACTOR) as tx:
        return programmes.grievances.complain(tx, **{**values, **how})


def appeal(town: Town, name: str = "ana", **how: Any) -> Grievance:
    with town.database.transaction(ACTOR) as tx:
        return programmes.grievances.appeal(
            tx, person_id=town.people[name], programme="canasta", text="We are poor.", **how
        )


def decide(
    town: Town, grievance: Grievance, officer: OfficerId, outcome: GrievanceOutcome, **how: Any
) -> Grievance:
    with town.database.transaction(ACTOR) as tx:
        return programmes.grievances.decide(
            tx,
            grievance_id=grievance.id,
            officer_id=officer,
            outcome=outcome,
            reasons="the visit of 12 June",
            **how,
        )


def test_a_complaint_has_a_ticket_a_term_and_an_answer(town: Town, judge: OfficerId) -> None:
    with town.database.transaction(ACTOR) as tx:
        identity.reach.add_contact(tx, person_id=town.people["ana"], phone="+51987654321", reason="told")
    taken = complain(town, programme="canasta")
    # Thirty business days after 2 June; both holidays of June fall on weekends.
    assert (taken.kind, taken.due_on, taken.outcome) == ("complaint", date(2025, 7, 14), None)
    with town.database.transaction(ACTOR) as tx:
        assert [one.id for one in programmes.list_grievances(tx)] == [taken.id]
    ended = decide(town, taken, judge, GrievanceOutcome.UPHELD)
    assert (ended.outcome, ended.decided_by, ended.effect) == (GrievanceOutcome.UPHELD, judge, "none")
    with town.database.transaction(ACTOR) as tx:
        assert programmes.list_grievances(tx) == []
        assert programmes.list_grievances_of(tx, person_id=town.people["ana"]) == [ended]
        # Written in one instant, they have no order.
        told = {one.kind: dict(one.numbers) for one in outbox.list_waiting(tx)}
        (count,) = programmes.count_grievances(tx, since=tx.today, until=tx.today)
    assert told == {
        "programmes.grievance_taken": {"ticket": taken.ticket, "due_on": "2025-07-14"},
        "programmes.grievance_decided": {"ticket": taken.ticket, "outcome": "upheld"},
    }
    assert (count.received, count.open, count.overdue, count.in_time, count.upheld) == (1, 0, 0, 1, 1)


def test_somebody_may_complain_without_saying_who_they_are(town: Town) -> None:
    taken = complain(town, person_id=None, category=GrievanceCategory.FRAUD, severity=3)
    assert (taken.person_id, taken.severity) == (None, 3)


def test_an_appeal_upheld_judges_anew_and_pays_by_a_new_entitlement(town: Town, judge: OfficerId) -> None:
    june = town.approve(town.cycle())
    town.open_wallets(june)
    town.disburse(june)
    taken = appeal(town, "jose")
    # The visit found him poor.
    path = town.folder / "visit.csv"
    path.write_text(
        "household_code,relationship,document_kind,document_number,first_surname,second_surname,given_names,"
        "birth_on,sex,ubigeo,person.synthetic_identity,household.cse,household.cse_on\n"
        "H4,head,DNI,40000004,Condori,Apaza,José,1945-01-01,male,150132,yes,pobre,2025-06-01\n",
        encoding="utf-8",
    )

    registry.import_padron(town.database, path=path, source="test", on=date(2025, 6, 2), actor=ACTOR)
    ended = decide(town, taken, judge, GrievanceOutcome.UPHELD, reassess=True)
    assert ended.effect == "reassessed"
    with town.database.transaction(ACTOR) as tx:
        told = programmes.get_explanation(tx, programme="canasta", subject_id=ended.subject_id, language="es")
        assert told.sentence == "Cumple todos los requisitos."
        follow_up = programmes.cycles.open_follow_up(
            tx,
            parent_id=june.id,
            assessment_id=ended.made_assessment_id,
            name="appeals of June",
            officer_id=town.maker,
        )
    assert (follow_up.entitlements, follow_up.total_minor) == (1, 6_000)
    town.approve(follow_up)
    town.open_wallets(follow_up)
    assert town.disburse(follow_up).newly == 1
    assert town.violations() == []
    # An assessment of one does not stand in for the list of all.
    assert town.open(town.assess(date(2025, 6, 2)), "2025-07").entitlements == 8


def test_whoever_decided_before_does_not_decide_the_appeal(town: Town, judge: OfficerId) -> None:
    town.approve(town.cycle())
    taken = appeal(town)
    for officer in (town.maker, town.checker):
        with pytest.raises(DecidedBefore):
            decide(town, taken, officer, GrievanceOutcome.REJECTED)
    with town.database.transaction(ACTOR) as tx:
        human = identity.get_officer(tx, officer_id=town.checker).person_id
        again = identity.register_officer(
            tx, login="checker2", roles=[OfficerRole.APPROVER], person_id=human
        ).id
    with pytest.raises(DecidedBefore):
        decide(town, taken, again, GrievanceOutcome.REJECTED)
    assert decide(town, taken, judge, GrievanceOutcome.REJECTED).decided_by == judge


def test_whoever_made_the_assessment_does_not_decide_either(town: Town, judge: OfficerId) -> None:
    with town.database.transaction(Actor(show_id("off", judge), "test")) as tx:
        programmes.assess(tx, programme="canasta", as_of=date(2025, 6, 2))
    with pytest.raises(DecidedBefore):
        decide(town, appeal(town), judge, GrievanceOutcome.REJECTED)


def test_nobody_decides_their_own_or_their_households(town: Town) -> None:
    town.assess()
    with town.database.transaction(ACTOR) as tx:
        rosa = identity.register_officer(
            tx, login="rosa", roles=[OfficerRole.APPROVER], person_id=town.people["rosa"]
        ).id
    with pytest.raises(OwnCase):
        decide(town, appeal(town, "rosa"), rosa, GrievanceOutcome.REJECTED)


def test_even_the_owner_cannot_let_the_same_officer_decide(town: Town, owner: psycopg.Connection) -> None:
    town.approve(town.cycle())
    taken = appeal(town)
    with pytest.raises(psycopg.Error) as refused:
        owner.execute(
            "INSERT INTO programmes.grievance_decisions (grievance_id, outcome, reasons, effect, officer_id,"
            " decided_at) VALUES (%s, 'rejected', 'x', 'none', %s, '2025-06-02')",
            [taken.id, town.checker],
        )
    assert refused.value.sqlstate == "AY313"


def test_an_appeal_needs_a_decision_and_there_is_one_at_a_time(town: Town) -> None:
    with pytest.raises(NothingToAppeal):
        appeal(town)
    town.assess()
    appeal(town)
    with pytest.raises(AppealIsOpen):
        appeal(town)
    with town.database.transaction(ACTOR) as tx:
        stranger = identity.register_person(tx, person=identity.NewPerson("Visitor", synthetic=True)).id
        with pytest.raises(NothingToAppeal):
            programmes.grievances.appeal(tx, person_id=stranger, programme="canasta", text="x")


@pytest.mark.parametrize(
    "wrong",
    [
        {"text": " "},
        {"text": "x" * 4_001},
        {"text": "a\x00b"},
        {"severity": 0},
        {"severity": 4},
        {"severity": True},
    ],
)
def test_what_cannot_be_taken_is_refused(town: Town, wrong: dict[str, Any]) -> None:
    with pytest.raises(BadGrievance):
        complain(town, **wrong)


def test_a_grievance_is_decided_once_and_withdrawn_by_its_own_person(town: Town, judge: OfficerId) -> None:
    one, other = complain(town), complain(town)
    decide(town, one, judge, GrievanceOutcome.REFERRED)
    with pytest.raises(GrievanceDecided):
        decide(town, one, judge, GrievanceOutcome.UPHELD)
    with town.database.transaction(ACTOR) as tx:
        with pytest.raises(UnknownGrievance):
            programmes.grievances.withdraw(tx, grievance_id=other.id, person_id=town.people["jose"])
        with pytest.raises(UnknownGrievance):
            programmes.grievances.withdraw(
                tx, grievance_id=GrievanceId(new_id(tx.now)), person_id=town.people["jose"]
            )
        ended = programmes.grievances.withdraw(tx, grievance_id=other.id, person_id=town.people["ana"])
        assert (ended.outcome, ended.decided_by) == (GrievanceOutcome.WITHDRAWN, None)
        with pytest.raises(GrievanceDecided):
            programmes.grievances.withdraw(tx, grievance_id=other.id, person_id=town.people["ana"])


def test_an_effect_fits_what_was_appealed_against(town: Town, judge: OfficerId) -> None:
    town.assess()
    complaint, against = complain(town), appeal(town)
    for grievance, outcome, how in (
        (complaint, GrievanceOutcome.UPHELD, {"reassess": True}),
        (complaint, GrievanceOutcome.WITHDRAWN, {}),
        (against, GrievanceOutcome.REJECTED, {"reassess": True}),
        (against, GrievanceOutcome.UPHELD, {}),
        (against, GrievanceOutcome.UPHELD, {"recover_minor": 1}),
    ):
        with pytest.raises(NoSuchEffect):
            decide(town, grievance, judge, outcome, **how)


def test_a_sensitive_one_is_read_by_whom_it_is_assigned_to(town: Town, judge: OfficerId) -> None:
    taken = complain(town, sensitive=True, text="He asked me for money.")
    assert "money" not in repr(taken)
    with town.database.transaction(ACTOR) as tx:
        (listed,) = programmes.list_grievances(tx)
        assert listed.text == ""
        with pytest.raises(SensitiveGrievance):
            programmes.grievances.read(tx, grievance_id=taken.id, officer_id=judge)
        auditor = town.officer(tx, "auditor", [OfficerRole.AUDITOR])
        with pytest.raises(RoleMissing):
            programmes.grievances.assign(tx, grievance_id=taken.id, to=auditor, officer_id=judge)
        programmes.grievances.assign(tx, grievance_id=taken.id, to=judge, officer_id=town.maker)
        assert "money" in programmes.grievances.read(tx, grievance_id=taken.id, officer_id=judge).text
        programmes.grievances.note(tx, grievance_id=taken.id, officer_id=judge, text="She was called.")
        with pytest.raises(SensitiveGrievance):
            programmes.grievances.note(tx, grievance_id=taken.id, officer_id=town.maker, text="x")
        notes = [
            (one.kind, one.officer_id) for one in programmes.list_grievance_notes(tx, grievance_id=taken.id)
        ]
        assert notes == [("assigned", judge), ("note", judge)]
        assert programmes.list_grievances(tx, assigned_to=judge)[0].id == taken.id
    with town.database.transaction(ACTOR) as tx:
        audit = tx.connection.execute("SELECT details::text, coalesce(reason, '') FROM foundation.audit")
        assert not any("money" in text for row in audit for text in row)


def test_what_is_nearly_due_is_passed_up_once(town: Town) -> None:
    taken = complain(town)
    with town.database.transaction(ACTOR) as tx:
        assert programmes.grievances.escalate_overdue(tx) == 0
    go_to(town, date(2025, 7, 11))
    with town.database.transaction(ACTOR) as tx:
        assert programmes.grievances.escalate_overdue(tx) == 1
        assert programmes.grievances.escalate_overdue(tx) == 0
        (listed,) = programmes.list_grievances(tx)
    assert (listed.id, listed.is_escalated) == (taken.id, True)


# -- the recovery of an overpayment --------------------------------------------------------------------------


@pytest.fixture
def recovered(town: Town) -> PersonId:
    """Paid twice in June; an officer has decided in July to recover 6,000."""
    june = town.approve(town.cycle())
    town.open_wallets(june)
    town.disburse(june)
    merge(town, elder(town, 0), elder(town, 1))
    go_to(town, JULY)
    with town.database.transaction(ACTOR) as tx:
        programmes.overpayments.note_overpayments(tx, programme_id=town.programme.id)
    decide_recovery(town, cases(town)[0])
    return kept(town)


def appeal_recovery(town: Town) -> Grievance:
    with town.database.transaction(ACTOR) as tx:
        return programmes.grievances.appeal_recovery(
            tx, overpayment_id=cases(town)[0].id, text="I never had two files."
        )


def test_an_appeal_stops_the_recovery_and_its_decision_says_how_much_is_left(
    town: Town, recovered: PersonId, judge: OfficerId
) -> None:
    taken = appeal_recovery(town)
    with pytest.raises(AppealIsOpen):
        appeal_recovery(town)
    assert got(town, pay(town, "2025-08", AUGUST), recovered) == 6_000
    with pytest.raises(DecidedBefore):
        decide(town, taken, town.checker, GrievanceOutcome.REJECTED)
    with pytest.raises(NoSuchEffect):
        decide(town, taken, judge, GrievanceOutcome.UPHELD, recover_minor=6_000)
    decide(town, taken, judge, GrievanceOutcome.PARTIALLY_UPHELD, recover_minor=2_500)
    assert got(town, pay(town, "2025-09", date(2025, 9, 3)), recovered) == 4_000
    assert got(town, pay(town, "2025-10", date(2025, 10, 2)), recovered) == 5_500
    assert got(town, pay(town, "2025-11", date(2025, 11, 3)), recovered) == 6_000
    assert town.violations() == []


def test_after_the_term_a_recovery_is_not_appealed_against(town: Town, recovered: PersonId) -> None:
    go_to(town, date(2025, 7, 25))
    with pytest.raises(AppealTooLate):
        appeal_recovery(town)


def test_what_is_waived_is_not_appealed_against(town: Town) -> None:
    june = town.approve(town.cycle())
    town.open_wallets(june)
    town.disburse(june)
    merge(town, elder(town, 0), elder(town, 1))
    with town.database.transaction(ACTOR) as tx:
        (case,) = programmes.overpayments.note_overpayments(tx, programme_id=town.programme.id)
        with pytest.raises(NothingToAppeal):
            programmes.grievances.appeal_recovery(tx, overpayment_id=case.id, text="x")
    decide_recovery(town, case, 0, 0)
    with town.database.transaction(ACTOR) as tx, pytest.raises(NothingToAppeal):
        programmes.grievances.appeal_recovery(tx, overpayment_id=case.id, text="x")


def test_a_story_is_not_rewritten(town: Town, owner: psycopg.Connection) -> None:
    taken = complain(town)
    assert replace(taken, text="") != taken
    for statement in ("UPDATE programmes.grievances SET text = 'x'", "DELETE FROM programmes.grievances"):
        with pytest.raises(psycopg.Error) as refused:
            owner.execute(statement.encode())
        assert refused.value.sqlstate == "AY003"
        owner.rollback()
