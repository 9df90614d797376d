"""What a person's file holds beside who they are: histories, rights, consents, and who looked at it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from enum import StrEnum
from typing import TypedDict

from ayni.identity.model.people import Document, Officer, Person
from ayni.values.ids import PersonId


class Corrected(TypedDict, total=False):
    """What a correction changes; a field that is not named stays as it is, and None means "not known"."""

    first_surname: str | None
    second_surname: str | None
    given_names: str
    birth_on: date | None
    birth_estimated: bool
    sex: str | None
    language: str | None


@dataclass(frozen=True, slots=True)
class Particulars:
    """Who a person was held to be since an instant: first as registered, then as corrected."""

    first_surname: str | None
    second_surname: str | None
    given_names: str
    birth_on: date | None
    birth_estimated: bool
    sex: str | None
    language: str | None
    since: datetime
    reason: str | None
    source: str | None
    recorded_by: str | None


@dataclass(frozen=True, slots=True)
class Death:
    """What was recorded of a death; without a day it reverses the record before it."""

    died_on: date | None
    source: str
    reason: str
    recorded_at: datetime
    recorded_by: str


@dataclass(frozen=True, slots=True)
class WithdrawnDocument:
    """A document that was entered on this person by mistake. `ends` are its last signs: it is another's."""

    kind: str
    ends: str
    recorded_at: datetime
    withdrawn_at: datetime
    withdrawn_by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Contact:
    """A telephone. `valid_until` is its last day; `proved_at` the last sign that it reaches its person."""

    phone: str
    valid_from: date
    valid_until: date | None
    verified_at: datetime | None
    proved_at: datetime | None
    needs_verification: bool = True
    """True when it was never verified, or gave no sign for longer than the country allows."""

    @property
    def is_current(self) -> bool:
        """Whether the person is reached by it still, as far as is known."""
        return self.valid_until is None


@dataclass(frozen=True, slots=True)
class Address:
    """Where a person lives or lived. `valid_until` is the last day."""

    district_code: str | None
    line: str | None
    valid_from: date
    valid_until: date | None


class RepresentativeKind(StrEnum):
    """Who may do what for another. A guardian acts for a minor by law; collectors only receive."""

    PRIMARY_COLLECTOR = "primary_collector"
    ALTERNATE_COLLECTOR = "alternate_collector"
    GUARDIAN = "guardian"


@dataclass(frozen=True, slots=True)
class Authority:
    """What gives a representative the right: a kind of paper, with its number or what it says."""

    kind: str
    number: str | None = None
    says: str | None = None


@dataclass(frozen=True, slots=True)
class Representation:
    """One person's right to collect or act for another. `valid_until` is the authority's own last day.

    `ended_on` is the last day when it ended before; the day before `valid_from` means that it was a mistake.
    """

    number: int
    person_id: PersonId
    representative_id: PersonId
    kind: str
    authority_kind: str
    authority_number: str | None
    authority_says: str | None
    valid_from: date
    valid_until: date | None
    ended_on: date | None
    ended_reason: str | None
    reason: str
    recorded_at: datetime
    recorded_by: str


@dataclass(frozen=True, slots=True)
class Consent:
    """What a person permitted, in which words. `given_by` is the person, or the guardian of a minor."""

    purpose: str
    text_version: str
    given_on: date
    given_by: PersonId
    recorded_at: datetime
    recorded_by: str
    withdrawn_on: date | None
    withdrawn_by: str | None
    withdrawn_reason: str | None


@dataclass(frozen=True, slots=True)
class Restriction:
    """A time in which a person's file was kept and not used."""

    reason: str
    restricted_at: datetime
    restricted_by: str
    lifted_at: datetime | None
    lifted_by: str | None
    lifted_reason: str | None


@dataclass(frozen=True, slots=True)
class Read:
    """Somebody looked at a file: the whole `file`, an `export`, or `restricted` when it was found."""

    kind: str
    purpose: str
    read_at: datetime
    read_by: str
    channel: str


@dataclass(frozen=True, slots=True)
class Answered:
    """A register's answer about one document, as it was recorded."""

    document_kind: str
    document_number: str
    source: str
    matches: bool
    differences: list[str]
    verified_at: datetime
    verified_by: str


@dataclass(frozen=True, slots=True)
class HeldRole:
    """A role that an account has, or had until it was revoked."""

    role: str
    granted_at: datetime
    granted_by: str
    revoked_at: datetime | None
    revoked_by: str | None
    revoked_reason: str | None


@dataclass(frozen=True, slots=True)
class PersonFile:
    """Everything that identity knows of a person, histories oldest first."""

    person: Person
    particulars: list[Particulars]
    documents: list[Document]
    withdrawn_documents: list[WithdrawnDocument]
    verifications: list[Answered]
    contacts: list[Contact]
    addresses: list[Address]
    representatives: list[Representation]
    represents: list[Representation]
    consents: list[Consent]
    deaths: list[Death]
    restrictions: list[Restriction]
    accounts: list[Officer]
    other_files: list[PersonId]
    """Files of the same human, which were merged with this one."""

    def known_on(self, day: date, timezone: tzinfo) -> Particulars | None:
        """Who the person was held to be at the end of a civil day; None before they were registered."""
        until = [row for row in self.particulars if row.since.astimezone(timezone).date() <= day]
        return until[-1] if until else None
