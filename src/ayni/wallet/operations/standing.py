"""Standing payments: agreed once, made on their days, tried again for a while, and told when they failed."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from ayni.foundation import audit
from ayni.foundation.db import Tx
from ayni.foundation.errors import AyniError
from ayni.values.ids import PersonId, as_key, client_id, derived_id, show_id
from ayni.wallet import queries
from ayni.wallet.errors import KeyAlreadyUsed, OwnWallet, UnknownPayee
from ayni.wallet.errors.goals import StandingRefused, TooManyStanding, UnknownStanding
from ayni.wallet.model import Order, OrderKind
from ayni.wallet.model.goals import MOST_STANDING, Rhythm, Standing, StandingTry, due_days
from ayni.wallet.operations import goals
from ayni.wallet.operations.access.terms import whole
from ayni.wallet.operations.orders import carry_out
from ayni.wallet.operations.plans import check_request
from ayni.wallet.operations.sends import choose_payee
from ayni.wallet.store import all_or_nothing
from ayni.wallet.store import goals as store

_CLIENT = "standing"


def agree(
    tx: Tx,
    *,
    person_id: PersonId,
    amount_minor: int,
    every: Rhythm,
    first_on: date,
    client: str,
    key: UUID,
    phone: str | None = None,
    payee_id: PersonId | None = None,
    goal_id: UUID | None = None,
    last_on: date | None = None,
) -> Standing:
    """Agree on a payment of every week or month, to whoever a telephone reaches or into a goal of one's own.

    The same `key` again is the same agreement. Raises StandingRefused, TooManyStanding, UnknownGoal,
    UnknownPayee, SeveralPayees, OwnWallet, UnknownWallet, KeyAlreadyUsed, BadAmount, BadKey, InvalidPhone.
    """
    wrong = check_request(Order(OrderKind.SEND, person_id, person_id, amount_minor, client, key))
    if wrong is not None:
        raise wrong
    queries.get_wallet(tx, person_id=person_id)
    if (phone is None) == (goal_id is None):
        raise StandingRefused(rule="it goes to a telephone or into a goal")
    standing_id = client_id(f"{client}\x1fstanding", key)
    payee = None
    if phone is not None:
        payee = choose_payee(tx, phone=tx.country.check_mobile(phone), payee_id=payee_id)
        if payee is None:
            raise UnknownPayee
        if queries.are_one_human(tx, payee, person_id):
            raise OwnWallet
    elif goal_id is not None:
        goals.get_goal(tx, goal_id=goal_id, person_id=person_id)
    asked = Standing(
        standing_id, person_id, payee, goal_id, amount_minor, every, first_on, last_on, tx.now, None
    )
    with all_or_nothing(tx):
        store.lock_goals(tx, person_id)
        earlier = store.find_standing(tx, standing_id)
        if earlier is None:
            _check_new(tx, asked)
            store.insert_standing(tx, asked)
            audit.record(tx, action="wallet.agree_standing", subject=show_id("per", person_id))
            return asked
    if _terms(earlier) != _terms(asked):
        raise KeyAlreadyUsed
    return earlier


def _check_new(tx: Tx, asked: Standing) -> None:
    if asked.first_on < tx.today:
        raise StandingRefused(rule="its first day has passed")
    count = len(list_standing(tx, person_id=asked.person_id))
    if count >= MOST_STANDING:
        raise TooManyStanding(count=count)


def _terms(one: Standing) -> tuple[object, ...]:
    return (
        *(one.person_id, one.payee_id, one.goal_id, one.amount_minor),
        *(one.every, one.first_on, one.last_on),
    )


def list_standing(tx: Tx, *, person_id: PersonId) -> list[Standing]:
    """A person's standing payments that have not ended, the oldest first."""
    return [one for one in store.list_standing(tx, person_id) if one.ended_at is None]


def list_tries(tx: Tx, *, standing_id: UUID, person_id: PersonId) -> list[StandingTry]:
    """What became of each due day, the newest first. Raises UnknownStanding."""
    return store.list_tries(tx, _get(tx, standing_id, person_id).id)


def end_standing(
    tx: Tx, *, standing_id: UUID, person_id: PersonId, reason: str = "asked by its holder"
) -> None:
    """End a standing payment: nothing more is paid by it. Raises UnknownStanding."""
    if not store.insert_standing_end(tx, _get(tx, standing_id, person_id).id, reason=reason):
        raise UnknownStanding
    audit.record(tx, action="wallet.end_standing", subject=show_id("per", person_id))


def _get(tx: Tx, standing_id: UUID, person_id: PersonId) -> Standing:
    found = store.find_standing(tx, standing_id)
    if found is None or found.person_id != person_id:
        raise UnknownStanding
    return found


def pay_due(tx: Tx, *, standing_id: UUID) -> list[StandingTry]:
    """Make what is due of one standing payment today; returns today's tries. Twice a day is once.

    What was refused is tried again on the next days of the country's term, and then given up: a day that is
    long past is not paid out of the blue. Posts, so a transaction does it last. Raises UnknownStanding,
    ParameterMissing.
    """
    store.lock_standing(tx, standing_id)
    standing = store.find_standing(tx, standing_id)
    if standing is None:
        raise UnknownStanding
    if standing.ended_at is not None:
        return []
    term = whole(tx, "wallet.standing_days")
    tries = store.list_tries(tx, standing.id)
    made = []
    for due_on in due_days(standing, until=tx.today):
        before = [one for one in tries if one.due_on == due_on]
        if any(one.outcome != "refused" or one.tried_on == tx.today for one in before):
            continue
        made.append(_try(tx, standing, due_on, len(before) + 1, late=(tx.today - due_on).days >= term))
    if standing.last_on is not None and tx.today > standing.last_on + timedelta(days=term):
        store.insert_standing_end(tx, standing.id, reason="its last day has passed")
    return made


def _try(tx: Tx, standing: Standing, due_on: date, attempt: int, *, late: bool) -> StandingTry:
    refused = None if late else _pay(tx, standing, due_on, attempt)
    outcome = "given_up" if late else "paid" if refused is None else "refused"
    code = "too_late" if late else "paid" if refused is None else refused.code
    why = "It could not be paid within its days." if late else "" if refused is None else refused.what
    told = StandingTry(
        standing_id=standing.id,
        due_on=due_on,
        attempt=attempt,
        outcome=outcome,
        code=code,
        reason=why if refused is None else why.format(**refused.numbers),
        tried_on=tx.today,
    )
    store.insert_try(tx, told)
    return told


def _pay(tx: Tx, standing: Standing, due_on: date, attempt: int) -> AyniError | None:
    """Each attempt has a key of its own: what the ledger refused once it refuses for ever."""
    made = derived_id(standing.agreed_at, "standing", standing.id, due_on, attempt)
    key = as_key(made)
    if standing.goal_id is not None:
        try:
            goals.save(
                tx,
                goal_id=standing.goal_id,
                person_id=standing.person_id,
                amount_minor=standing.amount_minor,
                client=_CLIENT,
                key=key,
            )
        except AyniError as refused:
            return refused
        return None
    assert standing.payee_id is not None, "it goes to a person or into a goal"
    order = Order(OrderKind.SEND, standing.person_id, standing.payee_id, standing.amount_minor, _CLIENT, key)
    (answer,) = carry_out(tx, orders=[order])
    return answer if isinstance(answer, AyniError) else None
