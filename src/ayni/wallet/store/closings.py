"""Closings of wallets, in PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from ayni.foundation.db import Tx
from ayni.values.ids import AccountId, PersonId
from ayni.wallet.model.closings import Closing
from ayni.wallet.store import QUERIES, list_all


def insert_closing(tx: Tx, person_id: PersonId, *, payout_id: UUID | None) -> int | None:
    """Begin a closing; None when there is one."""
    values = {"person_id": person_id, "payout_id": payout_id, "now": tx.now}
    row = tx.execute(QUERIES["insert_closing"], values).fetchone()
    return None if row is None else int(row[0])


def find_closing(tx: Tx, person_id: PersonId) -> Closing | None:
    """The closing that is under way or stands, or None."""
    found = list_all(tx, Closing, "closing", {"person_id": person_id})
    return found[0] if found else None


def get_closing(tx: Tx, number: int) -> Closing:
    """One closing by its number."""
    (found,) = list_all(tx, Closing, "closing_by_number", {"number": number})
    return found


def list_under_way(tx: Tx, *, after: int, most: int) -> list[int]:
    """The numbers of closings that wait for the bank, after a mark."""
    return [row[0] for row in tx.execute(QUERIES["closings_under_way"], {"after": after, "most": most})]


def end_closing(tx: Tx, number: int, *, how: str) -> bool:
    """End a closing; False when it has ended."""
    values = {"number": number, "how": how, "now": tx.now}
    return tx.execute(QUERIES["end_closing"], values).fetchone() is not None


def reopen(tx: Tx, number: int) -> bool:
    """Reopen what was closed; False when it was reopened."""
    return tx.execute(QUERIES["reopen_closing"], {"number": number, "now": tx.now}).fetchone() is not None


def list_accounts(tx: Tx, person_id: PersonId) -> list[tuple[AccountId, str]]:
    """Every account of a wallet with what it is for: free, purpose, goal or escrow."""
    rows = tx.execute(QUERIES["wallet_accounts"], {"person_id": person_id})
    return [(AccountId(row[0]), row[1]) for row in rows]


def find_closed(tx: Tx, person_ids: Sequence[PersonId]) -> set[PersonId]:
    """Who of some people has closed the wallet, and not reopened it."""
    rows = tx.execute(QUERIES["closed_wallets"], {"person_ids": list(person_ids)})
    return {PersonId(row[0]) for row in rows}
