"""What is refused when a benefit is to be had as cash."""

from __future__ import annotations

from ayni.foundation.errors import NotFound, Refused


class UnknownVoucher(NotFound):
    """Nobody was given one for this."""

    code = "unknown_voucher"
    what = "There is no voucher for this."
    means = "It was paid into a wallet, or it was not paid yet."
    do = "Look at the cycle's report; pay it with the vouchers of who has no wallet."


class WrongVoucher(NotFound):
    """Wrong, over, or never made: which of them is not told."""

    code = "wrong_voucher"
    what = "There is no cash for this number and code."
    means = "No money moved; do not hand over cash."
    do = "Ask for the slip again. After some wrong tries the code is over, and the office gives another."


class VoucherOver(Refused):
    """Handed over, or gone back."""

    code = "voucher_over"
    what = "This voucher is over: the money was {ended}."
    means = "No money moved; do not hand over cash."
    do = "Ask the programme's office, which sees when and where."


class VoucherNotNow(Refused):
    """Something stands against it, and the money goes on waiting."""

    code = "voucher_not_now"
    what = "This voucher cannot be paid out at present: {reason}."
    means = "No money moved; do not hand over cash. The money goes on waiting until its last day."
    do = "Ask at the programme's office, or go to another agent."
