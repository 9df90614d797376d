"""What identity refuses."""

from __future__ import annotations

from ayni.foundation.errors import AyniError, BadInput, NotFound, Refused


class UnknownPerson(NotFound):
    """No such person."""

    code = "unknown_person"
    what = "There is no person with this id."
    means = "Nothing was done."
    do = "Look the person up again, by document, name or telephone."


class UnknownDocument(NotFound):
    """Nobody holds this document."""

    code = "unknown_document"
    what = "Nobody is registered with this {kind}."
    means = "Nothing was done."
    do = "Compare the number with the document itself; register the person first if they are new."


class DocumentAlreadyHeld(Refused):
    """A document belongs to one person for ever."""

    code = "document_already_held"
    what = "This {kind} already belongs to a registered person."
    means = "Nobody was registered with it a second time; nothing of this request was done."
    do = "Find the person by this document. If it is not the same human, one of the numbers is mistaken."


class PersonRefused(BadInput):
    """A field of a person cannot be stored as it is."""

    code = "person_refused"
    what = "This person cannot be registered: {rule}."
    means = "Nobody of this request was registered."
    do = "Correct the field, and send the request again."


class UnknownOfficer(NotFound):
    """No such account."""

    code = "unknown_officer"
    what = "There is no such officer's account."
    means = "Nothing was done."
    do = "Check the login, or ask who manages the accounts."


class OfficerRefused(BadInput):
    """An account cannot be made as it was asked for."""

    code = "officer_refused"
    what = "This officer's account cannot be made: {rule}."
    means = "No account was made."
    do = "Correct it, and send the request again."


class LoginTaken(Refused):
    """A login belongs to one account."""

    code = "login_taken"
    what = "An officer's account with this login exists."
    means = "No account was made."
    do = "Choose another login, or use the account that exists."


class RegisterUnavailable(AyniError):
    """The official register did not answer. Raised by implementations of `IdentityRegister`."""

    code = "register_unavailable"
    http_status = 503
    what = "The identity register did not answer."
    means = "Documents that it had answered about are recorded; the others stay unverified."
    do = "Ask again later: only the unverified documents will be asked about."
