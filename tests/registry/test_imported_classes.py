"""What a padrón says of a household's class, and what an officer evaluates, is one truth."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ayni import registry
from ayni.foundation.db import Actor, Database
from ayni.registry.model import Class, ImportReport

ACTOR = Actor("tester", "test")
ON = date(2025, 6, 2)
HEADER = "household_code,relationship,first_surname,given_names,household.cse,household.cse_on\n"


@pytest.fixture
def imported(own_database: Database, tmp_path: Path) -> Any:
    def run(rows: str, *, source: str = "census") -> ImportReport:
        path = tmp_path / "padron.csv"
        path.write_text(HEADER + rows, encoding="utf-8")
        return registry.import_padron(own_database, path=path, source=source, on=ON, actor=ACTOR)

    return run


def classes(database: Database, code: str) -> list[tuple[str, date, date]]:
    with database.transaction(ACTOR) as tx:
        home = registry.find_household(tx, source="census", code=code)
        assert home is not None
        found: list[Class] = registry.list_classes(tx, household_id=home.id)
    return [(one.word, one.valid_from, one.valid_until) for one in found]


def told_to_rules(database: Database, code: str) -> dict[str, Any]:
    with database.transaction(ACTOR) as tx:
        row = tx.connection.execute(
            "SELECT facts FROM registry_api.households WHERE code = %s", [code]
        ).fetchone()
    assert row is not None
    return dict(row[0])


def test_an_imported_class_holds_for_the_years_of_the_law(imported: Any, own_database: Database) -> None:
    rows = "1,head,Quispe,Rosa,pobre,2024-02-29\n1,child,Quispe,Luz,pobre,2024-02-29\n"
    imported(rows)
    assert classes(own_database, "1") == [("pobre", date(2024, 2, 29), date(2027, 2, 28))]
    imported(rows)
    imported(rows + "2,head,Mamani,Luis,pobre_extremo,2022-07-01\n")
    assert len(classes(own_database, "1")) == 1
    with own_database.transaction(ACTOR) as tx:
        (lapsing,) = registry.list_lapsing_classes(tx, days=60)
    assert (lapsing.word, lapsing.valid_until) == ("pobre_extremo", date(2025, 6, 30))


def test_rules_see_the_newest_evaluation_whoever_made_it(imported: Any, own_database: Database) -> None:
    imported("1,head,Quispe,Rosa,pobre,2022-07-01\n")
    assert told_to_rules(own_database, "1") == {"cse": "pobre", "cse_on": "2022-07-01"}
    with own_database.transaction(ACTOR) as tx:
        home = registry.find_household(tx, source="census", code="1")
        assert home is not None
        registry.classes.classify(
            tx, household_id=home.id, word="pobre_extremo", source="SISFOH", on=date(2025, 4, 1)
        )
    # The list is of a later day than the evaluation, but tells of an older one.
    assert told_to_rules(own_database, "1") == {"cse": "pobre_extremo", "cse_on": "2025-04-01"}


@pytest.mark.parametrize(
    "said",
    ["pobre,", ",2024-01-01", "rich,2024-01-01", "pobre,2019-12-31", "pobre,2025-06-03", "pobre,1900-01-01"],
)
def test_what_is_no_class_of_its_day_stays_a_mere_fact(
    imported: Any, own_database: Database, said: str
) -> None:
    assert imported(f"1,head,Quispe,Rosa,{said}\n").refused == 0
    assert classes(own_database, "1") == []
    assert set(told_to_rules(own_database, "1").values()) == set(filter(None, said.split(",")))


def test_rows_that_disagree_give_a_household_no_class(imported: Any, own_database: Database) -> None:
    report = imported("1,head,Quispe,Rosa,pobre,2024-01-01\n1,child,Quispe,Luz,no_pobre,2024-01-01\n")
    assert report.flagged == 1
    assert classes(own_database, "1") == []
