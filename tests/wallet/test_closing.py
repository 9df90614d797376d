"""Closing a wallet: its money goes to the holder's bank first, and the way back stays open."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import pytest

from ayni import payments, wallet
from ayni.foundation.clock import set_clock
from ayni.foundation.country import InvalidBankAccount
from ayni.foundation.db import Database, Tx
from ayni.payments import BadPayout, PayoutState, TrustAccount
from ayni.sandbox.bank import PretendBank
from ayni.sandbox.bank_files import PretendBankFiles
from ayni.values.ids import show_id
from ayni.wallet import WhyNoWallet
from ayni.wallet.errors import PayeeCannotTake
from ayni.wallet.errors.access import WrongPin
from ayni.wallet.errors.closings import (
    AlreadyClosing,
    CannotCloseNow,
    NotClosed,
    PurposeMoneyLeft,
    StillSomethingInIt,
)
from ayni.wallet.errors.stops import NotYoursToLift
from ayni.wallet.model.stops import StopKind
from tests.conftest import TEST_ACTOR
from tests.payments.banking import OURS, THEIRS
from tests.wallet.conftest import City, build
from tests.wallet.household import PHONE, PIN, WRONG, Home, move_in


@dataclass
class Street:
    """A city with its bank, and a resident of it who has a PIN."""

    database: Database
    city: City
    home: Home
    bank: PretendBank
    files: PretendBankFiles

    def at(self, tx: Tx) -> City:
        return replace(self.city, tx=tx, resident=self.home.id)

    def close(self, bank_account: str | None = THEIRS) -> wallet.Closing:
        with self.database.transaction(TEST_ACTOR) as tx:
            return wallet.closings.close_wallet(
                tx, person_id=self.home.id, bank_account=bank_account, creditor="Rosa Quispe"
            )

    def through_the_bank(self) -> None:
        """The bank takes the file, answers and states it."""
        payments.send_payouts(self.database, bank=self.files)
        with self.database.transaction(TEST_ACTOR) as tx:
            at = tx.now + timedelta(minutes=1)
            set_clock(tx, at=at)
        self.files.close_day(at=at)
        payments.collect_bank_files(self.database, bank=self.files)
        wallet.finish_closings(self.database)

    def closing(self) -> wallet.Closing | None:
        with self.database.transaction() as tx:
            return wallet.closings.find_closing(tx, person_id=self.home.id)

    def reopen(self, pin: str = PIN) -> object:
        with self.database.transaction(TEST_ACTOR) as tx:
            return wallet.closings.reopen_wallet(tx, ring=self.home.ring, person_id=self.home.id, pin=pin)

    def violations(self) -> list[object]:
        with self.database.transaction(TEST_ACTOR) as tx:
            return self.at(tx).violations()


@pytest.fixture
def street(own_database: Database) -> Street:
    with own_database.transaction(TEST_ACTOR) as tx:
        city = build(tx)
        home = move_in(tx)
        payments.set_trust_account(tx, account=TrustAccount("Banco de Prueba", OURS, "Fideicomiso"))
        bank = PretendBank(tx)
        files = PretendBankFiles(bank, OURS, own_database.country.currency)
        # The bank holds what the city's deposits say that it does.
        issuer = payments.get_institutions(tx).issuer_account_id
        bank.receive(amount_minor=200_000_000, narrative="before Ayni", at=tx.now)
        assert show_id("acc", issuer)
    return Street(own_database, city, home, bank, files)


def give(street: Street, amount: int, purpose: str | None = None) -> None:
    with street.database.transaction(TEST_ACTOR) as tx:
        street.at(tx).give(amount, purpose)


def test_an_empty_wallet_is_closed_at_once_and_takes_nothing_more(street: Street) -> None:
    assert street.close(None).is_closed
    with street.database.transaction(TEST_ACTOR) as tx:
        city = street.at(tx)
        (answer,) = city.disburse(city.benefit(1_000))
        assert not answer.paid
        opened = wallet.open_wallets(tx, person_ids=[street.home.id])
        wallet.take_into_use(tx, person_ids=[street.home.id])
        assert opened.refused == {street.home.id: WhyNoWallet.HAS_WALLET}
    with pytest.raises(AlreadyClosing):
        street.close(None)
    assert street.violations() == []


def test_its_holder_is_told_until_when_it_is_kept(street: Street) -> None:
    give(street, 1_000)
    under_way = street.close()
    street.through_the_bank()
    closed = street.closing()
    assert closed is not None
    with street.database.transaction() as tx:
        assert wallet.closings.kept_until(tx, closing=under_way) is None
        assert wallet.closings.kept_until(tx, closing=closed) == date(2035, 6, 2)
        leap = replace(closed, ended_at=datetime(2028, 2, 29, 20, tzinfo=UTC))
        assert wallet.closings.kept_until(tx, closing=leap) == date(2038, 2, 28)


def test_its_money_goes_to_the_holders_bank_first(street: Street) -> None:
    give(street, 20_000)
    with street.database.transaction(TEST_ACTOR) as tx:
        goal = wallet.goals.open_goal(tx, person_id=street.home.id, name="School")
        city = street.at(tx)
        wallet.goals.save(
            tx, goal_id=goal.id, person_id=street.home.id, amount_minor=5_000, client="p", key=city.keys()
        )
        city.send(3_000, "+51987000041")
        wallet.make_cash_code(
            tx,
            ring=street.home.ring,
            person_id=street.home.id,
            amount_minor=1_000,
            client="p",
            key=city.keys(),
        )
    closing = street.close()
    assert not closing.is_closed
    with street.database.transaction() as tx:
        assert closing.payout_id is not None
        payout = payments.get_payout(tx, payout_id=closing.payout_id)
        assert payout.amount_minor == 20_000
        assert street.at(tx).balance().total_minor == 0
    street.through_the_bank()
    found = street.closing()
    assert found is not None
    assert found.is_closed
    with street.database.transaction() as tx:
        assert payments.get_payout(tx, payout_id=payout.id).state == PayoutState.PAID


def test_a_benefit_for_a_purpose_does_not_slip_into_a_closed_wallet(street: Street) -> None:
    """A bug: the account for the purpose was opened then, and took it."""
    street.close(None)
    with street.database.transaction(TEST_ACTOR) as tx:
        city = street.at(tx)
        for purpose in (None, "food"):
            (answer,) = city.disburse(city.benefit(1_000, purpose))
            assert (answer.paid, answer.sent, answer.code) == (False, False, "wallet_closed")
        assert city.balance().total_minor == 0


def test_a_send_to_a_closed_wallet_is_refused_and_tells_nothing_of_it(street: Street) -> None:
    """A bug: the sender was told that a ceiling was exceeded."""
    street.close(None)
    with street.database.transaction(TEST_ACTOR) as tx:
        sender = replace(street.at(tx), resident=street.city.resident)
        sender.give(1_000)
        with pytest.raises(PayeeCannotTake):
            sender.send(500, PHONE)
        assert sender.balance().available_minor == 1_000


def test_what_the_payees_bank_sends_back_is_in_the_wallet_again(street: Street) -> None:
    """A bug: a resident's wallet takes no deposits, so that it stood on the trust account for nobody."""
    give(street, 20_000)
    closing = street.close()
    payments.send_payouts(street.database, bank=street.files)
    assert closing.payout_id is not None
    with street.database.transaction(TEST_ACTOR) as tx:
        payout = payments.get_payout(tx, payout_id=closing.payout_id)
        at = tx.now + timedelta(minutes=1)
        set_clock(tx, at=at)
    street.bank.receive(amount_minor=20_000, narrative="no such name", at=at, payout=payout.reference)
    street.files.close_day(at=at)
    found = payments.collect_bank_files(street.database, bank=street.files)
    assert sum(one.returned for one in found) == 1
    assert wallet.finish_closings(street.database) == 1
    with street.database.transaction(TEST_ACTOR) as tx:
        has = street.at(tx).balance()
        assert (has.available_minor, has.may_spend) == (20_000, True)
        assert wallet.limits_left(tx, person_id=street.home.id)[0].left_minor is not None
    assert street.closing() is None


def test_what_the_bank_rejects_is_in_the_wallet_again_and_it_stays_open(street: Street) -> None:
    give(street, 20_000)
    street.files.closed.add(THEIRS)
    street.close()
    street.through_the_bank()
    assert street.closing() is None
    with street.database.transaction(TEST_ACTOR) as tx:
        has = street.at(tx).balance()
        assert (has.available_minor, has.may_spend) == (20_000, True)
        assert wallet.stops.list_open(tx, person_id=street.home.id) == []
    street.files.closed.clear()
    street.close()
    street.through_the_bank()
    assert street.closing() is not None


def test_with_money_in_it_a_bank_account_is_needed(street: Street) -> None:
    give(street, 20_000)
    with pytest.raises(StillSomethingInIt, match=r"200\.00"):
        street.close(None)
    with pytest.raises(InvalidBankAccount):
        street.close("123")
    with street.database.transaction(TEST_ACTOR) as tx, pytest.raises(BadPayout):
        wallet.closings.close_wallet(tx, person_id=street.home.id, bank_account=THEIRS, creditor=" ")
    assert street.closing() is None


def test_purpose_money_is_spent_first(street: Street) -> None:
    give(street, 5_000, "food")
    with pytest.raises(PurposeMoneyLeft, match="food"):
        street.close()


def test_a_wallet_that_something_keeps_is_not_closed(street: Street) -> None:
    with street.database.transaction(TEST_ACTOR) as tx:
        wallet.stops.freeze_own(tx, person_id=street.home.id)
    with pytest.raises(CannotCloseNow, match="frozen by holder"):
        street.close(None)


def test_it_is_reopened_with_the_pin_and_by_nobody_else(street: Street) -> None:
    with pytest.raises(NotClosed):
        street.reopen()
    street.close(None)
    assert isinstance(street.reopen(WRONG), WrongPin)
    with street.database.transaction(TEST_ACTOR) as tx, pytest.raises(NotYoursToLift):
        wallet.stops.unfreeze_own(tx, ring=street.home.ring, person_id=street.home.id, pin=PIN, code="000000")
    assert street.reopen() is None
    give(street, 1_000)
    with street.database.transaction(TEST_ACTOR) as tx:
        street.at(tx).pay(500)
    with pytest.raises(NotClosed):
        street.reopen()
    assert street.violations() == []


def test_while_its_money_is_on_its_way_it_cannot_be_reopened(street: Street) -> None:
    give(street, 1_000)
    street.close()
    with pytest.raises(NotClosed):
        street.reopen()
    with pytest.raises(AlreadyClosing):
        street.close()
    with street.database.transaction(TEST_ACTOR) as tx:
        [stop] = wallet.stops.list_open(tx, person_id=street.home.id)
        assert stop.kind == StopKind.CLOSED


def test_a_closing_is_never_edited(street: Street) -> None:
    street.close(None)
    for change in ("payout_id = NULL, begun_at = now()", "ended_how = 'failed'"):
        with (
            street.database.transaction() as tx,
            pytest.raises(Exception, match=r"permission denied|never anything else"),
        ):
            tx.connection.execute(f"UPDATE wallet.closings SET {change}".encode())
