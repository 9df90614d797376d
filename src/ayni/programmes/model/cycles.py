"""One round of payment: what it owes and for which days, what differs from the one before, who approved."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from ayni.programmes.model.definition import Definition
from ayni.values.ids import CycleId, EntitlementId, OfficerId, PersonId, ProgrammeId

_MONTH = re.compile(r"(\d{4})-(\d{2})")


class CycleState(StrEnum):
    """draft → to_approve → approved → distributed → ended, or cancelled before anybody was paid."""

    DRAFT = "draft"
    TO_APPROVE = "to_approve"
    APPROVED = "approved"
    DISTRIBUTED = "distributed"
    ENDED = "ended"
    CANCELLED = "cancelled"


class CycleKind(StrEnum):
    """What a cycle is for: a top-up gives more to whom another pays, a follow-up pays whom it left out."""

    REGULAR = "regular"
    TOP_UP = "top_up"
    FOLLOW_UP = "follow_up"


@dataclass(frozen=True)
class Cycle:
    """One round of payment. `total_minor` and `digest` are of the frozen entitlements.

    In kind nothing is paid: there `total_minor` is what the rations are worth, and no money is reserved.
    """

    id: CycleId
    programme_id: ProgrammeId
    programme: str
    name: str
    assessment_id: UUID
    state: CycleState
    entitlements: int
    total_minor: int
    digest: str
    opened_by: OfficerId
    opened_at: datetime
    approved_by: OfficerId | None
    kind: CycleKind
    parent_id: CycleId | None
    first_on: date | None
    last_on: date | None
    approvals_needed: int
    in_kind: bool


@dataclass(frozen=True)
class Entitlement:
    """What one subject is due in a cycle, to whom it goes, and whom it covers.

    `settled`: it was paid, handed over, or waits for its wallet.
    """

    id: EntitlementId
    cycle_id: CycleId
    subject_id: UUID
    payee_id: PersonId
    amount_minor: int
    purpose: str | None
    members: tuple[PersonId, ...]
    kind: str
    quantity: int | None
    deducted_minor: int
    settled: bool


@dataclass(frozen=True)
class ChangeCount:
    """How many entitlements came in, went out or changed for one reason, and what they came to."""

    change: str
    reason: str
    count: int
    before_minor: int
    after_minor: int


@dataclass(frozen=True)
class Change:
    """One subject's difference from the cycle before. `details`: criteria, facts [before, now], programme."""

    subject_id: UUID
    change: str
    before_minor: int | None
    after_minor: int | None
    reason: str
    details: Mapping[str, Any]


@dataclass(frozen=True)
class CycleWarning:
    """What should be looked at before a cycle is approved."""

    code: str
    numbers: Mapping[str, Any]

    def told(self, money: Callable[[int], str]) -> str:
        """The warning in words; `money` writes a sum as people read it."""
        numbers = {
            name: money(number) if name.endswith("_minor") else number
            for name, number in self.numbers.items()
        }
        return _WARNINGS[self.code].format(**numbers)


@dataclass(frozen=True)
class Diff:
    """What differs from the cycle before. Without one, `previous` is None and everybody came in."""

    previous: CycleId | None
    counts: tuple[ChangeCount, ...]
    warnings: tuple[CycleWarning, ...]


CHANGES = {
    "new_in_registry": "registered since",
    "no_longer_excluded": "no longer in a programme that excludes this one",
    "meets_now": "meets the criteria now",
    "enrolled_since": "enrolled since, from pause or from the waiting list",
    "left_registry": "no longer in the registry",
    "excluded": "enrolled in a programme that excludes this one",
    "meets_no_longer": "no longer meets the criteria",
    "not_known": "a fact that decides is no longer known",
    "paused": "paused",
    "exited": "left the programme",
    "waiting": "on the waiting list",
    "duplicated": "the file was merged into another",
    "draft": "not enrolled",
    "enrolled": "left out of this cycle",
    "recovery": "an overpayment is recovered",
    "facts": "facts of the household changed",
    "formula": "the programme's formula changed",
}
"""Why an entitlement came in, went out or changed, in words."""

_WARNINGS = {
    "nobody": "None of the {assessed} who were assessed is eligible.",
    "everybody": "All of the {assessed} who were assessed are eligible: no criterion leaves anybody out.",
    "criteria_without_effect": "These criteria leave nobody out: {criteria}.",
    "criteria_nobody_meets": "Nobody meets these criteria: {criteria}.",
    "large_change": "{came_in} came in and {went_out} went out, of {before} in the cycle before.",
    "budget_short": "The programme's free budget lacks {missing_minor} for this cycle.",
    "waiting_for_adjudication": "{count} entitlements would wait: somebody may be registered twice.",
    "over_budget_of_definition": "With this cycle the programme is {over_minor} over its budget.",
}


def period_of(definition: Definition, name: str, today: date) -> tuple[date, date] | None:
    """The days that a cycle is for, by its name: of the calendar, or else of a month written 2025-06.

    A programme without a calendar may call a cycle otherwise; it is then for today. None: the calendar does
    not know the name.
    """
    for period in definition.calendar:
        if period.name == name:
            return period.first_on, period.last_on
    if definition.calendar:
        return None
    month = _MONTH.fullmatch(name)
    if month is None or not 1 <= int(month[2]) <= 12 or int(month[1]) < 1:
        return today, today
    first = date(int(month[1]), int(month[2]), 1)
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
