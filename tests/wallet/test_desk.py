"""The desk: many callers' orders are carried out together, and each gets its own answer."""

from __future__ import annotations

import threading
from dataclasses import replace
from uuid import UUID

import pytest

from ayni import ledger, wallet
from ayni.foundation.db import Actor, Database, OutcomeUnknown
from ayni.values.ids import PersonId, new_id
from ayni.wallet import Desk, Order, OrderKind, Receipt
from ayni.wallet.errors import DeskClosed, InsufficientFunds, TooManyAtOnce, UnknownShop
from tests.conftest import TEST_ACTOR
from tests.wallet.conftest import City, build

CALLERS = 40


@pytest.fixture
def city(own_database: Database) -> City:
    with own_database.transaction(TEST_ACTOR) as tx:
        city = build(tx)
        city.give(100_000)
    return city


def order(city: City, amount: int = 100, *, key: UUID | None = None, to: UUID | None = None) -> Order:
    return Order(
        OrderKind.PAY, city.resident, to or city.bodega.id, amount, "phone", key or new_id(city.tx.now)
    )


def free(database: Database, person_id: PersonId) -> int:
    with database.transaction() as tx:
        return wallet.balance(tx, person_id=person_id).available_minor


def at_once(desk: Desk, orders: list[Order]) -> list[Receipt | Exception]:
    answers: list[Receipt | Exception] = [Exception()] * len(orders)

    def call(place: int) -> None:
        try:
            answers[place] = desk.carry_out(orders[place], actor=Actor(f"caller {place}", "test"))
        except Exception as refused:
            answers[place] = refused

    threads = [threading.Thread(target=call, args=(place,)) for place in range(len(orders))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_everybody_gets_their_own_receipt_and_stands_in_the_books(own_database: Database, city: City) -> None:
    orders = [order(city, 100 + number) for number in range(CALLERS)]
    with Desk(own_database) as desk:
        answers = at_once(desk, orders)
    receipts = [one for one in answers if isinstance(one, Receipt)]
    assert [one.amount_minor for one in receipts] == [one.amount_minor for one in orders]
    assert free(own_database, city.resident) == 100_000 - sum(one.amount_minor for one in orders)
    with own_database.transaction() as tx:
        for place, receipt in enumerate(receipts):
            assert receipt.payment_id is not None
            context = ledger.get_transfer(tx, receipt.payment_id).context
            assert context["actor"] == f"caller {place}"


def test_with_funds_for_k_of_n_exactly_k_are_paid(own_database: Database, city: City) -> None:
    with Desk(own_database) as desk:
        answers = at_once(desk, [order(city, 30_000) for _ in range(12)])
    assert sum(isinstance(one, Receipt) for one in answers) == 3
    assert sum(isinstance(one, InsufficientFunds) for one in answers) == 9
    assert free(own_database, city.resident) == 10_000


def test_one_order_by_many_callers_is_paid_once(own_database: Database, city: City) -> None:
    with own_database.transaction(TEST_ACTOR) as tx:
        replace(city, tx=tx).give(150, "food")
    same = order(city, 500)
    with Desk(own_database) as desk:
        answers = at_once(desk, [same] * CALLERS)
    assert len({one.event_id for one in answers if isinstance(one, Receipt)}) == 1
    assert all(isinstance(one, Receipt) for one in answers)
    assert free(own_database, city.resident) == 100_000 - 350


def test_a_refusal_of_one_is_nobody_elses(own_database: Database, city: City) -> None:
    orders = [order(city), order(city, to=new_id(city.tx.now)), order(city, 10**9), order(city)]
    with Desk(own_database) as desk:
        answers = at_once(desk, orders)
    assert isinstance(answers[0], Receipt)
    assert isinstance(answers[1], UnknownShop)
    assert isinstance(answers[2], Exception)
    assert isinstance(answers[3], Receipt)


def test_whoever_breaks_the_batch_breaks_it_alone(own_database: Database, city: City) -> None:
    bad = replace(order(city), key="no key")  # type: ignore[arg-type]
    with Desk(own_database) as desk:
        answers = at_once(desk, [order(city), bad, order(city)])
    assert [isinstance(one, Receipt) for one in answers] == [True, False, True]
    assert free(own_database, city.resident) == 100_000 - 200


def test_a_closed_desk_has_done_what_it_took_and_takes_nothing_more(
    own_database: Database, city: City
) -> None:
    desk = Desk(own_database)
    taken = [desk.hand_over(order(city)) for _ in range(20)]
    desk.close()
    desk.close()
    assert all(one.result().amount_minor == 100 for one in taken)
    with pytest.raises(DeskClosed):
        desk.carry_out(order(city))


def test_it_takes_no_more_at_once_than_the_ledger_does(own_database: Database, city: City) -> None:
    with Desk(own_database, most=7) as desk:
        taken = [desk.hand_over(order(city)) for _ in range(30)]
        assert all(one.result() for one in taken)
    with own_database.transaction() as tx, pytest.raises(TooManyAtOnce):
        wallet.carry_out(tx, orders=[order(city)] * (ledger.BULK_BATCH + 1))


def test_a_database_that_went_away_is_told_to_everybody_and_nothing_is_lost(
    own_database: Database, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:

    def gone(*_: object) -> None:
        raise OutcomeUnknown

    same = order(city, 700)
    with Desk(own_database) as desk:
        with monkeypatch.context() as patched:
            patched.setattr(Database, "each_alone", gone)
            [answer] = at_once(desk, [same])
        assert isinstance(answer, OutcomeUnknown)
        assert desk.carry_out(same).amount_minor == 700
    assert free(own_database, city.resident) == 99_300
