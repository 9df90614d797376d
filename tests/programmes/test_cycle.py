"""A cycle that cannot be fooled: from which assessment, over what it is signed, how it is called."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from pathlib import Path

import pytest

from ayni import programmes, wallet
from ayni.foundation.db import Database
from ayni.programmes import Cycle, CycleState
from ayni.programmes.errors import AssessmentStale
from tests.programmes.town import ACTOR, ON, PROGRAMME, Town


@pytest.fixture
def town(own_database: Database, tmp_path: Path) -> Town:
    return Town(own_database, tmp_path)


def go_on(town: Town, days: int) -> None:
    with town.database.transaction(ACTOR) as tx:
        tx.connection.execute("SELECT foundation.set_clock(%s)", [tx.now + timedelta(days=days)])


# -- from which assessment -----------------------------------------------------------------------------


def test_nothing_is_paid_from_an_assessment_by_an_older_version(town: Town) -> None:
    assessment = town.assess()
    with town.database.transaction(ACTOR) as tx:
        programmes.define_programme(tx, text=PROGRAMME.replace("6000", "7000"))
    with pytest.raises(AssessmentStale, match="version 1, and the programme has version 2"):
        town.open(assessment)
    assert town.cycle().total_minor == 25_000


def test_nothing_is_paid_from_an_assessment_that_another_one_followed(town: Town) -> None:
    """Both bear the same instant and the same day: the order in which they were made decides."""
    first, second = town.assess(), town.assess()
    with pytest.raises(AssessmentStale, match="a newer assessment"):
        town.open(first)
    assert town.open(second).state is CycleState.TO_APPROVE


def test_an_assessment_is_good_for_as_long_as_the_country_says(town: Town) -> None:
    assessment = town.assess()
    with town.database.transaction(ACTOR) as tx:
        days = tx.country.parameter("programmes.assessment_days", on=ON)
    assert isinstance(days, int)
    go_on(town, days)
    with town.database.transaction(ACTOR) as tx:
        cycle = programmes.open_cycle(tx, assessment_id=assessment.id, name="a", officer_id=town.maker)
        programmes.cancel_cycle(tx, cycle_id=cycle.id, officer_id=town.maker)
    go_on(town, 1)
    with pytest.raises(AssessmentStale, match=f"judges 2025-06-02, and is good for {days} days"):
        town.open(assessment)


def test_an_assessment_is_good_for_as_long_as_the_programmes_own_file_says(
    own_database: Database, tmp_path: Path
) -> None:
    town = Town(own_database, tmp_path, text=PROGRAMME + "assessment_days: 2\n")
    assessment = town.assess()
    go_on(town, 3)
    with pytest.raises(AssessmentStale, match="good for 2 days"):
        town.open(assessment)


def test_nothing_is_paid_from_an_assessment_of_a_day_that_has_not_come(town: Town) -> None:
    assessment = town.assess(ON + timedelta(days=1))
    with pytest.raises(AssessmentStale, match="has not come"):
        town.open(assessment)


def test_the_explanation_is_of_the_newest_assessment_even_at_the_same_instant(town: Town) -> None:
    with town.database.transaction(ACTOR) as tx:
        household = tx.connection.execute(
            "SELECT household_id FROM registry_api.people WHERE person_id = %s", [town.people["rosa"]]
        ).fetchone()
        assert household is not None
        for price in range(6_000, 6_008):
            programmes.define_programme(tx, text=PROGRAMME.replace("6000", str(price)))
            programmes.assess(tx, programme="canasta", as_of=ON)
            told = programmes.get_explanation(tx, programme="canasta", subject_id=household[0], language="es")
            assert told.amount_minor == price + 4_000


# -- the digest ----------------------------------------------------------------------------------------


def recomputed(town: Town, cycle: Cycle) -> str:
    """As docs/concepts/cycle-digest.md says, from the tables."""
    with town.database.transaction(ACTOR) as tx:
        head = tx.connection.execute(
            """SELECT p.code, v.version, v.digest, a.id, v.definition FROM programmes.cycles c
                JOIN programmes.assessments a ON a.id = c.assessment_id
                JOIN programmes.programmes p ON p.id = c.programme_id
                JOIN programmes.versions v ON v.programme_id = p.id AND v.version = a.version
                WHERE c.id = %s""",
            [cycle.id],
        ).fetchone()
        rows = tx.connection.execute(
            "SELECT subject_id, recipient_id, amount_minor, purpose, quantity, deducted_minor, members"
            " FROM programmes.entitlements WHERE cycle_id = %s",
            [cycle.id],
        ).fetchall()
    assert head is not None
    code, version, definition, assessment, stored = head
    assert definition == hashlib.sha256(json.dumps(stored, sort_keys=True).encode()).hexdigest()
    digest = hashlib.sha256(
        f"ayni cycle 2\nprogramme {code}\nversion {version} {definition}\n"
        f"assessment {assessment}\nkind {cycle.kind}\n".encode()
    )
    for subject, recipient, amount, purpose, quantity, deducted, members in sorted(
        rows, key=lambda row: str(row[0])
    ):
        covered = ",".join(str(member) for member in members)
        line = f"{subject}:{recipient}:{amount}:{purpose or ''}:{quantity or ''}:{deducted}:{covered}\n"
        digest.update(hashlib.sha256(line.encode()).digest())
    return digest.hexdigest()


@pytest.mark.parametrize("purpose", ["", "purpose: food\n"])
def test_anybody_can_recompute_a_cycles_digest(own_database: Database, tmp_path: Path, purpose: str) -> None:
    town = Town(own_database, tmp_path, text=PROGRAMME + purpose, elders=30)
    cycle = town.cycle()
    assert cycle.digest == recomputed(town, cycle)


def test_the_digest_is_of_this_assessment_by_this_version(town: Town) -> None:
    """The same people and amounts: still another digest, when the version or the assessment is another."""
    digests = {town.cycle("2025-06").digest, town.cycle("2025-07").digest}
    with town.database.transaction(ACTOR) as tx:
        programmes.define_programme(tx, text=PROGRAMME.replace("legal_basis: a test", "legal_basis: a law"))
    third = town.cycle("2025-08")
    assert len(digests | {third.digest}) == 3
    assert third.digest == recomputed(town, third)


def test_the_programmes_own_file_may_leave_the_days_out_and_keeps_its_digest(town: Town) -> None:
    stored = town.programme.definition.as_dict()
    assert "assessment_days" not in stored


# -- on the statement ----------------------------------------------------------------------------------


def test_a_statement_names_the_programme_as_people_know_it(town: Town) -> None:
    cycle = town.approve(town.cycle())
    town.open_wallets(cycle)
    town.disburse(cycle)

    def counterpart() -> str:
        with town.database.transaction(ACTOR) as tx:
            return wallet.statement(tx, person_id=town.people["rosa"]).entries[0].counterpart

    assert counterpart() == "Canasta"
    with town.database.transaction(ACTOR) as tx:
        programmes.define_programme(tx, text=PROGRAMME.replace("name: Canasta", "name: Canasta de la Ciudad"))
    assert counterpart() == "Canasta de la Ciudad"
