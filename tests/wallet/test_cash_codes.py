"""Cash in two steps: set aside, and handed over by whichever agent is told the code; or given back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from ayni import ledger, wallet
from ayni.foundation.clock import set_clock
from ayni.foundation.db import Database, Tx
from ayni.ledger import AccountFlag
from ayni.wallet import errors
from ayni.wallet.errors import cash
from ayni.wallet.model.cash import PaidOut
from tests.conftest import TEST_ACTOR
from tests.wallet.conftest import THEIR_PHONE, City, build
from tests.wallet.rings import ring


def later(city: City, **span: int) -> City:
    at = city.tx.now + timedelta(**span)
    set_clock(city.tx, at=at)
    city.tx = replace(city.tx, now=at)
    return city


def test_cash_is_handed_over_once_for_a_code(city: City) -> None:
    city.give(5_000)
    made = city.set_cash_aside(2_000)
    assert len(made.code) == 8
    assert city.balance().available_minor == 3_000
    handed = city.hand_over(f" {made.code} ")
    assert isinstance(handed, PaidOut)
    assert (handed.amount_minor, handed.display_name, handed.repeated) == (2_000, "Rosa Q.", False)
    assert ledger.get_account(city.tx, city.agent.account_id).balance_minor == 202_000
    assert city.violations() == []


def test_an_agent_whose_answer_was_lost_asks_again_and_hands_over_once(city: City) -> None:
    """The agent's telephone dies in the middle: whoever goes on with the same code is told the same."""
    city.give(5_000)
    city.set_cash_aside(2_000)
    first, again = city.hand_over(), city.hand_over()
    assert again == first
    assert isinstance(again, PaidOut)
    assert again.repeated
    assert ledger.get_account(city.tx, city.agent.account_id).balance_minor == 202_000
    other = wallet.open_agent(
        city.tx, keeper_id=city.agent.keeper_id, code="AGENTE02", display_name="Agente Dos"
    )
    with pytest.raises(cash.CashCodeOver):
        city.hand_over(at=other)


def test_the_same_request_makes_the_same_code_once(city: City) -> None:
    city.give(5_000)
    key = city.keys()
    first, again = city.set_cash_aside(2_000, key=key), city.set_cash_aside(2_000, key=key)
    assert (again.code, again.cash_code.id, again.repeated) == (first.code, first.cash_code.id, True)
    assert city.balance().available_minor == 3_000
    with pytest.raises(errors.KeyAlreadyUsed):
        city.set_cash_aside(1_000, key=key)
    turned = wallet.make_cash_code(
        city.tx, ring=ring(peppers=2), person_id=city.resident, amount_minor=2_000, client="phone", key=key
    )
    assert turned.code == first.code


def test_what_was_set_aside_is_spent_by_nobody_else_and_counts_in_the_month_when_it_is_paid(
    city: City,
) -> None:
    city.give(5_000)
    city.set_cash_aside(4_000)
    with pytest.raises(errors.InsufficientFunds):
        city.pay(2_000)

    def left() -> int | None:
        limits = wallet.limits_left(city.tx, person_id=city.resident)
        return next(one.left_minor for one in limits if one.kind == "total_month")

    before = left()
    city.hand_over()
    after = left()
    assert before is not None
    assert after is not None
    assert before - after == 4_000


def test_a_holder_takes_it_back_and_the_code_is_over(city: City) -> None:
    city.give(5_000)
    made = city.set_cash_aside(2_000)
    city.give_cash_back()
    assert city.balance().available_minor == 5_000
    with pytest.raises(cash.CashCodeOver):
        city.hand_over()
    with pytest.raises(cash.CashCodeOver):
        city.give_cash_back()
    with pytest.raises(cash.WrongCashCode):
        wallet.cancel_cash_code(city.tx, code_id=made.cash_code.id, person_id=city.agent.keeper_id)
    with pytest.raises(cash.WrongCashCode):
        wallet.cancel_cash_code(city.tx, code_id=uuid4(), person_id=city.resident)
    assert city.violations() == []


def test_after_a_day_the_code_is_over(city: City) -> None:
    city.give(5_000)
    city.set_cash_aside(2_000)
    later(city, hours=24)
    with pytest.raises(cash.CashCodeOver):
        city.hand_over()


def test_the_job_gives_back_what_nobody_fetched(own_database: Database) -> None:
    with own_database.transaction(TEST_ACTOR) as tx:
        city = build(tx)
        city.give(5_000)
        city.set_cash_aside(2_000)
        late = tx.now + timedelta(hours=25)
    assert wallet.return_overdue_cash_codes(own_database) == 0
    with own_database.transaction(TEST_ACTOR) as tx:
        set_clock(tx, at=late)
    assert wallet.return_overdue_cash_codes(own_database) == 1
    assert wallet.return_overdue_cash_codes(own_database) == 0
    with own_database.transaction(TEST_ACTOR) as tx:
        city.tx = tx
        assert city.balance().available_minor == 5_000
        assert city.violations() == []


def test_a_code_is_not_guessed(city: City) -> None:
    city.give(5_000)
    made = city.set_cash_aside(2_000)
    wrong = f"{(int(made.code) + 1) % 10**8:08d}"
    for _ in range(5):
        assert isinstance(city.hand_over(wrong), cash.WrongCashCode)
    assert isinstance(city.hand_over(made.code), cash.WrongCashCode)
    for rubbish in ("x", "\ud800", "９" * 8):
        assert isinstance(city.hand_over(rubbish), cash.WrongCashCode)


def test_a_code_alone_is_no_use_without_its_telephone(city: City) -> None:
    city.give(5_000)
    made = city.set_cash_aside(2_000)
    city.neighbour("+51987000055")
    found = wallet.pay_out(city.tx, ring=ring(), agent_id=city.agent.id, phone="+51987000055", code=made.code)
    assert isinstance(found, cash.WrongCashCode)
    with pytest.raises(errors.UnknownShop):
        wallet.pay_out(city.tx, ring=ring(), agent_id=city.bodega.id, phone=THEIR_PHONE, code=made.code)


@pytest.mark.parametrize("amount", [0, -10, 15, 10**15])
def test_amounts_that_no_coins_can_pay(city: City, amount: int) -> None:
    city.give(5_000)
    with pytest.raises((errors.BadAmount, errors.NotPayableInCash)):
        city.set_cash_aside(amount)


def test_what_cannot_be_set_aside_is_refused_with_its_reason(city: City) -> None:
    city.give(1_000, "food")
    with pytest.raises(errors.PurposeMoneyNotAccepted):
        city.set_cash_aside(1_000)
    with pytest.raises(errors.InsufficientFunds):
        city.set_cash_aside(10_000)
    city.give(90_000)
    with pytest.raises(errors.LimitExceeded):
        city.set_cash_aside(10_000_000)


def test_an_agent_pays_no_code_of_their_own(tx: Tx) -> None:
    city = build(tx)
    city.give(5_000)
    city.set_cash_aside(2_000)
    own = wallet.open_agent(tx, keeper_id=city.resident, code="AGENTE02", display_name="Agente Rosa")
    with pytest.raises(errors.OwnShop):
        city.hand_over(at=own)


def test_a_frozen_wallet_hands_over_nothing_and_keeps_it(city: City) -> None:
    city.give(5_000)
    city.set_cash_aside(2_000)
    owner = wallet.get_wallet(city.tx, person_id=city.resident).owner_ref
    ledger.flag_owner(city.tx, owner_ref=owner, flags=AccountFlag.FROZEN)
    with pytest.raises(cash.CashNotNow):
        city.hand_over()
    ledger.flag_owner(city.tx, owner_ref=owner, flags=AccountFlag.FROZEN, on=False)
    assert isinstance(city.hand_over(), PaidOut)


def test_of_two_agents_and_a_holder_at_once_one_has_the_money(own_database: Database) -> None:
    with own_database.transaction(TEST_ACTOR) as tx:
        city = build(tx)
        city.give(5_000)
        city.set_cash_aside(2_000)
        other = wallet.open_agent(
            tx, keeper_id=city.agent.keeper_id, code="AGENTE02", display_name="Agente Dos"
        )

    def attempt(place: int) -> str:
        try:
            with own_database.transaction(TEST_ACTOR) as tx:
                mine = replace(city, tx=tx)
                mine.cash = city.cash
                if place % 3 == 2:
                    mine.give_cash_back()
                    return "back"
                found = mine.hand_over(at=(city.agent, other)[place % 3])
                assert isinstance(found, PaidOut)
                return "repeated" if found.repeated else "paid"
        except cash.CashCodeOver:
            return "over"

    with ThreadPoolExecutor(9) as pool:
        answers = list(pool.map(attempt, range(9)))
    assert len([one for one in answers if one in ("paid", "back")]) == 1
    with own_database.transaction(TEST_ACTOR) as tx:
        city.tx = tx
        assert city.balance().total_minor in (3_000, 5_000)
        assert city.violations() == []
