"""Statements over whole tables are planned as such, also when a table was filled a moment ago."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from ayni.foundation.db import Database
from ayni.programmes.store import QUERIES, run_whole
from tests.programmes.town import ACTOR, Town


@pytest.fixture
def town(own_database: Database, tmp_path: Path) -> Town:
    return Town(own_database, tmp_path, elders=60)


def test_opening_a_cycle_never_loops_over_a_table_that_looks_empty(
    town: Town, owner: psycopg.Connection
) -> None:
    """A bug: a million rows were assessed, the table not analysed yet, and the opening took for ever."""
    owner.execute("ANALYZE programmes.assessment_rows")
    owner.execute("ANALYZE programmes.enrolments")
    judged = town.assess()
    values = {
        "programme_id": town.programme.id,
        "assessment_id": judged.id,
        "cycle_id": judged.id,
        "on": judged.as_of,
        "kind": "cash",
        "purpose": None,
        "parent_id": None,
    }
    with town.database.transaction(ACTOR) as tx:
        QUERIES["explain_it"] = f"EXPLAIN {QUERIES['insert_entitlements']}"
        try:
            rows = run_whole(tx, "explain_it", at=tx.now, **values).fetchall()
        finally:
            del QUERIES["explain_it"]
        plan = "\n".join(row[0] for row in rows)
        (after,) = tx.connection.execute("SHOW enable_nestloop").fetchone() or ("",)
    joins = [line for line in plan.splitlines() if "Join" in line or "Nested Loop" in line]
    assert any("Hash" in line or "Merge" in line for line in joins), plan
    assert not any("Nested Loop  " in line for line in joins), plan
    assert after == "on"
    assert town.open(judged).entitlements == 63
