"""What a person's file holds. Reading the whole of it is an operation: it is written down."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from ayni.foundation.db import Tx
from ayni.identity.model import (
    Contact,
    OfficerRole,
    Person,
    PersonFile,
    Read,
    Representation,
    RepresentativeKind,
    completed_years,
)
from ayni.identity.queries.officers import check_may_decide, get_acting_officer
from ayni.identity.queries.people import get_anybody
from ayni.identity.store import lives, officers, people, privacy, reach, rights
from ayni.values.ids import PersonId

SEE_RESTRICTED = (OfficerRole.REGISTRAR, OfficerRole.AUDITOR)
"""Who may look at a restricted file, with a reason."""


def count_of(tx: Tx, name: str) -> int:
    """A country's parameter that is a count, in force today. Raises ParameterMissing."""
    value = tx.country.parameter(name, on=tx.today)
    assert isinstance(value, int)
    return value


def gather_file(tx: Tx, *, person: Person) -> PersonFile:
    """Everything that identity knows of a person."""
    one = {"person_id": person.id}
    return PersonFile(
        person=person,
        particulars=lives.list_particulars(tx, **one),
        documents=people.list_documents(tx, **one),
        withdrawn_documents=people.list_withdrawn_documents(tx, **one),
        verifications=privacy.list_verifications(tx, **one),
        contacts=list_contacts(tx, person_id=person.id),
        addresses=reach.list_addresses(tx, **one),
        representatives=rights.list_representatives(tx, person_id=person.id),
        represents=rights.list_represented(tx, **one),
        consents=rights.list_consents(tx, **one),
        deaths=lives.list_deaths(tx, **one),
        restrictions=privacy.list_restrictions(tx, **one),
        accounts=officers.list_accounts_of_person(tx, **one),
        other_files=privacy.list_files_of_human(tx, **one),
    )


def check_may_see_restricted(tx: Tx, *, person_id: PersonId) -> None:
    """Refuse whoever may not look at a restricted file. Raises RoleNotGranted, OwnCase, OfficerDisabled."""
    officer = get_acting_officer(tx, roles=SEE_RESTRICTED)
    check_may_decide(tx, officer_id=officer.id, person_ids=[person_id])


def list_contacts(tx: Tx, *, person_id: PersonId) -> list[Contact]:
    """A person's telephones, each with whether it must be verified (again)."""
    oldest = _oldest_proof(tx)
    return [
        replace(one, needs_verification=_is_old(one, oldest))
        for one in reach.list_contacts(tx, person_id=person_id)
    ]


def list_people_reached(tx: Tx, *, phone: str) -> list[PersonId]:
    """Whom a telephone is proven to reach: it was verified for them, and has given a sign since.

    The living whose files are not restricted; one telephone may serve several. Raises InvalidPhone.
    """
    return reach.list_people_reached(tx, phone=tx.country.check_mobile(phone), oldest=_oldest_proof(tx))


def list_phones_reaching(tx: Tx, *, person_id: PersonId) -> list[str]:
    """The telephones that are proven to reach a person, in E.164."""
    return reach.list_phones_reaching(tx, person_id=person_id, oldest=_oldest_proof(tx))


def _oldest_proof(tx: Tx) -> datetime:
    return tx.now - timedelta(days=count_of(tx, "identity.contact_proof_days"))


def _is_old(contact: Contact, oldest: datetime) -> bool:
    if contact.verified_at is None or contact.proved_at is None:
        return True
    return contact.proved_at < oldest


def list_representatives(tx: Tx, *, person_id: PersonId, on: date | None = None) -> list[Representation]:
    """Who may collect or act for a person on a day (today if none is given), the primary collector first.

    A guardian only while the person is a minor. Nobody for the dead or for a restricted file. Raises
    UnknownPerson.
    """
    day = on or tx.today
    person = get_anybody(tx, person_id=person_id)
    if person.restricted or (person.died_on is not None and person.died_on <= day):
        return []
    found = rights.list_representatives(tx, person_id=person_id, on=day)
    return [one for one in found if one.kind != RepresentativeKind.GUARDIAN or is_minor(tx, person, day)]


def is_minor(tx: Tx, person: Person, on: date) -> bool:
    """Whether somebody is known to be under age on a day."""
    adult = count_of(tx, "identity.adult_years")
    return person.birth_on is not None and completed_years(person.birth_on, on) < adult


def has_consent(tx: Tx, *, person_id: PersonId, purpose: str) -> bool:
    """Whether a person permits a purpose at present. The dead and the restricted permit nothing."""
    return rights.has_consent(tx, person_id=person_id, purpose=purpose)


def list_reads(tx: Tx, *, person_id: PersonId) -> list[Read]:
    """Who looked at a person's file, when and what for: for the person to see. Raises UnknownPerson."""
    get_anybody(tx, person_id=person_id)
    return privacy.list_reads(tx, person_id=person_id)
