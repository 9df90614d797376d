"""The SQL of simulations: the engine of the real run, into tables that end with the transaction."""

from __future__ import annotations

from typing import LiteralString
from uuid import UUID

import psycopg
from psycopg import sql

from ayni.foundation.db import Tx
from ayni.programmes.errors import CriteriaFailed
from ayni.programmes.model import Compiled, Figures, Question, Told
from ayni.programmes.store import QUERIES, run
from ayni.programmes.store.assessing import Judging, compiled_sql, judge
from ayni.programmes.store.telling import keep_told

_SIMULATED = sql.Identifier("pg_temp", "ayni_simulated")


def begin(
    tx: Tx,
    *,
    target: str,
    question: Question,
    truth: Compiled | None,
    by: Compiled | None,
    income: Compiled | None,
    scores: dict[str, Compiled],
) -> None:
    """Make the tables of this transaction's one simulation, and note what is known of each subject."""
    tx.connection.execute("DROP TABLE IF EXISTS pg_temp.ayni_simulated, pg_temp.ayni_attributes")
    run(tx, "create_simulated")
    query: LiteralString = QUERIES[f"create_attributes_{target}"]
    parts = [
        sql.SQL("{} AS {}").format(compiled_sql(one), sql.Identifier(code)) for code, one in scores.items()
    ]
    source = keep_told(tx, question.truth if isinstance(question.truth, Told) else None)
    statement = sql.SQL(query).format(
        truth=compiled_sql(truth),
        by=compiled_sql(by),
        income=compiled_sql(income),
        scores=sql.SQL(", ").join(parts),
    )
    try:
        tx.connection.execute(statement, {"as_of": question.as_of, "source": source})
    except psycopg.DataError as error:
        raise CriteriaFailed from error


def simulate(tx: Tx, *, variant_id: UUID, judging: Judging, places: int | None) -> None:
    """Judge everybody by a variant."""
    judge(tx, assessment_id=variant_id, judging=judging, into=_SIMULATED)
    if places is not None:
        run(tx, "place_simulated", variant_id=variant_id, places=places)
    tx.connection.execute("ANALYZE pg_temp.ayni_simulated")


def list_figures(
    tx: Tx, *, variant: str, variant_id: UUID, base_id: UUID, question: Question
) -> list[Figures]:
    """What a variant does compared with the base."""
    rows = run(
        tx,
        "simulated_figures",
        variant_id=variant_id,
        base_id=base_id,
        line=question.line_minor,
        months=question.months,
    )
    return [Figures(variant, *row) for row in rows]


def list_incomes(tx: Tx, *, variant_id: UUID, question: Question, after: bool) -> list[tuple[int, int]]:
    """Households by income per head, ascending: heads and minor units."""
    rows = run(tx, "simulated_incomes", variant_id=variant_id, months=question.months, after=after)
    return [(row[0], row[1]) for row in rows]
