"""Accounts: status, name, balance, and what moved in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from ayni import ledger, wallet
from ayni.channels.api.gsma.errors import UnknownParty
from ayni.channels.api.gsma.faults import instant
from ayni.channels.api.gsma.parties import Found, find_account
from ayni.channels.api.gsma.wire import Pair, show_amount
from ayni.channels.api.tokens import Caller
from ayni.foundation.db import Tx
from ayni.ledger import Kind, TransferCode
from ayni.values.ids import PersonId, show_id
from ayni.wallet import Shop, UnknownShop, UnknownWallet

_TYPES = {
    TransferCode.PAY: "merchantpay",
    TransferCode.SEND: "transfer",
    TransferCode.CASH_IN: "deposit",
    TransferCode.CASH_OUT: "withdrawal",
    TransferCode.PAY_BILL: "billpay",
    TransferCode.DISBURSE: "disbursement",
    TransferCode.CLAIM: "disbursement",
    TransferCode.REMIT: "disbursement",
    TransferCode.REFUND: "reversal",
}
_PAGE = 200


def reach(tx: Tx, caller: Caller, party: list[Pair]) -> Found:
    """The account that identifiers name, if this client may touch it. Raises UnknownParty, InvalidPhone."""
    found = find_account(tx, party)
    try:
        if found.shop is not None:
            wallet.links.check_reach_of_shop(tx, client_id=caller.client_id, shop_id=found.shop.id)
        else:
            assert found.person_id is not None
            wallet.links.check_reach_of_wallet(tx, client_id=caller.client_id, person_id=found.person_id)
    except (UnknownShop, UnknownWallet):
        raise UnknownParty from None
    return found


def status(tx: Tx, found: Found) -> dict[str, Any]:
    """Whether money may leave it."""
    return {"accountStatus": balance(tx, found)["accountStatus"]}


def name(tx: Tx, found: Found) -> dict[str, Any]:
    """The holder by as much of the name as others may see; a shop by its sign."""
    if found.shop is not None:
        return {"name": {"fullName": found.shop.display_name}}
    assert found.person_id is not None
    (payee,) = wallet.find_payees_by_id(tx, person_ids=[found.person_id])
    return {"name": {"fullName": payee.display_name[:256]}}


def balance(tx: Tx, found: Found) -> dict[str, Any]:
    """All of it, and what is free; the rest is bound to a purpose, saved or held."""
    if found.shop is not None:
        account = ledger.get_account(tx, found.shop.account_id)
        total, free, may_spend = account.balance_minor, account.available_minor or 0, account.flags == 0
    else:
        assert found.person_id is not None
        mine = wallet.balance(tx, person_id=found.person_id)
        total, free, may_spend = mine.total_minor, mine.available_minor, mine.may_spend
    return {
        "accountStatus": "available" if may_spend else "unavailable",
        "currentBalance": show_amount(total),
        "availableBalance": show_amount(free),
        "reservedBalance": show_amount(total - free),
        "currency": tx.country.currency,
    }


def kind_of(code: int) -> str:
    """The standard's type of what moved; what it has no word for is an adjustment."""
    return _TYPES.get(TransferCode(code), "adjustment")


class Entry:
    """What moved in an account, in the words of the standard."""

    def __init__(
        self, reference: str, receipt: str, at: datetime, code: int, amount_minor: int, other: str
    ) -> None:
        self.reference = reference
        self.receipt = receipt
        self.at = at
        self.code = code
        self.amount_minor = amount_minor
        self.other = other

    @property
    def kind(self) -> str:
        """The standard's type; what it has none for is an adjustment."""
        return kind_of(self.code)

    def show(self, own: list[Pair], currency: str) -> dict[str, Any]:
        """As a transaction; the other side is known by the name that this account may see."""
        mine = [{"key": pair.key, "value": pair.value} for pair in own]
        other = [{"key": "identityalias", "value": self.other or "not shown"}]
        came = self.amount_minor > 0
        return {
            "transactionReference": self.reference,
            "transactionStatus": "completed",
            "amount": show_amount(abs(self.amount_minor)),
            "currency": currency,
            "creditParty": mine if came else other,
            "debitParty": other if came else mine,
            "transactionReceipt": self.receipt,
            "creationDate": instant(self.at),
            "modificationDate": instant(self.at),
        }


def entries(tx: Tx, found: Found) -> Iterator[Entry]:
    """What moved in an account, the newest first."""
    if found.shop is not None:
        return _of_shop(tx, found.shop)
    assert found.person_id is not None
    return _of_person(tx, found.person_id)


def _of_person(tx: Tx, person_id: PersonId) -> Iterator[Entry]:
    older = None
    while True:
        page = wallet.statement(tx, person_id=person_id, most=_PAGE, older=older)
        for one in page.entries:
            if one.amount_minor:
                reference = show_id("trf", one.payment_id)
                receipt = show_id("evt", one.event_id)
                yield Entry(reference, receipt, one.at, one.code, one.amount_minor, one.counterpart)
        if page.older is None:
            return
        older = page.older


def _of_shop(tx: Tx, shop: Shop) -> Iterator[Entry]:
    before = 0
    while page := ledger.list_statement(tx, shop.account_id, most=_PAGE, before_seq=before):
        for line in page:
            if line.kind in (Kind.SINGLE, Kind.POST, Kind.RETURN):
                receipt = show_id("evt", line.event_id)
                reference = show_id("trf", line.transfer_id)
                yield Entry(reference, receipt, line.event_at, line.code, line.amount_minor, "")
        before = page[-1].seq


Keep = Callable[[Entry], bool]


def page_of(found: Iterator[Entry], keep: Keep, *, offset: int, limit: int) -> tuple[list[Entry], int]:
    """So many of those that are to be kept, after `offset` of them; and how many there are."""
    kept = [entry for entry in found if keep(entry)]
    return kept[offset : offset + limit], len(kept)
