"""A merchant gives back what was paid: in part, once, to where it came from."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import pytest

from ayni import ledger, wallet
from ayni.foundation.db import Database
from ayni.values.ids import TransferId, new_id
from ayni.wallet import errors
from ayni.wallet.errors import refunds
from tests.conftest import TEST_ACTOR
from tests.wallet.conftest import City, build


def test_a_payment_is_given_back_whole(city: City) -> None:
    city.give(1_000)
    city.pay(700)
    given = city.refund()
    assert (given.amount_minor, given.repeated) == (700, False)
    assert city.balance().available_minor == 1_000
    assert city.amounts()[0] == 700
    assert wallet.statement(city.tx, person_id=city.resident).entries[0].counterpart == "Bodega Doña Julia"
    with pytest.raises(refunds.NothingLeftToRefund):
        city.refund()
    assert city.violations() == []


def test_parts_add_up_to_no_more_than_was_paid(city: City) -> None:
    city.give(1_000)
    city.pay(700)
    city.refund(300)
    with pytest.raises(refunds.RefundTooLarge) as refused:
        city.refund(401)
    assert refused.value.numbers["left_minor"] == 400
    city.refund(400)
    assert city.balance().available_minor == 1_000


def test_free_money_comes_back_first_and_food_money_to_food(city: City) -> None:
    city.give(300, "food")
    city.give(1_000)
    city.pay(500)
    city.refund(250)
    assert city.balance().bound_minor == {"food": 50}
    assert city.balance().available_minor == 1_000
    city.refund()
    assert city.balance().bound_minor == {"food": 300}


def test_the_same_key_gives_back_once(city: City) -> None:
    city.give(300, "food")
    city.give(1_000)
    city.pay(500)
    key = city.keys()
    first = city.refund(400, key=key)
    again = city.refund(400, key=key)
    assert again == first
    assert again.repeated
    with pytest.raises(errors.KeyAlreadyUsed):
        city.refund(50, key=key)
    assert city.balance().total_minor == 1_200


def test_what_the_month_had_used_is_given_back(city: City) -> None:
    city.give(10_000)
    before = {one.kind: one.left_minor for one in wallet.limits_left(city.tx, person_id=city.resident)}
    city.pay(7_000)
    city.refund(5_000)
    after = {one.kind: one.left_minor for one in wallet.limits_left(city.tx, person_id=city.resident)}
    assert (before["total_month"] or 0) - (after["total_month"] or 0) == 2_000


def test_a_shop_gives_back_only_its_own_payments_and_only_payments(city: City) -> None:
    city.give(5_000)
    paid = city.pay(700)
    out = city.cash_out(1_000)
    asked = {"client": "till", "key": city.keys()}
    for shop, payment_id in (
        (city.pharmacy.id, paid.payment_id),
        (city.bodega.id, out.payment_id),
        (city.bodega.id, TransferId(uuid4())),
    ):
        assert payment_id is not None
        with pytest.raises(refunds.UnknownPayment):
            wallet.refund(city.tx, merchant_id=shop, payment_id=payment_id, **asked)
    refund_id = ledger.list_statement(city.tx, city.bodega.account_id, most=1)[0].transfer_id
    city.refund(of=paid)
    returned = ledger.list_statement(city.tx, city.bodega.account_id, most=1)[0].transfer_id
    assert refund_id != returned
    with pytest.raises(refunds.UnknownPayment):
        wallet.refund(city.tx, merchant_id=city.bodega.id, payment_id=returned, **asked)
    for shop in (city.agent.id, uuid4()):
        with pytest.raises(errors.UnknownShop):
            wallet.refund(city.tx, merchant_id=shop, payment_id=returned, **asked)


def test_a_shop_without_the_money_gives_nothing_back(city: City) -> None:
    city.give(5_000)
    paid = city.pay(700)
    # The bodega has spent what it took: here, by giving another payment back.
    city.pay(300)
    ledger.set_account_limits(
        city.tx, account_id=city.bodega.account_id, credit_limit_minor=0, balance_ceiling_minor=None
    )
    city.refund(of=city.paid)
    drained = city.refund(600, of=paid)
    assert drained.amount_minor == 600
    city.move_out(city.bodega.account_id, 100)
    with pytest.raises(refunds.ShopCannotRefund):
        city.refund(100, of=paid)


@pytest.mark.parametrize("amount", [0, -1, 10**15, True, 1.5])
def test_amounts_that_nobody_can_give_back(city: City, amount: int) -> None:
    city.give(5_000)
    city.pay(700)
    with pytest.raises(errors.BadAmount):
        city.refund(amount)
    with pytest.raises(errors.BadKey):
        city.refund(key=UUID(int=4))


def test_a_refund_raced_with_itself_gives_back_once(own_database: Database) -> None:
    with own_database.transaction(TEST_ACTOR) as tx:
        city = build(tx)
        city.give(200, "food")
        city.give(1_000)
        paid = city.pay(700)
        keys = [new_id(tx.now) for _ in range(4)]
    assert paid.payment_id is not None
    payment_id = paid.payment_id

    def give_back(place: int) -> int:
        try:
            with own_database.transaction(TEST_ACTOR) as tx:
                done = wallet.refund(
                    tx,
                    merchant_id=city.bodega.id,
                    payment_id=payment_id,
                    amount_minor=400,
                    client="till",
                    key=keys[place % 4],
                )
                return 0 if done.repeated else done.amount_minor
        except (refunds.NothingLeftToRefund, refunds.RefundTooLarge):
            return 0

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(give_back, range(8))) == 400
    with own_database.transaction(TEST_ACTOR) as tx:
        city.tx = tx
        assert city.balance().total_minor == 900
        assert city.violations() == []
