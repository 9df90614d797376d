"""Money from one resident to another, by telephone. Where nobody with a wallet answers, it waits for them.

What waits stands in an account of the sender's, one for each send. It is still the sender's money: it
counts in what they may hold, and in their month only when somebody takes it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from ayni import ledger
from ayni.foundation.db import Tx
from ayni.foundation.errors import AyniError
from ayni.ledger import AccountCode, NewAccount, Posted, Poster, Result, Transfer, TransferCode
from ayni.payments import TRUST_BOOK
from ayni.values.ids import AccountId, EventId, PersonId, TransferId, derived_id, new_id
from ayni.wallet import queries, store
from ayni.wallet.errors import (
    KeyAlreadyUsed,
    ParcelEnded,
    ParcelNotNow,
    SeveralPayees,
    UnknownParcel,
    UnknownPayee,
)
from ayni.wallet.model import Order, OrderKind, Parcel, ParcelEnd, Receipt, ReceiptPart, Wallet
from ayni.wallet.operations.orders import carry_out
from ayni.wallet.operations.plans import (
    Usable,
    check_request,
    context_of,
    event_of,
    find_obstacle,
    leg_id,
)
from ayni.wallet.operations.refusals import check_room, refusal

_NOBODY = UUID(int=0)


def send(
    tx: Tx,
    *,
    person_id: PersonId,
    phone: str,
    amount_minor: int,
    client: str,
    key: UUID,
    payee_id: PersonId | None = None,
    poster: Poster | None = None,
) -> Receipt:
    """Send free money to whoever a telephone reaches, or let it wait for them.

    `payee_id` chooses among those whom `find_payees` gave. With nobody there, the receipt names a parcel.
    The same `key` again gives the same receipt, whoever has opened a wallet meanwhile. `poster` as for
    `pay`; a parcel is always part of `tx`. Raises SeveralPayees, UnknownPayee, OwnWallet,
    PayeeCannotTake, InvalidPhone, and as `pay`.
    """
    order = order_of_send(
        tx,
        person_id=person_id,
        phone=phone,
        amount_minor=amount_minor,
        client=client,
        key=key,
        payee_id=payee_id,
    )
    number = tx.country.check_mobile(phone)
    wallet = queries.get_wallet(tx, person_id=person_id)
    earlier = _find_earlier(tx, order, wallet)
    if earlier is not None:
        return earlier
    payee = choose_payee(tx, phone=number, payee_id=payee_id)
    obstacle = find_obstacle(tx, person_id)
    if obstacle is not None:
        raise obstacle
    if payee is None:
        return _leave(tx, order, wallet, number)
    (answer,) = carry_out(tx, orders=[replace(order, other_id=payee)], poster=poster)
    if isinstance(answer, AyniError):
        raise answer
    return answer


def order_of_send(
    tx: Tx,
    *,
    person_id: PersonId,
    phone: str,
    amount_minor: int,
    client: str,
    key: UUID,
    payee_id: PersonId | None = None,
) -> Order:
    """What `send` is asked for, to be looked at first. Raises BadAmount, BadKey, InvalidPhone."""
    number = tx.country.check_mobile(phone)
    named = f"{number} {payee_id or ''}"
    order = Order(OrderKind.SEND, person_id, payee_id or _NOBODY, amount_minor, client, key, named)
    wrong = check_request(order)
    if wrong is not None:
        raise wrong
    return order


def choose_payee(tx: Tx, *, phone: str, payee_id: PersonId | None) -> PersonId | None:
    """Who is meant by a telephone; None when nobody with a wallet has it. Raises SeveralPayees,
    UnknownPayee.
    """
    payees = [payee.person_id for payee in queries.find_payees(tx, phone=phone)]
    if payee_id is not None:
        if payee_id not in payees:
            raise UnknownPayee
        return payee_id
    if len(payees) > 1:
        raise SeveralPayees(count=len(payees))
    return payees[0] if payees else None


def _find_earlier(tx: Tx, order: Order, wallet: Wallet) -> Receipt | None:
    """What the same request did before. Raises KeyAlreadyUsed when the key did something else."""
    transfer_id = leg_id(order, 0)
    found = ledger.find_transfer(tx, transfer_id)
    if found is None:
        return None
    if found.event_id != event_of(order):
        raise KeyAlreadyUsed
    fee = ledger.find_transfer(tx, leg_id(order, "fee"))
    return Receipt(
        found.event_id,
        order.kind,
        found.amount_minor,
        (ReceiptPart(wallet.main_account_id, None, found.amount_minor),),
        found.seq if fee is None else fee.seq,
        repeated=True,
        parcel_id=None if store.find_parcel(tx, transfer_id) is None else transfer_id,
        fee_minor=0 if fee is None else fee.amount_minor,
        payment_id=transfer_id,
    )


def parcel_term(tx: Tx) -> datetime:
    """Until when what is left now would wait. Raises ParameterMissing."""
    days = tx.country.parameter("wallet.parcel_days", on=tx.today)
    assert isinstance(days, int), "a number of days"
    return tx.now + timedelta(days=days)


def _leave(tx: Tx, order: Order, wallet: Wallet, phone: str) -> Receipt:
    """Move the money aside for a telephone. No fee is taken before somebody takes it, nor then."""
    check_room(tx, wallet, order.amount_minor)
    transfer_id = leg_id(order, 0)
    parcel = Parcel(
        id=transfer_id,
        sender_id=order.person_id,
        phone=phone,
        amount_minor=order.amount_minor,
        account_id=AccountId(new_id(tx.now)),
        event_id=event_of(order),
        sent_at=tx.now,
        expires_at=parcel_term(tx),
        ended=None,
        ended_at=None,
    )
    with store.all_or_nothing(tx):
        if not store.insert_parcel(tx, parcel):
            # The same request was here at the same time, and has committed since.
            earlier = _find_earlier(tx, order, wallet)
            if earlier is None:
                raise KeyAlreadyUsed
            return earlier
        account = NewAccount(parcel.account_id, TRUST_BOOK, AccountCode.ESCROW, wallet.owner_ref)
        ledger.open_accounts(tx, accounts=[account])
        (answer,) = ledger.post(
            tx,
            [
                Transfer(
                    id=transfer_id,
                    event_id=parcel.event_id,
                    book=TRUST_BOOK,
                    debit_account_id=wallet.main_account_id,
                    credit_account_id=parcel.account_id,
                    amount_minor=order.amount_minor,
                    code=TransferCode.SEND,
                    context=context_of(tx, order),
                )
            ],
        )
        if not answer.result.ok:
            usable = Usable(wallet, parcel.account_id, (wallet.main_account_id,), _barred(tx, order))
            raise refusal(tx, order, usable, answer.result)
    part = ReceiptPart(wallet.main_account_id, None, order.amount_minor)
    return Receipt(
        parcel.event_id,
        order.kind,
        order.amount_minor,
        (part,),
        answer.seq,
        parcel_id=parcel.id,
        payment_id=transfer_id,
    )


def _barred(tx: Tx, order: Order) -> dict[AccountId, str]:
    bound = store.find_purpose_accounts(tx, [order.person_id]).get(order.person_id, [])
    return {account.account_id: account.name for account in bound}


def take_parcel(tx: Tx, *, parcel_id: UUID, person_id: PersonId) -> Receipt:
    """Give what waits behind a telephone to a person whom it is proven to reach. It counts in both months
    now.

    Of two who take it at once one gets it. Raises UnknownParcel, ParcelEnded, ParcelNotNow, UnknownWallet.
    """
    taker = queries.get_wallet(tx, person_id=person_id)
    parcel = next(
        (one for one in queries.list_parcels_for(tx, person_id=person_id) if one.id == parcel_id), None
    )
    if parcel is None:
        known = store.find_parcel(tx, parcel_id)
        if known is not None and known.ended is not None and queries.is_for(tx, known, person_id):
            raise _over(tx, known)
        raise UnknownParcel
    answer = _end(tx, parcel, ParcelEnd.TAKEN, taker, reason="taken by its payee", taker_id=person_id)
    part = ReceiptPart(taker.main_account_id, None, parcel.amount_minor)
    return Receipt(
        _event_of_end(parcel, ParcelEnd.TAKEN),
        OrderKind.SEND,
        parcel.amount_minor,
        (part,),
        answer.seq,
        parcel_id=parcel.id,
    )


def return_parcel(
    tx: Tx, *, parcel_id: UUID, person_id: PersonId, reason: str = "asked by its sender"
) -> None:
    """Give what still waits back to its sender `person_id`. Raises UnknownParcel, ParcelEnded,
    ParcelNotNow.
    """
    parcel = store.find_parcel(tx, parcel_id)
    if parcel is None or parcel.sender_id != person_id:
        raise UnknownParcel
    if parcel.ended is not None:
        raise _over(tx, parcel)
    _end(tx, parcel, ParcelEnd.RETURNED, queries.get_wallet(tx, person_id=person_id), reason=reason)


def _end(
    tx: Tx,
    parcel: Parcel,
    how: ParcelEnd,
    to: Wallet,
    *,
    reason: str,
    taker_id: PersonId | None = None,
) -> Posted:
    taken = how is ParcelEnd.TAKEN
    with store.all_or_nothing(tx):
        if not store.insert_parcel_end(tx, parcel_id=parcel.id, how=how, taker_id=taker_id, reason=reason):
            raise _over(tx, parcel)
        (answer,) = ledger.post(
            tx,
            [
                Transfer(
                    id=TransferId(derived_id(parcel.sent_at, "parcel", parcel.id, how, "leg")),
                    event_id=_event_of_end(parcel, how),
                    book=TRUST_BOOK,
                    debit_account_id=parcel.account_id,
                    credit_account_id=to.main_account_id,
                    amount_minor=parcel.amount_minor,
                    code=TransferCode.SEND if taken else TransferCode.REFUND,
                )
            ],
        )
        if not answer.result.ok:
            # Rolled back with its refusal, so that the same id may be tried again.
            until = parcel.expires_at.astimezone(tx.country.timezone).date()
            raise ParcelNotNow(reason=_why_not(answer.result), until=until.isoformat())
    return answer


def _event_of_end(parcel: Parcel, how: ParcelEnd) -> EventId:
    return EventId(derived_id(parcel.sent_at, "parcel", parcel.id, how))


def _why_not(result: Result) -> str:
    """Enough to know whom to ask, and nothing about the other's wallet."""
    if result.name.startswith("CREDIT_"):
        return "your wallet cannot take it, for want of room or because it is closed"
    return "the wallet that it comes from may not give it, or has reached a limit of the month"


def _over(tx: Tx, parcel: Parcel) -> ParcelEnded:
    newest = store.find_parcel(tx, parcel.id) or parcel
    ended_at = newest.ended_at or tx.now
    on = ended_at.astimezone(tx.country.timezone).date().isoformat()
    return ParcelEnded(ended=newest.ended or "ended", ended_on=on)
