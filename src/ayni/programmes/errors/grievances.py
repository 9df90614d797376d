"""What is refused of grievances and appeals."""

from __future__ import annotations

from ayni.foundation.errors import BadInput, NotFound, Refused


class UnknownGrievance(NotFound):
    """No grievance has this id."""

    code = "unknown_grievance"
    what = "There is no such grievance."
    means = "Nothing was changed."
    do = "Check the ticket (ayni grievance list)."


class BadGrievance(BadInput):
    """It says nothing, too much, or what cannot be."""

    code = "bad_grievance"
    what = "The grievance cannot be taken like this: {reason}."
    means = "It was not recorded."
    do = "Correct that, and send it again; the person's words are lost otherwise."


class NothingToAppeal(Refused):
    """An appeal needs a decision about the person."""

    code = "nothing_to_appeal"
    what = "There is no decision about this person or household that could be appealed against: {reason}."
    means = "No appeal was recorded."
    do = "Take it as a complaint, or wait for the decision."


class AppealTooLate(Refused):
    """The term of appeal is over."""

    code = "appeal_too_late"
    what = "The decision could be appealed against until {until}."
    means = "No appeal was recorded."
    do = "Take it as a complaint: an officer can still look at it."


class AppealIsOpen(Refused):
    """One decision, one appeal at a time."""

    code = "appeal_is_open"
    what = "This decision is appealed against already, and the appeal is not decided."
    means = "No second one was recorded."
    do = "Add what is new to the open one as a note."


class GrievanceDecided(Refused):
    """It has ended."""

    code = "grievance_decided"
    what = "This grievance has been decided or withdrawn already."
    means = "The first decision stands, and nothing was added."
    do = "Whoever disagrees may send another grievance."


class DecidedBefore(Refused):
    """Whoever made the decision does not decide the appeal, by whichever account."""

    code = "decided_before"
    http_status = 403
    what = "This officer took part in the decision that is appealed against, or is the one who appeals."
    means = "The appeal was not decided."
    do = "Have it decided by an officer who had nothing to do with it."


class SensitiveGrievance(Refused):
    """Some stories are for few eyes."""

    code = "sensitive_grievance"
    http_status = 403
    what = "This grievance is sensitive, and is read by the officer to whom it is assigned."
    means = "It was not shown, and nothing was changed."
    do = "Ask for it to be assigned to you, with the reason."


class NoSuchEffect(BadInput):
    """An effect must fit what was appealed against, and how it was decided."""

    code = "no_such_effect"
    what = "A grievance that ends like this cannot have that effect: {reason}."
    means = "It was not decided."
    do = "Uphold it for an effect; a judgement is made anew, a recovery gets another sum."
