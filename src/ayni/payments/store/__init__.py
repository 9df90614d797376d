"""Payments' conversation with PostgreSQL."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, TypeVar

import psycopg
from psycopg.rows import class_row

from ayni.foundation.db import Tx
from ayni.foundation.queries import load_queries
from ayni.payments.errors import BadDeposit, ProgrammeBookRefused, UnknownProgrammeBook
from ayni.payments.model import (
    FIRST_PROGRAMME_BOOK,
    TRUST_BOOK,
    Deposit,
    Institutions,
    MirrorDifference,
    ProgrammeBook,
    Reconciled,
)
from ayni.values.ids import AccountId, OwnerRef, ProgrammeId

QUERIES = load_queries("payments")
_T = TypeVar("_T")

UNSTORABLE = (psycopg.DataError, UnicodeEncodeError)
"""A NUL, or half of a surrogate pair: texts that no database can hold."""

BAD_REFERENCE = "a bank's reference has 1 to 64 letters, digits, dots, dashes, slashes or underscores"

_BOOK_RULES = {
    "programme_books_name_is_taken": "another programme's book has this name",
    "programme_books_name_fits": "a name has 1 to 120 letters",
    "programme_books_have_their_range": "there are no more numbers for books",
}


@contextlib.contextmanager
def all_or_nothing(tx: Tx) -> Iterator[None]:
    """What the block has done is undone when it raises, and the rest of the transaction stands."""
    with tx.connection.transaction():
        yield


def one(tx: Tx, kind: type[_T], name: str, parameters: dict[str, Any]) -> _T | None:
    """The one row of a query as its dataclass, or None."""
    with tx.connection.cursor(row_factory=class_row(kind)) as cursor:
        return cursor.execute(QUERIES[name], parameters).fetchone()


def insert_institution(
    tx: Tx,
    *,
    role: str,
    owner_ref: OwnerRef,
    account_id: AccountId | None,
    trust_account_id: AccountId | None,
) -> None:
    """Add an institution, if it is not there."""
    values = {"owner_ref": owner_ref, "account_id": account_id, "trust_account_id": trust_account_id}
    tx.execute(QUERIES["insert_institution"], {"role": role, "now": tx.now, **values})


def find_institutions(tx: Tx) -> Institutions | None:
    """The issuer and the municipality, or None before the books are set up."""
    rows = {row[0]: row for row in tx.execute(QUERIES["institutions"])}
    if rows.keys() != {"issuer", "municipality", "payouts"}:
        return None
    issuer, municipality, payouts = rows["issuer"], rows["municipality"], rows["payouts"]
    return Institutions(
        issuer_ref=OwnerRef(issuer[1]),
        municipality_ref=OwnerRef(municipality[1]),
        trust_account_id=AccountId(issuer[3]),
        issuer_account_id=AccountId(issuer[2]),
        payouts_ref=OwnerRef(payouts[1]),
        payouts_account_id=AccountId(payouts[2]),
    )


def insert_programme_book(tx: Tx, *, programme_id: ProgrammeId, name: str, **ids: Any) -> None:
    """Add a programme's book, if it has none. Raises ProgrammeBookRefused."""
    values = {"programme_id": programme_id, "name": name, "first": FIRST_PROGRAMME_BOOK, "now": tx.now, **ids}
    try:
        with tx.connection.transaction():
            tx.execute(QUERIES["insert_programme_book"], values)
    except psycopg.IntegrityError as error:
        rule = _BOOK_RULES.get(error.diag.constraint_name or "")
        if rule is None:
            raise
        raise ProgrammeBookRefused(rule=rule) from None
    except UNSTORABLE:
        raise ProgrammeBookRefused(rule="its name holds characters that cannot be stored") from None


def insert_programme_name(tx: Tx, *, programme_id: ProgrammeId, name: str) -> None:
    """Add a display name, if it is another. Raises ProgrammeBookRefused, UnknownProgrammeBook."""
    values = {"programme_id": programme_id, "name": name, "now": tx.now}
    try:
        with tx.connection.transaction():
            tx.execute(QUERIES["insert_programme_name"], values)
    except psycopg.errors.ForeignKeyViolation as error:
        raise UnknownProgrammeBook from error
    except psycopg.errors.CheckViolation as error:
        raise ProgrammeBookRefused(rule="a display name has 1 to 200 letters") from error
    except UNSTORABLE:
        raise ProgrammeBookRefused(rule="its name holds characters that cannot be stored") from None


def find_programme_book(tx: Tx, *, programme_id: ProgrammeId) -> ProgrammeBook | None:
    """The book of a programme, or None."""
    return one(tx, ProgrammeBook, "programme_book", {"programme_id": programme_id})


def find_mirroring_book(tx: Tx, *, account_id: AccountId) -> ProgrammeBook | None:
    """The programme's book that mirrors an account of the trust book, or None."""
    return one(tx, ProgrammeBook, "programme_book_of_account", {"account_id": account_id})


def sum_deposits(tx: Tx, *, account_id: AccountId) -> int:
    """What the bank has confirmed for an account."""
    row = tx.execute(QUERIES["sum_deposits"], {"account_id": account_id}).fetchone()
    assert row is not None
    return int(row[0])


def insert_deposit(tx: Tx, deposit: Deposit) -> tuple[Deposit, bool]:
    """Record a confirmed credit; give what its reference stands for, and whether it is new.

    Raises BadDeposit.
    """
    values = {
        "bank_reference": deposit.bank_reference,
        "event_id": deposit.event_id,
        "account_id": deposit.account_id,
        "amount_minor": deposit.amount_minor,
        "received_at": deposit.received_at,
        "now": tx.now,
    }
    try:
        with tx.connection.transaction():
            new = tx.execute(QUERIES["insert_deposit"], values).rowcount == 1
    except (psycopg.errors.CheckViolation, *UNSTORABLE):
        raise BadDeposit(reason=BAD_REFERENCE) from None
    found = one(tx, Deposit, "deposit", {"bank_reference": deposit.bank_reference})
    assert found is not None
    return found, new


def insert_bank_balance(tx: Tx, *, bank: str, as_of: datetime, balance_minor: int) -> None:
    """Record what the bank said."""
    tx.execute(
        QUERIES["insert_bank_balance"],
        {"bank": bank, "as_of": as_of, "balance_minor": balance_minor, "now": tx.now},
    )


def find_reconciled(tx: Tx) -> Reconciled | None:
    """The bank's newest word with what came after it, or None."""
    return one(tx, Reconciled, "newest_bank_balance", {})


def sum_trust_book(tx: Tx, *, book: int, assets: Sequence[int]) -> tuple[int, int]:
    """E-money issued, and the trust assets behind it."""
    row = tx.execute(QUERIES["trust_book"], {"book": book, "assets": list(assets)}).fetchone()
    assert row is not None
    return row[0], row[1]


def list_mirror_differences(tx: Tx) -> list[MirrorDifference]:
    """Programmes whose two sides differ."""
    with tx.connection.cursor(row_factory=class_row(MirrorDifference)) as cursor:
        return cursor.execute(QUERIES["mirror_differences"], {"trust_book": TRUST_BOOK}).fetchall()
