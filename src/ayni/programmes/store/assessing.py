"""The SQL of assessments: rules that were compiled are run over the registry, or over what was kept of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, LiteralString
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from ayni.foundation.db import Tx
from ayni.programmes.errors import CriteriaFailed, UnknownScorecard
from ayni.programmes.model import Compiled, Rules, Scorecard, fact_sql, scorecard_from_stored
from ayni.programmes.store import QUERIES, run
from ayni.values.ids import ProgrammeId

ASSESSMENTS = sql.Identifier("programmes", "assessment_rows")
"""Where an assessment is kept; a simulation has a table of its own."""


@dataclass(frozen=True)
class Judging:
    """What one run of the rules needs. `subjects` None: the whole registry."""

    target: str
    as_of: date
    rules: Rules
    types: dict[str, str]
    excluding: Sequence[ProgrammeId] = ()
    subjects: Sequence[UUID] | None = None


def insert_assessment(tx: Tx, *, scorecards: dict[str, int], **values: Any) -> None:
    """Begin an assessment. `scorecards`: the version of each score that it uses."""
    run(tx, "insert_assessment", scorecards=Jsonb(scorecards), at=tx.now, by=tx.actor.who, **values)


def judge(tx: Tx, *, assessment_id: UUID, judging: Judging, into: sql.Identifier = ASSESSMENTS) -> None:
    """Judge every subject in one statement. The compiled texts come from the model's white list only."""
    query: LiteralString = QUERIES["judge_households" if judging.target == "household" else "judge_people"]
    column = "h.household_id" if judging.target == "household" else "p.person_id"
    which = "true" if judging.subjects is None else f"{column} = ANY (%(subjects)s)"
    statement = sql.SQL(query).format(
        into=into,
        facts=_facts(judging.rules, judging.types),
        which=sql.SQL(which),
        **_expressions(judging.rules),
    )
    values = {
        "assessment_id": assessment_id,
        "as_of": judging.as_of,
        "excluding": list(judging.excluding),
        "subjects": None if judging.subjects is None else list(judging.subjects),
    }
    try:
        tx.connection.execute(statement, values)
    except psycopg.DataError as error:
        raise CriteriaFailed from error


def judge_kept(tx: Tx, *, assessment_id: UUID, rules: Rules) -> tuple[int, int]:
    """Judge a kept assessment by the facts that it kept: how many rows, and how many come out otherwise."""
    query: LiteralString = QUERIES["judge_kept"]
    statement = sql.SQL(query).format(**_expressions(rules))
    row = tx.connection.execute(statement, {"assessment_id": assessment_id}).fetchone()
    assert row is not None
    return row[0], row[1]


def _facts(rules: Rules, types: dict[str, str]) -> sql.Composable:
    pairs = [
        part
        for fact in rules.facts
        for part in (sql.Literal(fact), _text(fact_sql(fact, types.get(fact, ""))))
    ]
    # A function takes a hundred arguments; a large score reads more facts than fifty.
    parts = [
        sql.SQL("jsonb_build_object({})").format(sql.SQL(", ").join(pairs[start : start + 100]))
        for start in range(0, max(len(pairs), 1), 100)
    ]
    return sql.SQL(" || ").join(parts)


def _expressions(rules: Rules) -> dict[str, sql.Composable]:
    groups = [
        sql.SQL("WHEN {} THEN {}").format(_text(group.sql), sql.Literal(place))
        for place, group in enumerate(rules.priority, 1)
    ]
    scores = [
        sql.SQL("{} AS {}").format(_text(one.sql), sql.Identifier(code)) for code, one in rules.scores.items()
    ]
    return {
        "criteria": sql.SQL("ARRAY[{}]::boolean[]").format(
            sql.SQL(", ").join([_text(one.sql) for one in rules.criteria])
        ),
        "amount": _text(rules.amount.sql),
        "quantity": compiled_sql(rules.quantity),
        "priority": sql.SQL("CASE {} END").format(sql.SQL(" ").join(groups)) if groups else sql.SQL("NULL"),
        "rank": compiled_sql(rules.rank),
        "scores": sql.SQL(", ").join(scores),
    }


def compiled_sql(compiled: Compiled | None) -> sql.Composable:
    """What the model compiled, for a statement; NULL for what is not asked."""
    return sql.SQL("NULL") if compiled is None else _text(compiled.sql)


def _text(text: str) -> sql.Composable:
    # Written by the model, never by a user. Doubled: the statement also carries psycopg's own placeholders.
    return sql.SQL(text.replace("%", "%%"))


def find_amount_fault(tx: Tx, amount: Compiled) -> str | None:
    """Why a formula that reads no facts gives no amount that can be paid, or None."""
    query: LiteralString = QUERIES["amount_fault"]
    row = tx.connection.execute(sql.SQL(query).format(amount=_text(amount.sql)), {}).fetchone()
    assert row is not None
    return None if row[0] is None else str(row[0])


def find_newer(tx: Tx, assessment_id: UUID) -> tuple[int, bool]:
    """The newest version of an assessment's programme, and whether an assessment was made after it."""
    row = run(tx, "what_is_newer", id=assessment_id).fetchone()
    assert row is not None
    return row[0], row[1]


def list_incompatible(tx: Tx, programme_id: ProgrammeId) -> dict[ProgrammeId, str]:
    """The programmes that exclude one, or that it excludes, with their codes."""
    rows = run(tx, "incompatible", programme_id=programme_id)
    return {ProgrammeId(row[0]): row[1] for row in rows}


def list_excluding(tx: Tx, code: str, others: Sequence[str]) -> list[ProgrammeId]:
    """The programmes that exclude one, or that it would exclude by a list of others."""
    return [ProgrammeId(row[0]) for row in run(tx, "excluding", code=code, others=list(others))]


def list_scorecards(tx: Tx, *, on: date) -> dict[str, tuple[int, Scorecard]]:
    """The scorecards that are valid on a day, by code, with their versions."""
    rows = run(tx, "newest_scorecards", on=on)
    return {row[0]: (row[1], scorecard_from_stored(row[2])) for row in rows}


def find_scorecard(tx: Tx, code: str, version: int | None = None) -> tuple[int, Scorecard] | None:
    """A scorecard in one version, or in its newest."""
    row = run(tx, "find_scorecard", code=code, version=version).fetchone()
    return None if row is None else (row[0], scorecard_from_stored(row[1]))


def get_scorecard(tx: Tx, code: str, version: int | None = None) -> Scorecard:
    """The same, or UnknownScorecard."""
    found = find_scorecard(tx, code, version)
    if found is None:
        raise UnknownScorecard(score=code[:60])
    return found[1]


def insert_scorecard(tx: Tx, scorecard: Scorecard, version: int) -> None:
    """Add a version of a scorecard."""
    run(
        tx,
        "insert_scorecard",
        code=scorecard.code,
        version=version,
        valid_from=scorecard.valid_from,
        definition=Jsonb(scorecard.as_dict()),
        digest=scorecard.digest,
        at=tx.now,
        by=tx.actor.who,
    )
