"""What stands in two files, each right by itself: one household, one person, one document."""

from __future__ import annotations

from datetime import date

from ayni import identity, registry
from ayni.foundation.db import Actor, Database
from tests.registry.conftest import CHILD, HEAD, Import, notes, person

ACTOR = Actor("tester", "test")


def members(database: Database, code: str, on: date | None = None) -> list[str]:
    with database.transaction(ACTOR) as tx:
        home = registry.find_household(tx, source="city", code=code)
        assert home is not None
        return [one.role for one in registry.list_members(tx, household_id=home.id, on=on)]


def test_a_household_in_two_rows_of_two_files_is_one_household(load: Import, own_database: Database) -> None:
    assert load([HEAD]).households_added == 1
    second = load([CHILD], on=date(2025, 6, 2))
    assert (second.people_added, second.households_added, second.refused) == (1, 0, 0)
    assert members(own_database, "H1") == ["head", "child"]
    # On the day of the first file the child was not known there yet.
    assert members(own_database, "H1", date(2025, 6, 1)) == ["head"]
    # A second head, of another file, is refused and told.
    third = load([person("H1", "head", "Eva / Apaza /", birth_on="1970-01-01")])
    assert notes(third) == [(2, "relationship", "second_head")]


def test_a_person_in_two_households_on_one_date_stays_in_the_first(
    load: Import, own_database: Database
) -> None:
    load([HEAD])
    elsewhere = {**HEAD, "household_code": "H9", "relationship": "other_relative"}
    other = person("H9", "head", "Eva / Apaza /", birth_on="1970-01-01")
    for source in ("city", "parish"):
        report = load([other, elsewhere], source=source)
        assert notes(report) == [(3, "document_number", "document_held")]
    with own_database.transaction(ACTOR) as tx:
        rosa = identity.find_person(tx, kind="DNI", number="10117410")
        assert rosa is not None
        found = registry.find_membership(tx, person_id=rosa.id, on=date(2025, 6, 1))
        assert found is not None
        assert found.role == "head"
    assert members(own_database, "H9") == ["head"]


def test_somebody_born_on_the_29_of_february_is_imported_as_they_are(
    load: Import, own_database: Database
) -> None:
    leap = {**HEAD, "birth_on": "1980-02-29"}
    wrong = person("H2", "head", "Ana / Soto /", birth_on="1981-02-29")
    report = load([leap, wrong])
    assert (report.people_added, report.notes) == (1, {"not_a_day": 1})
    with own_database.transaction(ACTOR) as tx:
        rosa = identity.find_person(tx, kind="DNI", number="10117410")
        assert rosa is not None
        assert rosa.birth_on == date(1980, 2, 29)
