"""What can be wrong with a scanned payment code. None of them repeats what it says."""

from __future__ import annotations

from ayni.foundation.errors import BadInput


class NotAPaymentCode(BadInput):
    """Something else, or badly made."""

    code = "not_a_payment_code"
    what = "This is not a code for payments."
    means = "No money moved."
    do = "Scan the code on the shop's sign, or type the shop's code."


class CodeDamaged(BadInput):
    """The check digits do not fit."""

    code = "code_damaged"
    what = "This payment code is damaged or was not read whole."
    means = "No money moved."
    do = "Scan it again, closer and in better light; or type the shop's code."


class CodeOfOtherCountry(BadInput):
    """Of a shop elsewhere."""

    code = "code_of_other_country"
    what = "This payment code is of another country."
    means = "No money moved."
    do = "Pay there with something that is taken there."


class CodeOfOtherCurrency(BadInput):
    """In money that a wallet does not hold."""

    code = "code_of_other_currency"
    what = "This payment code asks for money of another currency."
    means = "No money moved."
    do = "Ask the shop for a code in the country's own money."


class CodeAmountUnusable(BadInput):
    """Nothing, too much, or no number."""

    code = "code_amount_unusable"
    what = "The amount in this payment code cannot be paid."
    means = "No money moved."
    do = "Ask the shop to make the code again."


class CodeOfOtherNetwork(BadInput):
    """A good code, of a shop that another wallet serves."""

    code = "code_of_other_network"
    what = "This payment code is of a shop that takes payments by another network."
    means = "No money moved."
    do = "Ask whether the shop has a code of ours."
