"""Scores: a number made of a household's facts by weights that are data, with their source.

A proxy-means test and the Poverty Probability Index are both this: a constant, and for each term so many
points. Points are whole numbers of the scorecard's smallest unit (`decimals` says how it is shown), so that
a score is the same on every machine. What is not known makes the score unknown.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from ayni.programmes.model.criteria import Compiled, NotACriterion, compile_expression
from ayni.programmes.model.reading import (
    SHORT_CODE,
    NotADefinition,
    read_code,
    read_count,
    read_day,
    read_expression,
    read_keys,
    read_list,
    read_text,
)

MAX_POINTS = 10**12
_MOST_TERMS = 300
_MOST_LINES = 10_001


@dataclass(frozen=True)
class Term:
    """One part of a score: `points` when a condition holds, or for each unit of a number."""

    name: str
    sql: str
    points: int


@dataclass(frozen=True)
class Scorecard:
    """How a score is made, and what it says. `likelihood[i]`: the probability of being poor at score i."""

    code: str
    name: str
    target: str
    valid_from: date
    source: str
    decimals: int
    constant: int
    terms: tuple[Term, ...]
    likelihood: tuple[Decimal, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """As it is stored; probabilities as text, digit for digit."""
        return {
            "code": self.code,
            "name": self.name,
            "target": self.target,
            "valid_from": self.valid_from.isoformat(),
            "source": self.source,
            "decimals": self.decimals,
            "constant": self.constant,
            "terms": [dict(vars(term)) for term in self.terms],
            "likelihood": [str(one) for one in self.likelihood],
        }

    @property
    def digest(self) -> str:
        """SHA-256 of the stored form."""
        return hashlib.sha256(json.dumps(self.as_dict(), sort_keys=True).encode()).hexdigest()

    def show(self, score: int) -> str:
        """A score as it is shown."""
        return str(Decimal(score).scaleb(-self.decimals))

    def likelihood_at(self, score: int) -> Decimal | None:
        """What the table says of a score; beyond its ends, the nearest end's. None without a table."""
        if not self.likelihood:
            return None
        return self.likelihood[min(max(score, 0), len(self.likelihood) - 1)]

    def compile(self, known: Mapping[str, str], *, kept: bool = False) -> Compiled:
        """The score as one SQL expression over facts. Raises NotACriterion."""
        parts, facts = [f"{self.constant}::numeric"], set[str]()
        for term in self.terms:
            compiled = compile_term(term.sql, known, target=self.target, kept=kept)
            facts |= set(compiled.facts)
            points = f"{term.points}::numeric"
            if compiled.type == "bool":
                # Unknown is neither yes nor no.
                parts.append(f"(CASE WHEN {compiled.sql} THEN {points} WHEN NOT {compiled.sql} THEN 0 END)")
            else:
                parts.append(f"({compiled.sql}) * {points}")
        return Compiled(f"round({' + '.join(parts)})", "int", tuple(sorted(facts)))


def compile_term(text: str, known: Mapping[str, str], *, target: str, kept: bool = False) -> Compiled:
    """A condition or a number. A score reads facts, and no other score. Raises NotACriterion."""
    facts = {name: kind for name, kind in known.items() if not name.startswith("score.")}
    try:
        return compile_expression(text, facts, target=target, wanted="bool", kept=kept)
    except NotACriterion as error:
        if "wanted as bool" not in error.reason:
            raise
        return compile_expression(text, facts, target=target, wanted="int", kept=kept)


def read_scorecard(data: Any) -> Scorecard:
    """A scorecard from what YAML gave. Raises NotADefinition."""
    needed = ("code", "name", "target", "valid_from", "source", "constant", "terms")
    read_keys(data, "the file", needed=needed, optional=("decimals", "likelihood"))
    if data["target"] not in ("household", "person"):
        raise NotADefinition("target", "it is household or person")
    terms = []
    for place, item in enumerate(read_list(data["terms"], "terms", _MOST_TERMS), 1):
        here = f"terms[{place}]"
        read_keys(item, here, needed=("name", "sql", "points"))
        terms.append(
            Term(
                name=read_text(item["name"], f"{here}.name", 100),
                sql=read_expression(item["sql"], f"{here}.sql"),
                points=read_count(item["points"], f"{here}.points", least=-MAX_POINTS, most=MAX_POINTS),
            )
        )
    return Scorecard(
        code=read_code(data["code"], "code", SHORT_CODE),
        name=read_text(data["name"], "name", 200),
        target=data["target"],
        valid_from=read_day(data["valid_from"], "valid_from"),
        source=read_text(data["source"], "source", 500),
        decimals=read_count(data.get("decimals", 0), "decimals", least=0, most=9),
        constant=read_count(data["constant"], "constant", least=-MAX_POINTS, most=MAX_POINTS),
        terms=tuple(terms),
        likelihood=_likelihood(data.get("likelihood")),
    )


def scorecard_from_stored(data: Mapping[str, Any]) -> Scorecard:
    """A scorecard from its stored form."""
    plain = ("code", "name", "target", "source", "decimals", "constant")
    return Scorecard(
        **{name: data[name] for name in plain},
        valid_from=date.fromisoformat(data["valid_from"]),
        terms=tuple(Term(**item) for item in data["terms"]),
        likelihood=tuple(Decimal(one) for one in data["likelihood"]),
    )


def _likelihood(value: Any) -> tuple[Decimal, ...]:
    if value is None:
        return ()
    found = []
    for place, one in enumerate(read_list(value, "likelihood", _MOST_LINES)):
        where = f"likelihood[{place}]"
        try:
            share = Decimal(one) if isinstance(one, str) else None
        except InvalidOperation:
            share = None
        if share is None or not share.is_finite() or not 0 <= share <= 1:
            raise NotADefinition(where, "it is a share between 0 and 1, as a text: '0.25'")
        found.append(share)
    return tuple(found)
