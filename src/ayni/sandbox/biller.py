"""A pretend company that is paid bills: every customer's number of eight digits owes something each month.

It implements `wallet.BillerSystem`. What is owed follows from the customer's number, so that it is the same
in every process; what was booked is forgotten when the process ends.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from ayni.foundation.clock import is_simulated
from ayni.foundation.db import Tx
from ayni.foundation.errors import Refused
from ayni.wallet import BillAnswer, OpenBill


class PretendBillerRefused(Refused):
    """A pretend company has no place in a live database."""

    code = "pretend_biller_refused"
    what = "The pretend company was refused: this database is live."
    means = "No bill was made up."
    do = "Connect the company's own system, or use a simulated database."


class Unreachable(Exception):
    """It does not answer."""


@dataclass
class PretendBiller:
    """`is_down`: it does not answer. `closed`: numbers of bills that it takes no payment of."""

    month: date
    is_down: bool = False
    closed: set[str] = field(default_factory=set)
    booked: dict[UUID, BillAnswer] = field(default_factory=dict)
    paid: set[str] = field(default_factory=set)
    answers_lost: int = 0
    """How many of the next answers get lost on the way, after it has booked the payment."""

    @classmethod
    def for_database(cls, tx: Tx) -> PretendBiller:
        """One for a simulated database. Raises PretendBillerRefused."""
        if not is_simulated(tx):
            raise PretendBillerRefused
        return cls(tx.today.replace(day=1))

    def find_bills(self, customer: str) -> Sequence[OpenBill]:
        """This month's bill of a customer."""
        self._check()
        if len(customer) != 8 or not customer.isdigit():
            return []
        number = f"{customer}-{self.month:%Y%m}"
        if number in self.paid:
            return []
        amount = 1_500 + int.from_bytes(hashlib.sha256(number.encode()).digest()[:2], "big") % 8_500
        return [OpenBill(number, f"R. Q. … {customer[-2:]}", amount, self.month.replace(day=20))]

    def book_payment(self, *, payment_id: UUID, number: str, amount_minor: int) -> BillAnswer:
        """Book a payment, or say why not. The same payment again gets the same answer."""
        self._check()
        if payment_id not in self.booked:
            good = number not in self.closed and number not in self.paid
            self.booked[payment_id] = BillAnswer(good, "" if good else "it is paid or closed already")
            if good:
                self.paid.add(number)
        if self.answers_lost:
            self.answers_lost -= 1
            raise Unreachable
        return self.booked[payment_id]

    def _check(self) -> None:
        if self.is_down:
            raise Unreachable
