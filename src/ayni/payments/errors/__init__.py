"""What payments refuses."""

from __future__ import annotations

from ayni.foundation.errors import AyniError, BadInput, NotFound, Refused


class BooksNotSetUp(AyniError):
    """There is no trust account yet."""

    code = "books_not_set_up"
    http_status = 503
    what = "The issuer's books have not been set up."
    means = "Nothing was done: there is no trust account that money could be counted on."
    do = "Set up the books first."


class UnknownProgrammeBook(NotFound):
    """The programme has no budget book."""

    code = "unknown_programme_book"
    what = "This programme has no budget book."
    means = "Nothing was done."
    do = "Open the programme's book first."


class ProgrammeBookRefused(Refused):
    """A book cannot be opened under this name."""

    code = "programme_book_refused"
    what = "The budget book of this programme cannot be opened: {rule}."
    means = "No book was opened."
    do = "Choose another name."


class BadDeposit(BadInput):
    """A confirmed credit that cannot be one."""

    code = "bad_deposit"
    what = "This deposit cannot be right: {reason}."
    means = "No e-money was issued."
    do = "Compare it with the bank's own statement, and enter it again."


class DepositDiffers(Refused):
    """The reference is known, for something else."""

    code = "deposit_differs"
    what = "The bank's reference {reference} was recorded before with another {field}."
    means = "No e-money was issued this time; what was issued for it before stands."
    do = "Compare both with the bank's statement: a reference of the bank stands for one credit, for ever."


class NotAnEmoneyAccount(BadInput):
    """E-money is issued to e-money accounts."""

    code = "not_an_emoney_account"
    what = "The account is not one that e-money can be issued to."
    means = "No e-money was issued; the money stands on the trust account, unassigned."
    do = "Name an account of the trust book that holds e-money."


class DepositRefused(Refused):
    """The ledger would not take the deposit."""

    code = "deposit_refused"
    what = "The ledger refused this deposit: {result}."
    means = "No e-money was issued; the money stands on the trust account, unassigned."
    do = "Put the account in order, and confirm the same deposit again."
