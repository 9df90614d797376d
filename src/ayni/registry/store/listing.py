"""The SQL of lists that are written out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from ayni.foundation.db import Tx
from ayni.registry.store import QUERIES

_PIECE = 2_000


def fill_listed(tx: Tx, pieces: Iterable[bytes]) -> None:
    """Take in identity's part of a list, as CSV."""
    tx.execute(QUERIES["open_listed"])
    with tx.connection.cursor() as cursor, cursor.copy(QUERIES["fill_listed"]) as copy:
        for piece in pieces:
            copy.write(piece)
    tx.execute(QUERIES["analyze_listed"])


def read_listed(tx: Tx, *, on: date, source: str | None) -> Iterator[list[tuple[Any, ...]]]:
    """The rows of a list, a piece at a time."""
    with tx.connection.cursor(name="listed") as cursor:
        cursor.execute(QUERIES["read_listed"], {"on": on, "source": source})
        while rows := cursor.fetchmany(_PIECE):
            yield rows
