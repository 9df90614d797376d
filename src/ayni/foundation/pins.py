"""PINs as what is kept of them: an HMAC with a pepper that is not in the database, then argon2id.

A PIN has a million values, so no hash protects it from whoever has all that goes into it. What protects it is
the pepper (beside the database, never in it) and the counter of wrong tries. The hash is therefore small
enough for a till: 8 MiB, one pass, some 12 ms on the machine of `docs/benchmarks.md`.
"""

from __future__ import annotations

from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

from ayni.foundation.keys import KeyRing, Purpose

_HASHER = PasswordHasher(time_cost=1, memory_cost=8 * 1024, parallelism=1, hash_len=32, salt_len=16)


def hash_pin(ring: KeyRing, *, owner: UUID, pin: str) -> tuple[int, str]:
    """The pepper's version, and what is kept of a PIN of one owner: the same PIN of another looks
    different.
    """
    version, peppered = ring.hmac(Purpose.PEPPER, _message(owner, pin))
    return version, _HASHER.hash(peppered)


def is_pin(ring: KeyRing, *, owner: UUID, pin: str, version: int, kept: str) -> bool:
    """Whether that is the PIN. Raises UnknownKey when the ring never had that pepper."""
    _, peppered = ring.hmac(Purpose.PEPPER, _message(owner, pin), version=version)
    try:
        return _HASHER.verify(kept, peppered)
    except (VerifyMismatchError, VerificationError, InvalidHashError):
        return False


def is_stale(ring: KeyRing, *, version: int, kept: str) -> bool:
    """Whether what is kept was made with an older pepper or other costs, and should be made anew."""
    return version != ring.current(Purpose.PEPPER) or _HASHER.check_needs_rehash(kept)


def _message(owner: UUID, pin: str) -> bytes:
    return b"pin\x1f" + owner.bytes + b"\x1f" + pin.encode()
