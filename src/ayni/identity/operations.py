"""What changes in identity. Each function is one use case; the caller commits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from ayni.foundation import audit
from ayni.foundation.db import Tx
from ayni.identity import queries, store
from ayni.identity.errors import OfficerRefused, PersonRefused
from ayni.identity.model import (
    Claim,
    NewPerson,
    Officer,
    OfficerRole,
    Person,
    Verification,
    VerificationSummary,
    Whereabouts,
)
from ayni.identity.ports import IdentityRegister
from ayni.values.ids import OfficerId, PersonId, new_id, show_id

OLDEST_DAYS = 121 * 366


def register_person(tx: Tx, *, person: NewPerson) -> Person:
    """Register one person, checking document and telephone by the country's rules.

    Raises InvalidDocument, InvalidPhone, DocumentAlreadyHeld, PersonRefused.
    """
    if person.document is not None:
        kind, number = person.document
        person = replace(person, document=(kind, tx.country.check_document(kind, number)))
    if person.phone is not None:
        person = replace(person, phone=tx.country.check_mobile(person.phone))
    if person.birth_on is not None and not 0 <= (tx.today - person.birth_on).days <= OLDEST_DAYS:
        raise PersonRefused(rule="a birth is not in the future, and not more than 120 years ago")
    person_id = person.person_id or PersonId(new_id(tx.now))
    store.insert_people(tx, [_row(replace(person, person_id=person_id), tx)])
    audit.record(tx, action="identity.register", subject=show_id("per", person_id))
    return queries.get_person(tx, person_id=person_id)


def register_people(tx: Tx, *, people: Iterable[NewPerson]) -> int:
    """Register many people at once, all or none, and say how many.

    For imports that have checked documents and telephones by the country's rules, and that write their own
    audit row; what must never happen is still refused. Memory does not grow with the number of people.
    Raises DocumentAlreadyHeld, PersonRefused.
    """
    return store.insert_people(tx, (_row(person, tx) for person in people))


def _row(person: NewPerson, tx: Tx) -> Sequence[Any]:
    kind, number = person.document or (None, None)
    return (
        person.person_id or new_id(tx.now),
        person.first_surname,
        person.second_surname,
        person.given_names,
        person.birth_on,
        person.birth_estimated,
        person.sex,
        person.language,
        person.synthetic,
        kind,
        number,
        person.phone,
        person.district_code,
        person.address_line,
    )


def record_whereabouts(tx: Tx, *, people: Iterable[Whereabouts]) -> int:
    """Add new telephones and addresses of many registered people, and say how many people were named.

    A new address closes the one before it; a new telephone stands beside the others. Checked as in
    `register_people`. Raises UnknownPerson, PersonRefused.
    """
    nothing = (None,) * 10
    return store.update_whereabouts(
        tx, ((p.person_id, *nothing, p.phone, p.district_code, p.address_line) for p in people)
    )


def add_document(tx: Tx, *, person_id: PersonId, kind: str, number: str) -> None:
    """Add a document to a registered person. Raises InvalidDocument, DocumentAlreadyHeld, UnknownPerson."""
    number = tx.country.check_document(kind, number)
    store.insert_document(tx, person_id=person_id, kind=kind, number=number)
    audit.record(
        tx, action="identity.add_document", subject=show_id("per", person_id), details={"kind": kind}
    )


def verify_documents(
    tx: Tx, register: IdentityRegister, *, person_ids: Sequence[PersonId]
) -> VerificationSummary:
    """Ask a register about every unconfirmed document of these people, and record its answers.

    For a register inside this process (the sandbox's). A register across a network is asked by
    `verify_all_documents`, which holds no transaction open while it waits. Raises RegisterUnavailable.
    """
    claims = store.list_claims(tx, person_ids=person_ids)
    return record_verifications(
        tx, source=register.name, answers=[(claim, register.verify(claim)) for claim in claims]
    )


def record_verifications(
    tx: Tx, *, source: str, answers: Sequence[tuple[Claim, Verification]]
) -> VerificationSummary:
    """Record a register's answers, with their source and date."""
    differing: Counter[str] = Counter()

    def rows() -> Iterator[Sequence[Any]]:
        for claim, answer in answers:
            differing.update(answer.differences)
            yield (
                claim.kind,
                claim.number,
                source,
                answer.matches,
                list(answer.differences),
                tx.now,
                tx.actor.who,
            )

    asked = store.insert_verifications(tx, rows())
    matched = sum(answer.matches for _, answer in answers)
    if asked:
        audit.record(
            tx,
            action="identity.verify",
            subject=source,
            details={"asked": asked, "matched": matched, **differing},
        )
    return VerificationSummary(asked, matched, dict(differing))


def register_officer(
    tx: Tx,
    *,
    login: str,
    roles: Sequence[OfficerRole],
    person_id: PersonId | None = None,
    document: tuple[str, str] | None = None,
) -> Officer:
    """Give a registered person an officer's account. The human is named by id or by document, one of the two.

    A human may have several accounts, which count as one (`are_same_human`).
    Raises UnknownPerson, UnknownDocument, LoginTaken, OfficerRefused.
    """
    if (person_id is None) == (document is None):
        raise OfficerRefused(rule="name the human by id or by document, one of the two")
    if not roles:
        raise OfficerRefused(rule="an account needs a role")
    if person_id is None:
        assert document is not None
        person_id = queries.get_holder(tx, kind=document[0], number=document[1]).id
    officer_id = OfficerId(new_id(tx.now))
    names = sorted({str(role) for role in roles})
    store.insert_officer(tx, officer_id=officer_id, login=login, person_id=person_id, roles=names)
    audit.record(
        tx,
        action="identity.register_officer",
        subject=show_id("off", officer_id),
        details={"person": show_id("per", person_id), "roles": names},
    )
    return queries.get_officer(tx, officer_id=officer_id)
