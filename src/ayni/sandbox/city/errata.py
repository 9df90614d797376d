"""The same human a second time, as another clerk wrote it down."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import date

from ayni.sandbox.city.dice import Dice, Weighted
from ayni.sandbox.city.mix import Mix
from ayni.sandbox.city.numbers import Numbers
from ayni.sandbox.city.person import Person
from ayni.values.city_profile import CityProfile

_POOL = 5_000
_ENTRY = 3
"""Those who may be registered again, as a multiple of those who will be."""
_SAME_DOCUMENT, _MISTYPED_DOCUMENT = 500, 5_000
"""Of duplicates: the same document to the digit (an import must refuse it), a mistyped one; the rest none."""


def without_accents(text: str) -> str:
    """Capitals without accents, as old systems print; the ñ is a letter of its own and stays."""
    kept = text.upper().replace("Ñ", "\0")
    plain = "".join(c for c in unicodedata.normalize("NFD", kept) if not unicodedata.combining(c))
    return plain.replace("\0", "Ñ")


class Errata:
    """Remembers some of the people and registers them again with mistakes."""

    def __init__(self, profile: CityProfile, dice: Dice, numbers: Numbers, today: int, mix: Mix) -> None:
        self.dice, self.numbers, self.today = dice, numbers, today
        self.entry = _ENTRY * mix.duplicates
        self.respellings = profile.respellings
        self.pool: list[Person] = []
        self.mistakes: Weighted[Callable[[Person], None]] = Weighted(
            [
                (self._respell_surname, 30),
                (self._plain, 25),
                (self._abbreviate, 18),
                (self._drop_given, 14),
                (self._swap_letters, 14),
                (self._respell_given, 10),
                (self._drop_second_surname, 8),
                (self._swap_surnames, 7),
                (self._other_birth, 12),
            ]
        )

    def remember(self, person: Person) -> None:
        """Lets a person be registered again later, perhaps."""
        if person.kind == "duplicate" or not self.dice.chance(self.entry):
            return
        if len(self.pool) < _POOL:
            self.pool.append(person)
        else:
            self.pool[self.dice.between(0, _POOL - 1)] = person

    def again(self) -> Person | None:
        """Somebody of before with one to three mistakes, or None if nobody can be."""
        if not self.pool:
            return None
        at = self.dice.between(0, len(self.pool) - 1)
        self.pool[at], self.pool[-1] = self.pool[-1], self.pool[at]
        before = self.pool.pop()
        person = replace(before, kind="duplicate", resembles=before.key, facts=dict(before.facts))
        for _ in range(self.dice.between(1, 3)):
            self.mistakes.draw(self.dice)(person)
        draw = self.dice.random() * 10_000
        if person.document_number and draw >= _SAME_DOCUMENT:
            number = ""
            if draw < _SAME_DOCUMENT + _MISTYPED_DOCUMENT:
                number = self.numbers.mistype(person.document_number, self.dice)
            person.document_number = number
            person.document_kind = person.document_kind if number else ""
        if person.phone and self.dice.chance(5_000):
            person.phone = self.numbers.phone() if self.dice.chance(7_000) else ""
        return person

    def _respelt(self, text: str) -> str:
        fitting = [(a, b) for a, b in self.respellings if a in text]
        if not fitting:
            return without_accents(text).title()
        a, b = self.dice.pick(fitting)
        other = text.replace(a, b, 1)
        return other[:1].upper() + other[1:]

    def _respell_surname(self, person: Person) -> None:
        if self.dice.chance(6_000) or not person.second_surname:
            person.first_surname = self._respelt(person.first_surname)
        else:
            person.second_surname = self._respelt(person.second_surname)

    def _respell_given(self, person: Person) -> None:
        person.given_names = self._respelt(person.given_names)

    def _plain(self, person: Person) -> None:
        person.first_surname = without_accents(person.first_surname)
        person.second_surname = without_accents(person.second_surname)
        person.given_names = without_accents(person.given_names)

    def _abbreviate(self, person: Person) -> None:
        first, _, rest = person.given_names.partition(" ")
        person.given_names = f"{first} {rest[0]}." if rest else person.given_names

    def _drop_given(self, person: Person) -> None:
        names = person.given_names.split(" ")
        if len(names) > 1:
            person.given_names = names[0] if self.dice.chance(7_500) else names[1]

    def _swap_letters(self, person: Person) -> None:
        text = person.first_surname
        if len(text) > 3:
            at = self.dice.between(1, len(text) - 2)
            person.first_surname = text[:at] + text[at + 1] + text[at] + text[at + 2 :]

    def _drop_second_surname(self, person: Person) -> None:
        person.second_surname = ""

    def _swap_surnames(self, person: Person) -> None:
        if person.second_surname:
            person.first_surname, person.second_surname = person.second_surname, person.first_surname

    def _other_birth(self, person: Person) -> None:
        """Day and month swapped where that is another day of the past, else the year before."""
        born = date.fromordinal(person.born)
        swapped = born.replace(month=born.day, day=born.month) if born.day <= 12 else born
        if swapped == born or swapped.toordinal() > self.today:
            swapped = born.replace(year=born.year - 1, day=min(born.day, 28))
        person.born = swapped.toordinal()
