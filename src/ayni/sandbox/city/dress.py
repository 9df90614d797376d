"""Gives the people of an anonymous survey names, documents, telephones and districts that are made up.

What the survey says is passed on as it is. Households that contradict themselves are told, not repaired.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from ayni.foundation.tabular import BadRow, Mapping, MissingColumns, Row, open_table
from ayni.sandbox.city.dice import Dice
from ayni.sandbox.city.names import Names
from ayni.sandbox.city.numbers import DRESSED, Numbers
from ayni.sandbox.city.padron import IDENTITY, SYNTHETIC, padron_files, truth_path
from ayni.sandbox.city.person import Household, Person
from ayni.sandbox.city.places import Places
from ayni.values.city_profile import CityProfile

_PHONES = "household.mobile_phones"
_OPPOSITE = {"female": "male", "male": "female"}


@dataclass(frozen=True, slots=True)
class HouseholdDoubt:
    """Something that does not fit in a household of the survey.

    `reason`: no_head, several_heads, several_spouses, household_facts_differ, truth_differs, size_differs.
    `about` names the column, `lines` are the survey's.
    """

    household_code: str
    reason: str
    about: str
    lines: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class DressReport:
    """What was written, doubtful households too; and the rows that can't be read, with their reasons."""

    padron: Path
    truth: Path
    people: int
    households: int
    refused: tuple[BadRow, ...]
    doubts: tuple[HouseholdDoubt, ...]


@dataclass
class _Seen:
    """What the first reading learns of a household."""

    lines: list[int] = field(default_factory=list)
    roles: Counter[str] = field(default_factory=Counter)
    head_sex: str = ""
    says: dict[str, str] = field(default_factory=dict)
    differing: dict[tuple[str, str], None] = field(default_factory=dict)

    def add(self, row: Row) -> None:
        self.lines.append(row.line)
        role = row.values.get("relationship", "")
        self.roles[role] += 1
        if role == "head":
            self.head_sex = self.head_sex or row.values.get("sex", "")
        told = {n: v for n, v in row.values.items() if n.startswith("household.")}
        told |= {f"truth.{name}": value for name, value in row.truth.items()}
        if row.stated_size:
            told["size"] = row.stated_size
        for name, value in told.items():
            if self.says.setdefault(name, value) != value:
                reason = "truth_differs" if name.startswith("truth.") else "household_facts_differ"
                self.differing[reason, name.removeprefix("truth.")] = None

    def doubts(self, code: str) -> list[HouseholdDoubt]:
        lines = tuple(self.lines)
        found = [HouseholdDoubt(code, reason, about, lines) for reason, about in self.differing]
        if not self.roles["head"]:
            found.append(HouseholdDoubt(code, "no_head", "relationship", lines))
        found += [
            HouseholdDoubt(code, f"several_{role}s", "relationship", lines)
            for role in ("head", "spouse")
            if self.roles[role] > 1
        ]
        stated = self.says.get("size", "")
        if stated and stated not in (str(len(lines)), f"{len(lines)}.0"):
            found.append(HouseholdDoubt(code, "size_differs", "household_size", lines))
        return found


@dataclass
class _Home:
    """What a dressed household shares. `father` and `mother` are the surnames of the couple that heads it."""

    place: Household
    father: tuple[str, str]
    mother: tuple[str, str]
    head: tuple[str, str]
    other_grandfather: str
    phone: str


class _Wardrobe:
    def __init__(self, profile: CityProfile, seed: int, seen: dict[str, _Seen]) -> None:
        self.profile, self.seen = profile, seen
        self.dice = Dice("dress", seed)
        self.numbers = Numbers(profile, seed, DRESSED)
        self.names = Names(profile, self.dice)
        self.places = Places(profile, self.dice)
        self.homes: dict[str, _Home] = {}

    def home(self, code: str, values: dict[str, str]) -> _Home:
        if code not in self.homes:
            place = self.places.household(code)
            father, mother = self.names.surnames(place.indigenous), self.names.surnames(place.indigenous)
            phone = "" if values.get(_PHONES) == "0" else self.numbers.phone()
            head = mother if self.seen[code].head_sex == "female" else father
            other = self.names.surname(place.indigenous)
            self.homes[code] = _Home(place, father, mother, head, other, phone)
        return self.homes[code]

    def surnames(self, home: _Home, role: str, sex: str, head_sex: str) -> tuple[str, str]:
        """Surnames that fit the relationship to the head."""
        fresh = self.names.surname(home.place.indigenous)
        if role == "head":
            return home.head
        if role == "spouse" and sex == _OPPOSITE.get(head_sex):
            return home.mother if sex == "female" else home.father
        if role == "child":
            return home.father[0], home.mother[0]
        if role == "grandchild":
            return home.other_grandfather, home.father[0]
        if role == "parent":
            return (home.head[1] if sex == "female" else home.head[0]), fresh
        if role == "sibling":
            return home.head
        return self.names.surnames(home.place.indigenous)

    def dress(self, row: Row, number: int, today: int) -> tuple[Household, Person, bool]:
        """The household, the person, and whether the day of birth is estimated."""
        values = row.values
        code, role, sex = values["household_code"], values.get("relationship", ""), values.get("sex", "")
        home = self.home(code, values)
        born, estimated = self.born(values, today)
        age = int((today - born) / 365.2425) if born else 40
        named_as = sex if sex in _OPPOSITE else "female"
        surnames = self.surnames(home, role, sex, self.seen[code].head_sex)
        person = Person(f"S{number:08d}", role, sex, born, *surnames, self.names.given_names(named_as, age))
        if born:
            year = date.fromordinal(born).year
            person.document_kind, person.document_number = self.numbers.national(year)
        person.phone = home.phone if age >= 14 else ""
        person.language = values.get("language", "")
        person.facts = {n: v for n, v in values.items() if n.startswith(("person.", "household."))}
        return home.place, person, estimated

    def born(self, values: dict[str, str], today: int) -> tuple[int, bool]:
        """The day told; an estimated one is moved within its year, for people differ in their birthdays.

        A day that can't be read becomes an unknown one here, as it would in the registry's own report.
        """
        estimated = values.get("birth_estimated") == "yes"
        try:
            born = date.fromisoformat(values.get("birth_on", "")).toordinal()
        except ValueError:
            return 0, estimated
        return (min(born + self.dice.between(-180, 180), today) if estimated else born), estimated


def dress(
    *, survey: Path, mapping: Mapping, seed: int, profile: CityProfile, out: Path, on: date
) -> DressReport:
    """Writes a padrón of the survey's people with made-up identities, and the truth beside it.

    `mapping` must make household_code, relationship, sex and birth_on. The survey's own day is the mapping's
    `on`; without one, `on`. The same arguments give the same bytes. Raises UnusableTable and its kinds,
    CannotWrite.
    """
    facts = [rule.column for rule in mapping.rules if rule.column.startswith(("person.", "household."))]
    needed = ("household_code", "relationship", "sex", "birth_on")
    unknown = [rule.column for rule in mapping.rules if rule.column not in (*IDENTITY, *facts)]
    if unknown:
        raise MissingColumns(file=survey.name, missing=f"{', '.join(unknown)} (of a padrón)")
    seen: dict[str, _Seen] = {}
    refused: list[BadRow] = []
    for row in open_table(survey, mapping, needed=needed).rows():
        if row.problem:
            refused.append(row.problem)
        else:
            seen.setdefault(row.values["household_code"], _Seen()).add(row)
    wardrobe = _Wardrobe(profile, seed, seen)
    today = (mapping.on or on).toordinal()
    with padron_files(out, [SYNTHETIC, *facts], [rule.column for rule in mapping.truth]) as files:
        for row in open_table(survey, mapping, needed=needed).rows():
            if not row.problem:
                household, person, estimated = wardrobe.dress(row, files.rows + 1, today)
                files.write(household, person, estimated=estimated, truth=row.truth.values())
        people = files.rows
    return DressReport(
        padron=out,
        truth=truth_path(out),
        people=people,
        households=len(seen),
        refused=tuple(refused),
        doubts=tuple(doubt for code, about in seen.items() for doubt in about.doubts(code)),
    )
