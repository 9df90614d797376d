"""A made-up person and household, as the padrón will tell them."""

from __future__ import annotations

from dataclasses import dataclass, field

YEAR = 365.2425


@dataclass(slots=True)
class Person:
    """`born` is a day as a proleptic ordinal (date.toordinal)."""

    key: str
    relationship: str
    sex: str
    born: int
    first_surname: str
    second_surname: str
    given_names: str
    kind: str = "original"
    resembles: str = ""
    document_kind: str = ""
    document_number: str = ""
    phone: str = ""
    language: str = ""
    facts: dict[str, str] = field(default_factory=dict)

    def age(self, today: int) -> int:
        """Completed years on a day given as an ordinal, to within a day of the birthday."""
        return int((today - self.born) / YEAR)


@dataclass(slots=True)
class Household:
    """`poverty` is 0, 1 or 2: not poor, poor, extremely poor."""

    code: str
    district_code: str
    address: str
    poverty: int
    foreign: bool
    indigenous: bool
    second_language: int
    members: list[Person] = field(default_factory=list)
    facts: dict[str, str] = field(default_factory=dict)
