"""Promise 6: a change of rule is simulated on the whole registry, and the real run comes out the same."""

from __future__ import annotations

from pathlib import Path

from ayni import programmes, registry
from ayni.app import load_city_profile
from ayni.foundation.db import Database
from ayni.programmes import Question
from ayni.sandbox import city
from tests.programmes.town import ACTOR, ON, PROGRAMME, Town

TRUTH = "household.cse IN ('pobre', 'pobre_extremo')"
WIDER = PROGRAMME.replace("elders_65 > 0", "elders_65 > 0 OR household.size >= 5").replace("6000 +", "5000 +")


def test_a_change_of_rule_is_known_before_it_is_made(own_database: Database, tmp_path: Path) -> None:
    town = Town(own_database, tmp_path, text=PROGRAMME.replace("100000", "90000000"))
    padron = tmp_path / "city.csv"
    city.generate(seed=5, people=2_000, profile=load_city_profile("peru"), out=padron, on=ON)
    registry.import_padron(town.database, path=padron, source="city", on=ON, actor=ACTOR)
    question = Question(as_of=ON, truth=TRUTH, income="person.monthly_income_minor", by="household.size")
    with town.database.transaction(ACTOR) as tx:
        found = programmes.simulate(tx, against="canasta", texts=[WIDER], question=question)
    base, wider = found.whole("base"), found.whole("variant 1")
    # Who gains and who loses, and what it costs.
    assert wider.gained > 0
    assert wider.lowered > 0
    assert wider.cost_minor - base.cost_minor == wider.gained_minor - wider.lost_minor
    # Coverage and leakage, by district too.
    assert wider.exclusion_error <= base.exclusion_error
    districts = found.groups("variant 1", "district")
    assert len(districts) > 20
    assert sum(one.cost_minor for one in districts) == wider.cost_minor
    assert sum(one.poor_eligible for one in found.groups("variant 1", "group")) == wider.poor_eligible
    # The poverty gap closed per sol, and the Gini.
    assert found.gap_per_sol("variant 1") is not None
    before, after = found.gini["variant 1"]
    assert after < before
    # The same code as the real run.
    with town.database.transaction(ACTOR) as tx:
        programmes.define_programme(tx, text=WIDER.replace("100000", "90000000"))
    judged = town.assess()
    assert (judged.eligible, judged.unknown, judged.total_minor) == (
        wider.eligible,
        wider.unknown,
        wider.cost_minor,
    )
