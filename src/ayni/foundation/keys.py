"""The key ring: what must be secret even from whoever steals the database.

It is one file beside the database, never in it. Each purpose has its own keys with a version each: the newest
is used, older ones still prove what was made with them. Rotating adds a version, and removes none.
"""

from __future__ import annotations

import base64
import contextlib
import fcntl
import hashlib
import hmac
import json
import os
import secrets
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from ayni.foundation.errors import AyniError, NotFound, Refused

_FILE = "ring.json"
_FORMAT = 1
_BYTES = 32


class KeyRingLost(AyniError):
    """There is no ring where one must be."""

    code = "key_ring_lost"
    what = "There is no key ring in {folder}."
    means = "Secrets cannot be checked, so nothing was started. A new ring would make every PIN unusable."
    do = "Put the file back from your backup of keys. Only for a new database: ayni keys create"


class KeyRingExposed(AyniError):
    """Others than its owner may read or write it."""

    code = "key_ring_exposed"
    what = "The key ring {path} can be read or changed by others (mode {mode})."
    means = "It was not used, because it may not be secret any more."
    do = "Run chmod 600 on it, find out who could read it, and rotate every key (ayni keys rotate)."


class KeyRingDamaged(AyniError):
    """Not a ring, or not a whole one."""

    code = "key_ring_damaged"
    what = "The key ring {path} cannot be read: {reason}."
    means = "It was not used and not changed."
    do = "Put the file back from your backup of keys."


class KeyRingExists(Refused):
    """A ring is never replaced by a new one."""

    code = "key_ring_exists"
    what = "There is already a key ring in {folder}."
    means = "It is unchanged: what was made with its keys could never be checked again."
    do = "To change a key, rotate it (ayni keys rotate)."


class KeyRingNotWritten(AyniError):
    """The disk said no."""

    code = "key_ring_not_written"
    what = "The key ring in {folder} could not be written: {reason}."
    means = "The keys are what they were before."
    do = "Free some space, or let the user that runs Ayni write there, and try again."


class UnknownKey(NotFound):
    """A version that this ring never had."""

    code = "unknown_key"
    http_status = 500
    what = "The key ring has no version {version} of the {purpose} key."
    means = "What was made with it can be neither checked nor renewed."
    do = "Use the key ring that belongs to this database."


class Purpose(StrEnum):
    """What a key is for; one never does the work of another."""

    PEPPER = "pepper"
    """Mixed into PINs before they are hashed."""
    SESSION = "session"
    """Proves that a session or a form is ours."""
    SIGNING = "signing"
    """Signs receipts and published heads (Ed25519)."""


@dataclass(frozen=True)
class Key:
    """One version of one key. `created_at` is by the database's clock."""

    purpose: Purpose
    version: int
    created_at: datetime
    secret: bytes = field(repr=False)


class KeyRing:
    """All keys of this installation, as they were when it was loaded."""

    def __init__(self, keys: list[Key]) -> None:
        self._keys = {(key.purpose, key.version): key for key in keys}

    def __repr__(self) -> str:
        return f"KeyRing({len(self._keys)} keys)"

    def list_keys(self) -> list[Key]:
        """Every key, by purpose, oldest version first."""
        return sorted(self._keys.values(), key=lambda key: (list(Purpose).index(key.purpose), key.version))

    def current(self, purpose: Purpose) -> int:
        """The version that is used now."""
        return max(key.version for key in self._keys.values() if key.purpose is purpose)

    def get(self, purpose: Purpose, version: int) -> Key:
        """One key. Raises UnknownKey."""
        if (purpose, version) not in self._keys:
            raise UnknownKey(purpose=purpose, version=version)
        return self._keys[purpose, version]

    def hmac(self, purpose: Purpose, message: bytes, *, version: int | None = None) -> tuple[int, bytes]:
        """The version that was used (the newest, if none is named) and the HMAC-SHA256, 32 bytes.

        Of the pepper or the session key. Raises UnknownKey.
        """
        if purpose is Purpose.SIGNING:
            raise ValueError("the signing key signs, and does nothing else")
        key = self.get(purpose, self.current(purpose) if version is None else version)
        return key.version, hmac.digest(key.secret, message, hashlib.sha256)

    def verify_hmac(self, purpose: Purpose, message: bytes, *, version: int, tag: bytes) -> bool:
        """Whether `tag` is that version's HMAC of the message. Takes the same time for every wrong one."""
        return hmac.compare_digest(self.hmac(purpose, message, version=version)[1], tag)

    def sign(self, message: bytes) -> tuple[int, bytes]:
        """The version of the signing key, and its Ed25519 signature (RFC 8032), 64 bytes."""
        version = self.current(Purpose.SIGNING)
        return version, self._private(version).sign(message)

    def verify(self, message: bytes, *, version: int, signature: bytes) -> bool:
        """Whether that version of the signing key signed the message. Raises UnknownKey."""
        return verify_signature(message, public_key=self.public_key(version), signature=signature)

    def public_key(self, version: int) -> bytes:
        """What others need to check a signature: the raw Ed25519 public key, 32 bytes. Raises UnknownKey."""
        return self._private(version).public_key().public_bytes_raw()

    def _private(self, version: int) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.get(Purpose.SIGNING, version).secret)


def verify_signature(message: bytes, *, public_key: bytes, signature: bytes) -> bool:
    """Whether the holder of a public key signed the message; needs no ring."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def has_ring(folder: Path) -> bool:
    """Whether there is a ring in `folder`, usable or not."""
    return (folder / _FILE).exists()


def create(folder: Path, *, at: datetime) -> KeyRing:
    """Make a new ring with one key for each purpose. Raises KeyRingExists, KeyRingNotWritten."""
    with _writing(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _exclusively(folder):
        if has_ring(folder):
            raise KeyRingExists(folder=folder)
        ring = KeyRing([_new_key(purpose, 1, at) for purpose in Purpose])
        _write(folder, ring)
    return ring


def load(folder: Path) -> KeyRing:
    """The ring of an installation. Raises KeyRingLost, KeyRingExposed, KeyRingDamaged."""
    path = folder / _FILE
    try:
        with path.open("rb") as file:
            about = os.fstat(file.fileno())
            if about.st_mode & (stat.S_IRWXG | stat.S_IRWXO) or about.st_uid not in (os.geteuid(), 0):
                raise KeyRingExposed(path=path, mode=f"{stat.S_IMODE(about.st_mode):04o}")
            content = file.read()
    except FileNotFoundError as error:
        raise KeyRingLost(folder=folder) from error
    except OSError as error:
        raise KeyRingDamaged(path=path, reason=os.strerror(error.errno or 0)) from error
    try:
        return _read(json.loads(content))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        # What it holds is secret, so the reason never quotes it.
        raise KeyRingDamaged(path=path, reason="it is not a complete key ring") from error


def rotate(folder: Path, purpose: Purpose, *, at: datetime) -> KeyRing:
    """Add a version of one key, used from now on. Raises KeyRingNotWritten and what `load` raises."""
    if not folder.is_dir():
        raise KeyRingLost(folder=folder)
    with _exclusively(folder):
        ring = load(folder)
        fresh = _new_key(purpose, ring.current(purpose) + 1, at)
        turned = KeyRing([*ring.list_keys(), fresh])
        _write(folder, turned)
    return turned


def _new_key(purpose: Purpose, version: int, at: datetime) -> Key:
    return Key(purpose, version, at.astimezone(UTC), secrets.token_bytes(_BYTES))


def _read(content: Any) -> KeyRing:
    if content["format"] != _FORMAT:
        raise ValueError("another format")
    keys = []
    for entry in content["keys"]:
        at = datetime.fromisoformat(entry["created_at"])
        secret = base64.b64decode(entry["secret"], validate=True)
        if at.tzinfo is None or len(secret) != _BYTES or type(entry["version"]) is not int:
            raise ValueError("not a key")
        keys.append(Key(Purpose(entry["purpose"]), entry["version"], at, secret))
    for purpose in Purpose:
        versions = sorted(key.version for key in keys if key.purpose is purpose)
        if not versions or versions != list(range(1, len(versions) + 1)):
            raise ValueError("a version is missing or there twice")
    return KeyRing(keys)


def _write(folder: Path, ring: KeyRing) -> None:
    """Replace the file in one step: whoever reads finds the old ring or the new one, whole."""
    keys = [
        {
            "purpose": key.purpose,
            "version": key.version,
            "created_at": key.created_at.isoformat(),
            "secret": base64.b64encode(key.secret).decode(),
        }
        for key in ring.list_keys()
    ]
    part = folder / f".{_FILE}.part"
    with _writing(folder):
        part.unlink(missing_ok=True)
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump({"format": _FORMAT, "keys": keys}, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        part.replace(folder / _FILE)
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextlib.contextmanager
def _writing(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise KeyRingNotWritten(folder=folder, reason=os.strerror(error.errno or 0)) from error


@contextlib.contextmanager
def _exclusively(folder: Path) -> Iterator[None]:
    with contextlib.ExitStack() as stack:
        with _writing(folder):
            handle = stack.enter_context((folder / "ring.lock").open("a"))
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
