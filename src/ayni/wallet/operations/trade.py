"""A shop's day: what it earned by it, what goes to its bank, and a report of it all.

A merchant's money goes to its bank of itself at the end of the day; an agent keeps its float and asks for
what it does not need. Each is asked of the bank once.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from uuid import UUID

from ayni import ledger, payments
from ayni.foundation import audit
from ayni.foundation.db import Tx
from ayni.identity import OfficerRole
from ayni.ledger import Kind, StatementLine, Transfer, TransferCode
from ayni.payments import TRUST_BOOK, Payout
from ayni.values.ids import EventId, TransferId, client_id, derived_id
from ayni.wallet import queries
from ayni.wallet.errors import BadKey, KeyAlreadyUsed, OrderRefused, UnknownShop
from ayni.wallet.errors.trade import DayNotOver, NoShopAccount, NothingToSettle
from ayni.wallet.model import Shop
from ayni.wallet.model.trade import Commission, DayLine, ShopAccount, ShopDay, earned
from ayni.wallet.operations.access.terms import whole
from ayni.wallet.operations.office import check_officer
from ayni.wallet.operations.refunds import check_amount
from ayni.wallet.operations.refusals import in_words
from ayni.wallet.store import all_or_nothing
from ayni.wallet.store import trade as store

COMMISSIONS = "wallet.commissions"
_KINDS = {TransferCode.CASH_IN: "cash_in", TransferCode.CASH_OUT: "cash_out"}
_MOVED = (Kind.SINGLE, Kind.POST, Kind.RETURN)


def set_bank_account(tx: Tx, *, shop_id: UUID, bank_account: str, creditor: str) -> None:
    """Say where a shop's money goes at its bank. Twice is once.

    Raises UnknownShop, InvalidBankAccount, BadShopAccount.
    """
    shop = queries.get_shop(tx, shop_id=shop_id)
    number = tx.country.check_bank_account(bank_account)
    if store.insert_shop_account(tx, shop.id, ShopAccount(number, creditor.strip())):
        audit.record(tx, action="wallet.set_bank_account", subject=shop.code)


def settle(tx: Tx, *, shop_id: UUID, amount_minor: int, client: str, key: UUID) -> Payout:
    """Send so much of a shop's money to its bank. The same `key` again is the same payout.

    Posts, so a transaction does it last. Raises UnknownShop, NoShopAccount, NothingToSettle, BadAmount,
    BadKey, KeyAlreadyUsed, PayoutRefused.
    """
    shop = queries.get_shop(tx, shop_id=shop_id)
    check_amount(amount_minor)
    if key.version != 7 or not client or not client.isprintable():
        raise BadKey
    payout_id = client_id(f"{client}\x1fsettle", key)
    known = store.find_settlement(tx, payout_id)
    if known is not None:
        if known != (shop.id, amount_minor):
            raise KeyAlreadyUsed
        return payments.get_payout(tx, payout_id=payout_id)
    return _settle(tx, shop, payout_id, amount_minor, None)


def settle_day(tx: Tx, *, shop_id: UUID, on: date) -> Payout | None:
    """Send all of a merchant's money to its bank for a day; None when it was sent, or there is too little.

    Posts, so a transaction does it last. Raises UnknownShop, NoShopAccount, ParameterMissing, PayoutRefused.
    """
    shop = queries.get_shop(tx, shop_id=shop_id)
    if shop.kind == "agent":
        raise UnknownShop(kind="merchant")
    available = ledger.get_account(tx, shop.account_id).available_minor or 0
    if available < whole(tx, "wallet.settlement_min"):
        return None
    payout_id = derived_id(_beginning(tx, on), "settlement", shop.id, on)
    return None if store.find_settlement(tx, payout_id) else _settle(tx, shop, payout_id, available, on)


def _settle(tx: Tx, shop: Shop, payout_id: UUID, amount_minor: int, on: date | None) -> Payout:
    account = store.find_shop_account(tx, shop.id)
    if account is None:
        raise NoShopAccount
    available = ledger.get_account(tx, shop.account_id).available_minor or 0
    if available < amount_minor:
        raise NothingToSettle(available=tx.country.format_money(max(0, available)))
    with all_or_nothing(tx):
        if not store.insert_settlement(
            tx, payout_id=payout_id, shop_id=shop.id, amount_minor=amount_minor, on_day=on
        ):
            # Somebody else asked for the same at the same time, and has committed since.
            return payments.get_payout(tx, payout_id=payout_id)
        return payments.ask_payout(
            tx,
            payout_id=payout_id,
            account_id=shop.account_id,
            amount_minor=amount_minor,
            bank_account=account.bank_account,
            creditor=account.creditor,
            code=TransferCode.SETTLE,
        )


def pay_commission(tx: Tx, *, shop_id: UUID, on: date) -> Commission | None:
    """Pay an agent for the cash of a day that is over; None when there was none. Each day once.

    Posts, so a transaction does it last. Raises UnknownShop, DayNotOver, ParameterMissing, OrderRefused (the
    issuer has not so much: tried again, it is paid).
    """
    shop = queries.get_shop(tx, shop_id=shop_id)
    if shop.kind != "agent":
        raise UnknownShop(kind="agent")
    if on >= tx.today:
        raise DayNotOver(on=on)
    paid = store.find_commission(tx, shop.id, on)
    if paid is not None:
        return paid
    rows = tx.country.parameter(COMMISSIONS, on=on)
    assert isinstance(rows, tuple), f"{COMMISSIONS} is a table"
    cash = [line for line in _lines(tx, shop, on) if line.code in _KINDS and line.kind in _MOVED]
    if not cash:
        return None
    amounts = [(_KINDS[TransferCode(line.code)], abs(line.amount_minor)) for line in cash]
    commission = Commission(
        shop_id=shop.id,
        on_day=on,
        orders=len(cash),
        turnover_minor=sum(amount for _, amount in amounts),
        amount_minor=sum(earned(rows, kind, amount) for kind, amount in amounts),
    )
    begins = _beginning(tx, on)
    event_id = EventId(derived_id(begins, "commission", shop.id, on))
    with all_or_nothing(tx):
        if not store.insert_commission(tx, commission, event_id=event_id):
            return store.find_commission(tx, shop.id, on)
        if commission.amount_minor:
            _post_commission(tx, shop, commission, event_id, begins)
    return commission


def _post_commission(tx: Tx, shop: Shop, commission: Commission, event_id: EventId, begins: datetime) -> None:
    (answer,) = ledger.post(
        tx,
        [
            Transfer(
                id=TransferId(derived_id(begins, "commission", shop.id, commission.on_day, "leg")),
                event_id=event_id,
                book=TRUST_BOOK,
                debit_account_id=payments.get_institutions(tx).issuer_account_id,
                credit_account_id=shop.account_id,
                amount_minor=commission.amount_minor,
                code=TransferCode.COMMISSION,
            )
        ],
    )
    if not answer.result.ok:
        # Rolled back with its refusal, so that the same id may be tried again.
        raise OrderRefused(result=in_words(answer.result))


def day_report(tx: Tx, *, shop_id: UUID, on: date) -> ShopDay:
    """A shop's day so far, or as it was. Raises UnknownShop."""
    shop = queries.get_shop(tx, shop_id=shop_id)
    lines = [line for line in _lines(tx, shop, on) if line.kind in _MOVED]
    closing = ledger.get_balance_at(
        tx, shop.account_id, at=min(tx.now, _beginning(tx, on + timedelta(days=1)))
    )
    if lines:
        closing = lines[0].balance_minor
    found: dict[int, DayLine] = {}
    for line in lines:
        so_far = found.get(line.code, DayLine(line.code, 0, 0, 0))
        found[line.code] = DayLine(
            line.code,
            so_far.times + 1,
            so_far.in_minor + max(0, line.amount_minor),
            so_far.out_minor + max(0, -line.amount_minor),
        )
    opening = closing - sum(line.amount_minor for line in lines)
    return ShopDay(shop.id, on, opening, tuple(found[code] for code in sorted(found)), closing)


def _lines(tx: Tx, shop: Shop, on: date) -> Iterator[StatementLine]:
    """What moved on a shop's account on a day, the newest first."""
    begins, ends = _beginning(tx, on), _beginning(tx, on + timedelta(days=1))
    before = 0
    while page := ledger.list_statement(tx, shop.account_id, most=500, before_seq=before, since=begins):
        yield from (line for line in page if line.created_at < ends)
        before = page[-1].seq


def _beginning(tx: Tx, on: date) -> datetime:
    """The instant at which a civil day begins."""
    return datetime.combine(on, time(), tx.country.timezone)


def limit_float(tx: Tx, *, shop_id: UUID, most_minor: int | None) -> None:
    """Say how much an agent may hold at most (None: as much as it likes): then it takes no more for cash.

    By an officer who oversees agents. Raises UnknownShop, RoleNotGranted, OwnCase, LimitOutOfRange.
    """
    shop = queries.get_shop(tx, shop_id=shop_id)
    if shop.kind != "agent":
        raise UnknownShop(kind="agent")
    check_officer(tx, roles=[OfficerRole.AGENT_SUPERVISOR], person_id=shop.keeper_id)
    ledger.set_account_limits(
        tx, account_id=shop.account_id, credit_limit_minor=0, balance_ceiling_minor=most_minor
    )
    audit.record(tx, action="wallet.limit_float", subject=shop.code, details={"most_minor": most_minor or 0})
