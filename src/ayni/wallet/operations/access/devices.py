"""Devices: bound with PIN and code, ended by their owner, and SIM cards that change."""

from __future__ import annotations

import hashlib
import secrets
from uuid import UUID

from ayni.foundation import audit, outbox
from ayni.foundation.db import Tx
from ayni.foundation.errors import AyniError
from ayni.foundation.keys import KeyRing, Purpose
from ayni.values.ids import PersonId, new_id, show_id
from ayni.wallet import queries
from ayni.wallet.errors.access import UnknownDevice
from ayni.wallet.model.access import BoundDevice, CodePurpose, Device, DeviceKind, LockReason
from ayni.wallet.operations.access.codes import check_code
from ayni.wallet.operations.access.locks import lock_sending
from ayni.wallet.operations.access.pins import check_pin
from ayni.wallet.store import access as store

_BYTES = 32


def bind_device(
    tx: Tx, *, ring: KeyRing, person_id: PersonId, kind: DeviceKind, name: str, pin: str, code: str
) -> BoundDevice | AyniError:
    """Bind a device with the PIN and a code (purpose DEVICE) that a telephone of the person has received.

    Its other telephones are told. Answers WrongPin, PinLocked, NoPinSet or WrongCode, to be raised after a
    commit. Raises DeviceRefused, UnknownWallet.
    """
    refused = check_pin(tx, ring=ring, person_id=person_id, pin=pin)
    if refused is not None:
        return refused
    phone = check_code(tx, ring=ring, person_id=person_id, purpose=CodePurpose.DEVICE, code=code)
    if isinstance(phone, AyniError):
        return phone
    bound = keep_device(tx, person_id=person_id, kind=kind, name=name)
    outbox.put(tx, recipient=phone, kind="wallet.new_device", numbers={"kind": kind})
    return bound


def keep_device(tx: Tx, *, person_id: PersonId, kind: DeviceKind, name: str) -> BoundDevice:
    """Bind a device of a person who has proven who they are. Raises DeviceRefused."""
    token = secrets.token_urlsafe(_BYTES)
    device = Device(new_id(tx.now), person_id, kind, name.strip(), tx.now, None)
    store.insert_device(tx, device, token_hash=hash_token(token))
    audit.record(tx, action="wallet.bind_device", subject=show_id("per", person_id), details={"kind": kind})
    return BoundDevice(device, token)


def end_device(tx: Tx, *, person_id: PersonId, device_id: UUID, reason: str) -> None:
    """Take a device from a wallet, and end what is open on it. Raises UnknownDevice."""
    if not store.end_devices(tx, person_id, device_id=device_id, reason=reason):
        raise UnknownDevice
    audit.record(tx, action="wallet.end_device", subject=show_id("per", person_id), reason=reason)


def note_sim(tx: Tx, *, ring: KeyRing, person_id: PersonId, phone: str, card: str) -> bool:
    """Note by which SIM card a telephone is used now; True when it was another one before, and sending is
    locked.

    `card` is whatever the operator tells of it (an IMSI, or its hash); only a tag of it is kept. The number
    may have been taken over. Raises UnknownWallet, InvalidPhone.
    """
    queries.get_wallet(tx, person_id=person_id)
    phone = tx.country.check_mobile(phone)
    name = hashlib.sha256(phone.encode()).hexdigest()[:40]
    _, tag = ring.hmac(Purpose.PEPPER, b"sim\x1f" + phone.encode() + b"\x1f" + card.encode(), version=1)
    known = [one for one in store.list_devices(tx, person_id) if one.kind == "sim" and one.name == name]
    if store.find_device(tx, tag) is not None:
        return False
    before = [one for one in known if one.ended_at is None]
    for one in before:
        store.end_devices(tx, person_id, device_id=one.id, reason="another SIM card")
    device = Device(new_id(tx.now), person_id, DeviceKind.SIM, name, tx.now, None)
    store.insert_device(tx, device, token_hash=tag)
    if before:
        lock_sending(tx, person_id=person_id, why=LockReason.NEW_SIM)
    return bool(before)


def hash_token(token: str) -> bytes:
    """What is kept of a token: 256 random bits need no slow hash."""
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()
