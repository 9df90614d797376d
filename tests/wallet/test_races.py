"""Whatever is sent at once, or again, moves money once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ayni import ledger, payments, wallet
from ayni.foundation.db import Database, begin
from ayni.ledger import Poster
from ayni.values.ids import ProgrammeId, new_id
from ayni.wallet import Order, OrderKind, Receipt
from ayni.wallet.errors import KeyAlreadyUsed
from tests.conftest import TEST_ACTOR
from tests.wallet.conftest import build, register

AT_ONCE = 8


def test_one_payment_sent_from_many_places_at_once_is_one_payment(own_database: Database) -> None:
    with own_database.transaction(TEST_ACTOR) as tx:
        city = build(tx)
        city.give(1_000, "food")
        city.give(10_000)
        key = new_id(tx.now)
    order = Order(OrderKind.PAY, city.resident, city.bodega.id, 2_500, "phone", key)

    def send(place: int) -> object:
        with own_database.transaction(TEST_ACTOR) as tx:
            (answer,) = wallet.carry_out(tx, orders=[order], poster=poster if place % 2 else None)
            return answer

    with Poster(own_database) as poster, ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(send, range(AT_ONCE)))
    assert all(answer == answers[0] for answer in answers)
    assert isinstance(answers[0], Receipt)
    with own_database.transaction(TEST_ACTOR) as tx:
        city.tx = tx
        assert city.balance().total_minor == 8_500
        assert city.violations() == []


def test_what_is_opened_at_once_is_opened_once(own_database: Database) -> None:
    with own_database.transaction(TEST_ACTOR) as tx:
        build(tx)
        people = register(tx, 20)
        programme_ids = [ProgrammeId(new_id(tx.now)) for _ in range(AT_ONCE // 2)]

    def open_all(place: int) -> tuple[int, int, int]:
        with own_database.transaction(TEST_ACTOR) as tx:
            purpose = wallet.define_purpose(tx, name="transport")
        with own_database.transaction(TEST_ACTOR) as tx:
            mine = programme_ids[place % len(programme_ids)]
            book = payments.open_programme_book(tx, programme_id=mine, name=f"Programa {mine}")
        with own_database.transaction(TEST_ACTOR) as tx:
            order = people if place % 2 else people[::-1]
            return purpose, book.book, len(wallet.open_wallets(tx, person_ids=order).opened)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = list(pool.map(open_all, range(AT_ONCE)))
    assert len({purpose for purpose, _, _ in found}) == 1
    assert {book for _, book, _ in found} == {101, 102, 103, 104}
    assert sum(opened for _, _, opened in found) == len(people)
    with own_database.transaction(TEST_ACTOR) as tx:
        assert ledger.list_violations(tx) == []
        assert [i.name for i in (*payments.INVARIANTS, *wallet.INVARIANTS) if i.check(tx)] == []


@dataclass
class Sent:
    """What the model remembers of a key."""

    shop: UUID
    amount_minor: int
    receipt: Receipt | None


GIVE = st.tuples(st.just("give"), st.integers(1, 900), st.sampled_from([None, "food"]))
PAY = st.tuples(st.just("pay"), st.integers(0, 3), st.sampled_from([200, 500, 900]), st.booleans())


def test_a_key_moves_money_at_most_once_whatever_comes_between(own_database: Database) -> None:
    with own_database.transaction(TEST_ACTOR) as tx:
        city = build(tx)

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(st.lists(st.one_of(GIVE, PAY), max_size=25))
    def lives(steps: list[tuple[Any, ...]]) -> None:
        with own_database.connection() as connection, connection.transaction(force_rollback=True):
            city.tx = begin(connection, own_database.country, TEST_ACTOR)
            keys = [new_id(city.tx.now) for _ in range(4)]
            known: dict[UUID, Sent] = {}
            has = {None: 0, "food": 0}
            for step in steps:
                if step[0] == "give":
                    city.give(step[1], step[2])
                    has[step[2]] += step[1]
                    continue
                _, place, amount, at_bodega = step
                shop = city.bodega if at_bodega else city.pharmacy
                order = Order(OrderKind.PAY, city.resident, shop.id, amount, "phone", keys[place])
                (answer,) = wallet.carry_out(city.tx, orders=[order])
                before = known.get(keys[place])
                if before is not None:
                    same = (before.shop, before.amount_minor) == (shop.id, amount)
                    if before.receipt is not None and same:
                        assert answer == before.receipt
                    elif before.receipt is not None:
                        assert isinstance(answer, KeyAlreadyUsed)
                    else:
                        assert not isinstance(answer, Receipt)
                    continue
                food = min(has["food"], amount) if at_bodega else 0
                if food + has[None] >= amount:
                    assert isinstance(answer, Receipt)
                    has["food"] -= food
                    has[None] -= amount - food
                else:
                    assert not isinstance(answer, Receipt)
                known[keys[place]] = Sent(shop.id, amount, answer if isinstance(answer, Receipt) else None)
            balance = city.balance()
            assert (balance.available_minor, balance.bound_minor.get("food", 0)) == (has[None], has["food"])
            assert sum(city.amounts()) == balance.total_minor
            assert city.violations() == []

    lives()
