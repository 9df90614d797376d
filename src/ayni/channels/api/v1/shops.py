"""Merchants and agents: their account, their day, what moved, and the codes by which they are paid."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from ayni import ledger, wallet
from ayni.channels.api.tokens import Caller
from ayni.channels.api.v1.described import (
    PROBLEMS,
    AmountMinor,
    At,
    Cursor,
    DayText,
    Limit,
    Model,
    Page,
    ShopText,
    TheState,
    may,
    read_cursor,
    read_day,
    write_cursor,
)
from ayni.foundation.db import Tx
from ayni.ledger import Kind, StatementLine, TransferCode
from ayni.values.ids import show_id
from ayni.wallet import Shop, UnknownShop

router = APIRouter(responses=PROBLEMS)
_MAY = may("merchants:read")
CodePath = Annotated[ShopText, Path(description="The code on its sign")]


class ShopShown(Model):
    """A merchant, an agent or a company, and what its account holds now."""

    code: str
    kind: str
    name: str
    category: str | None
    balance_minor: int
    available_minor: int
    currency: str


class DayLineShown(Model):
    """What moved for one reason: how often, and how much came in and went out."""

    why: str
    times: int
    in_minor: int
    out_minor: int


class DayShown(Model):
    """A day from its opening to its closing: opening + in - out = closing."""

    on: date
    opening_minor: int
    lines: list[DayLineShown]
    closing_minor: int


class MoveShown(Model):
    """One transfer of the account. `amount_minor` is below zero for what went out."""

    payment: str
    event: str
    at: At
    why: str
    amount_minor: int
    balance_minor: int
    seq: int


class MovesShown(Page):
    """A page of what moved, the newest first."""

    payments: list[MoveShown]


class NewCode(Model):
    """A code to be paid by; without an amount the payer says how much."""

    amount_minor: AmountMinor | None = None


class CodeShown(Model):
    """The text of the QR code (EMVCo, merchant presented)."""

    text: str


def _reach(tx: Tx, caller: Caller, code: str, *, kind: str | None = None) -> Shop:
    """A shop that this client is linked to; any other is one that nobody has. Raises UnknownShop."""
    shop = wallet.find_shop(tx, code=code)
    if shop is None or kind not in (None, shop.kind):
        raise UnknownShop(kind="shop")
    wallet.links.check_reach_of_shop(tx, client_id=caller.client_id, shop_id=shop.id)
    return shop


@router.get("/merchants/{code}", tags=["merchants"])
@router.get("/agents/{code}", tags=["agents"], operation_id="show_agent")
def show(state: TheState, code: CodePath, caller: Caller = _MAY) -> ShopShown:
    """A shop and its account."""
    with state.database.snapshot(caller.actor) as tx:
        shop = _reach(tx, caller, code)
        account = ledger.get_account(tx, shop.account_id)
        return ShopShown(
            code=shop.code,
            kind=shop.kind,
            name=shop.display_name,
            category=shop.category,
            balance_minor=account.balance_minor,
            available_minor=account.available_minor or 0,
            currency=tx.country.currency,
        )


@router.get("/merchants/{code}/day", tags=["merchants"])
@router.get("/agents/{code}/day", tags=["agents"], operation_id="day_of_agent")
def day(
    state: TheState,
    code: CodePath,
    on: Annotated[DayText, Query(description="A day of the city's calendar")],
    caller: Caller = _MAY,
) -> DayShown:
    """A shop's day: what it began with, what moved and why, and what it ended with."""
    with state.database.snapshot(caller.actor) as tx:
        on_day = read_day(on)
        found = wallet.trade.day_report(tx, shop_id=_reach(tx, caller, code).id, on=on_day)
    lines = [
        DayLineShown(
            why=TransferCode(line.code).name.lower(),
            times=line.times,
            in_minor=line.in_minor,
            out_minor=line.out_minor,
        )
        for line in found.lines
    ]
    return DayShown(
        on=on_day, opening_minor=found.opening_minor, lines=lines, closing_minor=found.closing_minor
    )


@router.get("/merchants/{code}/payments", tags=["merchants"])
@router.get("/agents/{code}/payments", tags=["agents"], operation_id="payments_of_agent")
def moves(
    state: TheState, code: CodePath, limit: Limit = 50, cursor: Cursor = None, caller: Caller = _MAY
) -> MovesShown:
    """What moved in a shop's account, the newest first. What comes meanwhile is on none of the pages."""
    before = read_cursor(cursor, _read_mark) or 0
    with state.database.snapshot(caller.actor) as tx:
        found = ledger.list_statement(tx, _reach(tx, caller, code).account_id, most=limit, before_seq=before)
    mark = None if len(found) < limit else {"before": found[-1].seq}
    moved = [line for line in found if line.kind in (Kind.SINGLE, Kind.POST, Kind.RETURN)]
    return MovesShown(next=write_cursor(mark), payments=[_move(line) for line in moved])


def _read_mark(told: Any) -> int:
    before = told["before"]
    if type(before) is not int or not 0 < before < 2**63:
        raise ValueError
    return before


def _move(line: StatementLine) -> MoveShown:
    return MoveShown(
        payment=show_id("trf", line.transfer_id),
        event=show_id("evt", line.event_id),
        at=line.event_at,
        why=TransferCode(line.code).name.lower(),
        amount_minor=line.amount_minor,
        balance_minor=line.balance_minor,
        seq=line.seq,
    )


@router.post("/merchants/{code}/codes", tags=["merchants"])
def write_code(
    state: TheState, code: CodePath, asked: NewCode, caller: Caller = may("merchants:write")
) -> CodeShown:
    """A code to hang up or to show once. Writing it changes nothing, and needs no key."""
    with state.database.transaction(caller.actor) as tx:
        shop = _reach(tx, caller, code, kind="merchant")
        return CodeShown(text=wallet.codes.write_code(tx, shop_id=shop.id, amount_minor=asked.amount_minor))
