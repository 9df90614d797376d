"""Standing payments: made on their days, once, tried again for a while, and given up with a reason."""

from __future__ import annotations

import itertools
import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ayni import wallet
from ayni.foundation.clock import set_clock
from ayni.foundation.db import Database
from ayni.values.ids import PersonId, new_id
from ayni.wallet.errors import BadAmount, KeyAlreadyUsed, OwnWallet, UnknownPayee
from ayni.wallet.errors.goals import StandingRefused, TooManyStanding, UnknownGoal, UnknownStanding
from ayni.wallet.model.goals import MOST_STANDING, Rhythm, Standing, due_days
from tests.conftest import TEST_ACTOR
from tests.wallet.conftest import City, build

PHONE = "+51987000031"


def agree(city: City, amount: int = 1_000, *, key: UUID | None = None, **other: object) -> Standing:
    values: dict[str, object] = {"phone": PHONE, "every": Rhythm.WEEK, "first_on": city.tx.today, **other}
    return wallet.standing.agree(
        city.tx,
        person_id=city.resident,
        amount_minor=amount,
        client="phone",
        key=key or city.keys(),
        **values,  # type: ignore[arg-type]
    )


def later(city: City, days: int) -> City:
    at = city.tx.now + timedelta(days=days)
    set_clock(city.tx, at=at)
    return replace(city, tx=replace(city.tx, now=at))


def due(city: City, standing: Standing) -> list[tuple[date, str]]:
    return [(one.due_on, one.outcome) for one in wallet.standing.pay_due(city.tx, standing_id=standing.id)]


@pytest.fixture
def payee(city: City) -> PersonId:
    return city.neighbour(PHONE)


def test_it_is_paid_on_its_days_and_once(city: City, payee: PersonId) -> None:
    city.give(10_000)
    standing = agree(city)
    first = city.tx.today
    assert due(city, standing) == [(first, "paid")]
    assert due(city, standing) == []
    assert due(later(city, 6), standing) == []
    assert due(later(city, 7), standing) == [(first + timedelta(days=7), "paid")]
    assert city.balance(payee).available_minor == 2_000
    assert city.balance().available_minor == 8_000


def test_it_may_go_into_a_goal(city: City) -> None:
    city.give(10_000)
    goal = wallet.goals.open_goal(city.tx, person_id=city.resident, name="School")
    standing = agree(city, phone=None, goal_id=goal.id)
    assert due(city, standing) == [(city.tx.today, "paid")]
    assert city.balance().saved_minor == 1_000
    wallet.goals.end_goal(city.tx, goal_id=goal.id, person_id=city.resident)
    [told] = wallet.standing.pay_due(later(city, 7).tx, standing_id=standing.id)
    assert (told.outcome, told.code) == ("refused", "unknown_goal")


def test_what_was_refused_is_tried_again_on_other_days_and_then_given_up(city: City, payee: PersonId) -> None:
    standing = agree(city)
    first = city.tx.today
    assert due(city, standing) == [(first, "refused")]
    # Twice on one day is once: nobody is refused again and again.
    assert due(city, standing) == []
    city.give(10_000)
    city = later(city, 1)
    assert due(city, standing) == [(first, "paid")]
    other, first = agree(city, 500_000), city.tx.today
    days = [due(later(city, day), other) for day in range(5)]
    assert days == [*[[(first, "refused")]] * 3, [(first, "given_up")], []]
    told = wallet.standing.list_tries(city.tx, standing_id=other.id, person_id=city.resident)
    assert [one.outcome for one in told] == ["given_up", *["refused"] * 3]
    assert "S/" in told[1].reason
    assert city.balance(payee).available_minor == 1_000


def test_days_that_nobody_worked_are_not_paid_out_of_the_blue(city: City, payee: PersonId) -> None:
    city.give(10_000)
    standing = agree(city)
    first = city.tx.today
    told = due(later(city, 22), standing)
    assert told == [
        (first, "given_up"),
        (first + timedelta(days=7), "given_up"),
        (first + timedelta(days=14), "given_up"),
        (first + timedelta(days=21), "paid"),
    ]
    assert city.balance(payee).available_minor == 1_000


def test_it_ends_when_its_holder_says_and_after_its_last_day(city: City, payee: PersonId) -> None:
    city.give(10_000)
    standing, short = agree(city), agree(city, last_on=city.tx.today + timedelta(days=7))
    wallet.standing.end_standing(city.tx, standing_id=standing.id, person_id=city.resident)
    assert due(city, standing) == []
    with pytest.raises(UnknownStanding):
        wallet.standing.end_standing(city.tx, standing_id=standing.id, person_id=city.resident)
    assert [len(due(later(city, day), short)) for day in (0, 7, 14, 21)] == [1, 1, 0, 0]
    assert wallet.standing.list_standing(city.tx, person_id=city.resident) == []


def test_the_same_key_agrees_once(city: City, payee: PersonId) -> None:
    key = city.keys()
    assert agree(city, key=key) == agree(city, key=key)
    with pytest.raises(KeyAlreadyUsed):
        agree(city, 2_000, key=key)
    assert len(wallet.standing.list_standing(city.tx, person_id=city.resident)) == 1


def test_what_cannot_be_agreed_is_refused(city: City, payee: PersonId) -> None:
    today = city.tx.today
    for bad in (
        {"first_on": today - timedelta(days=1)},
        {"last_on": today - timedelta(days=1)},
        {"phone": None},
        {"goal_id": new_id(city.tx.now)},
        {"every": "hour"},
    ):
        with pytest.raises(StandingRefused):
            agree(city, **bad)
    with pytest.raises(UnknownGoal):
        agree(city, phone=None, goal_id=new_id(city.tx.now))
    with pytest.raises(UnknownPayee):
        agree(city, phone="+51987000099")
    with pytest.raises(OwnWallet):
        agree(replace(city, resident=payee))
    with pytest.raises(BadAmount):
        agree(city, 0)
    with pytest.raises(UnknownStanding):
        wallet.standing.pay_due(city.tx, standing_id=new_id(city.tx.now))
    with pytest.raises(UnknownStanding):
        wallet.standing.list_tries(city.tx, standing_id=agree(city).id, person_id=payee)
    for _ in range(MOST_STANDING - 1):
        agree(city)
    with pytest.raises(TooManyStanding, match="20"):
        agree(city)


def test_workers_that_run_at_once_pay_once(own_database: Database) -> None:
    with own_database.transaction(TEST_ACTOR) as tx:
        city = build(tx)
        payee = city.neighbour(PHONE)
        city.give(10_000)
        for _ in range(3):
            agree(city)
    paid: list[int] = []
    threads = [
        threading.Thread(target=lambda: paid.append(wallet.pay_standing(own_database))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(paid) == 3
    with own_database.transaction() as tx:
        assert replace(city, tx=tx).balance(payee).available_minor == 3_000


@given(
    first=st.dates(date(2024, 1, 1), date(2025, 12, 31)),
    days=st.integers(0, 1_000),
    every=st.sampled_from(Rhythm),
)
def test_days_follow_each_other_without_a_gap(first: date, days: int, every: Rhythm) -> None:
    at = new_id_instant()
    standing = Standing(new_id(at), PersonId(new_id(at)), None, new_id(at), 1, every, first, None, at, None)
    found = list(due_days(standing, until=first + timedelta(days=days)))
    assert found[0] == first
    gaps = {(after - before).days for before, after in itertools.pairwise(found)}
    assert gaps <= ({7} if every is Rhythm.WEEK else {28, 29, 30, 31})
    if every is Rhythm.MONTH:
        assert len({(one.year, one.month) for one in found}) == len(found)
        assert all(one.day == first.day or (one + timedelta(days=1)).day == 1 for one in found)


def new_id_instant() -> datetime:
    return datetime(2025, 6, 2, tzinfo=UTC)
