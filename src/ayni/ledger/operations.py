"""Everything that changes the ledger. Nothing here commits; a transaction that posts does it last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import groupby

from ayni.foundation.db import Tx
from ayni.ledger import store
from ayni.ledger.formats import check_range, pack
from ayni.ledger.model import AccountFlag, Counts, NewAccount, Posted, Transfer
from ayni.values.ids import AccountId, OwnerRef


def post(tx: Tx, transfers: Sequence[Transfer], *, ordered: bool = False) -> list[Posted]:
    """Post transfers in order and answer each, at most `MAX_BATCH`.

    Takes the ledger's lock until the transaction ends: do it last, and do nothing slow after it. A refusal is
    an answer, not an error: the others go on. `ordered` sends everything through the ordered path; the
    answers are the same. Raises BatchTooLarge, BadBatch, WrongIsolation, NoRoom.
    """
    return store.post(tx.connection, transfers, pack(transfers), ordered=ordered)


def expire_holds(tx: Tx, *, most: int = 2_000) -> int:
    """Expire overdue holds, oldest first, at most `most`; returns how many."""
    return int(store.change(tx, "expire", most=most))


def open_book(tx: Tx, *, book: int, name: str, currency: str, entity_ref: OwnerRef) -> None:
    """Open a book: a currency and a legal scope of the legal person `entity_ref`. Twice is once."""
    store.change(tx, "open_book", book=book, name=name, currency=currency, entity_ref=entity_ref)


def open_owners(tx: Tx, *, owner_refs: Sequence[OwnerRef], limit_class: int | None) -> int:
    """Make owners known; new ones get `limit_class` (None: no posting will be allowed). Returns how many."""
    return int(store.change(tx, "open_owners", owner_refs=list(owner_refs), limit_class=limit_class))


def open_accounts(tx: Tx, *, accounts: Sequence[NewAccount]) -> int:
    """Open accounts and return how many are new; an id that exists is left as it is.

    Raises UnknownOwner, LimitOutOfRange.
    """
    for account in accounts:
        check_range(account.credit_limit_minor, account.balance_ceiling_minor)

    def kind(account: NewAccount) -> tuple[object, ...]:
        return (
            account.book,
            account.code,
            account.debit_normal,
            account.credit_limit_minor,
            account.balance_ceiling_minor,
            account.purpose,
            account.accepts,
        )

    opened = 0
    for _, same in groupby(accounts, key=kind):
        group = list(same)
        opened += store.change(
            tx,
            "open_accounts",
            ids=[account.id for account in group],
            owner_refs=[account.owner_ref for account in group],
            book=group[0].book,
            code=group[0].code,
            debit_normal=group[0].debit_normal,
            credit_limit_minor=group[0].credit_limit_minor,
            balance_ceiling_minor=group[0].balance_ceiling_minor,
            purpose=group[0].purpose,
            accepts=None if group[0].accepts is None else list(group[0].accepts),
        )
    return opened


def flag_account(tx: Tx, *, account_id: AccountId, flags: AccountFlag, on: bool = True) -> AccountFlag:
    """Freeze, put to sleep or put under legal hold (or lift it). New debits are refused; receiving works."""
    return AccountFlag(store.change(tx, "flag_account", id=account_id, flags=int(flags), on=on))


def flag_owner(tx: Tx, *, owner_ref: OwnerRef, flags: AccountFlag, on: bool = True) -> AccountFlag:
    """The same for an owner, and so for all of the owner's accounts. Raises UnknownOwner."""
    return AccountFlag(store.change(tx, "flag_owner", owner_ref=owner_ref, flags=int(flags), on=on))


def close_account(tx: Tx, *, account_id: AccountId) -> None:
    """Close an account for good. Raises AccountNotEmpty, UnknownAccount."""
    store.change(tx, "close_account", id=account_id)


def set_account_limits(
    tx: Tx, *, account_id: AccountId, credit_limit_minor: int | None, balance_ceiling_minor: int | None
) -> None:
    """Set an account's own limits. Raises LimitBelowUse, LimitOutOfRange, UnknownAccount."""
    check_range(credit_limit_minor, balance_ceiling_minor)
    store.change(
        tx,
        "set_account_limits",
        id=account_id,
        credit_limit_minor=credit_limit_minor,
        balance_ceiling_minor=balance_ceiling_minor,
    )


def set_limit_class(tx: Tx, *, owner_ref: OwnerRef, limit_class: int) -> None:
    """Move an owner to another class of limits, of the same time zone. Raises OtherTimeZone, UnknownOwner."""
    store.change(tx, "set_limit_class", owner_ref=owner_ref, limit_class=limit_class)


def define_limit_class(tx: Tx, *, limit_class: int, name: str, time_zone: str) -> None:
    """Add a class of limits, whose months are counted in `time_zone`. Twice is once."""
    store.change(tx, "define_class", limit_class=limit_class, name=name, time_zone=time_zone)


def add_limit(
    tx: Tx,
    *,
    limit_class: int,
    kind: str,
    valid_from: date,
    valid_until: date | None,
    maximum_minor: int | None,
    source: str,
) -> None:
    """Add a dated limit: `kind` is single, conversions_month, total_month or balance; None is no limit.

    In force from `valid_from`, or at once where that has passed, until `valid_until` or the day before the
    next row begins. Twice is once. Raises LimitAlreadySet when other numbers already begin on that day: a
    wrong row is put right by one that begins later.
    """
    store.change(
        tx,
        "add_limit",
        limit_class=limit_class,
        kind=kind,
        valid_from=valid_from,
        valid_until=valid_until,
        maximum_minor=maximum_minor,
        source=source,
    )


def add_limit_codes(tx: Tx, *, limit_class: int, counts: Mapping[int, Counts], valid_from: date) -> None:
    """Say which transfer codes may touch a class from a day on, and in which limits each counts.

    Twice is once. Raises LimitAlreadySet when a code already counts otherwise from that very day, and
    DayAlreadyBegun when a code that counts already would count otherwise from a day that has begun.
    """
    store.change(
        tx,
        "add_limit_codes",
        limit_class=limit_class,
        codes=list(counts),
        counts=[int(value) for value in counts.values()],
        valid_from=valid_from,
    )
