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


class BankFiles(Protocol):
    """The same bank, by files (ISO 20022), as most banks are reached."""

    def take_payouts(self, message_id: str, content: bytes) -> None:
        """Give the bank a pain.001. The same message again changes nothing there."""
        ...

    def list_files(self) -> Sequence[bytes]:
        """The pain.002 and camt.053 that it has for us, each as often as it likes and in any order."""
        ...
