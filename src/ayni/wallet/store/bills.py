"""Bills and their payments, in PostgreSQL."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import psycopg
from psycopg.rows import class_row

from ayni.foundation.db import Tx
from ayni.values.ids import TransferId
from ayni.wallet.errors.bills import BadBill
from ayni.wallet.model.bills import Bill, BillAnswer, BillPayment
from ayni.wallet.store import QUERIES, UNSTORABLE, list_all


def insert_bill(tx: Tx, bill: Bill) -> None:
    """Keep a bill as it was told. Raises BadBill."""
    values = {
        "id": bill.id,
        "shop_id": bill.shop_id,
        "customer": bill.customer,
        "number": bill.number,
        "holder": bill.holder,
        "amount_minor": bill.amount_minor,
        "due_on": bill.due_on,
    }
    try:
        with tx.connection.transaction():
            tx.execute(QUERIES["insert_bill"], {**values, "now": tx.now})
    except (psycopg.errors.CheckViolation, *UNSTORABLE):
        raise BadBill from None


def list_bills(tx: Tx, *, shop_id: UUID, customer: str) -> list[Bill]:
    """What a company told of a customer, the newest first."""
    try:
        return list_all(tx, Bill, "bills_of_customer", {"shop_id": shop_id, "customer": customer})
    except UNSTORABLE:
        return []


def find_bill(tx: Tx, bill_id: UUID) -> Bill | None:
    """One bill, or None."""
    with tx.connection.cursor(row_factory=class_row(Bill)) as cursor:
        return cursor.execute(QUERIES["bill"], {"id": bill_id}).fetchone()


def list_payments(tx: Tx, *, shop_id: UUID, number: str) -> list[BillPayment]:
    """The payments of a bill, the first first."""
    return list_all(tx, BillPayment, "bill_payments_of", {"shop_id": shop_id, "number": number})


def insert_payment(tx: Tx, payment: BillPayment) -> bool:
    """Note a payment; False when somebody else has paid it."""
    values = {
        "id": payment.id,
        "bill_id": payment.bill_id,
        "shop_id": payment.shop_id,
        "number": payment.number,
        "attempt": payment.attempt,
        "person_id": payment.person_id,
    }
    return tx.execute(QUERIES["insert_bill_payment"], {**values, "now": tx.now}).fetchone() is not None


def list_payments_to_tell(tx: Tx, *, after: tuple[datetime, UUID], most: int) -> list[BillPayment]:
    """Payments of which the company has not answered yet, the oldest first, after a mark."""
    values = {"after_at": after[0], "after": after[1], "most": most}
    return list_all(tx, BillPayment, "bill_payments_to_tell", values)


def insert_answer(tx: Tx, payment_id: TransferId, answer: BillAnswer) -> bool:
    """Note what the company said; False when it had answered before."""
    values = {"payment_id": payment_id, "accepted": answer.accepted, "reason": answer.reason[:500]}
    return tx.execute(QUERIES["insert_bill_answer"], {**values, "now": tx.now}).fetchone() is not None
