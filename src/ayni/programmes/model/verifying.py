"""Whether what the ledger says is what residents say, and what the bank says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from ayni.values.ids import CycleId, EntitlementId, PersonId


class VerificationAnswer(StrEnum):
    """What somebody says who was asked whether they received it."""

    RECEIVED = "received"
    NOT_RECEIVED = "not_received"
    OTHER_AMOUNT = "other_amount"
    NOT_REACHED = "not_reached"


@dataclass(frozen=True)
class Verification:
    """A sample of a cycle, and how many gave each answer. Whoever knows the seed draws the same sample."""

    id: UUID
    cycle_id: CycleId
    seed: str
    drawn_at: datetime
    asked: int
    answers: Mapping[str, int]


@dataclass(frozen=True)
class Ask:
    """Somebody to be asked: what the ledger says that they received."""

    entitlement_id: EntitlementId
    person_id: PersonId
    amount_minor: int
    quantity: int | None


@dataclass(frozen=True)
class Contradiction:
    """Somebody says something else than the ledger."""

    entitlement_id: EntitlementId
    answer: VerificationAnswer
    amount_minor: int | None
    note: str = field(repr=False)


@dataclass(frozen=True)
class Mismatch:
    """Something for an officer to look at. `what`: missing, other_amount, other_cycle (of a payment that we
    wrote), unknown (a movement of the ledger that no payment knows), bank (an entry that nothing explains).
    """

    what: str
    reference: str
    ours_minor: int | None
    theirs_minor: int | None


@dataclass(frozen=True)
class Reconciliation:
    """A cycle, or its programme's money, as we wrote it, as the ledger has it, and as the bank says it.

    `funded_minor` is what the ledger issued to the programme, `confirmed_minor` what the bank confirmed.
    """

    cycle_id: CycleId
    payments: int
    payments_minor: int
    funded_minor: int
    confirmed_minor: int
    work_list: tuple[Mismatch, ...]
