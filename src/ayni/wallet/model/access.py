"""Who may use a wallet: PINs, one-time codes, devices, sessions and locks, as plain facts."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from ayni.values.ids import PersonId

PIN_DIGITS = 6
_PIN = re.compile(r"[0-9]{6}", re.ASCII)
_RISING, _FALLING = "01234567890123456789", "98765432109876543210"


class CodePurpose(StrEnum):
    """What a one-time code is for; one is never taken for another."""

    OPEN = "open"
    DEVICE = "device"
    RECOVER = "recover"
    PAY = "pay"
    UNFREEZE = "unfreeze"


class DeviceKind(StrEnum):
    """From what a wallet is used. A `sim` is a telephone without internet, known by its card."""

    BROWSER = "browser"
    APP = "app"
    SIM = "sim"


class LockReason(StrEnum):
    """Why nothing may be sent for a while."""

    NEW_NUMBER = "new_number"
    NEW_SIM = "new_sim"
    RECOVERED = "recovered"

    @property
    def words(self) -> str:
        """The reason in words."""
        return {
            LockReason.NEW_NUMBER: "a new telephone number was added",
            LockReason.NEW_SIM: "the telephone has another SIM card",
            LockReason.RECOVERED: "the wallet was recovered with a new PIN",
        }[self]


@dataclass(frozen=True, slots=True)
class Device:
    """Something that a wallet is used from. `ended_at` None: it still may."""

    id: UUID
    person_id: PersonId
    kind: str
    name: str
    bound_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class BoundDevice:
    """A device that was bound just now, and the token that only it knows: told once, kept nowhere."""

    device: Device
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is signed in on a device."""

    person_id: PersonId
    device_id: UUID
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class OpenedSession:
    """A session that was opened just now, and its token: told once, kept nowhere."""

    session: Session
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SendingLock:
    """Until when a person may send nothing and take no cash out."""

    person_id: PersonId
    why: str
    locked_until: datetime


def is_a_pin(text: str) -> bool:
    """Whether a text has the form of a PIN: six digits."""
    return isinstance(text, str) and _PIN.fullmatch(text) is not None


def is_easily_guessed(pin: str, known: Iterable[str]) -> bool:
    """Whether a PIN is one of those that thieves try first: a row, a pattern, or part of a number that is
    `known`.

    `known` are digits that others know of the holder: the day of birth, documents, telephones.

    >>> [is_easily_guessed(pin, ["19800504"]) for pin in ("121212", "040580", "739164")]
    [True, True, False]
    """
    if pin in _RISING or pin in _FALLING or len(set(pin)) <= 2 or pin[:3] == pin[3:]:
        return True
    if pin[:2] == pin[2:4] == pin[4:]:
        return True
    return any(pin in told for digits in known for told in _ways(digits))


def _ways(digits: str) -> set[str]:
    """A number as it stands, and a day of birth (year, month, day) in the orders in which people write it."""
    ways = {digits}
    if len(digits) == 8:
        year, month, day = digits[:4], digits[4:6], digits[6:]
        ways |= {day + month + year, day + month + year[2:], month + day + year[2:], year[2:] + month + day}
    return ways
