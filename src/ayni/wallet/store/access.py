"""PINs, codes, devices, sessions and locks, as rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg

from ayni.foundation.db import Tx
from ayni.values.ids import PersonId
from ayni.wallet.errors.access import DeviceRefused
from ayni.wallet.model.access import Device, SendingLock, Session
from ayni.wallet.store import QUERIES, UNSTORABLE, list_all


def take_try(tx: Tx, person_id: PersonId) -> int | None:
    """Count a try with a PIN: how many wrong ones there are with it; None when none is taken at present."""
    row = tx.execute(QUERIES["take_try"], {"person_id": person_id, "now": tx.now}).fetchone()
    return None if row is None else int(row[0])


def find_tries(tx: Tx, person_id: PersonId) -> tuple[int, datetime | None]:
    """Wrong tries, and until when none is taken."""
    row = tx.execute(QUERIES["tries"], {"person_id": person_id}).fetchone()
    return (0, None) if row is None else (row[0], row[1])


def settle_tries(tx: Tx, person_id: PersonId, *, wrong: int, locked_until: datetime | None) -> None:
    """Note what came of a try."""
    values = {"person_id": person_id, "wrong": wrong, "locked_until": locked_until}
    tx.execute(QUERIES["settle_tries"], values)


def find_pin(tx: Tx, person_id: PersonId) -> tuple[str, int] | None:
    """What is kept of the PIN in force, and its pepper's version."""
    row = tx.execute(QUERIES["pin"], {"person_id": person_id}).fetchone()
    return None if row is None else (row[0], row[1])


def replace_pin(tx: Tx, person_id: PersonId, *, kept: str, version: int) -> None:
    """Set a PIN in place of the one in force."""
    values = {"person_id": person_id, "kept": kept, "version": version, "now": tx.now, "by": tx.actor.who}
    tx.execute(QUERIES["replace_pin"], values)
    tx.execute(QUERIES["insert_pin"], values)


def count_codes(tx: Tx, person_id: PersonId, phone: str, *, since: datetime) -> int:
    """How many codes the person or the telephone was sent since; nobody else asks meanwhile."""
    tx.execute(QUERIES["lock_codes"], {"names": [str(person_id), phone]})
    values = {"person_id": person_id, "phone": phone, "since": since}
    row = tx.execute(QUERIES["count_codes"], values).fetchone()
    return int(row[0]) if row else 0


def insert_code(tx: Tx, values: dict[str, Any]) -> None:
    """Keep a code in place of an earlier one for the same."""
    tx.execute(QUERIES["replace_code"], {**values, "now": tx.now})
    tx.execute(QUERIES["insert_code"], {**values, "now": tx.now})


def take_code(tx: Tx, person_id: PersonId, purpose: str) -> tuple[UUID, str, bytes, int, int] | None:
    """Count a try with the code that can be used: its id, telephone, tag, key version and wrong tries."""
    values = {"person_id": person_id, "purpose": purpose, "now": tx.now}
    row = tx.execute(QUERIES["take_code"], values).fetchone()
    return None if row is None else (row[0], row[1], row[2], row[3], row[4])


def end_code(tx: Tx, code_id: UUID, how: str) -> None:
    """End a code."""
    tx.execute(QUERIES["end_code"], {"id": code_id, "how": how, "now": tx.now})


def insert_device(tx: Tx, device: Device, *, token_hash: bytes) -> None:
    """Bind a device. Raises DeviceRefused."""
    values = {
        "id": device.id,
        "person_id": device.person_id,
        "kind": device.kind,
        "name": device.name,
        "token_hash": token_hash,
        "now": tx.now,
        "by": tx.actor.who,
    }
    try:
        with tx.connection.transaction():
            tx.execute(QUERIES["insert_device"], values)
    except (psycopg.errors.CheckViolation, *UNSTORABLE):
        raise DeviceRefused from None


def list_devices(tx: Tx, person_id: PersonId) -> list[Device]:
    """A person's devices, the newest first."""
    return list_all(tx, Device, "devices", {"person_id": person_id})


def find_device(tx: Tx, token_hash: bytes) -> Device | None:
    """The device that knows a token, while it is bound."""
    found = list_all(tx, Device, "device_by_token", {"token_hash": token_hash})
    return found[0] if found else None


def end_devices(tx: Tx, person_id: PersonId, *, device_id: UUID | None, reason: str) -> int:
    """End one device or all, and their sessions; how many devices."""
    values = {
        "person_id": person_id,
        "id": device_id,
        "device_id": device_id,
        "reason": reason,
        "now": tx.now,
    }
    tx.execute(QUERIES["end_sessions"], values)
    return tx.execute(QUERIES["end_devices"], values).rowcount


def insert_session(tx: Tx, session: Session, *, token_hash: bytes) -> None:
    """Open a session."""
    values = {
        "token_hash": token_hash,
        "person_id": session.person_id,
        "device_id": session.device_id,
        "expires_at": session.expires_at,
        "now": tx.now,
    }
    tx.execute(QUERIES["insert_session"], values)


def use_session(tx: Tx, token_hash: bytes, *, idle: timedelta) -> Session | None:
    """Use a session, if it is good."""
    values = {"token_hash": token_hash, "now": tx.now, "idle_since": tx.now - idle}
    row = tx.execute(QUERIES["use_session"], values).fetchone()
    return None if row is None else Session(PersonId(row[0]), row[1], row[2])


def end_session(tx: Tx, token_hash: bytes) -> None:
    """End a session."""
    tx.execute(QUERIES["end_session"], {"token_hash": token_hash, "now": tx.now})


def end_sessions(tx: Tx, person_id: PersonId) -> None:
    """End all sessions of a person."""
    tx.execute(QUERIES["end_sessions"], {"person_id": person_id, "device_id": None, "now": tx.now})


def insert_sending_lock(tx: Tx, person_id: PersonId, *, why: str, until: datetime) -> None:
    """Lock sending."""
    values = {"person_id": person_id, "why": why, "until": until, "now": tx.now}
    tx.execute(QUERIES["insert_sending_lock"], values)


def lift_sending_locks(tx: Tx, person_id: PersonId, *, reason: str) -> None:
    """Lift what locks sending at present, whatever it came from."""
    values = {"person_id": person_id, "reason": reason, "by": tx.actor.who, "now": tx.now}
    tx.execute(QUERIES["lift_sending_locks"], values)
    tx.execute(QUERIES["lift_new_number"], values)


def find_sending_locks(
    tx: Tx, person_ids: Sequence[PersonId], *, term: timedelta
) -> dict[PersonId, SendingLock]:
    """What locks sending of these people at present."""
    if not person_ids:
        return {}
    values = {"person_ids": list(person_ids), "now": tx.now, "term": term}
    return {one.person_id: one for one in list_all(tx, SendingLock, "sending_locks", values)}


def insert_recovery(
    tx: Tx, person_id: PersonId, *, shop_id: UUID | None, document_kind: str, phone: str
) -> None:
    """Note that a recovery begins."""
    values = {"person_id": person_id, "shop_id": shop_id, "document_kind": document_kind, "phone": phone}
    tx.execute(QUERIES["insert_recovery"], {**values, "by": tx.actor.who, "now": tx.now})


def finish_recovery(tx: Tx, person_id: PersonId, *, phone: str) -> bool:
    """Note that it has ended; False when none was begun for this telephone."""
    values = {"person_id": person_id, "phone": phone, "now": tx.now}
    return tx.execute(QUERIES["finish_recovery"], values).rowcount > 0
