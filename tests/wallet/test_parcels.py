"""Money that waits for whoever has a telephone, and goes back when nobody comes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from ayni import identity, ledger, wallet
from ayni.foundation.clock import set_clock
from ayni.foundation.db import Database, begin
from ayni.foundation.errors import AyniError
from ayni.ledger import AccountFlag, Poster
from ayni.values.ids import new_id
from ayni.wallet import ParcelEnd, Receipt
from ayni.wallet.errors import (
    InsufficientFunds,
    LimitExceeded,
    ParcelEnded,
    ParcelNotNow,
    UnknownParcel,
    WalletMayNotSpend,
)
from tests.conftest import TEST_ACTOR
from tests.wallet.conftest import City, build, register

MARIA, NOBODY = "+51987000001", "+51987000002"
SINGLE = 169_500


def later(city: City, **time: float) -> None:
    set_clock(city.tx, at=city.tx.now + timedelta(**time))
    city.tx = begin(city.tx.connection, city.tx.country, TEST_ACTOR)


def test_what_nobody_can_take_yet_waits_and_is_taken_by_whoever_proves_the_telephone(city: City) -> None:
    city.give(10_000)
    receipt = city.send(4_000, NOBODY)
    (sent,) = wallet.list_parcels_of(city.tx, person_id=city.resident)
    assert (sent.id, sent.amount_minor, sent.ended) == (receipt.parcel_id, 4_000, None)
    assert NOBODY not in repr(sent)
    assert wallet.statement(city.tx, person_id=city.resident).entries[0].counterpart == "… 002"
    maria = city.neighbour(NOBODY)
    taken = wallet.take_parcel(city.tx, parcel_id=sent.id, person_id=maria)
    assert taken.amount_minor == 4_000
    assert city.balance(maria).total_minor == 4_000
    (line,) = wallet.statement(city.tx, person_id=maria).entries
    assert (line.counterpart, line.amount_minor) == ("Rosa Q.", 4_000)
    with pytest.raises(ParcelEnded):
        wallet.take_parcel(city.tx, parcel_id=sent.id, person_id=maria)
    with pytest.raises(ParcelEnded):
        city.take_back()
    assert wallet.list_parcels_of(city.tx, person_id=city.resident)[0].ended is ParcelEnd.TAKEN
    assert city.violations() == []


def test_nobody_takes_what_waits_for_another(city: City) -> None:
    city.give(10_000)
    receipt = city.send(4_000, NOBODY)
    assert receipt.parcel_id is not None
    stranger, unproven = city.neighbour(MARIA), register(city.tx)[0]
    wallet.open_wallets(city.tx, person_ids=[unproven])
    identity.reach.add_contact(city.tx, person_id=unproven, phone=NOBODY, reason="asked")
    for person_id in (stranger, unproven, city.resident):
        with pytest.raises(UnknownParcel):
            wallet.take_parcel(city.tx, parcel_id=receipt.parcel_id, person_id=person_id)
    with pytest.raises(UnknownParcel):
        wallet.return_parcel(city.tx, parcel_id=receipt.parcel_id, person_id=stranger)
    with pytest.raises(UnknownParcel):
        wallet.return_parcel(city.tx, parcel_id=new_id(city.tx.now), person_id=city.resident)


def test_what_nobody_took_in_time_goes_back_once(own_database: Database) -> None:
    with own_database.transaction(TEST_ACTOR) as tx:
        city = build(tx)
        city.give(10_000)
        for _ in range(3):
            city.send(1_000, NOBODY)
        maria = city.neighbour(NOBODY)
        city.take(NOBODY)
        later(city, days=7, seconds=-1)
    assert wallet.return_overdue_parcels(own_database) == 0
    with own_database.transaction(TEST_ACTOR) as tx:
        city.tx = tx
        later(city, seconds=1)
        assert wallet.list_parcels_for(city.tx, person_id=maria) == []
    assert wallet.return_overdue_parcels(own_database) == 2
    assert wallet.return_overdue_parcels(own_database) == 0
    with own_database.transaction(TEST_ACTOR) as tx:
        city.tx = tx
        assert (city.balance().total_minor, city.balance(maria).total_minor) == (9_000, 1_000)
        assert city.violations() == []


def test_what_waits_counts_in_the_month_when_it_is_taken_and_in_the_balance_all_along(city: City) -> None:
    city.give(SINGLE)
    city.send(SINGLE, NOBODY)
    limits = {one.kind: one.left_minor for one in wallet.limits_left(city.tx, person_id=city.resident)}
    city.neighbour(NOBODY)
    city.take(NOBODY)
    after = {one.kind: one.left_minor for one in wallet.limits_left(city.tx, person_id=city.resident)}
    assert after["total_month"] == (limits["total_month"] or 0) - SINGLE
    assert after["balance"] == (limits["balance"] or 0) + SINGLE


def test_what_could_never_be_taken_does_not_wait(city: City) -> None:
    city.give(2 * SINGLE)
    with pytest.raises(LimitExceeded) as refused:
        city.send(SINGLE + 1, NOBODY)
    assert refused.value.numbers["kind"] == "single"
    assert wallet.list_parcels_of(city.tx, person_id=city.resident) == []


def test_a_frozen_sender_neither_sends_nor_gives_and_the_money_stays_where_it_waits(
    own_database: Database,
) -> None:
    with own_database.transaction(TEST_ACTOR) as tx:
        city = build(tx)
        city.give(10_000)
        receipt = city.send(4_000, NOBODY)
        maria = city.neighbour(NOBODY)
        owner = wallet.get_wallet(tx, person_id=city.resident).owner_ref
        ledger.flag_owner(tx, owner_ref=owner, flags=AccountFlag.FROZEN)
        for phone in (NOBODY, MARIA):
            with pytest.raises(WalletMayNotSpend):
                city.send(100, phone)
        assert receipt.parcel_id is not None
        with pytest.raises(ParcelNotNow) as refused:
            wallet.take_parcel(tx, parcel_id=receipt.parcel_id, person_id=maria)
        assert "frozen" not in refused.value.sentence
        later(city, days=8)
    assert wallet.return_overdue_parcels(own_database) == 0
    with own_database.transaction(TEST_ACTOR) as tx:
        city.tx = tx
        ledger.flag_owner(tx, owner_ref=owner, flags=AccountFlag.FROZEN, on=False)
    assert wallet.return_overdue_parcels(own_database) == 1
    with own_database.transaction(TEST_ACTOR) as tx:
        city.tx = tx
        assert city.balance().total_minor == 10_000
        assert city.violations() == []


def test_a_payee_without_room_leaves_it_waiting(city: City) -> None:
    city.give(SINGLE)
    city.send(SINGLE, NOBODY)
    maria = city.neighbour(NOBODY)
    for _ in range(2):
        city.give(SINGLE, to=maria)
    with pytest.raises(ParcelNotNow) as refused:
        city.take(NOBODY)
    assert "your wallet" in refused.value.sentence
    assert city.violations() == []


# -- at once ---------------------------------------------------------------------------------------


def test_one_send_to_nobody_from_many_places_at_once_is_one_parcel(own_database: Database) -> None:
    with own_database.transaction(TEST_ACTOR) as tx:
        city = build(tx)
        city.give(10_000)
        key = city.keys()

    def one(_: int) -> Receipt:
        with own_database.transaction(TEST_ACTOR) as tx:
            return wallet.send(
                tx, person_id=city.resident, phone=NOBODY, amount_minor=700, client="phone", key=key
            )

    with ThreadPoolExecutor(6) as pool:
        receipts = list(pool.map(one, range(6)))
    assert all(receipt == receipts[0] for receipt in receipts)
    with own_database.transaction(TEST_ACTOR) as tx:
        city.tx = tx
        assert city.balance().total_minor == 9_300
        assert len(wallet.list_parcels_of(tx, person_id=city.resident)) == 1
        assert city.violations() == []


def test_money_for_three_of_eight_sends_at_once_is_sent_three_times(own_database: Database) -> None:
    with own_database.transaction(TEST_ACTOR) as tx:
        city = build(tx)
        maria = city.neighbour(MARIA)
        city.give(3_500)
        keys = [new_id(tx.now) for _ in range(8)]

    def one(place: int) -> Receipt | AyniError:
        phone = MARIA if place % 2 else NOBODY
        try:
            with own_database.transaction(TEST_ACTOR) as tx:
                return wallet.send(
                    tx,
                    person_id=city.resident,
                    phone=phone,
                    amount_minor=1_000,
                    client="phone",
                    key=keys[place],
                    poster=poster if place % 4 == 1 else None,
                )
        except InsufficientFunds as refused:
            return refused

    with Poster(own_database) as poster, ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(one, range(8)))
    assert sum(isinstance(answer, Receipt) for answer in answers) == 3
    with own_database.transaction(TEST_ACTOR) as tx:
        city.tx = tx
        waiting = len(wallet.list_parcels_of(tx, person_id=city.resident))
        assert city.balance().total_minor == 500
        assert city.balance(maria).total_minor == (3 - waiting) * 1_000
        assert city.violations() == []


def test_a_parcel_that_is_taken_and_asked_back_at_once_ends_once(own_database: Database) -> None:
    with own_database.transaction(TEST_ACTOR) as tx:
        city = build(tx)
        city.give(10_000)
        parcels = [city.send(100, NOBODY).parcel_id for _ in range(6)]
        maria = city.neighbour(NOBODY)

    def end(place: int) -> str:
        parcel_id = parcels[place // 4]
        assert parcel_id is not None
        try:
            with own_database.transaction(TEST_ACTOR) as tx:
                if place % 2:
                    wallet.take_parcel(tx, parcel_id=parcel_id, person_id=maria)
                    return "taken"
                wallet.return_parcel(tx, parcel_id=parcel_id, person_id=city.resident)
                return "returned"
        except ParcelEnded:
            return "ended"

    with ThreadPoolExecutor(4) as pool:
        ends = list(pool.map(end, range(24)))
    assert ends.count("ended") == 18
    with own_database.transaction(TEST_ACTOR) as tx:
        city.tx = tx
        assert city.balance(maria).total_minor == 100 * ends.count("taken")
        assert city.balance().total_minor == 10_000 - 100 * ends.count("taken")
        assert city.violations() == []
