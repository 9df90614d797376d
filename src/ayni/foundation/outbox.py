"""What is to be told to people: written in the transaction of the deed, sent by a channel afterwards.

A message is a kind and its numbers, never a finished text: the channel has the words, in each language.
What must stay secret until it arrives, such as a one-time code, is sealed (AES-GCM) with a key that is not
in the database.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from ayni.foundation.db import Tx
from ayni.foundation.keys import KeyRing, Purpose
from ayni.foundation.queries import load_queries
from ayni.values.ids import new_id

_QUERIES = load_queries("foundation")
_NONCE = 12


@dataclass(frozen=True)
class Message:
    """What waits to be told. `recipient` is a telephone in E.164; it and what is sealed hide from `repr`."""

    id: UUID
    recipient: str = field(repr=False)
    kind: str
    language: str | None
    numbers: Mapping[str, Any]
    sealed: bytes | None = field(repr=False)
    key_version: int | None
    written_at: datetime
    useless_after: datetime | None

    def secret(self, ring: KeyRing) -> str | None:
        """What was sealed, for whoever sends it. Raises UnknownKey."""
        if self.sealed is None or self.key_version is None:
            return None
        cipher = _cipher(ring, self.key_version)
        return cipher.decrypt(self.sealed[:_NONCE], self.sealed[_NONCE:], self.id.bytes).decode()


def put(
    tx: Tx,
    *,
    recipient: str,
    kind: str,
    numbers: Mapping[str, Any] | None = None,
    language: str | None = None,
    sealed: tuple[KeyRing, str] | None = None,
    useless_after: datetime | None = None,
) -> UUID:
    """Write a message down; it exists when the transaction commits. `sealed`: a ring, and what is secret.

    After `useless_after` it is dropped instead of sent. Numbers are for its text, and never personal data.
    """
    message_id, version, hidden = new_id(tx.now), None, None
    if sealed is not None:
        ring, secret = sealed
        version = ring.current(Purpose.SESSION)
        nonce = secrets.token_bytes(_NONCE)
        hidden = nonce + _cipher(ring, version).encrypt(nonce, secret.encode(), message_id.bytes)
    tx.execute(
        _QUERIES["insert_message"],
        {
            "id": message_id,
            "recipient": recipient,
            "kind": kind,
            "language": language,
            "numbers": Jsonb(dict(numbers or {})),
            "sealed": hidden,
            "key_version": version,
            "now": tx.now,
            "useless_after": useless_after,
        },
    )
    return message_id


@dataclass(frozen=True, slots=True)
class NewMessage:
    """What `put_many` is given for each: as `put`, with nothing secret."""

    recipient: str = field(repr=False)
    kind: str
    numbers: Mapping[str, Any]
    language: str | None = None
    useless_after: datetime | None = None


def put_many(tx: Tx, messages: Sequence[NewMessage]) -> None:
    """Write many messages down at once; they exist when the transaction commits."""
    if messages:
        tx.execute(
            _QUERIES["insert_messages"],
            {
                "ids": [new_id(tx.now) for _ in messages],
                "recipients": [one.recipient for one in messages],
                "kinds": [one.kind for one in messages],
                "languages": [one.language for one in messages],
                "numbers": [Jsonb(dict(one.numbers)) for one in messages],
                "useless_after": [one.useless_after for one in messages],
                "now": tx.now,
            },
        )


def list_waiting(tx: Tx, *, most: int = 100) -> list[Message]:
    """What was neither sent nor dropped, oldest first."""
    with tx.connection.cursor(row_factory=class_row(Message)) as cursor:
        return cursor.execute(_QUERIES["list_waiting_messages"], {"most": most}).fetchall()


def end(tx: Tx, *, message_id: UUID, how: str, reason: str = "") -> bool:
    """Note that a message was `sent` or `dropped`; False when it had ended before."""
    values = {"id": message_id, "how": how, "reason": reason, "now": tx.now}
    return tx.execute(_QUERIES["end_message"], values).fetchone() is not None


def _cipher(ring: KeyRing, version: int) -> AESGCM:
    return AESGCM(ring.hmac(Purpose.SESSION, b"ayni outbox", version=version)[1])
