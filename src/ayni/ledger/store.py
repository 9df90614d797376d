"""The ledger's SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import TupleRow, class_row, kwargs_row

from ayni.foundation import arrays
from ayni.foundation.db import Tx
from ayni.foundation.queries import load_queries
from ayni.ledger.errors import (
    AccountNotEmpty,
    BadBatch,
    DayAlreadyBegun,
    LimitAlreadySet,
    LimitBelowUse,
    LimitOutOfRange,
    NoRoom,
    OtherTimeZone,
    UnknownAccount,
    UnknownOwner,
    WrongIsolation,
)
from ayni.ledger.model import (
    MAX_COUNTER_MINOR,
    Account,
    HoldState,
    Kind,
    LimitUse,
    Posted,
    RecordedTransfer,
    StatementLine,
    Transfer,
    TrialBalanceRow,
    Violation,
)
from ayni.ledger.model.results import Result
from ayni.values.ids import AccountId, EventId, OwnerRef, TransferId

_QUERIES = load_queries("ledger")
# Texts and instants that are none, and a context whose brackets stand too deep in each other.
_UNFIT = (psycopg.DataError, psycopg.errors.StatementTooComplex, UnicodeEncodeError)


def post(
    connection: psycopg.Connection[TupleRow],
    transfers: Sequence[Transfer],
    columns: Mapping[str, Any],
    *,
    ordered: bool = False,
) -> list[Posted]:
    """Post a batch, given also as the columns that `pack` made of it. Raises WrongIsolation, NoRoom."""
    if not transfers:
        return []
    arrays.register(connection)
    try:
        row = connection.execute(_QUERIES["post"], {**columns, "ordered": ordered}).fetchone()
    except _UNFIT as error:
        raise BadBatch(reason="a date or a context that the database cannot hold") from error
    except psycopg.errors.DiskFull as error:
        # A server that went down over it may have written the commit already.
        if error.diag.severity_nonlocalized != "ERROR":
            raise
        raise NoRoom from error
    except psycopg.Error as error:
        raise _named(error) from error
    assert row is not None
    first_seq, results, amounts, seqs = row
    if results is None:
        return [
            Posted(Result.CREATED, transfer.amount_minor, first_seq + place)
            for place, transfer in enumerate(transfers)
        ]
    return [
        Posted(Result(result), amount or 0, seq or 0)
        for result, amount, seq in zip(results, amounts, seqs, strict=True)
    ]


def _named(error: psycopg.Error) -> Exception:
    if error.sqlstate == "AY101":
        return WrongIsolation()
    if error.sqlstate == "AY103":
        return BadBatch(reason="its columns do not fit together")
    if error.sqlstate == "AY104":
        return UnknownOwner()
    if error.sqlstate == "AY105":
        return UnknownAccount(account="")
    if error.sqlstate == "AY106":
        return OtherTimeZone()
    if error.sqlstate == "AY107":
        return LimitAlreadySet()
    if error.sqlstate == "AY108":
        return DayAlreadyBegun()
    constraint = error.diag.constraint_name
    if constraint == "closed_is_empty":
        return AccountNotEmpty()
    if constraint == "funds_cover":
        return LimitBelowUse()
    if constraint == "numbers_in_range":
        return LimitOutOfRange(most=MAX_COUNTER_MINOR)
    return error


def change(tx: Tx, query: str, **values: Any) -> Any:
    """Call one of the ledger's functions and return its value."""
    try:
        row = tx.execute(_QUERIES[query], values).fetchone()
    except psycopg.Error as error:
        raise _named(error) from error
    assert row is not None
    return row[0]


def is_waited_for(tx: Tx) -> bool:
    """Whether somebody waits for the ledger's lock."""
    row = tx.execute(_QUERIES["is_waited_for"]).fetchone()
    assert row is not None
    return bool(row[0])


def _account(*, accepts: list[int] | None, **given: Any) -> Account:
    # PostgreSQL's array comes as a list, which a frozen account must not carry.
    return Account(accepts=None if accepts is None else tuple(accepts), **given)


def find_accounts(tx: Tx, ids: Sequence[AccountId]) -> dict[AccountId, Account]:
    """Accounts by id; ids that are unknown are left out."""
    with tx.connection.cursor(row_factory=kwargs_row(_account)) as cursor:
        return {row.id: row for row in cursor.execute(_QUERIES["accounts"], {"ids": list(ids)})}


def list_accounts(tx: Tx, owner_ref: OwnerRef) -> list[Account]:
    """The accounts of one owner."""
    with tx.connection.cursor(row_factory=kwargs_row(_account)) as cursor:
        return cursor.execute(_QUERIES["accounts_of_owner"], {"owner_ref": owner_ref}).fetchall()


def list_statement(
    tx: Tx, account_id: AccountId, *, before_seq: int, most: int, since: datetime
) -> list[StatementLine]:
    """Newest first."""
    values = {"account_id": account_id, "before_seq": before_seq, "most": most, "since": since}
    return [
        StatementLine(
            seq=row[0],
            transfer_id=TransferId(row[1]),
            event_id=EventId(row[2]),
            kind=Kind(row[3]),
            code=row[4],
            counterpart_account_id=AccountId(row[5]),
            amount_minor=row[6],
            balance_minor=row[7],
            version=row[8],
            event_at=row[9],
            created_at=row[10],
            reference=row[11],
        )
        for row in tx.execute(_QUERIES["statement"], values)
    ]


def list_trial_balance(tx: Tx, *, book: int, owner_ref: UUID | None) -> list[TrialBalanceRow]:
    """Sums per kind of account."""
    with tx.connection.cursor(row_factory=class_row(TrialBalanceRow)) as cursor:
        return cursor.execute(_QUERIES["trial_balance"], {"book": book, "owner_ref": owner_ref}).fetchall()


def list_violations(tx: Tx) -> list[Violation]:
    """What breaks the invariants."""
    with tx.connection.cursor(row_factory=class_row(Violation)) as cursor:
        return cursor.execute(_QUERIES["violations"]).fetchall()


def _recorded(*, kind: int, hold_state: int | None, **given: Any) -> RecordedTransfer:
    return RecordedTransfer(
        kind=Kind(kind), hold_state=None if hold_state is None else HoldState(hold_state), **given
    )


def find_transfer(tx: Tx, transfer_id: TransferId) -> RecordedTransfer | None:
    """One transfer, or None."""
    with tx.connection.cursor(row_factory=kwargs_row(_recorded)) as cursor:
        return cursor.execute(_QUERIES["transfer"], {"id": transfer_id}).fetchone()


def list_legs(tx: Tx, transfer_id: TransferId) -> list[RecordedTransfer]:
    """A transfer and those that were posted with it for the same event, in their order."""
    ids = [row[0] for row in tx.execute(_QUERIES["legs"], {"id": transfer_id}).fetchall()]
    found = [find_transfer(tx, TransferId(one)) for one in ids]
    return [leg for leg in found if leg is not None]


def list_transfers_after(tx: Tx, *, after_seq: int, upto_seq: int, most: int) -> list[RecordedTransfer]:
    """The transfers that follow one in the ledger's order."""
    values = {"after_seq": after_seq, "upto_seq": upto_seq, "most": most}
    with tx.connection.cursor(row_factory=kwargs_row(_recorded)) as cursor:
        return cursor.execute(_QUERIES["transfers_after"], values).fetchall()


def last_seq(tx: Tx) -> int:
    """The place of the newest transfer; 0 while there is none."""
    row = tx.execute(_QUERIES["last_seq"]).fetchone()
    assert row is not None
    return int(row[0])


def list_limit_use(tx: Tx, *, owner_ref: OwnerRef, book: int) -> list[LimitUse]:
    """Today's limits of an owner in a book."""
    try:
        with tx.connection.cursor(row_factory=class_row(LimitUse)) as cursor:
            return cursor.execute(_QUERIES["limit_use"], {"owner_ref": owner_ref, "book": book}).fetchall()
    except psycopg.Error as error:
        raise _named(error) from error
