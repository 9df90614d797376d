"""What is refused when something is handed over, or residents are asked."""

from __future__ import annotations

from ayni.foundation.errors import BadInput, NotFound, Refused


class AlreadyHandedOver(Refused):
    """A ration is handed over once."""

    code = "already_handed_over"
    what = "This ration was handed over already."
    means = "Nothing more was recorded: its first receipt stands."
    do = "Look at the receipt, and at who signed it."


class NotARation(Refused):
    """Money is paid, and not handed over."""

    code = "not_a_ration"
    what = "This entitlement is money, or its cycle is not approved."
    means = "Nothing was handed over."
    do = "Pay it (ayni programme disburse), or have the cycle approved first."


class HandoverHeld(Refused):
    """Something holds it up at present."""

    code = "handover_held"
    what = "This ration may not be handed over at present: {reason}"
    means = "Nothing was recorded."
    do = "Have that settled, then hand it over."


class UnknownVerification(NotFound):
    """No sample has this id, or it does not ask about that."""

    code = "unknown_verification"
    what = "There is no such sample, or it does not ask about this entitlement."
    means = "Nothing was recorded."
    do = "Draw a sample of the cycle first, and take the questions from its list."


class NothingToVerify(Refused):
    """Nothing of the cycle was paid or handed over yet."""

    code = "nothing_to_verify"
    what = "Nothing of this cycle has been paid or handed over yet."
    means = "No sample was drawn."
    do = "Ask when it has been."


class AnsweredAlready(Refused):
    """One answer a question."""

    code = "answered_already"
    what = "This question has its answer already."
    means = "The first answer stands."
    do = "Draw another sample to ask again."


class BadAnswer(BadInput):
    """An answer that cannot be meant."""

    code = "bad_answer"
    what = "This answer cannot be recorded: {reason}."
    means = "Nothing was recorded."
    do = "Give another amount with the amount, and every other answer without one."
