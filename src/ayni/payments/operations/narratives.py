"""What a payer wrote with their money, and whom they meant."""

from __future__ import annotations

import re

from ayni.values.ids import AccountId, NotAnId, read_id

_ACCOUNT = re.compile(r"\bacc_[0-9a-z]{26}\b", re.ASCII | re.IGNORECASE)


def account_named(narrative: str) -> tuple[AccountId | None, str]:
    """The one account ("acc_…") that a narrative names, or why there is none."""
    names = {match.lower() for match in _ACCOUNT.findall(narrative)}
    if len(names) != 1:
        return None, f"The narrative names {len(names)} accounts; a deposit is for one."
    try:
        return AccountId(read_id("acc", names.pop())), ""
    except NotAnId as error:
        return None, f"The narrative names no account that can be: {error}."
