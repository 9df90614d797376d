"""Everything that reads the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from ayni.foundation.db import Tx
from ayni.ledger import store
from ayni.ledger.errors import UnknownAccount, UnknownTransfer
from ayni.ledger.model import (
    Account,
    LimitUse,
    RecordedTransfer,
    StatementLine,
    TrialBalanceRow,
    Violation,
)
from ayni.values.ids import AccountId, OwnerRef, TransferId, show_id

_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
LAST = 2**63 - 1
"""A place in the ledger's order that nothing comes after."""


def get_account(tx: Tx, account_id: AccountId) -> Account:
    """One account. Raises UnknownAccount."""
    found = store.find_accounts(tx, [account_id])
    if account_id not in found:
        raise UnknownAccount(account=show_id("acc", account_id))
    return found[account_id]


def find_accounts(tx: Tx, account_ids: Sequence[AccountId]) -> dict[AccountId, Account]:
    """Accounts by id; unknown ids are left out."""
    return store.find_accounts(tx, account_ids)


def list_accounts(tx: Tx, owner_ref: OwnerRef) -> list[Account]:
    """The accounts of one owner, oldest first."""
    return store.list_accounts(tx, owner_ref)


def find_transfer(tx: Tx, transfer_id: TransferId) -> RecordedTransfer | None:
    """One transfer of the ledger with all of its fields; None for an id that is unknown or was refused."""
    return store.find_transfer(tx, transfer_id)


def get_transfer(tx: Tx, transfer_id: TransferId) -> RecordedTransfer:
    """The same. Raises UnknownTransfer."""
    found = store.find_transfer(tx, transfer_id)
    if found is None:
        raise UnknownTransfer(transfer=show_id("trf", transfer_id))
    return found


def list_legs(tx: Tx, transfer_id: TransferId) -> list[RecordedTransfer]:
    """The transfers of one event that were posted together with this one, in their order; none if it is
    unknown.
    """
    return store.list_legs(tx, transfer_id)


def list_transfers_after(
    tx: Tx, *, after_seq: int, upto_seq: int = LAST, most: int = 2_000
) -> list[RecordedTransfer]:
    """The transfers after one and up to another in the ledger's order, oldest first.

    Numbers have no gaps and are seen in their order: what follows the last that was seen comes later. What
    became of them since (the state of a hold, what was returned) is not told.
    """
    return store.list_transfers_after(tx, after_seq=after_seq, upto_seq=upto_seq, most=most)


def last_seq(tx: Tx) -> int:
    """The place of the newest transfer in the ledger's order; 0 while there is none."""
    return store.last_seq(tx)


def limit_use(tx: Tx, owner_ref: OwnerRef, *, book: int) -> list[LimitUse]:
    """What an owner may still do today in a book: one entry for each kind that has a row for the day.

    A kind without a row, or an owner without a class, has none: there a posting is refused. Read without the
    ledger's lock: the next posting decides. Raises UnknownOwner.
    """
    return store.list_limit_use(tx, owner_ref=owner_ref, book=book)


def list_statement(
    tx: Tx,
    account_id: AccountId,
    *,
    most: int = 50,
    before_seq: int = 0,
    since: datetime = _BEGINNING,
) -> list[StatementLine]:
    """An account's transfers, newest first, with the balance after each.

    At most `most` lines older than `before_seq` (0: from the newest) and not older than `since`. Reads only
    this account's transfers, along its chain.
    """
    return store.list_statement(tx, account_id, before_seq=before_seq, most=most, since=since)


def get_balance_at(tx: Tx, account_id: AccountId, *, at: datetime) -> int:
    """The posted balance at an instant of the ledger, in minor units. Raises UnknownAccount."""
    return int(store.change(tx, "balance_at", account_id=account_id, at=at))


def list_trial_balance(tx: Tx, *, book: int, owner_ref: OwnerRef | None = None) -> list[TrialBalanceRow]:
    """The sums of every kind of account in a book, for one owner or for all."""
    return store.list_trial_balance(tx, book=book, owner_ref=owner_ref)


def list_violations(tx: Tx) -> list[Violation]:
    """What breaks the ledger's invariants (rule 8): nothing, when all is well. Reads every transfer."""
    return store.list_violations(tx)
