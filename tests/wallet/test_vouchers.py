"""A benefit as cash at any agent, for who has no wallet: handed over once, or the programme's again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from ayni import identity, ledger, wallet
from ayni.foundation.clock import set_clock
from ayni.foundation.db import Database
from ayni.foundation.errors import AyniError
from ayni.values.ids import new_id
from ayni.wallet import UnknownShop, UnknownVoucher
from ayni.wallet.errors import OwnShop
from ayni.wallet.errors.vouchers import VoucherNotNow, VoucherOver, WrongVoucher
from ayni.wallet.model.vouchers import CashedVoucher
from tests.conftest import TEST_ACTOR
from tests.wallet.conftest import City, build, register
from tests.wallet.rings import ring
from tests.wallet.vouching import Held, give_voucher


def agent_has(city: City) -> int:
    return ledger.get_account(city.tx, city.agent.account_id).balance_minor


def later(city: City, **span: int) -> None:
    at = city.tx.now + timedelta(**span)
    set_clock(city.tx, at=at)
    city.tx = replace(city.tx, now=at)


def test_a_benefit_is_handed_over_once_for_number_and_code(city: City) -> None:
    held = give_voucher(city)
    slip = held.slip
    assert len(slip.code) == 8
    assert slip.code not in repr(slip)
    before = agent_has(city)
    looked = wallet.vouchers.look_up_voucher(
        city.tx, ring=ring(), agent_id=city.agent.id, number=slip.number, code=slip.code
    )
    assert looked == CashedVoucher(slip.number, 2_000, "Rosa Q.")
    assert agent_has(city) == before
    first, again = held.fetch(f" {slip.code} "), held.fetch()
    assert (first, again) == (looked, looked)
    assert isinstance(again, CashedVoucher)
    assert again.repeated
    assert agent_has(city) == before + 2_000
    other = wallet.open_agent(
        city.tx, keeper_id=city.agent.keeper_id, code="AGENTE02", display_name="Agente Dos"
    )
    with pytest.raises(VoucherOver, match="handed over"):
        held.fetch(at=other)
    assert city.violations() == []


def test_paid_again_it_is_the_same_voucher(city: City) -> None:
    who = register(city.tx, document=False)[0]
    benefit = city.benefit(2_000, to=who)
    first = city.disburse(benefit, benefit, by_agents=True)
    assert [(one.code, one.newly) for one in first] == [("voucher", True), ("voucher", False)]
    (again,) = city.disburse(benefit, by_agents=True)
    assert (again.newly, again.transfer_id) == (False, first[0].transfer_id)
    (other,) = city.disburse(replace(benefit, amount_minor=3_000), by_agents=True)
    assert (other.paid, other.code) == (False, "exists_with_different_amount")
    assert city.violations() == []


def test_who_has_a_wallet_is_paid_into_it_all_the_same(city: City) -> None:
    (answer,) = city.disburse(city.benefit(2_000), by_agents=True)
    assert answer.code == "paid"
    assert city.balance().available_minor == 2_000


def test_what_cannot_be_cash_stays_payable(city: City) -> None:
    """Money for a purpose buys only what it is for, and there is no coin of one céntimo."""
    who = register(city.tx, document=False)[0]
    answers = city.disburse(
        city.benefit(2_000, "food", to=who),
        city.benefit(2_003, to=who),
        city.benefit(0, to=who),
        by_agents=True,
    )
    assert [one.code for one in answers] == ["purpose_without_wallet", "not_in_coins", "bad_amount"]
    assert not any(one.paid for one in answers)
    (without,) = city.disburse(city.benefit(2_000, to=who))
    assert without.code == "no_wallet"


def test_after_the_deadline_it_is_the_programmes_again(own_database: Database) -> None:
    with own_database.transaction(TEST_ACTOR) as tx:
        city = build(tx)
        before = ledger.get_account(tx, city.programme.emoney_account_id).balance_minor
        held = give_voucher(city)
        slip = held.slip
        assert ledger.get_account(tx, city.programme.emoney_account_id).balance_minor == before - 2_000
        assert city.violations() == []
    assert wallet.return_overdue_vouchers(own_database) == 0
    with own_database.transaction(TEST_ACTOR) as tx:
        set_clock(tx, at=slip.until)
    with own_database.transaction(TEST_ACTOR) as city.tx, pytest.raises(VoucherOver):
        held.fetch()
    assert wallet.return_overdue_vouchers(own_database) == 1
    assert wallet.return_overdue_vouchers(own_database) == 0
    with own_database.transaction(TEST_ACTOR) as tx:
        city.tx = tx
        assert ledger.get_account(tx, city.programme.emoney_account_id).balance_minor == before
        assert city.violations() == []
        with pytest.raises(VoucherOver, match="given back"):
            held.fetch()
        with pytest.raises(VoucherOver):
            wallet.vouchers.return_voucher(tx, voucher_id=held.id)
        with pytest.raises(VoucherOver):
            wallet.vouchers.tell_code(tx, ring=ring(), voucher_id=held.id)


def test_a_code_is_not_guessed_and_the_office_gives_another(city: City) -> None:
    held = give_voucher(city)
    slip = held.slip
    wrong = f"{(int(slip.code) + 1) % 10**8:08d}"
    for _ in range(5):
        assert isinstance(held.fetch(wrong), WrongVoucher)
    assert isinstance(held.fetch(slip.code), WrongVoucher)
    another = wallet.vouchers.tell_code(city.tx, ring=ring(), voucher_id=held.id)
    assert another.code != slip.code
    assert isinstance(held.fetch(slip.code), WrongVoucher)
    assert isinstance(held.fetch(another.code), CashedVoucher)


def test_a_lost_slip_is_worth_nothing_once_there_is_another(city: City) -> None:
    held = give_voucher(city)
    slip = held.slip
    again = wallet.vouchers.tell_code(city.tx, ring=ring(), voucher_id=held.id)
    assert again == slip
    anew = wallet.vouchers.tell_code(city.tx, ring=ring(peppers=2), voucher_id=held.id, anew=True)
    assert anew.code != slip.code
    assert isinstance(held.fetch(slip.code), WrongVoucher)
    assert isinstance(held.fetch(anew.code), CashedVoucher)


@pytest.mark.parametrize("code", ["", "x", "\ud800", "９" * 8, "1" * 10_000])
@pytest.mark.parametrize("number", [0, -1, 1, 10**40])
def test_rubbish_is_no_voucher(city: City, number: int, code: str) -> None:
    held = give_voucher(city)
    assert isinstance(held.fetch(code, number=number), WrongVoucher)
    assert isinstance(held.fetch(code), WrongVoucher)


def test_it_has_no_code_before_anybody_asked(city: City) -> None:
    who = register(city.tx, document=False)[0]
    (answer,) = city.disburse(city.benefit(2_000, to=who), by_agents=True)
    found = wallet.vouchers.find_voucher(city.tx, voucher_id=answer.transfer_id)
    slip = wallet.VoucherCode(found.number, "00000000", 2_000, found.until)
    assert isinstance(Held(city, who, answer.transfer_id, slip).fetch(), WrongVoucher)
    with pytest.raises(UnknownVoucher):
        wallet.vouchers.tell_code(city.tx, ring=ring(), voucher_id=new_id(city.tx.now))


def test_an_agent_does_not_pay_themselves_and_a_shop_pays_nobody(city: City) -> None:
    keeper = register(city.tx, document=False)[0]
    own = wallet.open_agent(city.tx, keeper_id=keeper, code="AGENTE03", display_name="Agente Tres")
    held = give_voucher(city, to=keeper)
    with pytest.raises(OwnShop):
        held.fetch(at=own)
    with pytest.raises(UnknownShop):
        held.fetch(at=city.bodega)
    assert isinstance(held.fetch(), CashedVoucher)


def test_nobody_is_handed_the_cash_of_somebody_who_died(city: City) -> None:
    held = give_voucher(city)
    identity.lives.record_death(
        city.tx, person_id=held.person, died_on=city.tx.today, source="a test", reason="a test"
    )
    with pytest.raises(VoucherNotNow, match="has died"):
        held.fetch()
    assert city.violations() == []


def test_an_agent_who_may_not_take_it_leaves_it_waiting(city: City) -> None:
    held = give_voucher(city)
    ledger.set_account_limits(
        city.tx, account_id=city.agent.account_id, credit_limit_minor=0, balance_ceiling_minor=0
    )
    with pytest.raises(VoucherNotNow, match="cannot be paid out at present"):
        held.fetch()
    ledger.set_account_limits(
        city.tx, account_id=city.agent.account_id, credit_limit_minor=0, balance_ceiling_minor=None
    )
    assert isinstance(held.fetch(), CashedVoucher)
    assert city.violations() == []


def test_two_agents_at_once_hand_it_over_once(own_database: Database) -> None:
    with own_database.transaction(TEST_ACTOR) as tx:
        city = build(tx)
        held = give_voucher(city)
        slip = held.slip
        other = wallet.open_agent(
            tx, keeper_id=city.agent.keeper_id, code="AGENTE02", display_name="Agente Dos"
        )

    def fetch(agent: wallet.Shop) -> CashedVoucher | AyniError:
        with own_database.transaction(TEST_ACTOR) as mine:
            try:
                return wallet.vouchers.cash_voucher(
                    mine, ring=ring(), agent_id=agent.id, number=slip.number, code=slip.code
                )
            except VoucherOver as error:
                return error

    with ThreadPoolExecutor(2) as both:
        answers = list(both.map(fetch, [city.agent, other]))
    assert sorted(type(one).__name__ for one in answers) == ["CashedVoucher", "VoucherOver"]
    with own_database.transaction(TEST_ACTOR) as tx:
        city.tx = tx
        assert city.violations() == []
