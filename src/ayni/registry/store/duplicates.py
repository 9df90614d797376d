"""Suspected duplicates, verdicts, and what they do to households."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg.types.json import Jsonb

from ayni.foundation.db import Tx
from ayni.registry.errors import PairRefused
from ayni.registry.model import NewPair, Pair, Verdict
from ayni.registry.store import QUERIES, find_all, find_one
from ayni.values.ids import PersonId

_RULES = {
    "pairs_score_is_a_share": "a score is 0 to 1,000",
    "pairs_finder_is_known": "a pair is found by exact, linkage or officer",
    "pairs_model_fits": "a model's name has 1 to 100 characters",
    "pairs_evidence_is_by_field": "evidence is told by field",
    "pairs_are_in_order": "nobody is their own duplicate",
    "verdicts_verdict_is_known": "a verdict is same, different or unsure",
    "verdicts_give_a_reason": "a reason has 1 to 500 letters",
}


def find_exact_pairs(tx: Tx, *, people: Sequence[PersonId]) -> list[NewPair]:
    """Who agrees with one of these people so exactly that an officer must look."""
    rows = tx.execute(QUERIES["find_exact_pairs"], {"people": list(people)}).fetchall()
    return [
        NewPair(PersonId(low), PersonId(high), score, evidence, "exact", model)
        for low, high, score, model, evidence in rows
    ]


def list_added_people(tx: Tx) -> list[PersonId]:
    """The people whom the batch in hand of an import has added."""
    return [PersonId(row[0]) for row in tx.execute(QUERIES["list_added_people"])]


def insert_pairs(tx: Tx, *, pairs: Sequence[NewPair], blocks_from: int) -> int:
    """Add pairs, and say how many are new. Raises PairRefused."""
    parameters = {
        "one": [pair.one_id for pair in pairs],
        "other": [pair.other_id for pair in pairs],
        "score": [pair.score_per_mille for pair in pairs],
        "evidence": [Jsonb(dict(pair.evidence)) for pair in pairs],
        "found_by": [pair.found_by for pair in pairs],
        "model": [pair.model for pair in pairs],
        "blocks_from": blocks_from,
        "now": tx.now,
    }
    try:
        with tx.connection.transaction():
            return tx.execute(QUERIES["insert_pairs"], parameters).rowcount
    except psycopg.errors.CheckViolation as error:
        raise PairRefused(rule=_RULES[error.diag.constraint_name or ""]) from None


def find_pair(tx: Tx, *, low_id: PersonId, high_id: PersonId) -> Pair | None:
    """One pair, judged or not; or None."""
    return find_one(tx, Pair, "find_pair", {"low_id": low_id, "high_id": high_id})


def list_open_pairs(tx: Tx, *, limit: int) -> list[Pair]:
    """What waits for a verdict, in the order of the queue."""
    return find_all(tx, Pair, "list_open_pairs", {"limit": limit})


def count_open_pairs(tx: Tx) -> tuple[int, int]:
    """How many pairs wait, and how many of them hold up payments."""
    row = tx.execute(QUERIES["count_open_pairs"]).fetchone()
    assert row is not None
    return row[0], row[1]


def list_pairs_for_officer(tx: Tx, *, officer: str, own: Sequence[PersonId]) -> list[Pair]:
    """The next pairs that an officer may judge and nobody else has on the table."""
    parameters = {"officer": officer, "own": list(own), "now": tx.now}
    return find_all(tx, Pair, "list_pairs_for_officer", parameters)


def take_lease(tx: Tx, *, pair: Pair, officer: str, until: datetime) -> bool:
    """Put a pair on an officer's table; False when somebody else has it there."""
    parameters = {
        "low_id": pair.low_id,
        "high_id": pair.high_id,
        "officer": officer,
        "until": until,
        "now": tx.now,
    }
    return tx.execute(QUERIES["take_lease"], parameters).fetchone() is not None


def drop_lease(tx: Tx, *, pair: Pair) -> None:
    """Take a pair from whoever has it on the table."""
    tx.execute(QUERIES["drop_lease"], {"low_id": pair.low_id, "high_id": pair.high_id})


def insert_verdict(tx: Tx, *, pair: Pair, verdict: str, reason: str, follows: int | None) -> int | None:
    """Add a verdict that follows the last one, and give its number; None when another came first.

    Raises PairRefused.
    """
    parameters = {
        "low_id": pair.low_id,
        "high_id": pair.high_id,
        "verdict": verdict,
        "reason": reason,
        "by": tx.actor.who,
        "now": tx.now,
        "follows": follows,
    }
    try:
        with tx.connection.transaction():
            row = tx.execute(QUERIES["insert_verdict"], parameters).fetchone()
    except psycopg.errors.UniqueViolation:
        return None
    except psycopg.errors.CheckViolation as error:
        raise PairRefused(rule=_RULES[error.diag.constraint_name or ""]) from None
    except psycopg.DataError:
        raise PairRefused(rule="the reason holds characters that cannot be stored") from None
    assert row is not None
    return int(row[0])


def list_verdicts(tx: Tx, *, pair: Pair) -> list[Verdict]:
    """What was decided about a pair, oldest first."""
    return find_all(tx, Verdict, "list_verdicts", {"low_id": pair.low_id, "high_id": pair.high_id})


def list_verdicts_among(
    tx: Tx, *, verdict: str, first: Sequence[PersonId], second: Sequence[PersonId]
) -> list[Verdict]:
    """Verdicts in force of one kind, between one of the first people and one of the second."""
    parameters = {"verdict": verdict, "first": list(first), "second": list(second)}
    return find_all(tx, Verdict, "list_verdicts_among", parameters)


# Households of merged files.


def insert_verdict_merge(tx: Tx, *, merge: int, verdict: int) -> None:
    """Note which merge follows from which verdict."""
    tx.execute(QUERIES["insert_verdict_merge"], {"merge": merge, "verdict": verdict})


def list_verdict_merges(tx: Tx, *, people: Sequence[PersonId]) -> list[int]:
    """The merges that followed from verdicts among these people, undone or not, the newest first."""
    rows = tx.execute(QUERIES["list_verdict_merges"], {"people": list(people)}).fetchall()
    return [row[0] for row in rows]


def list_own_people(tx: Tx, *, files: Sequence[PersonId]) -> list[PersonId]:
    """These files, and everybody who shares a household with one of them today."""
    rows = tx.execute(QUERIES["list_own_people"], {"files": list(files), "on": tx.today}).fetchall()
    return [PersonId(row[0]) for row in rows]


def close_memberships_of_merged(
    tx: Tx, *, files: Sequence[PersonId], kept_id: PersonId, merge: int
) -> list[UUID]:
    """End all present memberships of a human but one; the households that somebody has left."""
    rows = tx.execute(
        QUERIES["close_memberships_of_merged"], {"files": list(files), "kept_id": kept_id, "on": tx.today}
    ).fetchall()
    for number, household_id, role in rows:
        closing = {"membership": number, "merge": merge, "now": tx.now}
        tx.execute(QUERIES["insert_merge_closing"], closing)
        if role == "head":
            tx.execute(QUERIES["flag_missing_head"], {"household_id": household_id, "now": tx.now})
    return [row[1] for row in rows]


def list_closings_to_reopen(
    tx: Tx, *, people: Sequence[PersonId]
) -> list[tuple[int, PersonId, UUID, str, bool]]:
    """Memberships that a merge ended: number, person, household, role, whether there is a head now."""
    return tx.execute(QUERIES["list_closings_to_reopen"], {"people": list(people)}).fetchall()


def has_present_membership(tx: Tx, *, files: Sequence[PersonId]) -> bool:
    """Whether one of these files belongs to a household at present, or will."""
    row = tx.execute(QUERIES["has_present_membership"], {"files": list(files), "on": tx.today}).fetchone()
    return row is not None and bool(row[0])


def reopen_membership(tx: Tx, *, membership: int, role: str) -> None:
    """Begin a membership again, today, where a merge had ended it."""
    tx.execute(
        QUERIES["reopen_membership"],
        {"membership": membership, "role": role, "on": tx.today, "now": tx.now},
    )


def copy_households_to_compare(tx: Tx, *, write: Callable[[Any], object]) -> None:
    """Write who belongs to which household today as CSV, a piece at a time."""
    with (
        tx.connection.cursor() as cursor,
        cursor.copy(QUERIES["copy_households_to_compare"], {"on": tx.today}) as copy,
    ):
        for piece in copy:
            write(piece)
