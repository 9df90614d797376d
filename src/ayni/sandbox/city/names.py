"""Two surnames that children inherit, given names of a generation, names that may be taken for another's."""

from __future__ import annotations

from math import exp

from ayni.sandbox.city.dice import Dice, Weighted
from ayni.values.city_profile import CityProfile

_GENERATION = 12
"""Years to which the mean age of a given name's bearers is rounded when names are drawn."""


class Names:
    """Draws names from a profile."""

    def __init__(self, profile: CityProfile, dice: Dice) -> None:
        self.dice = dice
        self.settled = Weighted((n.text, n.weight) for n in profile.surnames if not n.indigenous)
        self.indigenous = Weighted((n.text, n.weight) for n in profile.surnames if n.indigenous)
        self.given = {
            (sex, generation): Weighted(
                (n.text, n.weight * _fits(n.mean_age, generation * _GENERATION))
                for n in profile.given_names[sex]
            )
            for sex in ("female", "male")
            for generation in range(12)
        }

    def surname(self, indigenous: bool) -> str:
        """A surname for somebody of a family that is mostly indigenous, or mostly not."""
        own = self.dice.random() < (0.78 if indigenous else 0.06)
        return (self.indigenous if own and self.indigenous.items else self.settled).draw(self.dice)

    def surnames(self, indigenous: bool) -> tuple[str, str]:
        """Two surnames of somebody whose parents we do not see."""
        return self.surname(indigenous), self.surname(indigenous)

    def one_given(self, sex: str, age: int) -> str:
        """One given name that is usual at that age."""
        return self.given[sex, min(max(age, 0) // _GENERATION, 11)].draw(self.dice)

    def given_names(self, sex: str, age: int) -> str:
        """One name, more often two, seldom three."""
        first = self.one_given(sex, age)
        if self.dice.random() < 0.28:
            return first
        names = [first]
        while len(names) < (3 if self.dice.random() < 0.03 else 2):
            other = self.one_given(sex, age)
            if other not in names:
                names.append(other)
        return " ".join(names)

    def like(self, given_names: str, sex: str, age: int) -> str:
        """Given names that share one with a brother's or sister's and are not the same."""
        first = given_names.split(" ")[0]
        while True:
            other = self.one_given(sex, age)
            name = f"{first} {other}" if self.dice.random() < 0.7 else f"{other} {first}"
            if other != first and name != given_names:
                return name


def _fits(mean_age: int, age: int) -> float:
    return 1.0 if mean_age == 0 else exp(-(((mean_age - age - _GENERATION / 2) / 22) ** 2)) + 0.02
