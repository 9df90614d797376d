"""A cycle's budget: reserved once, spent as it is paid, and free again when nothing is owed any more."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ayni import ledger, payments, programmes, wallet
from ayni.foundation.audit import list_audit
from ayni.foundation.db import Database
from ayni.identity import OfficerRole
from ayni.ledger import AccountCode, TransferCode
from ayni.programmes import Cycle, CycleState
from ayni.programmes.errors import (
    CycleExists,
    CyclePartlyPaid,
    CycleStateRefused,
    ReleaseRefused,
    RoleMissing,
)
from ayni.values.ids import OfficerId, show_id
from tests.programmes.town import ACTOR, PROGRAMME, Town
from tests.wallet.rings import ring

POSTINGS = Path(__file__).resolve().parents[2] / "docs" / "concepts" / "postings.md"


@pytest.fixture
def town(own_database: Database, tmp_path: Path) -> Town:
    return Town(own_database, tmp_path)


def budget(town: Town) -> tuple[int, int]:
    """Free and reserved."""
    with town.database.transaction(ACTOR) as tx:
        book = payments.get_programme_book(tx, programme_id=town.programme.id)
        accounts = ledger.find_accounts(tx, [book.free_account_id, book.reserved_account_id])
    free, reserved = (accounts[one] for one in (book.free_account_id, book.reserved_account_id))
    return free.balance_minor, reserved.balance_minor


def cancel(town: Town, cycle: Cycle, officer: OfficerId | None = None) -> Cycle:
    with town.database.transaction(ACTOR) as tx:
        return programmes.cancel_cycle(
            tx, cycle_id=cycle.id, officer_id=officer or town.checker, reason="opened by mistake"
        )


def end(town: Town, cycle: Cycle) -> Cycle:
    with town.database.transaction(ACTOR) as tx:
        return programmes.end_cycle(tx, cycle_id=cycle.id, officer_id=town.checker, reason="the term is over")


def test_an_approval_whose_answer_was_lost_reserves_once(town: Town) -> None:
    cycle = town.cycle()
    first = town.approve(cycle)
    assert town.approve(cycle) == first
    assert budget(town) == (78_000, 22_000)
    assert town.violations() == []


def test_a_cycle_cancelled_before_approval_had_reserved_nothing(town: Town) -> None:
    cycle = town.cycle()
    assert cancel(town, cycle, town.maker).state is CycleState.CANCELLED
    assert cancel(town, cycle, town.maker).state is CycleState.CANCELLED
    assert budget(town) == (100_000, 0)
    with pytest.raises(CycleStateRefused):
        town.approve(cycle)


def test_a_cycle_cancelled_after_approval_gives_its_budget_back_once(town: Town) -> None:
    cycle = town.approve(town.cycle())
    for _ in range(2):
        assert cancel(town, cycle).state is CycleState.CANCELLED
        assert budget(town) == (100_000, 0)
    with town.database.transaction(ACTOR) as tx:
        rows = list_audit(tx, subject=show_id("cyc", cycle.id))
    assert [row.reason for row in rows if row.action == "programmes.cancel_cycle"] == ["opened by mistake"]
    assert town.violations() == []
    with pytest.raises(CycleStateRefused):
        town.disburse(cycle)
    # Its assessment and its name are free again: nothing was paid from them.
    again = town.cycle(cycle.name)
    assert town.approve(again).state is CycleState.APPROVED
    assert budget(town) == (78_000, 22_000)


def test_an_approval_is_undone_by_an_approver_only(town: Town) -> None:
    with town.database.transaction(ACTOR) as tx:
        clerk = town.officer(tx, "clerk", [OfficerRole.PROGRAMME_OFFICER])
    cycle = town.approve(town.cycle())
    with pytest.raises(RoleMissing):
        cancel(town, cycle, clerk)
    with town.database.transaction(ACTOR) as tx, pytest.raises(RoleMissing):
        programmes.end_cycle(tx, cycle_id=cycle.id, officer_id=clerk)


class Killed(Exception):
    """Stands for whatever ends a process."""


def test_a_cycle_that_is_partly_paid_is_not_cancelled(town: Town) -> None:
    cycle = town.approve(town.cycle())
    town.open_wallets(cycle)

    def kill(done: int, _total: int) -> None:
        if done == 2:
            raise Killed

    with pytest.raises(Killed):
        town.disburse(cycle, most=1, progress=kill)
    with pytest.raises(CyclePartlyPaid):
        cancel(town, cycle)
    with pytest.raises(CycleStateRefused):
        end(town, cycle)
    town.disburse(cycle)
    with pytest.raises(CyclePartlyPaid):
        cancel(town, cycle)
    assert town.violations() == []


def test_what_stayed_unpaid_goes_back_to_the_budget_when_the_cycle_ends(town: Town) -> None:
    cycle = town.approve(town.cycle())
    town.open_wallets(cycle)
    assert town.disburse(cycle).unpaid == 1
    assert budget(town) == (78_000, 6_000)
    for _ in range(2):
        assert end(town, cycle).state is CycleState.ENDED
        assert budget(town) == (84_000, 0)
    assert town.violations() == []
    with pytest.raises(CycleStateRefused):
        town.disburse(cycle)
    with pytest.raises(CyclePartlyPaid):
        cancel(town, cycle)


def test_a_cycle_that_paid_everybody_ends_without_a_release(town: Town) -> None:
    poorest = PROGRAMME.replace(
        "household.cse IN ('pobre', 'pobre_extremo')", "household.cse = 'pobre_extremo'"
    )
    with town.database.transaction(ACTOR) as tx:
        programmes.define_programme(tx, text=poorest)
    cycle = town.approve(town.cycle())
    town.open_wallets(cycle)
    assert town.disburse(cycle).unpaid == 0
    assert end(town, cycle).state is CycleState.ENDED
    assert budget(town) == (94_000, 0)


def test_a_budget_that_the_ledger_does_not_let_go_leaves_the_cycle_as_it_was(town: Town) -> None:
    cycle = town.approve(town.cycle())
    with town.database.transaction(ACTOR) as tx:
        owner_ref = payments.get_programme_book(tx, programme_id=town.programme.id).owner_ref
        ledger.flag_owner(tx, owner_ref=owner_ref, flags=ledger.AccountFlag.FROZEN)
    with pytest.raises(ReleaseRefused):
        cancel(town, cycle)
    with town.database.transaction(ACTOR) as tx:
        assert programmes.get_cycle(tx, cycle.id).state is CycleState.APPROVED
        ledger.flag_owner(tx, owner_ref=owner_ref, flags=ledger.AccountFlag.FROZEN, on=False)
    assert cancel(town, cycle).state is CycleState.CANCELLED
    assert budget(town) == (100_000, 0)


def test_an_assessment_that_a_cycle_pays_is_not_paid_by_another(town: Town) -> None:
    assessment = town.assess()
    town.open(assessment, "1")
    with pytest.raises(CycleExists):
        town.open(assessment, "2")


def test_a_reserve_that_no_cycle_owes_is_noticed(town: Town) -> None:
    with town.database.transaction(ACTOR) as tx:
        book = payments.get_programme_book(tx, programme_id=town.programme.id)
        ledger.post(
            tx,
            [
                ledger.Transfer(
                    id=town.programme.id,
                    event_id=town.programme.id,
                    book=book.book,
                    debit_account_id=book.free_account_id,
                    credit_account_id=book.reserved_account_id,
                    amount_minor=7,
                    code=TransferCode.RESERVE_BUDGET,
                )
            ],
        )
        (found,) = programmes.INVARIANTS[0].check(tx)
    assert found.numbers == {"reserved_minor": 7, "owed_minor": 0}


# -- docs/concepts/postings.md, the second table -------------------------------------------------------


def documented() -> dict[str, tuple[str, str, str]]:
    """Debit, credit and code of each event of the programme's own book."""
    table = POSTINGS.read_text("utf-8").split("| event |")[2].split("\n\n")[0]
    rows = {}
    for line in table.splitlines()[2:]:
        event, book, debit, credit, code, by = (cell.strip() for cell in line.strip("|").split("|"))
        assert (book, by) in (("programme", "programmes"), ("programme", "wallet"))
        rows[event] = (debit, credit, code)
    return rows


def approved(town: Town) -> Cycle:
    return town.approve(town.cycle())


def half_paid(town: Town) -> Cycle:
    cycle = approved(town)
    town.open_wallets(cycle)
    town.disburse(cycle)
    return cycle


def with_wallets(town: Town) -> Cycle:
    cycle = approved(town)
    town.open_wallets(cycle)
    return cycle


def waiting(town: Town) -> Cycle:
    cycle = approved(town)
    with town.database.transaction(ACTOR) as tx:
        wallet.open_wallets(tx, person_ids=[town.people["rosa"]])
    town.disburse(cycle)
    return cycle


def take_into_use(town: Town, _cycle: Cycle) -> None:
    with town.database.transaction(ACTOR) as tx:
        wallet.take_into_use(tx, person_ids=[town.people["rosa"]])


def with_voucher(town: Town) -> Cycle:
    cycle = approved(town)
    town.disburse(cycle, by_agents=True)
    return cycle


def cash_voucher(town: Town, cycle: Cycle) -> None:
    """One of the three comes."""
    with town.database.transaction(ACTOR) as tx:
        agent = wallet.open_agent(tx, keeper_id=town.people["ana"], code="AGENTE01", display_name="Agente")
        one = programmes.list_vouchers(tx, cycle.id)[0]
        slip = programmes.entitlements.tell_voucher(tx, ring=ring(), number=one.number, officer_id=town.maker)
        wallet.vouchers.cash_voucher(tx, ring=ring(), agent_id=agent.id, number=slip.number, code=slip.code)


EVENTS: dict[str, tuple[Callable[[Town], Cycle], Callable[[Town, Cycle], object]]] = {
    "reserve a cycle": (lambda town: town.cycle(), lambda town, cycle: town.approve(cycle)),
    "spend a reserve": (with_wallets, lambda town, cycle: town.disburse(cycle)),
    "claim what waited": (waiting, take_into_use),
    "cash a voucher": (with_voucher, cash_voucher),
    "cancel an approved cycle": (approved, cancel),
    "end a cycle that is not all paid": (half_paid, end),
}


def test_the_document_and_the_events_of_a_cycle_know_each_other() -> None:
    assert set(documented()) == set(EVENTS)


@pytest.mark.parametrize("event", EVENTS)
def test_what_a_cycle_posts_is_what_the_document_says(town: Town, event: str) -> None:
    prepare, happen = EVENTS[event]
    cycle = prepare(town)
    asked = (
        "SELECT d.code, c.code, t.code FROM ledger.transfers t"
        " JOIN ledger.accounts d ON d.id = t.debit_account_id"
        " JOIN ledger.accounts c ON c.id = t.credit_account_id WHERE t.book <> 1 ORDER BY t.seq"
    )
    with town.database.transaction(ACTOR) as tx:
        before = tx.connection.execute(asked).fetchall()
    happen(town, cycle)
    with town.database.transaction(ACTOR) as tx:
        after = tx.connection.execute(asked).fetchall()
    names = [
        (AccountCode(debit).name, AccountCode(credit).name, TransferCode(code).name)
        for debit, credit, code in after[len(before) :]
    ]
    assert names == [documented()[event]]
    assert town.violations() == []
