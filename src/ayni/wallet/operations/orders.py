"""Residents at shops and with each other: paying, sending, and trading cash.

These are the hot payments. They write nothing but transfers, so that they may go through the ledger's poster
and be committed in groups; whatever else follows from them is derived from the ledger, in its order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from ayni import ledger
from ayni.foundation.db import Actor, Tx
from ayni.foundation.errors import AyniError
from ayni.ledger import Posted, Poster, Result
from ayni.values.ids import AccountId, PersonId
from ayni.wallet.errors import TooManyAtOnce
from ayni.wallet.model import Order, OrderKind, Receipt
from ayni.wallet.operations.plans import Known, Plan, Remembered, find_usable, make_plan, parameter, read
from ayni.wallet.operations.receipts import find_receipt
from ayni.wallet.operations.refusals import differs, limit_exceeded, refusal
from ayni.wallet.operations.tiers import PARAMETERS


def pay(
    tx: Tx,
    *,
    person_id: PersonId,
    merchant_id: UUID,
    amount_minor: int,
    client: str,
    key: UUID,
    poster: Poster | None = None,
) -> Receipt:
    """Pay a merchant: with purpose money first where the shop accepts it, then with free money.

    All or nothing. The same `key` again gives the same receipt. With a `poster` the payment is committed
    before this returns, and a refusal is remembered with its key; without, it is part of `tx`, and goes last
    in it. Raises
    InsufficientFunds, PurposeMoneyNotAccepted, LimitExceeded, LimitMissing, WalletMayNotSpend, AccountClosed,
    KeyAlreadyUsed, UnknownWallet, UnknownShop, BadAmount, BadKey, OrderRefused.
    """
    order = Order(OrderKind.PAY, person_id, merchant_id, amount_minor, client, key)
    return _only(carry_out(tx, orders=[order], poster=poster))


def cash_out(
    tx: Tx,
    *,
    person_id: PersonId,
    agent_id: UUID,
    amount_minor: int,
    client: str,
    key: UUID,
    poster: Poster | None = None,
) -> Receipt:
    """Give free money to an agent, who hands over cash once this has returned. Purpose money is never cash.

    Raises NotPayableInCash for what coins cannot pay, OwnShop, and as `pay` does.
    """
    order = Order(OrderKind.CASH_OUT, person_id, agent_id, amount_minor, client, key)
    return _only(carry_out(tx, orders=[order], poster=poster))


def cash_in(
    tx: Tx,
    *,
    person_id: PersonId,
    agent_id: UUID,
    amount_minor: int,
    client: str,
    key: UUID,
    poster: Poster | None = None,
) -> Receipt:
    """Take e-money from an agent's float for cash that the resident has handed over.

    Raises AgentOutOfFloat, NotPayableInCash, OwnShop, and as `pay` does. The agent is told of the resident's
    limits only that they were met: what is left is for the resident's eyes.
    """
    order = Order(OrderKind.CASH_IN, person_id, agent_id, amount_minor, client, key)
    return _only(carry_out(tx, orders=[order], poster=poster))


def remit(
    tx: Tx,
    *,
    person_id: PersonId,
    merchant_id: UUID,
    amount_minor: int,
    client: str,
    key: UUID,
    poster: Poster | None = None,
) -> Receipt:
    """Pay a person from a merchant's own account. It arrives as free money.

    Raises OrganisationOutOfMoney, PayeeCannotTake, and as `pay` does.
    """
    order = Order(OrderKind.REMIT, person_id, merchant_id, amount_minor, client, key)
    return _only(carry_out(tx, orders=[order], poster=poster))


def _only(answers: list[Receipt | AyniError]) -> Receipt:
    (answer,) = answers
    if isinstance(answer, AyniError):
        raise answer
    return answer


def carry_out(
    tx: Tx,
    *,
    orders: Sequence[Order],
    poster: Poster | None = None,
    actors: Sequence[Actor] | None = None,
    remembered: Remembered | None = None,
) -> list[Receipt | AyniError]:
    """Carry out many orders, each on its own, and answer each with its receipt or the named refusal.

    At most `ledger.BULK_BATCH`. See `pay` for what `poster` changes. `actors` says who asked for each, where
    that is not the actor of `tx`. `remembered` keeps what never changes from one call to the next, for one
    database. Raises TooManyAtOnce.
    """
    if len(orders) > ledger.BULK_BATCH:
        raise TooManyAtOnce(size=len(orders), limit=ledger.BULK_BATCH)
    known = read(tx, orders, remembered or Remembered())
    spent: dict[AccountId, int] = {}
    who_asks = {actor: replace(tx, actor=actor) for actor in set(actors or ())}
    asked = [tx] * len(orders) if actors is None else [who_asks[actor] for actor in actors]
    plans = [_plan(who, order, known, spent) for who, order in zip(asked, orders, strict=True)]
    transfers = [leg for plan in plans if isinstance(plan, Plan) for leg in plan.transfers]
    posted = iter(poster.post(transfers) if poster is not None else ledger.post(tx, transfers))
    return [
        _settle(tx, plan, [next(posted) for _ in plan.transfers]) if isinstance(plan, Plan) else plan
        for plan in plans
    ]


def _plan(tx: Tx, order: Order, known: Known, spent: dict[AccountId, int]) -> Plan | Receipt | AyniError:
    usable = find_usable(tx, order, known)
    if isinstance(usable, AyniError):
        return usable
    try:
        plan = make_plan(tx, order, usable, known, spent)
    except AyniError as missing:
        return missing
    if len(plan.parts) > 1:
        # The ledger tests a limit leg by leg; what is one payment to people is tested here as one.
        single = parameter(tx, PARAMETERS["single"])
        if isinstance(single, AyniError) or order.amount_minor > single:
            earlier = find_receipt(tx, plan)
            return earlier or limit_exceeded(tx, usable.wallet, kind="single")
    return plan


def _settle(tx: Tx, plan: Plan, posted: list[Posted]) -> Receipt | AyniError:
    failed = [answer.result for answer in posted if not answer.result.ok]
    if not failed:
        return Receipt(
            plan.event_id,
            plan.order.kind,
            plan.order.amount_minor,
            plan.parts,
            posted[-1].seq,
            repeated=posted[0].result == Result.EXISTS,
            fee_minor=plan.fee_minor,
            payment_id=plan.transfers[0].id,
        )
    reason = next((result for result in failed if result != Result.LINKED_EVENT_FAILED), failed[0])
    if differs(reason):
        # Sent before, when the purpose money stood otherwise and the parts were others.
        earlier = find_receipt(tx, plan)
        if earlier is not None:
            return earlier
    return refusal(tx, plan.order, plan.usable, reason, fee_minor=plan.fee_minor)
