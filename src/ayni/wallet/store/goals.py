"""Goals and standing payments, in PostgreSQL."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import psycopg

from ayni.foundation.db import Tx
from ayni.values.ids import PersonId
from ayni.wallet.errors.goals import GoalRefused, StandingRefused
from ayni.wallet.model.goals import Goal, Standing, StandingTry
from ayni.wallet.store import QUERIES, UNSTORABLE, list_all

_STANDING_RULES = {
    "standing_moves_something": "its amount is not above zero",
    "standing_goes_to_somebody_else": "it goes to whoever pays it",
    "standing_lasts": "it ends before it begins",
    "standing_rhythm_is_known": "it is paid every week or every month",
}


def insert_goal(tx: Tx, goal: Goal) -> None:
    """Add a goal. Raises GoalRefused."""
    values = {
        "id": goal.id,
        "person_id": goal.person_id,
        "name": goal.name,
        "target_minor": goal.target_minor,
        "by_on": goal.by_on,
        "account_id": goal.account_id,
    }
    try:
        with tx.connection.transaction():
            tx.execute(QUERIES["insert_goal"], {**values, "now": tx.now})
    except (psycopg.errors.CheckViolation, *UNSTORABLE):
        raise GoalRefused from None


def lock_goals(tx: Tx, person_id: PersonId) -> None:
    """Let one change of a person's goals and standing payments after another."""
    tx.execute(QUERIES["lock_goals"], {"person_id": person_id})


def list_goals(tx: Tx, person_id: PersonId) -> list[Goal]:
    """A person's goals, ended ones too, the oldest first."""
    return list_all(tx, Goal, "goals_of", {"person_id": person_id})


def insert_goal_end(tx: Tx, goal_id: UUID) -> bool:
    """End a goal; False when it has ended."""
    return tx.execute(QUERIES["insert_goal_end"], {"goal_id": goal_id, "now": tx.now}).fetchone() is not None


def insert_standing(tx: Tx, standing: Standing) -> bool:
    """Add a standing payment; False when it is known. Raises StandingRefused."""
    values = {
        "id": standing.id,
        "person_id": standing.person_id,
        "payee_id": standing.payee_id,
        "goal_id": standing.goal_id,
        "amount_minor": standing.amount_minor,
        "every": standing.every,
        "first_on": standing.first_on,
        "last_on": standing.last_on,
    }
    try:
        with tx.connection.transaction():
            return tx.execute(QUERIES["insert_standing"], {**values, "now": tx.now}).fetchone() is not None
    except psycopg.errors.CheckViolation as error:
        rule = _STANDING_RULES.get(error.diag.constraint_name or "")
        if rule is None:
            raise
        raise StandingRefused(rule=rule) from None


def find_standing(tx: Tx, standing_id: UUID) -> Standing | None:
    """One standing payment, or None."""
    found = list_all(tx, Standing, "standing_one", {"id": standing_id})
    return found[0] if found else None


def list_standing(tx: Tx, person_id: PersonId) -> list[Standing]:
    """A person's standing payments, ended ones too, the oldest first."""
    return list_all(tx, Standing, "standing_of", {"person_id": person_id})


def list_open_standing(tx: Tx, *, today: date, after: UUID, most: int) -> list[Standing]:
    """Those that have begun and not ended, by id after a mark."""
    return list_all(tx, Standing, "standing_open", {"today": today, "after": after, "most": most})


def insert_standing_end(tx: Tx, standing_id: UUID, *, reason: str) -> bool:
    """End a standing payment; False when it has ended."""
    values = {"standing_id": standing_id, "reason": reason, "now": tx.now}
    return tx.execute(QUERIES["insert_standing_end"], values).fetchone() is not None


def lock_standing(tx: Tx, standing_id: UUID) -> None:
    """Let one try of a standing payment after another."""
    tx.execute(QUERIES["lock_standing"], {"standing_id": standing_id})


def list_tries(tx: Tx, standing_id: UUID) -> list[StandingTry]:
    """What became of each due day, the newest first."""
    return list_all(tx, StandingTry, "standing_tries", {"standing_id": standing_id})


def insert_try(tx: Tx, one: StandingTry) -> bool:
    """Note a try; False when it is noted, or the day is over."""
    values = {
        "standing_id": one.standing_id,
        "due_on": one.due_on,
        "attempt": one.attempt,
        "outcome": one.outcome,
        "code": one.code,
        "reason": one.reason,
        "tried_on": one.tried_on,
    }
    return tx.execute(QUERIES["insert_standing_try"], {**values, "now": tx.now}).fetchone() is not None
