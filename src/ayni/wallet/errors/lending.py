"""What is refused to a lender."""

from __future__ import annotations

from ayni.foundation.errors import Refused


class NoLendingConsent(Refused):
    """The holder has not agreed, or has taken it back."""

    code = "no_lending_consent"
    http_status = 403
    what = "The holder of this wallet has not agreed that a lender looks at it."
    means = "Nothing was shown."
    do = "Ask them; they can agree, and take it back at any time."
