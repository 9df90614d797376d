"""The padrón file: what its rows must be, and the words of its report. Described in docs/padron.md.

Each row is judged by itself here, in pure Python and in some ten microseconds; what needs the other rows or
the registry is judged in SQL. No reason ever repeats what a cell says.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from hashlib import blake2b
from typing import Any

from ayni.foundation.country import Country, InvalidDocument, InvalidPhone
from ayni.foundation.tabular import list_some, unguarded
from ayni.registry.errors import UnknownColumns
from ayni.registry.model import FactName, NotAFact, Role, read_day, read_fact, read_yes_no

NEEDED = ("household_code", "relationship", "first_surname", "given_names")
COLUMNS = (
    *("household_code", "relationship", "document_kind", "document_number", "first_surname"),
    *("second_surname", "given_names", "birth_on", "birth_estimated", "sex", "ubigeo", "address", "phone"),
    *("language", "person.synthetic_identity"),
)
LARGEST_HOUSEHOLD = 100
OLDEST_YEARS = 120
_REMEMBERED = 5_000
"""Different cells of a column that are remembered where most are the same few: this bounds memory."""

REASONS: Mapping[str, tuple[str, str]] = {
    "household_too_large": (
        "household_code",
        f"more than {LARGEST_HOUSEHOLD} rows have this household's code",
    ),
    "same_row_twice": ("", "the same row stands on line {other_line}"),
    "contradictory_rows": ("", "line {other_line} says something else of the same person"),
    "differs_from_registry": (
        "",
        (
            "names, birth, sex, document or relationship differ from what this source said before:"
            " an officer corrects them"
        ),
    ),
    "restricted_person": ("", "this person's file is restricted: nothing new about them was taken"),
    "document_twice_in_file": ("document_number", "line {other_line} has the same document"),
    "document_held": ("document_number", "this document already belongs to a registered person"),
    "second_head": ("relationship", "the household already has a head"),
    "no_head": (
        "relationship",
        "no usable row names the head of this household; it was imported and needs adjudication",
    ),
    "ages_contradict": (
        "birth_on",
        ("a child of this household is not younger than its parent; it was imported and needs adjudication"),
    ),
    "sources_disagree": (
        "",
        (
            "another source says something else of this household, or of a member, on the same day; the last"
            " word counts and needs adjudication"
        ),
    ),
    "facts_disagree": (
        "",
        (
            "line {other_line} says something else of this household; the fact was left out and needs"
            " adjudication"
        ),
    ),
    "district_disagrees": (
        "ubigeo",
        "line {other_line} has another district; the household's was left open and needs adjudication",
    ),
}
"""What was found in SQL: its column, and its reason."""

Problem = tuple[str, str, str]
"""Column, code and reason."""

_SEXES = {"female": "female", "male": "male", "f": "female", "m": "male"}
_ROLES = frozenset(str(role) for role in Role)
_FEW = frozenset(
    {"relationship", "document_kind", "birth_estimated", "sex", "ubigeo", "language"}
    | {"person.synthetic_identity"}
)
"""Columns of ours that say the same few things again and again, as facts do."""
_LIMITS = {
    "household_code": 100,
    "first_surname": 200,
    "second_surname": 200,
    "given_names": 200,
    "address": 300,
}


def describe(code: str, column: str | None, reason: str | None, other_line: int | None) -> tuple[str, str]:
    """The column and the reason of one line of the report."""
    if reason is not None:
        return column or "", reason
    usual, template = REASONS[code]
    text = template.format(other_line=other_line)
    return column or usual, f"{text} (line {other_line})" if code == "second_head" and other_line else text


@dataclass(frozen=True, slots=True)
class _FactColumn:
    """A column of facts, and how each value that was seen is written as JSON."""

    column: str
    fact: FactName
    written: dict[str, str] = field(default_factory=dict)


class RowReader:
    """Turns a file's row into what is staged for SQL, or into its problems."""

    def __init__(
        self, country: Country, today: date, facts: Iterable[FactName], columns: Collection[str]
    ) -> None:
        """`columns` are those of the file. Raises UnknownColumns."""
        known = {fact.column: fact for fact in facts}
        unknown = [column for column in columns if column not in COLUMNS and column not in known]
        if unknown:
            raise UnknownColumns(columns=list_some(sorted(unknown)))
        facts_there = [_FactColumn(column, known[column]) for column in columns if column in known]
        self._person = [one for one in facts_there if one.fact.subject_kind == "person"]
        self._household = [one for one in facts_there if one.fact.subject_kind == "household"]
        self._columns = sorted(columns)
        self._districts = frozenset(district.code for district in country.districts())
        self._kinds = frozenset(country.document_kinds)
        self._check_document = country.check_document
        # A household shares its telephone, and neighbouring rows their days of survey.
        self._check_mobile = lru_cache(maxsize=10_000)(country.check_mobile)
        self._today = today
        self._oldest = today.replace(year=today.year - OLDEST_YEARS - 1, day=min(today.day, 28))
        self._cells: dict[str, dict[str, str]] = {
            name: {} for name in columns if name in known or name in _FEW
        }
        self._last: tuple[tuple[str, ...], str, list[Problem]] = ((), "{}", [])

    def read(self, line: int, values: Mapping[str, str]) -> tuple[tuple[Any, ...] | None, list[Problem]]:
        """The staged row, or None with every problem found."""
        problems: list[Problem] = []
        cell = {name: self._clean(name, value, problems) for name, value in values.items()}
        get: Callable[[str], str] = lambda name: cell.get(name, "")  # noqa: E731
        problems += [
            (name, "missing", "this is needed, and the cell is empty") for name in NEEDED if not get(name)
        ]
        role = get("relationship")
        if role and role not in _ROLES:
            problems.append(("relationship", "unknown_relationship", "no relationship that is known"))
        sex = _SEXES.get(get("sex").lower()) if get("sex") else None
        if get("sex") and sex is None:
            problems.append(("sex", "unknown_sex", "write female or male, or leave it empty"))
        if get("ubigeo") and get("ubigeo") not in self._districts:
            problems.append(("ubigeo", "unknown_district", "no district of this city has this code"))
        language = get("language").lower()
        if language and not (language.isascii() and language.isalpha() and 2 <= len(language) <= 3):
            problems.append(("language", "unknown_language", "a language is a code such as es or qu"))
        kind, number = self._document(get("document_kind"), get("document_number"), problems)
        born = self._birth(get("birth_on"), problems)
        estimated = _yes("birth_estimated", get("birth_estimated"), problems)
        if estimated and born is None and not get("birth_on"):
            problems.append(("birth_estimated", "no_birth", "a date cannot be estimated that is not there"))
        synthetic = _yes("person.synthetic_identity", get("person.synthetic_identity"), problems)
        phone = self._phone(get("phone"), problems)
        person_facts = _read_facts(self._person, cell, problems)
        household_facts = self._household_facts(cell, problems)
        if problems:
            return None, problems
        names = (get("first_surname"), get("second_surname"), get("given_names"))
        who = (kind, number) if number else (*(name.casefold() for name in names), str(born))
        core = (role, kind, number, *names, str(born), str(estimated), str(sex), str(synthetic))
        everything = "\x1f".join([f"{name}\x1e{cell[name]}" for name in self._columns])
        return (
            *(line, get("household_code"), role, _hash("\x1f".join(who)), _hash("\x1f".join(core))),
            *(_hash(everything), kind or None, number or None, names[0], names[1] or None, names[2]),
            *(born, estimated, sex, get("ubigeo") or None, get("address") or None, phone),
            *(language or None, synthetic, person_facts, household_facts),
        ), problems

    def _document(self, kind: str, number: str, problems: list[Problem]) -> tuple[str, str]:
        if not number:
            if kind:
                problems.append(("document_number", "missing", "there is a kind of document but no number"))
            return "", ""
        if kind not in self._kinds:
            problems.append(("document_kind", "unknown_document_kind", "no kind of document that is known"))
            return "", ""
        try:
            return kind, self._check_document(kind, number)
        except InvalidDocument as error:
            problems.append(("document_number", error.code, str(error.numbers.get("reason", ""))))
        return "", ""

    def _birth(self, text: str, problems: list[Problem]) -> date | None:
        if not text:
            return None
        try:
            born = read_day(text)
        except NotAFact as error:
            problems.append(("birth_on", "not_a_day", str(error)))
            return None
        if born > self._today:
            problems.append(("birth_on", "born_in_future", "the birth lies in the future"))
        elif born < self._oldest:
            problems.append(("birth_on", "born_too_long_ago", f"more than {OLDEST_YEARS} years ago"))
        return born

    def _phone(self, text: str, problems: list[Problem]) -> str | None:
        if not text:
            return None
        try:
            return self._check_mobile(text)
        except InvalidPhone as error:
            problems.append(("phone", error.code, str(error.numbers.get("reason", ""))))
            return None

    def _household_facts(self, cell: Mapping[str, str], problems: list[Problem]) -> str:
        """Rows of a household stand together and repeat its facts: the last one read is kept at hand."""
        said = tuple([cell[one.column] for one in self._household])
        if said != self._last[0]:
            found: list[Problem] = []
            self._last = (said, _read_facts(self._household, cell, found), found)
        problems.extend(self._last[2])
        return self._last[1]

    def _clean(self, name: str, value: str, problems: list[Problem]) -> str:
        """The cell's text; remembered where a column says the same few things again and again."""
        remembered = self._cells.get(name)
        if remembered is None:
            return _clean(name, value, problems)
        text = remembered.get(value)
        if text is None:
            before = len(problems)
            text = _clean(name, value, problems)
            if len(problems) == before and len(remembered) < _REMEMBERED:
                remembered[value] = text
        return text


def _read_facts(columns: Iterable[_FactColumn], cell: Mapping[str, str], problems: list[Problem]) -> str:
    """Facts as JSON. Each was written once, when its value was first seen."""
    found: list[str] = []
    for one in columns:
        text = cell[one.column]
        if not text:
            continue
        written = one.written.get(text)
        if written is None:
            try:
                value = read_fact(one.fact.type, text)
            except NotAFact as error:
                problems.append((one.column, "not_a_fact", str(error)))
                continue
            written = f"{json.dumps(one.fact.name)}: {json.dumps(value, ensure_ascii=False)}"
            if len(one.written) < _REMEMBERED:
                one.written[text] = written
        found.append(written)
    return f"{{{', '.join(found)}}}"


_PICTURE = "[\u2190-\u2bff\U0001f000-\U0001faff]"
_PICTURE_JOINT = re.compile(f"(?<={_PICTURE})\ufe0f?\u200d(?={_PICTURE})")
"""The unseen sign that makes one picture of several, a family of its people. Anywhere else it hides."""


def _clean(name: str, value: str, problems: list[Problem]) -> str:
    text = " ".join(value.split())
    if not text:
        return ""
    text = unguarded(text)
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    if not text.isprintable() and not _PICTURE_JOINT.sub("", text).isprintable():
        problems.append((name, "control_character", "the cell has characters that cannot be seen"))
    if len(text) > 100 and name in _LIMITS and len(text) > _LIMITS[name]:
        problems.append((name, "too_long", f"at most {_LIMITS[name]} characters"))
    return text


def _yes(name: str, text: str, problems: list[Problem]) -> bool:
    try:
        return bool(text) and read_yes_no(text)
    except NotAFact as error:
        problems.append((name, "not_yes_or_no", str(error)))
        return False


def _hash(text: str) -> bytes:
    return blake2b(text.encode(), digest_size=16).digest()
