"""How a person is reached: telephones and addresses, and the signs that they still hold."""

from __future__ import annotations

from ayni.foundation import audit
from ayni.foundation.db import Tx
from ayni.identity.errors import ContactAlreadyKnown, PersonRefused, UnknownContact
from ayni.identity.model import Whereabouts
from ayni.identity.operations.people import record_whereabouts
from ayni.identity.operations.standing import get_changeable
from ayni.identity.store import reach as store
from ayni.values.ids import PersonId, show_id


def add_contact(tx: Tx, *, person_id: PersonId, phone: str, reason: str) -> str:
    """Add a telephone, which may be other people's too, and give its one written form. Not yet verified.

    Raises InvalidPhone, ContactAlreadyKnown, UnknownPerson, PersonIsRestricted, PersonHasDied, PersonRefused,
    OwnCase.
    """
    phone = _ready(tx, person_id, phone, reason)
    if not store.insert_contact(tx, person_id=person_id, phone=phone):
        raise ContactAlreadyKnown
    audit.record(tx, action="identity.add_contact", subject=show_id("per", person_id), reason=reason)
    return phone


def verify_contact(tx: Tx, *, person_id: PersonId, phone: str) -> None:
    """Record that a code sent to the telephone came back from the person, or that they answered it.

    Raises as `add_contact`, and UnknownContact.
    """
    _prove(tx, person_id, phone, "verified")


def note_contact_used(tx: Tx, *, person_id: PersonId, phone: str) -> None:
    """Record that the person has used the telephone with us. Raises as `verify_contact`."""
    _prove(tx, person_id, phone, "used")


def _prove(tx: Tx, person_id: PersonId, phone: str, kind: str) -> None:
    phone = _ready(tx, person_id, phone, "a sign")
    if not store.insert_contact_proof(tx, person_id=person_id, phone=phone, kind=kind):
        raise UnknownContact
    audit.record(tx, action=f"identity.contact_{kind}", subject=show_id("per", person_id))


def end_contact(tx: Tx, *, person_id: PersonId, phone: str, reason: str, mistaken: bool = False) -> None:
    """End a telephone with today; one that was `mistaken` was never the person's.

    Raises as `verify_contact`, but for the dead as well.
    """
    phone = _ready(tx, person_id, phone, reason, even_dead=True)
    if not store.close_contact(tx, person_id=person_id, phone=phone, mistaken=mistaken):
        raise UnknownContact
    audit.record(
        tx,
        action="identity.end_contact",
        subject=show_id("per", person_id),
        reason=reason,
        details={"mistaken": mistaken},
    )


def move_person(
    tx: Tx, *, person_id: PersonId, district_code: str | None, line: str | None = None, reason: str
) -> None:
    """Record where a person lives from today on. The address before it ends yesterday and stays readable.

    `district_code` has six digits. Raises UnknownPerson, PersonIsRestricted, PersonHasDied, PersonRefused,
    OwnCase.
    """
    if district_code is None and line is None:
        raise PersonRefused(rule="an address has a district or a line")
    _check_reason(reason)
    get_changeable(tx, person_id=person_id)
    place = Whereabouts(person_id, district_code=district_code, address_line=line)
    record_whereabouts(tx, people=[place])
    audit.record(tx, action="identity.move", subject=show_id("per", person_id), reason=reason)


def _ready(tx: Tx, person_id: PersonId, phone: str, reason: str, *, even_dead: bool = False) -> str:
    _check_reason(reason)
    phone = tx.country.check_mobile(phone)
    get_changeable(tx, person_id=person_id, even_dead=even_dead)
    return phone


def _check_reason(reason: str) -> None:
    # These tables keep no reason of their own: it stands in the audit trail, which takes any text.
    if not 1 <= len(reason.strip()) <= 500 or "\0" in reason:
        raise PersonRefused(rule="a reason has 1 to 500 letters")
