"""Benefits arrive in wallets, once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ayni import ledger, payments, wallet
from ayni.values.ids import AccountId, ProgrammeId, new_id
from ayni.wallet.errors import NotAProgrammeAccount, TooManyAtOnce
from tests.wallet.conftest import City, register


def test_a_benefit_is_paid_whole_into_a_wallet(city: City) -> None:
    (answer,) = city.disburse(city.benefit(30_000))
    assert (answer.paid, answer.newly, answer.sent, answer.code, answer.reason) == (
        True,
        True,
        True,
        "paid",
        "",
    )
    assert city.balance().available_minor == 30_000
    assert city.violations() == []


def test_paying_again_pays_nobody_twice(city: City) -> None:
    benefits = [city.benefit(30_000), city.benefit(5_000, "food")]
    first = city.disburse(*benefits)
    again = city.disburse(*benefits)
    assert [answer.newly for answer in again] == [False, False]
    assert [replace(answer, newly=True) for answer in again] == first
    assert city.balance().total_minor == 35_000
    assert city.violations() == []


def test_the_same_entitlement_with_another_amount_is_refused(city: City) -> None:
    benefit = city.benefit(30_000)
    city.disburse(benefit)
    (answer,) = city.disburse(replace(benefit, amount_minor=40_000))
    assert (answer.paid, answer.sent, answer.code) == (False, False, "exists_with_different_amount")
    assert city.balance().total_minor == 30_000


def test_one_entitlement_twice_in_a_batch_is_paid_once(city: City) -> None:
    benefit = city.benefit(30_000)
    assert [answer.newly for answer in city.disburse(benefit, benefit)] == [True, False]
    assert city.balance().total_minor == 30_000


def test_a_purpose_benefit_has_an_account_of_its_own(city: City) -> None:
    city.give(3_000, "food")
    city.give(2_000, "school")
    city.give(1_000, "food")
    balance = city.balance()
    assert (balance.total_minor, balance.available_minor) == (6_000, 0)
    assert balance.bound_minor == {"food": 4_000, "school": 2_000}


def test_a_benefit_beyond_the_limit_stays_payable_and_says_so(city: City) -> None:
    city.give(300_000)
    benefit = city.benefit(50_000)
    (refused,) = city.disburse(benefit)
    assert (refused.paid, refused.sent, refused.code) == (False, True, "credit_balance_limit_exceeded")
    assert "stays payable" in refused.reason
    assert city.balance().total_minor == 300_000
    # There is room now, but a refused attempt stays refused: the programme tries again as another one.
    city.pay(100_000)
    assert not city.disburse(benefit)[0].paid
    assert city.disburse(replace(benefit, attempt=2))[0].paid
    assert city.violations() == []


def test_each_benefit_of_a_batch_has_its_own_answer(city: City) -> None:
    other, without = register(city.tx, 2)
    wallet.open_wallets(city.tx, person_ids=[other])
    wallet.take_into_use(city.tx, person_ids=[other])
    answers = city.disburse(
        city.benefit(10_000),
        city.benefit(10_000, to=without),
        city.benefit(0),
        city.benefit(-5),
        city.benefit(2**63),
        city.benefit(10_000, "travel"),
        city.benefit(400_000, to=other),
        city.benefit(10_000, to=other),
    )
    assert [answer.code for answer in answers] == [
        "paid",
        "no_wallet",
        "bad_amount",
        "bad_amount",
        "bad_amount",
        "unknown_purpose",
        "credit_balance_limit_exceeded",
        "paid",
    ]
    assert all(answer.reason.endswith(".") for answer in answers if not answer.paid)
    assert [answer.sent for answer in answers] == [True, False, False, False, False, False, True, True]
    assert city.violations() == []


def test_a_programme_pays_no_more_than_it_has(city: City) -> None:
    people = register(city.tx, 3)
    wallet.open_wallets(city.tx, person_ids=people)
    wallet.take_into_use(city.tx, person_ids=people)
    poor = payments.open_programme_book(
        city.tx, programme_id=ProgrammeId(new_id(city.tx.now)), name="Comedor"
    )
    city.deposit(250, poor.emoney_account_id)
    answers = wallet.disburse(
        city.tx,
        from_account_id=poor.emoney_account_id,
        benefits=[city.benefit(100, to=person) for person in people],
    )
    assert [answer.code for answer in answers] == ["paid", "paid", "insufficient_funds"]


def test_a_frozen_programme_pays_nobody(city: City) -> None:
    ledger.flag_owner(city.tx, owner_ref=city.programme.owner_ref, flags=ledger.AccountFlag.FROZEN)
    (answer,) = city.disburse(city.benefit(100))
    assert (answer.code, answer.reason) == ("debit_owner_frozen", "The programme's account is frozen.")


def test_benefits_come_out_of_a_programmes_money_only(city: City) -> None:
    residents = wallet.get_wallet(city.tx, person_id=city.resident).main_account_id
    for account in (city.agent.account_id, residents, AccountId(new_id(city.tx.now))):
        with pytest.raises(NotAProgrammeAccount):
            wallet.disburse(city.tx, from_account_id=account, benefits=[city.benefit(100)])


def test_one_call_pays_so_many(city: City) -> None:
    benefits = [city.benefit(1)] * (ledger.BULK_BATCH + 1)
    with pytest.raises(TooManyAtOnce):
        city.disburse(*benefits)
    assert city.disburse() == []
