"""The Poverty Probability Index: score → likelihood as in its table, for every score and every line."""

from __future__ import annotations

import csv
import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from ayni import programmes, registry
from ayni.app import load_country
from ayni.countries.peru.ppi import LINES
from ayni.foundation.country import UnknownOfficialScore
from ayni.foundation.db import Database, Tx
from ayni.programmes.model import Scorecard
from tests.programmes.town import ACTOR, ON, PADRON, PROGRAMME, Town

DATA = Path(__file__).parents[4] / "shared" / "data" / "ppi_peru_2024"
COUNTRY = load_country("peru")
needs_the_table = pytest.mark.skipif(
    not DATA.exists(), reason="the published table is not part of the project"
)


@pytest.fixture
def scorecards(tx: Tx) -> list[Scorecard]:
    return [programmes.define_official_score(tx, code=f"ppi_{line}") for line, _ in LINES]


@needs_the_table
def test_every_score_of_every_line_has_the_tables_likelihood(scorecards: list[Scorecard]) -> None:
    with (DATA / "lookup.csv").open(encoding="utf-8") as file:
        _, *rows = csv.reader(file)
    assert len(rows) == 101
    for place, scorecard in enumerate(scorecards):
        for row in rows:
            assert scorecard.likelihood_at(int(row[0])) == Decimal(row[1 + place]), (scorecard.code, row[0])


@needs_the_table
def test_every_answer_has_the_cards_points_in_its_order(scorecards: list[Scorecard]) -> None:
    card = json.loads((DATA / "scorecard.json").read_text("utf-8"))
    for line, scorecard in zip(card["lines"], scorecards, strict=True):
        published = [
            option["points"][line] for question in card["questions"] for option in question["options"]
        ]
        assert [term.points for term in scorecard.terms] == published


def test_beyond_the_tables_end_its_last_row_answers(scorecards: list[Scorecard]) -> None:
    """The best answers of four lines add up to 101, and the table ends at 100."""
    most = []
    for scorecard in scorecards:
        best: dict[str, int] = {}
        for term in scorecard.terms:
            question = term.name.partition(":")[0]
            best[question] = max(best.get(question, 0), term.points)
        most.append(sum(best.values()))
    assert sorted(most)[-4:] == [101, 101, 101, 101]
    assert max(most) == 101
    assert all(one.likelihood_at(101) == one.likelihood_at(100) for one in scorecards)


def test_each_question_and_answer_has_words_in_spanish_and_english() -> None:
    questions = COUNTRY.parameter("ppi.questions", on=ON)
    answers = COUNTRY.parameter("ppi.answers", on=ON)
    points = COUNTRY.parameter("ppi.points", on=ON)
    for language in ("es", "en"):
        asked = [row[0] for row in questions if row[1] == language]
        assert len(asked) == len(set(asked)) == 10
        assert [row[:2] for row in answers if row[2] == language] == [row[:2] for row in points]


def test_a_household_is_scored_by_its_answers(own_database: Database, tmp_path: Path) -> None:
    with own_database.transaction(ACTOR) as tx:
        programmes.define_official_score(tx, code="ppi_total_line")
    answers = {
        "department": "lima",
        "schooling": "secondary",
        "occupation": "own_account",
        "fuel": "gas_or_electricity",
        "walls": "brick",
        "toilet": "indoor_sewer",
        "refrigerator": "yes",
        "blender": "no",
        "washing_machine": "no",
        "iron": "yes",
    }
    head, *lines = PADRON.splitlines()
    head += "".join(f",household.ppi_{name}" for name in answers)
    told = [line + "," + ",".join(answers.values() if line.startswith("H1") else [""] * 10) for line in lines]
    text = PROGRAMME.replace("household.cse IN ('pobre', 'pobre_extremo')", "score.ppi_total_line <= 60")
    town = Town(own_database, tmp_path, padron="\n".join([head, *told]) + "\n", text=text)
    assessment = town.assess()
    with town.database.transaction(ACTOR) as tx:
        household = registry.find_household(tx, source="test", code="H1")
        assert household is not None
        found = programmes.get_explanation(tx, programme="canasta", subject_id=household.id, language="es")
        card = programmes.get_score(tx, code="ppi_total_line")
    assert found.facts["score.ppi_total_line"] == 1 + 5 + 0 + 8 + 9 + 6 + 7 + 0 + 0 + 8
    assert card.likelihood_at(44) is not None
    # Of the others nobody has asked.
    assert (assessment.eligible, assessment.unknown) == (1, 3)


def test_a_score_that_nobody_published_is_refused(tx: Tx) -> None:
    with pytest.raises(UnknownOfficialScore, match="ppi_total_line"):
        programmes.define_official_score(tx, code="ppi_nothing")
    assert COUNTRY.official_scores(on=date(2025, 6, 2))[0].valid_from == date(2024, 1, 1)
