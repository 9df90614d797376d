"""Who is in a programme: places, the waiting list, pause, exit, coming back, and programmes that exclude
others.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import yaml

from ayni import payments, programmes, registry
from ayni.foundation.db import Database, Tx
from ayni.programmes import EnrolmentState, HeldBack
from ayni.programmes.errors import BadDefinition, StateRefused
from ayni.registry import VerdictKind
from ayni.values.ids import show_id
from tests.programmes.held import decide, elder, suspect
from tests.programmes.test_changes import go_to
from tests.programmes.test_claims import undo
from tests.programmes.town import ACTOR, ON, PROGRAMME, Town

PLACES = (
    PROGRAMME
    + """caps: {places: 2}
priority:
  - name: children
    sql: household.children_under_6 > 0
    sentences: {es: hay niños pequeños, qu: wawayuqmi, en: there are children}
  - name: elders
    sql: household.elders_65 > 0
    sentences: {es: hay adultos mayores, qu: yuyaqniyuqmi, en: there are elders}
rank_by: CASE WHEN household.cse = 'pobre_extremo' THEN 0 ELSE 1 END
"""
)
PEOPLE = """
code: pension
name: Pensión
target: person
legal_basis: a test
valid_from: 2025-05-01
budget_minor: 1000000
amount_minor: 15000
incompatible_with: [canasta]
criteria:
  - name: old
    sql: person.age_years >= 65
    sentences: {es: tiene 65 años o más, qu: suqta chunka pichqayuq watayuqmi, en: is 65 or more}
    source: a test
"""


@pytest.fixture
def town(own_database: Database, tmp_path: Path) -> Town:
    return Town(own_database, tmp_path, text=PLACES, elders=2)


def household(tx: Tx, code: str) -> UUID:
    found = registry.find_household(tx, source="test", code=code)
    assert found is not None
    return found.id


def states(town: Town, *codes: str) -> dict[str, EnrolmentState | None]:
    """In which state each of these households is."""
    with town.database.transaction(ACTOR) as tx:
        return {
            code: programmes.find_enrolment(tx, programme="canasta", subject_id=household(tx, code))
            for code in codes
        }


def change(tx: Tx, code: str, state: EnrolmentState, reason: str = "asked for") -> None:
    programmes.change_enrolment(
        tx, programme="canasta", subject_id=household(tx, code), state=state, reason=reason
    )


def test_places_go_to_the_first_group_and_then_by_rank(town: Town) -> None:
    town.assess()
    # Rosa has a child; Luis is the poorest of the elders.
    assert states(town, "H1", "H2", "H5", "H3", "H4") == {
        "H1": "enrolled",
        "H2": "enrolled",
        "H5": "waiting",
        "H3": "not_eligible",
        "H4": "draft",
    }
    with town.database.transaction(ACTOR) as tx:
        waiting = programmes.list_waiting(tx, programme="canasta")
        assert [(one.priority, one.rank) for one in waiting] == [(2, 1)] * 3
        assert programmes.count_enrolments(tx, programme="canasta") == {
            EnrolmentState.ENROLLED: 2,
            EnrolmentState.WAITING: 3,
            EnrolmentState.NOT_ELIGIBLE: 1,
            EnrolmentState.DRAFT: 1,
        }
    assert town.cycle("2025-06").entitlements == 2


def test_a_place_that_becomes_free_goes_to_who_waited_longest(town: Town) -> None:
    town.assess()
    with town.database.transaction(ACTOR) as tx:
        first = programmes.list_waiting(tx, programme="canasta")[0].subject_id
        change(tx, "H2", EnrolmentState.EXITED, "moved to Cusco")
    town.assess()
    with town.database.transaction(ACTOR) as tx:
        assert programmes.find_enrolment(tx, programme="canasta", subject_id=first) == "enrolled"
    assert states(town, "H1", "H2") == {"H1": "enrolled", "H2": "exited"}


def test_whoever_is_enrolled_keeps_the_place_and_whoever_is_paused_too(town: Town) -> None:
    town.assess()
    with town.database.transaction(ACTOR) as tx:
        change(tx, "H1", EnrolmentState.PAUSED, "in hospital")
    town.assess()
    assert states(town, "H1", "H2", "H5") == {"H1": "paused", "H2": "enrolled", "H5": "waiting"}
    with town.database.transaction(ACTOR) as tx:
        change(tx, "H1", EnrolmentState.ENROLLED, "back home")
    town.assess()
    assert states(town, "H1", "H2", "H5") == {"H1": "enrolled", "H2": "enrolled", "H5": "waiting"}


def test_who_left_may_come_back_and_is_judged_anew(own_database: Database, tmp_path: Path) -> None:
    town = Town(own_database, tmp_path)
    town.assess()
    with town.database.transaction(ACTOR) as tx:
        change(tx, "H1", EnrolmentState.EXITED, "did not want it")
    town.assess()
    assert states(town, "H1") == {"H1": "exited"}
    with town.database.transaction(ACTOR) as tx:
        change(tx, "H1", EnrolmentState.DRAFT, "applies again")
        with pytest.raises(StateRefused):
            change(tx, "H2", EnrolmentState.DRAFT, "never left")
    town.assess()
    assert states(town, "H1") == {"H1": "enrolled"}


def test_paused_members_are_not_enrolled_again(own_database: Database, tmp_path: Path) -> None:
    """As OpenSPP2's history reports: an assessment re-enrolled those who were paused."""
    town = Town(own_database, tmp_path)
    town.assess()
    with town.database.transaction(ACTOR) as tx:
        change(tx, "H1", EnrolmentState.PAUSED)
    for _ in range(3):
        town.assess()
        assert states(town, "H1") == {"H1": "paused"}


# -- programmes for people, and those that exclude each other ------------------------------------------------


def assess_people(town: Town, on: date = ON) -> programmes.Assessment:
    with town.database.transaction(ACTOR) as tx:
        found = programmes.assess(tx, programme="pension", as_of=on)
        programmes.enrol(tx, assessment_id=found.id)
        return found


@pytest.fixture
def both(own_database: Database, tmp_path: Path) -> Town:
    """The basket, funded, and a pension that excludes it."""
    town = Town(own_database, tmp_path, elders=2)
    with town.database.transaction(ACTOR) as tx:
        programmes.define_programme(tx, text=PEOPLE)
    return town


def test_a_duplicate_flag_clears_when_the_merge_is_undone(both: Town) -> None:
    """As OpenSPP2's history reports: it never did."""
    one, other = elder(both, 0), elder(both, 1)
    assess_people(both)
    suspect(both, one, other)
    decide(both, one, other, VerdictKind.SAME)
    assess_people(both)
    with both.database.transaction(ACTOR) as tx:
        found = {programmes.find_enrolment(tx, programme="pension", subject_id=who) for who in (one, other)}
    assert found == {EnrolmentState.ENROLLED, EnrolmentState.DUPLICATED}
    undo(both, one, other)
    assess_people(both)
    with both.database.transaction(ACTOR) as tx:
        found = {programmes.find_enrolment(tx, programme="pension", subject_id=who) for who in (one, other)}
    assert found == {EnrolmentState.ENROLLED}


def test_whoever_is_in_a_programme_that_excludes_another_is_not_eligible_for_it(both: Town) -> None:
    both.assess()
    judged = assess_people(both)
    # Luis, María and the two elders get the basket; José's household is not judged to be poor.
    assert (judged.eligible, judged.not_eligible) == (1, 7)
    with both.database.transaction(ACTOR) as tx:
        told = programmes.get_explanation(
            tx, programme="pension", subject_id=both.people["luis"], language="es"
        )
    assert told.conflict == "canasta"
    assert told.sentence == (
        "Ya recibe Canasta, que no se puede recibir junto con este programa."
        " Esto lo cambiaría: dejar Canasta."
    )


def test_it_excludes_the_other_way_round_too(both: Town) -> None:
    assess_people(both)
    judged = both.assess()
    # Only Rosa's household has nobody with a pension.
    assert judged.eligible == 1


def judge_before_either_is_enrolled(both: Town) -> tuple[programmes.Assessment, programmes.Assessment]:
    with both.database.transaction(ACTOR) as tx:
        basket = programmes.assess(tx, programme="canasta", as_of=ON)
        pension = programmes.assess(tx, programme="pension", as_of=ON)
        for one in (basket, pension):
            programmes.enrol(tx, assessment_id=one.id)
    return basket, pension


def test_programmes_that_exclude_each_other_never_both_pay_a_human(both: Town) -> None:
    """Both selected them before either enrolled them: the approval sees it."""
    basket, pension = judge_before_either_is_enrolled(both)
    fund(both)
    first = both.approve(both.open(basket))
    second = both.approve(both.open(pension))
    both.open_wallets(first)
    both.open_wallets(second)
    assert both.disburse(first).newly == 4
    done = both.disburse(second)
    assert (done.newly, done.reasons[HeldBack.INCOMPATIBLE.sentence]) == (1, 4)
    assert both.violations() == []


def test_of_two_that_are_approved_at_once_each_human_is_claimed_by_one(both: Town) -> None:
    basket, pension = judge_before_either_is_enrolled(both)
    fund(both)
    cycles = [both.open(basket), both.open(pension)]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(both.approve, cycles))
    with both.database.transaction(ACTOR) as tx:
        rows = tx.connection.execute(
            "SELECT person_id, count(*) FROM programmes.entitlement_claims GROUP BY person_id"
        ).fetchall()
        aside = [programmes.count_held_back(tx, cycle.id).get(HeldBack.INCOMPATIBLE, 0) for cycle in cycles]
    assert {count for _, count in rows} == {1}
    assert sum(aside) == 4


def fund(town: Town) -> None:
    with town.database.transaction(ACTOR) as tx:
        pension = programmes.get_programme(tx, code="pension")
        book = payments.get_programme_book(tx, programme_id=pension.id)
        narrative = f"for {show_id('acc', book.emoney_account_id)}"
        town.bank.receive(amount_minor=1_000_000, narrative=narrative, at=tx.now)
        since = tx.now
    payments.collect_deposits(town.database, bank=town.bank, since=since)


@pytest.mark.parametrize(
    ("key", "value", "place"),
    [
        ("incompatible_with", ["pension"], "incompatible_with"),
        ("incompatible_with", ["a_b", "a_b"], "incompatible_with"),
        ("incompatible_with", "canasta", "incompatible_with"),
        ("caps", {"places": 0}, "caps.places"),
        ("caps", {"amount_minor": 1.5}, "caps.amount_minor"),
        ("caps", {"people": 3}, "caps.people"),
        ("priority", [], "priority"),
        (
            "priority",
            [{"name": "x", "sql": "person.age_years", "sentences": {"es": "x", "qu": "x", "en": "x"}}],
            "priority[x]",
        ),
        ("priority", [{"name": "x", "sql": "true"}], "priority[1].sentences"),
        ("rank_by", "person.sex", "rank_by"),
        ("claim_days", 0, "claim_days"),
        ("two_approvers_above_minor", -1, "two_approvers_above_minor"),
        ("budget_source", 3, "budget_source"),
        ("in_kind", {"item": "rice"}, "in_kind.unit"),
        (
            "calendar",
            [{"name": "a", "first_on": ON, "last_on": date(2025, 6, 1), "pays_on": ON}],
            "calendar[1]",
        ),
        (
            "calendar",
            [
                {"name": "a", "first_on": ON, "last_on": ON, "pays_on": ON},
                {"name": "b", "first_on": ON, "last_on": ON, "pays_on": ON},
            ],
            "calendar",
        ),
    ],
)
def test_what_a_programme_cannot_mean_is_refused_with_its_place(
    tx: Tx, key: str, value: Any, place: str
) -> None:
    data = yaml.safe_load(PEOPLE) | {key: value}
    with pytest.raises(BadDefinition) as refused:
        programmes.define_programme(tx, text=yaml.safe_dump(data))
    assert refused.value.numbers["place"] == place


def test_going_on_does_not_lose_the_waiting(town: Town) -> None:
    town.assess()
    go_to(town, date(2025, 7, 2))
    town.assess(date(2025, 7, 2))
    assert states(town, "H1", "H2", "H5") == {"H1": "enrolled", "H2": "enrolled", "H5": "waiting"}
