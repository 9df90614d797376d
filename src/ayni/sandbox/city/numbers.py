"""Numbers that are never given twice, in an order that looks like chance, without remembering them.

A range is walked in steps that share no factor with its length, so that every number comes up once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import gcd

from ayni.sandbox.city.dice import Dice, Weighted
from ayni.sandbox.city.errors import CityTooLarge
from ayni.values.city_profile import CityProfile, DocumentSeries

GENERATED = (1, 2, 3, 4, 5)
DRESSED = (6,)
"""Remainders by seven: a generated city and a dressed survey never collide, and a mistyped number, which
leaves 0, is never by accident somebody else's. (Seven: any digit can be changed to reach any remainder.)"""
MISTYPED = 0


@dataclass
class _Walk:
    length: int
    step: int
    at: int
    taken: int = 0

    def next(self) -> int:
        """A position below `length`; the caller checks `taken` first."""
        self.at = (self.at + self.step) % self.length
        self.taken += 1
        return self.at


def _walk(length: int, *seed: object) -> _Walk:
    dice = Dice("walk", length, *seed)
    step = max(1, int(length * (0.35 + 0.3 * dice.random())))
    while gcd(step, length) != 1:
        step += 1
    return _Walk(length, step, dice.between(0, length - 1))


class Numbers:
    """Documents and telephones for one run."""

    def __init__(self, profile: CityProfile, seed: int, remainders: Sequence[int]) -> None:
        self.profile, self.seed, self.remainders = profile, seed, remainders
        self.walks: dict[tuple[str, int], tuple[int, _Walk]] = {}
        self.foreign = Weighted((series, series.weight) for series in profile.foreign_documents)
        self.phones = _walk(10**profile.phone_digits // 7, "phone", seed, *remainders)
        self.mistyped: set[str] = set()

    def _draw(self, series: DocumentSeries, year: int, first: int, last: int) -> str:
        key = (series.kind, year)
        if key not in self.walks:
            blocks = max(0, (last - first + 1) // 7 - 1)
            length = blocks * len(self.remainders)
            if length == 0:
                raise CityTooLarge(kind=series.kind, year=year, available=0)
            self.walks[key] = -(-first // 7), _walk(length, *key, self.seed)
        start, walk = self.walks[key]
        if walk.taken == walk.length:
            raise CityTooLarge(kind=series.kind, year=year, available=walk.length)
        block, which = divmod(walk.next(), len(self.remainders))
        return f"{7 * (start + block) + self.remainders[which]:0{series.digits}d}"

    def national(self, year: int) -> tuple[str, str]:
        """Kind and number for somebody born in that year: older people have older numbers."""
        for series in self.profile.national_documents:
            if series.born_from <= year <= series.born_until:
                years = series.born_until - series.born_from + 1
                width = (series.last - series.first + 1) // years
                first = series.first + width * (year - series.born_from)
                return series.kind, self._draw(series, year, first, first + width - 1)
        return "", ""

    def foreigner(self, dice: Dice) -> tuple[str, str]:
        """Kind and number of a document for a foreigner."""
        series = self.foreign.draw(dice)
        return series.kind, self._draw(series, 0, series.first, series.last)

    def phone(self) -> str:
        """A mobile number as dialled within the country."""
        number = 7 * self.phones.next() + self.remainders[0]
        return f"{self.profile.phone_prefix}{number:0{self.profile.phone_digits}d}"

    def mistype(self, number: str, dice: Dice) -> str:
        """The number with two neighbours swapped or one digit wrong: a number that nobody else has."""
        swaps = [
            number[:i] + number[i + 1] + number[i] + number[i + 2 :]
            for i in range(1, len(number) - 1)
            if number[i] != number[i + 1]
        ]
        wrong = [
            number[:i] + digit + number[i + 1 :]
            for i in range(1, len(number))
            for digit in "0123456789"
            if digit != number[i]
        ]
        for candidates in (swaps, wrong):
            free = [n for n in candidates if int(n) % 7 == MISTYPED and n not in self.mistyped]
            if free:
                chosen = dice.pick(free)
                self.mistyped.add(chosen)
                return chosen
        return ""
