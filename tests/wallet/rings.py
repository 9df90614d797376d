"""Key rings that are the same each time."""

from __future__ import annotations

from datetime import UTC, datetime

from ayni.foundation.keys import Key, KeyRing, Purpose

_AT = datetime(2025, 5, 1, tzinfo=UTC)


def ring(*, peppers: int = 1) -> KeyRing:
    """A key ring that is the same each time; with more peppers the newest is used."""
    keys = [Key(purpose, 1, _AT, bytes([place]) * 32) for place, purpose in enumerate(Purpose, 1)]
    keys += [
        Key(Purpose.PEPPER, version, _AT, bytes([40 + version]) * 32) for version in range(2, peppers + 1)
    ]
    return KeyRing(keys)
