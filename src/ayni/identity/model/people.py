"""People, documents and officers as plain facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from ayni.values.ids import OfficerId, PersonId

NO_DOCUMENT = "NONE"
"""The kind of document of somebody who has none."""


class Sex(StrEnum):
    """As the document has it; None where it is not known."""

    FEMALE = "female"
    MALE = "male"


class OfficerRole(StrEnum):
    """What an officer may be trusted with."""

    REGISTRAR = "registrar"
    PROGRAMME_OFFICER = "programme_officer"
    APPROVER = "approver"
    AGENT_SUPERVISOR = "agent_supervisor"
    AUDITOR = "auditor"
    COMPLIANCE = "compliance"


@dataclass(frozen=True, slots=True)
class NewPerson:
    """A person to be registered. Documents and telephone are in their one written form already.

    `person_id` is made by the caller when it must know the id beforehand. `document` is (kind, number).
    """

    given_names: str
    first_surname: str | None = None
    second_surname: str | None = None
    birth_on: date | None = None
    birth_estimated: bool = False
    sex: str | None = None
    language: str | None = None
    synthetic: bool = False
    document: tuple[str, str] | None = None
    phone: str | None = None
    district_code: str | None = None
    address_line: str | None = None
    person_id: PersonId | None = None


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """How to reach a registered person, as last told. None leaves what is known as it is."""

    person_id: PersonId
    phone: str | None = None
    district_code: str | None = None
    address_line: str | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """A registered person, as known now. `restricted` when the file is kept, and used for nothing else."""

    id: PersonId
    first_surname: str | None
    second_surname: str | None
    given_names: str
    birth_on: date | None
    birth_estimated: bool
    sex: str | None
    language: str | None
    synthetic: bool
    recorded_at: datetime
    died_on: date | None = None
    restricted: bool = False

    @property
    def full_name(self) -> str:
        """Given names, then both surnames, as one is addressed."""
        return " ".join(part for part in (self.given_names, self.first_surname, self.second_surname) if part)


@dataclass(frozen=True, slots=True)
class Document:
    """A person's document with a register's last answer about it."""

    kind: str
    number: str
    verified: bool
    verified_at: datetime | None
    verified_by: str | None


@dataclass(frozen=True, slots=True)
class Claim:
    """What a person says of themselves, for a register to compare with its own entry.

    `synthetic` tells that the person was made up: a real register is never asked about them.
    """

    kind: str
    number: str
    first_surname: str | None
    second_surname: str | None
    given_names: str
    birth_on: date | None
    synthetic: bool
    person_id: PersonId
    """Ours, for the answer; no register is told it."""


@dataclass(frozen=True, slots=True)
class Verification:
    """A register's answer. `differences` names the fields that differ, never their values."""

    matches: bool
    differences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class VerificationSummary:
    """How many documents were asked about, and what the register answered."""

    asked: int
    matched: int
    differing: Mapping[str, int]
    """For each difference, in how many documents it was found."""


@dataclass(frozen=True, slots=True)
class Officer:
    """An officer's account, and the human behind it."""

    id: OfficerId
    login: str
    person_id: PersonId
    roles: tuple[OfficerRole, ...]
    """Those in force."""
    disabled: bool = False
