"""Cash codes, as rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from ayni.foundation.db import Tx
from ayni.values.ids import PersonId
from ayni.wallet.model.cash import CashCode
from ayni.wallet.store import QUERIES, list_all


def insert_cash_code(tx: Tx, cash_code: CashCode, *, tag: bytes) -> bool:
    """Set money aside; False when the id is known."""
    values = {
        "id": cash_code.id,
        "person_id": cash_code.person_id,
        "amount_minor": cash_code.amount_minor,
        "account_id": cash_code.account_id,
        "event_id": cash_code.event_id,
        "tag": tag,
        "version": cash_code.key_version,
        "expires_at": cash_code.expires_at,
        "now": tx.now,
    }
    return tx.execute(QUERIES["insert_cash_code"], values).fetchone() is not None


def list_cash_codes(tx: Tx, person_ids: Sequence[PersonId], *, most: int = 50) -> list[CashCode]:
    """The cash codes of people, the newest first."""
    return list_all(tx, CashCode, "cash_codes_of", {"person_ids": list(person_ids), "most": most})


def find_cash_code(tx: Tx, code_id: UUID) -> CashCode | None:
    """One cash code, or None."""
    found = list_all(tx, CashCode, "cash_code", {"id": code_id})
    return found[0] if found else None


def list_tags(
    tx: Tx, person_ids: Sequence[PersonId], *, since: datetime
) -> list[tuple[UUID, bytes, int, int]]:
    """What codes of these people can be compared with, and how often each was missed."""
    values = {"person_ids": list(person_ids), "since": since}
    return [(row[0], row[1], row[2], row[3]) for row in tx.execute(QUERIES["cash_code_tags"], values)]


def note_missed(tx: Tx, person_ids: Sequence[PersonId], *, shop_id: UUID) -> None:
    """Count a code that was missed."""
    values = {"person_ids": list(person_ids), "shop_id": shop_id, "now": tx.now}
    tx.execute(QUERIES["insert_cash_code_tries"], values)


def insert_end(tx: Tx, code_id: UUID, *, how: str, shop_id: UUID | None, reason: str) -> bool:
    """End a cash code; False when it has ended."""
    values = {"id": code_id, "how": how, "shop_id": shop_id, "reason": reason, "now": tx.now}
    return tx.execute(QUERIES["insert_cash_code_end"], values).fetchone() is not None


def list_overdue(tx: Tx, *, after: tuple[datetime, UUID], most: int) -> list[tuple[datetime, UUID]]:
    """Codes for which nobody came in time."""
    values = {"now": tx.now, "after_at": after[0], "after": after[1], "most": most}
    return [(row[0], row[1]) for row in tx.execute(QUERIES["cash_codes_overdue"], values)]


def list_not_whole(tx: Tx) -> list[UUID]:
    """Codes whose account holds something else than it should."""
    return [row[0] for row in tx.execute(QUERIES["cash_codes_not_whole"])]


def list_open(tx: Tx, person_id: PersonId) -> list[UUID]:
    """A person's cash codes that have not ended."""
    return [row[0] for row in tx.execute(QUERIES["cash_codes_open"], {"person_id": person_id})]
