"""A programme's definition as plain data, read from YAML and checked word by word."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from ayni.programmes.model.reading import (
    SHORT_CODE,
    Languages,
    NotADefinition,
    read_code,
    read_count,
    read_day,
    read_expression,
    read_keys,
    read_list,
    read_minor,
    read_sentences,
    read_text,
)

_Part = TypeVar("_Part")

TARGETS = ("household", "person")
_NEEDED = ("code", "name", "target", "legal_basis", "valid_from", "budget_minor", "criteria")
_OPTIONAL = (
    "amount_minor",
    "purpose",
    "assessment_days",
    "in_kind",
    "budget_source",
    "incompatible_with",
    "caps",
    "priority",
    "rank_by",
    "calendar",
    "claim_days",
    "two_approvers_above_minor",
)
_MOST_DAYS = 3_660
_MOST_PLACES = 10_000_000


@dataclass(frozen=True)
class Criterion:
    """One condition: its expression, and its sentence in each language (the first binds).

    `remedy`: what somebody who does not meet it can do; the same languages.
    """

    name: str
    sql: str
    sentences: Mapping[str, str]
    source: str
    remedy: Mapping[str, str] | None = None


@dataclass(frozen=True)
class PriorityGroup:
    """One group of the waiting list; the groups stand in the order in which they are served."""

    name: str
    sql: str
    sentences: Mapping[str, str]


@dataclass(frozen=True)
class Ration:
    """What is handed over in kind: so many units of an item, each worth so much."""

    item: str
    unit: str
    quantity: str
    unit_value_minor: int


@dataclass(frozen=True)
class Caps:
    """The most that one entitlement, one cycle, and the list of the enrolled may come to. None: no cap."""

    amount_minor: int | None = None
    places: int | None = None
    cycle_minor: int | None = None


@dataclass(frozen=True)
class Period:
    """One payment of the calendar: the days that it is for, both included, and the day on which it is due."""

    name: str
    first_on: date
    last_on: date
    pays_on: date


@dataclass(frozen=True)
class Definition:
    """What a programme promises, to whom. `amount_minor` is an expression over the same facts."""

    code: str
    name: str
    target: str
    legal_basis: str
    valid_from: date
    budget_minor: int
    amount_minor: str
    purpose: str | None
    criteria: tuple[Criterion, ...]
    assessment_days: int | None = None
    """For how many days a cycle may be opened from an assessment; None: as long as the country says."""
    in_kind: Ration | None = None
    budget_source: str | None = None
    incompatible_with: tuple[str, ...] = ()
    caps: Caps = Caps()
    priority: tuple[PriorityGroup, ...] = ()
    rank_by: str | None = None
    """Within a group of the waiting list: who has the smallest answer is served first."""
    calendar: tuple[Period, ...] = ()
    claim_days: int | None = None
    """For how many days money waits for a wallet to be taken into use; None: as the country says."""
    two_approvers_above_minor: int | None = None
    """Above this sum two officers approve a cycle; None: as the country says."""

    @property
    def kind(self) -> str:
        """What it gives: cash, purpose (money that is bound to one) or in_kind."""
        if self.in_kind is not None:
            return "in_kind"
        return "cash" if self.purpose is None else "purpose"

    def as_dict(self) -> dict[str, Any]:
        """As it is stored. What the file leaves out is left out, so that its digest stays what it was."""
        stored: dict[str, Any] = {
            "code": self.code,
            "name": self.name,
            "target": self.target,
            "legal_basis": self.legal_basis,
            "valid_from": self.valid_from.isoformat(),
            "budget_minor": self.budget_minor,
            "amount_minor": self.amount_minor,
            "purpose": self.purpose,
            "criteria": [_stored_criterion(one) for one in self.criteria],
        }
        more: dict[str, Any] = {
            "assessment_days": self.assessment_days,
            "in_kind": None if self.in_kind is None else dict(vars(self.in_kind)),
            "budget_source": self.budget_source,
            "incompatible_with": list(self.incompatible_with),
            "caps": {name: value for name, value in vars(self.caps).items() if value is not None},
            "priority": [
                {"name": one.name, "sql": one.sql, "sentences": dict(one.sentences)} for one in self.priority
            ],
            "rank_by": self.rank_by,
            "calendar": [
                {"name": one.name}
                | {name: getattr(one, name).isoformat() for name in ("first_on", "last_on", "pays_on")}
                for one in self.calendar
            ],
            "claim_days": self.claim_days,
            "two_approvers_above_minor": self.two_approvers_above_minor,
        }
        return stored | {name: value for name, value in more.items() if value not in (None, [], {})}

    @property
    def digest(self) -> str:
        """SHA-256 of the stored form."""
        return hashlib.sha256(json.dumps(self.as_dict(), sort_keys=True).encode()).hexdigest()


def _stored_criterion(one: Criterion) -> dict[str, Any]:
    stored = {"name": one.name, "sql": one.sql, "sentences": dict(one.sentences), "source": one.source}
    return stored if one.remedy is None else {**stored, "remedy": dict(one.remedy)}


def read_definition(data: Any, *, languages: Languages) -> Definition:
    """A definition from what YAML gave. Raises NotADefinition."""
    read_keys(data, "the file", needed=_NEEDED, optional=_OPTIONAL)
    if data["target"] not in TARGETS:
        raise NotADefinition("target", "it is household or person")
    if not isinstance(data["criteria"], list):
        raise NotADefinition("criteria", "they are a list")
    in_kind = _maybe(data, "in_kind", _ration)
    purpose = _maybe(data, "purpose", lambda value, where: read_code(value, where, SHORT_CODE))
    if in_kind is not None and (purpose is not None or "amount_minor" in data):
        raise NotADefinition("in_kind", "what is handed over in kind has no amount_minor and no purpose")
    if in_kind is None and data.get("amount_minor") in (None, ""):
        raise NotADefinition("amount_minor", "it is missing")
    code = read_code(data["code"], "code")
    return Definition(
        code=code,
        name=read_text(data["name"], "name", 200),
        target=data["target"],
        legal_basis=read_text(data["legal_basis"], "legal_basis", 500),
        valid_from=read_day(data["valid_from"], "valid_from"),
        budget_minor=read_minor(data["budget_minor"], "budget_minor"),
        amount_minor=(
            read_expression(data["amount_minor"], "amount_minor") if in_kind is None else _value_of(in_kind)
        ),
        purpose=purpose,
        criteria=_criteria(data["criteria"], languages),
        assessment_days=_maybe(data, "assessment_days", _days),
        in_kind=in_kind,
        budget_source=_maybe(data, "budget_source", lambda value, where: read_text(value, where, 500)),
        incompatible_with=_maybe(data, "incompatible_with", _codes(code)) or (),
        caps=_maybe(data, "caps", _caps) or Caps(),
        priority=_maybe(data, "priority", _groups(languages)) or (),
        rank_by=_maybe(data, "rank_by", read_expression),
        calendar=_maybe(data, "calendar", _calendar) or (),
        claim_days=_maybe(data, "claim_days", _days),
        two_approvers_above_minor=_maybe(data, "two_approvers_above_minor", read_minor),
    )


def from_stored(data: Mapping[str, Any]) -> Definition:
    """A definition from its stored form."""
    plain = ("code", "name", "target", "legal_basis", "budget_minor", "amount_minor", "purpose")
    more = ("assessment_days", "budget_source", "rank_by", "claim_days", "two_approvers_above_minor")
    as_they_are: dict[str, Any] = {name: data[name] for name in plain}
    as_they_are |= {name: data.get(name) for name in more}
    return Definition(
        **as_they_are,
        valid_from=date.fromisoformat(data["valid_from"]),
        criteria=tuple(Criterion(**item) for item in data["criteria"]),
        in_kind=Ration(**data["in_kind"]) if "in_kind" in data else None,
        incompatible_with=tuple(data.get("incompatible_with", ())),
        caps=Caps(**data.get("caps", {})),
        priority=tuple(PriorityGroup(**item) for item in data.get("priority", ())),
        calendar=tuple(
            Period(
                item["name"],
                *(date.fromisoformat(item[name]) for name in ("first_on", "last_on", "pays_on")),
            )
            for item in data.get("calendar", ())
        ),
    )


def _maybe(data: Mapping[str, Any], key: str, read: Callable[[Any, str], _Part]) -> _Part | None:
    return None if data.get(key) is None else read(data[key], key)


def _days(value: Any, where: str) -> int:
    if type(value) is not int or not 1 <= value <= _MOST_DAYS:
        raise NotADefinition(where, f"it is a whole number of days, from 1 to {_MOST_DAYS}")
    return value


def _ration(value: Any, where: str) -> Ration:
    read_keys(value, where, needed=("item", "unit", "quantity", "unit_value_minor"))
    return Ration(
        item=read_text(value["item"], f"{where}.item", 100),
        unit=read_text(value["unit"], f"{where}.unit", 40),
        quantity=read_expression(value["quantity"], f"{where}.quantity"),
        unit_value_minor=read_minor(value["unit_value_minor"], f"{where}.unit_value_minor"),
    )


def _value_of(ration: Ration) -> str:
    """What a ration is worth: for budgets, reports and simulations alike."""
    return f"({ration.quantity}) * {ration.unit_value_minor}"


def _codes(own: str) -> Callable[[Any, str], tuple[str, ...]]:
    def read(value: Any, where: str) -> tuple[str, ...]:
        codes = tuple(
            read_code(one, f"{where}[{place}]") for place, one in enumerate(read_list(value, where), 1)
        )
        if own in codes or len(set(codes)) < len(codes):
            raise NotADefinition(where, "each other programme stands there once, and never this one")
        return codes

    return read


def _caps(value: Any, where: str) -> Caps:
    read_keys(value, where, needed=(), optional=("amount_minor", "places", "cycle_minor"))
    return Caps(
        amount_minor=_cap(value, where, "amount_minor", read_minor),
        places=_cap(value, where, "places", lambda one, place: read_count(one, place, most=_MOST_PLACES)),
        cycle_minor=_cap(value, where, "cycle_minor", read_minor),
    )


def _cap(value: Mapping[str, Any], where: str, name: str, read: Callable[[Any, str], int]) -> int | None:
    return None if value.get(name) is None else read(value[name], f"{where}.{name}")


def _groups(languages: Languages) -> Callable[[Any, str], tuple[PriorityGroup, ...]]:
    def read(value: Any, where: str) -> tuple[PriorityGroup, ...]:
        groups = []
        for place, item in enumerate(read_list(value, where, 20), 1):
            here = f"{where}[{place}]"
            read_keys(item, here, needed=("name", "sql", "sentences"))
            groups.append(
                PriorityGroup(
                    name=read_text(item["name"], f"{here}.name", 60),
                    sql=read_expression(item["sql"], f"{here}.sql"),
                    sentences=read_sentences(item["sentences"], f"{here}.sentences", languages),
                )
            )
        _refuse_twice([group.name for group in groups], where, "another group has this name")
        return tuple(groups)

    return read


def _calendar(value: Any, where: str) -> tuple[Period, ...]:
    periods = []
    for place, item in enumerate(read_list(value, where, 400), 1):
        here = f"{where}[{place}]"
        read_keys(item, here, needed=("name", "first_on", "last_on", "pays_on"))
        first, last, pays = (
            read_day(item[name], f"{here}.{name}") for name in ("first_on", "last_on", "pays_on")
        )
        if last < first:
            raise NotADefinition(here, "it ends before it begins")
        periods.append(Period(read_text(item["name"], f"{here}.name", 60), first, last, pays))
    _refuse_twice([period.name for period in periods], where, "another period has this name")
    ordered = sorted(periods, key=lambda period: period.first_on)
    for before, after in itertools.pairwise(ordered):
        if after.first_on <= before.last_on:
            raise NotADefinition(where, f"{before.name} and {after.name} share days")
    return tuple(periods)


def _refuse_twice(names: list[str], where: str, reason: str) -> None:
    for place, name in enumerate(names, 1):
        if name in names[: place - 1]:
            raise NotADefinition(f"{where}[{place}].name", reason)


def _criteria(items: list[Any], languages: Languages) -> tuple[Criterion, ...]:
    criteria = tuple(_criterion(item, place, languages) for place, item in enumerate(items, 1))
    _refuse_twice([one.name for one in criteria], "criteria", "another criterion has this name")
    return criteria


def _criterion(item: Any, place: int, languages: Languages) -> Criterion:
    where = f"criteria[{place}]"
    if not isinstance(item, dict) or set(item) - {"remedy"} != {"name", "sql", "sentences", "source"}:
        raise NotADefinition(where, "it has name, sql, sentences, source, and perhaps a remedy")
    return Criterion(
        name=read_text(item["name"], f"{where}.name", 60),
        sql=read_expression(item["sql"], f"{where}.sql"),
        sentences=read_sentences(item["sentences"], f"{where}.sentences", languages),
        source=read_text(item["source"], f"{where}.source", 500),
        remedy=_maybe(item, "remedy", lambda value, _: read_sentences(value, f"{where}.remedy", languages)),
    )
