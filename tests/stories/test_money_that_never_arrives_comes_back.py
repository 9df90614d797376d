"""Promise 5: what nobody claims, the bank rejects, nobody fetches or takes, or nobody knows, comes back."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from ayni import ledger, payments, programmes, wallet
from ayni.foundation.clock import set_clock
from ayni.foundation.db import Database
from ayni.payments import PayoutState
from ayni.sandbox.biller import PretendBiller
from tests.conftest import TEST_ACTOR
from tests.payments.banking import THEIRS, Banking, open_banking
from tests.programmes.test_changes import go_to
from tests.programmes.town import ACTOR, PROGRAMME, Town
from tests.wallet.conftest import build
from tests.wallet.test_bills import Street


@pytest.fixture
def banking(own_database: Database) -> Banking:
    return open_banking(own_database)


def test_a_benefit_that_nobody_claims_returns_and_one_that_was_claimed_stays_for_good(
    own_database: Database, tmp_path: Path
) -> None:
    """Rosa takes her wallet into use, Luis does not, María has none and does not come for her cash."""
    town = Town(own_database, tmp_path, text=PROGRAMME + "claim_days: 30\n")
    cycle = town.approve(town.cycle())
    with own_database.transaction(ACTOR) as tx:
        wallet.open_wallets(tx, person_ids=[town.people["rosa"], town.people["luis"]])
    assert town.disburse(cycle, by_agents=True).waiting_minor == 22_000
    with own_database.transaction(ACTOR) as tx:
        wallet.take_into_use(tx, person_ids=[town.people["rosa"]])
    go_to(town, date(2025, 7, 3))
    with own_database.transaction(ACTOR) as tx:
        ledger.expire_holds(tx)
    assert wallet.return_overdue_vouchers(own_database) == 1
    with own_database.transaction(ACTOR) as tx:
        counts = programmes.count_payments(tx, cycle.id)
        assert (counts.claimed_minor, counts.returned_minor, counts.waiting) == (10_000, 12_000, 0)
        book = payments.get_programme_book(tx, programme_id=town.programme.id)
        assert ledger.get_account(tx, book.emoney_account_id).balance_minor == 90_000
        programmes.end_cycle(tx, cycle_id=cycle.id, officer_id=town.checker, reason="June is over")
    go_to(town, date(2026, 7, 3))
    with own_database.transaction(ACTOR) as tx:
        ledger.expire_holds(tx)
        assert wallet.balance(tx, person_id=town.people["rosa"]).available_minor == 10_000
    assert town.violations() == []


def test_a_payout_that_the_bank_rejects_comes_back_and_goes_out_when_it_can(
    banking: Banking,
) -> None:
    banking.files.closed.add(THEIRS)
    rejected = banking.ask(30_000)
    banking.send()
    banking.collect()
    assert banking.payout(rejected).state == PayoutState.REJECTED
    assert banking.balance() == 100_000
    banking.files.closed.clear()
    paid = banking.ask(30_000)
    banking.send()
    banking.state()
    banking.collect()
    assert banking.payout(paid).state == PayoutState.PAID
    assert banking.safeguarding().unexplained_minor == 0
    assert banking.broken() == []


def test_a_payout_whose_outcome_is_unknown_is_asked_about_and_never_guessed(banking: Banking) -> None:
    payout = banking.ask(30_000)

    class Silent:
        def take_payouts(self, message_id: str, content: bytes) -> None:
            """The bank takes it, and the line is cut before it says so."""
            banking.files.take_payouts(message_id, content)
            raise TimeoutError

        def list_files(self) -> list[bytes]:
            return []

    with pytest.raises(TimeoutError):
        payments.send_payouts(banking.database, bank=Silent(), actor=TEST_ACTOR)
    assert (banking.payout(payout).state, banking.in_transit()) == (PayoutState.FILED, 30_000)
    banking.send()
    banking.state()
    banking.collect()
    assert banking.payout(payout).state == PayoutState.PAID
    assert (banking.balance(), banking.in_transit()) == (70_000, 0)


def test_cash_that_nobody_fetches_and_a_send_that_nobody_takes_come_back(own_database: Database) -> None:
    with own_database.transaction(TEST_ACTOR) as tx:
        city = build(tx)
        city.give(10_000)
        city.set_cash_aside(2_000)
        city.send(3_000, "+51987000091")
        assert city.balance().available_minor == 5_000
    with own_database.transaction(TEST_ACTOR) as tx:
        set_clock(tx, at=tx.now + timedelta(days=40))
    assert wallet.return_overdue_cash_codes(own_database) == 1
    assert wallet.return_overdue_parcels(own_database) == 1
    with own_database.transaction() as tx:
        assert wallet.balance(tx, person_id=city.resident).available_minor == 10_000


def test_a_bill_that_its_company_does_not_take_is_given_back(own_database: Database) -> None:
    with own_database.transaction(TEST_ACTOR) as tx:
        city = build(tx)
        city.give(30_000)
        company = wallet.open_biller(
            tx, keeper_id=city.bodega.keeper_id, code="LUZ1", display_name="Luz de Prueba"
        )
        street = Street(own_database, city, company, PretendBiller.for_database(tx))
    [bill] = street.look_up()
    street.system.closed.add(bill.number)
    street.system.is_down = True
    street.pay(bill)
    assert (street.tell(), street.free()) == (0, 30_000 - bill.amount_minor)
    street.system.is_down = False
    assert (street.tell(), street.free()) == (1, 30_000)
    assert street.violations() == []
