"""The SQL of learning a score: what households are like of whom the label is known."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import LiteralString

import psycopg
from psycopg import sql

from ayni.foundation.db import Tx
from ayni.programmes.errors import CriteriaFailed
from ayni.programmes.model import Compiled, Told
from ayni.programmes.store import QUERIES, run
from ayni.programmes.store.assessing import compiled_sql
from ayni.programmes.store.telling import keep_told


def list_rows(
    tx: Tx, *, as_of: date, label: Compiled, terms: Sequence[Compiled], told: Told | None
) -> list[tuple[bool | None, list[int | None]]]:
    """The label and every term of each household of a day, in the order of their codes; None: not known."""
    query: LiteralString = QUERIES["training_rows"]
    values = sql.SQL(", ").join(
        sql.SQL("({})::integer::bigint" if one.type == "bool" else "round({})::bigint").format(
            compiled_sql(one)
        )
        for one in terms
    )
    source = keep_told(tx, told)
    statement = sql.SQL(query).format(label=compiled_sql(label), terms=values)
    try:
        return tx.connection.execute(statement, {"as_of": as_of, "source": source}).fetchall()
    except psycopg.DataError as error:
        raise CriteriaFailed from error


def list_categories(tx: Tx, *, as_of: date) -> dict[str, list[tuple[str, int, int]]]:
    """Of each fact of households: its values, how many have each, and how many households there are."""
    found: dict[str, list[tuple[str, int, int]]] = {}
    for fact, value, count, total in run(tx, "training_categories", as_of=as_of):
        found.setdefault(fact, []).append((value, count, total))
    return found
