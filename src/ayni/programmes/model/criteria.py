"""The language of criteria: SQL boolean expressions over named facts, and nothing else.

`household.cse IN ('pobre', 'pobre_extremo') AND household.children_under_6 > 0`. An expression is parsed,
every node is held to a white list and a type, and PostgreSQL's text is written anew from the tree, so that
what was not understood cannot reach the database. An unknown fact makes an unknown answer, as in SQL.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.dialects.postgres import Postgres

MAX_LENGTH = 2_000
MAX_NESTING = 12
"""How deep brackets, CASE and prefixes may stand in one another."""
MAX_DEPTH = 120
"""How long a chain of AND, OR, + or - may grow: each link is one level of the tree."""

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
_OF_SEVERAL: dict[type[Any], str] = {
    exp.Greatest: "greatest",
    exp.Least: "least",
    exp.Coalesce: "coalesce",
}
_ANY = frozenset({"this", "expression"})
_ARGUMENTS: dict[type[Any], frozenset[str]] = {
    exp.Is: frozenset({"this", "expression", "negate"}),
    exp.In: frozenset({"this", "expressions", "query", "unnest", "field", "is_global"}),
    exp.Between: frozenset({"this", "low", "high", "symmetric"}),
    exp.Case: frozenset({"this", "ifs", "default"}),
    exp.Column: frozenset({"this", "table", "db", "catalog"}),
    exp.Literal: frozenset({"this", "is_string"}),
    exp.Greatest: frozenset({"this", "expressions", "ignore_nulls"}),
    exp.Least: frozenset({"this", "expressions", "ignore_nulls"}),
    exp.Coalesce: frozenset({"this", "expressions"}),
    exp.Div: frozenset({"this", "expression", "typed", "safe"}),
    exp.Round: frozenset({"this", "decimals", "truncate"}),
    exp.Floor: frozenset({"this", "decimals", "to"}),
    exp.Ceil: frozenset({"this", "decimals", "to"}),
}
"""What a node of the tree may carry: all of it is written, or refused by name further on."""
_ROUNDING: dict[type[Any], str] = {exp.Floor: "floor", exp.Ceil: "ceil", exp.Round: "round"}
_PLAIN = re.compile(r"[a-z][a-z0-9_]*")
_OPENING = ("L_PAREN", "L_BRACKET", "L_BRACE", "CASE")
_CLOSING = ("R_PAREN", "R_BRACKET", "R_BRACE", "END")
_PREFIXES = ("NOT", "DASH", "PLUS", "TILDE")
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


def compile_expression(
    text: str, known: Mapping[str, str], *, target: str, wanted: str, kept: bool = False
) -> Compiled:
    """Compile one expression. `known`: "household.cse" → type; `wanted`: "bool", "int" or "any".

    A programme for households reads facts of the household, one for people those of both, and each reads
    scores ("score.…"). `kept`: over the facts that an assessment kept, instead of the registry's. Raises
    NotACriterion.
    """
    compiler = _Compiler(known, target, kept)
    sql, kind = compiler.write(parse_expression(text))
    if wanted == "any":
        return Compiled(sql, kind, tuple(sorted(compiler.facts)))
    if (kind in _NUMBERS) != (wanted in _NUMBERS) or (wanted == "bool" and kind != "bool"):
        raise NotACriterion(f"the answer is wanted as {wanted}, and this gives {kind}", text[:40])
    return Compiled(sql, kind, tuple(sorted(compiler.facts)))


def fact_sql(fact: str, kind: str, *, kept: bool = False) -> str:
    """Where a fact stands in the query.

    `h` is a row of households_on, `p` of people_on, `c` the scores worked out before; of kept facts, `r` is
    the row of the assessment.
    """
    subject, _, name = fact.partition(".")
    if subject == "score":
        return f"c.{name}"
    if kept:
        own = BUILT_IN[subject].get(name)
        return f"(r.facts ->> '{fact}'){_CAST[own[0] if own else kind]}"
    built_in = BUILT_IN[subject].get(name)
    if built_in is not None:
        return f"{built_in[1]}{'::numeric' if built_in[0] == 'int' else ''}"
    alias = "h" if subject == "household" else "p"
    return f"({alias}.facts ->> '{name}'){_CAST[kind]}"


class _Compiler:
    def __init__(self, known: Mapping[str, str], target: str, kept: bool) -> None:
        self.known = dict(known)
        self.kept = kept
        for subject, names in BUILT_IN.items():
            for name, (kind, _) in names.items():
                self.known[f"{subject}.{name}"] = kind
        own = () if target == "household" else ("person",)
        self.subjects = ("household", "score", *own)
        self.facts: set[str] = set()
        self.depth = 0

    def write(self, node: Any) -> tuple[str, str]:
        """SQL and type of a node."""
        if self.depth == MAX_DEPTH:
            raise NotACriterion(f"this is a chain of more than {MAX_DEPTH} parts", _place(node))
        self.depth += 1
        written = self._write(node)
        self.depth -= 1
        return written

    def _write(self, node: Any) -> tuple[str, str]:
        kind = type(node)
        # What the parser noted and we do not look at would be lost in silence.
        if set(node.args) - _ARGUMENTS.get(kind, _ANY) - _empty(node):
            raise NotACriterion(
                f"this form of {kind.__name__.lower()} is not part of the language", _place(node)
            )
        if kind is exp.Paren:
            return self.write(node.this)
        if kind in (exp.And, exp.Or):
            joined = " AND " if kind is exp.And else " OR "
            sides = [self._of_type(side, "bool") for side in (node.this, node.expression)]
            return f"({joined.join(sides)})", "bool"
        if kind is exp.Not:
            return f"(NOT {self._of_type(node.this, 'bool')})", "bool"
        if kind in _COMPARISONS:
            left, right = self._alike(node, node.this, node.expression)
            return f"({left} {_COMPARISONS[kind]} {right})", "bool"
        if kind is exp.Between:
            if node.args.get("symmetric") is not None:
                raise NotACriterion("BETWEEN takes no SYMMETRIC or ASYMMETRIC", _place(node))
            value, low, high = self._alike(node, node.this, node.args["low"], node.args["high"])
            return f"({value} BETWEEN {low} AND {high})", "bool"
        if kind is exp.In:
            return self._in(node)
        if kind is exp.Is:
            return self._is(node)
        if kind in _ARITHMETIC:
            left, right = (self._of_type(side, "int") for side in (node.this, node.expression))
            return f"({left} {_ARITHMETIC[kind]} {right})", "int"
        if kind is exp.Div:
            left, right = (self._of_type(side, "int") for side in (node.this, node.expression))
            # By nothing at all: the answer is not known, and the others are judged all the same.
            return f"({left} / nullif({right}, 0))", "int"
        if kind is exp.Neg:
            return f"(-{self._of_type(node.this, 'int')})", "int"
        if kind in _ROUNDING:
            if set(node.args) - {"this"} - _empty(node):
                raise NotACriterion(f"{_ROUNDING[kind]} takes one number", _place(node))
            return f"{_ROUNDING[kind]}({self._of_type(node.this, 'int')})", "int"
        if kind in _OF_SEVERAL:
            return self._several(node)
        if kind is exp.Case:
            return self._case(node)
        if kind is exp.Column:
            return self._fact(node)
        return self._literal(node)

    def _in(self, node: Any) -> tuple[str, str]:
        if not node.expressions or set(node.args) - {"this", "expressions"} - _empty(node):
            raise NotACriterion("IN takes a list of values", _place(node))
        value, *values = self._alike(node, node.this, *node.expressions)
        return f"({value} IN ({', '.join(values)}))", "bool"

    def _is(self, node: Any) -> tuple[str, str]:
        value, _ = self.write(node.this)
        if isinstance(node.expression, exp.Null):
            return f"({value} IS {'NOT ' if node.args.get('negate') else ''}NULL)", "bool"
        if isinstance(node.expression, exp.Boolean):
            word = "TRUE" if node.expression.this else "FALSE"
            return f"({self._of_type(node.this, 'bool')} IS {word})", "bool"
        raise NotACriterion("IS takes NULL, TRUE or FALSE", _place(node))

    def _several(self, node: Any) -> tuple[str, str]:
        values = [self.write(value) for value in (node.this, *node.expressions)]
        kinds = {_family(kind) for _, kind in values}
        if len(kinds) != 1 or set(node.args) - {"this", "expressions", "ignore_nulls"} - _empty(node):
            raise NotACriterion("these values are of different kinds", _place(node))
        name, kind = _OF_SEVERAL[type(node)], values[0][1]
        if name == "coalesce":
            return f"coalesce({', '.join(sql for sql, _ in values)})", kind
        if _family(kind) not in ("int", "date"):
            raise NotACriterion(f"{name} compares numbers or days", _place(node))
        # PostgreSQL's own leave out what is not known; here it makes the answer unknown.
        folded, *others = (sql for sql, _ in values)
        for sql in others:
            folded = f"programmes.{name}_known({folded}, {sql})"
        return folded, kind

    def _case(self, node: Any) -> tuple[str, str]:
        if node.this is not None:
            raise NotACriterion("write CASE WHEN condition THEN value", _place(node))
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
            raise NotACriterion("the branches give values of different kinds", _place(node))
        return f"(CASE {' '.join(parts)} END)", kinds.pop()

    def _fact(self, node: Any) -> tuple[str, str]:
        if node.args.get("db") or node.args.get("catalog") or not node.table:
            raise NotACriterion("a fact is named household.…, person.… or score.…", _place(node))
        name = f"{node.table}.{node.name}"
        if node.table not in self.subjects or name not in self.known:
            raise NotACriterion(f"there is no fact called {name[:80]} here", _place(node))
        if not _PLAIN.fullmatch(node.name):
            raise NotACriterion("a fact's name has small letters, digits and underscores", _place(node))
        self.facts.add(name)
        return fact_sql(name, self.known[name], kept=self.kept), self.known[name]

    def _literal(self, node: Any) -> tuple[str, str]:
        if isinstance(node, exp.Boolean):
            return ("TRUE" if node.this else "FALSE"), "bool"
        if isinstance(node, exp.Literal) and node.is_string:
            return exp.Literal.string(node.this).sql(dialect="postgres"), "text"
        if isinstance(node, exp.Literal) and str(node.this).isascii() and str(node.this).isdigit():
            if len(str(node.this)) > 15:
                raise NotACriterion("this number is too large", _place(node))
            return f"{int(node.this)}::numeric", "int"
        if isinstance(node, exp.Literal):
            raise NotACriterion("numbers are whole: money is in its smallest unit", _place(node))
        raise NotACriterion(f"{type(node).__name__.lower()} is not part of the language", _place(node))

    def _of_type(self, node: Any, wanted: str) -> str:
        sql, kind = self.write(node)
        if _family(kind) != wanted:
            raise NotACriterion(f"{wanted} is wanted here, and this gives {kind}", _place(node))
        return sql

    def _alike(self, whole: Any, *nodes: Any) -> list[str]:
        """SQL of values that are compared with one another; texts among days must be days themselves."""
        written = [self.write(node) for node in nodes]
        kinds = {_family(kind) for _, kind in written}
        if kinds == {"date", "text"}:
            return [_dated(node, sql, kind) for node, (sql, kind) in zip(nodes, written, strict=True)]
        if len(kinds) != 1:
            told = " and ".join(dict.fromkeys(kind for _, kind in written))
            raise NotACriterion(f"{told} cannot be compared", _place(whole))
        return [sql for sql, _ in written]


def parse_expression(text: str) -> Any:
    """The tree of one expression. Raises NotACriterion for whatever cannot be read.

    Nesting is measured before it is parsed: the parser calls itself, and how deep it may do so depends on
    who calls us, but what is refused must not.
    """
    if not isinstance(text, str) or not text.strip():
        raise NotACriterion("an expression is needed", "the beginning")
    if len(text) > MAX_LENGTH:
        raise NotACriterion(f"an expression has at most {MAX_LENGTH} characters", "the end")
    if any(mark in text for mark in ("\x00", "--", "/*", ";", "{#")):
        raise NotACriterion("comments, semicolons and NUL characters do not belong here", text[:40])
    if not storable(text):
        raise NotACriterion("half of a surrogate pair is no character", "a character")
    try:
        tokens = Postgres().tokenize(text)
        _measure(tokens)
        trees = [tree for tree in sqlglot.parse(text, read="postgres") if tree is not None]
    except NotACriterion:
        raise
    except Exception as error:
        # A parser made by others, on text made by anybody: whatever it stumbles over, it has not read it.
        raise NotACriterion("this cannot be read", text[:40]) from error
    if len(trees) != 1:
        raise NotACriterion("one expression is wanted", text[:40])
    return trees[0]


def storable(text: str) -> bool:
    """Whether PostgreSQL can hold a text: it takes no NUL, and no half of a surrogate pair."""
    try:
        return b"\x00" not in text.encode()
    except UnicodeEncodeError:
        return False


def _measure(tokens: Sequence[Any]) -> None:
    """Refuse what stands too deep in brackets, CASE and prefixes."""
    depth, prefixes = 0, 0
    for token in tokens:
        kind = token.token_type.name
        prefixes = prefixes + 1 if kind in _PREFIXES else 0
        if kind in _OPENING:
            depth += 1
        elif kind in _CLOSING:
            depth -= 1
        if depth + prefixes > MAX_NESTING:
            raise NotACriterion(f"this is nested more than {MAX_NESTING} deep", token.text[:40])


def _place(node: Any) -> str:
    """Where in the expression a node is: its own text, or its name when it has none."""
    try:
        return str(node.sql())[:40] or type(node).__name__
    except Exception:  # a node that the parser's own writer cannot write
        return type(node).__name__


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
        raise NotACriterion("a day is written '2025-05-31'", _place(node)) from None
    return f"'{day.isoformat()}'::date"
