"""The search itself: of nobody, of very many alike, and where splink and DuckDB are not installed."""

from __future__ import annotations

from datetime import date, timedelta

from tests.registry.linkage.conftest import ROSA, Seek


def test_among_nobody_and_among_one_nothing_is_found(seek: Seek) -> None:
    assert seek([]).pairs(-99) == set()
    assert seek([ROSA]).pairs(-99) == set()
    assert seek([{"household": "H1"}, {"household": "H1"}]).pairs(-99) == set()


def test_two_rows_are_enough(seek: Seek) -> None:
    assert seek([ROSA, {**ROSA, "household": "H2", "given_names": "Rosa"}]).pairs() == {(0, 1)}


def test_a_block_that_would_explode_is_split_and_what_is_left_is_told_and_not_compared(seek: Seek) -> None:
    bare = {"given_names": "Rosa", "first_surname": "Quispe", "sex": "female", "birth_on": date(1980, 1, 1)}
    crowd = [{**bare, "household": f"H{n}"} for n in range(400)]
    apart = [{**row, "birth_on": date(1980, 1, 1) + timedelta(n)} for n, row in enumerate(crowd)]
    outcome = seek([*crowd, *apart], cap=50)
    assert outcome.account.left_out["birth and surname"] == (1, 401)
    assert outcome.account.candidates < 401 * 400 // 2
