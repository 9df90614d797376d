"""A wallet while other things happen to it: a freeze, the turn of the month, and eyes on logs and errors."""

from __future__ import annotations

import io
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import psycopg
import pytest

from ayni import wallet
from ayni.foundation.clock import set_clock
from ayni.foundation.db import Database
from ayni.foundation.errors import AyniError
from ayni.values.ids import new_id
from ayni.wallet import Desk, Order, OrderKind, Receipt
from ayni.wallet.errors import LimitExceeded, WalletMayNotSpend
from tests.conftest import TEST_ACTOR
from tests.wallet.conftest import City, build
from tests.wallet.household import OTHER_PIN, PHONE, PIN, WRONG, move_in

SINGLE = 169_500
"""The most for one payment in June 2025; a month's total is four times as much."""


@pytest.fixture
def city(own_database: Database) -> City:
    with own_database.transaction(TEST_ACTOR) as tx:
        return build(tx)


def pay(city: City, amount: int) -> Order:
    return Order(OrderKind.PAY, city.resident, city.bodega.id, amount, "phone", new_id(city.tx.now))


def all_at_once(steps: list[Callable[[], object]]) -> list[object]:
    answers: list[object] = [None] * len(steps)

    def run(place: int) -> None:
        try:
            answers[place] = steps[place]()
        except AyniError as refused:
            answers[place] = refused

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(steps))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_after_a_freeze_has_returned_nothing_leaves_the_wallet(own_database: Database, city: City) -> None:
    with own_database.transaction(TEST_ACTOR) as tx:
        replace(city, tx=tx).give(100_000)
    frozen_at: list[int] = []

    def freeze() -> None:
        with own_database.transaction(TEST_ACTOR) as tx:
            wallet.stops.freeze_own(tx, person_id=city.resident)
        with own_database.transaction() as tx:
            row = tx.connection.execute("SELECT max(seq) FROM ledger.transfers").fetchone()
            assert row is not None
            frozen_at.append(row[0])

    with Desk(own_database, most=3) as desk:
        orders = [pay(city, 100) for _ in range(30)]
        steps: list[Callable[[], object]] = [lambda one=one: desk.carry_out(one) for one in orders]
        answers = all_at_once([*steps[:15], freeze, *steps[15:]])
        assert isinstance(desk_refusal(desk, city), WalletMayNotSpend)
    receipts = [one for one in answers if isinstance(one, Receipt)]
    assert all(one.seq <= frozen_at[0] for one in receipts)
    assert all(isinstance(one, Receipt | WalletMayNotSpend | None) for one in answers)
    with own_database.transaction() as tx:
        left = wallet.balance(tx, person_id=city.resident).total_minor
    assert left == 100_000 - 100 * len(receipts)


def desk_refusal(desk: Desk, city: City) -> object:
    try:
        return desk.carry_out(pay(city, 100))
    except AyniError as refused:
        return refused


def test_a_limit_raced_at_the_turn_of_the_month_in_lima_is_passed_in_neither(
    own_database: Database, city: City
) -> None:
    with own_database.transaction(TEST_ACTOR) as tx:
        zone = tx.country.timezone
        set_clock(tx, at=datetime(2025, 6, 30, 23, 59, 58, tzinfo=zone))
    # Three of the four single payments that June allows are made; there is money for two more.
    for _ in range(3):
        with own_database.transaction(TEST_ACTOR) as tx:
            here = replace(city, tx=tx)
            here.give(SINGLE)
            here.pay(SINGLE)
    with own_database.transaction(TEST_ACTOR) as tx:
        here = replace(city, tx=tx)
        here.give(2 * SINGLE)
        here.save(SINGLE)
        here.save(-SINGLE)
    turned = datetime(2025, 7, 1, 0, 0, 1, tzinfo=zone)

    def turn() -> None:
        with own_database.transaction(TEST_ACTOR) as tx:
            set_clock(tx, at=turned)

    def spend() -> object:
        with own_database.transaction(TEST_ACTOR) as tx:
            (answer,) = wallet.carry_out(tx, orders=[pay(city, 50_000)])
        return answer

    answers = all_at_once([spend, spend, turn, spend, spend, spend, spend, spend])
    assert all(isinstance(one, Receipt | LimitExceeded | AyniError | None) for one in answers)
    with own_database.transaction() as tx:
        rows = tx.connection.execute(
            "SELECT t.created_at, t.amount_minor FROM ledger.transfers t WHERE t.code = 41"
        ).fetchall()
    months: Counter[int] = Counter()
    for created_at, amount in rows:
        months[created_at.astimezone(zone).month] += amount
    assert months[6] <= 4 * SINGLE
    assert months[7] <= 4 * SINGLE
    assert sum(months.values()) == 3 * SINGLE + 50_000 * sum(isinstance(one, Receipt) for one in answers)


def test_no_pin_no_document_and_no_telephone_stands_in_a_log_an_error_or_an_audit(
    own_database: Database, owner: psycopg.Connection, logged: io.StringIO
) -> None:
    told: list[str] = []

    def note(answer: object) -> None:
        if isinstance(answer, AyniError):
            told.append(f"{answer} {answer.as_dict()} {answer!r}")

    with own_database.transaction(TEST_ACTOR) as tx:
        build(tx)
        home = move_in(tx)
    document = home.person.document
    assert document is not None
    for step in range(6):
        with own_database.transaction(TEST_ACTOR) as tx:
            at = replace(home, tx=tx)
            note(at.check(WRONG if step else PIN))
            note(wallet.access.change_pin(tx, ring=home.ring, person_id=home.id, pin=WRONG, new=OTHER_PIN))
            note(
                attempt(
                    lambda tx=tx: wallet.send(
                        tx, person_id=home.id, phone=PHONE, amount_minor=1, client="p", key=new_id(tx.now)
                    )
                )
            )
            note(
                attempt(
                    lambda tx=tx: wallet.stops.freeze_by_document(
                        tx, document=(document[0], document[1][:-1]), phone=PHONE
                    )
                )
            )
            note(attempt(lambda tx=tx: wallet.safety.look_up(tx, person_id=home.id, phone="12")))
            set_clock(tx, at=tx.now + timedelta(hours=2))
    captured = logged.getvalue()
    audit = str(owner.execute("SELECT * FROM foundation.audit").fetchall())
    kept = str(owner.execute("SELECT * FROM wallet.pins").fetchall())
    kept += str(owner.execute("SELECT * FROM foundation.messages").fetchall())
    assert len(told) > 12
    for secret in (PIN, OTHER_PIN, WRONG):
        for place in (*told, captured, audit, kept):
            assert secret not in place
    for personal in (document[1], PHONE, PHONE.removeprefix("+51")):
        for place in (*told, captured, audit):
            assert personal not in place


def attempt(step: Callable[[], object]) -> object:
    try:
        return step()
    except AyniError as refused:
        return refused
