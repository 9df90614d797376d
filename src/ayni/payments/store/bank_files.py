"""What the bank has told us, in PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

import psycopg
from psycopg.rows import class_row

from ayni.foundation.db import Tx
from ayni.payments.errors.payouts import BadBankFile
from ayni.payments.model.payouts import Answered, BankStatement, BookedEntry, Difference
from ayni.payments.store import QUERIES, UNSTORABLE


class Newest(NamedTuple):
    """The bank's newest statement, and what was booked after its end by the bank's own days."""

    statement_id: str
    ends_at: datetime
    closing_minor: int
    received_after: int
    paid_after: int
    borne_after: int


def insert_bank_file(tx: Tx, *, digest: bytes, kind: str, message_id: str, content: bytes) -> bool:
    """Keep a file; False when it was read before. Raises BadBankFile."""
    values = {"digest": digest, "kind": kind, "message_id": message_id, "content": content, "now": tx.now}
    return tx.execute(QUERIES["insert_bank_file"], values).fetchone() is not None


def insert_answer(tx: Tx, answer: Answered, *, digest: bytes) -> None:
    """Keep what the bank answered to a payout."""
    values = {"reference": answer.reference, "status": answer.status, "reason": answer.reason}
    tx.execute(QUERIES["insert_payout_answer"], {**values, "digest": digest, "now": tx.now})


def insert_statement(tx: Tx, statement: BankStatement, *, digest: bytes) -> bool:
    """Add a statement; False when the bank's number of it stands for another one. Raises BadBankFile."""
    values = {
        "id": statement.id,
        "digest": digest,
        "opening_minor": statement.opening_minor,
        "closing_minor": statement.closing_minor,
        "begins_at": statement.begins_at,
        "ends_at": statement.ends_at,
        "entries_minor": sum(entry.amount_minor for entry in statement.entries),
    }
    try:
        with tx.connection.transaction():
            tx.execute(QUERIES["insert_bank_statement"], values)
    except (psycopg.errors.CheckViolation, *UNSTORABLE):
        raise BadBankFile(reason="a statement holds what cannot be stored") from None
    row = tx.execute(QUERIES["bank_statement"], {"id": statement.id}).fetchone()
    return row == (statement.opening_minor, statement.closing_minor, statement.begins_at, statement.ends_at)


def insert_entry(tx: Tx, entry: BookedEntry, *, statement_id: str, finding: str) -> bool:
    """Add a booking; False when it is known. Raises BadBankFile."""
    values = {
        "reference": entry.reference,
        "statement_id": statement_id,
        "amount_minor": entry.amount_minor,
        "booked_at": entry.booked_at,
        "payout_reference": entry.payout_reference,
        "narrative": entry.narrative,
        "finding": finding,
    }
    try:
        with tx.connection.transaction():
            return tx.execute(QUERIES["insert_bank_entry"], {**values, "now": tx.now}).fetchone() is not None
    except (psycopg.errors.CheckViolation, *UNSTORABLE):
        raise BadBankFile(reason="an entry holds what cannot be stored") from None


def lock_entries(tx: Tx) -> None:
    """Let one booking be assigned after another, until this transaction ends."""
    tx.execute(QUERIES["lock_bank_entries"])


def find_entry(tx: Tx, reference: str) -> tuple[int, str, datetime] | None:
    """Amount, finding and day of a booking, or None."""
    try:
        with tx.connection.transaction():
            return tx.execute(QUERIES["bank_entry"], {"reference": reference}).fetchone()
    except UNSTORABLE:
        return None


def is_assigned(tx: Tx, reference: str) -> bool:
    """Whether something in our books corresponds to a booking."""
    row = tx.execute(QUERIES["is_assigned"], {"reference": reference}).fetchone()
    return row is not None and bool(row[0])


def list_differences(tx: Tx, *, until: datetime) -> list[Difference]:
    """Bookings up to an instant to which nothing in our books corresponds."""
    with tx.connection.cursor(row_factory=class_row(Difference)) as cursor:
        return cursor.execute(QUERIES["differences"], {"until": until}).fetchall()


_FOR_EVER = datetime(9999, 1, 1, tzinfo=UTC)


def find_newest(tx: Tx, *, before: datetime = _FOR_EVER) -> Newest | None:
    """The bank's newest statement that ended before an instant, or None."""
    row = tx.execute(QUERIES["newest_statement"], {"before": before}).fetchone()
    return None if row is None else Newest(*row)


def list_broken(tx: Tx) -> list[str]:
    """Statements that do not open with what the one before them closed with."""
    return [row[0] for row in tx.execute(QUERIES["broken_statements"])]


def insert_settlement(tx: Tx, reference: str, *, against: str | None, reason: str) -> bool:
    """Settle a debit; False when it, or what it is settled against, is settled. Raises BadBankFile."""
    values = {"reference": reference, "against": against, "reason": reason, "now": tx.now}
    try:
        with tx.connection.transaction():
            return tx.execute(QUERIES["insert_entry_settlement"], values).fetchone() is not None
    except (psycopg.errors.CheckViolation, *UNSTORABLE):
        raise BadBankFile(reason="a reason has 1 to 500 letters") from None
