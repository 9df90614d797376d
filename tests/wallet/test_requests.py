"""One resident asks another for money, who pays once, declines, or lets it be."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from ayni import wallet
from ayni.foundation.clock import set_clock
from ayni.foundation.db import Database
from ayni.values.ids import PersonId
from ayni.wallet import errors
from ayni.wallet.errors import requests as refused
from ayni.wallet.model.requests import PayRequest
from tests.conftest import TEST_ACTOR
from tests.wallet.conftest import City, build

MARIA = "+51987000001"


def ask(city: City, amount: int = 700, *, key: UUID | None = None, note: str = "for the bread") -> PayRequest:
    """The resident asks Maria, who shares her telephone with nobody."""
    return wallet.requests.ask(
        city.tx,
        person_id=city.resident,
        phone=MARIA,
        amount_minor=amount,
        note=note,
        client="phone",
        key=key or city.keys(),
    )


@pytest.fixture
def maria(city: City) -> PersonId:
    maria = city.neighbour(MARIA)
    city.give(1_000, to=maria)
    return maria


def test_a_request_is_seen_and_paid_once(city: City, maria: PersonId) -> None:
    request = ask(city)
    [seen] = wallet.requests.list_waiting(city.tx, person_id=maria)
    assert (seen, seen.note) == (request, "for the bread")
    paid = wallet.requests.pay_request(city.tx, request_id=request.id, person_id=maria)
    again = wallet.requests.pay_request(city.tx, request_id=request.id, person_id=maria)
    assert again == paid
    assert again.repeated
    assert (city.balance().available_minor, city.balance(maria).available_minor) == (700, 300)
    assert wallet.requests.list_waiting(city.tx, person_id=maria) == []
    [asked] = wallet.requests.list_asked(city.tx, person_id=city.resident)
    assert asked.ended == "paid"
    assert city.violations() == []


def test_what_cannot_be_paid_now_is_paid_later(city: City, maria: PersonId) -> None:
    request = ask(city, 5_000)
    with pytest.raises(errors.InsufficientFunds):
        wallet.requests.pay_request(city.tx, request_id=request.id, person_id=maria)
    city.give(9_000, to=maria)
    wallet.requests.pay_request(city.tx, request_id=request.id, person_id=maria)
    assert city.balance().available_minor == 5_000


def test_declined_withdrawn_and_late_requests_are_over(city: City, maria: PersonId) -> None:
    declined, withdrawn, late = (ask(city, amount) for amount in (100, 200, 300))
    wallet.requests.decline_request(city.tx, request_id=declined.id, person_id=maria)
    wallet.requests.withdraw_request(city.tx, request_id=withdrawn.id, person_id=city.resident)
    at = city.tx.now + timedelta(days=7)
    set_clock(city.tx, at=at)
    city.tx = replace(city.tx, now=at)
    for request, how in ((declined, "declined"), (withdrawn, "withdrawn"), (late, "not answered in time")):
        with pytest.raises(refused.RequestOver, match=how):
            wallet.requests.pay_request(city.tx, request_id=request.id, person_id=maria)
    with pytest.raises(refused.RequestOver):
        wallet.requests.decline_request(city.tx, request_id=declined.id, person_id=maria)


def test_a_request_is_between_two_people_only(city: City, maria: PersonId) -> None:
    request = ask(city)
    other = city.neighbour("+51987000002")
    for attempt in (wallet.requests.pay_request, wallet.requests.decline_request):
        for person_id, request_id in ((other, request.id), (city.resident, request.id), (maria, uuid4())):
            with pytest.raises(refused.UnknownRequest):
                attempt(city.tx, request_id=request_id, person_id=person_id)
    with pytest.raises(refused.UnknownRequest):
        wallet.requests.withdraw_request(city.tx, request_id=request.id, person_id=maria)


def test_the_same_key_asks_once_and_for_one_thing(city: City, maria: PersonId) -> None:
    key = city.keys()
    assert ask(city, key=key).id == ask(city, key=key).id
    with pytest.raises(errors.KeyAlreadyUsed):
        ask(city, 800, key=key)
    assert len(wallet.requests.list_waiting(city.tx, person_id=maria)) == 1


def test_nobody_is_pestered(city: City, maria: PersonId) -> None:
    requests = [ask(city, amount) for amount in (100, 200, 300)]
    with pytest.raises(refused.TooManyRequests):
        ask(city, 400)
    wallet.requests.decline_request(city.tx, request_id=requests[0].id, person_id=maria)
    with pytest.raises(refused.TooManyRequests):
        ask(city, 400)
    wallet.requests.pay_request(city.tx, request_id=requests[1].id, person_id=maria)
    ask(city, 400)


@pytest.mark.parametrize("note", ["x" * 141, "a\0b"])
def test_a_note_that_cannot_be_kept(city: City, maria: PersonId, note: str) -> None:
    with pytest.raises(refused.RequestRefused):
        ask(city, note=note)
    assert ask(city, note="  pan 🍞 para Ñusta  ").note == "pan 🍞 para Ñusta"


def test_who_cannot_be_asked(city: City, maria: PersonId) -> None:
    asked = {"amount_minor": 100, "client": "phone"}
    with pytest.raises(errors.UnknownPayee):
        wallet.requests.ask(city.tx, person_id=city.resident, phone="+51987000077", key=city.keys(), **asked)
    with pytest.raises(errors.OwnWallet):
        wallet.requests.ask(city.tx, person_id=maria, phone=MARIA, key=city.keys(), **asked)
    for amount in (0, -1, 10**15):
        with pytest.raises(errors.BadAmount):
            ask(city, amount)


def test_a_request_paid_twice_at_once_and_declined_is_paid_at_most_once(own_database: Database) -> None:
    with own_database.transaction(TEST_ACTOR) as tx:
        city = build(tx)
        maria = city.neighbour(MARIA)
        city.give(5_000, to=maria)
        request = ask(city, 700)

    def attempt(place: int) -> str:
        try:
            with own_database.transaction(TEST_ACTOR) as tx:
                if place % 4 == 3:
                    wallet.requests.decline_request(tx, request_id=request.id, person_id=maria)
                    return "declined"
                wallet.requests.pay_request(tx, request_id=request.id, person_id=maria)
                return "paid"
        except refused.RequestOver:
            return "over"

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(attempt, range(8)))
    with own_database.transaction(TEST_ACTOR) as tx:
        city.tx = tx
        moved = 5_000 - city.balance(maria).available_minor
        assert moved == (700 if "paid" in answers else 0)
        assert ("paid" in answers) != ("declined" in answers)
        assert city.violations() == []
