"""The language of criteria under fire: what it says is right, all else is refused, with its place."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlglot
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlglot import exp

from ayni.foundation.db import Tx
from ayni.programmes.model import NotACriterion, compile_expression
from tests.programmes.test_criteria import FACTS

ONLY = {
    exp.And,
    exp.Between,
    exp.Boolean,
    exp.Case,
    exp.Cast,
    exp.Coalesce,
    exp.Column,
    exp.DataType,
    exp.Anonymous,
    exp.Ceil,
    exp.Div,
    exp.Dot,
    exp.EQ,
    exp.Floor,
    exp.GT,
    exp.GTE,
    exp.Add,
    exp.Greatest,
    exp.Identifier,
    exp.If,
    exp.In,
    exp.Is,
    exp.JSONExtractScalar,
    exp.JSONPath,
    exp.JSONPathKey,
    exp.JSONPathRoot,
    exp.LT,
    exp.LTE,
    exp.Least,
    exp.Literal,
    exp.Mul,
    exp.NEQ,
    exp.Neg,
    exp.Not,
    exp.Null,
    exp.Nullif,
    exp.Or,
    exp.Paren,
    exp.Round,
    exp.Sub,
}
"""What PostgreSQL may be told in the end."""
HOUSEHOLDS = """(VALUES
    (3, 1, 2, 1, 0, '150132', false,
        '{"cse": "pobre", "cse_on": "2024-01-01", "rooms": 2, "overcrowded": true}'::jsonb),
    (NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{}'),
    (1, 0, 0, 0, 1, '', true, '{"cse": null, "cse_on": null, "rooms": null, "overcrowded": null}'))
    h (size, children_under_6, children_under_18, adults, elders_65, district_code, needs_adjudication,
        facts)"""


def harm(tx: Tx, text: str, wanted: str = "bool") -> list[str]:
    """What is wrong with what becomes of a text: nothing when it is refused with a reason and a place."""
    try:
        compiled = compile_expression(text, FACTS, target="household", wanted=wanted)
    except NotACriterion as refused:
        return [] if refused.reason and refused.place else ["refused without a reason or a place"]
    return faults(tx, compiled.sql, wanted)


def faults(tx: Tx, sql: str, wanted: str) -> list[str]:
    """Where SQL says more than the language does, or is of another type than was wanted."""
    (tree,) = sqlglot.parse(sql, read="postgres")
    assert tree is not None
    found = [str(kind) for kind in {type(node) for node in tree.walk()} - ONLY]
    found += [column.sql() for column in tree.find_all(exp.Column) if column.table != "h"]
    found += {call.name for call in tree.find_all(exp.Anonymous)} - {"least_known", "greatest_known"}
    found += {dot.this.name for dot in tree.find_all(exp.Dot)} - {"programmes"}
    casts = {cast.to.sql("postgres") for cast in tree.find_all(exp.Cast)}
    found += casts - {"DECIMAL", "BOOLEAN", "DATE"}
    kind = "boolean" if wanted == "bool" else "numeric"
    rows = tx.connection.execute(f"SELECT pg_typeof({sql})::text FROM {HOUSEHOLDS}".encode()).fetchall()
    tx.connection.execute(f"SELECT {sql} FROM {HOUSEHOLDS}".encode()).fetchall()
    return found if rows == [(kind,)] * 3 else [*found, f"of the types {rows}"]


# -- what the language says ----------------------------------------------------------------------------

MARKS = (";", "--", "/*", "{#")
WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12).filter(
    lambda word: not any(mark in word for mark in MARKS)
)
TEXTS = st.one_of(
    st.sampled_from(["household.cse", "household.district_code", "coalesce(household.cse, 'pobre')"]),
    WORDS.map(lambda word: "'" + word.replace("'", "''") + "'"),
)
DATES = st.sampled_from(["household.cse_on", "coalesce(household.cse_on, household.cse_on)"])
DAYS = st.dates().map(lambda day: f"'{day.isoformat()}'")


def numbers(depth: int) -> st.SearchStrategy[str]:
    leaves = st.one_of(
        st.integers(0, 10**15 - 1).map(str),
        st.sampled_from(["household.rooms", "household.size", "household.elders_65"]),
    )
    if depth == 0:
        return leaves
    part = numbers(depth - 1)
    return st.one_of(
        leaves,
        st.tuples(part, st.sampled_from("+-*/"), part).map(lambda it: f"({it[0]} {it[1]} {it[2]})"),
        part.map(lambda it: f"(- {it})"),
        st.tuples(st.sampled_from(["floor", "ceil", "round"]), part).map(lambda it: f"{it[0]}({it[1]})"),
        st.tuples(st.sampled_from(["greatest", "least", "coalesce"]), part, part).map(
            lambda it: f"{it[0]}({it[1]}, {it[2]})"
        ),
        st.tuples(answers(depth - 1), part, part).map(
            lambda it: f"CASE WHEN {it[0]} THEN {it[1]} ELSE {it[2]} END"
        ),
    )


def answers(depth: int) -> st.SearchStrategy[str]:
    leaves = st.sampled_from(["household.overcrowded", "household.needs_adjudication", "TRUE", "false"])
    if depth == 0:
        return leaves
    part, compared = answers(depth - 1), st.sampled_from(["=", "<>", "!=", "<", "<=", ">", ">="])

    def of(values: st.SearchStrategy[str], others: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        return st.one_of(
            st.tuples(values, compared, others).map(lambda it: f"({it[0]} {it[1]} {it[2]})"),
            st.tuples(values, st.lists(others, min_size=1, max_size=3)).map(
                lambda it: f"({it[0]} IN ({', '.join(it[1])}))"
            ),
            st.tuples(values, others, others).map(lambda it: f"({it[0]} BETWEEN {it[1]} AND {it[2]})"),
            st.tuples(values, st.sampled_from(["IS NULL", "IS NOT NULL"])).map(
                lambda it: f"({it[0]} {it[1]})"
            ),
        )

    number = numbers(depth - 1)
    return st.one_of(
        leaves,
        of(TEXTS, TEXTS),
        of(DATES, st.one_of(DAYS, DATES)),
        of(number, number),
        st.tuples(part, st.sampled_from(["AND", "OR"]), part).map(lambda it: f"({it[0]} {it[1]} {it[2]})"),
        part.map(lambda it: f"(NOT {it})"),
        part.map(lambda it: f"({it} IS TRUE)"),
    )


FUZZ = settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))


@FUZZ
@given(text=answers(3).filter(lambda text: len(text) <= 2_000))
def test_every_expression_of_the_language_is_one_of_postgresql(tx: Tx, text: str) -> None:
    assert faults(tx, compile_expression(text, FACTS, target="household", wanted="bool").sql, "bool") == []


@FUZZ
@given(text=numbers(3).filter(lambda text: len(text) <= 2_000))
def test_every_formula_of_the_language_is_one_of_postgresql(tx: Tx, text: str) -> None:
    assert faults(tx, compile_expression(text, FACTS, target="household", wanted="int").sql, "int") == []


# -- and what it does not ------------------------------------------------------------------------------

HOSTILE = (
    "; DROP TABLE ledger.transfers",
    "-- x",
    "/* x */",
    "{# x #}",
    "{{ x }}",
    "{% x %}",
    "::int",
    "::text",
    "CAST(1 AS int)",
    "(SELECT 1)",
    "EXISTS (SELECT 1)",
    "pg_sleep(1)",
    "current_user",
    "$$x$$",
    "$x$y$x$",
    "U&'\\0061'",
    "E'\\''",
    "x'1F'",
    "b'01'",
    "N'x'",
    '"household"."cse"',
    '"h"."facts"',
    "h.facts",
    "NULL",
    "1/0",
    "% 2",
    "1e9",
    "0.5",
    ".5",
    "0x1F",
    "1_000",
    "ARRAY[1]",
    "(1, 2)",
    "ROW(1)",
    "ANY (1)",
    "OVER ()",
    "FILTER (WHERE true)",
    'COLLATE "C"',
    "AT TIME ZONE 'x'",
    "||",
    "LIKE '%'",
    "~ 'x'",
    "SIMILAR TO 'x'",
    "->> 'x'",
    "@>",
    "AS x",
    "LIMIT 1",
    "UNION SELECT 1",
    "FROM ledger.transfers",
    "WINDOW",
    "INTERVAL '1 day'",
    "date '2024-01-01'",
    "\\",
    "'",
    '"',
    "(",
    ")",
    "%(x)s",
    "%s",
    "{0}",
    ":x",
    "?",
    "@x",
    "#",
    "\ud800",
    "\u202e",
    "\uff07",
    "\u0000",
    "٣",
    "CASE",
    "END",
    "IS UNKNOWN",
    "IS DISTINCT FROM 1",
    "OPERATOR(pg_catalog.+)",
    "VARIADIC",
    "DISTINCT",
    "*",
    "[1]",
    ".x",
    "!",
    "^ 2",
    "<< 1",
    "& 1",
)


BASE = [
    *("household.rooms", "+", "1", ">", "2", "AND", "(", "household.cse", "IN", "(", "'a'", ",", "'b'", ")"),
    *("OR", "NOT", "household.overcrowded", ")"),
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_each_piece_at_every_place_is_refused_or_does_no_harm(tx: Tx, piece: str) -> None:
    for place in range(len(BASE) + 1):
        for glue in (" ", ""):
            before, after = " ".join(BASE[:place]), " ".join(BASE[place:])
            assert harm(tx, f"{before}{glue}{piece} {after}") == []
            # In place of what stood there, too.
            assert harm(tx, f"{before}{glue}{piece} {' '.join(BASE[place + 1 :])}") == []


@FUZZ
@given(text=answers(2), piece=st.sampled_from(HOSTILE), place=st.integers(0, 200))
def test_what_is_slipped_in_is_refused_or_does_no_harm(tx: Tx, text: str, piece: str, place: int) -> None:
    place %= len(text) + 1
    assert harm(tx, f"{text[:place]} {piece} {text[place:]}") == []
    assert harm(tx, text[:place] + piece + text[place:]) == []


@FUZZ
@given(text=st.one_of(st.text(max_size=60), st.lists(st.sampled_from(HOSTILE), max_size=8).map(" ".join)))
def test_any_text_at_all_is_refused_or_does_no_harm(tx: Tx, text: str) -> None:
    assert harm(tx, text) == []


@FUZZ
@given(word=st.text(st.sampled_from("'\\\"%{}$;-a\n٣é\u2028"), max_size=10))
def test_a_text_means_itself(tx: Tx, word: str) -> None:
    if any(mark in word for mark in MARKS):
        return
    quoted = "'" + word.replace("'", "''") + "'"
    compiled = compile_expression(f"household.cse = {quoted}", FACTS, target="household", wanted="bool")
    query = f"""SELECT {compiled.sql.replace("%", "%%")}
        FROM (SELECT jsonb_build_object('cse', %s::text) AS facts) h"""
    assert tx.connection.execute(query.encode(), [word]).fetchone() == (True,)


def deeper(levels: int, then: Callable[[], None]) -> None:
    if levels:
        deeper(levels - 1, then)
    else:
        then()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("(" * 12 + "true" + ")" * 12, None),
        ("(" * 13 + "true" + ")" * 13, "nested more than 12 deep"),
        ("NOT " * 13 + "true", "nested more than 12 deep"),
        ("- " * 13 + "1 = 1", "nested more than 12 deep"),
        ("CASE WHEN " * 13 + "true" + " THEN true END" * 13, "nested more than 12 deep"),
        ("(" * 1_000, "nested more than 12 deep"),
        ("NOT (" * 300 + "true", "nested more than 12 deep"),
        (" AND ".join(["true"] * 110), None),
        (" AND ".join(["true"] * 200), "a chain of more than 120 parts"),
        (" + ".join(["1"] * 400) + " = 1", "a chain of more than 120 parts"),
        ("household.rooms IN (" + ", ".join(["1"] * 600) + ")", None),
        ("true " * 500, "at most"),
    ],
)
def test_how_deep_and_long_does_not_depend_on_who_asks(text: str, why: str | None) -> None:
    def ask() -> None:
        if why is None:
            assert compile_expression(text, FACTS, target="household", wanted="bool").sql
            return
        with pytest.raises(NotACriterion) as refused:
            compile_expression(text, FACTS, target="household", wanted="bool")
        assert why in refused.value.reason

    for levels in (0, 250):
        deeper(levels, ask)


@pytest.mark.parametrize(
    "text",
    ["'2024-01-01' IN (household.cse_on, 'x')", "'2024-01-01' BETWEEN household.cse_on AND 'x'"],
)
def test_a_text_among_days_is_a_day_wherever_it_stands(text: str) -> None:
    """It used to be asked of the day beside it only, and PostgreSQL stumbled over the other."""
    with pytest.raises(NotACriterion, match="a day is written"):
        compile_expression(text, FACTS, target="household", wanted="bool")


def test_a_missing_fact_is_not_known_and_not_false(tx: Tx) -> None:
    def answer(text: str) -> list[object]:
        compiled = compile_expression(text, FACTS, target="household", wanted="bool")
        rows = tx.connection.execute(f"SELECT {compiled.sql} FROM {HOUSEHOLDS}".encode()).fetchall()
        return [row[0] for row in rows]

    assert answer("household.cse = 'pobre'") == [True, None, None]
    assert answer("NOT household.cse = 'pobre'") == [False, None, None]
    assert answer("household.cse IN ('pobre', 'x')") == [True, None, None]
    assert answer("household.rooms * 0 = 0") == [True, None, None]
    assert answer("household.cse IS NULL") == [False, True, True]
