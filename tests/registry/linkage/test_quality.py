"""How well duplicates are found in three made-up cities, two of them with other hands' errors. Seeded."""

from __future__ import annotations

import csv
from dataclasses import asdict
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from ayni.app import load_city_profile
from ayni.sandbox import city
from tests.registry.linkage.conftest import Seek
from tests.registry.linkage.harbour_city import HarbourCity
from tests.registry.linkage.other_city import OtherCity, Resident

HARD = city.Mix(duplicates=560, twins=700, lookalikes=6_500, homonyms=520)
"""Five rows in a hundred are duplicates, ten are of people who look alike."""


def _truth(humans: list[Any]) -> set[tuple[int, int]]:
    rows: dict[Any, list[int]] = {}
    for number, human in enumerate(humans):
        rows.setdefault(human, []).append(number)
    return {pair for numbers in rows.values() for pair in combinations(numbers, 2)}


def _generated(folder: Path, seed: int, mix: city.Mix) -> tuple[list[dict[str, Any]], set[tuple[int, int]]]:
    out = folder / "padron.csv"
    city.generate(
        people=5_000, seed=seed, profile=load_city_profile("peru"), out=out, on=date(2025, 5, 1), mix=mix
    )
    with out.open(encoding="utf-8", newline="") as file:
        told = list(csv.DictReader(file))
    with city.truth_path(out).open(encoding="utf-8", newline="") as file:
        humans = [row["person_key"] for row in csv.DictReader(file)]
    rows = [{name: value or None for name, value in row.items()} for row in told]
    for row in rows:
        row |= {
            "household": row["household_code"],
            "district_code": row["ubigeo"],
            "address_line": row["address"],
        }
        row["birth_estimated"] = row["birth_estimated"] == "yes"
    return rows, _truth(humans)


@pytest.mark.parametrize(("seed", "mix"), [(21, HARD), (22, city.Mix(duplicates=900))])
def test_duplicates_of_the_generated_city_are_found(
    tmp_path: Path, seek: Seek, seed: int, mix: city.Mix
) -> None:
    rows, truth = _generated(tmp_path, seed, mix)
    precision, f1 = seek(rows).quality(truth)
    assert precision >= 0.97
    assert f1 >= 0.95


@pytest.mark.parametrize("seed", [31, 32])
def test_duplicates_of_another_hands_city_are_found(seek: Seek, seed: int) -> None:
    people: list[Resident] = OtherCity(seed).build(families=1_500)
    precision, f1 = seek([asdict(one) for one in people]).quality(_truth([one.human for one in people]))
    assert precision >= 0.97
    assert f1 >= 0.95


@pytest.mark.parametrize("seed", [51, 52])
def test_duplicates_of_a_city_copied_from_paper_are_found(seek: Seek, seed: int) -> None:
    people = HarbourCity(seed).build(houses=700)
    precision, f1 = seek([asdict(one) for one in people]).quality(_truth([one.human for one in people]))
    assert precision >= 0.97
    assert f1 >= 0.97


def test_a_city_without_duplicates_has_hardly_a_likely_pair(tmp_path: Path, seek: Seek) -> None:
    rows, truth = _generated(tmp_path, 24, city.Mix(0, HARD.twins, HARD.lookalikes, HARD.homonyms))
    assert truth == set()
    assert len(seek(rows).pairs()) <= 6


def test_the_same_people_give_the_same_weights(seek: Seek) -> None:
    rows = [asdict(one) for one in OtherCity(33).build(families=700)]
    assert seek(rows).bits == seek(rows).bits
