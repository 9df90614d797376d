"""Promise 2: money is sent by telephone, paid by code, cashed, saved, used for a bill, and read on a
statement.
"""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta

import pytest

from ayni import ledger, payments, wallet
from ayni.foundation.clock import set_clock
from ayni.foundation.db import Database, Tx
from ayni.foundation.errors import AyniError
from ayni.sandbox.biller import PretendBiller
from ayni.values.ids import new_id
from ayni.wallet import PaperKind
from ayni.wallet.errors import LimitExceeded, NotPayableInCash, PurposeMoneyNotAccepted
from tests.conftest import TEST_ACTOR
from tests.wallet.conftest import City, build
from tests.wallet.household import PHONE, Home, good, move_in

LUZ = "+51987000081"
NOBODY_YET = "+51987000082"


class Month:
    """Rosa's month, each step in a transaction of its own."""

    def __init__(self, database: Database) -> None:
        self.database = database
        with database.transaction(TEST_ACTOR) as tx:
            self.city: City = build(tx)
            self.rosa: Home = move_in(tx)
            self.luz = self.city.neighbour(LUZ)
            self.city.give(60_000, to=self.rosa.id)
            self.city.give(10_000, "food", to=self.rosa.id)

    def at(self, tx: Tx) -> City:
        return replace(self.city, tx=tx, resident=self.rosa.id)

    def step(self):
        return self.database.transaction(TEST_ACTOR)

    def free(self) -> int:
        with self.step() as tx:
            return wallet.balance(tx, person_id=self.rosa.id).available_minor

    def violations(self) -> list[object]:
        with self.step() as tx:
            return self.at(tx).violations()


@pytest.fixture
def month(own_database: Database) -> Month:
    return Month(own_database)


def test_rosa_uses_her_money_and_every_sol_of_it_can_be_followed(month: Month) -> None:
    paid = she_pays_shops(month)
    she_sends(month)
    she_takes_cash(month)
    she_pays_a_bill_and_saves(month)
    # The bodega gives some of the first payment back: free money first.
    with month.step() as tx:
        assert month.at(tx).refund(3_000, of=paid).amount_minor == 3_000
        assert wallet.balance(tx, person_id=month.rosa.id).bound_minor["food"] == 6_000
    # And all of it stands on one statement, with the balance after each.
    with month.step() as tx:
        content = wallet.papers.write_statement(
            tx,
            person_id=month.rosa.id,
            since=tx.today - timedelta(days=30),
            until=tx.today,
            kind=PaperKind.CSV,
        )
        entries = wallet.statement(tx, person_id=month.rosa.id).entries
        total = wallet.balance(tx, person_id=month.rosa.id).total_minor
    assert len(content.decode("utf-8-sig").splitlines()) == len(entries) + 1
    assert entries[0].balance_minor == total
    for newer, older in itertools.pairwise(entries):
        assert newer.balance_minor - newer.amount_minor == older.balance_minor
    assert month.violations() == []


def she_pays_shops(month: Month) -> wallet.Receipt:
    """The bodega by the code on its sign, food money first; the pharmacy takes no food money, and says so."""
    with month.step() as tx:
        text = wallet.codes.write_code(tx, shop_id=month.city.bodega.id)
        read = wallet.codes.read_code(tx, text=text)
        paid = month.at(tx).pay(12_000, at=read.shop)
        assert [(part.purpose, part.amount_minor) for part in paid.parts] == [("food", 10_000), (None, 2_000)]
    with month.step() as tx:
        city = month.at(tx)
        city.give(5_000, "food")
        with pytest.raises(PurposeMoneyNotAccepted, match="food"):
            city.pay(60_000, at=city.pharmacy)
    return paid


def she_sends(month: Month) -> None:
    """A quote first, then the send: twice is once. To nobody with a wallet it waits, and comes back."""
    with month.step() as tx:
        city = month.at(tx)
        key = new_id(tx.now)
        shown = wallet.quote_send(
            tx, person_id=month.rosa.id, phone=LUZ, amount_minor=7_500, client="phone", key=key
        )
        assert (shown.fee_minor, shown.amount_minor) == (0, 7_500)
        assert city.send(7_500, LUZ, key=key) == city.send(7_500, LUZ, key=key)
    assert month.free() == 50_500
    with month.step() as tx:
        city = month.at(tx)
        city.send(1_000, NOBODY_YET)
        city.take_back()
    assert month.free() == 50_500


def she_takes_cash(month: Month) -> None:
    """Coins that there are not are refused; a code is paid out once, however often the agent asks."""
    with month.step() as tx, pytest.raises(NotPayableInCash):
        month.at(tx).cash_out(1_005)
    with month.step() as tx:
        made = wallet.make_cash_code(
            tx,
            ring=month.rosa.ring,
            person_id=month.rosa.id,
            amount_minor=2_000,
            client="phone",
            key=new_id(tx.now),
        )
    for _ in range(2):
        with month.step() as tx:
            told = good(
                wallet.pay_out(
                    tx, ring=month.rosa.ring, agent_id=month.city.agent.id, phone=PHONE, code=made.code
                )
            )
            assert told.amount_minor == 2_000
    assert month.free() == 48_500


def she_pays_a_bill_and_saves(month: Month) -> None:
    """A bill, once; and a standing payment into a goal, for two weeks."""
    with month.step() as tx:
        company = wallet.open_biller(
            tx, keeper_id=month.city.bodega.keeper_id, code="LUZ1", display_name="Luz de Prueba"
        )
        system = PretendBiller.for_database(tx)
    billers = {"LUZ1": system}
    [bill] = wallet.look_up_bills(
        month.database, billers=billers, code="LUZ1", customer="12345678", actor=TEST_ACTOR
    )
    for _ in range(2):
        with month.step() as tx:
            wallet.bills.pay_bill(tx, bill_id=bill.id, person_id=month.rosa.id)
    assert wallet.tell_billers(month.database, billers=billers) == 1
    assert month.free() == 48_500 - bill.amount_minor
    with month.step() as tx:
        assert ledger.get_account(tx, company.account_id).balance_minor == bill.amount_minor
        goal = wallet.goals.open_goal(tx, person_id=month.rosa.id, name="school")
        wallet.standing.agree(
            tx,
            person_id=month.rosa.id,
            amount_minor=1_000,
            every=wallet.Rhythm.WEEK,
            first_on=tx.today,
            client="phone",
            key=new_id(tx.now),
            goal_id=goal.id,
        )
    for _ in range(15):
        wallet.pay_standing(month.database)
        with month.step() as tx:
            set_clock(tx, at=tx.now + timedelta(days=1))
    with month.step() as tx:
        [saved] = wallet.goals.list_goals(tx, person_id=month.rosa.id)
        assert saved.saved_minor == 3_000


def test_the_law_says_how_much_and_the_refusal_says_so(month: Month) -> None:
    with month.step() as tx:
        month.at(tx).give(200_000)
    with month.step() as tx, pytest.raises(LimitExceeded) as refused:
        month.at(tx).send(169_501, LUZ)
    assert refused.value.numbers["kind"] == "single"
    assert isinstance(refused.value, AyniError)
    assert month.violations() == []


def test_merchants_and_agents_have_theirs_at_the_bank_or_in_cash(month: Month) -> None:
    with month.step() as tx:
        city = month.at(tx)
        city.deposit(5_000, payments.get_institutions(tx).issuer_account_id)
        city.pay(20_000)
        city.cash_out(4_000)
        wallet.trade.set_bank_account(
            tx, shop_id=city.bodega.id, bank_account="01136600010003254221", creditor="Julia Rojas"
        )
        payments.set_trust_account(
            tx, account=payments.TrustAccount("Banco de Prueba", "01124100019000658270", "Fideicomiso")
        )
    assert wallet.settle_merchants(month.database) == 1
    with month.step() as tx:
        set_clock(tx, at=tx.now + timedelta(days=1))
    assert wallet.pay_commissions(month.database) == 1
    with month.step() as tx:
        file = payments.make_payout_file(tx)
        assert file is not None
        assert file.amount_minor == 20_000
    assert month.violations() == []
