"""Residents pay in shops and trade cash with agents."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from ayni import ledger, wallet
from ayni.ledger import AccountFlag
from ayni.values.ids import PersonId, new_id
from ayni.wallet import Order, OrderKind, Receipt
from ayni.wallet.errors import (
    AccountClosed,
    AgentOutOfFloat,
    BadAmount,
    BadKey,
    InsufficientFunds,
    KeyAlreadyUsed,
    LimitMissing,
    NotPayableInCash,
    OrderRefused,
    OwnShop,
    PurposeMoneyNotAccepted,
    TooManyAtOnce,
    UnknownShop,
    UnknownWallet,
    WalletMayNotSpend,
)
from tests.wallet.conftest import City


def parts(receipt: Receipt) -> dict[str | None, int]:
    return {part.purpose: part.amount_minor for part in receipt.parts}


def test_what_moves_between_ones_own_accounts_is_no_order(city: City) -> None:
    """A bug: such an order ended the whole batch that it came with."""
    city.give(1_000)
    odd = Order(OrderKind.SAVE, city.resident, city.bodega.id, 100, "phone", city.keys())
    (refused,) = wallet.carry_out(city.tx, orders=[odd])
    assert isinstance(refused, UnknownShop)


def test_a_resident_pays_a_bodega_and_the_books_agree(city: City) -> None:
    city.give(10_000)
    receipt = city.pay(2_550)
    assert parts(receipt) == {None: 2_550}
    assert city.balance().total_minor == 7_450
    assert ledger.get_account(city.tx, city.bodega.account_id).balance_minor == 2_550
    assert city.violations() == []


def test_food_money_is_used_first_where_it_is_accepted_and_free_money_pays_the_rest(city: City) -> None:
    city.give(5_000)
    city.give(3_000, "food")
    assert parts(city.pay(1_000)) == {"food": 1_000}
    assert parts(city.pay(2_500)) == {"food": 2_000, None: 500}
    assert city.balance().bound_minor == {"food": 0}
    assert city.balance().available_minor == 4_500
    assert city.violations() == []


def test_food_money_buys_no_medicine(city: City) -> None:
    city.give(500)
    city.give(3_000, "food")
    with pytest.raises(PurposeMoneyNotAccepted) as refused:
        city.pay(2_000, at=city.pharmacy)
    assert refused.value.numbers["purposes"] == "food"
    assert refused.value.numbers["available_minor"] == 500
    assert parts(city.pay(500, at=city.pharmacy)) == {None: 500}


def test_two_purposes_in_one_shop_are_used_in_order(city: City) -> None:
    both = wallet.open_merchant(
        city.tx,
        keeper_id=city.bodega.keeper_id,
        code="BAZAR001",
        display_name="Bazar Central",
        category="bazaar",
        accepts=["school", "food"],
    )
    city.give(100, "school")
    city.give(100, "food")
    city.give(100)
    assert parts(city.pay(250, at=both)) == {"food": 100, "school": 100, None: 50}


def test_what_is_not_there_is_not_spent(city: City) -> None:
    city.give(1_000)
    with pytest.raises(InsufficientFunds) as refused:
        city.pay(1_001)
    assert refused.value.numbers["available_minor"] == 1_000
    assert city.balance().total_minor == 1_000


def test_the_same_request_again_gives_the_same_receipt(city: City) -> None:
    city.give(10_000)
    key = city.keys()
    first = city.pay(2_500, key=key)
    again = city.pay(2_500, key=key)
    assert again == first
    assert (first.repeated, again.repeated) == (False, True)
    assert city.balance().total_minor == 7_500


@pytest.mark.parametrize(("food", "free"), [(1_000, 5_000), (1_500, 0), (400, 5_000)])
def test_a_repeated_payment_finds_its_parts_when_the_purpose_money_is_gone(
    city: City, food: int, free: int
) -> None:
    city.give(food, "food")
    if free:
        city.give(free)
    key = city.keys()
    first = city.pay(1_500, key=key)
    city.give(20_000)
    assert city.pay(1_500, key=key) == first
    city.give(50, "food")
    assert city.pay(1_500, key=key) == first
    city.give(20_000, "food")
    assert city.pay(1_500, key=key) == first
    assert city.balance().total_minor == food + free + 40_050 - 1_500


@pytest.mark.parametrize("amount", [1_499, 1_501, 100, 5_000])
def test_a_key_stands_for_one_request(city: City, amount: int) -> None:
    city.give(1_000, "food")
    city.give(20_000)
    key = city.keys()
    city.pay(1_500, key=key)
    city.give(1_000, "food")
    before = city.balance()
    with pytest.raises(KeyAlreadyUsed):
        city.pay(amount, key=key)
    with pytest.raises(KeyAlreadyUsed):
        city.pay(1_500, key=key, at=city.pharmacy)
    with pytest.raises(KeyAlreadyUsed):
        city.cash_out(1_500, key=key)
    assert city.balance() == before


def test_the_same_key_of_another_client_is_another_request(city: City) -> None:
    city.give(10_000)
    key = city.keys()
    order = Order(OrderKind.PAY, city.resident, city.bodega.id, 1_000, "ussd", key)
    city.pay(1_000, key=key)
    (receipt,) = wallet.carry_out(city.tx, orders=[order])
    assert isinstance(receipt, Receipt)
    assert not receipt.repeated
    assert city.balance().total_minor == 8_000


def test_a_refused_key_stays_refused_when_money_has_come(city: City) -> None:
    key = city.keys()
    order = Order(OrderKind.PAY, city.resident, city.bodega.id, 1_000, "phone", key)
    (first,) = wallet.carry_out(city.tx, orders=[order])
    assert isinstance(first, InsufficientFunds)
    city.give(5_000)
    (second,) = wallet.carry_out(city.tx, orders=[order])
    assert isinstance(second, InsufficientFunds)
    assert city.balance().total_minor == 5_000


def test_a_refused_key_moves_nothing_even_when_the_parts_would_be_others(city: City) -> None:
    city.give(300, "food")
    order = Order(OrderKind.PAY, city.resident, city.bodega.id, 1_000, "phone", city.keys())
    (first,) = wallet.carry_out(city.tx, orders=[order])
    assert isinstance(first, InsufficientFunds)
    city.give(5_000, "food")
    (second,) = wallet.carry_out(city.tx, orders=[order])
    assert isinstance(second, KeyAlreadyUsed)
    assert city.balance().total_minor == 5_300


def test_many_orders_are_answered_each_on_its_own(city: City) -> None:
    city.give(1_000, "food")
    city.give(1_000)

    def order(amount: int) -> Order:
        return Order(OrderKind.PAY, city.resident, city.bodega.id, amount, "phone", city.keys())

    repeated = order(600)
    answers = wallet.carry_out(
        city.tx, orders=[repeated, order(600), order(0), order(900), order(700), repeated]
    )
    assert [type(answer) for answer in answers] == [
        Receipt,
        Receipt,
        BadAmount,
        InsufficientFunds,
        Receipt,
        Receipt,
    ]
    assert [parts(answer) for answer in answers if isinstance(answer, Receipt)] == [
        {"food": 600},
        {"food": 400, None: 200},
        {None: 700},
        {"food": 600},
    ]
    assert city.balance().total_minor == 100
    assert city.violations() == []


def test_one_call_takes_so_many_orders(city: City) -> None:
    order = Order(OrderKind.PAY, city.resident, city.bodega.id, 1, "phone", city.keys())
    with pytest.raises(TooManyAtOnce):
        wallet.carry_out(city.tx, orders=[order] * (ledger.BULK_BATCH + 1))


def test_an_agent_pays_out_cash(city: City) -> None:
    city.give(10_000)
    city.cash_out(4_050)
    assert city.balance().total_minor == 5_950
    assert ledger.get_account(city.tx, city.agent.account_id).balance_minor == 204_050
    assert city.violations() == []


def test_cash_is_paid_in_coins_that_exist(city: City) -> None:
    city.give(10_000)
    with pytest.raises(NotPayableInCash):
        city.cash_out(4_055)
    with pytest.raises(NotPayableInCash):
        city.cash_in(5)


def test_purpose_money_is_never_cash(city: City) -> None:
    city.give(5_000, "food")
    with pytest.raises(PurposeMoneyNotAccepted):
        city.cash_out(1_000)
    assert city.balance().bound_minor == {"food": 5_000}


def test_cash_becomes_money_out_of_the_agents_float(city: City) -> None:
    city.cash_in(50_000)
    assert city.balance().total_minor == 50_000
    assert ledger.get_account(city.tx, city.agent.account_id).balance_minor == 150_000
    with pytest.raises(AgentOutOfFloat):
        city.cash_in(150_010)
    assert city.violations() == []


def test_an_agent_trades_no_cash_with_themselves(city: City) -> None:
    city.give(10_000)
    own = wallet.open_agent(city.tx, keeper_id=city.resident, code="AGENTE02", display_name="Agente Rosa")
    for trade in (wallet.cash_out, wallet.cash_in):
        with pytest.raises(OwnShop):
            trade(
                city.tx,
                person_id=city.resident,
                agent_id=own.id,
                amount_minor=1_000,
                client="phone",
                key=city.keys(),
            )


@pytest.mark.parametrize("amount", [0, -1, -(2**63), 10**14 + 1, 2**63, 2**200, True, 1.5, "100", None])
def test_an_amount_is_a_whole_number_that_can_be_paid(city: City, amount: object) -> None:
    for order in (city.pay, city.cash_out, city.cash_in):
        with pytest.raises(BadAmount):
            order(amount)  # type: ignore[arg-type]


@pytest.mark.parametrize("client", ["", "phone\x1fleg 1", "a\nb", "\x00"])
def test_a_key_comes_from_a_named_client_and_a_clock(city: City, client: str) -> None:
    values = {"person_id": city.resident, "merchant_id": city.bodega.id, "amount_minor": 1}
    with pytest.raises(BadKey):
        wallet.pay(city.tx, **values, client=client, key=city.keys())
    with pytest.raises(BadKey):
        wallet.pay(city.tx, **values, client="phone", key=uuid4())
    with pytest.raises(BadKey):
        wallet.pay(city.tx, **values, client="phone", key=UUID(int=0))


def test_nobody_pays_without_a_wallet_or_to_a_shop_that_is_none(city: City) -> None:
    unknown = new_id(city.tx.now)
    with pytest.raises(UnknownWallet):
        wallet.pay(
            city.tx,
            person_id=PersonId(unknown),
            merchant_id=city.bodega.id,
            amount_minor=1,
            client="phone",
            key=city.keys(),
        )
    for shop_id in (unknown, city.agent.id):
        with pytest.raises(UnknownShop):
            wallet.pay(
                city.tx,
                person_id=city.resident,
                merchant_id=shop_id,
                amount_minor=1,
                client="phone",
                key=city.keys(),
            )


@pytest.mark.parametrize("flag", [AccountFlag.FROZEN, AccountFlag.DORMANT, AccountFlag.LEGAL_HOLD])
def test_a_wallet_that_is_stopped_receives_and_does_not_spend(city: City, flag: AccountFlag) -> None:
    city.give(1_000)
    city.give(1_000, "food")
    owner = wallet.get_wallet(city.tx, person_id=city.resident).owner_ref
    ledger.flag_owner(city.tx, owner_ref=owner, flags=flag)
    for order in (city.pay, city.cash_out):
        with pytest.raises(WalletMayNotSpend):
            order(100)
    city.give(500)
    assert city.balance().total_minor == 2_500
    assert not city.balance().may_spend
    ledger.flag_owner(city.tx, owner_ref=owner, flags=flag, on=False)
    city.pay(100)


def test_a_closed_account_neither_gives_nor_takes(city: City) -> None:
    city.give(1_000)
    ledger.close_account(city.tx, account_id=city.pharmacy.account_id)
    with pytest.raises(AccountClosed) as refused:
        city.pay(100, at=city.pharmacy)
    assert refused.value.numbers["side"] == "shop"
    city.pay(1_000)
    ledger.close_account(
        city.tx, account_id=wallet.get_wallet(city.tx, person_id=city.resident).main_account_id
    )
    for order in (city.pay, city.cash_in):
        with pytest.raises(AccountClosed) as refused:
            order(100)
        assert refused.value.numbers["side"] == "resident"


def test_a_shop_of_no_class_takes_no_money(city: City) -> None:
    city.give(1_000)
    ledger.define_limit_class(city.tx, limit_class=99, name="nothing said", time_zone="America/Lima")
    ledger.set_limit_class(city.tx, owner_ref=city.bodega.owner_ref, limit_class=99)
    with pytest.raises(LimitMissing):
        city.pay(100)


def test_a_refusal_that_nobody_foresaw_is_told_in_the_ledgers_words(city: City) -> None:
    city.give(1_000)
    ledger.set_account_limits(
        city.tx, account_id=city.bodega.account_id, credit_limit_minor=0, balance_ceiling_minor=50
    )
    with pytest.raises(OrderRefused) as refused:
        city.pay(100)
    assert refused.value.numbers["result"] == "credit ceiling exceeded"
