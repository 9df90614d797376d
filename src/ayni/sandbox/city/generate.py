"""Draws a city household by household, so that its size costs time and no memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from ayni.sandbox.city.circumstances import Circumstances
from ayni.sandbox.city.dice import Dice
from ayni.sandbox.city.errata import Errata
from ayni.sandbox.city.errors import NotACity
from ayni.sandbox.city.families import Families
from ayni.sandbox.city.mix import Mix
from ayni.sandbox.city.names import Names
from ayni.sandbox.city.numbers import GENERATED, Numbers
from ayni.sandbox.city.padron import SYNTHETIC, PadronFiles, padron_files, truth_path
from ayni.sandbox.city.person import Household, Person
from ayni.sandbox.city.places import Places
from ayni.values.city_profile import CityProfile

_PERSON_FACTS = (
    SYNTHETIC,
    "person.education_years",
    "person.attends_school",
    "person.disability_severe",
    "person.pregnant",
    "person.monthly_income_minor",
    "person.pension",
)

Progress = Callable[[int, int], None]
"""Called now and then with the rows written and the rows asked for."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What was written. `people` are rows, `humans` fewer by the duplicates; `by_class` counts households."""

    padron: Path
    truth: Path
    people: int
    humans: int
    households: int
    duplicates: int
    twins: int
    sibling_lookalikes: int
    homonyms: int
    without_document: int
    by_class: dict[str, int]


class _City:
    def __init__(
        self, profile: CityProfile, seed: int, on: date, files: PadronFiles, people: int, mix: Mix
    ) -> None:
        dice = Dice("city", seed)
        numbers = Numbers(profile, seed, GENERATED)
        self.profile, self.dice, self.files, self.wanted, self.mix = profile, dice, files, people, mix
        self.places = Places(profile, dice)
        self.families = Families(profile, dice, Names(profile, dice), on.toordinal(), mix)
        self.circumstances = Circumstances(profile, dice, numbers, on)
        self.errata = Errata(profile, dice, numbers, on.toordinal(), mix)
        self.kinds: Counter[str] = Counter()
        self.classes: Counter[str] = Counter()
        self.households = self.undocumented = 0
        self.today = on.toordinal()

    @property
    def room(self) -> int:
        return self.wanted - self.files.rows

    def empty_household(self) -> Household:
        self.households += 1
        return self.places.household(f"H{self.households:07d}")

    def add_household(self) -> None:
        """A household with its people, and perhaps one who is registered elsewhere too."""
        household = self.empty_household()
        self.families.fill(household, self.room)
        self.circumstances.describe(household)
        members = list(household.members)
        spare = self.room - len(members)
        again = None
        if spare and self.dice.chance(self.mix.duplicates * len(members)):
            again = self.errata.again()
        if again and (again.age(self.today) < 18 or self.dice.chance(4_000)):
            members.append(replace(again, relationship="other_relative"))
            again = None
        self.write(household, members)
        if again:
            self.add_alone(again)

    def add_alone(self, person: Person) -> None:
        """Somebody who asks a second time, as a household of one."""
        household = self.empty_household()
        household.members.append(replace(person, relationship="head"))
        told = household.members[0]
        self.circumstances.house(household)
        household.facts["household.mobile_phones"] = "1" if told.phone else "0"
        self.write(household, [told])

    def write(self, household: Household, members: list[Person]) -> None:
        self.classes[household.facts[self.profile.class_fact]] += 1
        for person in members:
            self.kinds[person.kind] += 1
            self.undocumented += not person.document_number
            self.errata.remember(person)
            self.files.write(household, person)


def _facts(profile: CityProfile) -> list[str]:
    dwelling = [f"household.{fact}" for fact in (*profile.dwelling, *profile.has)]
    rest = ["household.rooms", "household.overcrowded", "household.mobile_phones"]
    return [*_PERSON_FACTS, profile.class_fact, profile.class_on_fact, *rest, *dwelling]


def generate(
    *,
    people: int,
    seed: int,
    profile: CityProfile,
    out: Path,
    on: date,
    mix: Mix = Mix(),
    progress: Progress | None = None,
) -> Summary:
    """Writes a padrón of exactly `people` rows as of the day `on`, and the truth about it.

    The same arguments give the same bytes. Raises NotACity, CityTooLarge, CannotWrite.
    Memory does not grow with `people`.
    """
    if people < 1:
        raise NotACity(people=people)
    with padron_files(out, _facts(profile)) as files:
        city = _City(profile, seed, on, files, people, mix)
        told = 0
        while city.room:
            city.add_household()
            if progress and (files.rows - told >= 5_000 or not city.room):
                told = files.rows
                progress(told, people)
    duplicates = city.kinds["duplicate"]
    return Summary(
        padron=out,
        truth=truth_path(out),
        people=people,
        humans=people - duplicates,
        households=city.households,
        duplicates=duplicates,
        twins=city.kinds["twin"],
        sibling_lookalikes=city.kinds["sibling_lookalike"],
        homonyms=city.kinds["homonym"],
        without_document=city.undocumented,
        by_class=dict(sorted(city.classes.items())),
    )
