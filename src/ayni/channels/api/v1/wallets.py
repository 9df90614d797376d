"""Wallets: what is in them, what the limits leave, and what moved."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from fastapi import APIRouter

from ayni import wallet
from ayni.channels.api.tokens import Caller
from ayni.channels.api.v1.described import (
    PROBLEMS,
    At,
    Cursor,
    Limit,
    Model,
    Page,
    TheState,
    WalletPath,
    may,
    reached_wallet,
    read_cursor,
    write_cursor,
)
from ayni.ledger import TransferCode
from ayni.values.ids import AccountId, show_id

router = APIRouter(tags=["wallets"], responses=PROBLEMS)
_MAY = may("wallets:read")
_KNOWN_MARKS = 1_000


class WalletShown(Model):
    """What a wallet holds now, in minor units."""

    wallet: str
    total_minor: int
    available_minor: int
    """Free money that may leave now."""
    bound_minor: dict[str, int]
    """Money for one purpose, by purpose."""
    saved_minor: int
    may_spend: bool
    currency: str


class LimitShown(Model):
    """One limit of the law, today; null is without end."""

    kind: str
    maximum_minor: int | None
    left_minor: int | None
    renews_on: date | None


def limit_shown(one: wallet.LimitLeft) -> LimitShown:
    """One limit as it is told."""
    return LimitShown(
        kind=one.kind, maximum_minor=one.maximum_minor, left_minor=one.left_minor, renews_on=one.renews_on
    )


class EntryShown(Model):
    """One business event of a statement. `amount_minor` is below zero for what went out."""

    event: str
    payment: str
    at: At
    why: str
    with_whom: str
    amount_minor: int
    parts_minor: dict[str, int]
    balance_minor: int
    seq: int


class StatementShown(Page):
    """A page of a statement, the newest first."""

    entries: list[EntryShown]


@router.get("/wallets/{wallet_id}")
def show(state: TheState, wallet_id: WalletPath, caller: Caller = _MAY) -> WalletShown:
    """What is in a wallet now."""
    with state.database.snapshot(caller.actor) as tx:
        found = wallet.balance(tx, person_id=reached_wallet(tx, caller, wallet_id))
        return WalletShown(
            wallet=wallet_id,
            total_minor=found.total_minor,
            available_minor=found.available_minor,
            bound_minor=dict(found.bound_minor),
            saved_minor=found.saved_minor,
            may_spend=found.may_spend,
            currency=tx.country.currency,
        )


@router.get("/wallets/{wallet_id}/limits")
def limits(state: TheState, wallet_id: WalletPath, caller: Caller = _MAY) -> list[LimitShown]:
    """What the limits of the law leave to a wallet today."""
    with state.database.snapshot(caller.actor) as tx:
        found = wallet.limits_left(tx, person_id=reached_wallet(tx, caller, wallet_id))
    return [limit_shown(one) for one in found]


@router.get("/wallets/{wallet_id}/statement")
def statement(
    state: TheState,
    wallet_id: WalletPath,
    limit: Limit = 50,
    cursor: Cursor = None,
    caller: Caller = _MAY,
) -> StatementShown:
    """What moved in a wallet, the newest first. What comes while pages are read is on none of them."""
    older = read_cursor(cursor, _read_marks)
    with state.database.snapshot(caller.actor) as tx:
        page = wallet.statement(tx, person_id=reached_wallet(tx, caller, wallet_id), most=limit, older=older)
    marks = None if page.older is None else {str(account): seq for account, seq in page.older.items()}
    return StatementShown(next=write_cursor(marks), entries=[_entry(one) for one in page.entries])


def _read_marks(told: Any) -> dict[AccountId, int]:
    marks = {AccountId(UUID(account)): seq for account, seq in told.items()}
    if len(marks) > _KNOWN_MARKS or not all(type(seq) is int and 0 < seq < 2**63 for seq in marks.values()):
        raise ValueError
    return marks


def _entry(one: wallet.StatementEntry) -> EntryShown:
    return EntryShown(
        event=show_id("evt", one.event_id),
        payment=show_id("trf", one.payment_id),
        at=one.at,
        why=TransferCode(one.code).name.lower(),
        with_whom=one.counterpart,
        amount_minor=one.amount_minor,
        parts_minor=dict(one.parts),
        balance_minor=one.balance_minor,
        seq=one.seq,
    )
