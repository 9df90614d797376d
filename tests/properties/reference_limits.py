"""The guards of the reference ledger: dated limits by class, and what each month has used of them."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from ayni.ledger import Counts, Result, Transfer
from tests.properties.reference_state import ZONE, RefAccount, RefClass, RefOwner, month

MONTHLY = {
    "single": Counts.DEBIT_SINGLE,
    "conversions_month": Counts.DEBIT_CONVERSIONS,
    "total_month": Counts.DEBIT_TOTAL,
}


class ReferenceLimits:
    """Owners, classes and accounts, and the tests that depend on the day and the month."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.classes: dict[int, RefClass] = {}
        self.owners: dict[UUID, RefOwner] = {}
        self.accounts: dict[UUID, RefAccount] = {}
        # (account, kind, month) → used: "conversions" and "total"
        self.used: dict[tuple[UUID, str, tuple[int, int]], int] = {}

    @property
    def today(self) -> date:
        return self.now.astimezone(ZONE).date()

    def _class_of(self, account: RefAccount) -> RefClass | None:
        return self.classes.get(self.owners[account.owner].limit_class or 0)

    def _counts_of(self, account: RefAccount) -> dict[int, Counts]:
        found = self._class_of(account)
        return found.counts_on(self.today) if found else {}

    def maxima_of(self, account: RefAccount) -> dict[str, int | None]:
        found = self._class_of(account)
        return found.maxima_on(self.today) if found else {}

    def counts_between(self, code: int, debit: RefAccount, credit: RefAccount) -> Counts:
        if debit.owner == credit.owner:
            return Counts.NONE
        mine = self._counts_of(debit).get(code, Counts.NONE) & Counts(7)
        return mine | self._counts_of(credit).get(code, Counts.NONE) & Counts(56)

    def limit_passed(
        self, leg: Transfer, debit: RefAccount, credit: RefAccount, amount: int, counts: Counts
    ) -> Result | None:
        if debit.owner == credit.owner:
            return None
        payer, payee = self.maxima_of(debit), self.maxima_of(credit)
        if leg.code not in self._counts_of(debit):
            return Result.DEBIT_LIMIT_MISSING
        if any(counts & flag and kind not in payer for kind, flag in MONTHLY.items()):
            return Result.DEBIT_LIMIT_MISSING
        needed = [kind for kind, flag in MONTHLY.items() if counts & Counts(flag << 3)]
        needed += [] if credit.debit_normal else ["balance"]
        if leg.code not in self._counts_of(credit) or any(kind not in payee for kind in needed):
            return Result.CREDIT_LIMIT_MISSING
        for side, account, maxima in (("DEBIT", debit, payer), ("CREDIT", credit, payee)):
            for kind, used in (
                ("single", 0),
                ("conversions_month", self.family_used(account, "conversions")),
                ("total_month", self.family_used(account, "total")),
            ):
                flag = MONTHLY[kind] if side == "DEBIT" else Counts(MONTHLY[kind] << 3)
                if counts & flag and above(used + amount, maxima[kind]):
                    return Result[f"{side}_{kind.removesuffix('_month').upper()}_LIMIT_EXCEEDED"]
        if not credit.debit_normal and above(self.holdings(credit) + amount, payee["balance"]):
            return Result.CREDIT_BALANCE_LIMIT_EXCEEDED
        return None

    def _family(self, account: RefAccount) -> list[tuple[UUID, RefAccount]]:
        return [
            (key, other)
            for key, other in self.accounts.items()
            if other.owner == account.owner and other.book == account.book
        ]

    def family_used(self, account: RefAccount, kind: str) -> int:
        return sum(self.used.get((key, kind, month(self.now)), 0) for key, _ in self._family(account))

    def holdings(self, account: RefAccount) -> int:
        return sum(
            other.balance + other.cpend for _, other in self._family(account) if not other.debit_normal
        )


def above(value: int, maximum: int | None) -> bool:
    return maximum is not None and value > maximum


def used_by(leg: Transfer, counts: Counts) -> list[tuple[UUID, str]]:
    """Whose usage of a month a transfer adds to, and of which kind."""
    assert leg.debit_account_id is not None
    assert leg.credit_account_id is not None
    places = (
        (Counts.DEBIT_CONVERSIONS, leg.debit_account_id, "conversions"),
        (Counts.DEBIT_TOTAL, leg.debit_account_id, "total"),
        (Counts.CREDIT_CONVERSIONS, leg.credit_account_id, "conversions"),
        (Counts.CREDIT_TOTAL, leg.credit_account_id, "total"),
    )
    return [(account, kind) for flag, account, kind in places if counts & flag]
