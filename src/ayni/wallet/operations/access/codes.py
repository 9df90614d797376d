"""One-time codes: sent to a telephone through the outbox, tried a few times, used once."""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime, timedelta

from ayni.foundation import audit, outbox
from ayni.foundation.db import Tx
from ayni.foundation.errors import AyniError
from ayni.foundation.keys import KeyRing, Purpose
from ayni.values.ids import PersonId, new_id, show_id
from ayni.wallet.errors.access import TooManyCodes, WrongCode
from ayni.wallet.model.access import CodePurpose
from ayni.wallet.operations.access.terms import whole
from ayni.wallet.store import access as store

_DIGITS = 6


def send_code(
    tx: Tx,
    *,
    ring: KeyRing,
    person_id: PersonId,
    purpose: CodePurpose,
    phone: str,
    language: str | None = None,
) -> datetime:
    """Send a code to a telephone, in place of an earlier one for the same, and say until when it can be used.

    Raises TooManyCodes, InvalidPhone.
    """
    phone = tx.country.check_mobile(phone)
    asked = store.count_codes(tx, person_id, phone, since=tx.now - timedelta(hours=1))
    if asked >= whole(tx, "wallet.codes_an_hour"):
        raise TooManyCodes
    code = f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}d}"
    code_id = new_id(tx.now)
    version, tag = ring.hmac(Purpose.PEPPER, _message(code_id.bytes, code))
    minutes = whole(tx, "wallet.code_minutes")
    until = tx.now + timedelta(minutes=minutes)
    store.insert_code(
        tx,
        {
            "id": code_id,
            "person_id": person_id,
            "purpose": purpose,
            "phone": phone,
            "tag": tag,
            "version": version,
            "expires_at": until,
        },
    )
    outbox.put(
        tx,
        recipient=phone,
        kind="wallet.code",
        numbers={"purpose": purpose, "minutes": minutes},
        language=language,
        sealed=(ring, code),
        useless_after=until,
    )
    audit.record(
        tx, action="wallet.send_code", subject=show_id("per", person_id), details={"purpose": purpose}
    )
    return until


def check_code(
    tx: Tx, *, ring: KeyRing, person_id: PersonId, purpose: CodePurpose, code: str
) -> AyniError | str:
    """Try a code. A text: it is right, is used now, and was sent to this telephone. Otherwise WrongCode, to
    be raised after a commit.

    A try is counted before it is looked at; after some wrong ones the code cannot be used any more.
    """
    found = store.take_code(tx, person_id, purpose)
    if found is None:
        return WrongCode()
    code_id, phone, tag, version, wrong = found
    _, wanted = ring.hmac(Purpose.PEPPER, _message(code_id.bytes, code.strip()), version=version)
    if hmac.compare_digest(wanted, tag):
        store.end_code(tx, code_id, "used")
        return phone
    if wrong >= whole(tx, "wallet.code_tries"):
        store.end_code(tx, code_id, "guessed")
        audit.record(tx, action="wallet.end_code", subject=show_id("per", person_id), reason="guessed at")
    return WrongCode()


def _message(code_id: bytes, code: str) -> bytes:
    return b"code\x1f" + code_id + b"\x1f" + code.encode("utf-8", "replace")
