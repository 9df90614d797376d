"""Refunds: a merchant gives back a payment, in part or whole, never more than was paid.

What was paid from several kinds of money goes back the other way round: free money first, then what is
bound to a purpose, each to where it came from. The ledger itself keeps how much of each part was returned.
"""

from __future__ import annotations

import json
from uuid import UUID

from ayni import ledger
from ayni.foundation.db import Tx
from ayni.ledger import Kind, Posted, RecordedTransfer, Result, Transfer, TransferCode
from ayni.values.ids import EventId, TransferId, client_id
from ayni.wallet import queries, store
from ayni.wallet.errors import BadAmount, BadKey, KeyAlreadyUsed, OrderRefused, PayeeCannotTake, UnknownShop
from ayni.wallet.errors.refunds import NothingLeftToRefund, RefundTooLarge, ShopCannotRefund, UnknownPayment
from ayni.wallet.model import MAX_AMOUNT_MINOR, Refund, Shop
from ayni.wallet.operations.refusals import differs, in_words


def refund(
    tx: Tx,
    *,
    merchant_id: UUID,
    payment_id: TransferId,
    client: str,
    key: UUID,
    amount_minor: int | None = None,
) -> Refund:
    """Give a payment back, or so much of it. `payment_id` is the id of any of its transfers.

    The same `key` again gives the same refund. Fees are the issuer's and stay. Posts, so a transaction does
    it last. Raises UnknownShop, UnknownPayment, RefundTooLarge, NothingLeftToRefund, ShopCannotRefund,
    PayeeCannotTake, KeyAlreadyUsed, BadAmount, BadKey, OrderRefused.
    """
    shop = queries.get_shop(tx, shop_id=merchant_id)
    if shop.kind != "merchant":
        raise UnknownShop(kind="merchant")
    if amount_minor is not None:
        check_amount(amount_minor)
    if key.version != 7 or not client or not client.isprintable():
        raise BadKey
    asked = (client, "refund", merchant_id, payment_id, amount_minor)
    event_id = EventId(client_id("\x1f".join(map(str, asked)), key))
    earlier = _find_earlier(tx, client, key, event_id)
    if earlier is not None:
        return earlier
    legs = _legs(tx, shop, payment_id)
    transfers = _returns(tx, legs, amount_minor, client, key, event_id)
    with store.all_or_nothing(tx):
        posted = ledger.post(tx, transfers)
        failed = [answer.result for answer in posted if not answer.result.ok]
        if failed:
            reason = next((one for one in failed if one != Result.LINKED_EVENT_FAILED), failed[0])
            again = _find_earlier(tx, client, key, event_id) if differs(reason) else None
            if again is None:
                raise _refusal(tx, shop, reason, transfers)
            return again
    return _told(event_id, posted)


def check_amount(amount_minor: int) -> None:
    """Raises BadAmount."""
    if type(amount_minor) is not int or not 0 < amount_minor <= MAX_AMOUNT_MINOR:
        raise BadAmount(most=MAX_AMOUNT_MINOR)


def _legs(tx: Tx, shop: Shop, payment_id: TransferId) -> list[RecordedTransfer]:
    """The parts of a payment to this shop, the last that was used first. Raises UnknownPayment."""
    legs = [
        leg
        for leg in ledger.list_legs(tx, payment_id)
        if leg.code == TransferCode.PAY and leg.kind == Kind.SINGLE
    ]
    if not legs or legs[0].credit_account_id != shop.account_id:
        raise UnknownPayment
    return legs[::-1]


def _returns(
    tx: Tx,
    legs: list[RecordedTransfer],
    amount_minor: int | None,
    client: str,
    key: UUID,
    event_id: EventId,
) -> list[Transfer]:
    left = sum(leg.amount_minor - leg.returned_minor for leg in legs)
    if left == 0:
        raise NothingLeftToRefund
    rest = left if amount_minor is None else amount_minor
    if rest > left:
        raise RefundTooLarge(left=tx.country.format_money(left), left_minor=left)
    parts = []
    for leg in legs:
        part = min(rest, leg.amount_minor - leg.returned_minor)
        if part:
            parts.append((leg, part))
            rest -= part
    context = json.dumps({"actor": tx.actor.who, "channel": tx.actor.channel, "client": client})
    return [
        Transfer(
            id=_leg_id(client, key, place),
            event_id=event_id,
            book=leg.book,
            debit_account_id=None,
            credit_account_id=None,
            amount_minor=part,
            code=TransferCode.REFUND,
            kind=Kind.RETURN,
            pending_id=leg.id,
            linked=place < len(parts) - 1,
            context=context,
        )
        for place, (leg, part) in enumerate(parts)
    ]


def _leg_id(client: str, key: UUID, place: int) -> TransferId:
    # The first has the id that every request with this key has first, whatever it asks.
    return TransferId(client_id(client if place == 0 else f"{client}\x1fleg {place}", key))


def _find_earlier(tx: Tx, client: str, key: UUID, event_id: EventId) -> Refund | None:
    """What the same request did before. Raises KeyAlreadyUsed when the key did something else."""
    first = ledger.find_transfer(tx, _leg_id(client, key, 0))
    if first is None:
        return None
    if first.event_id != event_id:
        raise KeyAlreadyUsed
    legs = ledger.list_legs(tx, first.id)
    return Refund(event_id, sum(leg.amount_minor for leg in legs), legs[-1].seq, repeated=True)


def _told(event_id: EventId, posted: list[Posted]) -> Refund:
    amount = sum(answer.amount_minor for answer in posted)
    # Whoever sent the same request at the same time and came first has given it back.
    repeated = posted[0].result == Result.EXISTS
    return Refund(event_id, amount, posted[-1].seq, repeated)


def _refusal(tx: Tx, shop: Shop, reason: Result, transfers: list[Transfer]) -> Exception:
    if differs(reason):
        return KeyAlreadyUsed()
    amount = sum(transfer.amount_minor for transfer in transfers)
    if reason == Result.AMOUNT_EXCEEDS_ORIGINAL:
        # Somebody else gave some of it back at the same time.
        return NothingLeftToRefund()
    if reason == Result.INSUFFICIENT_FUNDS:
        available = ledger.get_account(tx, shop.account_id).available_minor or 0
        return ShopCannotRefund(
            amount=tx.country.format_money(amount), available=tx.country.format_money(max(0, available))
        )
    if reason in (Result.CREDIT_BALANCE_LIMIT_EXCEEDED, Result.CREDIT_ACCOUNT_CLOSED):
        return PayeeCannotTake(amount=tx.country.format_money(amount))
    return OrderRefused(result=in_words(reason))
