"""A document that was entered on the wrong person leaves them, and both can be read."""

from __future__ import annotations

from uuid import uuid4

import psycopg
import pytest

from ayni import identity
from ayni.foundation.country import InvalidDocument
from ayni.foundation.db import Tx
from ayni.identity import errors, lives, privacy
from ayni.identity.model import Person
from ayni.identity.operations.verification import record_verifications
from ayni.sandbox.identity_register import SandboxIdentityRegister
from ayni.values.ids import PersonId
from tests.identity.cast import ROSA, acting, after, officer, register

DNI = ROSA.document
assert DNI is not None
WHY = "the card is her sister's"


@pytest.fixture
def rosa(tx: Tx) -> Person:
    return identity.register_person(tx, person=ROSA)


def withdraw(tx: Tx, person: Person, number: str = "10117410", reason: str = WHY) -> None:
    lives.withdraw_document(tx, person_id=person.id, kind="DNI", number=number, reason=reason)


def verified(tx: Tx, person: Person) -> bool:
    query = "SELECT has_verified_document FROM identity_api.people_with_document WHERE person_id = %s"
    row = tx.connection.execute(query, [person.id]).fetchone()
    assert row is not None
    return bool(row[0])


def test_whose_it_is_may_have_it_and_the_mistake_stays_readable(tx: Tx, rosa: Person) -> None:
    luz = register(tx)
    with pytest.raises(errors.DocumentAlreadyHeld):
        identity.add_document(tx, person_id=luz.id, kind="DNI", number="10117410")
    withdraw(tx, rosa)
    assert identity.find_person(tx, kind="DNI", number="10117410") is None
    identity.add_document(tx, person_id=luz.id, kind="DNI", number="10117410")
    file = privacy.open_file(tx, person_id=rosa.id, purpose="looking back")
    assert file.documents == []
    [gone] = file.withdrawn_documents
    assert (gone.kind, gone.ends, gone.reason) == ("DNI", "…410", WHY)
    exported = identity.export_person(tx, person_id=rosa.id, purpose="asked for")
    assert exported["identity"]["withdrawn_documents"][0]["ends"] == "…410"
    assert "10117410" not in str(exported)
    withdraw(tx, luz)
    identity.add_document(tx, person_id=rosa.id, kind="DNI", number="10117410")
    assert len(privacy.open_file(tx, person_id=rosa.id, purpose="again").withdrawn_documents) == 1


def test_a_registers_answer_counts_for_whom_it_was_about(tx: Tx, rosa: Person) -> None:
    register_ = SandboxIdentityRegister()
    identity.verify_documents(tx, register_, person_ids=[rosa.id])
    assert verified(tx, rosa)
    claims_of_rosa = [
        identity.Claim("DNI", "10117410", "Quispe", "Mamani", "Rosa", ROSA.birth_on, True, rosa.id)
    ]
    withdraw(tx, rosa)
    luz = register(tx)
    identity.add_document(tx, person_id=luz.id, kind="DNI", number="10117410")
    # Asked about Rosa before, answered after: it says nothing of Luz.
    record_verifications(tx, source="late", answers=[(one, register_.verify(one)) for one in claims_of_rosa])
    assert not verified(tx, rosa)
    assert not verified(tx, luz)
    assert privacy.open_file(tx, person_id=luz.id, purpose="look").verifications == []
    assert identity.verify_documents(tx, register_, person_ids=[luz.id]).asked == 1


def test_only_whoever_holds_it_can_lose_it(tx: Tx, rosa: Person) -> None:
    luz = register(tx)
    with pytest.raises(errors.UnknownDocument):
        withdraw(tx, luz)
    with pytest.raises(errors.UnknownDocument):
        withdraw(tx, rosa, "40000004")
    with pytest.raises(InvalidDocument):
        withdraw(tx, rosa, "1")
    with pytest.raises(errors.PersonRefused):
        withdraw(tx, rosa, reason="  ")
    with pytest.raises(errors.UnknownPerson):
        lives.withdraw_document(tx, person_id=PersonId(uuid4()), kind="DNI", number="10117410", reason=WHY)
    assert identity.find_person(tx, kind="DNI", number="10117410") == rosa


def test_nobody_withdraws_their_own_nor_one_of_a_restricted_file(tx: Tx, rosa: Person) -> None:
    own = acting(tx, officer(tx, "rosa", person=rosa))
    with pytest.raises(errors.OwnCase):
        withdraw(own, rosa)
    ana = acting(tx, officer(tx, "ana"))
    privacy.restrict_person(ana, person_id=rosa.id, reason="asked")
    with pytest.raises(errors.PersonIsRestricted):
        withdraw(ana, rosa)


def test_the_database_lets_no_document_go_or_change_in_silence(tx: Tx, rosa: Person) -> None:
    for statement in (
        "DELETE FROM identity.documents",
        "UPDATE identity.documents SET number = '40000004'",
        "TRUNCATE identity.documents CASCADE",
    ):
        with pytest.raises(psycopg.Error), tx.connection.transaction():
            tx.connection.execute(statement.encode())
    withdraw(tx, rosa)
    identity.add_document(after(tx, days=1), person_id=rosa.id, kind="DNI", number="10117410")
    # Withdrawn once is not withdrawn for ever.
    with pytest.raises(psycopg.Error), tx.connection.transaction():
        tx.connection.execute("DELETE FROM identity.documents")
