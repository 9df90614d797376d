"""Cash in two steps: the resident sets money aside and is given a code, and any agent who is told it pays
it out.

What is set aside stands in an account of the resident's: nobody else can spend it, it counts in what they
may hold, and in their month only when it is paid out. An agent hands over cash once `pay_out` has been
committed; sent again, by whatever was cut off, it says the same.
"""

from __future__ import annotations

import hmac
from datetime import timedelta
from uuid import UUID

from ayni import identity, ledger
from ayni.foundation.db import Tx
from ayni.foundation.errors import AyniError
from ayni.foundation.keys import KeyRing, Purpose
from ayni.ledger import AccountCode, NewAccount, Posted, Transfer, TransferCode
from ayni.payments import TRUST_BOOK
from ayni.values.ids import AccountId, EventId, PersonId, TransferId, derived_id, new_id
from ayni.wallet import queries
from ayni.wallet.errors import KeyAlreadyUsed, UnknownShop
from ayni.wallet.errors.cash import CashCodeOver, CashNotNow, WrongCashCode
from ayni.wallet.model import Order, OrderKind, Shop, Wallet
from ayni.wallet.model.cash import DIGITS, CashCode, NewCashCode, PaidOut
from ayni.wallet.operations.access.terms import whole
from ayni.wallet.operations.plans import (
    Usable,
    check_coins,
    check_request,
    context_of,
    event_of,
    find_obstacle,
    leg_id,
)
from ayni.wallet.operations.refusals import check_room, in_words, refusal
from ayni.wallet.store import all_or_nothing, find_purpose_accounts
from ayni.wallet.store import cash as store

_ANYWHERE = UUID(int=0)


def make_cash_code(
    tx: Tx, *, ring: KeyRing, person_id: PersonId, amount_minor: int, client: str, key: UUID
) -> NewCashCode:
    """Set free money aside for cash, and give the code for which an agent hands it over.

    The same `key` again gives the same code. Posts, so a transaction does it last. Raises as
    `wallet.cash_out`, and SendingLocked.
    """
    order = Order(OrderKind.CASH_OUT, person_id, _ANYWHERE, amount_minor, client, key, "cash code")
    wrong = check_request(order) or check_coins(tx, amount_minor)
    if wrong is not None:
        raise wrong
    wallet = queries.get_wallet(tx, person_id=person_id)
    earlier = _find_earlier(tx, ring, order)
    if earlier is not None:
        return earlier
    obstacle = find_obstacle(tx, person_id)
    if obstacle is not None:
        raise obstacle
    check_room(tx, wallet, amount_minor)
    cash_code = CashCode(
        id=leg_id(order, 0),
        person_id=person_id,
        amount_minor=amount_minor,
        account_id=AccountId(new_id(tx.now)),
        event_id=event_of(order),
        made_at=tx.now,
        expires_at=tx.now + timedelta(hours=whole(tx, "wallet.cash_code_hours")),
        ended=None,
        shop_id=None,
        ended_at=None,
        key_version=ring.current(Purpose.PEPPER),
    )
    code = _digits(ring, cash_code.id, cash_code.key_version)
    tag = _tag(ring, cash_code.id, code, cash_code.key_version)
    with all_or_nothing(tx):
        if not store.insert_cash_code(tx, cash_code, tag=tag):
            # The same request was here at the same time, and has committed since.
            again = _find_earlier(tx, ring, order)
            if again is None:
                raise KeyAlreadyUsed
            return again
        _set_aside(tx, order, wallet, cash_code)
    return NewCashCode(cash_code, code)


def _find_earlier(tx: Tx, ring: KeyRing, order: Order) -> NewCashCode | None:
    """What the same request made before. Raises KeyAlreadyUsed when the key did something else."""
    found = ledger.find_transfer(tx, leg_id(order, 0))
    if found is None:
        return None
    cash_code = store.find_cash_code(tx, found.id)
    if cash_code is None or cash_code.event_id != event_of(order):
        raise KeyAlreadyUsed
    return NewCashCode(cash_code, _digits(ring, cash_code.id, cash_code.key_version), repeated=True)


def _set_aside(tx: Tx, order: Order, wallet: Wallet, cash_code: CashCode) -> None:
    account = NewAccount(cash_code.account_id, TRUST_BOOK, AccountCode.ESCROW, wallet.owner_ref)
    ledger.open_accounts(tx, accounts=[account])
    (answer,) = ledger.post(
        tx,
        [
            Transfer(
                id=TransferId(cash_code.id),
                event_id=cash_code.event_id,
                book=TRUST_BOOK,
                debit_account_id=wallet.main_account_id,
                credit_account_id=cash_code.account_id,
                amount_minor=cash_code.amount_minor,
                code=TransferCode.CASH_OUT,
                context=context_of(tx, order),
            )
        ],
    )
    if not answer.result.ok:
        bound = find_purpose_accounts(tx, [order.person_id]).get(order.person_id, [])
        barred = {one.account_id: one.name for one in bound}
        usable = Usable(wallet, cash_code.account_id, (wallet.main_account_id,), barred)
        raise refusal(tx, order, usable, answer.result)


def pay_out(tx: Tx, *, ring: KeyRing, agent_id: UUID, phone: str, code: str) -> PaidOut | AyniError:
    """An agent is told telephone and code, and takes over what was set aside: they hand over that much cash.

    Answers WrongCashCode, which is counted, to be raised after a commit: after some of them the code is
    over. Sent again by the same agent it says the same. Posts, so a transaction does it last. Raises
    UnknownShop, CashCodeOver, CashNotNow, OwnShop, InvalidPhone.
    """
    agent = queries.get_shop(tx, shop_id=agent_id)
    if agent.kind != "agent":
        raise UnknownShop(kind="agent")
    people = identity.list_people_reached(tx, phone=phone)
    found = _match(tx, ring, people, code)
    if found is None:
        store.note_missed(tx, people, shop_id=agent.id)
        return WrongCashCode()
    (name,) = [
        one.display_name for one in queries.find_payees(tx, phone=phone) if one.person_id == found.person_id
    ]
    if found.ended is not None or found.expires_at <= tx.now:
        if found.ended == "paid_out" and found.shop_id == agent.id:
            return PaidOut(found.id, found.amount_minor, name, repeated=True)
        raise CashCodeOver(ended="handed over" if found.ended == "paid_out" else "given back")
    queries.check_not_own_shop(tx, agent, found.person_id)
    _end(tx, found, agent)
    return PaidOut(found.id, found.amount_minor, name)


def _match(tx: Tx, ring: KeyRing, people: list[PersonId], code: str) -> CashCode | None:
    most = whole(tx, "wallet.code_tries")
    # Those that have just ended are known still: an agent whose answer was lost asks again.
    since = tx.now - timedelta(hours=whole(tx, "wallet.cash_code_hours"))
    for code_id, tag, version, missed in store.list_tags(tx, people, since=since):
        if missed < most and hmac.compare_digest(_tag(ring, code_id, code.strip(), version), tag):
            return store.find_cash_code(tx, code_id)
    return None


def cancel_cash_code(
    tx: Tx, *, code_id: UUID, person_id: PersonId, reason: str = "asked by its holder"
) -> None:
    """Give what was set aside back to its holder. Raises WrongCashCode, CashCodeOver, CashNotNow."""
    found = store.find_cash_code(tx, code_id)
    if found is None or found.person_id != person_id:
        raise WrongCashCode
    if found.ended is not None:
        raise CashCodeOver(ended="handed over" if found.ended == "paid_out" else "given back")
    _end(tx, found, None, reason=reason)


def list_open(tx: Tx, *, person_id: PersonId) -> list[UUID]:
    """The ids of a person's cash codes that have not ended."""
    return store.list_open(tx, person_id)


def _end(tx: Tx, cash_code: CashCode, agent: Shop | None, *, reason: str = "code told") -> Posted:
    how = "returned" if agent is None else "paid_out"
    wallet = queries.get_wallet(tx, person_id=cash_code.person_id)
    with all_or_nothing(tx):
        if not store.insert_end(
            tx, cash_code.id, how=how, shop_id=None if agent is None else agent.id, reason=reason
        ):
            raise CashCodeOver(ended="handed over or given back just now")
        (answer,) = ledger.post(
            tx,
            [
                Transfer(
                    id=TransferId(derived_id(cash_code.made_at, "cash code", cash_code.id, how, "leg")),
                    event_id=EventId(derived_id(cash_code.made_at, "cash code", cash_code.id, how)),
                    book=TRUST_BOOK,
                    debit_account_id=cash_code.account_id,
                    credit_account_id=wallet.main_account_id if agent is None else agent.account_id,
                    amount_minor=cash_code.amount_minor,
                    code=TransferCode.REFUND if agent is None else TransferCode.CASH_OUT,
                )
            ],
        )
        if not answer.result.ok:
            # Rolled back with its refusal, so that the same id may be tried again.
            raise CashNotNow(reason=in_words(answer.result))
    return answer


def _digits(ring: KeyRing, code_id: UUID, version: int) -> str:
    """The code of an id: made of a key, so that it is kept nowhere and can be told again to whoever lost
    the answer.
    """
    _, secret = ring.hmac(Purpose.PEPPER, b"cash digits\x1f" + code_id.bytes, version=version)
    return f"{int.from_bytes(secret, 'big') % 10**DIGITS:0{DIGITS}d}"


def _tag(ring: KeyRing, code_id: UUID, code: str, version: int) -> bytes:
    message = b"cash code\x1f" + code_id.bytes + b"\x1f" + code.encode("utf-8", "replace")
    return ring.hmac(Purpose.PEPPER, message, version=version)[1]
