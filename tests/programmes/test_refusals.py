"""What programmes refuse, and what the database refuses whoever asks."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from ayni import programmes
from ayni.foundation.db import Database, Tx
from ayni.identity import OfficerRole
from ayni.programmes import CycleState, EnrolmentState
from ayni.programmes.errors import (
    BadDefinition,
    BudgetNotCovered,
    CriteriaFailed,
    CycleExists,
    CycleNeedsName,
    CycleStateRefused,
    NobodyToPay,
    RoleMissing,
    StateRefused,
    TargetIsFixed,
    UnknownAssessment,
    UnknownCycle,
    UnknownProgramme,
)
from ayni.programmes.model import NotADefinition, read_definition
from ayni.programmes.model.reading import Languages
from ayni.values.ids import CycleId
from tests.programmes.town import ACTOR, ON, PROGRAMME, Town

NOTHING = UUID("00000000-0000-7000-8000-000000000001")


@pytest.fixture
def town(own_database: Database, tmp_path: Path) -> Town:
    return Town(own_database, tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("code: canasta", "code: Canasta Básica", "code"),
        ("target: household", "target: city", "target"),
        ("budget_minor: 100000", "budget_minor: 1000.00", "budget_minor"),
        ("budget_minor: 100000", "budget_minor: -5", "budget_minor"),
        ("budget_minor: 100000", "budget_minor: 1000000000000000000", "budget_minor"),
        ("budget_minor: 100000", "budget: 100000", "budget"),
        ("valid_from: 2025-05-01", "valid_from: soon", "valid_from"),
        ("legal_basis: a test", "", "legal_basis"),
        ("household.cse IN ('pobre', 'pobre_extremo')", "household.target IN (1)", "household.target"),
        ("6000 + 4000 * household.children_under_6", "60.50", "amount_minor"),
        ("6000 + 4000 * household.children_under_6", "household.cse", "household.cse"),
        (
            "{es: el hogar es pobre, qu: wasi ayllum wakcha, en: the household is poor}",
            "{en: poor}",
            "es, qu",
        ),
        ("qu: wasi ayllum wakcha, ", "", "a sentence is needed in qu"),
        (
            "{es: el hogar es pobre, qu: wasi ayllum wakcha, en: the household is poor}",
            "{es: pobre, qu: wakcha, en: poor, fr: pauvre}",
            "sentences",
        ),
        ("    source: a test\n  - name: young", "  - name: young", "criteria[1]"),
        ("criteria:", "criteria: none\nrules:", "rules"),
        ("name: Canasta", "name: [", "line"),
        ("name: Canasta", "name: !!python/object/apply:os.system ['true']", "line"),
    ],
)
def test_a_definition_that_cannot_be_meant_is_refused_with_its_place(
    tx: Tx, old: str, new: str, place: str
) -> None:
    assert old in PROGRAMME
    with pytest.raises(BadDefinition) as refused:
        programmes.define_programme(tx, text=PROGRAMME.replace(old, new, 1))
    assert place in refused.value.sentence


@pytest.mark.parametrize("data", [None, [], "text", {"code": "x"}, {1: 2}])
def test_what_is_no_definition_at_all(data: object) -> None:
    with pytest.raises(NotADefinition):
        read_definition(data, languages=Languages(("es", "en"), ("es",)))


def test_a_file_without_end_is_not_read(tx: Tx) -> None:
    with pytest.raises(BadDefinition):
        programmes.define_programme(tx, text="x" * 200_000)


def test_a_programme_that_nobody_defined(tx: Tx) -> None:
    with pytest.raises(UnknownProgramme):
        programmes.assess(tx, programme="nothing", as_of=ON)
    with pytest.raises(UnknownProgramme):
        programmes.get_programme(tx, code="nothing")


def test_the_same_definition_twice_is_one_version_and_a_change_the_next(town: Town) -> None:
    with town.database.transaction(ACTOR) as tx:
        assert programmes.define_programme(tx, text=PROGRAMME).version == 1
        assert programmes.define_programme(tx, text=PROGRAMME.replace("6000", "7000")).version == 2
        with pytest.raises(TargetIsFixed):
            programmes.define_programme(
                tx,
                text=PROGRAMME.replace("target: household", "target: person"),
            )


def test_an_assessment_or_a_cycle_that_does_not_exist(town: Town) -> None:
    with town.database.transaction(ACTOR) as tx:
        with pytest.raises(UnknownAssessment):
            programmes.enrol(tx, assessment_id=NOTHING)
        with pytest.raises(UnknownAssessment):
            programmes.get_explanation(tx, programme="canasta", subject_id=NOTHING, language="es")
        with pytest.raises(UnknownCycle):
            programmes.get_cycle(tx, CycleId(NOTHING))


def test_one_cycle_of_a_name(town: Town) -> None:
    town.cycle("2025-06")
    with pytest.raises(CycleExists):
        town.cycle("2025-06")
    with pytest.raises(CycleNeedsName):
        town.cycle(" ")


def test_one_assessment_is_paid_once_whatever_the_cycles_are_called(town: Town) -> None:
    cycle = town.cycle("2025-06")
    with town.database.transaction(ACTOR) as tx, pytest.raises(CycleExists):
        programmes.open_cycle(tx, assessment_id=cycle.assessment_id, name="2025-06b", officer_id=town.maker)


def test_a_cycle_for_nobody_is_not_opened(town: Town) -> None:
    with town.database.transaction(ACTOR) as tx:
        assessment = programmes.assess(tx, programme="canasta", as_of=ON)
        # Assessed, but nobody is enrolled.
        with pytest.raises(NobodyToPay):
            programmes.open_cycle(tx, assessment_id=assessment.id, name="2025-06", officer_id=town.maker)


def test_a_role_is_needed(town: Town) -> None:
    cycle = town.cycle()
    with town.database.transaction(ACTOR) as tx:
        with pytest.raises(RoleMissing):
            programmes.open_cycle(tx, assessment_id=cycle.assessment_id, name="x", officer_id=town.checker)
        with pytest.raises(RoleMissing):
            programmes.cancel_cycle(tx, cycle_id=cycle.id, officer_id=town.checker)


def test_a_cycle_is_approved_once_and_paid_only_then(town: Town) -> None:
    cycle = town.cycle()
    with pytest.raises(CycleStateRefused):
        programmes.disburse_cycle(town.database, cycle_id=cycle.id, actor=ACTOR)
    town.approve(cycle)
    with town.database.transaction(ACTOR) as tx:
        third = town.officer(tx, "third", [OfficerRole.APPROVER])
    with pytest.raises(CycleStateRefused):
        town.approve(cycle, third)


def test_a_budget_that_does_not_cover_the_cycle(own_database: Database, tmp_path: Path) -> None:
    town = Town(own_database, tmp_path, deposit_minor=21_999)
    cycle = town.cycle()
    with pytest.raises(BudgetNotCovered):
        town.approve(cycle)
    with town.database.transaction(ACTOR) as tx:
        assert programmes.get_cycle(tx, cycle.id).state is CycleState.TO_APPROVE


def test_who_is_paused_stays_paused_and_is_not_paid(town: Town) -> None:
    cycle = town.cycle()
    with town.database.transaction(ACTOR) as tx:
        subject = tx.connection.execute("SELECT subject_id FROM programmes.entitlements").fetchone()
        assert subject is not None
        change = {"programme": "canasta", "subject_id": subject[0]}
        programmes.change_enrolment(tx, **change, state=EnrolmentState.PAUSED, reason="moved away")
        with pytest.raises(StateRefused):
            programmes.change_enrolment(tx, **change, state=EnrolmentState.PAUSED, reason="again")
        with pytest.raises(StateRefused):
            programmes.change_enrolment(tx, **change, state=EnrolmentState.ENROLLED, reason=" ")
    assert town.cycle("2025-07").entitlements == cycle.entitlements - 1


@pytest.mark.parametrize(
    "statement",
    [
        """INSERT INTO programmes.entitlements SELECT uuidv7(), cycle_id, subject_id, recipient_id, 1, NULL,
            created_at, members, kind FROM programmes.entitlements""",
        "UPDATE programmes.entitlements SET amount_minor = 1",
        "DELETE FROM programmes.entitlements",
        "UPDATE programmes.cycles SET total_minor = 1",
        "UPDATE programmes.cycles SET state = 'distributed'",
        "UPDATE programmes.cycles SET state = 'approved', approved_by = opened_by, approved_at = opened_at",
        "UPDATE programmes.cycles SET opened_by = uuidv7()",
        "DELETE FROM programmes.cycles",
        """INSERT INTO programmes.payments (entitlement_id, attempt, transfer_id, paid, sent, code, reason,
            tried_at) SELECT id, 1, id, true, true, 'paid', '', created_at FROM programmes.entitlements""",
        "UPDATE programmes.assessment_rows SET outcome = 'eligible'",
        """INSERT INTO programmes.assessment_rows (assessment_id, subject_id, facts, criteria, outcome)
            VALUES (uuidv7(), uuidv7(), '{}', '{}', 'unknown')""",
        """INSERT INTO programmes.enrolments (programme_id, subject_id, state, reason, since, recorded_by)
            VALUES (uuidv7(), uuidv7(), 'enrolled', 'x', '2025-06-02', 'x')""",
        """INSERT INTO programmes.enrolments (programme_id, subject_id, state, reason, assessment_id, since,
            recorded_by) SELECT id, uuidv7(), 'enrolled', 'x', uuidv7(), created_at, 'x'
            FROM programmes.programmes""",
        """INSERT INTO programmes.entitlements
            (id, cycle_id, subject_id, recipient_id, amount_minor, created_at, members, kind)
            VALUES (uuidv7(), uuidv7(), uuidv7(), uuidv7(), 1, '2025-06-02', ARRAY[uuidv7()], 'cash')""",
        "UPDATE programmes.versions SET definition = '{}'",
        "TRUNCATE programmes.payments",
    ],
)
def test_even_the_owner_cannot_pay_twice_or_rewrite_a_decision(
    town: Town, owner: psycopg.Connection, statement: str
) -> None:
    town.cycle()
    with pytest.raises(psycopg.Error) as refused:
        owner.execute(statement.encode())
    assert refused.value.sqlstate in ("23505", "AY003", "AY301", "AY302", "AY303", "AY305", "AY307", "AY310")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE programmes.cycles SET state = 'distributed', approved_by = opened_by",
        "UPDATE programmes.cycles SET state = 'distributed', approved_at = opened_at - interval '1 day'",
    ],
)
def test_even_the_owner_cannot_put_another_approver_later(
    town: Town, owner: psycopg.Connection, statement: str
) -> None:
    town.approve(town.cycle())
    with pytest.raises(psycopg.Error) as refused:
        owner.execute(statement.encode())
    assert refused.value.sqlstate == "AY302"


def test_a_fact_that_is_not_what_its_name_says_stops_the_assessment(
    town: Town, owner: psycopg.Connection
) -> None:
    # The registry refuses such a fact; this is what a damaged one would do.
    owner.execute("ALTER TABLE registry.records DISABLE TRIGGER USER")
    owner.execute('UPDATE registry.records SET facts = facts || \'{"rooms": "many"}\'')
    text = PROGRAMME.replace("household.cse IN ('pobre', 'pobre_extremo')", "household.rooms > 1")
    with town.database.transaction(ACTOR) as tx:
        programmes.define_programme(tx, text=text)
        with pytest.raises(CriteriaFailed):
            programmes.assess(tx, programme="canasta", as_of=ON)
