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


class NothingToCorrect(Refused):
    """A correction that changes nothing."""

    code = "nothing_to_correct"
    what = "The person is registered exactly so already."
    means = "No correction was written down."
    do = "Look at the file again; perhaps somebody else has corrected it."


class PersonHasDied(Refused):
    """Nothing new is begun for the dead."""

    code = "person_has_died"
    what = "This person is recorded as having died."
    means = "Nothing was done."
    do = "If the record is mistaken, reverse it with what proves that the person lives."


class NotRecordedDead(Refused):
    """There is no record of a death to reverse."""

    code = "not_recorded_dead"
    what = "This person is not recorded as having died."
    means = "Nothing was reversed."
    do = "Check that this is the right person."


class PersonIsRestricted(Refused):
    """The file is kept and used for nothing else."""

    code = "person_is_restricted"
    what = "This person's file is restricted: it is kept because the law asks, and used for nothing else."
    means = "Nothing was shown or changed."
    do = "An officer who is registrar or auditor may open it and give a reason; only a registrar may lift it."


class NotRestricted(Refused):
    """There is no restriction to lift."""

    code = "not_restricted"
    what = "This person's file is not restricted."
    means = "Nothing was lifted."
    do = "Check that this is the right person."


class UnknownContact(NotFound):
    """The telephone is not the person's."""

    code = "unknown_contact"
    what = "This telephone is not one of the person's at present."
    means = "Nothing was done."
    do = "Look at the person's telephones; add it first if it is new."


class ContactAlreadyKnown(Refused):
    """The telephone is the person's already."""

    code = "contact_already_known"
    what = "This telephone is one of the person's already."
    means = "It was not written down a second time."
    do = "Verify it if its last sign is old."


class RepresentationRefused(BadInput):
    """Somebody cannot be named as a representative as it was asked for."""

    code = "representation_refused"
    what = "Nobody can represent another in this way: {rule}."
    means = "Nobody was named."
    do = "Correct it, and send the request again."


class CollectorAlreadyNamed(Refused):
    """A person has one primary collector at a time."""

    code = "collector_already_named"
    what = "The person has a primary collector in that time."
    means = "Nobody was named."
    do = "End the other's right first, or name an alternate collector."


class AlreadyRepresents(Refused):
    """The same right twice."""

    code = "already_represents"
    what = "That person collects or acts for this one already in that time."
    means = "Nobody was named a second time."
    do = "End the present right first if its kind or its paper changes."


class TooManyRepresented(Refused):
    """A collector serves at most so many people."""

    code = "too_many_represented"
    what = "That person collects for as many people as the country allows, which is {most}."
    means = "Nobody was named."
    do = "Name another collector, or end one of the rights that this one has."


class GuardianNotAdult(Refused):
    """A guardian is an adult."""

    code = "guardian_not_adult"
    what = "A guardian is at least {years} years old, and that person is not known to be."
    means = "Nobody was named."
    do = "Check the date of birth of both; name another guardian."


class NotAMinor(Refused):
    """Only minors have guardians."""

    code = "not_a_minor"
    what = "Only somebody under {years} years has a guardian, and the person is not known to be."
    means = "Nobody was named."
    do = "Check the person's date of birth; an adult may have a collector."


class UnknownRepresentation(NotFound):
    """No such right, or it has ended."""

    code = "unknown_representation"
    what = "There is no such right to represent, or it has ended."
    means = "Nothing was ended."
    do = "Look at the person's representatives again."


class ConsentRefused(BadInput):
    """A consent cannot be stored as it is."""

    code = "consent_refused"
    what = "This consent cannot be written down: {rule}."
    means = "Nothing was written down."
    do = "Correct it, and send the request again."


class ConsentAlreadyGiven(Refused):
    """The same consent twice."""

    code = "consent_already_given"
    what = "The person permits this already, in these words."
    means = "It was not written down a second time."
    do = "Nothing needs to be done."


class NoConsent(NotFound):
    """There is nothing to withdraw."""

    code = "no_consent"
    what = "The person does not permit this purpose at present."
    means = "Nothing was withdrawn."
    do = "Look at the person's consents again."


class NotTheirGuardian(Refused):
    """Somebody else may consent for a minor only as the guardian."""

    code = "not_their_guardian"
    what = "A consent is given by the person or a minor's guardian; under {years} years by the guardian."
    means = "Nothing was written down."
    do = "Name the guardian first, with the paper that shows it."


class OwnCase(Refused):
    """Nobody decides on themselves."""

    code = "own_case"
    what = "This officer is the person in question, or holds the same document."
    means = "Nothing was done: nobody decides on their own case, whichever account they use."
    do = "Ask another officer to do it."


class RoleAlreadyGranted(Refused):
    """The account has the role."""

    code = "role_already_granted"
    what = "The account has the role {role} already."
    means = "Nothing was granted."
    do = "Nothing needs to be done."


class RoleNotGranted(Refused):
    """The account does not have the role."""

    code = "role_not_granted"
    what = "The account does not have the role {role}."
    means = "Nothing was done."
    do = "Look at the account's roles, or ask an officer who has it."


class OfficerDisabled(Refused):
    """A disabled account does nothing."""

    code = "officer_disabled"
    what = "This officer's account is disabled."
    means = "Nothing was done."
    do = "Ask who manages the accounts to enable it, or use another officer's."


class OfficerNotDisabled(Refused):
    """There is nothing to enable."""

    code = "officer_not_disabled"
    what = "This officer's account is not disabled."
    means = "Nothing was changed."
    do = "Check the login."


class RegisterUnavailable(AyniError):
    """The official register did not answer. Raised by implementations of `IdentityRegister`."""

    code = "register_unavailable"
    http_status = 503
    what = "The identity register did not answer."
    means = "Documents that it had answered about are recorded; the others stay unverified."
    do = "Ask again later: only the unverified documents will be asked about."


class NothingToSearch(BadInput):
    """A search that asks for nothing, or for several things."""

    code = "nothing_to_search"
    what = "A search takes one of a name, a document or a telephone, and shows 1 to {most} people."
    means = "Nobody was searched for."
    do = "Give one of them, with a letter or a digit in it."


class AlreadyMerged(Refused):
    """A file that was merged stands for nobody any more."""

    code = "already_merged"
    what = "The file {person} was merged before; {use} stands for this human now."
    means = "Nothing was merged."
    do = "Use {use} instead."


class UnknownMerge(NotFound):
    """No such merge."""

    code = "unknown_merge"
    what = "There is no merge with this number."
    means = "Nothing was undone."
    do = "Look at the merges of the person's file."


class MergeAlreadyUndone(Refused):
    """A merge is undone once."""

    code = "merge_already_undone"
    what = "This merge was undone before."
    means = "Nothing was changed: the files stand for themselves already."
    do = "Look at the file; merge again if they are of one human after all."
