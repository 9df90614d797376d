"""Before a cycle is approved its officer sees what differs from the one before: in, out, amounts, and why."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from ayni import programmes, registry
from ayni.foundation.db import Database
from ayni.programmes import Cycle, EnrolmentState
from ayni.programmes.errors import CycleExists, CycleOverCap, NoSuchParent, PeriodUnknown
from ayni.programmes.model import Change
from tests.programmes.town import ACTOR, ON, PADRON, PROGRAMME, Town

NEXT = date(2025, 7, 2)


@pytest.fixture
def town(own_database: Database, tmp_path: Path) -> Town:
    return Town(own_database, tmp_path)


def paid(town: Town, name: str = "2025-06") -> Cycle:
    cycle = town.approve(town.cycle(name))
    town.open_wallets(cycle)
    town.disburse(cycle)
    return cycle


def go_to(town: Town, on: date) -> None:
    with town.database.transaction(ACTOR) as tx:
        days = (on - tx.today).days
        tx.connection.execute("SELECT foundation.set_clock(%s)", [tx.now + timedelta(days=days)])


def tell(town: Town, padron: str, on: date = NEXT) -> None:
    """The list of another day."""
    path = town.folder / f"{on}.csv"
    path.write_text(padron, encoding="utf-8")
    registry.import_padron(town.database, path=path, source="test", on=on, actor=ACTOR)


def household(town: Town, code: str) -> object:
    with town.database.transaction(ACTOR) as tx:
        found = registry.find_household(tx, source="test", code=code)
    assert found is not None
    return found.id


def changes(town: Town, cycle: Cycle) -> dict[object, Change]:
    with town.database.transaction(ACTOR) as tx:
        return {one.subject_id: one for one in programmes.list_changes(tx, cycle.id)}


def test_the_first_cycle_has_nothing_to_compare_with(town: Town) -> None:
    cycle = town.cycle()
    with town.database.transaction(ACTOR) as tx:
        diff = programmes.get_diff(tx, cycle.id)
    assert (diff.previous, diff.counts) == (None, ())


def test_the_same_people_again_are_no_difference(town: Town) -> None:
    before = paid(town)
    go_to(town, NEXT)
    after = town.open(town.assess(NEXT), "2025-07")
    with town.database.transaction(ACTOR) as tx:
        diff = programmes.get_diff(tx, after.id)
    assert (diff.previous, diff.counts, diff.warnings) == (before.id, (), ())


def test_each_difference_has_its_reason(town: Town) -> None:
    before = paid(town)
    go_to(town, NEXT)
    padron = PADRON.replace(
        "H2,head,DNI,40000002,Mamani,Soto,Luis,1950-01-01,male,150132,yes,pobre_extremo",
        "H2,head,DNI,40000002,Mamani,Soto,Luis,1950-01-01,male,150132,yes,no_pobre",
    ).replace(
        "H4,head,DNI,40000004,Condori,Apaza,José,1945-01-01,male,150132,yes,,",
        "H4,head,DNI,40000004,Condori,Apaza,José,1945-01-01,male,150132,yes,pobre,2025-06-30",
    )
    padron += (
        "H1,child,,,Quispe,Flores,Sol,2025-06-20,female,150132,yes,pobre,2024-01-01\n"
        "H6,head,DNI,40000006,Poma,Lazo,Inés,1940-03-01,female,150132,yes,pobre,2024-01-01\n"
    )
    tell(town, padron.replace("pobre,2024-01-01", "pobre,2025-06-30"))
    with town.database.transaction(ACTOR) as tx:
        programmes.change_enrolment(
            tx,
            programme="canasta",
            subject_id=household(town, "H5"),
            state=EnrolmentState.PAUSED,
            reason="she is in hospital",
        )
    after = town.open(town.assess(NEXT), "2025-07")
    found = changes(town, after)
    assert len(found) == 5
    grown = found[household(town, "H1")]
    assert (grown.change, grown.before_minor, grown.after_minor, grown.reason) == (
        "amount",
        10_000,
        14_000,
        "facts",
    )
    assert grown.details["facts"]["household.children_under_6"] == [1, 2]
    gone = found[household(town, "H2")]
    assert (gone.change, gone.reason, gone.details["unmet"]) == ("out", "meets_no_longer", ["poor"])
    known = found[household(town, "H4")]
    assert (known.change, known.reason, known.details["was_unknown"]) == ("in", "meets_now", ["poor"])
    paused = found[household(town, "H5")]
    assert (paused.change, paused.reason, paused.details["why"]) == ("out", "paused", "she is in hospital")
    new = found[household(town, "H6")]
    assert (new.change, new.reason) == ("in", "new_in_registry")
    with town.database.transaction(ACTOR) as tx:
        diff = programmes.get_diff(tx, after.id)
    assert diff.previous == before.id
    assert {(one.change, one.reason, one.count) for one in diff.counts} == {
        ("amount", "facts", 1),
        ("out", "meets_no_longer", 1),
        ("out", "paused", 1),
        ("in", "meets_now", 1),
        ("in", "new_in_registry", 1),
    }
    (large,) = (one for one in diff.warnings if one.code == "large_change")
    assert large.numbers == {"came_in": 2, "went_out": 2, "before": 3}


def test_another_formula_is_the_reason_when_the_facts_are_the_same(town: Town) -> None:
    paid(town)
    go_to(town, NEXT)
    with town.database.transaction(ACTOR) as tx:
        programmes.define_programme(tx, text=PROGRAMME.replace("6000", "7000"))
    after = town.open(town.assess(NEXT), "2025-07")
    assert {one.reason for one in changes(town, after).values()} == {"formula"}


def test_edits_of_the_registry_after_the_selection_change_no_amount(town: Town) -> None:
    """As openspp-modules #626 reports: what was frozen is paid."""
    assessment = town.assess()
    tell(town, PADRON + "H1,child,,,Quispe,Flores,Sol,2025-05-20,female,150132,yes,pobre,2024-01-01\n", ON)
    cycle = town.approve(town.open(assessment))
    assert cycle.total_minor == 22_000
    town.open_wallets(cycle)
    assert town.disburse(cycle).paid_minor == 16_000


# -- periods ---------------------------------------------------------------------------------------------

CALENDAR = """calendar:
  - {name: junio, first_on: 2025-06-01, last_on: 2025-06-30, pays_on: 2025-06-05}
  - {name: julio, first_on: 2025-07-01, last_on: 2025-07-31, pays_on: 2025-07-04}
"""


def test_no_day_is_paid_for_twice_whatever_the_cycles_are_called(town: Town) -> None:
    paid(town)
    with pytest.raises(CycleExists):
        town.cycle("mid-year")
    assert town.cycle("2025-07").first_on == date(2025, 7, 1)


def test_a_cycle_is_called_as_in_the_calendar(own_database: Database, tmp_path: Path) -> None:
    town = Town(own_database, tmp_path, text=PROGRAMME + CALENDAR)
    with pytest.raises(PeriodUnknown, match="junio, julio"):
        town.cycle("2025-06")
    cycle = town.cycle("junio")
    assert (cycle.first_on, cycle.last_on) == (date(2025, 6, 1), date(2025, 6, 30))


def test_a_cycle_keeps_to_its_cap(own_database: Database, tmp_path: Path) -> None:
    town = Town(own_database, tmp_path, text=PROGRAMME + "caps: {cycle_minor: 21999}\n")
    with pytest.raises(CycleOverCap):
        town.cycle()


def test_an_entitlement_keeps_to_its_cap(own_database: Database, tmp_path: Path) -> None:
    town = Town(own_database, tmp_path, text=PROGRAMME + "caps: {amount_minor: 8000}\n")
    assert town.cycle().total_minor == 8_000 + 6_000 + 6_000


# -- more for some, and those who were left out ------------------------------------------------------------


def test_a_top_up_gives_more_to_everybody_of_a_cycle(town: Town) -> None:
    parent = paid(town)
    with town.database.transaction(ACTOR) as tx:
        top_up = programmes.cycles.open_top_up(
            tx, parent_id=parent.id, amount_minor=500, name="gas", officer_id=town.maker
        )
    assert (top_up.entitlements, top_up.total_minor) == (3, 1_500)
    town.approve(top_up)
    assert town.disburse(top_up).newly == 2
    assert town.violations() == []


def test_a_follow_up_pays_only_whom_the_cycle_left_out(town: Town) -> None:
    parent = paid(town)
    padron = PADRON.replace(
        "H4,head,DNI,40000004,Condori,Apaza,José,1945-01-01,male,150132,yes,,",
        "H4,head,DNI,40000004,Condori,Apaza,José,1945-01-01,male,150132,yes,pobre,2025-06-01",
    )
    tell(town, padron, ON)
    assessment = town.assess()
    with town.database.transaction(ACTOR) as tx:
        follow_up = programmes.cycles.open_follow_up(
            tx, parent_id=parent.id, assessment_id=assessment.id, name="late", officer_id=town.maker
        )
    assert (follow_up.entitlements, follow_up.total_minor) == (1, 6_000)
    town.approve(follow_up)
    town.open_wallets(follow_up)
    assert town.disburse(follow_up).newly == 1
    again = town.assess()
    with town.database.transaction(ACTOR) as tx, pytest.raises(programmes.errors.NobodyToPay):
        programmes.cycles.open_follow_up(
            tx, parent_id=parent.id, assessment_id=again.id, name="later", officer_id=town.maker
        )
    assert town.violations() == []


def test_only_an_approved_regular_cycle_is_followed(town: Town) -> None:
    cycle = town.cycle()
    with town.database.transaction(ACTOR) as tx, pytest.raises(NoSuchParent):
        programmes.cycles.open_top_up(
            tx, parent_id=cycle.id, amount_minor=500, name="gas", officer_id=town.maker
        )
