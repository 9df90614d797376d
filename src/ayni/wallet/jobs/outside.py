"""Talking with companies and lists: outside of transactions, and what they say is taken in one of its own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID

from ayni.foundation.db import SYSTEM, Actor, Database
from ayni.wallet import queries
from ayni.wallet.errors import UnknownShop
from ayni.wallet.errors.bills import BillerUnreachable
from ayni.wallet.errors.safety import SanctionsListUnavailable
from ayni.wallet.model.bills import Bill
from ayni.wallet.model.safety import SanctionHit
from ayni.wallet.operations import bills, screening
from ayni.wallet.ports import BillerSystem, SanctionsList
from ayni.wallet.store import bills as store

_MOST = 500
_BEGINNING = (datetime(1, 1, 2, tzinfo=UTC), UUID(int=0))


def look_up_bills(
    database: Database,
    *,
    billers: Mapping[str, BillerSystem],
    code: str,
    customer: str,
    actor: Actor = SYSTEM,
) -> list[Bill]:
    """What a customer owes a company, as the company says now. `billers` are their systems by the shop's
    code.

    Raises UnknownShop, BillerUnreachable, BadBill.
    """
    with database.transaction(actor) as tx:
        shop = queries.find_shop(tx, code=code)
    if shop is None or shop.kind != "biller" or code not in billers:
        raise UnknownShop(kind="company")
    try:
        told = billers[code].find_bills(customer.strip())
    except Exception as error:
        raise BillerUnreachable from error
    with database.transaction(actor) as tx:
        return [bills.note_bill(tx, shop_id=shop.id, customer=customer.strip(), bill=one) for one in told]


def tell_billers(database: Database, *, billers: Mapping[str, BillerSystem], actor: Actor = SYSTEM) -> int:
    """Tell companies of payments that they have not answered yet; returns how many have answered.

    Whoever cannot be reached is told again the next time, and keeps nobody else waiting; the same payment
    told twice is one there.
    """
    after, answered = _BEGINNING, 0
    while True:
        with database.transaction(actor) as tx:
            waiting = store.list_payments_to_tell(tx, after=after, most=_MOST)
            codes = {one.shop_id: queries.get_shop(tx, shop_id=one.shop_id).code for one in waiting}
            amounts = {one.bill_id: bills.get_bill(tx, bill_id=one.bill_id).amount_minor for one in waiting}
        for payment in waiting:
            after = (payment.paid_at, payment.id)
            system = billers.get(codes[payment.shop_id])
            if system is None:
                continue
            try:
                answer = system.book_payment(
                    payment_id=payment.id, number=payment.number, amount_minor=amounts[payment.bill_id]
                )
            except Exception:  # noqa: S112 - what it will say is not known: asked again, never guessed
                continue
            with database.transaction(actor) as tx:
                answered += bills.take_answer(tx, payment=payment, answer=answer)
        if len(waiting) < _MOST:
            return answered


def screen(database: Database, *, source: SanctionsList, actor: Actor = SYSTEM) -> list[SanctionHit]:
    """Screen all holders against a list; returns who was found newly. Nobody is found twice.

    Each entry in a transaction of its own. Raises SanctionsListUnavailable.
    """
    try:
        version, entries = source.fetch()
    except Exception as error:
        raise SanctionsListUnavailable(list=source.name) from error
    found = []
    for entry in entries:
        with database.transaction(actor) as tx:
            found += screening.screen_entry(tx, list_name=source.name, version=version, entry=entry)
    return found
