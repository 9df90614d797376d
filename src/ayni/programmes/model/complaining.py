"""What people complain of, and the decisions that they appeal against."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from ayni.values.ids import GrievanceId, OfficerId, PersonId, ProgrammeId


class GrievanceKind(StrEnum):
    """A complaint is about how something was done, an appeal is against a decision."""

    COMPLAINT = "complaint"
    APPEAL = "appeal"


class GrievanceCategory(StrEnum):
    """What it is about."""

    NOT_INCLUDED = "not_included"
    WRONG_AMOUNT = "wrong_amount"
    NOT_PAID = "not_paid"
    WRONG_DATA = "wrong_data"
    TREATMENT = "treatment"
    FRAUD = "fraud"
    OVERPAYMENT = "overpayment"
    OTHER = "other"


class GrievanceChannel(StrEnum):
    """How it reached the office."""

    DESK = "desk"
    PHONE = "phone"
    WEB = "web"
    AGENT = "agent"
    LETTER = "letter"


class GrievanceOutcome(StrEnum):
    """How it ended."""

    UPHELD = "upheld"
    PARTIALLY_UPHELD = "partially_upheld"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    REFERRED = "referred"


@dataclass(frozen=True)
class Grievance:
    """A grievance as it stands. `severity` is 1 (low) to 3 (high); `due_on` is the legal term.

    `text` hides from `repr`: it is somebody's own story.
    """

    id: GrievanceId
    ticket: int
    kind: GrievanceKind
    category: GrievanceCategory
    channel: GrievanceChannel
    severity: int
    is_sensitive: bool
    person_id: PersonId | None
    programme_id: ProgrammeId | None
    subject_id: UUID | None
    assessment_id: UUID | None
    overpayment_id: UUID | None
    text: str = field(repr=False)
    received_at: datetime
    due_on: date
    assigned_to: OfficerId | None
    outcome: GrievanceOutcome | None
    reasons: str | None = field(repr=False)
    effect: str | None
    made_assessment_id: UUID | None
    decided_by: OfficerId | None
    decided_at: datetime | None
    is_escalated: bool


@dataclass(frozen=True)
class GrievanceNote:
    """Something that happened to a grievance."""

    kind: str
    officer_id: OfficerId | None
    text: str = field(repr=False)
    noted_at: datetime
    noted_by: str


@dataclass(frozen=True)
class GrievanceCount:
    """How many of one kind and category were received, and how they stand."""

    kind: str
    category: str
    received: int
    open: int
    overdue: int
    in_time: int
    upheld: int
