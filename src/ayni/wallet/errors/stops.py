"""What is refused about stopping a wallet and letting it pay again."""

from __future__ import annotations

from ayni.foundation.errors import BadInput, NotFound, Refused


class NotStopped(NotFound):
    """There is nothing to lift."""

    code = "not_stopped"
    what = "Nothing of this kind keeps the wallet from paying."
    means = "Nothing was changed."
    do = "Look at what keeps it, and lift that."


class StopRefused(BadInput):
    """A reason or an order is missing."""

    code = "stop_refused"
    what = "A stop has a reason of 1 to 500 letters, and a legal hold the number of its order too."
    means = "Nothing was changed."
    do = "Write down why, and by whose order."


class NotYoursToLift(Refused):
    """The holder lifts what the holder has asked for, and nothing else."""

    code = "not_yours_to_lift"
    what = "This wallet was not stopped by its holder alone."
    means = "It stays as it is."
    do = "Ask the office; you have a right to know why."
