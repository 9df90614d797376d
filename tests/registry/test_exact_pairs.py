"""Exact rules at an import: who is put before an officer, and who is not."""

from __future__ import annotations

from datetime import date

import pytest

from ayni import registry
from ayni.foundation.db import Database
from ayni.identity import NewPerson
from tests.registry.conftest import Import, person

ROSA = person("H1", "head", "Rosa María / Huamaní / Quispe", document_number="10117410",
              birth_on="1980-05-04", phone="987654321", ubigeo="150110")  # fmt: skip


@pytest.mark.parametrize(
    ("again", "model"),
    [
        ({"given_names": "ROSA MARIA", "first_surname": "Guamani"}, "same_name_and_birth"),
        (
            {"first_surname": "Quizpe", "second_surname": "Huamani"},
            "swapped_surnames_and_birth",
        ),
        ({"document_kind": "DNI", "document_number": "10117401"}, "same_name_and_birth"),
        (
            {"second_surname": "", "phone": "987654321"},
            "same_telephone_given_name_and_birth",
        ),
        (
            {"given_names": "Rosa", "first_surname": "Quispe", "second_surname": "", "phone": "987654321"},
            "same_telephone_given_name_and_birth",
        ),
    ],
)
def test_the_same_human_in_another_list_is_put_before_an_officer(
    own_database: Database, load: Import, again: dict[str, str], model: str
) -> None:
    load([ROSA])
    row = {**ROSA, "household_code": "X9", "document_kind": "", "document_number": "", "phone": "", **again}
    load([row], source="parish")
    with own_database.transaction() as tx:
        (pair,) = registry.list_pairs(tx)
    assert (pair.model, pair.found_by, pair.blocks) == (model, "exact", True)
    assert "uaman" not in str(pair.evidence)


@pytest.mark.parametrize(
    "other",
    [
        {"given_names": "Rosa Luz", "phone": "987654321"},
        {"given_names": "Luz María", "phone": "987654321"},
        {"birth_on": "1981-05-04", "phone": "987654321"},
        {"document_kind": "DNI", "document_number": "40000004"},
        {"birth_estimated": "yes"},
        {"birth_on": ""},
        {"first_surname": "Ticona", "second_surname": "Rojas", "phone": "987654321"},
    ],
    ids=["twin", "twin with the other name", "sibling", "homonym", "estimated", "unknown", "same house"],
)
def test_siblings_twins_and_homonyms_are_not(
    own_database: Database, load: Import, other: dict[str, str]
) -> None:
    load([ROSA])
    row = {**ROSA, "household_code": "X9", "document_kind": "", "document_number": "", "phone": "", **other}
    assert load([row], source="parish").people_added == 1
    with own_database.transaction() as tx:
        assert registry.list_pairs(tx) == []


def test_a_list_that_is_read_again_finds_nothing_again(own_database: Database, load: Import) -> None:
    twice = {**ROSA, "household_code": "X9", "document_kind": "", "document_number": ""}
    load([ROSA, twice])
    load([ROSA, twice])
    with own_database.transaction() as tx:
        assert len(registry.list_pairs(tx)) == 1


def test_whoever_is_registered_by_hand_is_looked_for_too(own_database: Database, load: Import) -> None:
    """A bug: only lists were compared, and a second file made at the counter was never seen."""
    load([ROSA])
    again = NewPerson("Rosa Maria", "Guamani", "Quispe", date(1980, 5, 4))
    with own_database.transaction() as tx:
        registered, pairs = registry.duplicates.register_resident(tx, person=again)
        (pair,) = registry.list_pairs(tx)
        _, none = registry.duplicates.register_resident(tx, person=NewPerson("Elmer", "Vilca", None, None))
    assert (pairs, none) == (1, 0)
    assert registered.id in (pair.low_id, pair.high_id)
    assert (pair.model, pair.blocks) == ("same_name_and_birth", True)
