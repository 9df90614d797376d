"""Finding people by names with mistakes, by document and by telephone; and what a search does not show."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import psycopg
import pytest

from ayni import identity
from ayni.foundation.country import InvalidDocument, InvalidPhone
from ayni.foundation.db import Actor, Database, Tx
from ayni.identity import NewPerson, OfficerRole, errors
from ayni.identity.operations import lives, privacy
from ayni.identity.store import names as store
from ayni.values.ids import show_id

ROSA = NewPerson("Rosa María", "Huamaní", "Quispe", date(1980, 5, 4), document=("DNI", "10117410"),
                 phone="987654321", district_code="150110")  # fmt: skip
OTHERS = [
    NewPerson("Luis Alberto", "Vargas", "Soto", date(1971, 1, 1), district_code="150110"),
    NewPerson("Rosa", "Chávez", "Medina", date(1990, 2, 2), district_code="150132"),
    NewPerson("Rosario", "Farfán"),
    NewPerson("Juan", "Pérez", "Rojas"),
]


@pytest.fixture
def rosa(tx: Tx) -> identity.Person:
    for other in OTHERS:
        identity.register_person(tx, person=other)
    return identity.register_person(tx, person=ROSA)


@pytest.mark.parametrize(
    "text",
    [
        *("Rosa María Huamaní Quispe", "rosa maria huamani quispe", "ROSA GUAMANI KISPE"),
        *("Quispe Huamaní Rosa", "Huamaní", "Rosa Ma. Huamaní", "Rosa Huamani", "Quispe Rosa María"),
        *("Rsoa María Huamaní Quispe", "Rosa Maria Huamni Quizpe", "Roza Waman Quispe"),
    ],
)
def test_a_name_is_found_however_it_is_written(tx: Tx, rosa: identity.Person, text: str) -> None:
    found = identity.search_people(tx, text=text)
    assert found[0].id == rosa.id
    assert found[0].canonical_id == rosa.id


def test_a_given_name_is_found_within_a_district(tx: Tx, rosa: identity.Person) -> None:
    found = identity.search_people(tx, text="Rosa", district="150110")
    assert [one.id for one in found] == [rosa.id]


def test_the_likest_comes_first(tx: Tx, rosa: identity.Person) -> None:
    twin = identity.register_person(tx, person=replace(ROSA, given_names="Rosaura", document=None))
    found = identity.search_people(tx, text="Rosa Maria Huamani Quispe")
    assert [one.id for one in found][:2] == [rosa.id, twin.id]
    assert found[0].likeness_per_mille == 1000 > found[1].likeness_per_mille
    assert len(identity.search_people(tx, text="Huamani Quispe", limit=1)) == 1


def test_a_search_shows_no_whole_document(tx: Tx, rosa: identity.Person) -> None:
    for found in (
        identity.search_people(tx, document=("DNI", "10117410")),
        identity.search_people(tx, phone="987 654 321"),
    ):
        assert [one.id for one in found] == [rosa.id]
        assert (found[0].document_kind, found[0].document_ends) == ("DNI", "…410")
        assert "10117410" not in repr(found)
    assert identity.search_people(tx, document=("DNI", "40000004")) == []


def test_a_corrected_person_is_found_by_both_names(tx: Tx, rosa: identity.Person) -> None:
    lives.correct_person(
        tx, person_id=rosa.id, particulars={"first_surname": "Ticona"}, reason="DNI", source="DNI"
    )
    for text in ("Rosa Maria Ticona Quispe", "Rosa Maria Huamani Quispe"):
        assert identity.search_people(tx, text=text)[0].id == rosa.id
    assert identity.search_people(tx, text="Ticona Quispe")[0].first_surname == "Ticona"


def test_restricted_people_are_found_by_nobody(tx: Tx, rosa: identity.Person) -> None:
    clerk = identity.register_person(tx, person=NewPerson("Ana"))
    officer = identity.register_officer(tx, login="ana", roles=[OfficerRole.REGISTRAR], person_id=clerk.id)
    acting = replace(tx, actor=Actor(show_id("off", officer.id), "test"))
    privacy.restrict_person(acting, person_id=rosa.id, reason="asked for")
    assert rosa.id not in [one.id for one in identity.search_people(tx, text="Rosa Maria Huamani Quispe")]
    assert identity.search_people(tx, document=("DNI", "10117410")) == []
    assert identity.search_people(tx, phone="987654321") == []


def test_that_somebody_searched_is_kept_and_for_whom_is_not(tx: Tx, rosa: identity.Person) -> None:
    identity.search_people(tx, text="Rosa Maria Huamani Quispe")
    identity.search_people(tx, phone="987654321")
    phone, name = store.list_searches(tx, limit=10)
    assert (phone.kind, phone.found, phone.searched_by) == ("phone", 1, "tester")
    assert name.kind == "name"
    rows = tx.connection.execute("SELECT s::text FROM identity.searches s").fetchall()
    assert not any("uaman" in row[0] or "98765" in row[0] for row in rows)


REFUSALS: list[tuple[type[Exception], Callable[[Tx], object]]] = [
    (errors.NothingToSearch, lambda tx: identity.search_people(tx)),
    (errors.NothingToSearch, lambda tx: identity.search_people(tx, text=" ")),
    (errors.NothingToSearch, lambda tx: identity.search_people(tx, text="a\0")),
    (errors.NothingToSearch, lambda tx: identity.search_people(tx, text="Rosa", limit=0)),
    (errors.NothingToSearch, lambda tx: identity.search_people(tx, text="Rosa", limit=101)),
    (errors.NothingToSearch, lambda tx: identity.search_people(tx, text="Rosa", phone="987654321")),
    (InvalidDocument, lambda tx: identity.search_people(tx, document=("DNI", "1"))),
    (InvalidPhone, lambda tx: identity.search_people(tx, phone="1")),
]


@pytest.mark.parametrize(("error", "attempt"), REFUSALS)
def test_what_cannot_be_searched_for(tx: Tx, error: type[Exception], attempt: Callable[[Tx], object]) -> None:
    with pytest.raises(error):
        attempt(tx)
    assert store.list_searches(tx, limit=10) == []


@pytest.mark.parametrize("text", ["'; DROP", "%", "_", "😀", "\u202easoR", "a" * 5000, "阿", "()|&!*:", "\\"])
def test_any_text_may_be_searched_for(tx: Tx, rosa: identity.Person, text: str) -> None:
    assert isinstance(identity.search_people(tx, text=text), list)


def test_people_from_before_name_keys_get_theirs(own_database: Database, owner: psycopg.Connection) -> None:
    with own_database.transaction() as tx:
        for number in range(5):
            identity.register_person(tx, person=NewPerson(f"Rosa {'I' * (number + 1)}", "Quispe"))
    owner.execute("ALTER TABLE identity.name_keys DISABLE TRIGGER never_changed")
    owner.execute("DELETE FROM identity.name_keys")
    owner.execute("ALTER TABLE identity.name_keys ENABLE TRIGGER never_changed")
    assert identity.fill_name_keys(own_database, batch=2) == 5
    assert identity.fill_name_keys(own_database) == 0
    with own_database.transaction() as tx:
        assert len(identity.search_people(tx, text="Rosa Quizpe")) == 5


def test_nobody_changes_keys_and_searches(owner: psycopg.Connection, own_database: Database) -> None:
    with own_database.transaction() as tx:
        identity.register_person(tx, person=ROSA)
        identity.search_people(tx, text="Rosa")
    for table in ("name_keys", "searches"):
        for attempt in (f"DELETE FROM identity.{table}", f"TRUNCATE identity.{table}"):
            with pytest.raises(psycopg.DatabaseError):
                owner.execute(attempt)
