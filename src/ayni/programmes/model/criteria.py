"""The language of criteria: SQL boolean expressions over named facts, and nothing else.

`household.cse IN ('pobre', 'pobre_extremo') AND household.children_under_6 > 0`. An expression is parsed,
every node is held to a white list and a type, and PostgreSQL's text is written anew from the tree, so that
what was not understood cannot reach the database. An unknown fact makes an unknown answer, as in SQL.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlglot
from sqlglot import exp

MAX_LENGTH = 2_000

BUILT_IN: dict[str, dict[str, tuple[str, str]]] = {
    "household": {
        "size": ("int", "h.size"),
        "children_under_6": ("int", "h.children_under_6"),
        "children_under_18": ("int", "h.children_under_18"),
        "adults": ("int", "h.adults"),
        "elders_65": ("int", "h.elders_65"),
        "district_code": ("text", "h.district_code"),
        "needs_adjudication": ("bool", "h.needs_adjudication"),
    },
    "person": {
        "age_years": ("int", "p.age_years"),
        "sex": ("text", "p.sex"),
        "role": ("text", "p.role"),
        "language": ("text", "p.language"),
    },
}
"""Facts that the registry itself works out: subject → name → (type, column)."""

_NUMBERS = ("int", "money")
_CAST = {"int": "::numeric", "money": "::numeric", "bool": "::boolean", "date": "::date", "text": ""}
_COMPARISONS: dict[type[Any], str] = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.GT: ">",
    exp.GTE: ">=",
    exp.LT: "<",
    exp.LTE: "<=",
}
_FUNCTIONS: dict[type[Any], str] = {
    exp.Greatest: "greatest",
    exp.Least: "least",
    exp.Coalesce: "coalesce",
}
_ARITHMETIC: dict[type[Any], str] = {exp.Add: "+", exp.Sub: "-", exp.Mul: "*"}


class NotACriterion(ValueError):
    """An expression that is not in the language; `reason` says why, and where."""

    def __init__(self, reason: str, place: str) -> None:
        super().__init__(f"{reason} (at: {place})")
        self.reason = reason
        self.place = place


@dataclass(frozen=True)
class Compiled:
    """PostgreSQL's text of an expression, its type, and the facts that it reads."""

    sql: str
    type: str
    facts: tuple[str, ...]


def compile_expression(text: str, known: Mapping[str, str], *, target: str, wanted: str) -> Compiled:
    """Compile one expression. `known`: "household.cse" → type; `wanted`: "bool" or "int".

    A programme for households reads facts of the household, one for people those of both. Raises
    NotACriterion.
    """
    if not isinstance(text, str) or not text.strip():
        raise NotACriterion("an expression is needed", "the beginning")
    if len(text) > MAX_LENGTH:
        raise NotACriterion(f"an expression has at most {MAX_LENGTH} characters", "the end")
    if "\x00" in text or "--" in text or "/*" in text or ";" in text:
        raise NotACriterion("comments, semicolons and NUL characters do not belong here", text[:40])
    try:
        trees = [tree for tree in sqlglot.parse(text, read="postgres") if tree is not None]
    except (sqlglot.errors.SqlglotError, RecursionError) as error:
        raise NotACriterion("this cannot be read", text[:40]) from error
    if len(trees) != 1:
        raise NotACriterion("one expression is wanted", text[:40])
    compiler = _Compiler(known, target)
    try:
        sql, kind = compiler.write(trees[0])
    except RecursionError as error:
        raise NotACriterion("this is nested too deeply", text[:40]) from error
    if (kind in _NUMBERS) != (wanted in _NUMBERS) or (wanted == "bool" and kind != "bool"):
        raise NotACriterion(f"the answer is wanted as {wanted}, and this gives {kind}", text[:40])
    return Compiled(sql, kind, tuple(sorted(compiler.facts)))


def fact_sql(fact: str, kind: str) -> str:
    """Where a fact stands in the query: `h` is a row of households_on, `p` of people_on."""
    subject, _, name = fact.partition(".")
    built_in = BUILT_IN[subject].get(name)
    if built_in is not None:
        return f"{built_in[1]}{'::numeric' if built_in[0] == 'int' else ''}"
    alias = "h" if subject == "household" else "p"
    return f"({alias}.facts ->> '{name}'){_CAST[kind]}"


class _Compiler:
    def __init__(self, known: Mapping[str, str], target: str) -> None:
        self.known = dict(known)
        for subject, names in BUILT_IN.items():
            for name, (kind, _) in names.items():
                self.known[f"{subject}.{name}"] = kind
        self.subjects = ("household",) if target == "household" else ("household", "person")
        self.facts: set[str] = set()

    def write(self, node: Any) -> tuple[str, str]:
        """SQL and type of a node."""
        kind = type(node)
        if kind is exp.Paren:
            return self.write(node.this)
        if kind in (exp.And, exp.Or):
            joined = " AND " if kind is exp.And else " OR "
            sides = [self._of_type(side, "bool") for side in (node.this, node.expression)]
            return f"({joined.join(sides)})", "bool"
        if kind is exp.Not:
            return f"(NOT {self._of_type(node.this, 'bool')})", "bool"
        if kind in _COMPARISONS:
            left, right = self._alike(node.this, node.expression)
            return f"({left} {_COMPARISONS[kind]} {right})", "bool"
        if kind is exp.Between:
            if node.args.get("symmetric") is not None:
                raise NotACriterion("BETWEEN takes no SYMMETRIC or ASYMMETRIC", node.sql()[:40])
            value, low = self._alike(node.this, node.args["low"])
            _, high = self._alike(node.this, node.args["high"])
            return f"({value} BETWEEN {low} AND {high})", "bool"
        if kind is exp.In:
            return self._in(node)
        if kind is exp.Is:
            return self._is(node)
        if kind in _ARITHMETIC:
            left, right = (self._of_type(side, "int") for side in (node.this, node.expression))
            return f"({left} {_ARITHMETIC[kind]} {right})", "int"
        if kind is exp.Neg:
            return f"(-{self._of_type(node.this, 'int')})", "int"
        if kind in _FUNCTIONS:
            return self._several(node)
        if kind is exp.Case:
            return self._case(node)
        if kind is exp.Column:
            return self._fact(node)
        return self._literal(node)

    def _in(self, node: Any) -> tuple[str, str]:
        if not node.expressions or set(node.args) - {"this", "expressions"} - _empty(node):
            raise NotACriterion("IN takes a list of values", node.sql()[:40])
        pairs = [self._alike(node.this, value) for value in node.expressions]
        return f"({pairs[0][0]} IN ({', '.join(value for _, value in pairs)}))", "bool"

    def _is(self, node: Any) -> tuple[str, str]:
        value, _ = self.write(node.this)
        if isinstance(node.expression, exp.Null):
            return f"({value} IS NULL)", "bool"
        if isinstance(node.expression, exp.Boolean):
            word = "TRUE" if node.expression.this else "FALSE"
            return f"({self._of_type(node.this, 'bool')} IS {word})", "bool"
        raise NotACriterion("IS takes NULL, TRUE or FALSE", node.sql()[:40])

    def _several(self, node: Any) -> tuple[str, str]:
        values = [self.write(value) for value in (node.this, *node.expressions)]
        kinds = {_family(kind) for _, kind in values}
        if len(kinds) != 1 or set(node.args) - {"this", "expressions", "ignore_nulls"} - _empty(node):
            raise NotACriterion("these values are of different kinds", node.sql()[:40])
        name = _FUNCTIONS[type(node)]
        return f"{name}({', '.join(sql for sql, _ in values)})", values[0][1]

    def _case(self, node: Any) -> tuple[str, str]:
        if node.this is not None:
            raise NotACriterion("write CASE WHEN condition THEN value", node.sql()[:40])
        parts, kinds = [], set()
        for branch in node.args["ifs"]:
            value, kind = self.write(branch.args["true"])
            parts.append(f"WHEN {self._of_type(branch.this, 'bool')} THEN {value}")
            kinds.add(_family(kind))
        default = node.args.get("default")
        if default is not None:
            value, kind = self.write(default)
            parts.append(f"ELSE {value}")
            kinds.add(_family(kind))
        if len(kinds) != 1:
            raise NotACriterion("the branches give values of different kinds", node.sql()[:40])
        return f"(CASE {' '.join(parts)} END)", kinds.pop()

    def _fact(self, node: Any) -> tuple[str, str]:
        if node.args.get("db") or node.args.get("catalog") or not node.table:
            raise NotACriterion("a fact is named household.… or person.…", node.sql()[:60])
        name = f"{node.table}.{node.name}"
        if node.table not in self.subjects or name not in self.known:
            raise NotACriterion(f"there is no fact called {name[:80]} here", node.sql()[:60])
        self.facts.add(name)
        return fact_sql(name, self.known[name]), self.known[name]

    def _literal(self, node: Any) -> tuple[str, str]:
        if isinstance(node, exp.Boolean):
            return ("TRUE" if node.this else "FALSE"), "bool"
        if isinstance(node, exp.Literal) and node.is_string:
            return exp.Literal.string(node.this).sql(dialect="postgres"), "text"
        if isinstance(node, exp.Literal) and str(node.this).isascii() and str(node.this).isdigit():
            if len(str(node.this)) > 15:
                raise NotACriterion("this number is too large", node.sql()[:40])
            return f"{int(node.this)}::numeric", "int"
        if isinstance(node, exp.Literal):
            raise NotACriterion("numbers are whole: money is in its smallest unit", node.sql()[:40])
        raise NotACriterion(
            f"{type(node).__name__.lower()} is not part of the language",
            node.sql()[:40] or type(node).__name__,
        )

    def _of_type(self, node: Any, wanted: str) -> str:
        sql, kind = self.write(node)
        if _family(kind) != wanted:
            raise NotACriterion(f"{wanted} is wanted here, and this gives {kind}", node.sql()[:40])
        return sql

    def _alike(self, left: Any, right: Any) -> tuple[str, str]:
        (left_sql, left_kind), (right_sql, right_kind) = self.write(left), self.write(right)
        kinds = {_family(left_kind), _family(right_kind)}
        if kinds == {"date", "text"}:
            return _dated(left, left_sql, left_kind), _dated(right, right_sql, right_kind)
        if len(kinds) != 1:
            raise NotACriterion(f"{left_kind} and {right_kind} cannot be compared", left.sql()[:40])
        return left_sql, right_sql


def _empty(node: Any) -> set[str]:
    return {name for name, value in node.args.items() if value in (None, False, [], "")}


def _family(kind: str) -> str:
    return "int" if kind in _NUMBERS else kind


def _dated(node: Any, sql: str, kind: str) -> str:
    if kind == "date":
        return sql
    try:
        day = date.fromisoformat(str(node.this))
    except ValueError:
        raise NotACriterion("a day is written '2025-05-31'", node.sql()[:40]) from None
    return f"'{day.isoformat()}'::date"
