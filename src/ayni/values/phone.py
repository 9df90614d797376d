"""A telephone number in E.164, which hides itself: what is printed by accident is masked."""

from __future__ import annotations

import re
from dataclasses import dataclass

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")

_TWO_DIGIT_CODES = frozenset(
    str(code)
    for first, last in ((30, 34), (40, 41), (43, 49), (51, 58), (60, 66), (81, 82), (90, 95))
    for code in range(first, last + 1)
) | {"20", "27", "36", "39", "84", "86", "98"}
"""ITU-T E.164: calling codes are one digit (1 and 7), one of these, or else three."""

_SHORTEST_WITH_FIRST_DIGIT = 7


class NotAPhone(ValueError):
    """A text that is not a telephone number in E.164."""


@dataclass(frozen=True, slots=True, repr=False)
class Phone:
    """A number as the whole world dials it: a plus sign and 7 to 15 digits.

    Its text form is masked, because numbers reach logs through f-strings; ask for `e164` to have it whole.

    >>> Phone("+51987654321")
    Phone('+51 9** *** *21')
    """

    e164: str

    def __post_init__(self) -> None:
        if not isinstance(self.e164, str) or not _E164.fullmatch(self.e164):
            raise NotAPhone("a telephone number is a plus sign and 7 to 15 digits, the first not zero")

    @property
    def calling_code(self) -> str:
        """The country's calling code without the plus: "51"."""
        digits = self.e164[1:]
        if digits[0] in "17":
            return digits[0]
        return digits[:2] if digits[:2] in _TWO_DIGIT_CODES else digits[:3]

    @property
    def national(self) -> str:
        """The digits after the calling code."""
        return self.e164[1 + len(self.calling_code) :]

    @property
    def masked(self) -> str:
        """The calling code, the first digit and the last two: "+51 9** *** *21".

        A national number of fewer than seven digits shows only its last two.
        """
        national = self.national
        shown = 1 if len(national) >= _SHORTEST_WITH_FIRST_DIGIT else 0
        hidden = national[:shown] + "*" * (len(national) - shown - 2) + national[-2:]
        groups = [hidden[at : at + 3] for at in range(0, len(hidden), 3)]
        return f"+{self.calling_code} {' '.join(groups)}"

    def __str__(self) -> str:
        return self.masked

    def __repr__(self) -> str:
        return f"Phone({self.masked!r})"
