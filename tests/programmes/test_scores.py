"""Scores are data: the same number on every machine, unknown where a fact is, and recomputed for ever."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from ayni import programmes
from ayni.foundation.db import Database, Tx
from ayni.programmes.errors import BadDefinition, UnknownAssessment, UnknownScorecard
from ayni.programmes.model import fact_sql, read_scorecard
from ayni.values.ids import new_id
from tests.programmes.town import ACTOR, PROGRAMME, Town

SCORE = """
code: need
name: Necesidad
target: household
valid_from: 2025-05-01
source: a test
decimals: 2
constant: 1000
terms:
  - {name: children, sql: household.children_under_6, points: -150}
  - {name: elders, sql: household.elders_65 > 0, points: -300}
  - {name: crowded, sql: household.size / household.children_under_6, points: 7}
likelihood: ['0.9', '0.5', '0.1']
"""
BY_SCORE = PROGRAMME.replace(
    "household.children_under_6 > 0 OR household.elders_65 > 0", "score.need < 1000"
).replace("6000 + 4000 * household.children_under_6", "score.need * 10")


def test_a_score_is_worked_out_where_it_is_used(own_database: Database, tmp_path: Path) -> None:
    with own_database.transaction(ACTOR) as tx:
        programmes.define_score(tx, text=SCORE)
    town = Town(own_database, tmp_path, text=BY_SCORE)
    assessment = town.assess()
    with town.database.transaction(ACTOR) as tx:
        facts = {
            row[0]: row[1]
            for row in tx.connection.execute(
                "SELECT h.code, r.facts FROM programmes.assessment_rows r"
                " JOIN registry.households h ON h.id = r.subject_id"
            )
        }
    # Rosa and her child: 1000 - 150 + 7 × 2. Luis has no child, and by nothing nobody divides.
    assert facts["H1"]["score.need"] == 864
    assert facts["H1"]["household.elders_65"] == 0
    assert facts["H2"]["score.need"] is None
    assert (assessment.eligible, assessment.unknown) == (1, 3)
    assert assessment.total_minor == 8_640


def test_an_assessment_is_recomputed_for_ever(own_database: Database, tmp_path: Path) -> None:
    with own_database.transaction(ACTOR) as tx:
        programmes.define_score(tx, text=SCORE)
    town = Town(own_database, tmp_path, text=BY_SCORE)
    assessment = town.assess()
    with town.database.transaction(ACTOR) as tx:
        programmes.define_score(tx, text=SCORE.replace("constant: 1000", "constant: 2000"))
        programmes.define_programme(tx, text=BY_SCORE.replace("score.need * 10", "score.need * 20"))
        assert programmes.check_assessment(tx, assessment.id) == (5, 0)
        with pytest.raises(UnknownAssessment):
            programmes.check_assessment(tx, new_id(tx.now))
    again = town.assess()
    assert again.total_minor != assessment.total_minor
    with town.database.transaction(ACTOR) as tx:
        assert programmes.check_assessment(tx, again.id) == (5, 0)
        assert programmes.check_assessment(tx, assessment.id) == (5, 0)


def test_a_recomputation_finds_what_was_tampered_with(town_with_owner: Any) -> None:
    town, owner = town_with_owner
    assessment = town.assess()
    owner.execute("ALTER TABLE programmes.assessment_rows DISABLE TRIGGER USER")
    owner.execute(
        "UPDATE programmes.assessment_rows SET amount_minor = amount_minor + 1 WHERE outcome = 'eligible'"
    )
    owner.commit()
    with town.database.transaction(ACTOR) as tx:
        assert programmes.check_assessment(tx, assessment.id) == (5, 3)


@pytest.fixture
def town_with_owner(own_database: Database, tmp_path: Path, owner: Any) -> Any:
    return Town(own_database, tmp_path), owner


def test_the_same_score_twice_is_one_version(tx: Tx) -> None:
    first = programmes.define_score(tx, text=SCORE)
    assert programmes.define_score(tx, text=SCORE) == first
    programmes.define_score(tx, text=SCORE.replace("1000", "900"))
    assert programmes.get_score(tx, code="need").constant == 900
    assert programmes.get_score(tx, code="need", version=1).constant == 1000
    with pytest.raises(UnknownScorecard):
        programmes.get_score(tx, code="nothing")


def test_what_a_score_says(tx: Tx) -> None:
    score = programmes.define_score(tx, text=SCORE)
    assert score.show(864) == "8.64"
    assert [str(score.likelihood_at(at)) for at in (-5, 0, 1, 2, 3)] == ["0.9", "0.9", "0.5", "0.1", "0.1"]
    without = read_scorecard({**yaml.safe_load(SCORE), "likelihood": None})
    assert without.likelihood_at(1) is None


@pytest.mark.parametrize(
    ("key", "value", "place"),
    [
        ("code", "Need!", "code"),
        ("target", "city", "target"),
        ("constant", 1.5, "constant"),
        ("constant", 10**13, "constant"),
        ("decimals", 10, "decimals"),
        ("terms", [], "terms"),
        ("terms", [{"name": "x", "sql": "household.size", "points": "3"}], "terms[1].points"),
        ("terms", [{"name": "x", "sql": "household.nothing", "points": 3}], "terms"),
        ("terms", [{"name": "x", "sql": "household.district_code", "points": 3}], "terms"),
        ("terms", [{"name": "x", "sql": "score.need > 1", "points": 3}], "terms"),
        ("terms", [{"name": "x", "sql": "household.size"}], "terms[1].points"),
        ("likelihood", ["1.5"], "likelihood[0]"),
        ("likelihood", [0.5], "likelihood[0]"),
        ("likelihood", ["NaN"], "likelihood[0]"),
        ("weights", {}, "weights"),
    ],
)
def test_a_score_that_cannot_be_meant_is_refused_with_its_place(
    tx: Tx, key: str, value: Any, place: str
) -> None:
    with pytest.raises(BadDefinition) as refused:
        programmes.define_score(tx, text=yaml.safe_dump(yaml.safe_load(SCORE) | {key: value}))
    assert refused.value.numbers["place"] == place


def test_a_programme_for_households_has_no_score_of_people(tx: Tx) -> None:
    programmes.define_score(
        tx, text=SCORE.replace("target: household", "target: person").replace("code: need", "code: own")
    )
    text = BY_SCORE.replace("household.cse IN ('pobre', 'pobre_extremo')", "household.size > 0")
    with pytest.raises(BadDefinition, match="score of people"):
        programmes.define_programme(tx, text=text.replace("score.need", "score.own"))
    with pytest.raises(BadDefinition, match="no fact"):
        programmes.define_programme(tx, text=text)


def test_least_and_greatest_of_something_unknown_are_unknown(own_database: Database, tmp_path: Path) -> None:
    """PostgreSQL's own leave it out, so that whoever had a fact missing was owed the cap itself."""
    text = PROGRAMME.replace(
        "6000 + 4000 * household.children_under_6",
        "least(100 * CASE WHEN household.cse = 'pobre' THEN household.size END, 18000)",
    )
    town = Town(own_database, tmp_path, text=text)
    assessment = town.assess()
    assert (assessment.eligible, assessment.unknown) == (2, 2)
    assert assessment.total_minor == 200 + 100


def test_a_criterion_that_divides_by_a_missing_fact_or_by_zero_is_not_known(
    own_database: Database, tmp_path: Path
) -> None:
    text = PROGRAMME.replace(
        "household.children_under_6 > 0 OR household.elders_65 > 0",
        "household.size / household.children_under_6 >= 2",
    )
    town = Town(own_database, tmp_path, text=text)
    assessment = town.assess()
    assert (assessment.eligible, assessment.not_eligible, assessment.unknown) == (1, 1, 3)
    assert fact_sql("score.need", "int") == "c.need"
