"""Telephones and addresses: whose they are, since when, and whether they still reach anybody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from ayni import identity
from ayni.foundation.country import InvalidPhone
from ayni.foundation.db import Tx
from ayni.identity import errors, lives, privacy, reach
from ayni.identity.model import Contact, Person
from ayni.values.ids import PersonId
from tests.identity.cast import OTHER_PHONE, PHONE, ROSA, acting, after, officer, register

NOBODY = PersonId(uuid4())
WHY: dict[str, Any] = {"reason": "told at the counter"}


def contacts(tx: Tx, person: Person) -> list[Contact]:
    return privacy.open_file(tx, person_id=person.id, purpose="test").contacts


def test_one_telephone_may_serve_several_people(tx: Tx) -> None:
    people = [register(tx, name) for name in ("Luz", "Ana", "Inés")]
    for person in people:
        reach.add_contact(tx, person_id=person.id, phone=PHONE, **WHY)
    reach.end_contact(tx, person_id=people[1].id, phone="+51 987 654 321", **WHY)
    assert {p.id for p in identity.list_people_by_phone(tx, phone=PHONE)} == {people[0].id, people[2].id}


def test_a_telephone_is_verified_again_when_it_has_been_silent_too_long(tx: Tx) -> None:
    luz = register(tx)
    days = tx.country.parameter("identity.contact_proof_days", on=tx.today)
    assert isinstance(days, int)
    assert reach.add_contact(tx, person_id=luz.id, phone=PHONE, **WHY) == "+51987654321"
    reach.note_contact_used(tx, person_id=luz.id, phone=PHONE)
    # Used, but never verified: whoever used it may be anybody.
    assert [c.needs_verification for c in contacts(tx, luz)] == [True]
    reach.verify_contact(tx, person_id=luz.id, phone=PHONE)
    assert [c.needs_verification for c in contacts(tx, luz)] == [False]
    silent = after(tx, days=days)
    assert [c.needs_verification for c in contacts(silent, luz)] == [False]
    reach.note_contact_used(silent, person_id=luz.id, phone=PHONE)
    still = after(silent, days=days)
    assert [c.needs_verification for c in contacts(still, luz)] == [False]
    lost = after(still, days=1)
    assert [c.needs_verification for c in contacts(lost, luz)] == [True]
    row = tx.connection.execute("SELECT verified_at, proved_at FROM identity_api.current_phones").fetchone()
    assert row == (tx.now, silent.now)


def test_a_sign_from_one_person_says_nothing_of_another_on_the_same_telephone(tx: Tx) -> None:
    luz, ana = register(tx), register(tx, "Ana")
    for person in (luz, ana):
        reach.add_contact(tx, person_id=person.id, phone=PHONE, **WHY)
    reach.verify_contact(tx, person_id=luz.id, phone=PHONE)
    assert [c.needs_verification for c in contacts(tx, ana)] == [True]


def test_a_telephone_that_comes_back_is_verified_anew(tx: Tx) -> None:
    luz = register(tx)
    reach.add_contact(tx, person_id=luz.id, phone=PHONE, **WHY)
    reach.verify_contact(tx, person_id=luz.id, phone=PHONE)
    reach.end_contact(tx, person_id=luz.id, phone=PHONE, **WHY)
    reach.add_contact(tx, person_id=luz.id, phone=PHONE, **WHY)
    assert [(c.valid_until, c.needs_verification) for c in contacts(tx, luz)] == [
        (tx.today, False),
        (None, True),
    ]


def test_a_telephone_that_was_a_mistake_was_never_theirs(tx: Tx) -> None:
    luz = register(tx)
    reach.add_contact(tx, person_id=luz.id, phone=PHONE, **WHY)
    later = after(tx, days=5)
    reach.end_contact(later, person_id=luz.id, phone=PHONE, mistaken=True, **WHY)
    assert [(c.valid_from, c.valid_until) for c in contacts(later, luz)] == [
        (date(2025, 6, 2), date(2025, 6, 1))
    ]


def test_addresses_follow_each_other(tx: Tx) -> None:
    luz = register(tx)
    reach.move_person(tx, person_id=luz.id, district_code="150132", line="Jr. Los Andes 123", **WHY)
    later = after(tx, days=10)
    reach.move_person(later, person_id=luz.id, district_code="150103", **WHY)
    reach.move_person(later, person_id=luz.id, district_code="150103", **WHY)
    found = privacy.open_file(later, person_id=luz.id, purpose="test").addresses
    assert [(a.district_code, a.valid_from, a.valid_until) for a in found] == [
        ("150132", date(2025, 6, 2), date(2025, 6, 11)),
        ("150103", date(2025, 6, 12), None),
    ]
    rows = tx.connection.execute("SELECT count(*) FROM identity_api.districts").fetchone()
    assert rows == (2,)


def _add(phone: str = PHONE, reason: str = "told") -> Callable[[Tx, Person], object]:
    return lambda tx, luz: reach.add_contact(tx, person_id=luz.id, phone=phone, reason=reason)


def _move(code: str | None = None, line: str | None = None) -> Callable[[Tx, Person], object]:
    return lambda tx, luz: reach.move_person(tx, person_id=luz.id, district_code=code, line=line, **WHY)


NO_PHONES = ("", "12", "+56987654321", "01 4567890", "98765432\0", "9" * 100, "９８７６５４３２")
REFUSALS: list[tuple[type[Exception], Callable[[Tx, Person], object]]] = [
    *((InvalidPhone, _add(phone)) for phone in NO_PHONES),
    (errors.ContactAlreadyKnown, lambda tx, luz: [_add()(tx, luz) for _ in "12"]),
    (errors.UnknownContact, lambda tx, luz: reach.verify_contact(tx, person_id=luz.id, phone=OTHER_PHONE)),
    (errors.UnknownContact, lambda tx, luz: reach.note_contact_used(tx, person_id=luz.id, phone=OTHER_PHONE)),
    (errors.UnknownContact, lambda tx, luz: reach.end_contact(tx, person_id=luz.id, phone=PHONE, **WHY)),
    (errors.UnknownPerson, lambda tx, _: reach.add_contact(tx, person_id=NOBODY, phone=PHONE, **WHY)),
    (
        errors.UnknownPerson,
        lambda tx, _: reach.move_person(tx, person_id=NOBODY, district_code="150101", **WHY),
    ),
    *((errors.PersonRefused, _add(reason=why)) for why in ("", "  ", "a\0", "x" * 501)),
    (errors.PersonRefused, _move()),
    (errors.PersonRefused, _move("15")),
    (errors.PersonRefused, _move(line="x" * 301)),
    (errors.PersonRefused, _move(line="a\0")),
]


@pytest.mark.parametrize(("error", "attempt"), REFUSALS)
def test_what_is_refused(tx: Tx, error: type[Exception], attempt: Callable[[Tx, Person], object]) -> None:
    luz = register(tx)
    with pytest.raises(error):
        attempt(tx, luz)


def test_the_dead_are_not_reached_any_more_and_their_telephones_end(tx: Tx) -> None:
    rosa = identity.register_person(tx, person=ROSA)
    reach.add_contact(tx, person_id=rosa.id, phone=PHONE, **WHY)
    lives.record_death(tx, person_id=rosa.id, died_on=tx.today, source="certificate", reason="told")
    attempts: list[Callable[[], object]] = [
        lambda: reach.add_contact(tx, person_id=rosa.id, phone=OTHER_PHONE, **WHY),
        lambda: reach.verify_contact(tx, person_id=rosa.id, phone=PHONE),
        lambda: reach.move_person(tx, person_id=rosa.id, district_code="150132", **WHY),
    ]
    for attempt in attempts:
        with pytest.raises(errors.PersonHasDied):
            attempt()
    reach.end_contact(tx, person_id=rosa.id, phone=PHONE, **WHY)


def test_nobody_verifies_their_own_telephone(tx: Tx) -> None:
    luz = register(tx)
    reach.add_contact(tx, person_id=luz.id, phone=PHONE, **WHY)
    with pytest.raises(errors.OwnCase):
        reach.verify_contact(acting(tx, officer(tx, "luz", person=luz)), person_id=luz.id, phone=PHONE)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE identity.contact_proofs SET proved_at = now()",
        "DELETE FROM identity.contact_proofs",
        "UPDATE identity.contacts SET phone = '+51900000000'",
    ],
)
def test_signs_are_never_changed(own_database: Any, owner: psycopg.Connection, statement: str) -> None:
    with own_database.transaction() as tx:
        luz = register(tx)
        reach.add_contact(tx, person_id=luz.id, phone=PHONE, **WHY)
        reach.verify_contact(tx, person_id=luz.id, phone=PHONE)
    with pytest.raises(psycopg.Error) as refused:
        owner.execute(statement)
    assert refused.value.sqlstate == "AY003"
