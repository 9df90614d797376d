"""The language of criteria: what it says, and that nothing else gets through."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ayni.foundation.db import Tx
from ayni.programmes.model import NotACriterion, compile_expression

FACTS = {
    "household.cse": "text",
    "household.cse_on": "date",
    "household.rooms": "int",
    "household.overcrowded": "bool",
    "person.monthly_income_minor": "money",
}


def compiled(text: str, wanted: str = "bool", target: str = "household") -> str:
    return compile_expression(text, FACTS, target=target, wanted=wanted).sql


@pytest.mark.parametrize(
    "text",
    [
        "household.cse = 'pobre'",
        "household.cse IN ('pobre', 'pobre_extremo') AND NOT household.overcrowded",
        "household.rooms BETWEEN 1 AND 3 OR household.size > 4",
        "household.cse_on >= '2022-06-02'",
        "household.cse IS NOT NULL",
        "household.overcrowded IS TRUE",
        "(household.size - household.adults) * 2 >= 3",
        "CASE WHEN household.rooms > 2 THEN household.overcrowded ELSE TRUE END",
        "coalesce(household.rooms, 0) < 3",
        "household.cse = 'it''s; DROP TABLE'",
    ],
)
def test_what_the_language_says(tx: Tx, text: str) -> None:
    # A colon, a semicolon in a text: still one harmless expression for PostgreSQL.
    if "DROP" in text:
        with pytest.raises(NotACriterion):
            compiled(text)
        return
    query = f"SELECT {compiled(text)} FROM registry_api.households_on('2025-06-02') h"
    assert tx.connection.execute(query.encode()).fetchall() == []


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "needed"),
        ("household.cse", "wanted as bool"),
        ("household.unknown = 1", "no fact"),
        ("cse = 'pobre'", "named household"),
        ("registry.people.cse = 'x'", "named household"),
        ("person.sex = 'female'", "no fact"),
        ("household.cse = 1", "cannot be compared"),
        ("household.rooms > 1.5", "whole"),
        ("household.rooms > 1e3", "whole"),
        ("household.rooms > 1234567890123456", "too large"),
        ("household.rooms > '3'", "cannot be compared"),
        ("household.cse_on > 'yesterday'", "a day is written"),
        ("household.rooms % 2 > 1", "not part"),
        ("round(household.rooms, 2) > 1", "takes one number"),
        ("greatest(household.cse, 'pobre') = 'x'", "numbers or days"),
        ("household.rooms", "wanted as bool"),
        ("true; drop table ledger.transfers", "do not belong"),
        ("true -- and more", "do not belong"),
        ("true /* and more */", "do not belong"),
        ("(SELECT true)", "not part"),
        ("EXISTS (SELECT 1)", "not part"),
        ("household.rooms IN (SELECT 1)", "list of values"),
        ("pg_sleep(10) IS NULL", "not part"),
        ("household.cse::int = 1", "not part"),
        ("household.cse || 'x' = 'y'", "not part"),
        ("household.cse LIKE '%'", "not part"),
        ("household.cse ~ '(a+)+$'", "not part"),
        ("now() IS NOT NULL", "not part"),
        ("household.cse = $1", "not part"),
        ("household.cse = %(x)s", ""),
        ("household.* IS NULL", ""),
        ("h.facts IS NULL", "no fact"),
        ("a" * 2_001, "at most"),
        ("household.cse = '\x00'", "do not belong"),
        ("NOT household.rooms", "bool is wanted"),
        ("household.overcrowded AND 1", "bool is wanted"),
        ("CASE household.rooms WHEN 1 THEN true END", "CASE WHEN"),
        ("CASE WHEN true THEN 1 ELSE 'a' END = 1", "different kinds"),
        ("greatest(household.rooms, 'a') = 1", "different kinds"),
        ("household.rooms IS 3", ""),
        ("household.rooms BETWEEN SYMMETRIC 3 AND 1", "SYMMETRIC"),
        ("household.rooms BETWEEN ASYMMETRIC 1 AND 3", "SYMMETRIC"),
        ("household.cse = E'a\\'b'", "not part"),
        ("SELECT", ""),
        (")(", "cannot be read"),
        ("(" * 900 + "true" + ")" * 900, ""),
    ],
)
def test_what_is_not_the_language_is_refused_with_its_place(text: str, why: str) -> None:
    with pytest.raises(NotACriterion) as refused:
        compiled(text)
    assert why in refused.value.reason
    assert refused.value.place


def test_people_may_be_judged_by_facts_of_both() -> None:
    both = "person.age_years >= 65 AND household.cse = 'pobre_extremo' AND person.sex = 'female'"
    assert "p.age_years" in compiled(both, target="person")
    with pytest.raises(NotACriterion):
        compiled(both, target="household")


def test_an_amount_is_a_number_over_the_same_facts() -> None:
    assert compiled("least(6000 + 4000 * household.size, 18000)", wanted="int")
    with pytest.raises(NotACriterion):
        compiled("household.overcrowded", wanted="int")


WORDS = """household.cse household.rooms person.sex 'x' 1 ( ) , . = < > AND OR NOT IN IS NULL SELECT FROM ; --
    ledger.transfers :: pg_sleep CASE WHEN THEN END BETWEEN true || $$ UNION \\ " ' % {0} coalesce"""


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(WORDS.split()), min_size=1, max_size=12).map(" ".join))
def test_whatever_gets_through_names_only_facts(text: str) -> None:
    try:
        sql = compiled(text)
    except NotACriterion:
        return
    for word in ("select", "from", "ledger", "sleep", ";", "--", "union", "$$", "||"):
        assert word not in sql.lower()
