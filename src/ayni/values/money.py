"""Money as whole minor units (for soles: céntimos), never a float."""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_MINOR = 2**63 - 1
"""The largest amount that a PostgreSQL bigint, and so the ledger, can hold."""

_PLAIN = re.compile(r"(?P<sign>-?)(?P<whole>\d{1,17})(?:\.(?P<part>\d{1,2}))?", re.ASCII)


class NotMoney(ValueError):
    """A text or number that is not an amount of money."""


class CurrencyMismatch(ValueError):
    """Two amounts of different currencies were compared or added."""


@dataclass(frozen=True, order=False, slots=True)
class Money:
    """An amount of `minor` units of `currency` (ISO 4217, two decimals).

    >>> Money.parse("12.5", "PEN") + Money(50, "PEN")
    Money(minor=1300, currency='PEN')
    >>> str(Money(-5, "PEN"))
    '-0.05'
    """

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.minor) is not int:
            raise NotMoney(f"money is a whole number of minor units, not {type(self.minor).__name__}")
        if abs(self.minor) > MAX_MINOR:
            raise NotMoney("the amount is larger than a ledger account can hold")
        if not re.fullmatch("[A-Z]{3}", self.currency):
            raise NotMoney("a currency is three capital letters, as in ISO 4217")

    @classmethod
    def parse(cls, text: str, currency: str) -> Money:
        """Read "1234", "1234.5" or "1234.50"; anything else, thousands separators included, is NotMoney."""
        return cls(parse_minor(text), currency)

    def _same(self, other: Money) -> int:
        if self.currency != other.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency} do not mix")
        return other.minor

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._same(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __mul__(self, factor: int) -> Money:
        if type(factor) is not int:
            raise NotMoney("money is multiplied by whole numbers only; use allocate for shares")
        return Money(self.minor * factor, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.minor < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.minor <= self._same(other)

    def __gt__(self, other: Money) -> bool:
        return self.minor > self._same(other)

    def __ge__(self, other: Money) -> bool:
        return self.minor >= self._same(other)

    def allocate(self, weights: list[int]) -> list[Money]:
        """Split by `weights` (≥ 0, not all 0) so that the parts add up to the whole, to the last unit.

        The largest remainders get the odd units (Hamilton's method); among equal remainders, the first.
        """
        total = sum(weights)
        if not weights or total <= 0 or min(weights) < 0:
            raise NotMoney("money is split by weights of zero or more, at least one above zero")
        sign = -1 if self.minor < 0 else 1
        shares = [divmod(abs(self.minor) * weight, total) for weight in weights]
        parts = [quotient for quotient, _ in shares]
        odd = abs(self.minor) - sum(parts)
        by_remainder = sorted(range(len(weights)), key=lambda i: (-shares[i][1], i))
        for i in by_remainder[:odd]:
            parts[i] += 1
        return [Money(sign * part, self.currency) for part in parts]

    def __str__(self) -> str:
        return show_minor(self.minor)


def parse_minor(text: str) -> int:
    """Minor units of "12", "12.3" or "12.34"; raises NotMoney for everything else."""
    match = _PLAIN.fullmatch(text.strip()) if isinstance(text, str) else None
    if match is None:
        raise NotMoney("write an amount as 1234 or 1234.50, without separators or signs of currency")
    minor = int(match["whole"]) * 100 + int((match["part"] or "").ljust(2, "0"))
    if minor > MAX_MINOR:
        raise NotMoney("the amount is larger than a ledger account can hold")
    return -minor if match["sign"] else minor


def show_minor(minor: int) -> str:
    """ "1234.50" for 123450; the sign in front. Plain digits, the same in every language."""
    whole, part = divmod(abs(minor), 100)
    return f"{'-' if minor < 0 else ''}{whole}.{part:02d}"
