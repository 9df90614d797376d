"""What is refused about bills."""

from __future__ import annotations

from ayni.foundation.errors import AyniError, BadInput, NotFound, Refused


class UnknownBill(NotFound):
    """No such bill was told to us."""

    code = "unknown_bill"
    what = "There is no such bill."
    means = "No money has moved."
    do = "Look it up again by the customer's number."


class BillAlreadyPaid(Refused):
    """Paid, by whomever, or on its way."""

    code = "bill_already_paid"
    what = "This bill is paid already."
    means = "No money has moved this time."
    do = "Look at your receipts; if somebody else paid it, there is nothing more to do."


class BadBill(BadInput):
    """A company told something that is no bill."""

    code = "bad_bill"
    what = "What the company says of this bill cannot be right."
    means = "Nothing was shown and nothing can be paid."
    do = "Try again later, or ask the company."


class BillerUnreachable(AyniError):
    """The company does not answer."""

    code = "biller_unreachable"
    http_status = 503
    what = "The company does not answer at present."
    means = "Its bills cannot be seen; no money has moved."
    do = "Try again in a few minutes."
