"""What is refused about asking somebody for money."""

from __future__ import annotations

from ayni.foundation.errors import BadInput, NotFound, Refused


class UnknownRequest(NotFound):
    """No such request, or between others."""

    code = "unknown_request"
    what = "There is no such request for you."
    means = "No money moved."
    do = "Look at the list of what you are asked for."


class RequestOver(Refused):
    """Paid, declined, withdrawn, or too old."""

    code = "request_over"
    what = "This request is over: it was {ended}."
    means = "No money moved this time."
    do = "If it is still owed, ask to be asked again."


class RequestRefused(BadInput):
    """A note that cannot be kept."""

    code = "request_refused"
    what = "A note has at most 140 letters that can be shown."
    means = "Nobody was asked."
    do = "Write it shorter."


class TooManyRequests(Refused):
    """Nobody is pestered."""

    code = "too_many_requests"
    http_status = 429
    what = "This person has {count} requests of yours that wait, or were declined today."
    means = "Nobody was asked again."
    do = "Wait for an answer, or talk to them."
