"""Closing a wallet: its money goes to the holder's bank first, and it can be reopened.

While the money is on its way the wallet pays nothing and can still take it back: what the bank rejects is
theirs as before.
"""

from __future__ import annotations

import calendar
from datetime import date

from ayni import ledger, payments
from ayni.foundation import audit
from ayni.foundation.db import Tx
from ayni.foundation.errors import AyniError
from ayni.foundation.keys import KeyRing
from ayni.ledger import TransferCode
from ayni.payments import PayoutState
from ayni.values.ids import PersonId, derived_id, show_id
from ayni.wallet import queries
from ayni.wallet.errors.closings import (
    AlreadyClosing,
    CannotCloseNow,
    NotClosed,
    PurposeMoneyLeft,
    StillSomethingInIt,
)
from ayni.wallet.model import ParcelEnd, Wallet
from ayni.wallet.model.closings import FULL, Closing
from ayni.wallet.model.stops import StopKind
from ayni.wallet.operations import cash_codes, goals, sends, stops
from ayni.wallet.operations.access.pins import check_pin
from ayni.wallet.operations.access.terms import whole
from ayni.wallet.store import access as access_store
from ayni.wallet.store import all_or_nothing
from ayni.wallet.store import closings as store


def close_wallet(
    tx: Tx, *, person_id: PersonId, bank_account: str | None = None, creditor: str = ""
) -> Closing:
    """Close a wallet. With money in it, that goes to the holder's bank account first; without, at once.

    What waits behind telephones and cash codes comes back first, goals end, standing payments stop. Posts, so
    a transaction does it last. Raises UnknownWallet, AlreadyClosing, CannotCloseNow, StillSomethingInIt,
    PurposeMoneyLeft, InvalidBankAccount, BadPayout, PayoutRefused.
    """
    wallet = queries.get_wallet(tx, person_id=person_id)
    if store.find_closing(tx, person_id) is not None:
        raise AlreadyClosing
    kept = sorted(one.kind for one in stops.list_open(tx, person_id=person_id))
    if kept:
        raise CannotCloseNow(stops=", ".join(kind.replace("_", " ") for kind in kept))
    with all_or_nothing(tx):
        _gather(tx, wallet)
        _check_purposes(tx, person_id)
        rest = ledger.get_account(tx, wallet.main_account_id).balance_minor
        if rest and bank_account is None:
            raise StillSomethingInIt(amount=tx.country.format_money(rest))
        payout_id = derived_id(tx.now, "closing", person_id) if rest else None
        number = store.insert_closing(tx, person_id, payout_id=payout_id)
        if number is None:
            raise AlreadyClosing
        audit.record(tx, action="wallet.close", subject=show_id("per", person_id))
        if payout_id is not None:
            payments.ask_payout(
                tx,
                payout_id=payout_id,
                account_id=wallet.main_account_id,
                amount_minor=rest,
                bank_account=bank_account or "",
                creditor=creditor,
                code=TransferCode.PAYOUT,
            )
        stops.keep(tx, person_id, StopKind.CLOSED, "closed by its holder")
        access_store.end_sessions(tx, person_id)
        closing = Closing(number, person_id, payout_id, tx.now, None, None)
        return _finish(tx, closing, wallet) if payout_id is None else closing


def _gather(tx: Tx, wallet: Wallet) -> None:
    """What stands aside comes back."""
    person_id = wallet.person_id
    for parcel in queries.list_parcels_of(tx, person_id=person_id, most=500):
        if parcel.ended not in (ParcelEnd.TAKEN, ParcelEnd.RETURNED):
            sends.return_parcel(tx, parcel_id=parcel.id, person_id=person_id, reason="the wallet is closed")
    for code_id in cash_codes.list_open(tx, person_id=person_id):
        cash_codes.cancel_cash_code(tx, code_id=code_id, person_id=person_id, reason="the wallet is closed")
    for goal in goals.list_goals(tx, person_id=person_id):
        goals.end_goal(tx, goal_id=goal.id, person_id=person_id)


def _check_purposes(tx: Tx, person_id: PersonId) -> None:
    bound = {
        name: amount
        for name, amount in queries.balance(tx, person_id=person_id).bound_minor.items()
        if amount
    }
    if bound:
        raise PurposeMoneyLeft(
            amount=tx.country.format_money(sum(bound.values())), purposes=", ".join(sorted(bound))
        )


def _finish(tx: Tx, closing: Closing, wallet: Wallet) -> Closing:
    store.end_closing(tx, closing.number, how="closed")
    for account_id, _ in store.list_accounts(tx, wallet.person_id):
        ledger.set_account_limits(tx, account_id=account_id, credit_limit_minor=0, balance_ceiling_minor=FULL)
    return Closing(closing.number, closing.person_id, closing.payout_id, closing.begun_at, tx.now, "closed")


def go_on(tx: Tx, *, number: int) -> bool:
    """Finish a closing whose money has arrived at the bank, or give it up when it came back.

    False while the bank has not spoken.
    """
    closing = store.get_closing(tx, number)
    assert closing.payout_id is not None, "only what is on its way goes on"
    state = payments.get_payout(tx, payout_id=closing.payout_id).state
    wallet = queries.get_wallet(tx, person_id=closing.person_id)
    if state == PayoutState.PAID:
        _finish(tx, closing, wallet)
        return True
    if state in (PayoutState.REJECTED, PayoutState.RETURNED):
        if store.end_closing(tx, closing.number, how="failed"):
            stops.let_go(tx, closing.person_id, StopKind.CLOSED, "the bank did not take the money")
        return True
    return False


def find_closing(tx: Tx, *, person_id: PersonId) -> Closing | None:
    """The closing of a wallet that is under way or stands, or None."""
    return store.find_closing(tx, person_id)


def reopen_wallet(tx: Tx, *, ring: KeyRing, person_id: PersonId, pin: str) -> AyniError | None:
    """Open a wallet again that its holder had closed, with its PIN. None: done. Otherwise as `check_pin`.

    Raises NotClosed, UnknownWallet.
    """
    queries.get_wallet(tx, person_id=person_id)
    closing = store.find_closing(tx, person_id)
    if closing is None or not closing.is_closed:
        raise NotClosed
    refused = check_pin(tx, ring=ring, person_id=person_id, pin=pin)
    if refused is not None:
        return refused
    _reopen(tx, closing)
    return None


def _reopen(tx: Tx, closing: Closing) -> None:
    with all_or_nothing(tx):
        if not store.reopen(tx, closing.number):
            raise NotClosed
        audit.record(tx, action="wallet.reopen", subject=show_id("per", closing.person_id))
        for account_id, _ in store.list_accounts(tx, closing.person_id):
            ledger.set_account_limits(
                tx, account_id=account_id, credit_limit_minor=0, balance_ceiling_minor=None
            )
        stops.let_go(tx, closing.person_id, StopKind.CLOSED, "reopened by its holder")


def kept_until(tx: Tx, *, closing: Closing) -> date | None:
    """Until when the records of a closed wallet are kept at least: for its holder to know. None while it is
    open.

    Nothing is deleted before, whoever asks: the database refuses it. Raises ParameterMissing.
    """
    if not closing.is_closed or closing.ended_at is None:
        return None
    closed_on = closing.ended_at.astimezone(tx.country.timezone).date()
    year = closed_on.year + whole(tx, "records.retention_years")
    last = calendar.monthrange(year, closed_on.month)[1]
    return date(year, closed_on.month, min(closed_on.day, last))
