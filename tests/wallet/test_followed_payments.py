"""What follows in the ledger's order is told whole, once, and only to those who may know it."""

from __future__ import annotations

import pytest

from ayni import ledger, wallet
from ayni.foundation import clients
from ayni.values.ids import PersonId
from ayni.wallet.queries import payments
from tests.wallet.conftest import City


@pytest.fixture
def busy(city: City) -> City:
    """A city in which money of two purposes was paid, and one client is linked to all of it."""
    city.give(5_000)
    city.give(500, "food")
    for amount in (300, 400, 50):
        city.pay(amount)
    city.with_fees("pay", 20).pay(100)
    for _ in range(3):
        wallet.cash_out(
            city.tx,
            person_id=city.resident,
            agent_id=city.agent.id,
            amount_minor=200,
            client="test",
            key=city.keys(),
        )
    clients.add_client(
        city.tx, client_id="bank-one", name="B", scopes=["payments:read"], requests_a_minute=60
    )
    wallet.links.begin_link(city.tx, client_id="bank-one")
    return city


def _after(city: City, seq: int, *, most: int = 500) -> tuple[list[wallet.Payment], int]:
    return wallet.list_payments_after(city.tx, after_seq=seq, linked_to="bank-one", most=most)


def test_wherever_it_begins_what_is_told_is_whole(busy: City) -> None:
    """Also in the middle of a payment with several legs: that one began before, and is told no more."""
    whole, last = _after(busy, 0)
    assert last == ledger.last_seq(busy.tx)
    assert any(len(ledger.list_legs(busy.tx, one.id)) > 1 for one in whole), "one has several legs"
    assert any(one.fee_minor for one in whole)
    for seq in range(last + 3):
        told, upto = _after(busy, seq)
        assert told == [one for one in whole if one.seq > seq]
        assert upto == max(seq, last)


def test_each_is_told_as_it_is_found_by_its_id(busy: City) -> None:
    whole, _ = _after(busy, 0)
    for one in whole:
        assert one == wallet.get_payment(busy.tx, payment_id=one.id, linked_to="bank-one")


@pytest.mark.parametrize("looked_at", [6, 7, 11])
@pytest.mark.parametrize("most", [1, 2, 500])
def test_pages_together_are_the_whole(
    busy: City, monkeypatch: pytest.MonkeyPatch, looked_at: int, most: int
) -> None:
    whole, last = _after(busy, 0)
    monkeypatch.setattr(payments, "_LOOKED_AT", looked_at)
    told, at = [], 0
    while at < last:
        page, reached = _after(busy, at, most=most)
        assert reached > at, "it always goes on"
        told += page
        at = reached
    assert told == whole


def test_a_range_is_told_as_it_was(busy: City) -> None:
    """However much has happened since."""
    whole, last = _after(busy, 0)
    busy.give(100)
    told, upto = wallet.list_payments_after(
        busy.tx, after_seq=0, upto_seq=last, linked_to="bank-one", most=500
    )
    assert (told, upto) == (whole, last)


def test_a_client_hears_of_what_it_is_linked_to(busy: City) -> None:
    other = busy.neighbour("+51987600031")
    wallet.links.end_link(busy.tx, client_id="bank-one")
    assert _after(busy, 0) == ([], ledger.last_seq(busy.tx))
    wallet.links.begin_link(busy.tx, client_id="bank-one", person_id=PersonId(other))
    assert _after(busy, 0)[0] == []
    wallet.links.begin_link(busy.tx, client_id="bank-one", shop_id=busy.agent.id)
    told, _ = _after(busy, 0)
    assert {one.debit.person_id for one in told} | {one.credit.person_id for one in told} == {None}
    assert len(told) >= 3
