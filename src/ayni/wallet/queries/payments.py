"""One payment, as the ledger has it."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from ayni import ledger
from ayni.foundation.db import Tx
from ayni.ledger import Kind, TransferCode
from ayni.values.ids import AccountId, TransferId, client_id
from ayni.wallet import store
from ayni.wallet.errors.refunds import UnknownPayment
from ayni.wallet.model import Payment, Side
from ayni.wallet.store import links


def get_payment(tx: Tx, *, payment_id: TransferId, linked_to: str = "") -> Payment:
    """A payment by the id of any of its transfers.

    For a system outside, by its id `linked_to`, only one of a wallet or a shop that it is linked to, and
    without residents that it is not linked to. Raises UnknownPayment.
    """
    found = ledger.find_transfer(tx, payment_id)
    legs = [] if found is None else [leg for leg in ledger.list_legs(tx, payment_id) if _moved(leg.kind)]
    parts = [leg for leg in legs if leg.code != TransferCode.FEE]
    if not parts:
        raise UnknownPayment
    first = parts[0]
    sides = _sides(tx, [first.debit_account_id, first.credit_account_id])
    payment = Payment(
        id=first.id,
        event_id=first.event_id,
        code=first.code,
        amount_minor=sum(leg.amount_minor for leg in parts),
        fee_minor=sum(leg.amount_minor for leg in legs if leg.code == TransferCode.FEE),
        returned_minor=sum(leg.returned_minor for leg in parts),
        at=first.event_at,
        debit=sides[first.debit_account_id],
        credit=sides[first.credit_account_id],
    )
    return _within(tx, payment, linked_to) if linked_to else payment


def payment_id_of(*, client: str, key: UUID) -> TransferId:
    """The id that the payment of a client's request with this key has, if it was carried out."""
    return TransferId(client_id(client, key))


def _moved(kind: Kind) -> bool:
    return kind in (Kind.SINGLE, Kind.POST, Kind.RETURN)


def _sides(tx: Tx, account_ids: list[AccountId]) -> dict[AccountId, Side]:
    holders = store.find_holders(tx, account_ids)
    shops = store.find_shops(tx, [shop_id for _, shop_id in holders.values() if shop_id is not None])
    found = {account_id: Side() for account_id in account_ids}
    for account_id, (person_id, shop_id) in holders.items():
        found[account_id] = Side(person_id, None if shop_id is None else shops[shop_id])
    return found


def _within(tx: Tx, payment: Payment, outside: str) -> Payment:
    """What a client may know of a payment: a resident whom it is not linked to is nobody."""
    subjects = [subject for side in (payment.debit, payment.credit) for subject in _subject(side)]
    reach = links.find_reach(tx, [outside], subjects)
    if not any(reach.covers(outside, subject) for subject in subjects):
        raise UnknownPayment

    def seen(side: Side) -> Side:
        hidden = side.person_id is not None and not reach.covers(outside, side.person_id)
        return Side() if hidden else side

    return replace(payment, debit=seen(payment.debit), credit=seen(payment.credit))


def _subject(side: Side) -> list[UUID]:
    """What a link to this side names."""
    if side.shop is not None:
        return [side.shop.id]
    return [] if side.person_id is None else [side.person_id]
