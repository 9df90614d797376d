"""Decisions, hits and case files, in PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg

from ayni.foundation.db import Tx
from ayni.values.ids import PersonId
from ayni.wallet.errors.safety import CaseRefused
from ayni.wallet.model.safety import CaseFile, RiskDecision, SanctionHit
from ayni.wallet.store import QUERIES, UNSTORABLE, list_all


def insert_decision(tx: Tx, decision: RiskDecision) -> None:
    """Note what was odd about an order, once for each rule."""
    values = {
        "id": decision.id,
        "person_id": decision.person_id,
        "event_id": decision.event_id,
        "rule": decision.rule,
        "action": decision.action,
        "reason": decision.reason,
        "shop_id": decision.shop_id,
    }
    tx.execute(QUERIES["insert_risk_decision"], {**values, "now": tx.now})


def find_open_decisions(tx: Tx, person_ids: Sequence[PersonId]) -> dict[PersonId, RiskDecision]:
    """What keeps people from sending, the strongest of each."""
    rows = list_all(tx, RiskDecision, "risk_open_of", {"person_ids": list(person_ids)})
    return {row.person_id: row for row in rows}


def list_queue(tx: Tx, *, most: int) -> list[RiskDecision]:
    """What waits for an officer, the oldest first."""
    return list_all(tx, RiskDecision, "risk_queue", {"most": most})


def list_decisions(tx: Tx, person_id: PersonId) -> list[RiskDecision]:
    """Everything that was odd about a person's orders, the oldest first."""
    return list_all(tx, RiskDecision, "risk_decisions_of", {"person_id": person_id})


def find_decision(tx: Tx, decision_id: UUID) -> RiskDecision | None:
    """One of them, or None."""
    found = list_all(tx, RiskDecision, "risk_decision", {"id": decision_id})
    return found[0] if found else None


def end_by_code(tx: Tx, person_id: PersonId) -> int:
    """Clear what asked for a code; returns how many."""
    values = {"person_id": person_id, "who": tx.actor.who, "now": tx.now}
    return tx.execute(QUERIES["end_risk_by_code"], values).rowcount


def insert_end(tx: Tx, decision_id: UUID, *, how: str, reason: str) -> bool:
    """An officer's verdict; False when there is one. Raises CaseRefused."""
    return _written(tx, "insert_risk_end", {"decision_id": decision_id, "how": how, "reason": reason})


def insert_hit(tx: Tx, hit: SanctionHit) -> bool:
    """Note who may be on a list; False when that was found before."""
    values = {
        "id": hit.id,
        "person_id": hit.person_id,
        "list": hit.list,
        "entry": hit.entry,
        "version": hit.version,
        "likeness_per_mille": hit.likeness_per_mille,
        "reason": hit.reason,
    }
    return _written(tx, "insert_sanction_hit", values)


def list_open_hits(tx: Tx, *, most: int) -> list[SanctionHit]:
    """Hits that nobody has decided about, the oldest first."""
    return list_all(tx, SanctionHit, "sanction_hits_open", {"most": most})


def list_hits(tx: Tx, person_id: PersonId) -> list[SanctionHit]:
    """The hits of a person with what was decided."""
    return list_all(tx, SanctionHit, "sanction_hits_of", {"person_id": person_id})


def find_hit(tx: Tx, hit_id: UUID) -> SanctionHit | None:
    """One hit, or None."""
    found = list_all(tx, SanctionHit, "sanction_hit", {"id": hit_id})
    return found[0] if found else None


def insert_verdict(tx: Tx, hit_id: UUID, *, is_same: bool, reason: str) -> bool:
    """Decide about a hit; False when somebody has. Raises CaseRefused."""
    return _written(tx, "insert_sanction_verdict", {"hit_id": hit_id, "is_same": is_same, "reason": reason})


def insert_case(tx: Tx, case_id: UUID, person_id: PersonId, *, reason: str) -> None:
    """Open a case file. Raises CaseRefused."""
    _written(tx, "insert_case", {"id": case_id, "person_id": person_id, "reason": reason}, returns=False)


def find_case(tx: Tx, case_id: UUID) -> CaseFile | None:
    """One case file, or None."""
    found = list_all(tx, CaseFile, "case", {"id": case_id})
    return found[0] if found else None


def list_open_cases(tx: Tx, *, most: int) -> list[CaseFile]:
    """Case files that have not ended, the oldest first."""
    return list_all(tx, CaseFile, "cases_open", {"most": most})


def insert_note(tx: Tx, case_id: UUID, note: str) -> None:
    """Add a note. Raises CaseRefused."""
    _written(tx, "insert_case_note", {"case_id": case_id, "note": note}, returns=False)


def list_notes(tx: Tx, case_id: UUID) -> list[tuple[str, str, datetime]]:
    """The notes with who made them and when, in their order."""
    return tx.execute(QUERIES["case_notes"], {"case_id": case_id}).fetchall()


def insert_case_end(tx: Tx, case_id: UUID, *, how: str, reference: str | None, reason: str) -> bool:
    """End a case file; False when it has ended. Raises CaseRefused."""
    values = {"case_id": case_id, "how": how, "reference": reference, "reason": reason}
    return _written(tx, "insert_case_end", values)


def count_lookups(tx: Tx, person_id: PersonId, *, since: datetime) -> int:
    """How many lookups somebody has made since."""
    row = tx.execute(QUERIES["count_lookups"], {"person_id": person_id, "since": since}).fetchone()
    return 0 if row is None else int(row[0])


def insert_lookup(tx: Tx, person_id: PersonId) -> None:
    """Count a lookup."""
    tx.execute(QUERIES["insert_lookup"], {"person_id": person_id, "now": tx.now})


def _written(tx: Tx, name: str, values: dict[str, Any], *, returns: bool = True) -> bool:
    """Write a row, and whether it is new. Raises CaseRefused for what a row may not say."""
    try:
        with tx.connection.transaction():
            cursor = tx.execute(QUERIES[name], {**values, "who": tx.actor.who, "now": tx.now})
            return not returns or cursor.fetchone() is not None
    except (psycopg.errors.CheckViolation, *UNSTORABLE):
        raise CaseRefused from None
