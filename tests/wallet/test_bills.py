"""Bills: asked of the company, paid once by whomever, and given back when the company does not take it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

import pytest

from ayni import ledger, wallet
from ayni.app import MODULES
from ayni.foundation.country import Country
from ayni.foundation.db import Database
from ayni.foundation.embedded import EmbeddedServer
from ayni.foundation.migrate import migrate
from ayni.sandbox.biller import PretendBiller, PretendBillerRefused
from ayni.values.ids import PersonId, new_id
from ayni.wallet import OpenBill, Shop
from ayni.wallet.errors import InsufficientFunds, LimitExceeded, PurposeMoneyNotAccepted, UnknownShop
from ayni.wallet.errors.bills import BadBill, BillAlreadyPaid, BillerUnreachable, UnknownBill
from ayni.wallet.model.bills import Bill
from tests.conftest import TEST_ACTOR
from tests.wallet.conftest import City, build

CUSTOMER = "12345678"


@dataclass
class Street:
    """A city with a company, whose system answers here."""

    database: Database
    city: City
    company: Shop
    system: PretendBiller

    def look_up(self, customer: str = CUSTOMER, code: str = "LUZ1") -> list[Bill]:
        return wallet.look_up_bills(
            self.database, billers={"LUZ1": self.system}, code=code, customer=customer, actor=TEST_ACTOR
        )

    def pay(self, bill: Bill, person_id: PersonId | None = None) -> wallet.Receipt:
        with self.database.transaction(TEST_ACTOR) as tx:
            return wallet.bills.pay_bill(tx, bill_id=bill.id, person_id=person_id or self.city.resident)

    def tell(self) -> int:
        return wallet.tell_billers(self.database, billers={"LUZ1": self.system})

    def free(self) -> int:
        with self.database.transaction() as tx:
            return wallet.balance(tx, person_id=self.city.resident).available_minor

    def give(self, amount: int, to: PersonId | None = None) -> None:
        with self.database.transaction(TEST_ACTOR) as tx:
            replace(self.city, tx=tx).give(amount, to=to)

    def violations(self) -> list[object]:
        with self.database.transaction(TEST_ACTOR) as tx:
            return replace(self.city, tx=tx).violations()


@pytest.fixture
def street(own_database: Database) -> Street:
    with own_database.transaction(TEST_ACTOR) as tx:
        city = build(tx)
        company = wallet.open_biller(
            tx, keeper_id=city.bodega.keeper_id, code="LUZ1", display_name="Luz de Prueba"
        )
        city.give(30_000)
        system = PretendBiller.for_database(tx)
    return Street(own_database, city, company, system)


def test_a_bill_is_asked_of_the_company_and_paid_once(street: Street) -> None:
    [bill] = street.look_up(f" {CUSTOMER} ")
    first = street.pay(bill)
    assert street.pay(bill) == first
    assert street.free() == 30_000 - bill.amount_minor
    assert (street.tell(), street.tell()) == (1, 0)
    assert street.look_up() == []
    with street.database.transaction() as tx:
        assert wallet.bills.get_bill(tx, bill_id=bill.id).is_paid
        [payment] = wallet.bills.list_payments(tx, bill_id=bill.id)
        [newest, *_] = wallet.statement(tx, person_id=street.city.resident).entries
        held = ledger.get_account(tx, street.company.account_id).balance_minor
    assert (payment.accepted, newest.counterpart, held) == (True, "Luz de Prueba", bill.amount_minor)
    assert street.violations() == []


def test_of_two_who_pay_one_bill_at_once_one_pays(street: Street) -> None:
    with street.database.transaction(TEST_ACTOR) as tx:
        other = replace(street.city, tx=tx).neighbour("+51987000011")
    street.give(30_000, to=other)
    [bill] = street.look_up()
    answers: list[object] = []

    def pay(person_id: PersonId) -> None:
        try:
            answers.append(street.pay(bill, person_id))
        except BillAlreadyPaid as refused:
            answers.append(refused)

    threads = [threading.Thread(target=pay, args=(who,)) for who in (street.city.resident, other) * 3]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    receipts = [one for one in answers if isinstance(one, wallet.Receipt)]
    assert len(answers) == 6
    assert len({one.event_id for one in receipts}) == 1
    with street.database.transaction() as tx:
        assert ledger.get_account(tx, street.company.account_id).balance_minor == bill.amount_minor


def test_what_the_company_does_not_take_is_given_back_and_can_be_paid_again(street: Street) -> None:
    [bill] = street.look_up()
    street.system.closed.add(bill.number)
    street.pay(bill)
    assert street.tell() == 1
    assert street.free() == 30_000
    with street.database.transaction() as tx:
        assert not wallet.bills.get_bill(tx, bill_id=bill.id).is_paid
    street.system.closed.clear()
    street.pay(bill)
    street.tell()
    with street.database.transaction() as tx:
        payments = wallet.bills.list_payments(tx, bill_id=bill.id)
    assert [(one.attempt, one.accepted) for one in payments] == [(1, False), (2, True)]
    assert payments[0].reason == "it is paid or closed already"
    assert street.free() == 30_000 - bill.amount_minor
    assert street.violations() == []


def test_a_company_that_does_not_answer_is_told_again_and_books_it_once(street: Street) -> None:
    [bill] = street.look_up()
    street.system.is_down = True
    with pytest.raises(BillerUnreachable):
        street.look_up()
    street.pay(bill)
    assert street.tell() == 0
    street.system.is_down, street.system.answers_lost = False, 2
    assert [street.tell() for _ in range(4)] == [0, 0, 1, 0]
    assert len(street.system.booked) == 1
    assert street.free() == 30_000 - bill.amount_minor


def test_a_company_that_does_not_answer_keeps_no_other_waiting(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bug: only the oldest payments were told, and those of a company that was down came first for ever."""
    monkeypatch.setattr("ayni.wallet.jobs.outside._MOST", 2)
    with street.database.transaction(TEST_ACTOR) as tx:
        other = wallet.open_biller(
            tx, keeper_id=street.city.bodega.keeper_id, code="AGUA1", display_name="Agua de Prueba"
        )
        for number in range(5):
            at = other if number == 4 else street.company
            bill = wallet.bills.note_bill(
                tx, shop_id=at.id, customer=CUSTOMER, bill=OpenBill(f"N{number}", "R.", 100, None)
            )
            wallet.bills.pay_bill(tx, bill_id=bill.id, person_id=street.city.resident)
    street.system.is_down = True
    answering = PretendBiller(street.system.month)
    assert wallet.tell_billers(street.database, billers={"LUZ1": street.system, "AGUA1": answering}) == 1


def test_two_who_tell_the_company_at_once_take_its_answer_once(street: Street) -> None:
    [bill] = street.look_up()
    street.system.closed.add(bill.number)
    street.pay(bill)
    told: list[int] = []
    threads = [threading.Thread(target=lambda: told.append(street.tell())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(told) == 1
    assert street.free() == 30_000


def test_a_bill_that_cannot_be_paid_now_can_be_paid_later(street: Street) -> None:
    with street.database.transaction(TEST_ACTOR) as tx:
        poor = replace(street.city, tx=tx).neighbour("+51987000012")
    [bill] = street.look_up()
    with pytest.raises(InsufficientFunds):
        street.pay(bill, poor)
    street.give(bill.amount_minor, to=poor)
    assert street.pay(bill, poor).amount_minor == bill.amount_minor


def test_a_bill_above_the_limit_says_which(street: Street) -> None:
    street.give(250_000)
    with street.database.transaction(TEST_ACTOR) as tx:
        bill = wallet.bills.note_bill(
            tx, shop_id=street.company.id, customer=CUSTOMER, bill=OpenBill("B", "R.", 169_501, None)
        )
        with pytest.raises(LimitExceeded):
            wallet.bills.pay_bill(tx, bill_id=bill.id, person_id=street.city.resident)


def test_purpose_money_pays_no_bill(street: Street) -> None:
    with street.database.transaction(TEST_ACTOR) as tx:
        city = replace(street.city, tx=tx)
        other = city.neighbour("+51987000013")
        city.give(30_000, "food", to=other)
    [bill] = street.look_up()
    with pytest.raises(PurposeMoneyNotAccepted):
        street.pay(bill, other)


def test_what_is_owed_may_change_and_is_paid_once_all_the_same(street: Street) -> None:
    with street.database.transaction(TEST_ACTOR) as tx:
        first, second = (
            wallet.bills.note_bill(
                tx, shop_id=street.company.id, customer=CUSTOMER, bill=OpenBill("N1", "R.", amount, None)
            )
            for amount in (1_000, 1_200)
        )
    street.pay(second)
    with pytest.raises(BillAlreadyPaid):
        street.pay(first)


def test_what_is_no_bill_is_not_shown(street: Street) -> None:
    for bad in (
        OpenBill("", "R.", 1, None),
        OpenBill("N" * 41, "R.", 1, None),
        OpenBill("N", "R." * 50, 1, None),
        OpenBill("N", "R.", 0, None),
        OpenBill("N", "R.", 1.5, None),  # type: ignore[arg-type]
        OpenBill("N\0", "R.", 1, date(2025, 6, 2)),
    ):
        with street.database.transaction(TEST_ACTOR) as tx, pytest.raises(BadBill):
            wallet.bills.note_bill(tx, shop_id=street.company.id, customer=CUSTOMER, bill=bad)
    assert street.look_up("nobody") == []
    with pytest.raises(UnknownShop):
        street.look_up(code="BODEGA01")
    with street.database.transaction() as tx, pytest.raises(UnknownBill):
        wallet.bills.get_bill(tx, bill_id=new_id(tx.now))


@pytest.fixture
def live(server: EmbeddedServer, country: Country) -> Iterator[Database]:
    server.create_database("live_biller")
    migrate(server.url("live_biller"), MODULES)
    with Database(server.url("live_biller"), country) as database:
        yield database
    server.drop_database("live_biller")


def test_the_pretend_company_has_no_place_in_a_live_database(live: Database) -> None:
    with live.transaction() as tx, pytest.raises(PretendBillerRefused):
        PretendBiller.for_database(tx)
