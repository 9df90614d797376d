"""A proxy-means score is learnt from a published survey of real people, and its errors are told on others."""

from __future__ import annotations

import csv
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from ayni import payments, programmes, registry
from ayni.app import load_city_profile
from ayni.foundation.db import Database
from ayni.foundation.tabular import load_mapping
from ayni.programmes import Lesson, Question, Told
from ayni.programmes.errors import BadTraining, ScoringNotInstalled
from ayni.programmes.formats import scorecard_to_yaml
from ayni.sandbox import city
from tests.programmes.town import ACTOR, ON, PROGRAMME, Town

ROOT = Path(__file__).parents[2]
SURVEY = ROOT.parent / "shared" / "data" / "household_survey.csv"
PROGRAMME_BY_SCORE = """
code: apoyo_puntaje
name: Apoyo por puntaje
target: household
legal_basis: a test
valid_from: 2025-05-01
budget_minor: 100000000
amount_minor: 10000
criteria:
  - name: poor_by_score
    sql: score.pmt >= {threshold}
    sentences:
      es: el puntaje del hogar muestra pobreza
      qu: yupaymi wakcha kayta qawachin
      en: the household's score shows poverty
    source: a test
"""
LESSON = Lesson("pmt", "Puntaje", "the survey", "household.elders_65 > 0", ON)

needs_the_survey = pytest.mark.skipif(not SURVEY.exists(), reason="the survey is not part of the project")


def told_by(padron: Path, truth: Path) -> Told:
    """The survey's own word: 1 and 2 are poor."""
    with padron.open(encoding="utf-8") as rows, truth.open(encoding="utf-8") as truths:
        pairs = zip(csv.DictReader(rows), csv.DictReader(truths), strict=True)
        return Told("survey", {row["household_code"]: said["target"] in "12" for row, said in pairs})


@needs_the_survey
def test_a_score_is_learnt_from_the_survey_and_used(own_database: Database, tmp_path: Path) -> None:
    pytest.importorskip("sklearn")
    mapping = load_mapping(ROOT / "examples" / "household_survey.mapping.yaml")
    padron = tmp_path / "survey.csv"
    profile = load_city_profile("peru")
    dressed = city.dress(survey=SURVEY, mapping=mapping, seed=11, profile=profile, out=padron, on=ON)
    with own_database.transaction(ACTOR) as tx:
        payments.set_up_books(tx)
        registry.declare_mapping(tx, mapping=mapping)
    registry.import_padron(own_database, path=padron, source="survey", on=ON, actor=ACTOR)
    told = told_by(padron, dressed.truth)
    lesson = Lesson("pmt", "Puntaje", "a published survey", told, ON)
    found = programmes.train_score(own_database, lesson=lesson, actor=ACTOR)
    # About a fifth of them are poor: by chance four in five would be left out, and chosen wrongly.
    assert found.held_out > 500
    assert found.exclusion_error is not None
    assert found.inclusion_error is not None
    assert found.exclusion_error < Decimal("0.5")
    assert found.inclusion_error < Decimal("0.5")
    assert found.area_per_mille > 750
    again = programmes.train_score(own_database, lesson=lesson, actor=ACTOR)
    assert again == found
    with own_database.transaction(ACTOR) as tx:
        programmes.define_score(tx, text=scorecard_to_yaml(found.scorecard))
        text = PROGRAMME_BY_SCORE.format(threshold=found.threshold)
        programmes.define_programme(tx, text=text)
        judged = programmes.assess(tx, programme="apoyo_puntaje", as_of=ON)
        assert programmes.check_assessment(tx, judged.id) == (judged.assessed, 0)
        assert judged.unknown < 10
        question = Question(as_of=ON, truth=told, by="household.urban")
        simulated = programmes.simulate(
            tx, against="apoyo_puntaje", texts=[text.replace("10000", "12000")], question=question
        )
    base = simulated.whole("base")
    assert (base.eligible, base.unknown) == (judged.eligible, judged.unknown)
    assert base.poor + base.truth_unknown < base.subjects
    # Over everybody it is about as wrong as on those held out.
    low, high = base.exclusion_error
    assert low is not None
    assert high is not None
    assert abs(low - found.exclusion_error) < Decimal("0.1")
    assert simulated.whole("variant 1").gained_minor == 2_000 * judged.eligible


def test_what_cannot_be_learnt_from_is_refused(own_database: Database, tmp_path: Path) -> None:
    pytest.importorskip("sklearn")
    town = Town(own_database, tmp_path, elders=20)
    for wrong, why in (
        ({}, "too little is known"),
        ({"held_out_percent": 5}, "held out"),
        ({"label": "household.nothing"}, "no fact"),
        ({"terms": {"x": "household.elders_65"}}, "would know the answer"),
        ({"terms": {"x": "household.district_code"}}, "wanted as int"),
    ):
        lesson = Lesson(**{**vars(LESSON), **wrong})
        with pytest.raises(BadTraining, match=why):
            programmes.train_score(town.database, lesson=lesson, actor=ACTOR)


def test_without_the_group_it_says_what_to_install(
    own_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.linear_model", None)
    with pytest.raises(ScoringNotInstalled, match="uv sync --group scoring"):
        programmes.train_score(own_database, lesson=LESSON, actor=ACTOR)


def test_what_is_told_from_outside_speaks_of_its_source_only(own_database: Database, tmp_path: Path) -> None:
    town = Town(own_database, tmp_path)
    answers = {"H1": True, "H3": True, "H9": True}
    for source, poor in (("test", 2), ("elsewhere", 0)):
        question = Question(as_of=ON, truth=Told(source, answers))
        with town.database.transaction(ACTOR) as tx:
            found = programmes.simulate(tx, against="canasta", texts=[PROGRAMME], question=question)
        assert (found.whole("base").poor, found.whole("base").truth_unknown) == (poor, 5 - poor)
