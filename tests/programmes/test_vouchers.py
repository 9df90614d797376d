"""A cycle that pays who has no wallet through agents, and what residents are told of it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from ayni import identity, programmes, wallet
from ayni.foundation import outbox
from ayni.foundation.db import Database
from ayni.identity import OfficerRole, OwnCase
from ayni.programmes import Cycle, errors
from ayni.programmes.errors import CycleStillWaits, EntitlementSettled
from ayni.values.ids import EntitlementId, OfficerId, PersonId, new_id
from ayni.wallet import Order, OrderKind, Shop, UnknownVoucher, VoucherCode
from ayni.wallet.model.vouchers import CashedVoucher
from tests.programmes.test_changes import go_to
from tests.programmes.test_disbursement import close_the_door
from tests.programmes.town import ACTOR, PROGRAMME, Town
from tests.wallet.rings import ring


@pytest.fixture
def town(own_database: Database, tmp_path: Path) -> Town:
    return Town(own_database, tmp_path, text=PROGRAMME + "claim_days: 30\n")


@pytest.fixture
def cycle(town: Town) -> Cycle:
    """Rosa has 10,000 coming, Luis 6,000, and María, who has no document and so no wallet, 6,000."""
    cycle = town.approve(town.cycle())
    town.open_wallets(cycle)
    return cycle


@pytest.fixture
def agent(town: Town) -> Shop:
    with town.database.transaction(ACTOR) as tx:
        keeper = town.people["ana"]
        return wallet.open_agent(tx, keeper_id=keeper, code="AGENTE01", display_name="Agente Uno")


def maria(town: Town, cycle: Cycle) -> tuple[EntitlementId, PersonId]:
    with town.database.transaction(ACTOR) as tx:
        (only,) = programmes.list_vouchers(tx, cycle.id)
    return only.entitlement_id, only.person_id


def slip(town: Town, cycle: Cycle, officer: OfficerId | None = None, *, anew: bool = False) -> VoucherCode:
    with town.database.transaction(ACTOR) as tx:
        (only,) = programmes.list_vouchers(tx, cycle.id)
        return programmes.entitlements.tell_voucher(
            tx,
            ring=ring(),
            number=only.number,
            officer_id=officer or town.maker,
            anew=anew,
        )


def fetch(town: Town, agent: Shop, held: VoucherCode) -> object:
    with town.database.transaction(ACTOR) as tx:
        return wallet.vouchers.cash_voucher(
            tx, ring=ring(), agent_id=agent.id, number=held.number, code=held.code
        )


def counts(town: Town, cycle: Cycle) -> programmes.PaymentCounts:
    with town.database.transaction(ACTOR) as tx:
        return programmes.count_payments(tx, cycle.id)


def test_who_has_no_wallet_has_cash_from_an_agent(town: Town, cycle: Cycle, agent: Shop) -> None:
    assert town.disburse(cycle).reasons == {"The person has no wallet.": 1}
    done = town.disburse(cycle, by_agents=True)
    assert (done.newly, done.paid, done.waiting, done.waiting_minor, done.unpaid) == (1, 2, 1, 6_000, 0)
    assert town.disburse(cycle, by_agents=True).newly == 0
    assert town.violations() == []
    held = slip(town, cycle)
    assert isinstance(fetch(town, agent, held), CashedVoucher)
    now = counts(town, cycle)
    assert (now.credited, now.cashed, now.cashed_minor, now.waiting, now.paid_minor) == (
        2,
        1,
        6_000,
        0,
        22_000,
    )
    assert town.violations() == []
    with town.database.transaction(ACTOR) as tx:
        assert [one.state for one in programmes.list_vouchers(tx, cycle.id)] == ["cashed"]
        assert programmes.reconcile(tx, cycle_id=cycle.id).work_list == ()
        programmes.end_cycle(tx, cycle_id=cycle.id, officer_id=town.checker, reason="June is over")
    assert town.violations() == []


def test_what_nobody_cashed_is_the_programmes_again(town: Town, cycle: Cycle) -> None:
    town.disburse(cycle, by_agents=True)
    entitlement_id, _ = maria(town, cycle)
    with town.database.transaction(ACTOR) as tx, pytest.raises(CycleStillWaits):
        programmes.end_cycle(tx, cycle_id=cycle.id, officer_id=town.checker, reason="June is over")
    with town.database.transaction(ACTOR) as tx, pytest.raises(EntitlementSettled):
        programmes.entitlements.void_entitlement(
            tx, entitlement_id=entitlement_id, officer_id=town.checker, reason="x"
        )
    go_to(town, date(2025, 7, 3))
    assert wallet.return_overdue_vouchers(town.database) == 1
    now = counts(town, cycle)
    assert (now.returned, now.returned_minor, now.waiting, now.unpaid) == (1, 6_000, 0, 0)
    assert town.disburse(cycle, by_agents=True).newly == 0
    with town.database.transaction(ACTOR) as tx:
        programmes.end_cycle(tx, cycle_id=cycle.id, officer_id=town.checker, reason="June is over")
    assert town.violations() == []


def test_only_an_officer_tells_the_code_and_never_of_their_own_household(town: Town, cycle: Cycle) -> None:
    town.disburse(cycle, by_agents=True)
    _, person_id = maria(town, cycle)
    with town.database.transaction(ACTOR) as tx:
        auditor = town.officer(tx, "auditor", [OfficerRole.AUDITOR])
        hers = identity.register_officer(
            tx, login="hers", roles=[OfficerRole.PROGRAMME_OFFICER], person_id=person_id
        ).id
    with pytest.raises(errors.RoleMissing):
        slip(town, cycle, auditor)
    with pytest.raises(OwnCase):
        slip(town, cycle, hers)
    first = slip(town, cycle)
    assert slip(town, cycle) == first
    assert slip(town, cycle, anew=True).code != first.code


@pytest.mark.parametrize("number", [-1, 0, 1, 10_000_001, 10**40])
def test_there_is_no_code_of_what_is_no_voucher(town: Town, cycle: Cycle, number: int) -> None:
    town.disburse(cycle)
    with town.database.transaction(ACTOR) as tx, pytest.raises(UnknownVoucher):
        programmes.entitlements.tell_voucher(tx, ring=ring(), number=number, officer_id=town.maker)


def test_what_residents_have_cashed_or_spent_is_told_apart(town: Town, cycle: Cycle, agent: Shop) -> None:
    """Of each at most the benefit, and nothing that left the wallet before it came."""
    town.disburse(cycle)
    with town.database.transaction(ACTOR) as tx:
        assert programmes.sum_used(tx, cycle.id) == (0, 0)
        order = Order(OrderKind.CASH_OUT, town.people["rosa"], agent.id, 2_500, "till", new_id(tx.now))
        (receipt,) = wallet.carry_out(tx, orders=[order])
        assert receipt.amount_minor == 2_500
        assert programmes.sum_used(tx, cycle.id) == (1, 2_500)


# -- what residents are told -------------------------------------------------------------------------------


def tell(town: Town, cycle: Cycle) -> dict[str, tuple[str, dict[str, object]]]:
    programmes.tell_recipients(town.database, cycle_id=cycle.id, actor=ACTOR)
    with town.database.transaction(ACTOR) as tx:
        told = {one.recipient: (one.kind, dict(one.numbers)) for one in outbox.list_waiting(tx)}
        for one in outbox.list_waiting(tx):
            outbox.end(tx, message_id=one.id, how="sent")
    return told


def reach(town: Town, person_id: PersonId, phone: str) -> None:
    with town.database.transaction(ACTOR) as tx:
        identity.reach.add_contact(tx, person_id=person_id, phone=phone, reason="told")


def test_who_has_cash_waiting_is_told_the_number_and_never_the_code(town: Town, cycle: Cycle) -> None:
    town.disburse(cycle, by_agents=True)
    held = slip(town, cycle)
    reach(town, maria(town, cycle)[1], "+51987654321")
    assert tell(town, cycle) == {
        "+51987654321": (
            "programmes.benefit_waits_as_cash",
            {"amount_minor": 6_000, "until": "2025-07-02", "voucher": held.number},
        )
    }


def test_a_benefit_that_does_not_fit_stays_payable_and_its_resident_is_told_once(
    town: Town, cycle: Cycle
) -> None:
    reach(town, town.people["luis"], "+51987654321")
    close_the_door(town, "luis", ceiling_minor=100)
    unpaid = town.disburse(cycle)
    assert unpaid.unpaid == 2
    first = tell(town, cycle)
    town.disburse(cycle)
    again = tell(town, cycle)
    assert (first, again) == (
        {"+51987654321": ("programmes.benefit_does_not_fit", {"amount_minor": 6_000})},
        {},
    )
    close_the_door(town, "luis", ceiling_minor=None)
    assert town.disburse(cycle).newly == 1
    assert tell(town, cycle) == {"+51987654321": ("programmes.benefit_paid", {"amount_minor": 6_000})}


def test_who_has_no_wallet_is_told_to_come_for_one(town: Town, cycle: Cycle) -> None:
    town.disburse(cycle)
    with town.database.transaction(ACTOR) as tx:
        row = tx.connection.execute(
            "SELECT recipient_id FROM programmes.entitlements e WHERE NOT EXISTS"
            " (SELECT FROM programmes.payments p WHERE p.entitlement_id = e.id AND p.paid)"
        ).fetchone()
    assert row is not None
    reach(town, PersonId(row[0]), "+51987654321")
    assert tell(town, cycle) == {"+51987654321": ("programmes.benefit_needs_wallet", {"amount_minor": 6_000})}


def test_whose_benefit_cannot_be_cash_is_told_to_come_for_a_wallet(
    own_database: Database, tmp_path: Path
) -> None:
    """A bug: money for a purpose stayed payable in silence when it was to be paid by agents."""
    town = Town(own_database, tmp_path, text=PROGRAMME + "purpose: food\n")
    with town.database.transaction(ACTOR) as tx:
        wallet.define_purpose(tx, name="food")
    cycle = town.approve(town.cycle())
    reach(town, town.people["luis"], "+51987654321")
    assert town.disburse(cycle, by_agents=True).newly == 0
    assert tell(town, cycle) == {"+51987654321": ("programmes.benefit_needs_wallet", {"amount_minor": 6_000})}
