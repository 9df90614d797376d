"""What is refused about closing a wallet."""

from __future__ import annotations

from ayni.foundation.errors import NotFound, Refused


class StillSomethingInIt(Refused):
    """Free money, and no bank account was named for it."""

    code = "still_something_in_it"
    what = "There is {amount} in the wallet."
    means = "It stays open."
    do = "Take it out as cash, or name a bank account of yours to which it goes."


class PurposeMoneyLeft(Refused):
    """Purpose money is for what it is for, and never becomes cash."""

    code = "purpose_money_left"
    what = "There is {amount} in the wallet that is for {purposes}."
    means = "It stays open."
    do = "Spend it where it is accepted first."


class CannotCloseNow(Refused):
    """Something keeps the wallet: a freeze, a court, a death."""

    code = "cannot_close_now"
    what = "Something keeps this wallet: {stops}."
    means = "It stays as it is."
    do = "Ask the office what is needed; when it is lifted the wallet can be closed."


class AlreadyClosing(Refused):
    """It is closed, or on its way."""

    code = "already_closing"
    what = "This wallet is closed, or its money is on its way to your bank."
    means = "Nothing was changed."
    do = "If you want to use it again, ask for it to be reopened."


class NotClosed(NotFound):
    """There is nothing to reopen."""

    code = "not_closed"
    what = "This wallet is not closed."
    means = "Nothing was changed."
    do = "Use it as before; while its money is on its way to a bank, wait until that has ended."
