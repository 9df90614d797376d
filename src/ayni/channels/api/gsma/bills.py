"""Bills: which companies are paid, what a customer owes them as far as they told us, and paying it once."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from ayni import wallet
from ayni.channels.api.gsma.errors import BadField, NoSuchObject
from ayni.channels.api.gsma.faults import instant
from ayni.channels.api.gsma.parties import find_person
from ayni.channels.api.gsma.wire import NewBillPayment, Pair, plain, read, read_amount, show_amount
from ayni.channels.api.state import State
from ayni.channels.api.tokens import Caller
from ayni.foundation.client_requests import ClientRequest
from ayni.foundation.db import Tx
from ayni.values.ids import show_id
from ayni.wallet import Bill

KIND = "gsma/billpayments"
_ECHOED = (
    "requestingOrganisationTransactionReference",
    "paymentType",
    "customerReference",
    "requestDate",
    "customData",
    "metadata",
)


def accept(tx: Tx, raw: bytes, *, party: list[Pair], reference: str) -> dict[str, Any]:
    """A payment of a bill that may be tried, as it is kept. Raises BadField, NoSuchObject, UnknownParty."""
    body = read(NewBillPayment, raw)
    if body.paymentType not in (None, "fullpayment", "partialpayment"):
        raise BadField(reason="a payment is full or partial", error="formatError")
    amount = read_amount(body.amountPaid, body.currency, tx.country.currency)
    bill = find_bill(tx, reference)
    if amount < bill.amount_minor:
        raise BadField(reason="a bill is paid in full", error="underPaymentNotAllowed")
    if amount > bill.amount_minor:
        raise BadField(reason="a bill is paid as it stands", error="overPaymentNotAllowed")
    find_person(tx, party)
    return plain(body) | {"party": plain(party), "reference": reference}


def find_bill(tx: Tx, reference: str) -> Bill:
    """The bill that a reference names. Raises NoSuchObject, UnknownBill."""
    try:
        bill_id = UUID(reference)
    except ValueError:
        raise NoSuchObject from None
    return wallet.bills.get_bill(tx, bill_id=bill_id)


def carry_out(state: State, caller: Caller, request: ClientRequest) -> tuple[str, dict[str, Any]]:
    """Pay a bill from the free money of the resident whose account it was asked of."""
    asked = request.asked
    with state.database.transaction(caller.actor) as tx:
        person_id = find_person(tx, msgspec.convert(asked["party"], list[Pair]))
        wallet.links.check_reach_of_wallet(tx, client_id=caller.client_id, person_id=person_id)
        bill = find_bill(tx, str(asked["reference"]))
        receipt = wallet.bills.pay_bill(tx, bill_id=bill.id, person_id=person_id)
    assert receipt.payment_id is not None
    reference = show_id("trf", receipt.payment_id)
    told = _shown(reference, bill, str(asked["currency"]), state.present.now)
    return reference, told | {name: asked[name] for name in _ECHOED if asked.get(name) is not None}


def _shown(reference: str, bill: Bill, currency: str, at: datetime, *, stands: bool = True) -> dict[str, Any]:
    """A payment of a bill, which is always of all of it."""
    return {
        "billPaymentStatus": "completed" if stands else "reversed",
        "amountPaid": show_amount(bill.amount_minor),
        "currency": currency,
        "serviceProviderPaymentReference": reference,
        "creationDate": instant(at),
        "modificationDate": instant(at),
    }


def find_payment(tx: Tx, party: list[Pair], reference: str) -> dict[str, Any]:
    """The last payment of a bill by a resident; what its company refused was given back.

    The standard speaks of a list here and describes one payment; a bill is paid once and in full. Raises
    NoSuchObject, UnknownBill, UnknownParty.
    """
    bill, person_id = find_bill(tx, reference), find_person(tx, party)
    theirs = [one for one in wallet.bills.list_payments(tx, bill_id=bill.id) if one.person_id == person_id]
    if not theirs:
        raise NoSuchObject
    last = theirs[-1]
    return _shown(
        show_id("trf", last.id), bill, tx.country.currency, last.paid_at, stands=last.accepted is not False
    )


def list_companies(tx: Tx) -> list[dict[str, Any]]:
    """Every company that is paid bills, by code."""
    return [
        {"serviceProvider": shop.code, "companyName": shop.display_name} for shop in wallet.list_billers(tx)
    ]


def list_bills(tx: Tx, party: list[Pair]) -> list[dict[str, Any]]:
    """What a company has told us that a customer owes it. Raises NoSuchObject."""
    said = {pair.key: pair.value for pair in party}
    code, customer = said.get("serviceprovider"), said.get("consumerno")
    shop = None if code is None else wallet.find_shop(tx, code=code)
    if shop is None or customer is None or shop.kind != "biller":
        raise NoSuchObject
    return [
        {
            "billReference": str(bill.id),
            "billStatus": "paid" if bill.is_paid else "unpaid",
            "amountDue": show_amount(bill.amount_minor),
            "minimumAmountDue": show_amount(bill.amount_minor),
            "currency": tx.country.currency,
            "billdescription": bill.number,
            "creationDate": instant(bill.told_at),
        }
        | ({} if bill.due_on is None else {"dueDate": bill.due_on.isoformat()})
        for bill in wallet.bills.list_bills(tx, shop_id=shop.id, customer=customer)
    ]
