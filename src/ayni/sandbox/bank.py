"""A pretend bank that keeps a trust account in memory: for the demonstration, development and tests.

It implements `payments.Bank`. Its list of credits and debits is its own and not the ledger's, so that the
two can disagree, as with a real bank. It forgets everything when the process ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Booked:
    """One booking. `amount_minor` is below zero for a debit; `payout` is our name for what was paid out."""

    reference: str
    amount_minor: int
    at: datetime
    narrative: str
    payout: str


class PretendBank:
    """One trust account. The same calls give the same references: "PB-000001" and so on."""

    name = "pretend bank"

    def __init__(self, tx: Tx, *, prefix: str = "PB", opening_minor: int = 0) -> None:
        """Open the bank for a simulated database, with what stood on the account before.

        `prefix` tells the references of one such bank from those of another. Raises PretendBankRefused.
        """
        if not is_simulated(tx):
            raise PretendBankRefused
        self.opening_minor = opening_minor
        self._prefix = prefix
        self._entries: list[Booked] = []
        self._last_at = tx.now

    def receive(self, *, amount_minor: int, narrative: str, at: datetime, payout: str = "") -> BankCredit:
        """Somebody pays into the trust account; with `payout` a payee's bank sends one back.

        Raises BadPretendEntry.
        """
        self._check(amount_minor, at)
        entry = self._book(amount_minor, at, narrative, payout)
        return BankCredit(entry.reference, amount_minor, at, narrative)

    def take(self, *, amount_minor: int, at: datetime) -> None:
        """Money leaves the trust account: a charge nobody agreed. Raises BadPretendEntry."""
        self._check_covered(amount_minor, at)
        self._book(-amount_minor, at, "charge", "")

    def pay_out(self, *, amount_minor: int, reference: str, at: datetime) -> None:
        """Money leaves the trust account for a payout that was asked for. Raises BadPretendEntry."""
        self._check_covered(amount_minor, at)
        self._book(-amount_minor, at, "", reference)

    def now(self) -> datetime:
        """The instant of the last entry, or of the opening, or what `wait` has said."""
        return self._last_at

    def wait(self, *, until: datetime) -> None:
        """Let time pass. Raises BadPretendEntry."""
        self._check(1, until)

    def _check_covered(self, amount_minor: int, at: datetime) -> None:
        self._check(amount_minor, at)
        if amount_minor > self.get_balance().balance_minor:
            raise BadPretendEntry(reason="there is not so much on the account")

    def _book(self, amount_minor: int, at: datetime, narrative: str, payout: str) -> Booked:
        entry = Booked(f"{self._prefix}-{len(self._entries) + 1:06d}", amount_minor, at, narrative, payout)
        self._entries.append(entry)
        return entry

    def _check(self, amount_minor: int, at: datetime) -> None:
        if type(amount_minor) is not int or amount_minor <= 0:
            raise BadPretendEntry(reason="an amount is a whole number of minor units above zero")
        if at.tzinfo is None or at < self._last_at:
            raise BadPretendEntry(reason="entries come in the order of time")
        self._last_at = at

    def list_credits(self, *, since: datetime) -> Sequence[BankCredit]:
        """Credits received at or after `since`, oldest first."""
        return [
            BankCredit(entry.reference, entry.amount_minor, entry.at, entry.narrative)
            for entry in self._entries
            if entry.amount_minor > 0 and entry.at >= since
        ]

    def list_entries(self) -> Sequence[Booked]:
        """Everything that was booked, oldest first."""
        return list(self._entries)

    def get_balance(self) -> BankBalance:
        """What stands on the account after the last entry."""
        moved = sum(entry.amount_minor for entry in self._entries)
        return BankBalance(self._last_at, self.opening_minor + moved)
