"""What is refused about a shop's day and its money at the bank."""

from __future__ import annotations

from ayni.foundation.errors import BadInput, Refused


class NoShopAccount(Refused):
    """Nobody has said where this shop's money goes."""

    code = "no_shop_account"
    what = "It is not known at which bank this shop has its account."
    means = "No money has moved."
    do = "Enter the shop's bank account first."


class BadShopAccount(BadInput):
    """A name that cannot be the holder's."""

    code = "bad_shop_account"
    what = "The holder of a bank account has a name of 1 to 140 letters."
    means = "Nothing was changed."
    do = "Enter the name as the bank has it."


class NothingToSettle(Refused):
    """There is not so much on the account."""

    code = "nothing_to_settle"
    what = "There is {available} on the shop's account."
    means = "No money has moved."
    do = "Ask for at most so much."
    http_status = 409


class DayNotOver(Refused):
    """A day is counted when it is over."""

    code = "day_not_over"
    what = "The day {on} is not over yet."
    means = "Nothing was counted."
    do = "Come back tomorrow; the lines so far are in the statement."
