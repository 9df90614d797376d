"""What the profile refuses by itself."""

from __future__ import annotations

from ayni.foundation.errors import BadInput, NotFound, Refused


class BadField(BadInput):
    """A field that is not as the standard describes it; `error` is its harmonised code."""

    code = "gsma_bad_field"
    what = "The request is not as the standard describes it: {reason}."
    means = "Nothing was done."
    do = "Correct it, and send it again under a new correlation id."


class UnknownParty(NotFound):
    """Identifiers that lead to nobody, or to more than one."""

    code = "gsma_unknown_party"
    what = "These identifiers lead to no account of the right kind, or to more than one."
    means = "Nothing was done."
    do = "Name the account by walletid, by an msisdn that is proven to reach one holder, or by a shop's code."


class NotOffered(Refused):
    """Something of the standard that this profile leaves out."""

    code = "gsma_not_offered"
    what = "This profile does not offer {what_is_asked}."
    means = "Nothing was done."
    do = "See the table of the profile, docs/concepts/gsma.md, for what it offers in its place."


class NoSuchObject(NotFound):
    """A path that leads to nothing, or to nothing of this client's."""

    code = "gsma_no_such_object"
    what = "There is nothing of this client's at this path."
    means = "Nothing was changed."
    do = "Check the reference against what the client was told."
