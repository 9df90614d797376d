"""What a clock begins: returns, settlements, commissions, standing payments, closings, deaths and sleep."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar
from uuid import UUID

from ayni.foundation.db import SYSTEM, Database, Tx
from ayni.payments import PayoutRefused
from ayni.values.ids import PersonId
from ayni.wallet import store
from ayni.wallet.errors import OrderRefused, ParcelEnded, ParcelNotNow
from ayni.wallet.errors.cash import CashCodeOver, CashNotNow
from ayni.wallet.errors.trade import NothingToSettle
from ayni.wallet.errors.vouchers import VoucherNotNow, VoucherOver
from ayni.wallet.operations import cash_codes, closings, sends, standing, stops, trade, use, vouchers
from ayni.wallet.operations.access.terms import whole
from ayni.wallet.store import cash
from ayni.wallet.store import closings as closings_store
from ayni.wallet.store import goals as goals_store
from ayni.wallet.store import trade as trade_store
from ayni.wallet.store import use as use_store
from ayni.wallet.store import vouchers as voucher_store

_Mark = TypeVar("_Mark")
_Overdue = tuple[datetime, UUID]
"""What is overdue, by its term and its id."""

_NOBODY = UUID(int=0)
_BEGINNING: _Overdue = (datetime(1, 1, 2, tzinfo=UTC), _NOBODY)
_MOST = 500
_DAYS_FOR_COMMISSIONS = 7
_NOT_NOW = (
    ParcelEnded,
    ParcelNotNow,
    CashCodeOver,
    CashNotNow,
    VoucherOver,
    VoucherNotNow,
    PayoutRefused,
    NothingToSettle,
    OrderRefused,
)
"""Refusals that another day may lift, or that somebody else was first."""


def return_overdue_parcels(database: Database) -> int:
    """Give what nobody took in time back to its senders, each in a transaction of its own; returns how many.

    What cannot go back now, because its sender is frozen or closed, waits and is tried again the next time.
    """

    def listed(tx: Tx, after: _Overdue) -> list[_Overdue]:
        return store.list_overdue_parcels(tx, after=after, most=_MOST)

    def give_back(tx: Tx, overdue: _Overdue) -> bool:
        parcel = store.find_parcel(tx, overdue[1])
        assert parcel is not None, "parcels are never deleted"
        why = "nobody took it in time"
        sends.return_parcel(tx, parcel_id=parcel.id, person_id=parcel.sender_id, reason=why)
        return True

    return _each(database, listed, give_back, first=_BEGINNING)


def return_overdue_cash_codes(database: Database) -> int:
    """Give what nobody fetched in time back to its holders, each in a transaction of its own; returns how
    many.
    """

    def listed(tx: Tx, after: _Overdue) -> list[_Overdue]:
        return cash.list_overdue(tx, after=after, most=_MOST)

    def give_back(tx: Tx, overdue: _Overdue) -> bool:
        code = cash.find_cash_code(tx, overdue[1])
        assert code is not None, "cash codes are never deleted"
        why = "nobody came in time"
        cash_codes.cancel_cash_code(tx, code_id=code.id, person_id=code.person_id, reason=why)
        return True

    return _each(database, listed, give_back, first=_BEGINNING)


def return_overdue_vouchers(database: Database) -> int:
    """Give benefits that nobody cashed in time back to their programmes; returns how many."""

    def listed(tx: Tx, after: _Overdue) -> list[_Overdue]:
        return voucher_store.list_overdue(tx, after=after, most=_MOST)

    def give_back(tx: Tx, overdue: _Overdue) -> bool:
        vouchers.return_voucher(tx, voucher_id=overdue[1])
        return True

    return _each(database, listed, give_back, first=_BEGINNING)


def settle_merchants(database: Database) -> int:
    """Send to their banks what merchants and companies have, once a day; returns how many.

    What a frozen one may not send today goes with another day's.
    """
    with database.transaction(SYSTEM) as tx:
        on, least = tx.today, whole(tx, "wallet.settlement_min")

    def listed(tx: Tx, after: UUID) -> list[UUID]:
        return trade_store.list_merchants_to_settle(tx, on_day=on, least=least, after=after, most=_MOST)

    def settle(tx: Tx, shop_id: UUID) -> bool:
        return trade.settle_day(tx, shop_id=shop_id, on=on) is not None

    return _each(database, listed, settle, first=_NOBODY)


def pay_commissions(database: Database) -> int:
    """Pay agents for the cash of the days that are over; returns how many were paid.

    What the issuer's own account does not cover today is tried again the next time, for a week.
    """
    with database.transaction(SYSTEM) as tx:
        today, zone = tx.today, tx.country.timezone
    paid = 0
    for back in range(_DAYS_FOR_COMMISSIONS, 0, -1):
        on = today - timedelta(days=back)
        until = datetime.combine(on + timedelta(days=1), time(), zone)

        def listed(tx: Tx, after: UUID, on: date = on, until: datetime = until) -> list[UUID]:
            return trade_store.list_agents_without_commission(
                tx, on_day=on, until=until, after=after, most=_MOST
            )

        def pay(tx: Tx, shop_id: UUID, on: date = on) -> bool:
            return trade.pay_commission(tx, shop_id=shop_id, on=on) is not None

        paid += _each(database, listed, pay, first=_NOBODY)
    return paid


def pay_standing(database: Database) -> int:
    """Make the standing payments that are due; returns how many were paid."""

    def listed(tx: Tx, after: UUID) -> list[UUID]:
        return [one.id for one in goals_store.list_open_standing(tx, today=tx.today, after=after, most=_MOST)]

    def pay(tx: Tx, standing_id: UUID) -> int:
        return sum(one.outcome == "paid" for one in standing.pay_due(tx, standing_id=standing_id))

    return _each(database, listed, pay, first=_NOBODY)


def finish_closings(database: Database) -> int:
    """Close the wallets whose money has arrived at the bank; returns how many closings ended."""

    def listed(tx: Tx, after: int) -> list[int]:
        return closings_store.list_under_way(tx, after=after, most=_MOST)

    def go_on(tx: Tx, number: int) -> bool:
        return closings.go_on(tx, number=number)

    return _each(database, listed, go_on, first=0)


def _each(
    database: Database,
    listed: Callable[[Tx, _Mark], Sequence[_Mark]],
    step: Callable[[Tx, _Mark], int],
    *,
    first: _Mark,
) -> int:
    """Take a step for each that is listed, in a transaction of its own; returns what came of it in sum.

    What is refused is undone, and tried again the next time.
    """
    after, done = first, 0
    while True:
        with database.transaction(SYSTEM) as tx:
            found = listed(tx, after)
        for after in found:
            with contextlib.suppress(*_NOT_NOW), database.transaction(SYSTEM) as tx:
                done += step(tx, after)
        if len(found) < _MOST:
            return done


def claim_late_benefits(database: Database) -> int:
    """Post benefits that were on their way while their wallet was taken into use; returns of how many
    people.
    """

    def listed(tx: Tx, after: PersonId) -> list[PersonId]:
        return use_store.list_people_with_unclaimed(tx, after=after, most=_MOST)

    def claim(tx: Tx, person_id: PersonId) -> bool:
        return use.claim_benefits(tx, person_ids=[person_id]) > 0

    return _each(database, listed, claim, first=PersonId(_NOBODY))


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
