"""What is refused when a payment is to be given back."""

from __future__ import annotations

from ayni.foundation.errors import NotFound, Refused


class UnknownPayment(NotFound):
    """No such payment, or one to somebody else: which of them is not told."""

    code = "unknown_payment"
    what = "There is no such payment to this shop."
    means = "No money moved."
    do = "Look the payment up in the list of what the shop was paid."


class RefundTooLarge(Refused):
    """More than is left of the payment."""

    code = "refund_too_large"
    what = "Of this payment {left} can still be given back."
    means = "No money moved."
    do = "Choose an amount within it."


class NothingLeftToRefund(Refused):
    """All of it was given back."""

    code = "nothing_left_to_refund"
    what = "This payment was given back already, or just now by somebody else."
    means = "No money moved this time."
    do = "Look at the list of what the shop gave back."


class ShopCannotRefund(Refused):
    """The shop has not so much e-money any more."""

    code = "shop_cannot_refund"
    what = "The shop has {available}, and {amount} is to be given back."
    means = "No money moved."
    do = "Give back a part, or wait until the shop was paid again."
