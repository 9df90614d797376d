"""Interest rates as exact decimals, never floats.

Peru's lenders write them as TEA, TEM and TED: effective yearly, monthly and daily rates. The formulas
are those that Caja Cusco publishes for its loans (Circular 0008-2021-BCRP caps the yearly one):
TEM = (1 + TEA)^(1/12) − 1; TED = (1 + TEA)^(1/360) − 1 = (1 + TEM)^(1/30) − 1;
the interest of t days on S is S × ((1 + TED)^t − 1).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation, localcontext

DAYS_PER_YEAR = 360
MONTHS_PER_YEAR = 12
MAX_YEARLY = Decimal(1000)
"""100,000 % a year: anything above is a slip of the decimal point, not a rate."""

_WORKING_DIGITS = 60
_SHOWN_DIGITS = 34


class NotARate(ValueError):
    """A number that cannot be an effective interest rate."""


def _decimal(value: object, name: str) -> Decimal:
    if type(value) is int:
        return Decimal(value)
    if not isinstance(value, Decimal):
        raise NotARate(f"{name} is a Decimal, never a {type(value).__name__}")
    if not value.is_finite() or value < 0:
        raise NotARate(f"{name} is a number of zero or more")
    return value


def _compound(rate: Decimal, numerator: int, denominator: int) -> Decimal:
    """(1 + rate)^(numerator/denominator) − 1, to `_SHOWN_DIGITS` significant digits."""
    if rate == 0 or numerator == 0:
        return Decimal(0)
    with localcontext(prec=_WORKING_DIGITS):
        grown = (1 + rate) ** (Decimal(numerator) / denominator) - 1
    with localcontext(prec=_SHOWN_DIGITS):
        return +grown


@dataclass(frozen=True, slots=True)
class Rate:
    """An effective interest rate, kept by its yearly fraction: Decimal("1.1316") is 113.16 % a year.

    >>> Rate.percent("113.16").yearly
    Decimal('1.1316')
    >>> round(Rate.percent("113.16").monthly, 6)
    Decimal('0.065104')
    """

    yearly: Decimal
    """TEA, as a fraction of one."""

    def __post_init__(self) -> None:
        yearly = _decimal(self.yearly, "a rate")
        if yearly > MAX_YEARLY:
            raise NotARate("a rate above 100,000 % a year is a slip of the decimal point")
        object.__setattr__(self, "yearly", yearly)

    @classmethod
    def percent(cls, text: str) -> Rate:
        """The rate of so many per cent a year, as the law writes it: `Rate.percent("113.16")`."""
        if not isinstance(text, str) or not text.isascii():
            raise NotARate("write a rate in per cent as 113.16")
        try:
            number = Decimal(text)
        except InvalidOperation:
            raise NotARate("write a rate in per cent as 113.16") from None
        # scaleb moves the point and changes no digit; a plain division would round a long text.
        return cls(_decimal(number, "a rate").scaleb(-2))

    @classmethod
    def from_monthly(cls, monthly: Decimal) -> Rate:
        """The rate whose month (TEM) is the fraction `monthly`."""
        return cls(_compound(_reasonable(monthly), MONTHS_PER_YEAR, 1))

    @classmethod
    def from_daily(cls, daily: Decimal) -> Rate:
        """The rate whose day (TED, of a 360-day year) is the fraction `daily`."""
        return cls(_compound(_reasonable(daily), DAYS_PER_YEAR, 1))

    @property
    def monthly(self) -> Decimal:
        """TEM, the effective rate of a month, as a fraction; 34 significant digits."""
        return _compound(self.yearly, 1, MONTHS_PER_YEAR)

    @property
    def daily(self) -> Decimal:
        """TED, the effective rate of a day in a year of 360, as a fraction; 34 significant digits."""
        return _compound(self.yearly, 1, DAYS_PER_YEAR)

    def over(self, days: int) -> Decimal:
        """What one unit earns in `days` days: (1 + TED)^days − 1, as a fraction."""
        if type(days) is not int or days < 0:
            raise NotARate("interest runs over a whole number of days, zero or more")
        return _compound(self.yearly, days, DAYS_PER_YEAR)

    def interest_minor(self, principal_minor: int, days: int) -> int:
        """The interest on `principal_minor` over `days`, in minor units, half a unit rounded up."""
        if type(principal_minor) is not int or principal_minor < 0:
            raise NotARate("interest is earned on a whole number of minor units, zero or more")
        share = self.over(days)
        with localcontext(prec=_WORKING_DIGITS):
            return int((principal_minor * share).to_integral_value(rounding=ROUND_HALF_UP))

    def __str__(self) -> str:
        return f"{self.yearly.scaleb(2):f} %"


def _reasonable(rate: Decimal) -> Decimal:
    """Refuses what would overflow before it is raised to a power."""
    checked = _decimal(rate, "a rate")
    if checked > MAX_YEARLY:
        raise NotARate("a rate above 100,000 % a year is a slip of the decimal point")
    return checked
