"""Payouts by files: money leaves once, and is destroyed when the bank has booked it or comes back."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date
from typing import ClassVar
from uuid import uuid4

import pytest
from lxml import etree

from ayni import ledger, payments
from ayni.foundation.country import InvalidBankAccount
from ayni.foundation.db import Database, Tx
from ayni.payments import PayoutState, TrustAccount
from ayni.payments.errors.payouts import (
    BadPayout,
    BadTrustAccount,
    NoTrustAccount,
    PayoutDiffers,
    PayoutRefused,
    UnknownPayout,
)
from ayni.values.ids import new_id
from tests.conftest import TEST_ACTOR
from tests.payments.banking import OURS, SCHEMAS, THEIRS, Banking, open_banking
from tests.wallet.conftest import build

NEEDS_SCHEMAS = pytest.mark.skipif(not SCHEMAS.exists(), reason=f"ISO 20022's schemas are not at {SCHEMAS}")


@pytest.fixture
def banking(own_database: Database) -> Banking:
    return open_banking(own_database)


def test_a_payout_is_in_transit_until_the_bank_has_booked_it(banking: Banking) -> None:
    payout = banking.ask(10_000)
    assert (banking.balance(), banking.in_transit()) == (90_000, 10_000)
    assert banking.payout(payout).state == PayoutState.ASKED
    banking.send()
    assert banking.payout(payout).state == PayoutState.FILED
    # The bank answers that it will pay; it has not stated it yet.
    assert (banking.collect().paid, banking.in_transit()) == (0, 10_000)
    banking.state()
    assert banking.collect().paid == 1
    assert (banking.balance(), banking.in_transit()) == (90_000, 0)
    assert banking.payout(payout).state == PayoutState.PAID
    with banking.database.transaction() as tx:
        assert payments.emoney_outstanding(tx) == payments.trust_balance(tx) == 90_000
    assert banking.broken() == []


def test_what_the_bank_rejects_goes_back_and_is_asked_for_anew(banking: Banking) -> None:
    banking.files.closed.add(THEIRS)
    payout = banking.ask(10_000)
    banking.send()
    found = banking.collect()
    assert (found.rejected, found.findings) == (1, ())
    assert (banking.balance(), banking.in_transit()) == (100_000, 0)
    told = banking.payout(payout)
    assert (told.state, told.reason) == (PayoutState.REJECTED, "AC04 account closed")
    banking.files.closed.clear()
    again = banking.ask(10_000)
    banking.send()
    banking.state()
    banking.collect()
    assert banking.payout(again).state == PayoutState.PAID
    assert banking.balance() == 90_000
    assert banking.broken() == []


def test_what_was_paid_and_comes_back_is_issued_anew_to_whoever_asked(banking: Banking) -> None:
    payout = banking.ask(10_000)
    banking.send()
    banking.state()
    banking.collect()
    banking.receive(10_000, narrative="account closed", payout=payout.reference)
    banking.state()
    assert banking.collect().returned == 1
    assert banking.balance() == 100_000
    assert banking.payout(payout).state == PayoutState.RETURNED
    assert banking.broken() == []


def test_the_same_payout_twice_is_one(banking: Banking) -> None:
    payout_id = new_id(banking.now())
    first = banking.ask(10_000, payout_id=payout_id)
    assert banking.ask(10_000, payout_id=payout_id) == first
    assert banking.balance() == 90_000
    for other in ({"amount_minor": 9_999}, {"to": OURS}):
        with pytest.raises(PayoutDiffers):
            banking.ask(**{"amount_minor": 10_000, "payout_id": payout_id, **other})
    assert banking.balance() == 90_000


def test_two_at_once_are_one(banking: Banking) -> None:
    payout_id = new_id(banking.now())
    asked = []
    threads = [
        threading.Thread(target=lambda: asked.append(banking.ask(10_000, payout_id=payout_id)))
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({one.reference for one in asked}) == 1
    assert (len(asked), banking.balance()) == (6, 90_000)


def test_a_payout_that_cannot_be_is_refused_and_nothing_moves(banking: Banking) -> None:
    with pytest.raises(PayoutRefused, match="insufficient funds"):
        banking.ask(100_001)
    for amount in (0, -1, 10**15, True, 1.5):
        with pytest.raises(BadPayout):
            banking.ask(amount)  # type: ignore[arg-type]
    with pytest.raises(InvalidBankAccount):
        banking.ask(to="01124100019000658271")
    with banking.database.transaction(TEST_ACTOR) as tx, pytest.raises(BadPayout):
        payments.ask_payout(
            tx,
            payout_id=new_id(tx.now),
            account_id=banking.agent.account_id,
            amount_minor=1,
            bank_account=THEIRS,
            creditor="  ",
        )
    assert banking.balance() == 100_000
    with banking.database.transaction() as tx, pytest.raises(UnknownPayout):
        payments.get_payout(tx, payout_id=uuid4())


def test_the_application_cannot_take_a_payout_back(banking: Banking) -> None:
    banking.ask()
    for statement in ("UPDATE payments.payouts SET amount_minor = 1", "DELETE FROM payments.payout_ends"):
        with banking.database.transaction() as tx, pytest.raises(Exception, match="permission denied"):
            tx.connection.execute(statement.encode())


def test_files_are_written_once_and_given_again_until_the_bank_has_them(banking: Banking) -> None:
    for _ in range(3):
        banking.ask(1_000)

    class Unreachable:
        taken: ClassVar[list[str]] = []

        def take_payouts(self, message_id: str, content: bytes) -> None:
            self.taken.append(message_id)
            raise ConnectionError

        def list_files(self) -> list[bytes]:
            return []

    for _ in range(2):
        with pytest.raises(ConnectionError):
            payments.send_payouts(banking.database, bank=Unreachable(), actor=TEST_ACTOR)
    assert len(set(Unreachable.taken)) == 1
    banking.send()
    # Whoever is killed after the bank took the file, and before that was written down, gives it again.
    banking.send()
    with banking.database.transaction() as tx:
        files = tx.connection.execute("SELECT content, message_id FROM payments.payout_files").fetchall()
    banking.files.take_payouts(files[0][1], bytes(files[0][0]))
    banking.state()
    assert (len(files), banking.collect().paid) == (1, 3)
    assert banking.balance() == 97_000


def test_two_who_write_files_at_once_write_each_payout_once(banking: Banking) -> None:
    for _ in range(20):
        banking.ask(100)
    made = []

    def write() -> None:
        with banking.database.transaction(TEST_ACTOR) as tx:
            made.append(payments.make_payout_file(tx, most=15))

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(file.payouts for file in made if file is not None) == 20


@NEEDS_SCHEMAS
def test_what_we_ask_is_valid_by_the_schema(banking: Banking) -> None:
    banking.ask(1_234)
    with banking.database.transaction(TEST_ACTOR) as tx:
        odd = replace(payments.get_trust_account(tx), holder="Fideicomiso\x07 “Ayni” <&> " + "ñ" * 110)
        payments.set_trust_account(tx, account=odd)
        file = payments.make_payout_file(tx)
    assert file is not None
    schema = etree.XMLSchema(etree.parse(SCHEMAS / "pain.001.001.09.xsd"))
    root = etree.fromstring(file.content)
    schema.assertValid(root)
    assert root.findtext(".//{*}InstdAmt") == "12.34"
    assert root.findtext(".//{*}CtrlSum") == "12.34"
    assert date.fromisoformat(root.findtext(".//{*}ReqdExctnDt/{*}Dt") or "") == date(2025, 6, 2)


def test_without_a_trust_account_no_file_is_written(tx: Tx) -> None:
    build(tx)
    with pytest.raises(NoTrustAccount):
        payments.make_payout_file(tx)
    with pytest.raises(InvalidBankAccount):
        payments.set_trust_account(tx, account=TrustAccount("B", "123", "H"))
    for bad in (TrustAccount(" ", OURS, "H"), TrustAccount("B", OURS, ""), TrustAccount("B\0", OURS, "H")):
        with pytest.raises(BadTrustAccount):
            payments.set_trust_account(tx, account=bad)
    for _ in range(2):
        payments.set_trust_account(tx, account=TrustAccount("B", OURS, "H"))
    rows = tx.connection.execute("SELECT count(*) FROM payments.trust_accounts").fetchone()
    assert rows == (1,)
    assert payments.make_payout_file(tx) is None


def test_the_payouts_of_an_account_are_listed_with_where_they_stand(banking: Banking) -> None:
    first = banking.ask(1_000)
    banking.wait(seconds=1)
    second = banking.ask(2_000)
    with banking.database.transaction() as tx:
        found = payments.list_payouts(tx, account_id=banking.agent.account_id)
        held = ledger.get_account(tx, banking.agent.account_id).balance_minor
    assert [one.id for one in found] == [second.id, first.id]
    assert held == 97_000
    assert THEIRS not in repr(found)
