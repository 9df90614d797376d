"""Whatever people, keyboards and other systems send: taken as it is meant, or refused by name."""

from __future__ import annotations

import contextlib
import unicodedata
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ayni import identity
from ayni.foundation.country import InvalidDocument, InvalidPhone
from ayni.foundation.db import Database, Tx, begin
from ayni.foundation.errors import AyniError, BadInput, Refused
from ayni.identity import NewPerson, errors, lives, rights
from ayni.identity.model import NO_DOCUMENT, NotAName, Person, read_name
from tests.conftest import TEST_ACTOR
from tests.identity.cast import ROSA, register


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("U", "U"),
        ("Ñ" * 200, "Ñ" * 200),
        ("  Rosa   María ", "Rosa María"),
        ("Rosa Mari\u0301a", "Rosa María"),
        ("D'Angelo", "D'Angelo"),
        ("D\u00b4Angelo", "D\u00b4Angelo"),
        ("Mª del Carmen", "Mª del Carmen"),
        ("M° Elena", "M° Elena"),
        ("K\u2019antu", "K\u2019antu"),
        ("Pérez-Wamán", "Pérez-Wamán"),
        ("Juan 2do", "Juan 2do"),
        ("李", "李"),
        ("محمد", "محمد"),
        ("DROP TABLE people; --", "DROP TABLE people; --"),
        ("{name}", "{name}"),
    ],
)
def test_a_name_is_kept_as_it_is_meant(tx: Tx, written: str, kept: str) -> None:
    found = identity.register_person(tx, person=NewPerson(written, written))
    assert (found.given_names, found.first_surname) == (kept, kept)


NO_NAMES = [
    *("", " ", "\t", "-", "123", "...", "\u0301"),
    *("\U0001f339", "Rosa \U0001f339", "\U0001f468\u200d\U0001f469\u200d\U0001f467", "Rosa\u2122"),
    *("Rosa\u202e", "\u200fRosa", "Ro\u200bsa", "Rosa\u200d", "Rosa\ufeff", "Ro\u00adsa"),
    *("Rosa\0", "Rosa\n", "Ro\tsa", "Rosa\x1b[31m", "Rosa\x7f", "Rosa\u2028", "Rosa\ue000", "Rosa\ud800"),
    *("A" * 201, "Á" * 5_000),
]


@pytest.mark.parametrize("name", NO_NAMES, ids=ascii)
@pytest.mark.parametrize("field", ["given_names", "first_surname", "second_surname"])
def test_what_nobody_is_called_is_refused(tx: Tx, name: str, field: str) -> None:
    fields: dict[str, Any] = {"given_names": "Rosa", field: name}
    with pytest.raises(errors.PersonRefused):
        identity.register_person(tx, person=NewPerson(**fields))
    luz = register(tx)
    with pytest.raises(errors.PersonRefused):
        lives.correct_person(tx, person_id=luz.id, particulars={field: name}, reason="so", source="DNI")


def test_two_names_that_look_alike_are_not_made_different_by_signs_that_cannot_be_seen() -> None:
    for sign in ("\u200b", "\u200e", "\u2066", "\u00ad"):
        with pytest.raises(NotAName):
            read_name(f"Rosa{sign}")


@given(st.text(max_size=30))
def test_a_name_that_is_read_reads_the_same_again(text: str) -> None:
    try:
        found = read_name(text)
    except NotAName:
        return
    assert read_name(found) == found == unicodedata.normalize("NFC", found)
    assert "  " not in found


@pytest.mark.parametrize("born", [date(2025, 6, 2), date(2024, 2, 29), date(1905, 6, 2), date(1904, 6, 3)])
def test_the_youngest_the_oldest_and_the_leapling_are_registered(tx: Tx, born: date) -> None:
    assert register(tx, "Ana", born).birth_on == born


@pytest.mark.parametrize(
    "born", [date(2025, 6, 3), date(9999, 12, 31), date(1904, 6, 2), date(1895, 6, 2), date.min]
)
def test_a_birth_in_the_future_or_130_years_ago_is_refused(tx: Tx, born: date) -> None:
    with pytest.raises(errors.PersonRefused):
        register(tx, "Ana", born)


@pytest.mark.parametrize(
    ("kind", "number", "kept"),
    [
        ("DNI", "1011 7410", "10117410"),
        ("CE", "001-234-567", "001234567"),
        ("PTP", "001234567", "001234567"),
        ("PASSPORT", "ab 123456", "AB123456"),
    ],
)
def test_each_kind_of_document_has_one_written_form(tx: Tx, kind: str, number: str, kept: str) -> None:
    rosa = identity.register_person(tx, person=NewPerson("Rosa", document=(kind, number)))
    found = identity.find_person(tx, kind=kind, number=kept)
    assert found == rosa


def test_a_number_is_unique_within_its_kind_only(tx: Tx) -> None:
    for kind in ("CE", "PTP", "PASSPORT"):
        identity.register_person(tx, person=NewPerson("Rosa", document=(kind, "001234567")))
    with pytest.raises(errors.DocumentAlreadyHeld):
        identity.register_person(tx, person=NewPerson("Rosa", document=("CE", "001-234-567")))


def test_somebody_who_has_no_document_says_so(tx: Tx) -> None:
    luz = identity.register_person(tx, person=NewPerson("Luz", document=(NO_DOCUMENT, "")))
    assert tx.connection.execute("SELECT count(*) FROM identity.documents").fetchone() == (0,)
    identity.add_document(tx, person_id=luz.id, kind="DNI", number="40000004")
    assert identity.find_person(tx, kind="DNI", number="40000004") == luz


@pytest.mark.parametrize(
    "document",
    [
        ("NONE", "40000004"),
        *(
            ("DNI", number)
            for number in ("", "1", "10117411X", "00000000", "1011741\0", "１２３", "\U0001f4b3")
        ),
        *(("CE", number) for number in ("12345", "ABC", "1" * 100)),
        *(("PTP", number) for number in ("AB1234567", "12345678")),
        *(("PASSPORT", number) for number in ("ABCDEF", "A1", "1" * 13, "ñ12345")),
        *((kind, "40000004") for kind in ("dni", "", "LIBRETA", "DNI\0", "RUC")),
    ],
    ids=ascii,
)
def test_a_document_that_cannot_be_is_refused_before_it_is_stored(tx: Tx, document: tuple[str, str]) -> None:
    luz = register(tx)
    with pytest.raises(InvalidDocument):
        identity.register_person(tx, person=NewPerson("Rosa", document=document))
    with pytest.raises(InvalidDocument):
        identity.add_document(tx, person_id=luz.id, kind=document[0], number=document[1])


def test_none_is_no_document_to_add(tx: Tx) -> None:
    luz = register(tx)
    with pytest.raises(InvalidDocument):
        identity.add_document(tx, person_id=luz.id, kind=NO_DOCUMENT, number="")


@pytest.mark.parametrize(
    "phone", ["+56987654321", "+1 212 555 0100", "0056987654321", "987654321\0", "\u202e987654321"]
)
def test_a_telephone_of_another_country_or_of_none_is_refused(tx: Tx, phone: str) -> None:
    with pytest.raises(InvalidPhone):
        identity.register_person(tx, person=NewPerson("Rosa", phone=phone))


def test_the_document_of_a_dead_person_stays_theirs(tx: Tx) -> None:
    rosa = identity.register_person(tx, person=ROSA)
    lives.record_death(tx, person_id=rosa.id, died_on=tx.today, source="certificate", reason="told")
    with pytest.raises(errors.DocumentAlreadyHeld):
        identity.register_person(tx, person=ROSA)
    found = identity.find_person(tx, kind="DNI", number="10117410")
    assert found is not None
    assert found.died_on == tx.today


def test_no_refusal_repeats_what_was_sent(tx: Tx) -> None:
    luz: Person = register(tx)
    secret = "Zzqx"
    attempts: list[Callable[[], object]] = [
        lambda: identity.register_person(tx, person=NewPerson(f"{secret}\0")),
        lambda: identity.register_person(tx, person=NewPerson("A", language=secret)),
        lambda: identity.register_person(tx, person=NewPerson("A", document=("DNI", secret))),
        lambda: identity.register_person(tx, person=NewPerson("A", phone=secret)),
        lambda: lives.correct_person(
            tx, person_id=luz.id, particulars={"sex": secret}, reason="so", source="x"
        ),
        lambda: rights.give_consent(tx, person_id=luz.id, purpose=f"{secret} ", text_version="1"),
    ]
    for attempt in attempts:
        with pytest.raises(AyniError) as refused:
            attempt()
        assert secret not in f"{refused.value} {refused.value.as_dict()} {refused.value.__cause__}"


TEXTS = st.one_of(st.none(), st.text(max_size=12), st.sampled_from([*NO_NAMES, "Rosa", "qu", "female"]))


def test_no_garbage_makes_anything_but_a_person_or_a_named_refusal(database: Database) -> None:
    @settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(
        st.lists(TEXTS, min_size=10, max_size=10),
        st.one_of(st.none(), st.dates()),
        st.booleans(),
        st.booleans(),
    )
    def sent(texts: list[str | None], born: date | None, estimated: bool, with_document: bool) -> None:
        kind, number = texts[8] or "DNI", texts[9] or "10117410"
        person = NewPerson(
            texts[0] or "", texts[1], texts[2], born, estimated, texts[3], texts[4], True,
            (kind, number) if with_document else None, texts[5], texts[6], texts[7],
        )  # fmt: skip
        with database.connection() as connection, connection.transaction(force_rollback=True):
            tx = begin(connection, database.country, TEST_ACTOR)
            with contextlib.suppress(BadInput, Refused):
                identity.register_person(tx, person=person)
            # Nothing is half done: the transaction goes on.
            connection.execute("SELECT 1")

    sent()
