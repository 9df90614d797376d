"""Vouchers, as rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from ayni.foundation.db import Tx
from ayni.values.ids import AccountId, PersonId, TransferId
from ayni.wallet.model.vouchers import Voucher
from ayni.wallet.store import QUERIES, list_all


def insert_vouchers(
    tx: Tx,
    issued: Sequence[tuple[TransferId, PersonId, AccountId, int]],
    *,
    programme_account_id: AccountId,
    until: datetime,
) -> None:
    """Note vouchers whose accounts were filled: id, person, account, amount in minor units."""
    if issued:
        values = {
            "ids": [one[0] for one in issued],
            "person_ids": [one[1] for one in issued],
            "account_ids": [one[2] for one in issued],
            "amounts": [one[3] for one in issued],
            "programme_account_id": programme_account_id,
            "until": until,
            "now": tx.now,
        }
        tx.execute(QUERIES["insert_vouchers"], values)


def find_voucher(tx: Tx, *, voucher_id: UUID | None = None, number: int | None = None) -> Voucher | None:
    """One voucher by its id or its number, or None."""
    found = list_all(tx, Voucher, "voucher", {"id": voucher_id, "number": number})
    return found[0] if found else None


def insert_code(tx: Tx, voucher_id: UUID, *, place: int, key_version: int) -> bool:
    """Add the code of a place; False when somebody else just did."""
    values = {
        "id": voucher_id,
        "place": place,
        "key_version": key_version,
        "now": tx.now,
        "by": tx.actor.who,
    }
    return tx.execute(QUERIES["insert_voucher_code"], values).fetchone() is not None


def note_missed(tx: Tx, voucher: Voucher, *, shop_id: UUID) -> None:
    """Count a code that was missed."""
    values = {"id": voucher.id, "place": voucher.place, "shop_id": shop_id, "now": tx.now}
    tx.execute(QUERIES["insert_voucher_try"], values)


def insert_end(tx: Tx, voucher_id: UUID, *, how: str, shop_id: UUID | None) -> bool:
    """End a voucher; False when it has ended."""
    values = {"id": voucher_id, "how": how, "shop_id": shop_id, "now": tx.now}
    return tx.execute(QUERIES["insert_voucher_end"], values).fetchone() is not None


def list_overdue(tx: Tx, *, after: tuple[datetime, UUID], most: int) -> list[tuple[datetime, UUID]]:
    """Vouchers that nobody cashed in time."""
    values = {"now": tx.now, "after_at": after[0], "after": after[1], "most": most}
    return [(row[0], row[1]) for row in tx.execute(QUERIES["vouchers_overdue"], values)]


def list_not_whole(tx: Tx) -> list[UUID]:
    """Vouchers whose account holds something else than it should."""
    return [row[0] for row in tx.execute(QUERIES["vouchers_not_whole"])]


def why_not_handed_cash(tx: Tx, person_id: PersonId) -> str | None:
    """What stands against handing a person cash: a death, or the kind of a stop; None: nothing."""
    row = tx.execute(QUERIES["may_not_be_handed_cash"], {"person_id": person_id}).fetchone()
    return None if row is None else str(row[0])
