"""What a city looks like to whoever makes up a pretend one. A country fills it in; the sandbox draws from it.

Shares are whole hundredths of a per cent (2760 = 27.6 %), weights are whole numbers with no fixed sum, and
whatever has three values has one per class: not poor, poor, extremely poor.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

ByClass = tuple[int, int, int]


class BadProfile(ValueError):
    """A profile from which no city can be drawn."""


@dataclass(frozen=True, slots=True)
class NameShare:
    """A name, how often it occurs, the mean age of its bearers (0: any), whether it is an indigenous one."""

    text: str
    weight: int
    mean_age: int = 0
    indigenous: bool = False


@dataclass(frozen=True, slots=True)
class DistrictShare:
    """A district by its code. `second_language` is the share of people whose mother tongue it is."""

    code: str
    name: str
    people: int
    poor: int
    extreme: int
    second_language: int


@dataclass(frozen=True, slots=True)
class DocumentSeries:
    """The numbers, first to last, of a kind of document for people born in these years (both included)."""

    kind: str
    first: int
    last: int
    digits: int
    born_from: int = 0
    born_until: int = 9999
    weight: int = 1


@dataclass(frozen=True, slots=True)
class AddressForms:
    """Templates with {name}, {number}, {letter}, {letter2} and {lot}, and the names to fill in."""

    streets: tuple[str, ...]
    street_names: tuple[str, ...]
    settlements: tuple[str, ...]
    settlement_names: tuple[str, ...]


@dataclass(frozen=True)
class CityProfile:
    """One city. `classes`, `class_fact` and `class_on_fact` name the poverty class as its padrón does."""

    districts: tuple[DistrictShare, ...]
    district_weight_floor: int
    surnames: tuple[NameShare, ...]
    given_names: dict[str, tuple[NameShare, ...]]
    respellings: tuple[tuple[str, str], ...]
    national_documents: tuple[DocumentSeries, ...]
    foreign_documents: tuple[DocumentSeries, ...]
    foreign_households: int
    adults_without_document: int
    children_without_document: int
    phone_prefix: str
    phone_digits: int
    languages: tuple[str, str]
    addresses: AddressForms
    poor: int
    extreme: int
    poverty_line_minor: int
    extreme_line_minor: int
    classes: tuple[str, str, str]
    class_fact: str
    class_on_fact: str
    class_age_days: int
    unclassified: int
    structures: dict[str, ByClass]
    children: dict[int, ByClass]
    dwelling: dict[str, dict[str, ByClass]]
    has: dict[str, ByClass]

    def __post_init__(self) -> None:
        if not self.districts or not self.surnames:
            raise BadProfile("a city has districts and surnames")
        if any(len(self.given_names.get(sex, ())) < 2 for sex in ("female", "male")):
            raise BadProfile("a city has given names of both sexes")
        if {"single"} - self.structures.keys():
            raise BadProfile("a city has people who live alone")
        ranges = sorted((s.first, s.last) for s in self.national_documents)
        if not ranges or any(a[1] >= b[0] for a, b in itertools.pairwise(ranges)):
            raise BadProfile("the series of the national document overlap, or there are none")
        years = sorted((s.born_from, s.born_until) for s in self.national_documents)
        if any(a[1] + 1 != b[0] for a, b in itertools.pairwise(years)):
            raise BadProfile("the series of the national document leave out a year, or have one twice")
        if any(not 0 <= d.extreme <= d.poor <= 10_000 for d in self.districts):
            raise BadProfile("in each district the extremely poor are among the poor, and both are shares")

    def class_shares(self, district: DistrictShare) -> tuple[int, int]:
        """(poor including extremely poor, extremely poor) in a district, raised to the present level."""
        people = sum(d.people for d in self.districts)
        poor = sum(d.people * d.poor for d in self.districts) or 1
        extreme = sum(d.people * d.extreme for d in self.districts) or 1
        raised = min(9_000, district.poor * self.poor * people // poor)
        return raised, min(raised, district.extreme * self.extreme * people // extreme)
