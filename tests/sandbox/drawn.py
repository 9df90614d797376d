"""Draws a city and reads it back, for the tests of the sandbox."""

from __future__ import annotations

import csv
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from ayni.countries.peru.city import profile
from ayni.sandbox import city

ON = date(2025, 5, 1)
PEOPLE = 12_000


@dataclass(frozen=True)
class Drawn:
    summary: city.Summary
    rows: list[dict[str, str]]
    truth: list[dict[str, str]]

    def households(self) -> Iterator[list[dict[str, str]]]:
        by_code: dict[str, list[dict[str, str]]] = defaultdict(list)
        for row in self.rows:
            by_code[row["household_code"]].append(row)
        yield from by_code.values()

    def pairs(self, kind: str) -> list[tuple[dict[str, str], dict[str, str]]]:
        """(the earlier row, the later one that resembles it)."""
        first = {}
        for truth, row in zip(self.truth, self.rows, strict=True):
            first.setdefault(truth["person_key"], row)
        return [
            (first[truth["resembles"]], row)
            for truth, row in zip(self.truth, self.rows, strict=True)
            if truth["kind"] == kind
        ]


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def draw(folder: Path, people: int, seed: int = 1, **changes: object) -> Drawn:
    summary = city.generate(
        people=people,
        seed=seed,
        profile=replace(profile(), **changes),
        out=folder / "padron.csv",
        on=ON,
    )
    return Drawn(summary, rows_of(summary.padron), rows_of(summary.truth))


def born(row: dict[str, str]) -> date:
    return date.fromisoformat(row["birth_on"])


def age(row: dict[str, str]) -> int:
    return ON.year - born(row).year - ((ON.month, ON.day) < (born(row).month, born(row).day))


def years_between(older: dict[str, str], younger: dict[str, str]) -> float:
    return (born(younger) - born(older)).days / 365.2425


def is_original(drawn: Drawn) -> dict[int, bool]:
    return {id(row): truth["kind"] != "duplicate" for truth, row in zip(drawn.truth, drawn.rows, strict=True)}


def folded(row: dict[str, str], *names: str) -> set[str]:
    """What is written there, without accents and capitals."""
    texts = (unicodedata.normalize("NFD", row[name].lower()) for name in names)
    return {"".join(c for c in text if not unicodedata.combining(c)) for text in texts if text}
