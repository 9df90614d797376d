"""Promise 1: from the padrón to the wallet, explained, approved by two, and paid once."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from ayni import identity, ledger, payments, programmes, registry, wallet
from ayni.foundation import outbox
from ayni.foundation.db import Database
from ayni.identity import OfficerRole
from ayni.programmes import CycleState, HeldBack
from ayni.programmes.errors import OwnBenefit, SameHuman
from ayni.registry import VerdictKind
from ayni.values.ids import new_id
from tests.programmes.held import decide, elder, suspect
from tests.programmes.test_changes import go_to
from tests.programmes.town import ACTOR, Town


@pytest.fixture
def town(own_database: Database, tmp_path: Path) -> Town:
    return Town(own_database, tmp_path)


def test_a_benefit_reaches_a_home_once(town: Town) -> None:
    assessment = town.assess()
    # Rosa has a child, Luis is old and very poor, María has no document but is owed it all the same.
    assert (assessment.eligible, assessment.not_eligible, assessment.unknown) == (3, 1, 1)
    cycle = town.cycle()
    assert (cycle.entitlements, cycle.total_minor, cycle.state) == (3, 22_000, CycleState.TO_APPROVE)
    with pytest.raises(SameHuman):
        town.approve(cycle, town.maker)
    assert town.approve(cycle).state is CycleState.APPROVED
    with town.database.transaction(ACTOR) as tx:
        opened = wallet.open_wallets(tx, person_ids=programmes.list_recipients(tx, cycle.id))
        wallet.take_into_use(tx, person_ids=programmes.list_recipients(tx, cycle.id))
    assert len(opened.opened) == 2
    first = programmes.disburse_cycle(town.database, cycle_id=cycle.id, actor=ACTOR)
    assert (first.newly, first.paid_minor, first.unpaid) == (2, 16_000, 1)
    assert first.reasons == {"The person has no wallet.": 1}
    again = programmes.disburse_cycle(town.database, cycle_id=cycle.id, actor=ACTOR)
    assert (again.newly, again.paid, again.paid_minor, again.unpaid) == (0, 2, 16_000, 1)
    with town.database.transaction(ACTOR) as tx:
        assert wallet.balance(tx, person_id=town.people["rosa"]).total_minor == 10_000
        assert payments.trust_balance(tx) == payments.emoney_outstanding(tx) == 100_000
        assert payments.mirror_differences(tx) == []
        assert ledger.list_violations(tx) == []


def test_from_the_list_to_the_message_and_the_month_after(own_database: Database, tmp_path: Path) -> None:
    """Two elders may be one: they wait until an officer has decided. In July a household is not poor."""
    town = Town(own_database, tmp_path, elders=2)
    one, other = elder(town, 0), elder(town, 1)
    suspect(town, one, other)
    with town.database.transaction(ACTOR) as tx:
        identity.reach.add_contact(tx, person_id=town.people["rosa"], phone="+51987654321", reason="told")
    june = town.approve(town.cycle())
    paid = programmes.pay_cycle(town.database, cycle_id=june.id, actor=ACTOR, by_agents=True)
    assert paid.reasons == {HeldBack.WAITS_FOR_ADJUDICATION.sentence: 2}
    decide(town, one, other, VerdictKind.SAME)
    again = programmes.pay_cycle(town.database, cycle_id=june.id, actor=ACTOR, by_agents=True)
    assert (again.newly, again.unpaid) == (1, 1)
    with town.database.transaction(ACTOR) as tx:
        wallet.take_into_use(tx, person_ids=[town.people["rosa"]])
        assert wallet.balance(tx, person_id=town.people["rosa"]).total_minor == 10_000
        told = [one.kind for one in outbox.list_waiting(tx)]
    assert told == ["programmes.benefit_waits"]
    go_to(town, date(2025, 7, 2))
    better_off(town, "H2")
    july = town.open(town.assess(date(2025, 7, 2)), "2025-07")
    with town.database.transaction(ACTOR) as tx:
        found = programmes.get_diff(tx, july.id)
    assert {(one.change, one.reason): one.count for one in found.counts} == {
        ("out", "meets_no_longer"): 1,
        ("out", "left_registry"): 1,
    }
    assert town.violations() == []


def better_off(town: Town, code: str) -> None:
    """A list of July says that a household is poor no longer."""
    head, *rows = town.padron.splitlines()
    said = [row for row in rows if row.startswith(code)]
    path = town.folder / "july.csv"
    text = "\n".join([head, *said]).replace("pobre_extremo,2024-01-01", "no_pobre,2025-06-20")
    path.write_text(text + "\n", encoding="utf-8")
    registry.import_padron(town.database, path=path, source="test", on=date(2025, 7, 1), actor=ACTOR)


def test_each_refusal_is_explained_in_a_sentence(town: Town) -> None:
    town.assess()
    with town.database.transaction(ACTOR) as tx:
        told = {}
        for name in ("rosa", "ana", "jose"):
            household = tx.connection.execute(
                "SELECT household_id FROM registry_api.people WHERE person_id = %s", [town.people[name]]
            ).fetchone()
            assert household is not None
            told[name] = programmes.get_explanation(
                tx, programme="canasta", subject_id=household[0], language="es"
            )
    assert told["rosa"].sentence == "Cumple todos los requisitos."
    assert told["ana"].sentence == (
        "No cumple: el hogar es pobre; hay un niño o un adulto mayor."
        " Esto lo cambiaría: el hogar es pobre; hay un niño o un adulto mayor."
    )
    assert told["jose"].sentence == (
        "No se sabe si: el hogar es pobre. Esto lo cambiaría: que se registre lo que falta."
    )
    assert told["ana"].facts["household.cse"] == "no_pobre"


def test_two_accounts_of_one_human_are_one(town: Town) -> None:
    cycle = town.cycle()
    with town.database.transaction(ACTOR) as tx:
        person = identity.get_officer(tx, officer_id=town.maker).person_id
        second = identity.register_officer(
            tx, login="other", roles=[OfficerRole.APPROVER], person_id=person
        ).id
    with pytest.raises(SameHuman):
        town.approve(cycle, second)


def test_nobody_approves_a_payment_to_themselves(town: Town) -> None:
    cycle = town.cycle()
    with town.database.transaction(ACTOR) as tx:
        rosa = identity.register_officer(
            tx, login="rosa", roles=[OfficerRole.APPROVER], person_id=town.people["rosa"]
        ).id
    with pytest.raises(OwnBenefit):
        town.approve(cycle, rosa)


def test_nobody_approves_for_their_own_household(town: Town) -> None:
    cycle = town.cycle()
    with town.database.transaction(ACTOR) as tx:
        luz = tx.connection.execute(
            """SELECT p.person_id FROM registry_api.people p JOIN registry_api.people q
                ON q.household_id = p.household_id WHERE q.person_id = %s AND p.role = 'child'""",
            [town.people["rosa"]],
        ).fetchone()
        assert luz is not None
        officer = identity.register_officer(
            tx, login="luz", roles=[OfficerRole.APPROVER], person_id=luz[0]
        ).id
    with pytest.raises(OwnBenefit):
        town.approve(cycle, officer)


def test_a_wallet_opened_later_receives_what_stayed_payable(town: Town) -> None:
    cycle = town.approve(town.cycle())
    before = programmes.disburse_cycle(town.database, cycle_id=cycle.id, actor=ACTOR)
    assert (before.paid, before.unpaid) == (0, 3)
    with town.database.transaction(ACTOR) as tx:
        wallet.open_wallets(tx, person_ids=[town.people["rosa"], town.people["luis"]])
        wallet.take_into_use(tx, person_ids=[town.people["rosa"], town.people["luis"]])
    after = programmes.disburse_cycle(town.database, cycle_id=cycle.id, actor=ACTOR)
    assert (after.newly, after.unpaid) == (2, 1)


def test_the_money_is_used(town: Town) -> None:
    cycle = town.approve(town.cycle())
    with town.database.transaction(ACTOR) as tx:
        wallet.open_wallets(tx, person_ids=[town.people["rosa"]])
        wallet.take_into_use(tx, person_ids=[town.people["rosa"]])
        shop = wallet.open_merchant(
            tx, keeper_id=town.people["ana"], code="BOD1", display_name="Bodega Ana", category="grocery"
        )
        agent = wallet.open_agent(tx, keeper_id=town.people["luis"], code="AGENT1", display_name="Luis")
    programmes.disburse_cycle(town.database, cycle_id=cycle.id, actor=ACTOR)
    rosa = town.people["rosa"]
    with town.database.transaction(ACTOR) as tx:
        key = new_id(tx.now)
        bought = wallet.pay(
            tx, person_id=rosa, merchant_id=shop.id, amount_minor=2_550, client="phone", key=key
        )
        twice = wallet.pay(
            tx, person_id=rosa, merchant_id=shop.id, amount_minor=2_550, client="phone", key=key
        )
        assert twice.event_id == bought.event_id
        wallet.cash_out(
            tx, person_id=rosa, agent_id=agent.id, amount_minor=3_000, client="phone", key=new_id(tx.now)
        )
        assert wallet.balance(tx, person_id=rosa).total_minor == 10_000 - 2_550 - 3_000
        amounts = [entry.amount_minor for entry in wallet.statement(tx, person_id=rosa).entries]
        assert sorted(amounts) == [-3_000, -2_550, 10_000]
