"""What an import takes and yet asks somebody to look at, and what it does not take of restricted people."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from ayni import identity, registry
from ayni.foundation.db import Actor, Database, Tx
from ayni.identity import NewPerson, OfficerRole
from ayni.values.ids import HouseholdId, PersonId, show_id
from tests.registry.conftest import CHILD, HEAD, ON, Import, notes, person

ACTOR = Actor("tester", "test")
Row = dict[str, str]


def home_of(tx: Tx, code: str = "H1") -> HouseholdId:
    found = registry.find_household(tx, source="city", code=code)
    assert found is not None
    return found.id


def flags(database: Database, code: str = "H1") -> dict[str, Any]:
    with database.transaction(ACTOR) as tx:
        return {one.reason: one.details for one in registry.list_flags(tx, household_id=home_of(tx, code))}


def member(tx: Tx, role: str) -> PersonId:
    (found,) = [one for one in registry.list_members(tx, household_id=home_of(tx)) if one.role == role]
    return found.person_id


def test_a_child_older_than_its_mother_is_imported_and_looked_at(
    load: Import, own_database: Database
) -> None:
    odd = {**CHILD, "birth_on": "1979-01-31"}
    report = load([HEAD, odd])
    assert (report.people_added, report.refused, report.flagged) == (2, 0, 1)
    assert notes(report) == [(2, "birth_on", "ages_contradict")]
    with own_database.transaction(ACTOR) as tx:
        child = member(tx, "child")
    assert flags(own_database) == {"ages_contradict": {"people": [str(child)]}}
    # The same again asks nothing new, and says that it is still open.
    assert load([HEAD, odd]).notes == {"ages_contradict": 1}


@pytest.mark.parametrize(
    ("rows", "odd"),
    [
        ([HEAD, CHILD], False),
        ([HEAD, person("H1", "child", "Eva / Huamán / Quispe", birth_on="1980-05-04")], True),
        ([HEAD, person("H1", "parent", "Ana / Mamani /", birth_on="1990-01-01")], True),
        ([HEAD, person("H1", "parent", "Ana / Mamani /", birth_on="1950-01-01")], False),
        ([HEAD, person("H1", "child", "Eva / Huamán / Quispe")], False),
        ([HEAD, person("H1", "sibling", "Eva / Quispe / Mamani", birth_on="1940-01-01")], False),
    ],
)
def test_ages_are_compared_with_the_heads(
    load: Import, own_database: Database, rows: list[Row], odd: bool
) -> None:
    load(rows)
    assert ("ages_contradict" in flags(own_database)) is odd


def test_a_wife_is_compared_as_a_mother_and_a_husband_is_not(load: Import, own_database: Database) -> None:
    head = {**HEAD, "birth_on": "1950-05-04"}
    for code, sex in (("H1", "male"), ("H2", "female")):
        number = "10117410" if code == "H1" else "40000004"
        load(
            [
                {**head, "household_code": code, "document_number": number},
                person(code, "spouse", "Noé / Apaza /", birth_on="1990-01-01", sex=sex),
                person(code, "child", "Eva / Huamán / Quispe", birth_on="1985-01-01"),
            ]
        )
    assert (flags(own_database, "H1"), list(flags(own_database, "H2"))) == ({}, ["ages_contradict"])


def test_a_child_that_comes_into_a_known_household_is_compared_too(
    load: Import, own_database: Database
) -> None:
    load([HEAD, CHILD])
    assert flags(own_database) == {}
    late = person("H1", "child", "Eva / Huamán / Quispe", birth_on="1970-01-01")
    load([HEAD, CHILD, late])
    assert list(flags(own_database)) == ["ages_contradict"]


def test_an_import_of_two_batches_with_many_odd_ages_comes_to_its_end(
    load: Import, own_database: Database
) -> None:
    rows = []
    for number in range(5_200):
        code = f"H{number}"
        rows += [
            person(code, "head", f"Rosa / Quispe / {number}", birth_on="1980-01-01", sex="female"),
            person(code, "spouse", f"Luis / Huamán / {number}", birth_on="1979-01-01", sex="male"),
            person(code, "child", f"Eva / Huamán / {number}", birth_on="2010-01-01"),
            person(code, "child", f"Ana / Huamán / {number}", birth_on="1960-01-01"),
        ]
    report = load(rows)
    assert (report.people_added, report.notes) == (20_800, {"ages_contradict": 5_200})


def test_two_sources_of_one_day_that_disagree_are_looked_at_and_the_last_word_counts(
    load: Import, own_database: Database
) -> None:
    said = {**HEAD, "household.water": "none", "person.education_years": "4"}
    load([said])
    with own_database.transaction(ACTOR) as tx:
        home, rosa = home_of(tx), member(tx, "head")
        registry.record_facts(
            tx, household_id=home, facts={"water": "inside", "rooms": 2}, source="visit", on=ON
        )
        registry.record_facts(tx, person_id=rosa, facts={"education_years": 4}, source="visit", on=ON)
        assert registry.facts(tx, household_id=home, on=ON)["water"] == "inside"
    assert flags(own_database) == {"sources_disagree": {"on": ON.isoformat(), "facts": ["household.water"]}}
    # The list says something else again: asked once while it is open.
    report = load([{**said, "household.water": "outside", "person.education_years": "5"}])
    assert report.notes == {"sources_disagree": 1}
    with own_database.transaction(ACTOR) as tx:
        ana = identity.register_person(tx, person=NewPerson("Ana", "Choque"))
        by = identity.register_officer(tx, login="ana", roles=[OfficerRole.REGISTRAR], person_id=ana.id)
        registry.households.resolve_flag(
            tx, household_id=home, flag="sources_disagree", officer_id=by.id, reason="seen on a visit"
        )
        # What a person of the household says differently is another question.
        registry.record_facts(tx, person_id=rosa, facts={"education_years": 6}, source="visit", on=ON)
    assert flags(own_database) == {
        "sources_disagree": {
            "on": ON.isoformat(), "facts": ["person.education_years"]
        }
    }  # fmt: skip


def test_a_source_that_corrects_itself_or_tells_of_another_day_contradicts_nobody(
    load: Import, own_database: Database
) -> None:
    load([{**HEAD, "household.water": "none"}])
    load([{**HEAD, "household.water": "inside"}])
    load([{**HEAD, "household.water": "outside"}], on=date(2025, 6, 2))
    with own_database.transaction(ACTOR) as tx:
        home = home_of(tx)
        registry.record_facts(
            tx, household_id=home, facts={"water": "none"}, source="visit", on=date(2025, 5, 1)
        )
        registry.record_facts(
            tx, household_id=home, facts={"water": "outside"}, source="visit", on=date(2025, 6, 2)
        )
    assert flags(own_database) == {}


def test_an_import_writes_nothing_about_a_person_whose_file_is_restricted(
    load: Import, own_database: Database
) -> None:
    load([{**HEAD, "person.education_years": "4"}, CHILD])
    with own_database.transaction(ACTOR) as tx:
        rosa = member(tx, "head")
        ana = identity.register_person(tx, person=NewPerson("Ana", "Choque"))
        by = identity.register_officer(tx, login="ana", roles=[OfficerRole.REGISTRAR], person_id=ana.id)
    with own_database.transaction(Actor(show_id("off", by.id), "test")) as tx:
        identity.privacy.restrict_person(tx, person_id=rosa, reason="asked")
    new = {**HEAD, "person.education_years": "5", "phone": "912345678"}
    report = load([new, {**CHILD, "person.education_years": "0"}])
    assert (report.updated, report.refused) == (1, 1)
    assert notes(report) == [(2, "", "restricted_person")]
    # What is not new is as little told as ever, and nobody takes the head's place.
    again = load([{**HEAD, "person.education_years": "4"}, person("H1", "head", "Eva / Apaza /")])
    assert (again.unchanged, notes(again)) == (1, [(3, "relationship", "second_head")])
    with own_database.transaction(ACTOR) as tx:
        assert [one.facts for one in registry.list_records(tx, person_id=rosa)] == [{"education_years": 4}]
    with own_database.transaction(Actor(show_id("off", by.id), "test")) as tx:
        identity.privacy.lift_restriction(tx, person_id=rosa, reason="asked again")
    assert load([new]).updated == 1
    with own_database.transaction(ACTOR) as tx:
        assert registry.facts(tx, person_id=rosa) == {"education_years": 5}
