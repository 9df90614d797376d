"""The wallet's scheduled work."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

from ayni.foundation.db import SYSTEM, Database, Tx
from ayni.wallet import store
from ayni.wallet.errors import ParcelEnded, ParcelNotNow
from ayni.wallet.errors.cash import CashCodeOver, CashNotNow
from ayni.wallet.operations import cash_codes, sends, stops
from ayni.wallet.store import cash

_BEGINNING = datetime(1, 1, 2, tzinfo=UTC)
_MOST = 500


def return_overdue_parcels(database: Database) -> int:
    """Give what nobody took in time back to its senders, each in a transaction of its own; returns how many.

    What cannot go back now, because its sender is frozen or closed, waits and is tried again the next time.
    """
    after, returned = (_BEGINNING, UUID(int=0)), 0
    while True:
        with database.transaction(SYSTEM) as tx:
            overdue = store.list_overdue_parcels(tx, after=after, most=_MOST)
        for after in overdue:
            try:
                with database.transaction(SYSTEM) as tx:
                    parcel = store.find_parcel(tx, after[1])
                    assert parcel is not None, "parcels are never deleted"
                    sends.return_parcel(
                        tx, parcel_id=parcel.id, person_id=parcel.sender_id, reason="nobody took it in time"
                    )
                returned += 1
            except (ParcelEnded, ParcelNotNow):
                continue
        if len(overdue) < _MOST:
            return returned


def return_overdue_cash_codes(database: Database) -> int:
    """Give what nobody fetched in time back to its holders, each in a transaction of its own; returns how
    many.
    """
    after, returned = (_BEGINNING, UUID(int=0)), 0
    while True:
        with database.transaction(SYSTEM) as tx:
            overdue = cash.list_overdue(tx, after=after, most=_MOST)
        for after in overdue:
            try:
                with database.transaction(SYSTEM) as tx:
                    code = cash.find_cash_code(tx, after[1])
                    assert code is not None, "cash codes are never deleted"
                    cash_codes.cancel_cash_code(
                        tx, code_id=code.id, person_id=code.person_id, reason="nobody came in time"
                    )
                returned += 1
            except (CashCodeOver, CashNotNow):
                continue
        if len(overdue) < _MOST:
            return returned


def note_deaths(database: Database) -> int:
    """Let wallets know which of their holders have died, or live after all; returns how many changed."""
    return _in_parts(database, stops.note_deaths)


def put_to_sleep(database: Database) -> int:
    """Let wallets sleep in which nothing has moved for long; returns how many."""
    return _in_parts(database, stops.put_to_sleep)


def _in_parts(database: Database, step: Callable[[Tx], int]) -> int:
    """A few at a time, so that a resident at a till does not wait behind them."""
    changed = 0
    while True:
        with database.transaction(SYSTEM) as tx:
            now = step(tx)
        changed += now
        if now == 0:
            return changed
