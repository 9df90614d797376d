"""People, their documents, and officers: what is kept, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from uuid import uuid4

import pytest

from ayni import identity
from ayni.foundation.country import InvalidDocument
from ayni.foundation.db import Database, Tx
from ayni.identity import NewPerson, OfficerRole, errors, queries
from ayni.sandbox.identity_register import SandboxIdentityRegister
from ayni.values.ids import OfficerId, PersonId

ROSA = NewPerson("Rosa", "Quispe", "Mamani", date(1980, 5, 4), document=("DNI", "10117410"), synthetic=True)
NOBODY = PersonId(uuid4())


def test_a_person_is_found_by_document_however_it_is_written(tx: Tx) -> None:
    rosa = identity.register_person(tx, person=ROSA)
    assert identity.find_person(tx, kind="DNI", number=" 10117410 ") == rosa
    assert identity.find_person(tx, kind="DNI", number="40000004") is None
    row = tx.connection.execute("SELECT display_name FROM identity_api.display_names").fetchone()
    assert row == ("Rosa Q.",)


def test_somebody_without_a_document_is_a_person(tx: Tx) -> None:
    luz = identity.register_person(tx, person=NewPerson("Luz"))
    row = tx.connection.execute(
        "SELECT has_document, has_verified_document FROM identity_api.people_with_document"
        " WHERE person_id = %s", [luz.id]
    ).fetchone()  # fmt: skip
    assert row == (False, False)


REFUSALS: list[tuple[type[Exception], Callable[[Tx], object]]] = [
    (errors.UnknownPerson, lambda tx: identity.get_person(tx, person_id=NOBODY)),
    (
        errors.UnknownPerson,
        lambda tx: identity.add_document(tx, person_id=NOBODY, kind="DNI", number="40000004"),
    ),
    (errors.UnknownPerson, lambda tx: identity.record_whereabouts(tx, people=[identity.Whereabouts(NOBODY)])),
    (errors.UnknownDocument, lambda tx: queries.get_holder(tx, kind="DNI", number="40000004")),
    (errors.DocumentAlreadyHeld, lambda tx: identity.register_person(tx, person=ROSA)),
    (errors.DocumentAlreadyHeld, lambda tx: identity.register_people(tx, people=[ROSA])),
    (errors.PersonRefused, lambda tx: identity.register_person(tx, person=NewPerson("A" * 201))),
    (errors.PersonRefused, lambda tx: identity.register_person(tx, person=NewPerson("A\0"))),
    (errors.PersonRefused, lambda tx: identity.register_person(tx, person=NewPerson("A", sex="?"))),
    (
        errors.PersonRefused,
        lambda tx: identity.register_person(tx, person=NewPerson("A", birth_on=date(2030, 1, 1))),
    ),
    (errors.PersonRefused, lambda tx: identity.register_people(tx, people=[NewPerson("A", phone="12")])),
    (InvalidDocument, lambda tx: identity.register_person(tx, person=NewPerson("A", document=("DNI", "1")))),
    (errors.UnknownOfficer, lambda tx: identity.get_officer(tx, officer_id=OfficerId(NOBODY))),
    (
        errors.OfficerRefused,
        lambda tx: identity.register_officer(tx, login="ana", roles=[OfficerRole.AUDITOR]),
    ),
    (
        errors.OfficerRefused,
        lambda tx: identity.register_officer(tx, login="ana", roles=[], person_id=NOBODY),
    ),
    (
        errors.UnknownPerson,
        lambda tx: identity.register_officer(tx, login="ana", roles=[OfficerRole.AUDITOR], person_id=NOBODY),
    ),
]


@pytest.mark.parametrize(("error", "attempt"), REFUSALS)
def test_what_is_refused(tx: Tx, error: type[Exception], attempt: Callable[[Tx], object]) -> None:
    identity.register_person(tx, person=ROSA)
    with pytest.raises(error):
        attempt(tx)
    assert tx.connection.execute("SELECT count(*) FROM identity.people").fetchone() == (1,)


def test_two_accounts_of_one_human(tx: Tx) -> None:
    rosa = identity.register_person(tx, person=ROSA)
    luz = identity.register_person(tx, person=NewPerson("Luz"))
    maker = identity.register_officer(tx, login="rosa", roles=[OfficerRole.REGISTRAR], person_id=rosa.id)
    other = identity.register_officer(
        tx, login="rosa2", roles=[OfficerRole.APPROVER], document=("DNI", "10117410")
    )
    checker = identity.register_officer(tx, login="luz", roles=[OfficerRole.APPROVER], person_id=luz.id)
    assert identity.are_same_human(tx, first=maker.id, second=other.id)
    assert not identity.are_same_human(tx, first=maker.id, second=checker.id)
    with pytest.raises(errors.LoginTaken):
        identity.register_officer(tx, login="luz", roles=[OfficerRole.AUDITOR], person_id=luz.id)
    with pytest.raises(errors.OfficerRefused):
        identity.register_officer(tx, login="No Login", roles=[OfficerRole.AUDITOR], person_id=luz.id)


def test_a_register_is_asked_once_and_goes_on_after_an_outage(own_database: Database) -> None:
    numbers = ["40000001", "40000097", "40000098", "40000099"]
    with own_database.transaction() as tx:
        for number in numbers:
            person = NewPerson("Ana", "Choque", document=("DNI", number), synthetic=True)
            identity.register_person(tx, person=person)
    with pytest.raises(errors.RegisterUnavailable):
        identity.verify_all_documents(own_database, SandboxIdentityRegister(outages=True))
    identity.verify_all_documents(own_database, SandboxIdentityRegister())
    again = identity.verify_all_documents(own_database, SandboxIdentityRegister())
    assert again.asked == 0
    with own_database.transaction() as tx:
        # Each was asked about once, whichever of them the outage came before.
        asked = "SELECT document_number, count(*) FROM identity.verifications GROUP BY 1 ORDER BY 1"
        assert tx.connection.execute(asked).fetchall() == [(number, 1) for number in numbers]
        verified = "SELECT count(*) FROM identity_api.people_with_document WHERE has_verified_document"
        assert tx.connection.execute(verified).fetchone() == (2,)
