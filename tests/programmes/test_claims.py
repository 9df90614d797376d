"""No human is covered twice in a cycle: by a key of the database, whatever happens to their files."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from ayni import identity, programmes, registry
from ayni.foundation.db import Database
from ayni.identity import OfficerRole, OwnCase
from ayni.programmes import Cycle, CycleState, HeldBack
from ayni.programmes.errors import (
    CycleStateRefused,
    EntitlementSettled,
    NotAPayee,
    RoleMissing,
    UnknownEntitlement,
)
from ayni.registry import NewPair, VerdictKind
from ayni.values.ids import EntitlementId, PersonId, new_id
from tests.programmes.held import as_registrar, decide, elder
from tests.programmes.town import ACTOR, Town


@pytest.fixture
def town(own_database: Database, tmp_path: Path) -> Town:
    return Town(own_database, tmp_path, elders=4)


def merge(town: Town, one: PersonId, other: PersonId) -> None:
    pair = NewPair(one, other, 950, {"surnames": "same"}, "linkage", "test")
    with town.database.transaction(ACTOR) as tx:
        registry.duplicates.record_pairs(tx, pairs=[pair])
    decide(town, one, other, VerdictKind.SAME)


def undo(town: Town, one: PersonId, other: PersonId) -> None:
    with town.database.transaction(ACTOR) as tx:
        pair = registry.get_pair(tx, one_id=one, other_id=other)
        registry.duplicates.undo(as_registrar(town, tx), pair=pair, reason="they are twins")
        pair = registry.get_pair(tx, one_id=one, other_id=other)
        registry.duplicates.decide(
            as_registrar(town, tx), pair=pair, verdict=VerdictKind.DIFFERENT, reason="both were here"
        )


def claims(town: Town, cycle: Cycle) -> int:
    with town.database.transaction(ACTOR) as tx:
        row = tx.connection.execute(
            "SELECT count(*) FROM programmes.entitlement_claims WHERE cycle_id = %s", [cycle.id]
        ).fetchone()
    assert row is not None
    return int(row[0])


def entitlement_of(town: Town, cycle: Cycle, person_id: PersonId) -> EntitlementId:
    with town.database.transaction(ACTOR) as tx:
        row = tx.connection.execute(
            "SELECT id FROM programmes.entitlements WHERE cycle_id = %s AND recipient_id = %s",
            [cycle.id, person_id],
        ).fetchone()
    assert row is not None
    return EntitlementId(row[0])


def test_everybody_whom_a_cycle_covers_is_claimed_at_its_approval(town: Town) -> None:
    cycle = town.cycle()
    assert claims(town, cycle) == 0
    town.approve(cycle)
    # Rosa and her child, Luis, María, and four elders.
    assert claims(town, cycle) == 8


def test_files_that_were_merged_before_the_approval_are_claimed_once(town: Town) -> None:
    one, other = elder(town, 0), elder(town, 1)
    cycle = town.cycle()
    merge(town, one, other)
    town.approve(cycle)
    assert claims(town, cycle) == 7
    with town.database.transaction(ACTOR) as tx:
        assert programmes.count_held_back(tx, cycle.id) == {HeldBack.SAME_HUMAN: 1}
    town.open_wallets(cycle)
    assert town.disburse(cycle).newly == 5
    undo(town, one, other)
    assert town.disburse(cycle).newly == 1
    assert claims(town, cycle) == 8
    assert town.violations() == []


def test_a_split_household_follows_its_frozen_membership(town: Town) -> None:
    cycle = town.cycle()
    with town.database.transaction(ACTOR) as tx:
        row = tx.connection.execute(
            "SELECT p.person_id, p.household_id FROM registry_api.people p"
            " JOIN registry.households h ON h.id = p.household_id"
            " WHERE h.code = 'H1' AND p.role = 'child'"
        ).fetchone()
        assert row is not None
        registry.households.split_household(
            as_registrar(town, tx),
            household_id=row[1],
            roles={row[0]: "head"},
            source="test",
            code="H1b",
            reason="they live apart now",
        )
    town.approve(cycle)
    entitlement_id = entitlement_of(town, cycle, town.people["rosa"])
    with town.database.transaction(ACTOR) as tx:
        covered = programmes.get_entitlement(tx, entitlement_id).members
    assert set(covered) == {town.people["rosa"], row[0]}
    assert claims(town, cycle) == 8
    town.open_wallets(cycle)
    assert town.disburse(cycle).newly == 6


@pytest.mark.parametrize(
    "statement",
    [
        """INSERT INTO programmes.entitlement_claims SELECT programme_id, cycle_id, uuidv7(), entitlement_id
            FROM programmes.entitlement_claims LIMIT 1""",
        "DELETE FROM programmes.entitlement_claims",
        "UPDATE programmes.entitlement_claims SET person_id = uuidv7()",
        """INSERT INTO programmes.reversals (id, cycle_id, kind, released, reason, officer_id, recorded_at)
            SELECT uuidv7(), id, 'cancel', 0, 'x', opened_by, opened_at FROM programmes.cycles""",
        """INSERT INTO programmes.set_asides (entitlement_id, code, set_aside_at)
            SELECT id, 'same_human', created_at FROM programmes.entitlements""",
    ],
)
def test_the_application_writes_no_claims_and_lets_none_go(town: Town, statement: str) -> None:
    town.approve(town.cycle())
    with town.database.transaction(ACTOR) as tx, pytest.raises(psycopg.errors.InsufficientPrivilege):
        tx.connection.execute(statement.encode())


def test_even_the_owner_claims_a_human_once(town: Town, owner: psycopg.Connection) -> None:
    town.approve(town.cycle())
    with pytest.raises(psycopg.errors.UniqueViolation):
        owner.execute(
            "INSERT INTO programmes.entitlement_claims SELECT programme_id, cycle_id, person_id, uuidv7()"
            " FROM programmes.entitlement_claims LIMIT 1"
        )


def test_cancelling_lets_go_of_claims_by_a_recorded_reversal(town: Town) -> None:
    cycle = town.approve(town.cycle())
    with town.database.transaction(ACTOR) as tx:
        programmes.cancel_cycle(tx, cycle_id=cycle.id, officer_id=town.checker, reason="an old list")
        row = tx.connection.execute(
            "SELECT kind, released, reason, officer_id FROM programmes.reversals"
        ).fetchall()
    assert row == [("cancel", 8, "an old list", town.checker)]
    assert claims(town, cycle) == 0
    # The next one of the same days claims them anew.
    again = town.approve(town.cycle())
    assert claims(town, again) == 8
    assert town.violations() == []


def test_even_the_owner_cannot_cancel_without_a_reversal(town: Town, owner: psycopg.Connection) -> None:
    town.approve(town.cycle())
    with pytest.raises(psycopg.Error) as refused:
        owner.execute("UPDATE programmes.cycles SET state = 'cancelled'")
    assert refused.value.sqlstate == "AY311"


def test_what_is_unpaid_at_the_end_is_let_go(town: Town) -> None:
    cycle = town.approve(town.cycle())
    town.open_wallets(cycle)
    town.disburse(cycle)
    with town.database.transaction(ACTOR) as tx:
        programmes.end_cycle(tx, cycle_id=cycle.id, officer_id=town.checker, reason="the year is over")
    # María had no wallet.
    assert claims(town, cycle) == 7
    assert town.violations() == []


def test_an_entitlement_is_voided_before_it_is_paid_and_never_after(town: Town) -> None:
    cycle = town.approve(town.cycle())
    one, other = (entitlement_of(town, cycle, elder(town, place)) for place in (0, 1))
    with town.database.transaction(ACTOR) as tx:
        other_officer = town.officer(tx, "clerk", [OfficerRole.AUDITOR])
        with pytest.raises(RoleMissing):
            programmes.entitlements.void_entitlement(
                tx, entitlement_id=one, officer_id=other_officer, reason="x"
            )
        with pytest.raises(UnknownEntitlement):
            programmes.entitlements.void_entitlement(
                tx, entitlement_id=EntitlementId(new_id(tx.now)), officer_id=town.checker, reason="x"
            )
        programmes.entitlements.void_entitlement(
            tx, entitlement_id=one, officer_id=town.checker, reason="moved abroad"
        )
    assert claims(town, cycle) == 7
    town.open_wallets(cycle)
    done = town.disburse(cycle)
    assert (done.newly, done.reasons[HeldBack.VOIDED.sentence]) == (5, 1)
    with town.database.transaction(ACTOR) as tx, pytest.raises(EntitlementSettled):
        programmes.entitlements.void_entitlement(
            tx, entitlement_id=other, officer_id=town.checker, reason="x"
        )
    assert town.violations() == []


def test_when_the_recipient_has_died_another_of_the_household_receives(town: Town) -> None:
    cycle = town.approve(town.cycle())
    rosa = town.people["rosa"]
    entitlement_id = entitlement_of(town, cycle, rosa)
    with town.database.transaction(ACTOR) as tx:
        identity.lives.record_death(
            as_registrar(town, tx), person_id=rosa, died_on=tx.today, source="register", reason="told"
        )
    assert town.disburse(cycle).reasons[HeldBack.RECIPIENT_DIED.sentence] == 1
    with town.database.transaction(ACTOR) as tx:
        (child,) = (one for one in programmes.get_entitlement(tx, entitlement_id).members if one != rosa)
        change = {"entitlement_id": entitlement_id, "officer_id": town.maker, "reason": "the mother died"}
        with pytest.raises(NotAPayee):
            programmes.entitlements.name_payee(tx, payee_id=town.people["ana"], **change)
        named = programmes.entitlements.name_payee(tx, payee_id=child, **change)
        assert named.payee_id == child
        assert programmes.list_entitlements_of(tx, person_id=child) == [named]
        assert programmes.list_entitlements_of(tx, person_id=rosa) == []
    assert HeldBack.RECIPIENT_DIED.sentence not in town.disburse(cycle).reasons


def test_nobody_redirects_or_voids_for_their_own_household(town: Town) -> None:
    cycle = town.approve(town.cycle())
    entitlement_id = entitlement_of(town, cycle, town.people["rosa"])
    with town.database.transaction(ACTOR) as tx:
        (child,) = (
            one
            for one in programmes.get_entitlement(tx, entitlement_id).members
            if one != town.people["rosa"]
        )
        officer = identity.register_officer(
            tx, login="kin", roles=["approver", "programme_officer"], person_id=child
        ).id
        change = {"entitlement_id": entitlement_id, "officer_id": officer, "reason": "x"}
        with pytest.raises(OwnCase):
            programmes.entitlements.void_entitlement(tx, **change)
        with pytest.raises(OwnCase):
            programmes.entitlements.name_payee(tx, payee_id=child, **change)


def test_only_an_approved_cycles_entitlement_is_voided(town: Town) -> None:
    cycle = town.cycle()
    assert cycle.state is CycleState.TO_APPROVE
    entitlement_id = entitlement_of(town, cycle, elder(town, 0))
    with town.database.transaction(ACTOR) as tx, pytest.raises(CycleStateRefused):
        programmes.entitlements.void_entitlement(
            tx, entitlement_id=entitlement_id, officer_id=town.checker, reason="x"
        )


def test_an_officers_other_file_is_their_own_household_too(town: Town) -> None:
    """A bug: the household was looked up by the file of the account alone."""
    cycle = town.approve(town.cycle())
    entitlement_id = entitlement_of(town, cycle, elder(town, 0))
    with town.database.transaction(ACTOR) as tx:
        other = identity.register_person(tx, person=identity.NewPerson("Elsa", "Vega", synthetic=True)).id
        officer = identity.register_officer(
            tx, login="elsa", roles=[OfficerRole.APPROVER], person_id=other
        ).id
    merge(town, elder(town, 0), other)
    with town.database.transaction(ACTOR) as tx, pytest.raises(OwnCase):
        programmes.entitlements.void_entitlement(
            tx, entitlement_id=entitlement_id, officer_id=officer, reason="x"
        )
