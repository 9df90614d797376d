"""What programmes speak of: definitions, assessments, cycles, entitlements. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from ayni.programmes.model.criteria import Compiled, NotACriterion, compile_expression, fact_sql
from ayni.programmes.model.definition import (
    Criterion,
    Definition,
    NotADefinition,
    from_stored,
    read_definition,
)
from ayni.values.ids import CycleId, EntitlementId, OfficerId, PersonId, ProgrammeId

MAX_AMOUNT_MINOR = 10**14
"""The most that one entitlement, or one cycle, may come to: what the ledger takes in one transfer."""


class Outcome(StrEnum):
    """What an assessment says of a subject."""

    ELIGIBLE = "eligible"
    NOT_ELIGIBLE = "not_eligible"
    UNKNOWN = "unknown"


class CycleState(StrEnum):
    """draft → to_approve → approved → distributed → ended, or cancelled before anybody was paid."""

    DRAFT = "draft"
    TO_APPROVE = "to_approve"
    APPROVED = "approved"
    DISTRIBUTED = "distributed"
    ENDED = "ended"
    CANCELLED = "cancelled"


class EnrolmentState(StrEnum):
    """The state of a programme membership."""

    DRAFT = "draft"
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
    version: int
    as_of: date


@dataclass(frozen=True)
class Cycle:
    """One round of payment. `total_minor` and `digest` are of the frozen entitlements."""

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


class HeldBack(StrEnum):
    """Why an entitlement may not be paid now. It stays payable: the same cycle pays it once that is over."""

    WAITS_FOR_ADJUDICATION = "waits_for_adjudication"
    SAME_HUMAN = "same_human"
    RECIPIENT_DIED = "recipient_died"

    @property
    def sentence(self) -> str:
        """The reason in words that a resident can read."""
        return {
            HeldBack.WAITS_FOR_ADJUDICATION: (
                "Somebody of this household may be registered twice. An officer looks at it; then it is paid."
            ),
            HeldBack.SAME_HUMAN: (
                "Two files turned out to be of one person, who is paid for the other one in this cycle."
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
class Disbursed:
    """What a disbursement did: `newly` now, `paid` in all, `unpaid` still payable, with reasons."""

    newly: int
    paid: int
    paid_minor: int
    unpaid: int
    reasons: dict[str, int]


_WORDS = {
    "es": ("Cumple todos los requisitos.", "No cumple: {}", "No se sabe si: {}", "Falta un titular."),
    "en": ("All conditions are met.", "Not met: {}", "Not known whether: {}", "There is no recipient."),
    "qu": ("Llapa mañakuykunata hunt'an.", "Mana hunt'anchu: {}", "Mana yachakunchu: {}", "Mana umayuqchu."),
}
_FAULTS = {
    "es": {
        "unknown": "No se sabe el monto: falta un dato.",
        "zero": "Según la fórmula el monto es cero.",
        "negative": "Según la fórmula no corresponde ningún monto.",
        "fraction": "El monto calculado tiene fracciones de la moneda menor: hay un dato por corregir.",
        "too_large": "El monto calculado es demasiado grande: hay un dato por corregir.",
    },
    "en": {
        "unknown": "The amount is not known: a fact is missing.",
        "zero": "By the formula the amount is zero.",
        "negative": "By the formula no amount is due.",
        "fraction": "The amount has fractions of the smallest coin: some fact needs correcting.",
        "too_large": "The amount is too large to be paid: some fact needs correcting.",
    },
    "qu": {
        "unknown": "Qullqiqa mana yachakunchu.",
        "zero": "Qullqiqa ch'usaq.",
        "negative": "Mana qullqi kanchu.",
        "fraction": "Qullqiqa mana allinchu.",
        "too_large": "Qullqiqa nisyu hatun.",
    },
}


def explain(
    definition: Definition,
    criteria: list[bool | None],
    outcome: Outcome,
    recipient: bool,
    language: str,
    *,
    amount_fault: str | None = None,
) -> str:
    """The sentence that a resident reads. Quechua stands beside the Spanish until it has been reviewed.

    `amount_fault`: why the formula's answer is no amount that can be paid, as `assessment_rows` says it.
    """
    if language == "qu":
        first = explain(definition, criteria, outcome, recipient, "es", amount_fault=amount_fault)
        return f"{first} / {_sentence(definition, criteria, outcome, recipient, 'qu', amount_fault)}"
    return _sentence(definition, criteria, outcome, recipient, language, amount_fault)


def _sentence(
    definition: Definition,
    criteria: list[bool | None],
    outcome: Outcome,
    recipient: bool,
    language: str,
    amount_fault: str | None,
) -> str:
    met, unmet, unknown, nobody = _WORDS.get(language, _WORDS["es"])
    if outcome is Outcome.ELIGIBLE:
        return met
    parts = []
    for wanted, words in ((False, unmet), (None, unknown)):
        told = [
            criterion.sentences.get(language) or next(iter(criterion.sentences.values()))
            for criterion, answer in zip(definition.criteria, criteria, strict=True)
            if answer is wanted
        ]
        if told:
            parts.append(words.format("; ".join(told)))
    if not recipient:
        parts.append(nobody)
    # Whoever does not meet a condition need not hear about a sum that was never theirs.
    if amount_fault is not None and False not in criteria:
        parts.append(_FAULTS.get(language, _FAULTS["es"])[amount_fault])
    return " ".join(parts)


__all__ = [
    "MAX_AMOUNT_MINOR",
    "Assessment",
    "Compiled",
    "Criterion",
    "Cycle",
    "CycleState",
    "Definition",
    "Disbursed",
    "EnrolmentState",
    "Explanation",
    "NotACriterion",
    "NotADefinition",
    "Outcome",
    "Payable",
    "Programme",
    "compile_expression",
    "explain",
    "fact_sql",
    "from_stored",
    "read_definition",
    "why_stale",
]
