"""Sessions: opened with a PIN on a bound device, used while they are good."""

from __future__ import annotations

import secrets
from datetime import timedelta

from ayni.foundation.db import Tx
from ayni.foundation.errors import AyniError
from ayni.foundation.keys import KeyRing
from ayni.values.ids import PersonId
from ayni.wallet.errors.access import SessionOver, UnknownDevice
from ayni.wallet.model.access import OpenedSession, Session
from ayni.wallet.operations.access.devices import hash_token
from ayni.wallet.operations.access.pins import check_pin
from ayni.wallet.operations.access.terms import whole
from ayni.wallet.store import access as store

_BYTES = 32


def open_session(
    tx: Tx, *, ring: KeyRing, person_id: PersonId, device_token: str, pin: str
) -> OpenedSession | AyniError:
    """Sign in on a bound device. One telephone may serve several people: `person_id` is who was chosen.

    Answers UnknownDevice, WrongPin, PinLocked or NoPinSet, to be raised after a commit. Raises UnknownWallet.
    """
    device = store.find_device(tx, hash_token(device_token))
    if device is None or device.person_id != person_id:
        # Not even a try of the PIN: from an unknown device nobody learns whether it is right.
        return UnknownDevice()
    refused = check_pin(tx, ring=ring, person_id=person_id, pin=pin)
    if refused is not None:
        return refused
    token = secrets.token_urlsafe(_BYTES)
    until = tx.now + timedelta(hours=whole(tx, "wallet.session_hours"))
    session = Session(person_id, device.id, until)
    store.insert_session(tx, session, token_hash=hash_token(token))
    return OpenedSession(session, token)


def use_session(tx: Tx, *, token: str) -> Session:
    """Who is signed in by a token; it counts as used. Raises SessionOver."""
    idle = timedelta(minutes=whole(tx, "wallet.session_idle_minutes"))
    session = store.use_session(tx, hash_token(token), idle=idle)
    if session is None:
        raise SessionOver
    return session


def end_session(tx: Tx, *, token: str) -> None:
    """Sign out. Twice is once."""
    store.end_session(tx, hash_token(token))
