"""Payouts and their files, in PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import psycopg
from psycopg.rows import class_row

from ayni.foundation.db import Tx
from ayni.payments.errors.payouts import BadPayout, BadTrustAccount
from ayni.payments.model.payouts import Payout, PayoutFile, TrustAccount
from ayni.payments.store import QUERIES, UNSTORABLE, one
from ayni.values.ids import AccountId

_PAYOUT_RULES = {
    "payouts_are_of_something": "its amount is not above zero",
    "payouts_have_an_account": "a bank account has 8 to 34 digits or letters",
    "payouts_creditor_fits": "a name has 1 to 140 letters",
}
_ACCOUNT_RULES = {
    "trust_accounts_bank_fits": "a bank's name has 1 to 140 letters",
    "trust_accounts_have_a_number": "a bank account has 8 to 34 digits or letters",
    "trust_accounts_holder_fits": "a holder's name has 1 to 140 letters",
}


def insert_trust_account(tx: Tx, account: TrustAccount) -> bool:
    """Enter our account; False when it stood so before. Raises BadTrustAccount."""
    values = {"bank": account.bank, "bank_account": account.bank_account, "holder": account.holder}
    try:
        with tx.connection.transaction():
            return tx.execute(QUERIES["insert_trust_account"], {**values, "now": tx.now}).rowcount == 1
    except psycopg.errors.CheckViolation as error:
        rule = _ACCOUNT_RULES.get(error.diag.constraint_name or "")
        if rule is None:
            raise
        raise BadTrustAccount(rule=rule) from None
    except UNSTORABLE:
        raise BadTrustAccount(rule="it holds characters that cannot be stored") from None


def find_trust_account(tx: Tx) -> TrustAccount | None:
    """Our account at the bank, or None before it was entered."""
    return one(tx, TrustAccount, "trust_account", {})


def insert_payout(tx: Tx, payout: Payout) -> bool:
    """Add a payout; False when it is known. Raises BadPayout."""
    values = {
        "id": payout.id,
        "reference": payout.reference,
        "account_id": payout.account_id,
        "code": payout.code,
        "amount_minor": payout.amount_minor,
        "bank_account": payout.bank_account,
        "creditor": payout.creditor,
        "transfer_id": payout.transfer_id,
        "event_id": payout.event_id,
        "now": tx.now,
    }
    try:
        with tx.connection.transaction():
            return tx.execute(QUERIES["insert_payout"], values).fetchone() is not None
    except psycopg.errors.CheckViolation as error:
        rule = _PAYOUT_RULES.get(error.diag.constraint_name or "")
        if rule is None:
            raise
        raise BadPayout(rule=rule) from None
    except UNSTORABLE:
        raise BadPayout(rule="a field holds characters that cannot be stored") from None


def find_payouts(tx: Tx, *, ids: Sequence[UUID] = (), references: Sequence[str] = ()) -> list[Payout]:
    """Payouts by id or by reference; unknown ones are left out."""
    with tx.connection.cursor(row_factory=class_row(Payout)) as cursor:
        values = {"ids": list(ids), "references": list(references)}
        return cursor.execute(QUERIES["payouts"], values).fetchall()


def list_payouts(tx: Tx, account_id: AccountId, *, most: int) -> list[Payout]:
    """The payouts of an account, the newest first."""
    with tx.connection.cursor(row_factory=class_row(Payout)) as cursor:
        return cursor.execute(
            QUERIES["payouts_of_account"], {"account_id": account_id, "most": most}
        ).fetchall()


def take_payouts(tx: Tx, *, most: int) -> list[Payout]:
    """The oldest payouts that are in no file; nobody else takes any until this transaction ends."""
    tx.execute(QUERIES["lock_payout_files"])
    with tx.connection.cursor(row_factory=class_row(Payout)) as cursor:
        return cursor.execute(QUERIES["payouts_to_file"], {"most": most}).fetchall()


def insert_payout_file(tx: Tx, file: PayoutFile, payouts: Sequence[Payout]) -> None:
    """Keep a file with what is in it."""
    values = {
        "id": file.id,
        "message_id": file.message_id,
        "content": file.content,
        "payouts": file.payouts,
        "amount_minor": file.amount_minor,
        "now": tx.now,
    }
    tx.execute(QUERIES["insert_payout_file"], values)
    items = {"payout_ids": [payout.id for payout in payouts], "file_id": file.id}
    tx.execute(QUERIES["insert_payout_file_items"], items)


def list_unsent_files(tx: Tx) -> list[PayoutFile]:
    """Files that the bank does not have for certain, the oldest first."""
    with tx.connection.cursor(row_factory=class_row(PayoutFile)) as cursor:
        return cursor.execute(QUERIES["payout_files_unsent"]).fetchall()


def find_payout_file(tx: Tx, message_id: str) -> PayoutFile | None:
    """A file by its message's id, or None."""
    return one(tx, PayoutFile, "payout_file", {"message_id": message_id})


def note_sent(tx: Tx, file_id: UUID) -> None:
    """The bank has the file."""
    tx.execute(QUERIES["insert_payout_file_sent"], {"file_id": file_id, "now": tx.now})


def list_references(tx: Tx, message_id: str) -> list[str]:
    """The references of the payouts in a file."""
    return [row[0] for row in tx.execute(QUERIES["payouts_of_message"], {"message_id": message_id})]


def insert_end(
    tx: Tx, payout_id: UUID, *, how: str, bank_reference: str | None, reason: str, booked_at: datetime
) -> bool:
    """End a payout; False when it has ended so, or otherwise where it cannot be both."""
    values = {
        "payout_id": payout_id,
        "how": how,
        "bank_reference": bank_reference,
        "reason": reason,
        "booked_at": booked_at,
        "now": tx.now,
    }
    return tx.execute(QUERIES["insert_payout_end"], values).fetchone() is not None


def find_end(tx: Tx, payout_id: UUID, *, how: str) -> str | None:
    """The bank's reference of a payout's end, or None when it has not ended so."""
    row = tx.execute(QUERIES["payout_end"], {"payout_id": payout_id, "how": how}).fetchone()
    return None if row is None else str(row[0])
