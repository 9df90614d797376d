"""Who may collect or act for a person, and what a person permits."""

from __future__ import annotations

from datetime import date, timedelta

from ayni.foundation import audit
from ayni.foundation.db import Tx
from ayni.identity.errors import (
    ConsentRefused,
    GuardianNotAdult,
    NoConsent,
    NotAMinor,
    NotTheirGuardian,
    RepresentationRefused,
    UnknownRepresentation,
)
from ayni.identity.model import (
    Authority,
    Person,
    Representation,
    RepresentativeKind,
    birthday,
    completed_years,
)
from ayni.identity.operations.standing import get_changeable, lock_people
from ayni.identity.queries.file import count_of, is_minor, list_representatives
from ayni.identity.store import rights as store
from ayni.identity.store.officers import is_same_human
from ayni.values.ids import PersonId, show_id


def name_representative(
    tx: Tx,
    *,
    person_id: PersonId,
    representative_id: PersonId,
    kind: RepresentativeKind,
    authority: Authority,
    reason: str,
    valid_from: date | None = None,
    valid_until: date | None = None,
) -> Representation:
    """Name who collects for a person, or the guardian of a minor, from a day on (today if none is given).

    They receive for the person and never become the owner. A guardian's right ends at the latest on the day
    before the person is of age. One person collects for at most `identity.people_per_collector` others, also
    when two offices name them at one time.
    Raises RepresentationRefused, CollectorAlreadyNamed, AlreadyRepresents, TooManyRepresented,
    GuardianNotAdult, NotAMinor, UnknownPerson, PersonIsRestricted, PersonHasDied (of either), OwnCase.
    """
    if is_same_human(tx, first=person_id, second=representative_id):
        raise RepresentationRefused(rule="nobody represents themselves")
    first_day = valid_from or tx.today
    lock_people(tx, person_id, representative_id)
    person = get_changeable(tx, person_id=person_id)
    representative = get_changeable(tx, person_id=representative_id)
    if kind == RepresentativeKind.GUARDIAN:
        valid_until = _check_guardian(tx, person, representative, first_day, valid_until)
    number = store.insert_representative(
        tx,
        person_id=person_id,
        representative_id=representative_id,
        kind=kind,
        authority=authority,
        most_people=count_of(tx, "identity.people_per_collector"),
        valid_from=first_day,
        valid_until=valid_until,
        reason=reason,
    )
    _tell(tx, "name_representative", person_id, reason, number, representative_id, kind)
    found = store.find_representation(tx, number=number)
    assert found is not None
    return found


def _check_guardian(
    tx: Tx, person: Person, guardian: Person, first_day: date, valid_until: date | None
) -> date:
    """The last day of a guardian's right. Raises NotAMinor, GuardianNotAdult."""
    adult = count_of(tx, "identity.adult_years")
    if person.birth_on is None or not is_minor(tx, person, first_day):
        raise NotAMinor(years=adult)
    if guardian.birth_on is None or completed_years(guardian.birth_on, first_day) < adult:
        raise GuardianNotAdult(years=adult)
    eve = birthday(person.birth_on, adult) - timedelta(days=1)
    return eve if valid_until is None else min(eve, valid_until)


def end_representation(tx: Tx, *, number: int, reason: str, last_day: date | None = None) -> None:
    """End a right to represent with its last day (today if none is given).

    One that was a mistake ends on the day before its first, and was then never in force.
    Raises UnknownRepresentation, RepresentationRefused, PersonIsRestricted, OwnCase.
    """
    found = store.find_representation(tx, number=number)
    if found is None:
        raise UnknownRepresentation
    lock_people(tx, found.person_id, found.representative_id)
    for person_id in (found.person_id, found.representative_id):
        get_changeable(tx, person_id=person_id, even_dead=True)
    # A right that is still to begin is taken back whole.
    last_day = last_day or max(tx.today, found.valid_from - timedelta(days=1))
    if last_day > max(tx.today, found.valid_from):
        raise RepresentationRefused(rule="it ends today at the latest; a later last day is the paper's own")
    if not store.end_representation(tx, number=number, last_day=last_day, reason=reason):
        raise UnknownRepresentation
    _tell(tx, "end_representation", found.person_id, reason, number, found.representative_id, found.kind)


def _tell(
    tx: Tx, verb: str, person_id: PersonId, reason: str, number: int, representative_id: PersonId, kind: str
) -> None:
    audit.record(
        tx,
        action=f"identity.{verb}",
        subject=show_id("per", person_id),
        reason=reason,
        details={"number": number, "representative": show_id("per", representative_id), "kind": str(kind)},
    )


def give_consent(
    tx: Tx,
    *,
    person_id: PersonId,
    purpose: str,
    text_version: str,
    given_on: date | None = None,
    given_by: PersonId | None = None,
) -> None:
    """Write down that a person permits a purpose, in which words, on which day (today if none is given).

    A minor's guardian may give it, and gives it for a child under `privacy.consent_years`.
    Raises ConsentAlreadyGiven, ConsentRefused, NotTheirGuardian, UnknownPerson, PersonIsRestricted,
    PersonHasDied, OwnCase.
    """
    day = given_on or tx.today
    if day > tx.today:
        raise ConsentRefused(rule="nobody has consented in the future")
    person = get_changeable(tx, person_id=person_id)
    giver = given_by or person_id
    _check_giver(tx, person, giver, day)
    store.insert_consent(
        tx, person_id=person_id, purpose=purpose, text_version=text_version, given_on=day, given_by=giver
    )
    audit.record(
        tx,
        action="identity.give_consent",
        subject=show_id("per", person_id),
        details={"purpose": purpose, "text_version": text_version, "given_by": show_id("per", giver)},
    )


def _check_giver(tx: Tx, person: Person, giver: PersonId, day: date) -> None:
    own_from = count_of(tx, "privacy.consent_years")
    if giver == person.id:
        if person.birth_on is not None and completed_years(person.birth_on, day) < own_from:
            raise NotTheirGuardian(years=own_from)
        return
    guardians = [
        one.representative_id
        for one in list_representatives(tx, person_id=person.id, on=day)
        if one.kind == RepresentativeKind.GUARDIAN
    ]
    if giver not in guardians:
        raise NotTheirGuardian(years=own_from)


def withdraw_consent(tx: Tx, *, person_id: PersonId, purpose: str, reason: str) -> None:
    """Withdraw what a person permitted, in whatever words, from today on. What was done before stands.

    Raises NoConsent, ConsentRefused, UnknownPerson, PersonIsRestricted, OwnCase.
    """
    get_changeable(tx, person_id=person_id, even_dead=True)
    if not store.withdraw_consents(tx, person_id=person_id, purpose=purpose, reason=reason):
        raise NoConsent
    audit.record(
        tx,
        action="identity.withdraw_consent",
        subject=show_id("per", person_id),
        reason=reason,
        details={"purpose": purpose},
    )
