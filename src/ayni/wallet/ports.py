"""What the wallet needs from the world: companies that are paid bills, and lists of sanctions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from ayni.wallet.model.bills import BillAnswer, OpenBill
from ayni.wallet.model.safety import SanctionEntry


class BillerSystem(Protocol):
    """A company's own books of what its customers owe. It may raise anything when it cannot be reached."""

    def find_bills(self, customer: str) -> Sequence[OpenBill]:
        """What a customer owes now, the oldest first; none for a number that it does not know."""
        ...

    def book_payment(self, *, payment_id: UUID, number: str, amount_minor: int) -> BillAnswer:
        """Tell it of a payment. The same payment told again gets the same answer."""
        ...


class SanctionsList(Protocol):
    """A list of sanctions, as its publisher gives it out. It may raise anything when it cannot be had."""

    name: str

    def fetch(self) -> tuple[str, Sequence[SanctionEntry]]:
        """The list's version and all of its entries."""
        ...
