"""An expression means to us what it means to PostgreSQL, where it is not meant to differ."""

from __future__ import annotations

import re

import pytest
from hypothesis import given

from ayni.foundation.db import Tx
from ayni.programmes.model import compile_expression
from tests.programmes.test_criteria_fuzz import FACTS, FUZZ, HOUSEHOLDS, answers

AS_COLUMNS = """(VALUES
    (3::numeric, 0::numeric, false, 'pobre', '150132', '2024-01-01'::date, 2::numeric, true),
    (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
    (1, 1, true, NULL, '', NULL, NULL, NULL))
    household (size, elders_65, needs_adjudication, cse, district_code, cse_on, rooms, overcrowded)"""
OURS = ("least", "greatest", "/")
"""What means something else here on purpose: an unknown part makes it unknown, and so does a division by 0.
"""


def _as_numbers(text: str) -> str:
    """Whole numbers as numerics, as ours are: PostgreSQL's own integers overflow."""
    return re.sub(
        r"'(?:[^']|'')*'|\b\d+\b",
        lambda found: found[0] if found[0].startswith("'") else f"{found[0]}::numeric",
        text,
    )


@FUZZ
@given(text=answers(3).filter(lambda text: len(text) <= 2_000 and not any(word in text for word in OURS)))
def test_an_expression_means_what_postgresql_itself_reads_in_it(tx: Tx, text: str) -> None:
    """A bug: IS NOT NULL was read as IS NULL, since a newer parser notes the NOT where nobody looked."""
    compiled = compile_expression(text, FACTS, target="household", wanted="bool").sql
    ours = tx.connection.execute(f"SELECT {compiled} FROM {HOUSEHOLDS}".encode()).fetchall()
    theirs = tx.connection.execute(f"SELECT {_as_numbers(text)} FROM {AS_COLUMNS}".encode()).fetchall()
    assert ours == theirs


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("household.cse IS NOT NULL", [True, False, False]),
        ("household.cse IS NULL", [False, True, True]),
        ("NOT household.cse IS NULL", [True, False, False]),
        ("household.overcrowded IS NOT TRUE", [False, True, True]),
    ],
)
def test_is_not_null_is_not_is_null(tx: Tx, text: str, answer: list[bool]) -> None:
    compiled = compile_expression(text, FACTS, target="household", wanted="bool").sql
    rows = tx.connection.execute(f"SELECT {compiled} FROM {HOUSEHOLDS}".encode()).fetchall()
    assert [row[0] for row in rows] == answer
