"""What is refused of payouts, and of a bank's files."""

from __future__ import annotations

from ayni.foundation.errors import BadInput, NotFound, Refused


class NoTrustAccount(Refused):
    """Nobody has said yet at which bank the trust account is."""

    code = "no_trust_account"
    what = "It is not known at which bank the trust account is."
    means = "No file was written or read."
    do = "Enter it first: ayni bank account --set."


class BadTrustAccount(BadInput):
    """A bank account that cannot be."""

    code = "bad_trust_account"
    what = "This trust account cannot be right: {rule}."
    means = "Nothing was changed."
    do = "Copy it from the bank's contract and enter it again."


class BadPayout(BadInput):
    """A payout that cannot be."""

    code = "bad_payout"
    what = "This payout cannot be right: {rule}."
    means = "No money has moved."
    do = "Correct it and ask again."


class PayoutDiffers(Refused):
    """The same payout was asked for otherwise before."""

    code = "payout_differs"
    what = "This payout was asked for before, with another {field}."
    means = "Nothing has moved this time; what was asked for before goes its way."
    do = "Look at the payout that there is; ask for another one for something else."


class PayoutRefused(Refused):
    """The ledger would not let the money go."""

    code = "payout_refused"
    what = "The ledger refused this payout: {result}."
    means = "No money has moved."
    do = "Look at the account that it should come from."


class UnknownPayout(NotFound):
    """No payout has this id."""

    code = "unknown_payout"
    what = "There is no such payout."
    means = "Nothing was done."
    do = "Look it up in the list of payouts."


class BadBankFile(BadInput):
    """A file that is none of those which a bank sends us, or a damaged one."""

    code = "bad_bank_file"
    what = "This bank file cannot be read: {reason}."
    means = "Nothing of it was used."
    do = "Ask the bank for the file again; it must be pain.002.001.10 or camt.053.001.08."


class ForeignBankFile(BadInput):
    """A statement of somebody else's account."""

    code = "foreign_bank_file"
    what = "This statement is of an account that ends in {ending}, which is not the trust account."
    means = "Nothing of it was used."
    do = "Choose the statement of the trust account, or enter the trust account anew if it has changed."


class BankStatementDiffers(Refused):
    """The bank's number of a statement stands for another statement."""

    code = "bank_statement_differs"
    what = "Statement {statement} was read before with other amounts."
    means = "Nothing of this one was used; what was read before stands."
    do = "Ask the bank which of the two is right."


class UnknownBankEntry(NotFound):
    """No booking of the bank has this reference."""

    code = "unknown_bank_entry"
    what = "The bank has booked nothing under the reference {reference}."
    means = "Nothing was done."
    do = "Look the reference up in the list of differences."


class EntryAlreadyAssigned(Refused):
    """There is something in the books for this booking."""

    code = "entry_already_assigned"
    what = "The booking {reference} is assigned already."
    means = "Nothing was done."
    do = "Look at the list of differences for those that are not."


class EntriesDoNotCancel(Refused):
    """A debit and the credit by which the bank took it back are of one amount."""

    code = "entries_do_not_cancel"
    what = "The bookings {reference} and {against} do not cancel each other out."
    means = "Nothing was done."
    do = "Choose the credit by which the bank took exactly this debit back."
