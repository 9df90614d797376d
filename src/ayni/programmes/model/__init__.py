"""What programmes speak of: definitions, assessments, cycles, entitlements. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from ayni.programmes.model.complaining import (
    Grievance,
    GrievanceCategory,
    GrievanceChannel,
    GrievanceCount,
    GrievanceKind,
    GrievanceNote,
    GrievanceOutcome,
)
from ayni.programmes.model.criteria import Compiled, NotACriterion, compile_expression, fact_sql
from ayni.programmes.model.cycles import (
    CHANGES,
    Change,
    ChangeCount,
    Cycle,
    CycleKind,
    CycleState,
    CycleWarning,
    Diff,
    Entitlement,
    period_of,
)
from ayni.programmes.model.definition import Criterion, Definition, from_stored, read_definition
from ayni.programmes.model.explaining import explain
from ayni.programmes.model.outcomes import Outcome
from ayni.programmes.model.overpaying import Overpayment, OverpaymentCause, OverpaymentDecision
from ayni.programmes.model.reading import NotADefinition
from ayni.programmes.model.rules import Rules, compile_rules
from ayni.programmes.model.scores import Scorecard, Term, compile_term, read_scorecard, scorecard_from_stored
from ayni.programmes.model.simulating import BASE, Figures, Question, Simulation, Variant, weighted_gini
from ayni.programmes.model.telling import Told
from ayni.programmes.model.training import Training
from ayni.programmes.model.verifying import (
    Ask,
    Contradiction,
    Mismatch,
    Reconciliation,
    Verification,
    VerificationAnswer,
)
from ayni.values.ids import EntitlementId, PersonId, ProgrammeId

MAX_AMOUNT_MINOR = 10**14
"""The most that one entitlement, or one cycle, may come to: what the ledger takes in one transfer."""


class EnrolmentState(StrEnum):
    """The state of a programme membership."""

    DRAFT = "draft"
    WAITING = "waiting"
    ENROLLED = "enrolled"
    PAUSED = "paused"
    EXITED = "exited"
    NOT_ELIGIBLE = "not_eligible"
    DUPLICATED = "duplicated"


@dataclass(frozen=True)
class Programme:
    """A programme and its newest definition."""

    id: ProgrammeId
    code: str
    target: str
    version: int
    definition: Definition


@dataclass(frozen=True)
class Waiting:
    """A place on the waiting list: the group (None: the last), the rank in it, and since when."""

    subject_id: UUID
    priority: int | None
    rank: Decimal | None
    since: datetime


@dataclass(frozen=True)
class Assessment:
    """An assessment of the whole registry: how many had each outcome, and what the eligible would get."""

    id: UUID
    programme_id: ProgrammeId
    version: int
    as_of: date
    eligible: int
    not_eligible: int
    unknown: int
    total_minor: int
    subjects: int | None = None
    """Of how many it was made; None: of the whole registry."""

    @property
    def assessed(self) -> int:
        """How many were judged."""
        return self.eligible + self.not_eligible + self.unknown


def why_stale(
    assessment: Assessment, *, newest_version: int, overtaken: bool, today: date, days: int
) -> str | None:
    """Why nothing may be paid from an assessment any more, as a clause, or None.

    `overtaken`: a later assessment was made. `days`: for how many days after its own day it is good.
    """
    if assessment.version < newest_version:
        return f"it was made by version {assessment.version}, and the programme has version {newest_version}"
    if overtaken:
        return "a newer assessment of the programme was made"
    if assessment.as_of > today:
        return f"it judges {assessment.as_of}, a day that has not come"
    if (today - assessment.as_of).days > days:
        return f"it judges {assessment.as_of}, and is good for {days} days"
    return None


@dataclass(frozen=True)
class Explanation:
    """Why: the outcome, each criterion's answer (None: unknown), and one sentence for the resident."""

    outcome: Outcome
    amount_minor: int | None
    answers: tuple[tuple[str, bool | None], ...]
    sentence: str
    facts: dict[str, Any]
    conflict: str | None
    version: int
    as_of: date


class HeldBack(StrEnum):
    """Why an entitlement may not be paid now. It stays payable: the same cycle pays it once that is over."""

    VOIDED = "voided"
    WAITS_FOR_ADJUDICATION = "waits_for_adjudication"
    SAME_HUMAN = "same_human"
    INCOMPATIBLE = "incompatible"
    OVERPAYMENT = "overpayment"
    RECIPIENT_DIED = "recipient_died"

    @property
    def sentence(self) -> str:
        """The reason in words that a resident can read."""
        return {
            HeldBack.WAITS_FOR_ADJUDICATION: (
                "Somebody of this household may be registered twice. An officer looks at it; then it is paid."
            ),
            HeldBack.VOIDED: "An officer took it back before it was paid.",
            HeldBack.SAME_HUMAN: (
                "Two files turned out to be of one person, who is paid for the other one in this cycle."
            ),
            HeldBack.INCOMPATIBLE: (
                "Somebody whom it covers is paid by another programme, which excludes this one."
            ),
            HeldBack.OVERPAYMENT: (
                "Somebody whom it covers was paid twice before. An officer decides about that first."
            ),
            HeldBack.RECIPIENT_DIED: "The person who would receive it has died. The household names another.",
        }[self]


@dataclass(frozen=True)
class Payable:
    """An entitlement that has not been paid, and the number of the next attempt."""

    id: EntitlementId
    recipient_id: PersonId
    amount_minor: int
    purpose: str | None
    attempt: int


@dataclass(frozen=True)
class PaymentCounts:
    """How a cycle's entitlements stand, and what they come to.

    Credited: in a wallet in use at once. Claimed: had waited for its wallet. Cashed: paid out by an agent for
    a voucher. Returned: waited in vain, and is the programme's again.
    """

    credited: int
    credited_minor: int
    claimed: int
    claimed_minor: int
    cashed: int
    cashed_minor: int
    waiting: int
    waiting_minor: int
    returned: int
    returned_minor: int
    handed_over: int
    unpaid: int
    unpaid_minor: int

    @property
    def paid(self) -> int:
        """How many have their money."""
        return self.credited + self.claimed + self.cashed

    @property
    def paid_minor(self) -> int:
        """What has left the programme for good."""
        return self.credited_minor + self.claimed_minor + self.cashed_minor


@dataclass(frozen=True)
class Disbursed:
    """What a disbursement did: `newly` now, `paid` in all, `unpaid` still payable, with reasons.

    `waiting`: for a wallet that nobody has taken into use yet, or at the agents' for a voucher, until the
    deadline for claims.
    """

    newly: int
    paid: int
    paid_minor: int
    unpaid: int
    reasons: dict[str, int]
    waiting: int = 0
    waiting_minor: int = 0
    stopped: str | None = None
    """Why it ended before everybody was tried: the programme itself cannot pay. Called again, it goes on."""


__all__ = [
    "BASE",
    "CHANGES",
    "MAX_AMOUNT_MINOR",
    "Ask",
    "Assessment",
    "Change",
    "ChangeCount",
    "Compiled",
    "Contradiction",
    "Criterion",
    "Cycle",
    "CycleKind",
    "CycleState",
    "CycleWarning",
    "Definition",
    "Diff",
    "Disbursed",
    "EnrolmentState",
    "Entitlement",
    "Explanation",
    "Figures",
    "Grievance",
    "GrievanceCategory",
    "GrievanceChannel",
    "GrievanceCount",
    "GrievanceKind",
    "GrievanceNote",
    "GrievanceOutcome",
    "HeldBack",
    "Mismatch",
    "NotACriterion",
    "NotADefinition",
    "Outcome",
    "Overpayment",
    "OverpaymentCause",
    "OverpaymentDecision",
    "Payable",
    "PaymentCounts",
    "Programme",
    "Question",
    "Reconciliation",
    "Rules",
    "Scorecard",
    "Simulation",
    "Term",
    "Told",
    "Training",
    "Variant",
    "Verification",
    "VerificationAnswer",
    "Waiting",
    "compile_expression",
    "compile_rules",
    "compile_term",
    "explain",
    "fact_sql",
    "from_stored",
    "period_of",
    "read_definition",
    "read_scorecard",
    "scorecard_from_stored",
    "weighted_gini",
    "why_stale",
]
