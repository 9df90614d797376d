"""Who approves a cycle, what they must have seen, and that each of its people is claimed once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from ayni import identity, programmes
from ayni.foundation.db import Database
from ayni.foundation.errors import AyniError
from ayni.identity import OfficerRole
from ayni.programmes import CycleState
from ayni.programmes.errors import (
    AlreadyApproved,
    CycleStateRefused,
    NobodyToPay,
    SameHuman,
    WarningsUnread,
)
from ayni.values.ids import OfficerId
from tests.programmes.town import ACTOR, PROGRAMME, Town

TWO = PROGRAMME + "two_approvers_above_minor: 20000\n"


@pytest.fixture
def town(own_database: Database, tmp_path: Path) -> Town:
    return Town(own_database, tmp_path, text=TWO)


def another(town: Town, login: str = "third") -> OfficerId:
    with town.database.transaction(ACTOR) as tx:
        return town.officer(tx, login, [OfficerRole.APPROVER])


def test_above_its_amount_two_officers_approve(town: Town) -> None:
    cycle = town.cycle()
    assert (cycle.total_minor, cycle.approvals_needed) == (22_000, 2)
    first = town.approve(cycle)
    assert first.state is CycleState.TO_APPROVE
    assert town.approve(cycle) == first
    second = town.approve(cycle, another(town))
    assert second.state is CycleState.APPROVED
    assert town.violations() == []


def test_below_it_one_does(own_database: Database, tmp_path: Path) -> None:
    town = Town(own_database, tmp_path, text=TWO.replace("20000", "22000"))
    assert town.approve(town.cycle()).state is CycleState.APPROVED


def test_one_human_with_two_accounts_is_one_approver(town: Town) -> None:
    cycle = town.cycle()
    town.approve(cycle)
    with town.database.transaction(ACTOR) as tx:
        person_id = identity.get_officer(tx, officer_id=town.checker).person_id
        again = identity.register_officer(
            tx, login="again", roles=[OfficerRole.APPROVER], person_id=person_id
        ).id
    with pytest.raises(AlreadyApproved):
        town.approve(cycle, again)
    with pytest.raises(SameHuman):
        town.approve(cycle, town.maker)


def test_warnings_are_read_before_a_cycle_is_approved(own_database: Database, tmp_path: Path) -> None:
    town = Town(own_database, tmp_path, deposit_minor=21_000)
    cycle = town.cycle()
    with town.database.transaction(ACTOR) as tx:
        told = {one.code: one for one in programmes.get_diff(tx, cycle.id).warnings}
    assert told["budget_short"].numbers == {"missing_minor": 1_000}
    assert "1000" in told["budget_short"].told(str)
    with town.database.transaction(ACTOR) as tx, pytest.raises(WarningsUnread):
        programmes.approve_cycle(tx, cycle_id=cycle.id, officer_id=town.checker)


def odd(sql: str) -> str:
    """The programme with one more criterion."""
    return (
        PROGRAMME
        + f"  - {{name: odd, sql: '{sql}', sentences: {{es: raro, qu: huk, en: odd}}, source: a test}}\n"
    )


def test_a_rule_that_selects_nobody_is_told_before_approval(own_database: Database, tmp_path: Path) -> None:
    town = Town(own_database, tmp_path, text=odd("household.size > 99"))
    assessment = town.assess()
    with town.database.transaction(ACTOR) as tx:
        warnings = programmes.list_warnings(tx, assessment_id=assessment.id)
    assert [one.code for one in warnings] == ["nobody", "criteria_nobody_meets"]
    assert warnings[1].told(str) == "Nobody meets these criteria: odd."
    with pytest.raises(NobodyToPay):
        town.open(assessment)


def test_a_rule_that_selects_everybody_is_told_before_approval(
    own_database: Database, tmp_path: Path
) -> None:
    text = odd("household.size > 0").replace(
        "household.cse IN ('pobre', 'pobre_extremo')", "household.size > 0"
    )
    text = text.replace("household.children_under_6 > 0 OR household.elders_65 > 0", "household.size > 0")
    town = Town(own_database, tmp_path, text=text)
    cycle = town.cycle()
    with town.database.transaction(ACTOR) as tx:
        assert [one.code for one in programmes.get_diff(tx, cycle.id).warnings] == ["everybody"]


def test_a_criterion_that_leaves_nobody_out_is_told(own_database: Database, tmp_path: Path) -> None:
    town = Town(own_database, tmp_path, text=odd("household.size > 0"))
    with town.database.transaction(ACTOR) as tx:
        (warning,) = programmes.get_diff(tx, town.cycle().id).warnings
    assert warning.told(str) == "These criteria leave nobody out: odd."


def test_two_officers_approving_at_once_are_one_approval(own_database: Database, tmp_path: Path) -> None:
    town = Town(own_database, tmp_path, elders=20, text=PROGRAMME, deposit_minor=1_000_000)
    cycle = town.cycle()
    officers = [town.checker, another(town), another(town, "fourth")]

    def approve(officer: OfficerId) -> str:
        try:
            return town.approve(cycle, officer).state
        except AyniError as refused:
            return refused.code

    with ThreadPoolExecutor(3) as pool:
        answers = sorted(pool.map(approve, officers))
    assert answers == ["approved", CycleStateRefused.code, CycleStateRefused.code]
    assert town.violations() == []


def test_even_the_owner_cannot_approve_past_the_approvers(town: Town, owner: psycopg.Connection) -> None:
    town.approve(town.cycle())
    with pytest.raises(psycopg.Error) as refused:
        owner.execute(
            "UPDATE programmes.cycles SET state = 'approved', approved_at = opened_at, approved_by ="
            " (SELECT officer_id FROM programmes.cycle_approvals)"
        )
    assert refused.value.sqlstate == "AY310"


def test_a_cycle_that_nobody_approved_claims_nobody(town: Town, owner: psycopg.Connection) -> None:
    cycle = town.cycle()
    with pytest.raises(psycopg.Error) as refused:
        owner.execute("SELECT programmes.claim(%s)", [cycle.id])
    assert refused.value.sqlstate == "AY310"
