"""What a payment would do is shown before it is confirmed, and shown only."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

from ayni import wallet
from ayni.wallet import Order, OrderKind
from ayni.wallet.errors import (
    BadAmount,
    NotPayableInCash,
    OwnWallet,
    SeveralPayees,
    UnknownShop,
    UnknownWallet,
)
from tests.wallet.conftest import City

SINGLE = 169_500


def order(city: City, kind: OrderKind, other_id: UUID, amount_minor: int = 1_000) -> Order:
    return Order(kind, city.resident, other_id, amount_minor, "phone", city.keys())


def test_a_quote_tells_amount_fee_with_whom_and_what_is_left(city: City) -> None:
    city.give(2_000)
    city.give(500, "food")
    found = wallet.quote(city.tx, order=order(city, OrderKind.PAY, city.bodega.id))
    assert (found.to, found.amount_minor, found.fee_minor, found.total_minor) == (
        "Bodega Doña Julia",
        1_000,
        0,
        1_000,
    )
    assert found.available_minor == 2_500
    left = {limit.kind: (limit.left_minor, limit.renews_on) for limit in found.limits}
    assert left["single"] == (SINGLE, None)
    assert left["total_month"][1] == date(2025, 7, 1)
    at_the_pharmacy = wallet.quote(city.tx, order=order(city, OrderKind.PAY, city.pharmacy.id))
    assert at_the_pharmacy.available_minor == 2_000
    assert city.balance().total_minor == 2_500


def test_what_a_payment_costs_is_shown_and_then_taken(city: City) -> None:
    city.give(2_000)
    paid = city.with_fees("pay", 20)
    shown = wallet.quote(paid.tx, order=order(paid, OrderKind.PAY, city.bodega.id))
    assert (shown.fee_minor, shown.total_minor) == (20, 1_020)
    assert paid.pay(1_000).fee_minor == 20
    assert city.balance().total_minor == 980


def test_the_payee_of_a_send_is_shown_masked_and_what_would_wait_says_until_when(city: City) -> None:
    city.neighbour("+51987000001")
    city.give(2_000)
    values = {"person_id": city.resident, "amount_minor": 500, "client": "phone", "key": city.keys()}
    known = wallet.quote_send(city.tx, phone="987 000 001", **values)
    assert (known.to, known.waits_until) == ("Rosa Q.", None)
    unknown = wallet.quote_send(city.tx, phone="987 000 002", **values)
    assert unknown.waits_until is not None
    assert "98700000" not in unknown.to
    assert unknown.available_minor == 2_000
    city.neighbour("+51987000001")
    with pytest.raises(SeveralPayees):
        wallet.quote_send(city.tx, phone="987 000 001", **values)
    assert wallet.list_parcels_of(city.tx, person_id=city.resident) == []


def test_an_order_that_cannot_be_meant_has_no_quote(city: City) -> None:
    for refusal, wrong in (
        (BadAmount, order(city, OrderKind.PAY, city.bodega.id, 0)),
        (UnknownShop, order(city, OrderKind.PAY, city.agent.id)),
        (NotPayableInCash, order(city, OrderKind.CASH_OUT, city.agent.id, 1_001)),
        (OwnWallet, order(city, OrderKind.SEND, city.resident)),
        (UnknownWallet, order(city, OrderKind.SEND, city.bodega.keeper_id)),
    ):
        with pytest.raises(refusal):
            wallet.quote(city.tx, order=wrong)
    values = {"person_id": city.bodega.keeper_id, "client": "phone", "key": city.keys()}
    with pytest.raises(UnknownWallet):
        wallet.quote_send(city.tx, phone="987000002", amount_minor=100, **values)
    with pytest.raises(BadAmount):
        wallet.quote_send(city.tx, phone="987000002", amount_minor=-5, **values)
