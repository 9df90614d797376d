"""What payments needs from the world: the bank that keeps the trust account."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from ayni.payments.model import BankBalance, BankCredit


class Bank(Protocol):
    """The bank that keeps the trust account. Only what it has confirmed is told."""

    name: str
    """How its answers are signed in our records."""

    def list_credits(self, *, since: datetime) -> Sequence[BankCredit]:
        """Confirmed credits received at or after `since`, oldest first."""
        ...

    def get_balance(self) -> BankBalance:
        """What stands on the trust account now, by the bank's own statement."""
        ...
