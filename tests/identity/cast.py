"""People and officers for tests about identity."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from ayni import identity
from ayni.foundation.clock import set_clock
from ayni.foundation.db import Actor, Tx
from ayni.identity import Authority, NewPerson, OfficerRole, privacy, reach
from ayni.identity.model import Officer, Person
from ayni.values.ids import show_id

ROSA = NewPerson("Rosa", "Quispe", "Mamani", date(1980, 5, 4), document=("DNI", "10117410"), synthetic=True)
PAPER = Authority("power of attorney", number="123-2025")
PHONE, OTHER_PHONE = "987654321", "912345678"


def register(tx: Tx, given_names: str = "Luz", birth_on: date | None = date(1985, 1, 1)) -> Person:
    """A person without a document."""
    return identity.register_person(tx, person=NewPerson(given_names, "Choque", None, birth_on))


def officer(tx: Tx, login: str, *roles: OfficerRole, person: Person | None = None) -> Officer:
    """An account of a human of its own, or of the one given."""
    human = person or register(tx, "Ana")
    return identity.register_officer(
        tx, login=login, roles=roles or (OfficerRole.REGISTRAR,), person_id=human.id
    )


def acting(tx: Tx, account: Officer) -> Tx:
    """The same transaction, in which that officer acts."""
    return replace(tx, actor=Actor(show_id("off", account.id), "test"))


def merge(tx: Tx, *, kept: Person, merged: Person) -> None:
    """Two files of one human, as their table has it."""
    tx.connection.execute(
        "INSERT INTO identity.merges (kept_id, merged_id, reason, decided_by, decided_at)"
        " VALUES (%s, %s, 'same human', 'test', %s)",
        [kept.id, merged.id, tx.now],
    )


def after(tx: Tx, *, days: int) -> Tx:
    """The same transaction, so many days later."""
    at = tx.now + timedelta(days=days)
    set_clock(tx, at=at)
    return replace(tx, now=at)


@dataclass
class Office:
    """Rosa with her telephone and address, and officers of three kinds."""

    tx: Tx
    rosa: Person
    registrar: Tx
    auditor: Tx
    approver: Tx
    account: Officer

    def restrict(self) -> None:
        privacy.restrict_person(self.registrar, person_id=self.rosa.id, reason="asked for erasure")


def open_office(tx: Tx) -> Office:
    rosa = identity.register_person(tx, person=ROSA)
    reach.add_contact(tx, person_id=rosa.id, phone=PHONE, reason="told")
    reach.move_person(tx, person_id=rosa.id, district_code="150132", line="Jr. Los Andes 123", reason="told")
    account = officer(tx, "registrar")
    return Office(
        tx,
        rosa,
        acting(tx, account),
        acting(tx, officer(tx, "auditor", OfficerRole.AUDITOR)),
        acting(tx, officer(tx, "approver", OfficerRole.APPROVER)),
        account,
    )
