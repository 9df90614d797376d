"""A programme's definition as plain data, read from YAML and checked word by word."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ayni.programmes.model.criteria import Compiled, compile_expression, storable

TARGETS = ("household", "person")
_KEYS = {
    "code": True,
    "name": True,
    "target": True,
    "legal_basis": True,
    "valid_from": True,
    "budget_minor": True,
    "amount_minor": True,
    "criteria": True,
    "purpose": False,
    "assessment_days": False,
}
_MOST_DAYS = 3_660
_CODE = re.compile(r"[a-z][a-z0-9_]{1,59}")
_PURPOSE = re.compile(r"[a-z][a-z0-9_]{0,39}")


class NotADefinition(ValueError):
    """A definition that cannot be meant; `place` says where."""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(f"{place}: {reason}")
        self.place = place
        self.reason = reason


@dataclass(frozen=True)
class Criterion:
    """One condition: its expression, and its sentence in each language (the first binds)."""

    name: str
    sql: str
    sentences: Mapping[str, str]
    source: str


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
            "criteria": [
                {"name": c.name, "sql": c.sql, "sentences": dict(c.sentences), "source": c.source}
                for c in self.criteria
            ],
        }
        if self.assessment_days is not None:
            stored["assessment_days"] = self.assessment_days
        return stored

    @property
    def digest(self) -> str:
        """SHA-256 of the stored form."""
        return hashlib.sha256(json.dumps(self.as_dict(), sort_keys=True).encode()).hexdigest()

    def compile(self, known: Mapping[str, str]) -> tuple[list[Compiled], Compiled]:
        """The criteria and the amount as SQL. Raises NotACriterion."""
        criteria = [
            compile_expression(criterion.sql, known, target=self.target, wanted="bool")
            for criterion in self.criteria
        ]
        return criteria, compile_expression(self.amount_minor, known, target=self.target, wanted="int")


def read_definition(data: Any, *, languages: tuple[str, ...]) -> Definition:
    """A definition from what YAML gave. The first of `languages` is needed. Raises NotADefinition."""
    if not isinstance(data, dict):
        raise NotADefinition("the file", "it holds no names and values")
    for key in data:
        if key not in _KEYS:
            raise NotADefinition(str(key)[:60], f"nobody knows this; there are {', '.join(_KEYS)}")
    for key, needed in _KEYS.items():
        if needed and data.get(key) in (None, "", []):
            raise NotADefinition(key, "it is missing")
    if data["target"] not in TARGETS:
        raise NotADefinition("target", "it is household or person")
    if type(data["valid_from"]) is not date:
        raise NotADefinition("valid_from", "a day is written 2025-05-31, without quotes")
    budget = data["budget_minor"]
    if type(budget) is not int or budget <= 0 or budget > 10**17:
        raise NotADefinition("budget_minor", "it is a whole number of the smallest unit, above zero")
    days = data.get("assessment_days")
    if days is not None and (type(days) is not int or not 1 <= days <= _MOST_DAYS):
        raise NotADefinition("assessment_days", f"it is a whole number of days, from 1 to {_MOST_DAYS}")
    if not isinstance(data["criteria"], list):
        raise NotADefinition("criteria", "they are a list")
    return Definition(
        code=_plain(data["code"], "code", _CODE),
        name=_text(data["name"], "name", 200),
        target=data["target"],
        legal_basis=_text(data["legal_basis"], "legal_basis", 500),
        valid_from=data["valid_from"],
        budget_minor=budget,
        amount_minor=_expression(data["amount_minor"], "amount_minor"),
        purpose=None if data.get("purpose") is None else _plain(data["purpose"], "purpose", _PURPOSE),
        criteria=_criteria(data["criteria"], languages),
        assessment_days=days,
    )


def from_stored(data: Mapping[str, Any]) -> Definition:
    """A definition from its stored form."""
    return Definition(
        **{name: data[name] for name in ("code", "name", "target", "legal_basis", "budget_minor")},
        valid_from=date.fromisoformat(data["valid_from"]),
        amount_minor=data["amount_minor"],
        purpose=data["purpose"],
        criteria=tuple(Criterion(**item) for item in data["criteria"]),
        assessment_days=data.get("assessment_days"),
    )


def _criteria(items: list[Any], languages: tuple[str, ...]) -> tuple[Criterion, ...]:
    criteria = tuple(_criterion(item, place, languages) for place, item in enumerate(items, 1))
    named: set[str] = set()
    for place, criterion in enumerate(criteria, 1):
        if criterion.name in named:
            raise NotADefinition(f"criteria[{place}].name", "another criterion has this name")
        named.add(criterion.name)
    return criteria


def _criterion(item: Any, place: int, languages: tuple[str, ...]) -> Criterion:
    where = f"criteria[{place}]"
    if not isinstance(item, dict) or set(item) != {"name", "sql", "sentences", "source"}:
        raise NotADefinition(where, "it has name, sql, sentences and source, and nothing else")
    sentences = item["sentences"]
    if not isinstance(sentences, dict) or not isinstance(sentences.get(languages[0]), str):
        raise NotADefinition(f"{where}.sentences", f"a sentence in {languages[0]} is needed")
    for language, sentence in sentences.items():
        if language not in languages:
            raise NotADefinition(f"{where}.sentences", f"languages are {', '.join(languages)}")
        _text(sentence, f"{where}.sentences", 500)
    return Criterion(
        name=_text(item["name"], f"{where}.name", 60),
        sql=_expression(item["sql"], f"{where}.sql"),
        sentences=sentences,
        source=_text(item["source"], f"{where}.source", 500),
    )


def _expression(value: Any, where: str) -> str:
    # A bare number in YAML is an expression too; a float is not, since money has no fractions.
    if type(value) is int:
        return str(value)
    if not isinstance(value, str):
        raise NotADefinition(where, "it is a text, or a whole number of the smallest unit")
    return _text(value, where, 2_000)


def _plain(value: Any, where: str, form: re.Pattern[str]) -> str:
    text = _text(value, where, 60)
    if not form.fullmatch(text):
        raise NotADefinition(where, "it has small letters, digits and underscores, a letter first")
    return text


def _text(value: Any, where: str, most: int) -> str:
    if not isinstance(value, str) or not value.strip() or not storable(value):
        raise NotADefinition(where, "a text is needed")
    if len(value) > most:
        raise NotADefinition(where, f"it has at most {most} characters")
    return value.strip()
