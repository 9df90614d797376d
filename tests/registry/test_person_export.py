"""What the registry gives to a person who asks for their data, and how it treats a restricted file."""

from __future__ import annotations

import json
from datetime import date

import pytest

from ayni import app, identity, registry
from ayni.foundation.db import Tx
from ayni.identity import NewPerson, PersonIsRestricted
from ayni.values.ids import HouseholdId, PersonId, show_id
from tests.identity.cast import acting, officer


@pytest.fixture
def home(tx: Tx) -> tuple[PersonId, PersonId, HouseholdId]:
    """Luz, who heads a household since May and lived in another before, Sami in it, and the household."""
    luz = identity.register_person(tx, person=NewPerson("Luz", "Choque", birth_on=date(1980, 1, 1)))
    sami = identity.register_person(tx, person=NewPerson("Sami", "Quispe", birth_on=date(2015, 1, 1)))
    former = registry.register_household(tx, source="census", code="A-1")
    present = registry.register_household(tx, source="census", code="B-2")
    registry.add_member(tx, household_id=former.id, person_id=luz.id, role="sibling", on=date(2025, 1, 1))
    registry.end_membership(tx, person_id=luz.id, last_day=date(2025, 4, 30), reason="moved out")
    for person, role in ((luz, "head"), (sami, "child")):
        registry.add_member(tx, household_id=present.id, person_id=person.id, role=role, on=date(2025, 5, 1))
    said = [
        (former, 2, date(2025, 2, 1)),
        (former, 9, date(2025, 5, 20)),
        (present, 3, date(2025, 5, 2)),
    ]
    for household, rooms, on in said:
        registry.record_facts(tx, facts={"rooms": rooms}, source="survey", household_id=household.id, on=on)
    registry.record_facts(
        tx, facts={"pension": False}, source="declaration", person_id=luz.id, on=date(2025, 5, 3)
    )
    registry.record_facts(tx, facts={"pregnant": False}, source="declaration", person_id=sami.id)
    return luz.id, sami.id, present.id


def test_an_export_holds_memberships_and_facts_of_the_person_and_no_others(
    tx: Tx, home: tuple[PersonId, PersonId, HouseholdId]
) -> None:
    luz, _, present = home
    app.register()
    found = identity.export_person(tx, person_id=luz, purpose="asked")["registry"]
    assert json.loads(json.dumps(found)) == found
    told = [
        (one["code"], one["role"], one["valid_from"], one["valid_until"], [f["values"] for f in one["facts"]])
        for one in found["memberships"]
    ]
    # What was said of the former household after she had left is not about her.
    assert told == [
        ("A-1", "sibling", "2025-01-01", "2025-04-30", [{"rooms": 2}]),
        ("B-2", "head", "2025-05-01", None, [{"rooms": 3}]),
    ]
    assert found["memberships"][1]["household_id"] == show_id("hh", present)
    (fact,) = found["facts"]
    assert (fact["observed_on"], fact["source"], fact["values"]) == (
        "2025-05-03",
        "declaration",
        {"pension": False},
    )


def test_of_somebody_unknown_to_the_registry_it_tells_nothing(tx: Tx) -> None:
    eva = identity.register_person(tx, person=NewPerson("Eva"))
    assert registry.export_person(tx, person_id=eva.id) == {"memberships": [], "facts": []}


def test_a_restricted_person_counts_in_no_new_decision_and_joins_no_household(
    tx: Tx, home: tuple[PersonId, PersonId, HouseholdId]
) -> None:
    luz, sami, present = home

    def seen() -> tuple[int, int]:
        people = tx.connection.execute("SELECT count(*) FROM registry_api.people_on('2025-06-02')").fetchone()
        size = tx.connection.execute(
            "SELECT size FROM registry_api.households_on('2025-06-02') WHERE household_id = %s", [present]
        ).fetchone()
        assert people is not None
        assert size is not None
        return people[0], size[0]

    assert seen() == (2, 2)
    registrar = acting(tx, officer(tx, "registrar"))
    identity.privacy.restrict_person(registrar, person_id=sami, reason="asked")
    assert seen() == (1, 1)
    with pytest.raises(PersonIsRestricted):
        registry.record_facts(tx, facts={"pension": True}, source="declaration", person_id=sami)
    registry.end_membership(tx, person_id=sami, reason="moved out")
    with pytest.raises(PersonIsRestricted):
        registry.add_member(tx, household_id=present, person_id=sami, role="child")
    identity.privacy.lift_restriction(registrar, person_id=sami, reason="asked again")
    registry.add_member(tx, household_id=present, person_id=sami, role="child")
    assert seen() == (2, 2)
    assert luz != sami
