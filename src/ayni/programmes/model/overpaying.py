"""Money that was paid twice, or to somebody who was not entitled to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from ayni.values.ids import EntitlementId, OfficerId, PersonId, ProgrammeId


class OverpaymentCause(StrEnum):
    """Why something should not have been paid."""

    SAME_HUMAN = "same_human"
    DIED = "died"
    WRONG_FACTS = "wrong_facts"


@dataclass(frozen=True)
class OverpaymentDecision:
    """What an officer decided: how much is recovered, how much of it with each cycle, and until when it can
    be appealed. Waived: both sums are 0.
    """

    kind: str
    amount_minor: int
    each_cycle_minor: int
    reasons: str
    officer_id: OfficerId
    decided_at: datetime
    appealable_until: date
    left_minor: int


@dataclass(frozen=True)
class Overpayment:
    """A case. `other_entitlement_id`: the one that was rightly paid, when a human was paid by two."""

    id: UUID
    programme_id: ProgrammeId
    entitlement_id: EntitlementId
    other_entitlement_id: EntitlementId | None
    person_id: PersonId
    cause: OverpaymentCause
    amount_minor: int
    found_at: datetime
    decision: OverpaymentDecision | None
