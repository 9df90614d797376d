"""What is refused when cash is to be had for a code."""

from __future__ import annotations

from ayni.foundation.errors import NotFound, Refused


class WrongCashCode(NotFound):
    """Wrong, of somebody else, over, or never made: which of them is not told."""

    code = "wrong_cash_code"
    what = "There is no cash for this telephone and code."
    means = "No money moved; do not hand over cash."
    do = "Ask for telephone and code again. After some wrong tries the code is over, and the money goes back."


class CashCodeOver(Refused):
    """Paid out or gone back."""

    code = "cash_code_over"
    what = "This cash code is over: the money was {ended}."
    means = "No money moved; do not hand over cash."
    do = "Make another code."


class CashNotNow(Refused):
    """Something stands against it, and the money goes on waiting."""

    code = "cash_not_now"
    what = "This cash cannot be handed over at present: {reason}."
    means = "No money moved; do not hand over cash. The money goes on waiting until it goes back."
    do = "Try again later, or go to another agent."
