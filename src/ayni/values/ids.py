"""Identifiers that say their kind: `per_…`, `acc_…`, `trf_…`.

In the database an id is a uuid. Outside it is written as its kind, an underscore and 26 letters of
Crockford's base 32, so that a loan's id pasted where a person's belongs is refused and not looked up.
Every id starts with 48 bits of milliseconds, so that indexes grow at their end.
"""

from __future__ import annotations

import hashlib
import os
from datetime import UTC, datetime, timedelta
from typing import NewType
from uuid import UUID

PersonId = NewType("PersonId", UUID)
HouseholdId = NewType("HouseholdId", UUID)
AccountId = NewType("AccountId", UUID)
TransferId = NewType("TransferId", UUID)
EventId = NewType("EventId", UUID)
OwnerRef = NewType("OwnerRef", UUID)
ProgrammeId = NewType("ProgrammeId", UUID)
CycleId = NewType("CycleId", UUID)
EntitlementId = NewType("EntitlementId", UUID)
OfficerId = NewType("OfficerId", UUID)
GrievanceId = NewType("GrievanceId", UUID)

KINDS = {
    "per": "person",
    "hh": "household",
    "acc": "account",
    "trf": "transfer",
    "evt": "event",
    "own": "owner",
    "prg": "programme",
    "cyc": "cycle",
    "ent": "entitlement",
    "off": "officer",
    "grv": "grievance",
    "loan": "loan",
    "whk": "webhook",
}

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_VALUE = {letter: i for i, letter in enumerate(_ALPHABET)}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class NotAnId(ValueError):
    """A text that is not an id of the kind that was asked for."""


def show_id(kind: str, value: UUID) -> str:
    """`show_id("per", uuid)` → "per_0…" (26 characters after the underscore)."""
    if kind not in KINDS:
        raise NotAnId(f"there is no kind of id called {kind!r}")
    number, letters = value.int, []
    for _ in range(26):
        number, digit = divmod(number, 32)
        letters.append(_ALPHABET[digit])
    return f"{kind}_{''.join(reversed(letters))}"


def read_id(kind: str, text: str) -> UUID:
    """The uuid in `text`, which must be an id of `kind`; raises NotAnId and says what it is instead."""
    prefix, _, rest = text.strip().rpartition("_")
    if prefix != kind:
        found = f"an id of a {KINDS[prefix]}" if prefix in KINDS else "not an Ayni id"
        raise NotAnId(f"expected the id of a {KINDS.get(kind, kind)} ({kind}_…), this is {found}")
    letters = rest.lower()
    if len(letters) != 26 or any(letter not in _VALUE for letter in letters) or letters[0] > "7":
        raise NotAnId(f"the id of a {KINDS.get(kind, kind)} has 26 letters and digits after {kind}_")
    number = 0
    for letter in letters:
        number = number * 32 + _VALUE[letter]
    return UUID(int=number)


def milliseconds(at: datetime) -> int:
    """Whole milliseconds since 1970 of an aware instant."""
    if at.tzinfo is None:
        raise ValueError("an instant needs its time zone")
    return (at - _EPOCH) // timedelta(milliseconds=1)


def dated(value: UUID) -> datetime:
    """The instant, in whole milliseconds, that an id begins with."""
    return _EPOCH + timedelta(milliseconds=value.int >> 80)


def _uuid(at_ms: int, version: int, low: bytes) -> UUID:
    number = (at_ms & (2**48 - 1)) << 80 | int.from_bytes(low[:10], "big")
    number = number & ~(0xF << 76) | version << 76
    number = number & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=number)


def new_id(at: datetime) -> UUID:
    """A new random id (UUID version 7, RFC 9562) of the instant `at`."""
    return _uuid(milliseconds(at), 7, os.urandom(10))


def derived_id(at: datetime, *parts: object) -> UUID:
    """The one id of a business object's step: version 8, from SHA-256 of `parts`, dated `at`.

    `derived_id(entitlement.created_at, "entitlement", entitlement.id, "pay", attempt)` is the same
    for ever, so that the primary key itself refuses to pay twice. `at` must be a stored instant of the
    object, never the present one.
    """
    text = "\x1f".join(str(part) for part in parts)
    return _uuid(milliseconds(at), 8, hashlib.sha256(text.encode()).digest())


def client_id(client: str, key: UUID) -> UUID:
    """An id from the edge, in its client's own namespace, dated as the client's key (a UUIDv7)."""
    digest = hashlib.sha256(f"{client}\x1f{key}".encode()).digest()
    return _uuid(key.int >> 80, 8, digest)


def as_key(value: UUID) -> UUID:
    """An id as the key of a client's request (a UUIDv7 by its form): for what we ask of ourselves, once."""
    return UUID(int=value.int & ~(0xF << 76) | 7 << 76)
