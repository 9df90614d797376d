"""Savings goals: money put aside on an account of one's own, and taken back whenever one likes."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from ayni import ledger
from ayni.foundation import audit
from ayni.foundation.db import Tx
from ayni.ledger import AccountCode, NewAccount, Result, Transfer, TransferCode
from ayni.payments import TRUST_BOOK
from ayni.values.ids import AccountId, PersonId, TransferId, as_key, derived_id, new_id, show_id
from ayni.wallet import queries
from ayni.wallet.errors import KeyAlreadyUsed
from ayni.wallet.errors.goals import GoalRefused, TooManyGoals, UnknownGoal
from ayni.wallet.model import Order, OrderKind, Wallet
from ayni.wallet.model.goals import MOST_GOALS, Goal
from ayni.wallet.operations.plans import Usable, check_request, context_of, event_of, leg_id
from ayni.wallet.operations.refusals import differs, refusal
from ayni.wallet.store import all_or_nothing, find_purpose_accounts
from ayni.wallet.store import goals as store


def open_goal(
    tx: Tx, *, person_id: PersonId, name: str, target_minor: int | None = None, by_on: date | None = None
) -> Goal:
    """Open a goal. Raises UnknownWallet, GoalRefused, BadAmount, TooManyGoals."""
    wallet = queries.get_wallet(tx, person_id=person_id)
    if (by_on is not None and by_on <= tx.today) or (
        target_minor is not None and type(target_minor) is not int
    ):
        raise GoalRefused
    goal = Goal(
        id=new_id(tx.now),
        person_id=person_id,
        name=name.strip(),
        target_minor=target_minor,
        by_on=by_on,
        account_id=AccountId(new_id(tx.now)),
        opened_at=tx.now,
        ended_at=None,
    )
    with all_or_nothing(tx):
        store.lock_goals(tx, person_id)
        count = len(list_goals(tx, person_id=person_id))
        if count >= MOST_GOALS:
            raise TooManyGoals(count=count)
        store.insert_goal(tx, goal)
        audit.record(tx, action="wallet.open_goal", subject=show_id("per", person_id))
        account = NewAccount(goal.account_id, TRUST_BOOK, AccountCode.GOAL, wallet.owner_ref)
        ledger.open_accounts(tx, accounts=[account])
    return goal


def list_goals(tx: Tx, *, person_id: PersonId) -> list[Goal]:
    """A person's open goals with what is saved in each, the oldest first."""
    return [goal for goal in store.list_goals(tx, person_id) if goal.ended_at is None]


def get_goal(tx: Tx, *, goal_id: UUID, person_id: PersonId) -> Goal:
    """One open goal of a person. Raises UnknownGoal."""
    for goal in list_goals(tx, person_id=person_id):
        if goal.id == goal_id:
            return goal
    raise UnknownGoal


def save(
    tx: Tx, *, goal_id: UUID, person_id: PersonId, amount_minor: int, client: str, key: UUID
) -> TransferId:
    """Put free money into a goal. The same `key` again is the same.

    Uses no limit: it stays its holder's. Posts, so a transaction does it last. Raises UnknownGoal,
    UnknownWallet, BadAmount, BadKey, KeyAlreadyUsed, InsufficientFunds, WalletMayNotSpend.
    """
    wallet = queries.get_wallet(tx, person_id=person_id)
    goal = get_goal(tx, goal_id=goal_id, person_id=person_id)
    order = Order(OrderKind.SAVE, person_id, goal.id, amount_minor, client, key, "save")
    return _move(tx, order, wallet, wallet.main_account_id, goal.account_id)


def take_back(
    tx: Tx, *, goal_id: UUID, person_id: PersonId, amount_minor: int, client: str, key: UUID
) -> TransferId:
    """Take money out of a goal again. Raises as `save`."""
    wallet = queries.get_wallet(tx, person_id=person_id)
    goal = get_goal(tx, goal_id=goal_id, person_id=person_id)
    order = Order(OrderKind.SAVE, person_id, goal.id, amount_minor, client, key, "take back")
    return _move(tx, order, wallet, goal.account_id, wallet.main_account_id)


def _move(tx: Tx, order: Order, wallet: Wallet, debit: AccountId, credit: AccountId) -> TransferId:
    wrong = check_request(order)
    if wrong is not None:
        raise wrong
    transfer = Transfer(
        id=leg_id(order, 0),
        event_id=event_of(order),
        book=TRUST_BOOK,
        debit_account_id=debit,
        credit_account_id=credit,
        amount_minor=order.amount_minor,
        code=TransferCode.SAVE,
        context=context_of(tx, order),
    )
    with all_or_nothing(tx):
        (answer,) = ledger.post(tx, [transfer])
        if not answer.result.ok:
            # Rolled back with its refusal: the same key may be tried again when there is enough.
            raise _refusal(tx, order, wallet, debit, answer.result)
    return transfer.id


def _refusal(tx: Tx, order: Order, wallet: Wallet, debit: AccountId, result: Result) -> Exception:
    if differs(result):
        return KeyAlreadyUsed()
    bound = find_purpose_accounts(tx, [order.person_id]).get(order.person_id, [])
    usable = Usable(wallet, wallet.main_account_id, (debit,), {one.account_id: one.name for one in bound})
    return refusal(tx, order, usable, result)


def end_goal(tx: Tx, *, goal_id: UUID, person_id: PersonId) -> None:
    """Reach or break a goal: all that is in it is free again. Posts, so a transaction does it last.

    Raises UnknownGoal, WalletMayNotSpend, UnknownWallet.
    """
    wallet = queries.get_wallet(tx, person_id=person_id)
    goal = get_goal(tx, goal_id=goal_id, person_id=person_id)
    with all_or_nothing(tx):
        if not store.insert_goal_end(tx, goal.id):
            raise UnknownGoal
        audit.record(tx, action="wallet.end_goal", subject=show_id("per", person_id))
        saved = ledger.get_account(tx, goal.account_id).balance_minor
        if saved:
            made = derived_id(goal.opened_at, "goal", goal.id, "end")
            key = as_key(made)
            order = Order(OrderKind.SAVE, person_id, goal.id, saved, "goal", key, "end")
            _move(tx, order, wallet, goal.account_id, wallet.main_account_id)
        ledger.close_account(tx, account_id=goal.account_id)
