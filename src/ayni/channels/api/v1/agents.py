"""What an agent hands over in cash: for a resident's cash code, and for a voucher of a programme."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path
from pydantic import Field

from ayni import wallet
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


def _agent(tx: Tx, caller: Caller, code: str) -> UUID:
    shop = wallet.find_shop(tx, code=code)
    if shop is None or shop.kind != "agent":
        raise UnknownShop(kind="agent")
    wallet.links.check_reach_of_shop(tx, client_id=caller.client_id, shop_id=shop.id)
    return shop.id


def _told(answer: object) -> None:
    """A wrong code is counted, and told once that is committed."""
    if isinstance(answer, AyniError):
        raise answer


@router.post("/agents/{code}/cash-codes")
def pay_out(state: TheState, code: CodePath, asked: ToldCode, caller: Caller = _MAY) -> HandOver:
    """Take over what a resident set aside; the agent then hands over that much cash. Again is the same."""
    with state.database.transaction(caller.actor) as tx:
        agent_id = _agent(tx, caller, code)
        answer = wallet.pay_out(tx, ring=state.ring, agent_id=agent_id, phone=asked.phone, code=asked.code)
    _told(answer)
    assert not isinstance(answer, AyniError)
    return HandOver(amount_minor=answer.amount_minor, to=answer.display_name, repeated=answer.repeated)


@router.post("/agents/{code}/vouchers/look-up")
def look_up(state: TheState, code: CodePath, asked: ToldVoucher, caller: Caller = _MAY) -> HandOver:
    """Whose voucher it is and what it is worth, before the agent looks at the document. Nothing moves."""
    with state.database.transaction(caller.actor) as tx:
        agent_id = _agent(tx, caller, code)
        answer = wallet.vouchers.look_up_voucher(
            tx, ring=state.ring, agent_id=agent_id, number=asked.number, code=asked.code
        )
    _told(answer)
    assert not isinstance(answer, AyniError)
    return HandOver(amount_minor=answer.amount_minor, to=answer.display_name, repeated=answer.repeated)


@router.post("/agents/{code}/vouchers")
def cash(state: TheState, code: CodePath, asked: ToldVoucher, caller: Caller = _MAY) -> HandOver:
    """Take over a benefit; the agent then hands over that much cash. Again at the same agent is the same."""
    with state.database.transaction(caller.actor) as tx:
        agent_id = _agent(tx, caller, code)
        answer = wallet.vouchers.cash_voucher(
            tx, ring=state.ring, agent_id=agent_id, number=asked.number, code=asked.code
        )
    _told(answer)
    assert not isinstance(answer, AyniError)
    return HandOver(amount_minor=answer.amount_minor, to=answer.display_name, repeated=answer.repeated)
