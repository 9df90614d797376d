"""What is odd about an order, by rules that are data; and who may be on a list of sanctions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from ayni.values.ids import EventId, PersonId


class Action(StrEnum):
    """What is done. A held order waits for an officer, one to review goes on."""

    ASK_CODE = "ask_code"
    HOLD = "hold"
    REVIEW = "review"


class Signal(StrEnum):
    """What a rule looks at."""

    DEVICE_AGE = "device_age"
    SENDS = "sends"
    RECEIPTS_THEN_CASH = "receipts_then_cash"
    AGENT_ROUND_TRIPS = "agent_round_trips"


@dataclass(frozen=True, slots=True)
class Rule:
    """From `times` on within the window, and from an amount on, an order is odd by this signal."""

    name: str
    signal: Signal
    window: timedelta
    times: int
    least_minor: int
    action: Action


@dataclass(frozen=True, slots=True)
class Seen:
    """What a wallet has done in a rule's window, and what it is about to do. Amounts in minor units.

    `cash_kinds` are the codes of what it did at the agent of this order, in their order.
    """

    amount_minor: int
    is_send: bool
    is_cash_out: bool
    is_cash: bool
    device_age: timedelta | None
    sends: int
    payers: int
    cash_kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RiskDecision:
    """An order that was odd by a rule, and what was done about it."""

    person_id: PersonId
    id: UUID
    event_id: EventId
    rule: str
    action: str
    reason: str
    shop_id: UUID | None
    decided_at: datetime


def read_rules(rows: Sequence[tuple[Any, ...]]) -> tuple[Rule, ...]:
    """Rules from their dated rows (name, signal, hours, times, least minor, action)."""
    return tuple(
        Rule(name, Signal(signal), timedelta(hours=int(hours)), int(times), int(least), Action(action))
        for name, signal, hours, times, least, action in rows
    )


def is_odd(rule: Rule, seen: Seen) -> bool:
    """Whether an order is odd by a rule."""
    if seen.amount_minor < rule.least_minor:
        return False
    if rule.signal is Signal.DEVICE_AGE:
        return seen.device_age is not None and seen.device_age < rule.window
    if rule.signal is Signal.SENDS:
        return seen.is_send and seen.sends + 1 >= rule.times
    if rule.signal is Signal.RECEIPTS_THEN_CASH:
        return seen.is_cash_out and seen.payers >= rule.times
    turns = sum(one != other for one, other in zip(seen.cash_kinds, seen.cash_kinds[1:], strict=False))
    return seen.is_cash and turns + 1 >= rule.times


@dataclass(frozen=True, slots=True)
class SanctionEntry:
    """Somebody on a list: by name, and by document and day or year of birth where the list has them."""

    id: str
    name: str = field(repr=False)
    document: tuple[str, str] | None = field(default=None, repr=False)
    birth_on: date | None = None
    birth_year: int | None = None


@dataclass(frozen=True, slots=True)
class SanctionHit:
    """A holder who may be somebody on a list. `is_same` None: nobody has decided yet."""

    id: UUID
    person_id: PersonId
    list: str
    entry: str
    version: str
    likeness_per_mille: int
    reason: str
    found_at: datetime
    is_same: bool | None


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A suspicion that is looked into, and how that ended."""

    id: UUID
    person_id: PersonId
    reason: str
    opened_by: str
    opened_at: datetime
    ended: str | None
    reference: str | None
    ended_reason: str | None
    ended_at: datetime | None
