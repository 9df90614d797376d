"""What an agent hands over in cash: for a resident's cash code, and for a voucher of a programme."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Protocol
from uuid import UUID

from fastapi import APIRouter, Path
from pydantic import Field

from ayni import wallet
from ayni.channels.api.state import State
from ayni.channels.api.tokens import Caller
from ayni.channels.api.v1.described import PROBLEMS, Model, PhoneText, ShopText, TheState, may
from ayni.foundation.db import Tx
from ayni.foundation.errors import AyniError
from ayni.wallet import UnknownShop

router = APIRouter(tags=["agents"], responses=PROBLEMS)
CodePath = Annotated[ShopText, Path(description="The code on the agent's sign")]
_MAY = may("payments:write")


class ToldCode(Model):
    """What a resident tells the agent for cash that they have set aside."""

    phone: PhoneText
    code: Annotated[str, Field(pattern=r"^[0-9]{4,12}$")]


class ToldVoucher(Model):
    """What a resident tells the agent for a benefit that is paid in cash."""

    number: Annotated[int, Field(ge=1, le=10**15)]
    code: Annotated[str, Field(pattern=r"^[0-9]{4,12}$")]


class HandOver(Model):
    """How much cash the agent hands over, and to whom, by as much of the name as an agent sees."""

    amount_minor: int
    to: str
    repeated: bool


class Taken(Protocol):
    """What the wallet says of cash that was taken over."""

    @property
    def amount_minor(self) -> int: ...
    @property
    def display_name(self) -> str: ...
    @property
    def repeated(self) -> bool: ...


def _agent(tx: Tx, caller: Caller, code: str) -> UUID:
    shop = wallet.find_shop(tx, code=code)
    if shop is None or shop.kind != "agent":
        raise UnknownShop(kind="agent")
    wallet.links.check_reach_of_shop(tx, client_id=caller.client_id, shop_id=shop.id)
    return shop.id


def _hand_over(
    state: State, caller: Caller, code: str, take: Callable[[Tx, UUID], Taken | AyniError]
) -> HandOver:
    """What an agent is to hand over. A wrong code is counted, and told once that is committed."""
    with state.database.transaction(caller.actor) as tx:
        answer = take(tx, _agent(tx, caller, code))
    if isinstance(answer, AyniError):
        raise answer
    return HandOver(amount_minor=answer.amount_minor, to=answer.display_name, repeated=answer.repeated)


@router.post("/agents/{code}/cash-codes")
def pay_out(state: TheState, code: CodePath, asked: ToldCode, caller: Caller = _MAY) -> HandOver:
    """Take over what a resident set aside; the agent then hands over that much cash. Again is the same."""

    def take(tx: Tx, agent_id: UUID) -> Taken | AyniError:
        return wallet.pay_out(tx, ring=state.ring, agent_id=agent_id, phone=asked.phone, code=asked.code)

    return _hand_over(state, caller, code, take)


@router.post("/agents/{code}/vouchers/look-up")
def look_up(state: TheState, code: CodePath, asked: ToldVoucher, caller: Caller = _MAY) -> HandOver:
    """Whose voucher it is and what it is worth, before the agent looks at the document. Nothing moves."""

    def take(tx: Tx, agent_id: UUID) -> Taken | AyniError:
        return wallet.vouchers.look_up_voucher(
            tx, ring=state.ring, agent_id=agent_id, number=asked.number, code=asked.code
        )

    return _hand_over(state, caller, code, take)


@router.post("/agents/{code}/vouchers")
def cash(state: TheState, code: CodePath, asked: ToldVoucher, caller: Caller = _MAY) -> HandOver:
    """Take over a benefit; the agent then hands over that much cash. Again at the same agent is the same."""

    def take(tx: Tx, agent_id: UUID) -> Taken | AyniError:
        return wallet.vouchers.cash_voucher(
            tx, ring=state.ring, agent_id=agent_id, number=asked.number, code=asked.code
        )

    return _hand_over(state, caller, code, take)
