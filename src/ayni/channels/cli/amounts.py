"""Amounts as people type them."""

from __future__ import annotations

import re

from ayni.foundation.errors import BadInput

_AMOUNT = re.compile(r"(\d{1,12})(?:\.(\d{2}))?", re.ASCII)


class BadAmountTyped(BadInput):
    """An amount that cannot be read."""

    code = "bad_amount_typed"
    what = "An amount was not understood."
    means = "No money has moved."
    do = "Write it as 12 or 12.50, without a sign."


def read_amount(text: str) -> int:
    """An amount in minor units. Raises BadAmountTyped."""
    found = _AMOUNT.fullmatch(text.strip())
    if found is None:
        raise BadAmountTyped
    return int(found[1]) * 100 + int(found[2] or 0)
