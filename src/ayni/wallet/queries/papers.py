"""Statements of any days, and a receipt of every event."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from ayni import identity, ledger
from ayni.foundation.db import Tx
from ayni.ledger import Kind, RecordedTransfer, TransferCode
from ayni.values.ids import AccountId, PersonId, TransferId
from ayni.wallet import queries, store
from ayni.wallet.errors.papers import BadPeriod, PeriodTooLong, UnknownEvent
from ayni.wallet.model import StatementEntry, Wallet
from ayni.wallet.model.papers import MOST_LINES, Period, ReceiptPaper

_MOVED = (Kind.SINGLE, Kind.POST, Kind.RETURN)


def get_period(tx: Tx, *, person_id: PersonId, since: date, until: date) -> Period:
    """A wallet's events from one civil day to another, both included.

    Raises UnknownWallet, BadPeriod, PeriodTooLong.
    """
    if until < since or since > tx.today:
        raise BadPeriod
    wallet = queries.get_wallet(tx, person_id=person_id)
    begins = datetime.combine(since, time(), tx.country.timezone)
    ends = datetime.combine(until + timedelta(days=1), time(), tx.country.timezone)
    found: list[StatementEntry] = []
    page = queries.statement(tx, person_id=person_id, most=queries.MOST_ENTRIES)
    while True:
        found += [entry for entry in page.entries if begins <= entry.at < ends]
        if len(found) > MOST_LINES:
            raise PeriodTooLong(most=MOST_LINES)
        if page.older is None or page.entries[-1].at < begins:
            break
        page = queries.statement(tx, person_id=person_id, most=queries.MOST_ENTRIES, older=page.older)
    found.reverse()
    opening = _standing(tx, wallet, min(begins, tx.now)) if not found else None
    before = found[0].balance_minor - found[0].amount_minor if opening is None else opening
    return Period(
        holder=identity.get_person(tx, person_id=person_id).full_name,
        since=since,
        until=until,
        opening_minor=before,
        entries=tuple(found),
        closing_minor=found[-1].balance_minor if found else before,
        made_at=tx.now,
    )


def _standing(tx: Tx, wallet: Wallet, at: datetime) -> int:
    """What a wallet held at an instant, goals and purposes included."""
    accounts = {**queries.list_wallet_accounts(tx, wallet), **queries.list_goal_accounts(tx, wallet)}
    return sum(ledger.get_balance_at(tx, account_id, at=at) for account_id in accounts)


def get_receipt(tx: Tx, *, person_id: PersonId, transfer_id: TransferId) -> ReceiptPaper:
    """What one event did to a wallet, by any of its transfers. Raises UnknownWallet, UnknownEvent."""
    wallet = queries.get_wallet(tx, person_id=person_id)
    mine = queries.list_wallet_accounts(tx, wallet) | queries.list_goal_accounts(tx, wallet)
    legs = [
        leg
        for leg in ledger.list_legs(tx, transfer_id)
        if leg.kind in _MOVED and (leg.debit_account_id in mine or leg.credit_account_id in mine)
    ]
    if not legs:
        raise UnknownEvent
    paid = [leg for leg in legs if leg.code != TransferCode.FEE] or legs
    parts: dict[str, int] = {}
    for leg in paid:
        for account_id, amount in _moved(leg, mine):
            parts[mine[account_id]] = parts.get(mine[account_id], 0) + amount
    other = paid[0].credit_account_id if paid[0].debit_account_id in mine else paid[0].debit_account_id
    called = store.find_account_names(tx, [other], viewer=person_id)
    return ReceiptPaper(
        transfer_id=paid[0].id,
        at=paid[0].event_at,
        code=paid[0].code,
        counterpart=called.get(other, ""),
        amount_minor=sum(parts.values()),
        fee_minor=sum(leg.amount_minor for leg in legs if leg.code == TransferCode.FEE and leg not in paid),
        parts=parts,
        seq=legs[-1].seq,
        returned_minor=sum(leg.returned_minor for leg in paid),
    )


def _moved(leg: RecordedTransfer, mine: dict[AccountId, str]) -> list[tuple[AccountId, int]]:
    sides = ((leg.debit_account_id, -leg.amount_minor), (leg.credit_account_id, leg.amount_minor))
    return [(account_id, amount) for account_id, amount in sides if account_id in mine]
