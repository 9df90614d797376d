"""What is refused about links."""

from __future__ import annotations

from ayni.foundation.errors import BadInput, NotFound


class BadLink(BadInput):
    """A link to a wallet and a shop at once."""

    code = "bad_link"
    what = "A link is to one wallet, to one shop, or to every wallet and shop."
    means = "Nothing was changed."
    do = "Name one of them, or none for all."


class NotLinked(NotFound):
    """There is nothing to end."""

    code = "not_linked"
    what = "The client {client} is not linked to this."
    means = "Nothing was changed."
    do = "Look at what it is linked to, and end one of those."
