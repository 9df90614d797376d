"""What the ledger refuses as a whole. The answer to one transfer is a `Result`, not an error."""

from __future__ import annotations

from ayni.foundation.errors import BadInput, NotFound, Refused


class UnknownAccount(NotFound):
    """No account has this id."""

    code = "unknown_account"
    what = "There is no account {account}."
    means = "Nothing was changed."
    do = "Check the id; accounts are never deleted, so it never existed here."


class UnknownTransfer(NotFound):
    """No transfer in the ledger has this id."""

    code = "unknown_transfer"
    what = "There is no transfer {transfer} in the ledger."
    means = "It was never posted, or it was refused; a refused transfer is not in the ledger."
    do = "Check the id, or post it again with the same id to be told what happened."


class UnknownOwner(NotFound):
    """The ledger does not know the owner."""

    code = "unknown_owner"
    what = "The ledger does not know the owner of this account."
    means = "Nothing was changed."
    do = "Make the owner known first (open_owners), then open accounts."


class AccountNotEmpty(Refused):
    """An account can only be closed when nothing is on it and nothing is held."""

    code = "account_not_empty"
    what = "The account still has a balance or a hold."
    means = "It was not closed, and its money is where it was."
    do = "Move the balance out, resolve the holds, and close it then."


class LimitBelowUse(Refused):
    """A credit limit cannot go below what is already used of it."""

    code = "limit_below_use"
    what = "The account already uses more than this credit limit."
    means = "The limit is unchanged."
    do = "Wait until the account has been repaid, or choose a higher limit."


class LimitOutOfRange(BadInput):
    """A credit limit or ceiling that no account can have: below zero, or beyond any bank's books."""

    code = "limit_out_of_range"
    what = "A credit limit and a ceiling lie between 0 and {most:,} minor units."
    means = "Nothing was changed."
    do = "Choose an amount in that range, or none for no limit at all."


class LimitAlreadySet(Refused):
    """A dated row is never edited."""

    code = "limit_already_set"
    what = "The class already has a row that begins on this day, with other numbers."
    means = "That row stands, and nothing was added."
    do = "Add a row that begins on a later day: from then on it is the one that counts."


class DayAlreadyBegun(Refused):
    """What a transfer code counts in is not changed for a day on which it may have been used."""

    code = "day_already_begun"
    what = "The code counts already, and the day from which it would count otherwise has begun."
    means = "Nothing was added: what was posted by the rows of its day could no longer be given back rightly."
    do = "Choose a first day from tomorrow on, in the time zone of the class."


class OtherTimeZone(Refused):
    """An owner's months are counted in one time zone for ever."""

    code = "other_time_zone"
    what = "The new class of limits counts its months in another time zone than the owner's present one."
    means = "The owner stays in the present class."
    do = "Choose a class in the same time zone, or define one there."


class BatchTooLarge(BadInput):
    """More transfers than one call may carry."""

    code = "batch_too_large"
    what = "A batch of {size} transfers is larger than the limit of {limit}."
    means = "None of them was posted."
    do = "Send them in several batches, each with the same ids as before."


class BadBatch(BadInput):
    """A value that cannot be a transfer's, such as an amount beyond any bank's books."""

    code = "bad_batch"
    what = "The batch holds a value that no transfer can have: {reason}."
    means = "None of its transfers was posted."
    do = "Correct that transfer and send the batch again with the same ids."


class WrongIsolation(Refused):
    """The ledger is changed under READ COMMITTED only: the lock is no use to an older snapshot."""

    code = "wrong_isolation"
    http_status = 500
    what = "The transaction does not run under READ COMMITTED."
    means = "Nothing was posted: it would not have seen what others committed before it."
    do = "Open the transaction with Database.transaction, which chooses the right level."


class NoRoom(Refused):
    """The disk of the database is full."""

    code = "no_room"
    http_status = 503
    what = "The database has no room left on its disk."
    means = "None of these transfers was posted. What was acknowledged before is safe."
    do = "Make room on the disk of the database, and send them again with the same ids."


class PosterStopped(Refused):
    """The poster that serves this process has been stopped."""

    code = "poster_stopped"
    http_status = 503
    what = "The poster was stopped before it took this transfer."
    means = "It was not posted by this call."
    do = "Send it again with the same id; if it was posted after all, the answer is `exists`."
