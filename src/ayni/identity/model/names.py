"""What is a name, and how old somebody is."""

from __future__ import annotations

import unicodedata
from datetime import date


def completed_years(birth_on: date, on: date) -> int:
    """Age on a day. Somebody born on 29 February has their birthday on 1 March in common years.

    >>> leapling = date(2008, 2, 29)
    >>> completed_years(leapling, date(2026, 2, 28)), completed_years(leapling, date(2026, 3, 1))
    (17, 18)
    """
    return on.year - birth_on.year - ((on.month, on.day) < (birth_on.month, birth_on.day))


def birthday(birth_on: date, years: int) -> date:
    """The day on which somebody completes so many years.

    >>> birthday(date(2008, 2, 29), 18)
    datetime.date(2026, 3, 1)
    """
    try:
        return birth_on.replace(year=birth_on.year + years)
    except ValueError:
        return date(birth_on.year + years, 3, 1)


class NotAName(ValueError):
    """A text that nobody is called; the message is a clause in plain words without the text."""


_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_DEGREE_SIGN = "°"
"""Old typewriters' ordinal sign, as in "M° Elena"; otherwise a symbol is no letter."""


def read_name(text: str) -> str:
    """A name in its one written form: composed letters, single spaces. Raises NotAName.

    Any script and any length that the table takes. Signs that cannot be seen would make two names that look
    alike differ, and a picture is no letter.

    >>> read_name("  Rosa   Ñahui "), read_name("D'Angelo"), read_name("U")
    ('Rosa Ñahui', "D'Angelo", 'U')
    """
    found = " ".join(part for part in unicodedata.normalize("NFC", text).split(" ") if part)
    kinds = [unicodedata.category(sign) for sign in found]
    if any(kind in _UNSEEN for kind in kinds):
        raise NotAName("a name has no signs that cannot be seen")
    if any(kind == "So" and sign != _DEGREE_SIGN for kind, sign in zip(kinds, found, strict=True)):
        raise NotAName("a name has no pictures or symbols")
    if not any(kind.startswith("L") for kind in kinds):
        raise NotAName("a name has a letter")
    return found
