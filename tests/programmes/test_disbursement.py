"""Paying a cycle in batches: once, whoever is refused, interrupted or in a hurry."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from ayni import ledger, payments, programmes, wallet
from ayni.foundation.audit import list_audit
from ayni.foundation.db import Database, Tx
from ayni.ledger import Transfer, TransferCode
from ayni.payments import TRUST_BOOK
from ayni.programmes import Cycle, CycleState, queries, store
from ayni.programmes.errors import PaidMeanwhile
from ayni.values.ids import AccountId, EventId, TransferId, new_id, show_id
from tests.programmes.town import ACTOR, PROGRAMME, Town


@pytest.fixture
def town(own_database: Database, tmp_path: Path) -> Town:
    return Town(own_database, tmp_path, elders=9)


@pytest.fixture
def approved(town: Town) -> Cycle:
    """Eleven who can be paid, and María, who has no document and so no wallet."""
    cycle = town.approve(town.cycle())
    town.open_wallets(cycle)
    return cycle


def close_the_door(town: Town, name: str, *, ceiling_minor: int | None) -> None:
    """Nothing above the ceiling fits into the wallet."""
    with town.database.transaction(ACTOR) as tx:
        account = wallet.get_wallet(tx, person_id=town.people[name]).main_account_id
        ledger.set_account_limits(
            tx, account_id=account, credit_limit_minor=0, balance_ceiling_minor=ceiling_minor
        )


def test_batches_of_any_size_pay_everybody_once(town: Town, approved: Cycle) -> None:
    told: list[tuple[int, int]] = []
    done = town.disburse(approved, most=5, progress=lambda count, total: told.append((count, total)))
    assert (done.newly, done.paid, done.unpaid, done.paid_minor) == (11, 11, 1, 10_000 + 10 * 6_000)
    assert told == [(5, 12), (10, 12), (12, 12)]
    assert town.disburse(approved, most=5).newly == 0
    assert town.violations() == []
    with town.database.transaction(ACTOR) as tx:
        batches = list_audit(tx, subject=show_id("cyc", approved.id))
    details = [row.details for row in batches if row.action == "programmes.pay_batch"]
    assert [one["sent"] + one["unsent"] for one in details] == [5, 5, 2, 1]


def test_recipients_are_listed_page_by_page(town: Town, approved: Cycle) -> None:
    found, after = [], None
    with town.database.transaction(ACTOR) as tx:
        while page := programmes.list_recipients_after(tx, approved.id, after=after, most=5):
            found += page.values()
            after = max(page)
        assert sorted(found) == programmes.list_recipients(tx, approved.id)


def test_who_is_refused_by_the_ledger_stays_payable_and_the_others_are_paid(
    town: Town, approved: Cycle
) -> None:
    close_the_door(town, "luis", ceiling_minor=5_999)
    done = town.disburse(approved)
    assert (done.newly, done.unpaid) == (10, 2)
    assert sum("The ledger refused" in reason for reason in done.reasons) == 1
    with town.database.transaction(ACTOR) as tx:
        row = tx.connection.execute(
            "SELECT attempt, sent, code FROM programmes.payments WHERE NOT paid AND code <> 'no_wallet'"
        ).fetchall()
    assert row == [(1, True, "credit_ceiling_exceeded")]
    close_the_door(town, "luis", ceiling_minor=None)
    # There is room now: the refused attempt stays refused, and the next one pays.
    again = town.disburse(approved)
    assert (again.newly, again.unpaid) == (1, 1)
    with town.database.transaction(ACTOR) as tx:
        found = tx.connection.execute("SELECT max(attempt) FROM programmes.payments WHERE paid").fetchone()
    assert found == (2,)
    assert town.violations() == []


def test_a_programme_whose_account_is_frozen_pays_nobody_and_spends_nothing(
    town: Town, approved: Cycle
) -> None:
    with town.database.transaction(ACTOR) as tx:
        book = payments.get_programme_book(tx, programme_id=town.programme.id)
        ledger.flag_account(tx, account_id=book.emoney_account_id, flags=ledger.AccountFlag.FROZEN)
    done = town.disburse(approved, most=4)
    assert (done.newly, done.paid, done.unpaid) == (0, 0, 12)
    with town.database.transaction(ACTOR) as tx:
        reserved = ledger.get_account(tx, book.reserved_account_id)
        ledger.flag_account(tx, account_id=book.emoney_account_id, flags=ledger.AccountFlag.FROZEN, on=False)
    assert reserved.balance_minor == approved.total_minor
    assert town.disburse(approved, most=4).newly == 11
    assert town.violations() == []


def test_purpose_money_is_paid_in_batches_too(own_database: Database, tmp_path: Path) -> None:
    town = Town(own_database, tmp_path, elders=9, text=PROGRAMME + "purpose: food\n")
    with own_database.transaction(ACTOR) as tx:
        wallet.define_purpose(tx, name="food")
    cycle = town.approve(town.cycle())
    town.open_wallets(cycle)
    assert town.disburse(cycle, most=4).newly == 11
    with own_database.transaction(ACTOR) as tx:
        assert wallet.balance(tx, person_id=town.people["rosa"]).bound_minor == {"food": 10_000}
    assert town.violations() == []


class Killed(Exception):
    """Stands for whatever ends a process."""


def test_a_disbursement_that_is_killed_goes_on_where_it_was(town: Town, approved: Cycle) -> None:
    def kill(done: int, _total: int) -> None:
        if done == 8:
            raise Killed

    with pytest.raises(Killed):
        town.disburse(approved, most=4, progress=kill)
    with town.database.transaction(ACTOR) as tx:
        assert queries.get_cycle(tx, approved.id).state is CycleState.APPROVED
        paid_before = store.count_payments(tx, approved.id).paid
    assert paid_before in (7, 8)
    done = town.disburse(approved, most=4)
    assert (done.newly, done.paid) == (11 - paid_before, 11)
    assert town.violations() == []


def test_another_disbursement_in_the_middle_of_one_pays_nobody_twice(town: Town, approved: Cycle) -> None:
    others = []

    def meanwhile(_done: int, _total: int) -> None:
        if not others:
            others.append(town.disburse(approved, most=3))

    done = town.disburse(approved, most=3, progress=meanwhile)
    assert done.newly + others[0].newly == done.paid == 11
    assert others[0].newly > 0
    assert town.violations() == []


def test_disbursements_at_the_same_time_share_the_work(town: Town, approved: Cycle) -> None:
    with ThreadPoolExecutor(3) as pool:
        found = [pool.submit(town.disburse, approved, most=2) for _ in range(3)]
    assert sum(one.result().newly for one in found) == 11
    assert town.violations() == []


def test_the_same_entitlement_is_not_recorded_as_paid_twice(town: Town, approved: Cycle) -> None:
    town.disburse(approved)
    with town.database.transaction(ACTOR) as tx:
        rows = tx.connection.execute(
            "SELECT entitlement_id, transfer_id FROM programmes.payments WHERE paid LIMIT 1"
        ).fetchone()
        assert rows is not None
        again = store.Payable(rows[0], town.people["rosa"], 1, None, 2)
        with pytest.raises(PaidMeanwhile):
            store.insert_payments(tx, [(again, TransferId(rows[1]), "paid")])


def test_money_that_runs_out_in_the_middle_stops_the_payment_which_goes_on_when_there_is_more(
    town: Town, approved: Cycle
) -> None:
    """The bank has taken most of a deposit back: four can be paid, and nobody else is tried in vain."""
    with town.database.transaction(ACTOR) as tx:
        book = payments.get_programme_book(tx, programme_id=town.programme.id)
        trust = payments.get_institutions(tx).trust_account_id
        left = ledger.get_account(tx, book.emoney_account_id).balance_minor - 28_000
        move(tx, book.emoney_account_id, trust, left, TransferCode.REDEEM)
    done = town.disburse(approved, most=1)
    assert done.newly == 4
    assert done.stopped == "The programme's account does not hold enough."
    assert done.reasons[done.stopped] == 1
    with town.database.transaction(ACTOR) as tx:
        listed = programmes.list_unpaid(tx, approved.id)
        codes = [one.code for one in listed if one.tried_at is not None]
        assert (len(listed), codes.count("insufficient_funds")) == (8, 1)
        # María's turn may have come before.
        assert set(codes) <= {"insufficient_funds", "no_wallet"}
        assert programmes.list_unpaid(tx, approved.id, after=listed[-2].entitlement_id) == listed[-1:]
        move(tx, trust, book.emoney_account_id, left, TransferCode.ISSUE)
    again = town.disburse(approved, most=5)
    assert (again.newly, again.unpaid, again.stopped) == (7, 1, None)
    assert town.violations() == []


def move(tx: Tx, debit: AccountId, credit: AccountId, amount_minor: int, code: TransferCode) -> None:
    transfer = Transfer(
        TransferId(new_id(tx.now)), EventId(new_id(tx.now)), TRUST_BOOK, debit, credit, amount_minor, code
    )
    (answer,) = ledger.post(tx, [transfer])
    assert answer.result.ok, answer


def test_a_resident_at_a_till_gets_through_between_two_batches(town: Town, approved: Cycle) -> None:
    """Fails when a disbursement keeps the ledger's lock from one batch to the next: the till would wait."""
    with town.database.transaction(ACTOR) as tx:
        agent = wallet.open_agent(
            tx, keeper_id=town.people["ana"], code="AGENTE01", display_name="Agente Ana"
        )
        since = tx.now
    town.bank.receive(amount_minor=1_000, narrative=show_id("acc", agent.account_id), at=since)
    payments.collect_deposits(town.database, bank=town.bank, since=since)

    def pay_in(_done: int, _total: int) -> None:
        with town.database.transaction(ACTOR) as tx:
            tx.connection.execute("SET LOCAL lock_timeout = '20s'")
            wallet.cash_in(
                tx,
                person_id=town.people["luis"],
                agent_id=agent.id,
                amount_minor=100,
                client="till",
                key=new_id(tx.now),
            )

    town.disburse(approved, most=4, progress=pay_in)
    with town.database.transaction(ACTOR) as tx:
        rows = tx.connection.execute("SELECT code FROM ledger.transfers ORDER BY seq").fetchall()
    kinds = (TransferCode.DISBURSE, TransferCode.CASH_IN)
    order = [TransferCode(code) for (code,) in rows if code in kinds]
    last = len(order) - 1 - order[::-1].index(TransferCode.DISBURSE)
    assert order[0] is TransferCode.DISBURSE
    assert order[:last].count(TransferCode.CASH_IN) == 2
    assert town.violations() == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE programmes.payments SET paid = false, code = 'x' WHERE paid",
        "UPDATE programmes.payments SET paid = true WHERE NOT paid",
        "UPDATE programmes.payments SET reason = 'x'",
        "DELETE FROM programmes.payments",
        """INSERT INTO programmes.payments (entitlement_id, attempt, transfer_id, paid, sent, code, reason,
            tried_at) SELECT uuidv7(), 1, uuidv7(), true, true, '', '', tried_at FROM programmes.payments""",
    ],
)
def test_even_the_owner_cannot_change_what_was_recorded_of_a_payment(
    town: Town, approved: Cycle, owner: psycopg.Connection, statement: str
) -> None:
    town.disburse(approved)
    with pytest.raises(psycopg.Error) as refused:
        owner.execute(statement.encode())
    assert refused.value.sqlstate in ("AY003", "AY305")
