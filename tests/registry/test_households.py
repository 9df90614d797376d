"""Households, memberships and facts, one at a time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from uuid import uuid4

import pytest

from ayni import identity, registry
from ayni.foundation.db import Tx
from ayni.identity import NewPerson
from ayni.registry import FactName, errors
from ayni.registry.model import Household
from ayni.values.ids import HouseholdId, PersonId


@pytest.fixture
def home(tx: Tx) -> Household:
    return registry.register_household(tx, source="desk", code="1")


@pytest.fixture
def rosa(tx: Tx) -> PersonId:
    return identity.register_person(tx, person=NewPerson("Rosa")).id


def test_one_household_at_a_time_and_one_head(tx: Tx, home: Household, rosa: PersonId) -> None:
    registry.add_member(tx, household_id=home.id, person_id=rosa, role="head", on=date(2025, 5, 1))
    other = registry.register_household(tx, source="desk", code="2")
    with pytest.raises(errors.AlreadyInHousehold):
        registry.add_member(tx, household_id=other.id, person_id=rosa, role="head")
    luz = identity.register_person(tx, person=NewPerson("Luz")).id
    with pytest.raises(errors.HouseholdHasHead):
        registry.add_member(tx, household_id=home.id, person_id=luz, role="head")
    with pytest.raises(errors.EndsBeforeItBegan):
        registry.end_membership(tx, person_id=rosa, last_day=date(2025, 4, 1), reason="moved")
    registry.end_membership(tx, person_id=rosa, reason="moved")
    registry.add_member(tx, household_id=other.id, person_id=rosa, role="head")
    before, now = (registry.find_membership(tx, person_id=rosa, on=on) for on in (date(2025, 6, 1), None))
    assert before is not None
    assert now is not None
    assert (before.household_id, now.household_id) == (home.id, other.id)


def test_facts_of_later_days_hide_earlier_ones(tx: Tx, home: Household) -> None:
    for on, facts in ((date(2025, 5, 1), {"rooms": 2, "cse": "pobre"}), (date(2025, 6, 1), {"rooms": None})):
        registry.record_facts(tx, household_id=home.id, facts=facts, source="survey", on=on)
    assert registry.facts(tx, household_id=home.id, on=date(2025, 5, 31)) == {"rooms": 2, "cse": "pobre"}
    assert registry.facts(tx, household_id=home.id) == {"rooms": None, "cse": "pobre"}


NOWHERE = HouseholdId(uuid4())
REFUSALS: list[tuple[type[Exception], Callable[[Tx, Household, PersonId], object]]] = [
    (errors.UnknownHousehold, lambda tx, h, p: registry.list_members(tx, household_id=NOWHERE)),
    (
        errors.UnknownHousehold,
        lambda tx, h, p: registry.add_member(tx, household_id=NOWHERE, person_id=p, role="head"),
    ),
    (errors.HouseholdCodeTaken, lambda tx, h, p: registry.register_household(tx, source="desk", code="1")),
    (errors.HouseholdRefused, lambda tx, h, p: registry.register_household(tx, source="desk", code="\0")),
    (
        errors.HouseholdRefused,
        lambda tx, h, p: registry.add_member(tx, household_id=h.id, person_id=p, role="cousin"),
    ),
    (errors.NotInHousehold, lambda tx, h, p: registry.end_membership(tx, person_id=p, reason="moved")),
    (
        errors.ObservedInFuture,
        lambda tx, h, p: registry.record_facts(tx, person_id=p, facts={}, source="s", on=date(2026, 1, 1)),
    ),
    (
        errors.FactRefused,
        lambda tx, h, p: registry.record_facts(tx, person_id=p, facts={"shoe": 38}, source="s"),
    ),
    (
        errors.FactRefused,
        lambda tx, h, p: registry.record_facts(tx, person_id=p, facts={"pregnant": 1}, source="s"),
    ),
    (
        errors.FactRefused,
        lambda tx, h, p: registry.record_facts(
            tx, person_id=p, facts={"monthly_income_minor": -1}, source="s"
        ),
    ),
    (
        errors.BadFactDeclaration,
        lambda tx, h, p: registry.declare_facts(tx, facts=[FactName("dog", "name", "text", "Its name.")]),
    ),
]


@pytest.mark.parametrize(("error", "attempt"), REFUSALS)
def test_what_is_refused(
    tx: Tx,
    home: Household,
    rosa: PersonId,
    error: type[Exception],
    attempt: Callable[[Tx, Household, PersonId], object],
) -> None:
    with pytest.raises(error):
        attempt(tx, home, rosa)


def test_a_fact_keeps_its_type(tx: Tx) -> None:
    registry.declare_facts(tx, facts=[FactName("household", "tablet", "bool", "Owns a tablet.")])
    with pytest.raises(errors.FactDeclaredOtherwise):
        registry.declare_facts(tx, facts=[FactName("household", "tablet", "int", "How many tablets.")])
