"""Paying bills: a bill is kept as its company told it, and is paid once, by whomever.

What the company does not take is given back, and the bill can be paid anew.
"""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from ayni import ledger
from ayni.foundation import audit
from ayni.foundation.db import Tx
from ayni.foundation.errors import AyniError
from ayni.ledger import Kind, Transfer, TransferCode
from ayni.payments import TRUST_BOOK
from ayni.values.ids import EventId, PersonId, TransferId, as_key, derived_id, show_id
from ayni.wallet.errors import OrderRefused
from ayni.wallet.errors.bills import BadBill, BillAlreadyPaid, UnknownBill
from ayni.wallet.model import Order, OrderKind, Receipt
from ayni.wallet.model.bills import Bill, BillAnswer, BillPayment, OpenBill
from ayni.wallet.operations.orders import carry_out
from ayni.wallet.operations.plans import leg_id
from ayni.wallet.operations.refusals import in_words
from ayni.wallet.store import all_or_nothing
from ayni.wallet.store import bills as store

_CLIENT = "bill"
_EPOCH = datetime(2025, 1, 1, tzinfo=UTC)
"""A bill is the same however often it is told: its id is not dated by when that was."""


def note_bill(tx: Tx, *, shop_id: UUID, customer: str, bill: OpenBill) -> Bill:
    """Keep a bill as its company tells it. Raises BadBill."""
    if type(bill.amount_minor) is not int:
        raise BadBill
    bill_id = derived_id(_EPOCH, "bill", shop_id, bill.number, bill.amount_minor, bill.due_on)
    noted = Bill(bill_id, shop_id, customer, bill.number, bill.holder, bill.amount_minor, bill.due_on, tx.now)
    store.insert_bill(tx, noted)
    return get_bill(tx, bill_id=bill_id)


def get_bill(tx: Tx, *, bill_id: UUID) -> Bill:
    """A bill that was told to us. Raises UnknownBill."""
    found = store.find_bill(tx, bill_id)
    if found is None:
        raise UnknownBill
    return found


def pay_bill(tx: Tx, *, bill_id: UUID, person_id: PersonId) -> Receipt:
    """Pay a bill from free money. Twice by one person is once: the second time gives the same receipt.

    Posts, so a transaction does it last. Raises UnknownBill, BillAlreadyPaid, and as `wallet.pay` does.
    """
    bill = get_bill(tx, bill_id=bill_id)
    earlier = store.list_payments(tx, shop_id=bill.shop_id, number=bill.number)
    last = earlier[-1] if earlier else None
    if last is not None and last.accepted is not False:
        if last.person_id != person_id or last.bill_id != bill.id:
            raise BillAlreadyPaid
        return _carry_out(tx, _order(bill, person_id, last.attempt))
    attempt = len(earlier) + 1
    order = _order(bill, person_id, attempt)
    payment = BillPayment(
        leg_id(order, 0), bill.id, bill.shop_id, bill.number, attempt, person_id, tx.now, None, ""
    )
    with all_or_nothing(tx):
        if not store.insert_payment(tx, payment):
            # Somebody paid it at the same time, and has committed since.
            raise BillAlreadyPaid
        return _carry_out(tx, order)


def _order(bill: Bill, person_id: PersonId, attempt: int) -> Order:
    made = derived_id(bill.told_at, "bill", bill.shop_id, bill.number, person_id, attempt)
    key = as_key(made)
    return Order(OrderKind.BILL, person_id, bill.shop_id, bill.amount_minor, _CLIENT, key)


def _carry_out(tx: Tx, order: Order) -> Receipt:
    (answer,) = carry_out(tx, orders=[order])
    if isinstance(answer, AyniError):
        # Rolled back with its refusal, so that it may be paid when there is enough.
        raise answer
    return answer


def take_answer(tx: Tx, *, payment: BillPayment, answer: BillAnswer) -> bool:
    """Take what a company says of a payment; False when it had answered. Posts. Raises OrderRefused."""
    with all_or_nothing(tx):
        if not store.insert_answer(tx, payment.id, answer):
            return False
        if not answer.accepted:
            _give_back(tx, payment)
            audit.record(
                tx,
                action="wallet.bill_refused",
                subject=show_id("trf", payment.id),
                reason=answer.reason or "no reason given",
            )
    return True


def _give_back(tx: Tx, payment: BillPayment) -> None:
    event_id = EventId(derived_id(payment.paid_at, "bill", payment.id, "refused"))
    transfers = [
        Transfer(
            id=TransferId(derived_id(payment.paid_at, "bill", leg.id, "refused", "leg")),
            event_id=event_id,
            book=TRUST_BOOK,
            debit_account_id=None,
            credit_account_id=None,
            amount_minor=0,
            code=TransferCode.REFUND,
            kind=Kind.RETURN,
            pending_id=leg.id,
        )
        for leg in ledger.list_legs(tx, payment.id)
    ]
    for answer in ledger.post(tx, transfers):
        if not answer.result.ok:
            raise OrderRefused(result=in_words(answer.result))


def list_payments(tx: Tx, *, bill_id: UUID) -> list[BillPayment]:
    """What was paid of a bill, and what the company said. Raises UnknownBill."""
    bill = get_bill(tx, bill_id=bill_id)
    return store.list_payments(tx, shop_id=bill.shop_id, number=bill.number)


def list_bills(tx: Tx, *, shop_id: UUID, customer: str) -> list[Bill]:
    """What a company has told us of a customer, the newest first."""
    return store.list_bills(tx, shop_id=shop_id, customer=customer)
