"""Searches among rows of people who were made up, without a database of ours."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ayni.registry.linkage.comparison import load_model
from ayni.registry.linkage.engine import Account, Bounds, Search

COLUMNS = {
    "household": "VARCHAR",
    "given_names": "VARCHAR",
    "first_surname": "VARCHAR",
    "second_surname": "VARCHAR",
    "birth_on": "DATE",
    "birth_estimated": "BOOLEAN",
    "sex": "VARCHAR",
    "document_kind": "VARCHAR",
    "document_number": "VARCHAR",
    "phone": "VARCHAR",
    "district_code": "VARCHAR",
    "address_line": "VARCHAR",
}
LIKELY = 3
"""Bits: seven of eight such pairs are duplicates."""

ROSA: dict[str, Any] = {
    "household": "H1",
    "given_names": "Rosa Elena",
    "first_surname": "Huamaní",
    "second_surname": "Quispe",
    "birth_on": date(1980, 5, 4),
    "sex": "female",
    "document_kind": "DNI",
    "document_number": "40117410",
    "phone": "+51987654321",
    "district_code": "150110",
    "address_line": "Jr. Los Olivos 123",
}


class Outcome:
    """What a search found: pairs of row numbers, counted from 0, with their bits."""

    def __init__(self, search: Search, account: Account) -> None:
        self.search, self.account = search, account
        rows = search.connection.execute("SELECT low, high, weight FROM judged").fetchall()
        self.bits: dict[tuple[int, int], float] = {(low, high): bits for low, high, bits in rows}

    def pairs(self, at_least: float = LIKELY) -> set[tuple[int, int]]:
        return {pair for pair, bits in self.bits.items() if bits >= at_least}

    def quality(self, truth: Iterable[tuple[int, int]], at_least: float = LIKELY) -> tuple[float, float]:
        """Precision and F1 of the pairs with at least so many bits."""
        true, found = set(truth), self.pairs(at_least)
        hits = len(true & found)
        return hits / max(1, len(found)), 2 * hits / max(1, len(true) + len(found))


Seek = Callable[..., Outcome]


@pytest.fixture
def seek(tmp_path: Path) -> Seek:
    """Searches among rows, given as dicts of `COLUMNS`."""

    def run(rows: Sequence[dict[str, Any]], **bounds: Any) -> Outcome:
        connection = duckdb.connect()
        told = ", ".join(f"{name} {kind}" for name, kind in {"id": "BIGINT", **COLUMNS}.items())
        connection.execute(f"CREATE TABLE people ({told})")
        marks = ", ".join("?" * (len(COLUMNS) + 1))
        values = [(number, *(row.get(name) for name in COLUMNS)) for number, row in enumerate(rows)]
        if values:
            connection.executemany(f"INSERT INTO people VALUES ({marks})", values)
        search = Search(connection, load_model(), Bounds(tmp_path, **{"sample": 400_000, **bounds}))
        return Outcome(search, search.run(sounds))

    return run


def sounds(text: str) -> str:
    """A key of names that sound alike: enough for these tests; countries have better ones."""
    plain = "".join(c for c in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(c))
    words = []
    for word in re.sub(r"[^a-z ]", " ", plain).split():
        for pattern, sound in _SOUNDS:
            word = re.sub(pattern, sound, word)
        words += [] if word in ("de", "del", "la", "los", "") else [word]
    return " ".join(words)


_SOUNDS = (
    (r"^(?:hu|gu|w)(?=[aei])", "w"),
    (r"qu|k", "c"),
    (r"z|c(?=[ei])", "s"),
    ("v", "b"),
    ("ll|y", "i"),
    ("h", ""),
    (r"(.)\1+", r"\1"),
)
