"""Savings goals: money put aside, taken back at any time, and always its holder's."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from ayni import ledger, wallet
from ayni.foundation.db import Database
from ayni.ledger import AccountFlag
from ayni.values.ids import new_id
from ayni.wallet.errors import (
    BadAmount,
    BadKey,
    InsufficientFunds,
    KeyAlreadyUsed,
    PurposeMoneyNotAccepted,
    WalletMayNotSpend,
)
from ayni.wallet.errors.goals import GoalRefused, TooManyGoals, UnknownGoal
from ayni.wallet.model.goals import MOST_GOALS, Goal
from tests.conftest import TEST_ACTOR
from tests.wallet.conftest import City, build


@pytest.fixture
def goal(city: City) -> Goal:
    city.give(100_000)
    return wallet.goals.open_goal(city.tx, person_id=city.resident, name=" School ", target_minor=30_000)


def save(city: City, goal: Goal, amount: int, key: UUID | None = None) -> object:
    return wallet.goals.save(
        city.tx,
        goal_id=goal.id,
        person_id=city.resident,
        amount_minor=amount,
        client="phone",
        key=key or city.keys(),
    )


def take_back(city: City, goal: Goal, amount: int) -> object:
    return wallet.goals.take_back(
        city.tx,
        goal_id=goal.id,
        person_id=city.resident,
        amount_minor=amount,
        client="phone",
        key=city.keys(),
    )


def saved(city: City) -> list[int]:
    return [one.saved_minor for one in wallet.goals.list_goals(city.tx, person_id=city.resident)]


def test_what_is_put_aside_is_still_ones_own(city: City, goal: Goal) -> None:
    save(city, goal, 20_000)
    has = city.balance()
    assert (has.total_minor, has.available_minor, has.saved_minor) == (100_000, 80_000, 20_000)
    assert has.bound_minor == {}
    take_back(city, goal, 5_000)
    assert saved(city) == [15_000]
    assert city.balance().available_minor == 85_000
    assert city.violations() == []


def test_the_statement_tells_of_it_in_one_line_that_changes_no_balance(city: City, goal: Goal) -> None:
    save(city, goal, 20_000)
    [newest, benefit] = wallet.statement(city.tx, person_id=city.resident).entries
    assert (newest.direction, newest.amount_minor, newest.balance_minor) == ("within", 0, 100_000)
    assert newest.parts == {"free": -20_000, "goal School": 20_000}
    assert benefit.balance_minor == 100_000


def test_two_goals_of_one_name_are_two(city: City, goal: Goal) -> None:
    other = wallet.goals.open_goal(city.tx, person_id=city.resident, name="School")
    save(city, goal, 1_000)
    save(city, other, 2_000)
    assert sorted(saved(city)) == [1_000, 2_000]
    assert city.balance().total_minor == 100_000


def test_the_same_key_saves_once(city: City, goal: Goal) -> None:
    key = city.keys()
    assert save(city, goal, 1_000, key) == save(city, goal, 1_000, key)
    assert saved(city) == [1_000]
    with pytest.raises(KeyAlreadyUsed):
        save(city, goal, 2_000, key)


def test_saving_uses_no_limit_and_costs_nothing(city: City, goal: Goal) -> None:
    before = wallet.limits_left(city.tx, person_id=city.resident)
    for _ in range(10):
        save(city, goal, 100_000)
        take_back(city, goal, 100_000)
    assert wallet.limits_left(city.tx, person_id=city.resident) == before


def test_more_than_there_is_is_neither_saved_nor_taken_back(city: City, goal: Goal) -> None:
    with pytest.raises(InsufficientFunds, match=r"1,000\.00"):
        save(city, goal, 100_001)
    save(city, goal, 1_000)
    with pytest.raises(InsufficientFunds, match=r"10\.00"):
        take_back(city, goal, 1_001)
    for amount in (0, -5, True):
        with pytest.raises(BadAmount):
            save(city, goal, amount)
    with pytest.raises(BadKey):
        save(city, goal, 1, UUID(int=4 << 76))


def test_purpose_money_is_not_saved_up(city: City, goal: Goal) -> None:
    city.give(50_000, "food")
    with pytest.raises(PurposeMoneyNotAccepted, match="food"):
        save(city, goal, 120_000)


def test_what_is_in_a_goal_pays_no_shop(city: City, goal: Goal) -> None:
    save(city, goal, 100_000)
    with pytest.raises(InsufficientFunds):
        city.pay(100)


def test_a_goal_ends_and_all_of_it_is_free_again(city: City, goal: Goal) -> None:
    save(city, goal, 20_000)
    wallet.goals.end_goal(city.tx, goal_id=goal.id, person_id=city.resident)
    assert wallet.goals.list_goals(city.tx, person_id=city.resident) == []
    assert city.balance().available_minor == 100_000
    assert len(wallet.statement(city.tx, person_id=city.resident).entries) == 3
    with pytest.raises(UnknownGoal):
        wallet.goals.end_goal(city.tx, goal_id=goal.id, person_id=city.resident)
    with pytest.raises(UnknownGoal):
        save(city, goal, 1)
    empty = wallet.goals.open_goal(city.tx, person_id=city.resident, name="Fiesta")
    wallet.goals.end_goal(city.tx, goal_id=empty.id, person_id=city.resident)
    assert city.violations() == []


def test_anothers_goal_is_not_there(city: City, goal: Goal) -> None:
    other = replace(city, resident=city.neighbour("+51987000021"))
    for step in (lambda: save(other, goal, 1), lambda: take_back(other, goal, 1)):
        with pytest.raises(UnknownGoal):
            step()
    with pytest.raises(UnknownGoal):
        wallet.goals.get_goal(city.tx, goal_id=new_id(city.tx.now), person_id=city.resident)


def test_a_frozen_wallet_moves_nothing_within_either(city: City, goal: Goal) -> None:
    save(city, goal, 1_000)
    owner_ref = wallet.get_wallet(city.tx, person_id=city.resident).owner_ref
    ledger.flag_owner(city.tx, owner_ref=owner_ref, flags=AccountFlag.FROZEN)
    with pytest.raises(WalletMayNotSpend):
        take_back(city, goal, 500)
    with pytest.raises(WalletMayNotSpend):
        wallet.goals.end_goal(city.tx, goal_id=goal.id, person_id=city.resident)
    assert saved(city) == [1_000]


def test_a_goal_that_cannot_be_is_refused(city: City) -> None:
    for name in ("", "  ", "x" * 61, "a\0b"):
        with pytest.raises(GoalRefused):
            wallet.goals.open_goal(city.tx, person_id=city.resident, name=name)
    for bad in ({"target_minor": 0}, {"target_minor": -1}, {"target_minor": 1.5}, {"by_on": city.tx.today}):
        with pytest.raises((GoalRefused, BadAmount)):
            wallet.goals.open_goal(city.tx, person_id=city.resident, name="x", **bad)  # type: ignore[arg-type]
    for number in range(MOST_GOALS):
        wallet.goals.open_goal(
            city.tx,
            person_id=city.resident,
            name=f"Ñawpaq 🐣 {number}",
            by_on=city.tx.today + timedelta(days=1),
        )
    with pytest.raises(TooManyGoals, match="10"):
        wallet.goals.open_goal(city.tx, person_id=city.resident, name="one more")


def test_many_goals_at_once_are_as_many_as_there_may_be(own_database: Database) -> None:
    with own_database.transaction(TEST_ACTOR) as tx:
        city = build(tx)

    def open_one() -> None:
        with own_database.transaction(TEST_ACTOR) as tx:
            try:
                wallet.goals.open_goal(tx, person_id=city.resident, name="x")
            except TooManyGoals:
                return

    threads = [threading.Thread(target=open_one) for _ in range(MOST_GOALS + 4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with own_database.transaction() as tx:
        assert len(wallet.goals.list_goals(tx, person_id=city.resident)) == MOST_GOALS
