"""An organisation pays a person from its own account: wages, a prize, what it owes."""

from __future__ import annotations

import pytest

from ayni import wallet
from ayni.ledger import TransferCode
from ayni.values.ids import PersonId, TransferId, new_id
from ayni.wallet import UnknownShop, UnknownWallet
from ayni.wallet.errors import BadAmount, KeyAlreadyUsed, OrganisationOutOfMoney, PayeeCannotTake
from ayni.wallet.errors.refunds import UnknownPayment
from tests.wallet.conftest import City
from tests.wallet.remitting import remit


@pytest.fixture
def paying(city: City) -> City:
    """The bodega has 500.00 in its account."""
    city.deposit(50_000, city.bodega.account_id)
    return city


def test_it_arrives_as_free_money_once(paying: City) -> None:
    key = paying.keys()
    receipt = remit(paying, 12_000, key=key)
    assert remit(paying, 12_000, key=key) == receipt
    assert paying.balance().available_minor == 12_000
    assert [part.purpose for part in receipt.parts] == [None]
    with pytest.raises(KeyAlreadyUsed):
        remit(paying, 12_001, key=key)
    (entry,) = wallet.statement(paying.tx, person_id=paying.resident).entries
    assert (entry.code, entry.counterpart, entry.amount_minor) == (
        TransferCode.REMIT,
        "Bodega Doña Julia",
        12_000,
    )


def test_nobody_pays_what_they_do_not_have(paying: City) -> None:
    with pytest.raises(OrganisationOutOfMoney) as refused:
        remit(paying, 50_001)
    assert set(refused.value.numbers) == {"amount"}, "what the resident holds is not told"
    assert paying.balance().total_minor == 0


def test_a_wallet_holds_no_more_than_the_law_allows_and_nobody_learns_how_much_it_holds(city: City) -> None:
    city.deposit(1_000_000, city.bodega.account_id)
    remit(city, 300_000)
    with pytest.raises(PayeeCannotTake) as refused:
        remit(city, 100_000)
    assert set(refused.value.numbers) == {"amount"}


def test_only_a_merchant_pays_and_only_a_wallet_is_paid(paying: City) -> None:
    said = {"amount_minor": 100, "client": "till", "key": paying.keys()}
    with pytest.raises(UnknownShop):
        wallet.remit(paying.tx, person_id=paying.resident, merchant_id=paying.agent.id, **said)
    with pytest.raises(UnknownWallet):
        remit(paying, 100, to=PersonId(new_id(paying.tx.now)))
    with pytest.raises(BadAmount):
        remit(paying, 0)


def test_a_payment_is_found_by_the_id_of_any_of_its_transfers(paying: City) -> None:
    receipt = remit(paying, 12_000)
    assert receipt.payment_id is not None
    found = wallet.get_payment(paying.tx, payment_id=receipt.payment_id)
    assert (found.amount_minor, found.code, found.returned_minor) == (12_000, TransferCode.REMIT, 0)
    assert found.debit.shop == paying.bodega
    assert found.credit.person_id == paying.resident
    with pytest.raises(UnknownPayment):
        wallet.get_payment(paying.tx, payment_id=TransferId(new_id(paying.tx.now)))
    with pytest.raises(UnknownPayment):
        wallet.get_payment(paying.tx, payment_id=receipt.payment_id, linked_to="nobody")


def test_a_payment_of_several_parts_is_one(city: City) -> None:
    city.give(500, "food")
    city.give(500)
    receipt = city.pay(800)
    assert receipt.payment_id is not None
    found = wallet.get_payment(city.tx, payment_id=receipt.payment_id)
    assert (found.amount_minor, found.credit.shop) == (800, city.bodega)
    city.refund(300)
    assert wallet.get_payment(city.tx, payment_id=receipt.payment_id).returned_minor == 300
