"""What is refused for safety, and about suspicions."""

from __future__ import annotations

from ayni.foundation.errors import AyniError, BadInput, NotFound, Refused


class CodeNeeded(Refused):
    """Something about the order is odd enough to ask for a code."""

    code = "code_needed"
    http_status = 403
    what = "To be sure that it is you, a code is needed: {rule}."
    means = "Nothing has moved."
    do = "Have a code sent to your telephone, tell it, and try again."


class HeldForReview(Refused):
    """Something about the order is odd enough for an officer to look at it."""

    code = "held_for_review"
    http_status = 403
    what = "This was held, to be looked at: {rule}."
    means = "Nothing has moved; shops can be paid meanwhile, and what comes in comes in."
    do = "We look at it within a working day. If you need help before, go to any agent with your document."


class TooManyLookups(Refused):
    """Nobody gathers names."""

    code = "too_many_lookups"
    http_status = 429
    what = "You have looked up {count} telephones within an hour."
    means = "Nothing was shown."
    do = "Try again later."


class UnknownDecision(NotFound):
    """Nothing of this id waits for an officer."""

    code = "unknown_decision"
    what = "Nothing of this number waits to be decided."
    means = "Nothing was changed."
    do = "Look at the queue again: somebody may have decided."


class UnknownCase(NotFound):
    """No such case file, or it has ended."""

    code = "unknown_case"
    what = "There is no such open case file."
    means = "Nothing was changed."
    do = "Look at the list of open case files."


class CaseRefused(BadInput):
    """A reason or a note is missing."""

    code = "case_refused"
    what = "A case file needs its reason, notes that say something, and the number of its report if reported."
    means = "Nothing was changed."
    do = "Write down what is missing."


class SanctionsListUnavailable(AyniError):
    """The list cannot be had."""

    code = "sanctions_list_unavailable"
    http_status = 503
    what = "The list {list} cannot be had at present."
    means = "Nobody was screened against it; what was found before stands."
    do = "Try again; until then nothing that depends on it is known."
