"""Who lives together: builds households whose ages and surnames fit one another."""

from __future__ import annotations

from dataclasses import dataclass, field

from ayni.sandbox.city.dice import Dice, Weighted
from ayni.sandbox.city.mix import Mix
from ayni.sandbox.city.names import Names
from ayni.sandbox.city.person import YEAR, Household, Person
from ayni.values.city_profile import CityProfile

_POOL = 3_000


@dataclass
class _Founders:
    """Earlier people of one sex, whose name a stranger may also bear. Bounded, so that memory is."""

    people: list[Person] = field(default_factory=list)

    def remember(self, person: Person, dice: Dice) -> None:
        if len(self.people) < _POOL:
            self.people.append(person)
        else:
            self.people[dice.between(0, _POOL - 1)] = person


class Families:
    """Fills households with members. Days are ordinals; `today` is the padrón's day."""

    def __init__(self, profile: CityProfile, dice: Dice, names: Names, today: int, mix: Mix) -> None:
        self.dice, self.names, self.today, self.mix = dice, names, today, mix
        self.structures = [
            Weighted((name, weights[c]) for name, weights in profile.structures.items()) for c in range(3)
        ]
        self.children = [
            Weighted((number, weights[c]) for number, weights in profile.children.items()) for c in range(3)
        ]
        self.founders = {"female": _Founders(), "male": _Founders()}
        self.people = 0

    def fill(self, household: Household, room: int) -> None:
        """Adds the members, at most `room`, the head first."""
        structure = self.structures[household.poverty].draw(self.dice) if room > 1 else "single"
        build = {
            "single": self._single,
            "couple": self._couple,
            "nuclear": self._nuclear,
            "single_mother": self._single_mother,
            "extended": self._extended,
        }[structure]
        build(household)
        del household.members[room:]

    def _born(self, years: float) -> int:
        return int(self.today - years * YEAR)

    def _person(
        self, relationship: str, sex: str, born: int, surnames: tuple[str, str], given_names: str = ""
    ) -> Person:
        self.people += 1
        age = int((self.today - born) / YEAR)
        name = given_names or self.names.given_names(sex, age)
        return Person(f"P{self.people:08d}", relationship, sex, born, surnames[0], surnames[1], name)

    def _founder(self, household: Household, relationship: str, sex: str, born: int) -> Person:
        """Somebody whose parents we do not see. Now and then a stranger has borne the same names before."""
        pool = self.founders[sex]
        if self.dice.chance(self.mix.homonyms) and pool.people:
            like = self.dice.pick(pool.people)
            person = self._person(
                relationship, sex, born, (like.first_surname, like.second_surname), like.given_names
            )
            person.kind, person.resembles = "homonym", like.key
        else:
            person = self._person(relationship, sex, born, self.names.surnames(household.indigenous))
        if self.dice.chance(1_500):
            pool.remember(person, self.dice)
        return person

    def _single(self, household: Household) -> None:
        sex = "female" if self.dice.chance(4_800) else "male"
        years = 20 + 45 * self.dice.random() if self.dice.chance(4_500) else 60 + 32 * self.dice.random()
        household.members.append(self._founder(household, "head", sex, self._born(years)))

    def _pair(self, household: Household, woman_years: float, man_older: float) -> tuple[Person, Person]:
        """(woman, man), added as head and spouse; the head is a man in two of three."""
        man_heads = self.dice.chance(6_500)
        roles = ("spouse", "head") if man_heads else ("head", "spouse")
        woman = self._founder(household, roles[0], "female", self._born(woman_years))
        man = self._founder(household, roles[1], "male", self._born(woman_years + man_older))
        household.members += [man, woman] if man_heads else [woman, man]
        return woman, man

    def _couple(self, household: Household) -> None:
        # Before the children come, and after they have left.
        years = 20 + 25 * self.dice.random() if self.dice.chance(3_500) else 54 + 32 * self.dice.random()
        self._pair(household, years, max(self.dice.around(2.5, 3), 18.5 - years))

    def _nuclear(self, household: Household) -> None:
        years = 18.5 + 50 * (self.dice.random() + self.dice.random()) / 2
        # He was at least 16 and at most 50 at any birth: hers are between 15.5 and 43 of her age.
        woman, man = self._pair(household, years, min(max(self.dice.around(3, 3), 0.7), 7.0))
        self._add_children(household, woman, man.first_surname, "child")

    def _single_mother(self, household: Household) -> None:
        mother = self._founder(
            household, "head", "female", self._born(17.5 + 36 * (self.dice.random() + self.dice.random()) / 2)
        )
        household.members.append(mother)
        absent = self.names.surname(household.indigenous)
        self._add_children(household, mother, absent if self.dice.chance(8_500) else "", "child")

    def _extended(self, household: Household) -> None:
        draw = self.dice.random()
        if draw < 0.42:
            self._three_generations(household)
            return
        self._nuclear(household)
        head = household.members[0]
        if draw < 0.72:
            sex = "female" if self.dice.chance(7_000) else "male"
            inherited = head.second_surname if sex == "female" else head.first_surname
            older = min(17 + 22 * self.dice.random(), max(17.0, 98 - head.age(self.today)))
            parent = self._person(
                "parent",
                sex,
                int(head.born - older * YEAR),
                (inherited, self.names.surname(household.indigenous)),
            )
            household.members.append(parent)
        elif draw < 0.92:
            sex = "female" if self.dice.chance(5_000) else "male"
            born = min(int(head.born + self.dice.around(0, 4) * YEAR) + 400, self.today - int(16 * YEAR))
            household.members.append(
                self._person("sibling", sex, born, (head.first_surname, head.second_surname))
            )
        else:
            sex = "female" if self.dice.chance(4_000) else "male"
            household.members.append(
                self._founder(household, "not_relative", sex, self._born(18 + 40 * self.dice.random()))
            )

    def _three_generations(self, household: Household) -> None:
        """A grandmother, alone or with her husband; a grown daughter lives with them and has children."""
        years = 46 + 36 * self.dice.random()
        if self.dice.chance(5_500):
            grandmother, man = self._pair(household, years, min(max(self.dice.around(3, 3), 0.7), 7.0))
            surname = man.first_surname
        else:
            grandmother = self._founder(household, "head", "female", self._born(years))
            household.members.append(grandmother)
            surname = self.names.surname(household.indigenous)
        youngest, eldest = max(17.5, years - 43), min(42.0, years - 17)
        born = self._born(youngest + (eldest - youngest) * self.dice.random())
        daughter = self._person("child", "female", born, (surname, grandmother.first_surname))
        household.members.append(daughter)
        father = self.names.surname(household.indigenous)
        if self.dice.chance(5_000):
            partner_born = daughter.born - int((0.7 + 4 * self.dice.random()) * YEAR)
            partner = self._founder(household, "other_relative", "male", partner_born)
            household.members.append(partner)
            father = partner.first_surname
        self._add_children(household, daughter, father, "grandchild")

    def _add_children(self, household: Household, mother: Person, surname: str, relationship: str) -> None:
        """Her children: the father's first surname and hers (without one of his, both of hers)."""
        dice = self.dice
        surnames = (
            (surname, mother.first_surname) if surname else (mother.first_surname, mother.second_surname)
        )
        number = self.children[household.poverty].draw(dice)
        years = (self.today - mother.born) / YEAR
        at = 15.6 + min(dice.random(), dice.random()) * 17
        # Grown children leave: the eldest at home is seldom above 28, so an older mother's was born later.
        at = min(max(at, years - 28 * dice.random() - 0.5), years - 0.05, 42.9)
        at = max(at, 15.6)
        before: Person | None = None
        for _ in range(number):
            if at > min(years - 0.01, 43):
                break
            born = mother.born + int(at * YEAR)
            before = self._add_child(household, born, surnames, relationship, before)
            if dice.chance(self.mix.twins):
                self._add_twin(household, before)
            at += 1.1 + 4.5 * dice.random()

    def _add_child(
        self,
        household: Household,
        born: int,
        surnames: tuple[str, str],
        relationship: str,
        before: Person | None,
    ) -> Person:
        sex = "female" if self.dice.chance(4_900) else "male"
        child = self._person(relationship, sex, min(born, self.today), surnames)
        if before and before.given_names == child.given_names:
            child.given_names = self.names.like(before.given_names, sex, child.age(self.today))
        elif before and before.sex == sex and self.dice.chance(self.mix.lookalikes):
            child.given_names = self.names.like(before.given_names, sex, child.age(self.today))
            child.kind, child.resembles = "sibling_lookalike", before.key
        household.members.append(child)
        return child

    def _add_twin(self, household: Household, first: Person) -> None:
        sex = first.sex if self.dice.chance(7_000) else ("male" if first.sex == "female" else "female")
        surnames = (first.first_surname, first.second_surname)
        twin = self._person(first.relationship, sex, first.born, surnames)
        if twin.given_names == first.given_names or self.dice.chance(3_000):
            twin.given_names = self.names.like(first.given_names, sex, twin.age(self.today))
        twin.kind, twin.resembles = "twin", first.key
        household.members.append(twin)
