"""Money by telephone, to whoever has a wallet there."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from ayni import identity, wallet
from ayni.foundation.clock import set_clock
from ayni.foundation.country import InvalidPhone
from ayni.foundation.db import Database, begin
from ayni.values.ids import new_id
from ayni.wallet.errors import (
    BadAmount,
    BadKey,
    InsufficientFunds,
    KeyAlreadyUsed,
    LimitExceeded,
    OwnWallet,
    PayeeCannotTake,
    PurposeMoneyNotAccepted,
    SeveralPayees,
    UnknownPayee,
    UnknownWallet,
)
from tests.conftest import TEST_ACTOR
from tests.wallet.conftest import City, build, register

MARIA, NOBODY = "+51987000001", "+51987000002"
SINGLE = 169_500


def later(city: City, **time: float) -> None:
    set_clock(city.tx, at=city.tx.now + timedelta(**time))
    city.tx = begin(city.tx.connection, city.tx.country, TEST_ACTOR)


# -- to somebody with a wallet ---------------------------------------------------------------------


@pytest.mark.parametrize("spelling", ["987000001", "+51 987 000 001", "987-000-001", "0051987000001", MARIA])
def test_money_reaches_whoever_the_telephone_reaches_however_it_is_written(city: City, spelling: str) -> None:
    maria = city.neighbour(MARIA)
    city.give(10_000)
    receipt = city.send(4_000, spelling)
    assert (receipt.amount_minor, receipt.fee_minor, receipt.parcel_id) == (4_000, 0, None)
    assert city.balance().total_minor == 6_000
    assert city.balance(maria).total_minor == 4_000
    (mine, *_) = wallet.statement(city.tx, person_id=city.resident).entries
    (theirs,) = wallet.statement(city.tx, person_id=maria).entries
    assert (mine.counterpart, theirs.counterpart) == ("Rosa Q.", "Rosa Q.")
    assert city.violations() == []


def test_payees_are_shown_by_masked_name_and_only_where_the_telephone_is_proven(city: City) -> None:
    maria = city.neighbour(MARIA)
    (unproven,) = register(city.tx)
    identity.reach.add_contact(city.tx, person_id=unproven, phone=MARIA, reason="asked")
    wallet.open_wallets(city.tx, person_ids=[unproven])
    city.neighbour(MARIA, wallet_too=False)
    (payee,) = wallet.find_payees(city.tx, phone=MARIA)
    assert (payee.person_id, payee.display_name) == (maria, "Rosa Q.")


def test_a_telephone_that_has_been_silent_for_long_reaches_nobody(own_database: Database) -> None:
    with own_database.transaction(TEST_ACTOR) as tx:
        city = build(tx)
        maria = city.neighbour(MARIA)
        later(city, days=181)
        assert wallet.find_payees(city.tx, phone=MARIA) == []
        identity.reach.note_contact_used(city.tx, person_id=maria, phone=MARIA)
        assert [payee.person_id for payee in wallet.find_payees(city.tx, phone=MARIA)] == [maria]


def test_the_dead_are_sent_nothing(city: City) -> None:
    maria = city.neighbour(MARIA)
    identity.lives.record_death(
        city.tx, person_id=maria, died_on=city.tx.today, source="register", reason="told by the register"
    )
    assert wallet.find_payees(city.tx, phone=MARIA) == []


def test_of_several_behind_one_telephone_one_is_chosen(city: City) -> None:
    maria, luis = city.neighbour(MARIA), city.neighbour(MARIA)
    city.give(10_000)
    with pytest.raises(SeveralPayees) as refused:
        city.send(1_000, MARIA)
    assert refused.value.numbers == {"count": 2}
    city.send(1_000, MARIA, payee_id=luis)
    assert [city.balance(one).total_minor for one in (maria, luis)] == [0, 1_000]
    stranger = city.neighbour("+51987000009")
    with pytest.raises(UnknownPayee):
        city.send(1_000, MARIA, payee_id=stranger)


def test_nobody_sends_to_themselves(city: City) -> None:
    identity.reach.add_contact(city.tx, person_id=city.resident, phone=MARIA, reason="asked")
    identity.reach.verify_contact(city.tx, person_id=city.resident, phone=MARIA)
    city.give(1_000)
    with pytest.raises(OwnWallet):
        city.send(100, MARIA)


def test_money_for_food_is_not_sent(city: City) -> None:
    city.neighbour(MARIA)
    city.give(1_000, "food")
    city.give(300)
    for phone in (MARIA, NOBODY):
        with pytest.raises(PurposeMoneyNotAccepted):
            city.send(1_000, phone)
        with pytest.raises(InsufficientFunds):
            city.send(2_000, phone)
    assert city.violations() == []


def test_the_payees_limits_are_not_told(city: City) -> None:
    maria = city.neighbour(MARIA)
    for _ in range(2):
        city.give(SINGLE, to=maria)
    city.give(2 * SINGLE)
    with pytest.raises(PayeeCannotTake) as refused:
        city.send(SINGLE, MARIA)
    assert set(refused.value.numbers) == {"amount"}
    with pytest.raises(LimitExceeded):
        city.send(SINGLE + 1, MARIA)


@pytest.mark.parametrize(
    "phone", ["", "98700000", "987 000 00a", "+1 202 555 0100", "\x00", "٩٨٧٠٠٠٠٠١", "01 4567890"]
)
def test_a_telephone_that_cannot_be_one_is_refused(city: City, phone: str) -> None:
    city.give(1_000)
    with pytest.raises(InvalidPhone):
        city.send(100, phone)


@pytest.mark.parametrize("phone", [MARIA, NOBODY])
def test_bad_requests_move_nothing(city: City, phone: str) -> None:
    city.neighbour(MARIA)
    city.give(1_000)
    for amount in (0, -1, 10**14 + 1, True):
        with pytest.raises(BadAmount):
            city.send(amount, phone)
    with pytest.raises(BadKey):
        city.send(100, phone, key=UUID(int=0))
    (poor,) = register(city.tx)
    with pytest.raises(UnknownWallet):
        wallet.send(
            city.tx, person_id=poor, phone=phone, amount_minor=100, client="phone", key=new_id(city.tx.now)
        )
    assert city.balance().total_minor == 1_000


# -- the same request again ------------------------------------------------------------------------


def test_the_same_send_again_is_the_same_even_when_somebody_opened_a_wallet_meanwhile(city: City) -> None:
    city.give(10_000)
    key = city.keys()
    first = city.send(1_000, NOBODY, key=key)
    assert first.parcel_id is not None
    assert city.send(1_000, NOBODY, key=key) == first
    city.neighbour(NOBODY)
    again = city.send(1_000, NOBODY, key=key)
    assert again == first
    assert again.repeated
    assert city.balance().total_minor == 9_000


def test_a_key_stands_for_one_send(city: City) -> None:
    maria = city.neighbour(MARIA)
    city.give(10_000)
    for phone in (MARIA, NOBODY):
        key = city.keys()
        city.send(1_000, phone, key=key)
        for amount, other, payee in (
            (1_001, phone, None),
            (1_000, "+51987000005", None),
            (1_000, MARIA, maria),
        ):
            with pytest.raises(KeyAlreadyUsed):
                city.send(amount, other, key=key, payee_id=payee)
    assert city.balance().total_minor == 8_000


def test_a_fee_is_taken_beside_the_amount_and_both_or_neither(city: City) -> None:
    maria = city.neighbour(MARIA)
    city.give(1_000)
    paid = city.with_fees("send", 10, "0.01")
    key = city.keys()
    receipt = paid.send(500, MARIA, key=key)
    assert (receipt.amount_minor, receipt.fee_minor) == (500, 15)
    assert paid.send(500, MARIA, key=key) == receipt
    assert city.balance().total_minor == 485
    with pytest.raises(InsufficientFunds) as refused:
        paid.send(480, MARIA)
    # A bug: it said that 4.80 was too much of 4.85, and nothing of the fee.
    assert refused.value.numbers["amount"] == paid.tx.country.format_money(495)
    assert city.balance(maria).total_minor == 500
    assert [entry.amount_minor for entry in wallet.statement(city.tx, person_id=city.resident).entries] == [
        -515,
        1_000,
    ]
