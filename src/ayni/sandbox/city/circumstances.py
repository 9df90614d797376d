"""How a household lives: dwelling, schooling, work and income, in keeping with its poverty class."""

from __future__ import annotations

from datetime import date

from ayni.sandbox.city.dice import Dice, Weighted
from ayni.sandbox.city.numbers import Numbers
from ayni.sandbox.city.person import YEAR, Household, Person
from ayni.values.city_profile import CityProfile

_SCHOOLING = ((12.4, 2.6), (9.6, 2.8), (7.2, 3.0))
"""Mean and spread of completed years of schooling of adults under 40, by class."""
_PUPILS = (9_700, 9_300, 8_700)
_PENSIONERS = (4_500, 1_000, 100)
_WITHOUT_PHONE = (300, 900, 2_000)


def yes_no(value: bool) -> str:
    """A truth as the padrón writes it."""
    return "yes" if value else "no"


class Circumstances:
    """Draws what a household and its members have, own and earn."""

    def __init__(self, profile: CityProfile, dice: Dice, numbers: Numbers, on: date) -> None:
        self.profile, self.dice, self.numbers = profile, dice, numbers
        self.today = on.toordinal()
        self.dwelling = {
            fact: [Weighted((kind, weights[c]) for kind, weights in kinds.items()) for c in range(3)]
            for fact, kinds in profile.dwelling.items()
        }

    def describe(self, household: Household) -> None:
        """Fills in the household's facts, then its members' papers, telephones and facts."""
        self.house(household)
        phones = self._phones(household)
        earnings = self._earnings(household)
        for member, minor in zip(household.members, earnings, strict=True):
            age = member.age(self.today)
            self._papers(household, member, age)
            if phones and age >= 14:
                # The first one is the household's; many adults have none of their own.
                member.phone = phones[0] if self.dice.random() < 0.4 else self.dice.pick(phones)
            factor = 0.2 if age < 20 else 1.0 if age < 45 else 2.2
            share = household.second_language * factor * (2.0 if household.indigenous else 0.35)
            second = not household.foreign and self.dice.chance(min(share, 9_000))
            member.language = self.profile.languages[second]
            member.facts = self._person(household, member, age, minor)

    def house(self, household: Household) -> None:
        """Fills in the dwelling and the class."""
        dice, poverty, size = self.dice, household.poverty, len(household.members)
        facts = household.facts
        for fact, kinds in self.dwelling.items():
            facts[f"household.{fact}"] = kinds[poverty].draw(dice)
        for fact, shares in self.profile.has.items():
            facts[f"household.{fact}"] = yes_no(dice.random() * 100 < shares[poverty])
        rooms = max(1, round(dice.around((3.6, 2.2, 1.5)[poverty] + 0.25 * size, 0.9)))
        facts["household.rooms"] = str(rooms)
        facts["household.overcrowded"] = yes_no(size > 3 * rooms)
        classified = not dice.chance(self.profile.unclassified)
        day = date.fromordinal(self.today - dice.between(0, self.profile.class_age_days)).isoformat()
        facts[self.profile.class_fact] = self.profile.classes[poverty] if classified else ""
        facts[self.profile.class_on_fact] = day if classified else ""

    def _phones(self, household: Household) -> list[str]:
        adults = sum(1 for member in household.members if member.age(self.today) >= 14)
        number = (
            0 if self.dice.chance(_WITHOUT_PHONE[household.poverty]) else self.dice.between(1, max(1, adults))
        )
        household.facts["household.mobile_phones"] = str(number)
        return [self.numbers.phone() for _ in range(number)]

    def _papers(self, household: Household, member: Person, age: int) -> None:
        without = (
            self.profile.adults_without_document if age >= 18 else self.profile.children_without_document
        )
        if self.dice.chance(without * (4 if age < 1 else 1)):
            return
        if household.foreign and age >= 5:
            # Younger ones were born here.
            member.document_kind, member.document_number = self.numbers.foreigner(self.dice)
        else:
            year = date.fromordinal(member.born).year
            member.document_kind, member.document_number = self.numbers.national(year)

    def _earnings(self, household: Household) -> list[int]:
        """Monthly income of each member in minor units; the sum per head fits the class and its lines."""
        dice, profile = self.dice, self.profile
        floors = (profile.poverty_line_minor, profile.extreme_line_minor, profile.extreme_line_minor // 4)
        ceilings = (profile.poverty_line_minor * 6, profile.poverty_line_minor, profile.extreme_line_minor)
        low, high = floors[household.poverty], ceilings[household.poverty]
        skew = dice.random() ** (3 if household.poverty == 0 else 1)
        total = (low + int((high - low) * skew)) * len(household.members)
        parts = []
        for position, member in enumerate(household.members):
            age = member.age(self.today)
            works = 18 <= age < 75 and dice.random() < (0.8 if member.sex == "male" else 0.55)
            parts.append(0.3 + dice.random() if works or position == 0 else 0.0)
        whole = sum(parts)
        # Whole tens of the main unit, as people tell them.
        return [int(total * part / whole) // 1000 * 1000 for part in parts]

    def _person(self, household: Household, member: Person, age: int, minor: int) -> dict[str, str]:
        dice, poverty = self.dice, household.poverty
        mean, spread = _SCHOOLING[poverty]
        reached = round(dice.around(mean - max(0, age - 40) * 0.09, spread))
        possible = max(0, age - 6) if age < 20 else 18
        pupil = 3 <= age < 17 and dice.chance(_PUPILS[poverty])
        schooling = max(0, possible - dice.between(0, 1)) if pupil else min(max(reached, 0), possible)
        fertile = member.sex == "female" and 15 <= age < 45
        return {
            "person.education_years": str(schooling) if age >= 3 else "",
            "person.attends_school": yes_no(
                pupil or (17 <= age < 24 and reached > 12 and dice.chance(5_000))
            ),
            "person.disability_severe": yes_no(
                dice.chance((60 if age < 60 else 300) * (2 if poverty else 1))
            ),
            "person.pregnant": yes_no(fertile and dice.chance(450) and not self._has_newborn(household)),
            "person.monthly_income_minor": str(minor) if age >= 14 else "",
            "person.pension": yes_no(age >= 65 and dice.chance(_PENSIONERS[poverty])),
        }

    def _has_newborn(self, household: Household) -> bool:
        return any(self.today - member.born < 0.8 * YEAR for member in household.members)
