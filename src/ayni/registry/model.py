"""Households, their members, and named facts as plain values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from ayni.values.ids import HouseholdId, PersonId
from ayni.values.money import MAX_MINOR


class Role(StrEnum):
    """What a member is to the head of the household."""

    HEAD = "head"
    SPOUSE = "spouse"
    CHILD = "child"
    GRANDCHILD = "grandchild"
    PARENT = "parent"
    SIBLING = "sibling"
    OTHER_RELATIVE = "other_relative"
    NOT_RELATIVE = "not_relative"


class FactType(StrEnum):
    """How a fact's value is written and kept. Money is in minor units."""

    BOOL = "bool"
    INT = "int"
    MONEY = "money"
    TEXT = "text"
    DATE = "date"


FactValue = bool | int | str | None
"""As kept: a date as 2025-05-31; None for "no longer known"."""

MAX_TEXT = 1000
SUBJECT_KINDS = ("household", "person")


@dataclass(frozen=True, slots=True)
class FactName:
    """A named fact: `person.pregnant` is `subject_kind` person and `name` pregnant."""

    subject_kind: str
    name: str
    type: str
    meaning: str

    @property
    def column(self) -> str:
        """As a file's column is called."""
        return f"{self.subject_kind}.{self.name}"


def _facts(subject_kind: str, table: str) -> tuple[FactName, ...]:
    lines = (line.split(None, 2) for line in table.strip().splitlines())
    return tuple(FactName(subject_kind, name, kind, meaning) for name, kind, meaning in lines)


FACTS = _facts(
    "person",
    """
    education_years       int    Completed years of schooling.
    attends_school        bool   Goes to school at present.
    disability_severe     bool   Has a disability that is certified as severe.
    pregnant              bool   Is pregnant.
    monthly_income_minor  money  Income from all sources in a month, in minor units.
    pension               bool   Receives a contributory pension.
    """,
) + _facts(
    "household",
    """
    cse             text  Socio-economic class, in the words of the country's own classification.
    cse_on          date  The day from which the socio-economic class counts.
    rooms           int   Rooms, without bathroom and kitchen.
    overcrowded     bool  More than three people to a room.
    floor           text  Main material of the floor: earth, cement, wood, tile or other.
    walls           text  Main material of the walls: brick, prefabricated, wood, waste or other.
    water           text  Where water comes from: inside, outside or none.
    toilet          text  Kind of toilet: sewer, septic, latrine, none or other.
    electricity     bool  The dwelling has electricity.
    fuel            text  Fuel for cooking: electricity, gas, wood or none.
    tenure          text  How the dwelling is held: owned, paying, rented, precarious or other.
    refrigerator    bool  The household has a refrigerator.
    television      bool  The household has a television.
    computer        bool  The household has a computer.
    mobile_phones   int   How many mobile telephones the household has.
    """,
)
"""The facts that every registry knows. A mapping file may declare more; none may change."""


class NotAFact(ValueError):
    """A clause in plain words, without the value."""


_WHOLE = re.compile(r"\d{1,19}", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def read_day(text: str) -> date:
    """A day written 2025-05-31; raises NotAFact."""
    if not _DAY.fullmatch(text):
        raise NotAFact("a day is written as 2025-05-31")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NotAFact("there is no such day in the calendar") from None


def read_yes_no(text: str) -> bool:
    """yes or no; raises NotAFact."""
    if text not in ("yes", "no"):
        raise NotAFact("write yes or no")
    return text == "yes"


def read_fact(kind: str, text: str) -> FactValue:
    """The value that a cell means. `text` is not empty. Raises NotAFact with the reason.

    >>> read_fact("bool", "yes"), read_fact("money", "95050"), read_fact("date", "2024-02-29")
    (True, 95050, '2024-02-29')
    """
    if kind == FactType.BOOL:
        return read_yes_no(text)
    if kind in (FactType.INT, FactType.MONEY):
        if text.startswith("-"):
            raise NotAFact("this is never below zero")
        if not _WHOLE.fullmatch(text):
            raise NotAFact(
                "money is a whole number of minor units, digits only"
                if kind == FactType.MONEY
                else "write a whole number, digits only"
            )
        if int(text) > MAX_MINOR:
            raise NotAFact("the number is too large")
        return int(text)
    if kind == FactType.DATE:
        return read_day(text).isoformat()
    if len(text) > MAX_TEXT:
        raise NotAFact(f"at most {MAX_TEXT} characters")
    return text


def show_fact(value: FactValue | date) -> FactValue:
    """A Python value as a fact is kept: dates as text."""
    return value.isoformat() if isinstance(value, date) else value


@dataclass(frozen=True, slots=True)
class Household:
    """A household, known by its source's own code."""

    id: HouseholdId
    source: str
    code: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Membership:
    """A person's place in a household. `valid_until` is the last day, None while it lasts."""

    household_id: HouseholdId
    person_id: PersonId
    role: str
    valid_from: date
    valid_until: date | None


@dataclass(frozen=True, slots=True)
class Record:
    """What one survey, declaration or import said of a subject."""

    observed_on: date
    source: str
    facts: Mapping[str, FactValue]
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Flag:
    """Why a household needs adjudication."""

    household_id: HouseholdId
    reason: str
    details: Mapping[str, Any]
    raised_at: datetime


@dataclass(frozen=True, slots=True)
class Class:
    """One evaluation of a household: its socio-economic class, with its first and last day."""

    household_id: HouseholdId
    word: str
    source: str
    valid_from: date
    valid_until: date

    def holds_on(self, day: date) -> bool:
        """Whether the day lies within the validity."""
        return self.valid_from <= day <= self.valid_until


def last_day_of_class(valid_from: date, years: int) -> date:
    """The last day on which a class holds that counts from a day on.

    A class of 29 February holds until the end of the February, that many years later.

    >>> last_day_of_class(date(2022, 6, 2), 3), last_day_of_class(date(2024, 2, 29), 3)
    (datetime.date(2025, 6, 1), datetime.date(2027, 2, 28))
    """
    year = valid_from.year + years
    try:
        return valid_from.replace(year=year) - timedelta(days=1)
    except ValueError:
        return date(year, 2, 28)


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What came of an import. Each row that was read was added, updated, unchanged or refused.

    `notes` counts the report's lines by code: of refused rows, and of what was imported but needs
    adjudication. `report` is the path of the CSV file with line, column, code and reason.
    """

    import_id: str
    rows_read: int
    people_added: int
    households_added: int
    updated: int
    unchanged: int
    refused: int
    flagged: int
    notes: Mapping[str, int]
    report: str


class VerdictKind(StrEnum):
    """What an officer says of a pair. Unsure puts it at the end of the queue."""

    SAME = "same"
    DIFFERENT = "different"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class NewPair:
    """Two files that may be of one human, in any order, and what each field says.

    `evidence` has names of fields and what was seen (`same`, `swapped`, a weight), never a value.
    `model` is the rule, or the trained model with its version.
    """

    one_id: PersonId
    other_id: PersonId
    score_per_mille: int
    evidence: Mapping[str, Any]
    found_by: str
    model: str


@dataclass(frozen=True, slots=True)
class Pair:
    """A suspected duplicate; `low_id` < `high_id`. `blocks` tells that payments wait for its verdict."""

    low_id: PersonId
    high_id: PersonId
    score_per_mille: int
    evidence: Mapping[str, Any]
    found_by: str
    model: str
    found_at: datetime
    blocks: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an officer decided about a pair. The last one of a pair holds."""

    number: int
    low_id: PersonId
    high_id: PersonId
    verdict: str
    reason: str
    decided_by: str
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class DuplicatesFound:
    """What came of a search for duplicates among `people`, of whom `compared` pairs were worth comparing.

    `pairs` are those possible enough to be looked at, `added` those of them that nobody had found before,
    `likely` those of which nine in ten are expected to be duplicates. `left_out`: people in groups too large
    to compare, by the kind of group; they may be counted more than once, and most were compared in others.
    """

    people: int
    compared: int
    pairs: int
    added: int
    likely: int
    left_out: Mapping[str, int]
