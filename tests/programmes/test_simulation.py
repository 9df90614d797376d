"""Promise 6 in its parts: what a rule would do is known before it does it, by the engine of the real run."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ayni import programmes
from ayni.foundation.db import Database
from ayni.programmes import Question, Simulation
from ayni.programmes.errors import BadDefinition, BadQuestion, CriteriaFailed, UnknownProgramme
from ayni.programmes.formats import CHARTS, to_csv, to_svg
from ayni.programmes.model import weighted_gini
from tests.programmes.test_enrolment import PEOPLE
from tests.programmes.town import ACTOR, ON, PROGRAMME, Town

PADRON = """household_code,relationship,document_kind,document_number,first_surname,second_surname,\
given_names,birth_on,sex,ubigeo,person.synthetic_identity,household.cse,household.cse_on,person.monthly_income_minor
H1,head,DNI,40000001,Quispe,Huamán,Rosa,1990-01-01,female,150132,yes,pobre,2024-01-01,40000
H1,child,,,Quispe,Flores,Luz,2022-01-01,female,150132,yes,pobre,2024-01-01,
H2,head,DNI,40000002,Mamani,Soto,Luis,1950-01-01,male,150132,yes,pobre_extremo,2024-01-01,10000
H3,head,DNI,40000003,Díaz,Rojas,Ana,1980-01-01,female,150122,yes,no_pobre,2024-01-01,100000
H4,head,DNI,40000004,Condori,Apaza,José,1945-01-01,male,150132,yes,,,30000
H5,head,,,Choque,Ccori,María,1948-01-01,female,150122,yes,pobre,2024-01-01,
"""
TRUTH = "household.cse IN ('pobre', 'pobre_extremo')"
CHEAPER = PROGRAMME.replace("6000 + 4000", "5000 + 9000")
FOR_ALL = PROGRAMME.replace("household.cse IN ('pobre', 'pobre_extremo')", "household.size > 0").replace(
    "household.children_under_6 > 0 OR household.elders_65 > 0", "household.size > 0"
)


@pytest.fixture
def town(own_database: Database, tmp_path: Path) -> Town:
    return Town(own_database, tmp_path, padron=PADRON)


def simulate(town: Town, *texts: str, **asked: object) -> Simulation:
    values = {"truth": TRUTH, "income": "person.monthly_income_minor", "by": "household.size"}
    question = Question(as_of=ON, **{**values, **asked})
    with town.database.transaction(ACTOR) as tx:
        return programmes.simulate(tx, against="canasta", texts=texts, question=question)


def test_who_gains_and_who_loses_and_what_it_costs(town: Town) -> None:
    found = simulate(town, CHEAPER)
    base, new = found.whole("base"), found.whole("variant 1")
    # Rosa 10,000, Luis and María 6,000; José's class is not known.
    assert (base.subjects, base.people, base.eligible, base.unknown, base.cost_minor) == (5, 6, 3, 1, 22_000)
    assert (base.gained, base.lost, base.raised, base.lowered) == (0, 0, 0, 0)
    # Rosa gets 14,000, the two others 5,000.
    assert (new.cost_minor, new.cost_high_minor) == (24_000, 32_000)
    assert (new.gained, new.lost, new.raised, new.lowered) == (0, 0, 1, 2)
    assert (new.gained_minor, new.lost_minor) == (4_000, 2_000)
    everybody = simulate(town, FOR_ALL).whole("variant 1")
    assert (everybody.gained, everybody.gained_minor, everybody.cost_minor) == (2, 12_000, 34_000)


def test_whom_it_reaches_and_leaves_out_by_the_chosen_truth(town: Town) -> None:
    base = simulate(town, FOR_ALL).whole("base")
    assert (base.poor, base.poor_eligible, base.truth_unknown) == (3, 3, 1)
    assert base.coverage == (Decimal("0.6000"), Decimal("0.8000"))
    assert base.exclusion_error == (Decimal("0.0000"), Decimal("0.0000"))
    assert base.inclusion_error == (Decimal("0.0000"), Decimal("0.0000"))
    all_of_them = simulate(town, FOR_ALL).whole("variant 1")
    assert all_of_them.inclusion_error == (Decimal("0.2500"), Decimal("0.2500"))
    other_way = simulate(town, FOR_ALL, truth="household.size > 1").whole("base")
    assert (other_way.poor, other_way.not_poor_eligible) == (1, 2)
    assert other_way.inclusion_error == (Decimal("0.6667"), Decimal("0.7500"))


def test_missing_facts_make_a_range(town: Town) -> None:
    needs_class = PROGRAMME.replace(
        "household.children_under_6 > 0 OR household.elders_65 > 0", "household.cse IS NOT NULL"
    )
    told = simulate(town, needs_class, truth="household.elders_65 > 0").whole("variant 1")
    # Luis and María are old and reached, Rosa is neither; of José nothing is known.
    assert (told.poor, told.poor_eligible, told.poor_unknown) == (3, 2, 0)
    assert told.exclusion_error == (Decimal("0.3333"), Decimal("0.3333"))
    by_class = simulate(town, PROGRAMME + "budget_source: x\n", truth="household.elders_65 > 0").whole(
        "variant 1"
    )
    assert (by_class.poor_eligible, by_class.poor_unknown) == (2, 1)
    assert by_class.exclusion_error == (Decimal("0.0000"), Decimal("0.3333"))


def test_the_poverty_gap_and_the_gini_before_and_after(town: Town) -> None:
    found = simulate(town, CHEAPER)
    base = found.whole("base")
    # A head needs 45,400 a month. Rosa's two have 20,000 each, Luis 10,000, José 30,000; María's: not known.
    assert base.with_income == 5
    assert base.gap_before_minor == 2 * 25_400 + 35_400 + 15_400
    assert base.gap_after_minor == 2 * 20_400 + 29_400 + 15_400
    assert (base.poor_before, base.poor_after) == (4, 4)
    assert base.gap_closed == Decimal("0.1575")
    # María's 6,000 close nothing that is known of.
    assert found.gap_per_sol("base") == Decimal("0.7273")
    before, after = found.gini["base"]
    assert before == weighted_gini([(1, 10_000), (2, 20_000), (1, 30_000), (1, 100_000)])
    assert after == weighted_gini([(1, 16_000), (2, 25_000), (1, 30_000), (1, 100_000)])
    assert after < before


def test_a_cycle_may_pay_for_several_months(town: Town) -> None:
    found = simulate(town, CHEAPER, months=2)
    assert found.whole("base").gap_after_minor == 2 * (25_400 - 2_500) + (35_400 - 3_000) + 15_400


def test_it_is_told_by_district_and_by_group(town: Town) -> None:
    found = simulate(town, FOR_ALL)
    districts = {one.group: (one.subjects, one.eligible) for one in found.groups("base", "district")}
    assert districts == {"150122": (2, 1), "150132": (3, 2)}
    groups = {one.group: one.subjects for one in found.groups("base", "group")}
    assert groups == {"1": 4, "2": 1}


def test_two_variants_stand_side_by_side(town: Town) -> None:
    found = simulate(town, CHEAPER, FOR_ALL)
    assert found.variants == ("base", "variant 1", "variant 2")
    assert [found.whole(name).cost_minor for name in found.variants] == [22_000, 24_000, 34_000]


def test_places_are_given_as_an_enrolment_would(town: Town) -> None:
    few = PROGRAMME + (
        "caps: {places: 1}\nrank_by: CASE WHEN household.cse = 'pobre_extremo' THEN 0 ELSE 1 END\n"
    )
    told = simulate(town, few).whole("variant 1")
    assert (told.eligible, told.waiting, told.cost_minor, told.lost) == (1, 2, 6_000, 2)


def test_the_real_run_comes_out_as_simulated(town: Town) -> None:
    told = simulate(town, CHEAPER).whole("variant 1")
    with town.database.transaction(ACTOR) as tx:
        programmes.define_programme(tx, text=CHEAPER)
    judged = town.assess()
    assert (judged.eligible, judged.not_eligible, judged.unknown, judged.total_minor) == (
        told.eligible,
        told.not_eligible,
        told.unknown,
        told.cost_minor,
    )
    assert town.open(judged).total_minor == told.cost_minor


def test_a_simulation_of_a_programme_for_people(town: Town) -> None:
    with town.database.transaction(ACTOR) as tx:
        programmes.define_programme(tx, text=PEOPLE)
        question = Question(as_of=ON, truth=TRUTH, income="person.monthly_income_minor")
        found = programmes.simulate(
            tx, against="pension", texts=[PEOPLE.replace("65\n    sent", "30\n    sent")], question=question
        )
    base, new = found.whole("base"), found.whole("variant 1")
    assert (base.subjects, base.eligible, new.eligible) == (6, 3, 5)
    # Luis gets 15,000 on top of his 10,000.
    assert base.gap_before_minor - base.gap_after_minor == 15_000 + 15_000


def test_nothing_is_recorded(town: Town) -> None:
    simulate(town, CHEAPER)
    simulate(town, CHEAPER)
    with town.database.transaction(ACTOR) as tx:
        for table in ("assessments", "assessment_rows", "enrolments"):
            row = tx.connection.execute(f"SELECT count(*) FROM programmes.{table}".encode()).fetchone()
            assert row == (0,)
        assert programmes.get_programme(tx, code="canasta").version == 1


@pytest.mark.parametrize(
    "asked",
    [
        {"truth": "household.nothing = 1"},
        {"truth": "household.size"},
        {"income": "household.size"},
        {"income": "person.sex"},
        {"by": "(SELECT 1)"},
        {"months": 0},
        {"months": 13},
    ],
)
def test_a_question_that_cannot_be_meant_is_refused(town: Town, asked: dict[str, object]) -> None:
    with pytest.raises(BadQuestion):
        simulate(town, CHEAPER, **asked)


def test_variants_are_one_or_two_and_of_the_same_target(town: Town) -> None:
    for texts in ((), (CHEAPER, CHEAPER, CHEAPER), (PEOPLE,)):
        with pytest.raises(BadQuestion):
            simulate(town, *texts)
    with pytest.raises(BadDefinition):
        simulate(town, "no rules at all")
    with town.database.transaction(ACTOR) as tx, pytest.raises(UnknownProgramme):
        programmes.simulate(tx, against="nothing", texts=[CHEAPER], question=Question(as_of=ON))


def test_a_damaged_fact_stops_it(town: Town, owner: object) -> None:
    owner.execute("ALTER TABLE registry.records DISABLE TRIGGER USER")
    owner.execute('UPDATE registry.records SET facts = facts || \'{"rooms": "many"}\'')
    owner.commit()
    with pytest.raises(CriteriaFailed):
        simulate(town, CHEAPER, truth="household.rooms > 1")


def test_it_is_written_as_csv_and_as_charts(town: Town) -> None:
    found = simulate(town, CHEAPER, FOR_ALL, by="household.cse")
    rows = list(csv.DictReader(io.StringIO(to_csv(found))))
    assert len(rows) == len(found.figures)
    whole = next(row for row in rows if (row["variant"], row["dimension"]) == ("variant 1", "all"))
    assert (whole["cost_minor"], whole["coverage_low"]) == ("24000", "0.6000")
    for chart in CHARTS:
        for dimension in ("district", "group"):
            tree = ElementTree.fromstring(to_svg(found, chart, dimension=dimension))
            texts = [node.text for node in tree.iter("{http://www.w3.org/2000/svg}text")]
            assert "variant 2" in texts
    assert "'=1+1" not in to_csv(found)


# -- the Gini coefficient, against its definition ----------------------------------------------------------


@given(st.lists(st.tuples(st.integers(1, 5), st.integers(0, 10_000)), min_size=1, max_size=12))
def test_the_gini_is_half_the_mean_difference_over_the_mean(rows: list[tuple[int, int]]) -> None:
    heads = [income for people, income in rows for _ in range(people)]
    found = weighted_gini(sorted(rows, key=lambda row: row[1]))
    if sum(heads) == 0:
        assert found is None
        return
    differences = sum(abs(one - other) for one in heads for other in heads)
    expected = Decimal(differences) / (2 * len(heads) * sum(heads))
    assert found is not None
    assert abs(found - expected) <= Decimal("0.0001")
