"""Corrections and deaths: what is put right, and what stood before."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import psycopg
import pytest

from ayni import identity
from ayni.foundation import audit
from ayni.foundation.db import Tx
from ayni.identity import errors, privacy
from ayni.identity.model import Corrected, Person
from ayni.identity.operations.lives import correct_person, record_death, reverse_death
from ayni.sandbox.identity_register import SandboxIdentityRegister
from ayni.values.ids import PersonId, show_id
from tests.identity.cast import ROSA, acting, after, officer, register

LIMA = ZoneInfo("America/Lima")
WHY: dict[str, Any] = {"reason": "typed wrongly", "source": "DNI seen"}


def test_a_correction_shows_what_is_right_and_keeps_what_stood_before(tx: Tx) -> None:
    rosa = identity.register_person(tx, person=ROSA)
    later = after(tx, days=3)
    fixed = correct_person(
        later,
        person_id=rosa.id,
        particulars={"given_names": "  Rosa   María ", "second_surname": None},
        **WHY,
    )
    assert (fixed.given_names, fixed.second_surname, fixed.birth_on) == ("Rosa María", None, rosa.birth_on)
    assert identity.find_person(later, kind="DNI", number="10117410") == fixed
    last = after(later, days=1)
    correct_person(last, person_id=rosa.id, particulars={"language": "qu"}, **WHY)
    file = privacy.open_file(last, person_id=rosa.id, purpose="looking back")
    assert [row.given_names for row in file.particulars] == ["Rosa", "Rosa María", "Rosa María"]
    assert [row.reason for row in file.particulars] == [None, "typed wrongly", "typed wrongly"]
    known = {
        day: file.known_on(date(2025, 6, day), LIMA) for day in (1, 2, 4, 5, 6)
    }  # registered on the 2nd, corrected on the 5th and the 6th
    assert known[1] is None
    assert [(k.given_names, k.language) for k in known.values() if k] == [
        ("Rosa", None),
        ("Rosa", None),
        ("Rosa María", None),
        ("Rosa María", "qu"),
    ]
    first = tx.connection.execute("SELECT given_names, second_surname FROM identity.people").fetchall()
    assert first == [("Rosa", "Mamani")]


def test_every_view_shows_the_corrected_person(tx: Tx) -> None:
    rosa = identity.register_person(tx, person=ROSA)
    particulars: Corrected = {"given_names": "Ruth", "first_surname": "Ñahui", "birth_on": date(1981, 2, 3)}
    correct_person(tx, person_id=rosa.id, particulars=particulars, **WHY)
    names = tx.connection.execute("SELECT display_name FROM identity_api.display_names").fetchall()
    born = tx.connection.execute("SELECT birth_on FROM identity_api.particulars").fetchall()
    also = tx.connection.execute("SELECT birth_on FROM identity_api.people_with_document").fetchall()
    assert (names, born, also) == ([("Ruth Ñ.",)], [(date(1981, 2, 3),)], [(date(1981, 2, 3),)])


def test_a_date_of_birth_that_is_only_estimated_says_so(tx: Tx) -> None:
    rosa = identity.register_person(tx, person=ROSA)
    about = correct_person(
        tx, person_id=rosa.id, particulars={"birth_on": date(1980, 7, 1), "birth_estimated": True}, **WHY
    )
    assert (about.birth_on, about.birth_estimated) == (date(1980, 7, 1), True)
    unknown = correct_person(tx, person_id=rosa.id, particulars={"birth_on": None}, **WHY)
    assert (unknown.birth_on, unknown.birth_estimated) == (None, False)


def test_a_corrected_person_is_shown_to_the_register_again(tx: Tx) -> None:
    rosa = identity.register_person(tx, person=ROSA)
    register = SandboxIdentityRegister()
    assert identity.verify_documents(tx, register, person_ids=[rosa.id]).asked == 1
    assert identity.verify_documents(tx, register, person_ids=[rosa.id]).asked == 0
    later = after(tx, days=1)
    correct_person(later, person_id=rosa.id, particulars={"given_names": "Ruth"}, **WHY)
    assert identity.verify_documents(later, register, person_ids=[rosa.id]).asked == 1
    assert identity.verify_documents(later, register, person_ids=[rosa.id]).asked == 0


def test_a_correction_is_told_without_names(tx: Tx) -> None:
    rosa = identity.register_person(tx, person=ROSA)
    correct_person(tx, person_id=rosa.id, particulars={"given_names": "Ruth", "sex": "female"}, **WHY)
    row = audit.list_audit(tx, subject=show_id("per", rosa.id))[-1]
    assert (row.action, row.reason) == ("identity.correct", "typed wrongly")
    assert row.details == {"fields": ["given_names", "sex"]}


def test_a_death_is_recorded_reversed_and_recorded_again(tx: Tx) -> None:
    luz = register(tx)
    kept = {"source": "death certificate", "reason": "told by the family"}
    assert record_death(tx, person_id=luz.id, died_on=date(2025, 5, 30), **kept).died_on == date(2025, 5, 30)
    with pytest.raises(errors.PersonHasDied):
        record_death(tx, person_id=luz.id, died_on=date(2025, 5, 30), **kept)
    assert reverse_death(tx, person_id=luz.id, source="seen alive", reason="a namesake").died_on is None
    with pytest.raises(errors.NotRecordedDead):
        reverse_death(tx, person_id=luz.id, source="seen alive", reason="a namesake")
    assert record_death(tx, person_id=luz.id, died_on=tx.today, **kept).died_on == tx.today
    file = privacy.open_file(tx, person_id=luz.id, purpose="checking")
    assert [row.died_on for row in file.deaths] == [date(2025, 5, 30), None, tx.today]


def test_the_dead_may_still_be_corrected_and_nothing_new_is_begun_for_them(tx: Tx) -> None:
    rosa = identity.register_person(tx, person=ROSA)
    record_death(tx, person_id=rosa.id, died_on=tx.today, source="certificate", reason="told")
    correct_person(tx, person_id=rosa.id, particulars={"given_names": "Ruth"}, **WHY)
    with pytest.raises(errors.PersonHasDied):
        identity.add_document(tx, person_id=rosa.id, kind="CE", number="123456789")
    with pytest.raises(errors.DocumentAlreadyHeld):
        identity.register_person(tx, person=ROSA)


NOBODY = PersonId(uuid4())


def _correct(**fields: Any) -> Callable[[Tx, Person], object]:
    return lambda tx, luz: correct_person(tx, person_id=luz.id, particulars=fields, **WHY)


REFUSALS: list[tuple[type[Exception], Callable[[Tx, Person], object]]] = [
    (errors.NothingToCorrect, _correct(given_names="Luz")),
    (errors.NothingToCorrect, _correct()),
    (errors.PersonRefused, _correct(nickname="Lucha")),
    (errors.PersonRefused, _correct(given_names="")),
    (errors.PersonRefused, _correct(given_names=None)),
    (errors.PersonRefused, _correct(given_names="L" * 201)),
    (errors.PersonRefused, _correct(first_surname="\U0001f33b")),
    (errors.PersonRefused, _correct(birth_on=date(2025, 6, 3))),
    (errors.PersonRefused, _correct(birth_on=date(1895, 6, 2))),
    (errors.PersonRefused, _correct(birth_on=None, birth_estimated=True)),
    (errors.PersonRefused, _correct(sex="?")),
    (errors.PersonRefused, _correct(language="Quechua")),
    (
        errors.PersonRefused,
        lambda tx, luz: correct_person(
            tx, person_id=luz.id, particulars={"sex": "male"}, reason=" ", source="DNI"
        ),
    ),
    (
        errors.PersonRefused,
        lambda tx, luz: correct_person(
            tx, person_id=luz.id, particulars={"sex": "male"}, reason="a\0b", source="DNI"
        ),
    ),
    (
        errors.PersonRefused,
        lambda tx, luz: correct_person(
            tx, person_id=luz.id, particulars={"sex": "male"}, reason="so", source=""
        ),
    ),
    (
        errors.UnknownPerson,
        lambda tx, _: correct_person(tx, person_id=NOBODY, particulars={"sex": "male"}, **WHY),
    ),
    (
        errors.PersonRefused,
        lambda tx, luz: record_death(tx, person_id=luz.id, died_on=date(2025, 6, 3), **WHY),
    ),
    (
        errors.PersonRefused,
        lambda tx, luz: record_death(tx, person_id=luz.id, died_on=date(1984, 12, 31), **WHY),
    ),
    (errors.NotRecordedDead, lambda tx, luz: reverse_death(tx, person_id=luz.id, **WHY)),
]


@pytest.mark.parametrize(("error", "attempt"), REFUSALS)
def test_what_is_refused(tx: Tx, error: type[Exception], attempt: Callable[[Tx, Person], object]) -> None:
    luz = register(tx)
    with pytest.raises(error):
        attempt(tx, luz)
    assert identity.get_person(tx, person_id=luz.id) == luz


def test_nobody_corrects_themselves_whichever_account_they_use(tx: Tx) -> None:
    luz = register(tx)
    for login in ("luz", "luz2"):
        with pytest.raises(errors.OwnCase):
            correct_person(
                acting(tx, officer(tx, login, person=luz)),
                person_id=luz.id,
                particulars={"birth_on": date(1950, 1, 1)},
                **WHY,
            )


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE identity.people SET given_names = 'X'",
        "UPDATE identity.corrections SET given_names = 'X'",
        "UPDATE identity.corrections SET replaced_at = corrected_at, given_names = 'X'",
        "UPDATE identity.deaths SET died_on = '2025-01-01'",
        "DELETE FROM identity.corrections",
        "DELETE FROM identity.deaths",
        "TRUNCATE identity.deaths",
    ],
)
def test_not_even_the_owner_of_the_tables_edits_the_past(
    own_database: Any, owner: psycopg.Connection, statement: str
) -> None:
    with own_database.transaction() as tx:
        luz = register(tx)
        correct_person(tx, person_id=luz.id, particulars={"sex": "female"}, **WHY)
        record_death(tx, person_id=luz.id, died_on=tx.today, **WHY)
    with pytest.raises(psycopg.Error) as refused:
        owner.execute(statement)
    assert refused.value.sqlstate == "AY003"
