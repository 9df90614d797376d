"""A pretend bank that keeps a trust account in memory: for the demonstration, development and tests.

It implements `payments.Bank`. Its list of credits and debits is its own and not the ledger's, so that the
two can disagree, as with a real bank. It forgets everything when the process ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from ayni.foundation.clock import is_simulated
from ayni.foundation.db import Tx
from ayni.foundation.errors import BadInput, Refused
from ayni.payments import BankBalance, BankCredit


class PretendBankRefused(Refused):
    """Money of a pretend bank has no place in a live database."""

    code = "pretend_bank_refused"
    what = "The pretend bank was refused: this database is live."
    means = "No money was made up."
    do = "Connect the bank that keeps the trust account, or use a simulated database."


class BadPretendEntry(BadInput):
    """An entry that no bank would make."""

    code = "bad_pretend_entry"
    what = "The pretend bank does not take this entry: {reason}."
    means = "Its account is unchanged."
    do = "Correct the entry."


class PretendBank:
    """One trust account. The same calls give the same references: "PB-000001" and so on."""

    name = "pretend bank"

    def __init__(self, tx: Tx) -> None:
        """Open the bank for a simulated database. Raises PretendBankRefused."""
        if not is_simulated(tx):
            raise PretendBankRefused
        self._credits: list[BankCredit] = []
        self._debits: list[tuple[datetime, int]] = []
        self._last_at = tx.now

    def receive(self, *, amount_minor: int, narrative: str, at: datetime) -> BankCredit:
        """Somebody pays into the trust account. Raises BadPretendEntry."""
        self._check(amount_minor, at)
        credit = BankCredit(f"PB-{len(self._credits) + 1:06d}", amount_minor, at, narrative)
        self._credits.append(credit)
        return credit

    def take(self, *, amount_minor: int, at: datetime) -> None:
        """Money leaves the trust account: a payout, or a charge nobody agreed. Raises BadPretendEntry."""
        self._check(amount_minor, at)
        if amount_minor > self.get_balance().balance_minor:
            raise BadPretendEntry(reason="there is not so much on the account")
        self._debits.append((at, amount_minor))

    def _check(self, amount_minor: int, at: datetime) -> None:
        if type(amount_minor) is not int or amount_minor <= 0:
            raise BadPretendEntry(reason="an amount is a whole number of minor units above zero")
        if at.tzinfo is None or at < self._last_at:
            raise BadPretendEntry(reason="entries come in the order of time")
        self._last_at = at

    def list_credits(self, *, since: datetime) -> Sequence[BankCredit]:
        """Credits received at or after `since`, oldest first."""
        return [credit for credit in self._credits if credit.received_at >= since]

    def get_balance(self) -> BankBalance:
        """What stands on the account after the last entry."""
        received = sum(credit.amount_minor for credit in self._credits)
        return BankBalance(self._last_at, received - sum(amount for _, amount in self._debits))
