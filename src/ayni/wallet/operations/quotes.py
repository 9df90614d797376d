"""What an order would do, before anybody confirms it."""

from __future__ import annotations

from uuid import UUID

from ayni import ledger
from ayni.foundation.db import Tx
from ayni.foundation.errors import AyniError
from ayni.payments import TRUST_BOOK
from ayni.values.ids import PersonId
from ayni.values.phone import Phone
from ayni.wallet import queries, store
from ayni.wallet.model import LimitLeft, Order, OrderKind, Quote
from ayni.wallet.operations.fees import fee_minor
from ayni.wallet.operations.plans import Remembered, check_request, find_usable, read
from ayni.wallet.operations.sends import choose_payee, parcel_term


def quote(tx: Tx, *, order: Order) -> Quote:
    """Amount, fee, with whom, what may be used for it and what is left of each limit. Changes nothing.

    The key need not be the one that the order will have. Raises what is wrong with the request itself, as
    the order would: BadAmount, BadKey, UnknownWallet, UnknownShop, OwnShop, OwnWallet, NotPayableInCash,
    ParameterMissing.
    """
    usable = find_usable(tx, order, read(tx, [order], Remembered()))
    if isinstance(usable, AyniError):
        raise usable
    accounts = ledger.find_accounts(tx, list(usable.accounts))
    main = accounts[usable.wallet.main_account_id]
    called = store.find_account_names(tx, [usable.other_account_id], viewer=order.person_id)
    return Quote(
        kind=order.kind,
        to=called.get(usable.other_account_id, ""),
        amount_minor=order.amount_minor,
        fee_minor=fee_minor(tx, order.kind, order.amount_minor),
        available_minor=sum(
            max(0, one.available_minor or 0) for one in accounts.values() if not one.flags and not main.flags
        ),
        limits=limits_left(tx, person_id=order.person_id),
    )


def quote_send(
    tx: Tx,
    *,
    person_id: PersonId,
    phone: str,
    amount_minor: int,
    client: str,
    key: UUID,
    payee_id: PersonId | None = None,
) -> Quote:
    """The same for a send by telephone. Raises SeveralPayees, UnknownPayee, InvalidPhone, and as `quote`
    does.
    """
    number = tx.country.check_mobile(phone)
    payee = choose_payee(tx, phone=number, payee_id=payee_id)
    order = Order(OrderKind.SEND, person_id, payee or person_id, amount_minor, client, key)
    if payee is not None:
        return quote(tx, order=order)
    wrong = check_request(order)
    if wrong is not None:
        raise wrong
    wallet = queries.get_wallet(tx, person_id=person_id)
    main = ledger.get_account(tx, wallet.main_account_id)
    return Quote(
        kind=OrderKind.SEND,
        to=str(Phone(number)),
        amount_minor=amount_minor,
        fee_minor=0,
        available_minor=0 if main.flags else max(0, main.available_minor or 0),
        limits=limits_left(tx, person_id=person_id),
        waits_until=parcel_term(tx),
    )


def limits_left(tx: Tx, *, person_id: PersonId) -> tuple[LimitLeft, ...]:
    """Today's limits of a wallet, with what is left of each and when it renews. Raises UnknownWallet."""
    wallet = queries.get_wallet(tx, person_id=person_id)
    zone = tx.country.timezone
    return tuple(
        LimitLeft(
            kind=limit.kind,
            maximum_minor=limit.maximum_minor,
            left_minor=limit.left_minor,
            renews_on=None if limit.renews_at is None else limit.renews_at.astimezone(zone).date(),
        )
        for limit in ledger.limit_use(tx, wallet.owner_ref, book=TRUST_BOOK)
    )
