"""Payments, as the ledger has them: one by its id, or those that follow in the ledger's order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from uuid import UUID

from ayni import ledger
from ayni.foundation.db import Tx
from ayni.ledger import Kind, RecordedTransfer, TransferCode
from ayni.values.ids import AccountId, TransferId, client_id
from ayni.wallet import store
from ayni.wallet.errors.refunds import UnknownPayment
from ayni.wallet.model import Payment, Side
from ayni.wallet.model.links import Reach
from ayni.wallet.store import links

_LOOKED_AT = 2_000


def get_payment(tx: Tx, *, payment_id: TransferId, linked_to: str = "") -> Payment:
    """A payment by the id of any of its transfers.

    For a system outside, by its id `linked_to`, only one of a wallet or a shop that it is linked to, and
    without residents that it is not linked to. Raises UnknownPayment.
    """
    found = ledger.find_transfer(tx, payment_id)
    legs = [] if found is None else ledger.list_legs(tx, payment_id)
    payments = _payments(tx, [legs])
    if linked_to:
        payments = _within(tx, payments, linked_to)
    if not payments:
        raise UnknownPayment
    return payments[0]


def list_payments_after(
    tx: Tx, *, after_seq: int, linked_to: str, upto_seq: int = ledger.LAST, most: int = 100
) -> tuple[list[Payment], int]:
    """What followed in the ledger's order, of the wallets and shops that a system outside is linked to.

    At most `most` payments, oldest first and as they were made (nothing is returned of them yet), and the
    place up to which there are no others; that is `after_seq` when nothing has followed. A payment whose
    first transfer is `after_seq` or before it is none that followed.
    """
    transfers = ledger.list_transfers_after(
        tx, after_seq=max(0, after_seq - 1), upto_seq=upto_seq, most=_LOOKED_AT
    )
    events = [list(legs) for _, legs in groupby(transfers, key=lambda leg: leg.event_id)]
    if len(transfers) == _LOOKED_AT:
        # The last may be cut in the middle: an event has far fewer legs than are looked at.
        events.pop()
    if not events:
        return [], after_seq
    reached = events[-1][-1].seq
    begun_before = events[0][0].seq <= after_seq
    seen = _within(tx, _payments(tx, events[begun_before:]), linked_to)
    if len(seen) <= most:
        return seen, reached
    # A payment's own place is its first leg; the next one is told from there on.
    return seen[:most], seen[most].seq - 1


def payment_id_of(*, client: str, key: UUID) -> TransferId:
    """The id that the payment of a client's request with this key has, if it was carried out."""
    return TransferId(client_id(client, key))


def _payments(tx: Tx, events: Sequence[Sequence[RecordedTransfer]]) -> list[Payment]:
    """What was paid in each event; without events in which nothing moved."""
    moves = [[leg for leg in legs if leg.kind in (Kind.SINGLE, Kind.POST, Kind.RETURN)] for legs in events]
    accounts = {account for legs in moves for leg in legs for account in _accounts(leg)}
    sides = _sides(tx, list(accounts))
    return [payment for legs in moves if (payment := _payment(legs, sides)) is not None]


def _accounts(leg: RecordedTransfer) -> tuple[AccountId, AccountId]:
    return leg.debit_account_id, leg.credit_account_id


def _payment(legs: Sequence[RecordedTransfer], sides: Mapping[AccountId, Side]) -> Payment | None:
    parts = [leg for leg in legs if leg.code != TransferCode.FEE]
    if not parts:
        return None
    first = parts[0]
    return Payment(
        id=first.id,
        event_id=first.event_id,
        code=first.code,
        amount_minor=sum(leg.amount_minor for leg in parts),
        fee_minor=sum(leg.amount_minor for leg in legs if leg.code == TransferCode.FEE),
        returned_minor=sum(leg.returned_minor for leg in parts),
        at=first.event_at,
        debit=sides[first.debit_account_id],
        credit=sides[first.credit_account_id],
        seq=legs[0].seq,
    )


def _sides(tx: Tx, account_ids: Sequence[AccountId]) -> dict[AccountId, Side]:
    holders = store.find_holders(tx, account_ids)
    shops = store.find_shops(tx, [shop_id for _, shop_id in holders.values() if shop_id is not None])
    found = {account_id: Side() for account_id in account_ids}
    for account_id, (person_id, shop_id) in holders.items():
        found[account_id] = Side(person_id, None if shop_id is None else shops[shop_id])
    return found


def _within(tx: Tx, payments: Sequence[Payment], outside: str) -> list[Payment]:
    """What a client may know of payments: a resident whom it is not linked to is nobody."""
    subjects = {subject for payment in payments for subject in _subjects(payment)}
    reach = links.find_reach(tx, [outside], list(subjects))
    return [
        replace(
            payment,
            debit=_seen(payment.debit, outside, reach),
            credit=_seen(payment.credit, outside, reach),
        )
        for payment in payments
        if any(reach.covers(outside, subject) for subject in _subjects(payment))
    ]


def _seen(side: Side, outside: str, reach: Reach) -> Side:
    hidden = side.person_id is not None and not reach.covers(outside, side.person_id)
    return Side() if hidden else side


def _subjects(payment: Payment) -> list[UUID]:
    """What a link to either side names."""
    named: list[UUID] = []
    for side in (payment.debit, payment.credit):
        if side.shop is not None:
            named.append(side.shop.id)
        elif side.person_id is not None:
            named.append(side.person_id)
    return named
