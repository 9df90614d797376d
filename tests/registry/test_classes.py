"""A household's socio-economic class holds for three years in Peru, and is evaluated again."""

from __future__ import annotations

from datetime import date

import pytest

from ayni import identity, registry
from ayni.foundation.db import Tx
from ayni.identity import NewPerson
from ayni.registry import errors
from ayni.registry.model import Class, Household, last_day_of_class
from ayni.values.ids import HouseholdId


@pytest.fixture
def home(tx: Tx) -> Household:
    return registry.register_household(tx, source="desk", code="1")


def classify(tx: Tx, home: Household, word: str, on: date) -> Class:
    return registry.classes.classify(tx, household_id=home.id, word=word, source="SISFOH", on=on)


@pytest.mark.parametrize(
    ("begins", "ends"),
    [
        (date(2022, 6, 3), date(2025, 6, 2)),
        (date(2024, 2, 29), date(2027, 2, 28)),
        (date(2021, 3, 1), date(2024, 2, 29)),
    ],
)
def test_it_holds_until_the_day_before_three_years_later(begins: date, ends: date) -> None:
    assert last_day_of_class(begins, 3) == ends


def test_the_class_of_a_day_is_the_last_evaluation_while_it_is_valid(tx: Tx, home: Household) -> None:
    first = classify(tx, home, "pobre", date(2021, 1, 10))
    second = classify(tx, home, "pobre_extremo", date(2024, 6, 1))
    assert first.valid_until == date(2024, 1, 9)
    assert registry.find_class(tx, household_id=home.id, on=date(2021, 1, 9)) is None
    assert registry.find_class(tx, household_id=home.id, on=date(2024, 1, 9)) == first
    assert registry.find_class(tx, household_id=home.id, on=date(2024, 1, 10)) is None
    assert registry.find_class(tx, household_id=home.id) == second
    assert registry.list_classes(tx, household_id=home.id) == [first, second]


def test_a_later_evaluation_of_an_earlier_day_does_not_hide_the_newer_one(tx: Tx, home: Household) -> None:
    newer = classify(tx, home, "pobre", date(2025, 5, 1))
    classify(tx, home, "no_pobre", date(2023, 5, 1))
    assert registry.find_class(tx, household_id=home.id) == newer


def test_classes_are_told_before_they_lapse_and_not_once_they_have_or_were_renewed(tx: Tx) -> None:
    def made(code: str, *days: date, lived_in: bool = True) -> HouseholdId:
        home = registry.register_household(tx, source="desk", code=code)
        if lived_in:
            person = identity.register_person(tx, person=NewPerson(code))
            registry.add_member(tx, household_id=home.id, person_id=person.id, role="head")
        for day in days:
            classify(tx, home, "pobre", day)
        return home.id

    soon = made("soon", date(2022, 6, 20))
    today = made("today", date(2022, 6, 3))
    made("lapsed", date(2022, 6, 2))
    made("renewed", date(2022, 6, 20), date(2025, 6, 1))
    made("later", date(2023, 6, 20))
    made("empty", date(2022, 6, 20), lived_in=False)
    found = registry.list_lapsing_classes(tx, days=30)
    assert [one.household_id for one in found] == [today, soon]
    assert [one.household_id for one in registry.list_lapsing_classes(tx, days=1)] == [today]


def test_the_published_view_gives_the_last_evaluation_of_each_household(tx: Tx, home: Household) -> None:
    classify(tx, home, "pobre", date(2024, 1, 1))
    classify(tx, home, "no_pobre", date(2025, 1, 1))
    query = "SELECT class, valid_until FROM registry_api.classes_on(%s)"
    assert tx.connection.execute(query, [date(2024, 12, 31)]).fetchall() == [("pobre", date(2026, 12, 31))]
    assert tx.connection.execute(query, [date(2025, 6, 2)]).fetchall() == [("no_pobre", date(2027, 12, 31))]
    assert tx.connection.execute(query, [date(2023, 12, 31)]).fetchall() == []


def test_a_class_that_the_classification_does_not_have_is_refused(tx: Tx, home: Household) -> None:
    with pytest.raises(errors.UnknownClass):
        classify(tx, home, "probre", date(2025, 6, 1))
    with pytest.raises(errors.ObservedInFuture):
        classify(tx, home, "pobre", date(2025, 6, 3))
    with pytest.raises(errors.HouseholdRefused):
        registry.classes.classify(tx, household_id=home.id, word="pobre", source="")


def test_nobody_evaluates_their_own_household(tx: Tx, home: Household) -> None:
    luz = identity.register_person(tx, person=NewPerson("Luz", "Apaza")).id
    registry.add_member(tx, household_id=home.id, person_id=luz, role="head")
    by = identity.register_officer(tx, login="luz", roles=["registrar"], person_id=luz).id
    with pytest.raises(errors.OwnHousehold):
        registry.classes.classify(tx, household_id=home.id, word="pobre", source="SISFOH", officer_id=by)


def test_each_class_that_lapses_is_warned_of_once(tx: Tx, home: Household) -> None:
    luz = identity.register_person(tx, person=NewPerson("Luz", "Apaza")).id
    registry.add_member(tx, household_id=home.id, person_id=luz, role="head")
    classify(tx, home, "pobre", date(2022, 6, 20))
    assert [registry.classes.warn_of_lapsing(tx) for _ in range(2)] == [1, 0]
    told = tx.connection.execute("SELECT household_id, class, lapses_after FROM registry_api.class_warnings")
    assert told.fetchall() == [(home.id, "pobre", date(2025, 6, 19))]
    assert registry.classes.list_warnings(tx, households=[home.id]) == {home.id: tx.now}
    # Evaluated again it holds for years, and the new one is warned of in its own time.
    classify(tx, home, "pobre_extremo", date(2025, 6, 2))
    assert registry.classes.warn_of_lapsing(tx) == 0


def test_nobody_is_warned_who_lives_nowhere_or_whose_class_has_lapsed(tx: Tx, home: Household) -> None:
    classify(tx, home, "pobre", date(2022, 6, 20))
    assert registry.classes.warn_of_lapsing(tx) == 0
    luz = identity.register_person(tx, person=NewPerson("Luz", "Apaza")).id
    registry.add_member(tx, household_id=home.id, person_id=luz, role="head")
    other = registry.register_household(tx, source="desk", code="lapsed")
    eva = identity.register_person(tx, person=NewPerson("Eva", "Apaza")).id
    registry.add_member(tx, household_id=other.id, person_id=eva, role="head")
    classify(tx, other, "pobre", date(2022, 6, 2))
    assert registry.classes.warn_of_lapsing(tx) == 1
