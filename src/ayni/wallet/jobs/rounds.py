"""What a clock begins: returns, settlements, commissions, standing payments, closings, deaths and sleep."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Protocol
from uuid import UUID

from ayni.foundation.db import SYSTEM, Database, Tx
from ayni.payments import PayoutRefused
from ayni.wallet import store
from ayni.wallet.errors import OrderRefused, ParcelEnded, ParcelNotNow
from ayni.wallet.errors.cash import CashCodeOver, CashNotNow
from ayni.wallet.errors.trade import NothingToSettle
from ayni.wallet.operations import cash_codes, closings, sends, standing, stops, trade
from ayni.wallet.operations.access.terms import whole
from ayni.wallet.store import cash
from ayni.wallet.store import goals as goals_store
from ayni.wallet.store import trade as trade_store

_BEGINNING = datetime(1, 1, 2, tzinfo=UTC)
_MOST = 500


def return_overdue_parcels(database: Database) -> int:
    """Give what nobody took in time back to its senders, each in a transaction of its own; returns how many.

    What cannot go back now, because its sender is frozen or closed, waits and is tried again the next time.
    """

    def give_back(tx: Tx, parcel_id: UUID) -> None:
        parcel = store.find_parcel(tx, parcel_id)
        assert parcel is not None, "parcels are never deleted"
        sends.return_parcel(
            tx, parcel_id=parcel.id, person_id=parcel.sender_id, reason="nobody took it in time"
        )

    return _each_overdue(database, store.list_overdue_parcels, give_back)


def return_overdue_cash_codes(database: Database) -> int:
    """Give what nobody fetched in time back to its holders, each in a transaction of its own; returns how
    many.
    """

    def give_back(tx: Tx, code_id: UUID) -> None:
        code = cash.find_cash_code(tx, code_id)
        assert code is not None, "cash codes are never deleted"
        cash_codes.cancel_cash_code(
            tx, code_id=code.id, person_id=code.person_id, reason="nobody came in time"
        )

    return _each_overdue(database, cash.list_overdue, give_back)


class _Overdue(Protocol):
    def __call__(self, tx: Tx, *, after: tuple[datetime, UUID], most: int) -> list[tuple[datetime, UUID]]: ...


def _each_overdue(database: Database, listed: _Overdue, give_back: Callable[[Tx, UUID], None]) -> int:
    after, returned = (_BEGINNING, UUID(int=0)), 0
    while True:
        with database.transaction(SYSTEM) as tx:
            overdue = listed(tx, after=after, most=_MOST)
        for after in overdue:
            try:
                with database.transaction(SYSTEM) as tx:
                    give_back(tx, after[1])
                returned += 1
            except (ParcelEnded, ParcelNotNow, CashCodeOver, CashNotNow):
                continue
        if len(overdue) < _MOST:
            return returned


def settle_merchants(database: Database) -> int:
    """Send to their banks what merchants and companies have, once a day; returns how many."""
    with database.transaction(SYSTEM) as tx:
        on, least = tx.today, whole(tx, "wallet.settlement_min")
    after, settled = UUID(int=0), 0
    while True:
        with database.transaction(SYSTEM) as tx:
            found = trade_store.list_merchants_to_settle(tx, on_day=on, least=least, after=after, most=_MOST)
        for after in found:
            # What a frozen one may not send today goes with another day's.
            with contextlib.suppress(PayoutRefused, NothingToSettle), database.transaction(SYSTEM) as tx:
                settled += trade.settle_day(tx, shop_id=after, on=on) is not None
        if len(found) < _MOST:
            return settled


def pay_commissions(database: Database) -> int:
    """Pay agents for the cash of the days that are over; returns how many were paid.

    What the issuer's own account does not cover today is tried again the next time, for a week.
    """
    paid = 0
    for back in range(7, 0, -1):
        with database.transaction(SYSTEM) as tx:
            on = tx.today - timedelta(days=back)
            until = datetime.combine(on + timedelta(days=1), time(), tx.country.timezone)
        after, found = UUID(int=0), [UUID(int=0)] * _MOST
        while len(found) == _MOST:
            with database.transaction(SYSTEM) as tx:
                found = trade_store.list_agents_without_commission(
                    tx, on_day=on, until=until, after=after, most=_MOST
                )
            for after in found:
                with contextlib.suppress(OrderRefused), database.transaction(SYSTEM) as tx:
                    paid += trade.pay_commission(tx, shop_id=after, on=on) is not None
    return paid


def pay_standing(database: Database) -> int:
    """Make the standing payments that are due; returns how many were paid."""
    after, paid = UUID(int=0), 0
    while True:
        with database.transaction(SYSTEM) as tx:
            found = goals_store.list_open_standing(tx, today=tx.today, after=after, most=_MOST)
        for one in found:
            after = one.id
            with database.transaction(SYSTEM) as tx:
                tries = standing.pay_due(tx, standing_id=one.id)
            paid += sum(one.outcome == "paid" for one in tries)
        if len(found) < _MOST:
            return paid


def finish_closings(database: Database) -> int:
    """Close the wallets whose money has arrived at the bank; returns how many closings ended."""
    after, ended = 0, 0
    while True:
        with database.transaction(SYSTEM) as tx:
            found = closings.list_under_way(tx, after=after, most=_MOST)
        for closing in found:
            after = closing.number
            with database.transaction(SYSTEM) as tx:
                ended += closings.go_on(tx, closing=closing)
        if len(found) < _MOST:
            return ended


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
