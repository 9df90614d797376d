"""Duplicates sought among everybody in the database, and queued: once, with reasons, without names."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import date
from typing import Any

import psycopg
import pytest

from ayni import identity, registry
from ayni.foundation.audit import list_audit
from ayni.foundation.db import Database
from ayni.identity import NewPerson
from ayni.registry.errors import NotEnoughMemory
from tests.conftest import TEST_ACTOR
from tests.registry.linkage.other_city import OtherCity

ROSA = NewPerson(
    given_names="Rosa Elena",
    first_surname="Huamaní",
    second_surname="Quispe",
    birth_on=date(1980, 5, 4),
    sex="female",
    document=("DNI", "40117410"),
    phone="987654321",
    district_code="150110",
)
AGAIN = replace(ROSA, given_names="Rosa", first_surname="Guamani", second_surname="Quizpe", document=None)
SISTER = replace(ROSA, given_names="Rosa Milagros", birth_on=date(1983, 8, 9), document=("DNI", "42117893"))


def _register(database: Database, *people: NewPerson) -> list[Any]:
    with database.transaction(TEST_ACTOR) as tx:
        return [identity.register_person(tx, person=person).id for person in people]


def _pairs(owner: psycopg.Connection) -> list[tuple[Any, ...]]:
    return owner.execute(
        "SELECT low_id, high_id, score_per_mille, evidence, found_by, model, blocks FROM registry.pairs"
    ).fetchall()


def test_a_person_registered_twice_is_queued_with_what_speaks_for_it(
    own_database: Database, owner: psycopg.Connection
) -> None:
    one, other, _sister = _register(own_database, ROSA, AGAIN, SISTER)
    found = registry.find_duplicates(own_database, actor=TEST_ACTOR)
    assert (found.people, found.pairs, found.added, found.likely, dict(found.left_out)) == (3, 1, 1, 1, {})
    ((low, high, score, evidence, found_by, model, blocks),) = _pairs(owner)
    assert (low, high) == (min(one, other), max(one, other))
    assert score >= 900
    assert (found_by, model, blocks) == ("linkage", "residents-2", True)
    assert {field: words.partition(" (")[0] for field, words in evidence.items() if field != "weight"} == {
        "surnames": "the same surnames",
        "given": "one given name is missing or an initial, the others are the same",
        "birth": "born on the same day",
        "sex": "the same sex",
        "contact": "the same telephone or address",
        "district": "the same district",
    }
    assert evidence["birth"].startswith("born on the same day (+")


def test_neither_evidence_nor_audit_repeats_what_a_file_holds(
    own_database: Database, owner: psycopg.Connection
) -> None:
    _register(own_database, ROSA, AGAIN)
    registry.find_duplicates(own_database, actor=TEST_ACTOR)
    with own_database.transaction(TEST_ACTOR) as tx:
        (deed,) = list_audit(tx, subject="everybody")
    assert deed.details == {"people": 2, "pairs": 1, "added": 1, "likely": 1}
    told = json.dumps([evidence for _, _, _, evidence, *_ in _pairs(owner)]).lower()
    for secret in ("rosa", "guamani", "quispe", "1980", "40117410", "987654321"):
        assert secret not in told


def test_a_pair_found_again_stays_as_it_was(own_database: Database, owner: psycopg.Connection) -> None:
    low, high = sorted(_register(own_database, ROSA, AGAIN))
    registry.find_duplicates(own_database)
    before = _pairs(owner)
    owner.execute(
        "INSERT INTO registry.verdicts (low_id, high_id, verdict, reason, decided_by, decided_at)"
        " VALUES (%s, %s, 'different', 'cousins', 'officer', now())",
        (low, high),
    )
    again = registry.find_duplicates(own_database)
    assert (again.pairs, again.added) == (1, 0)
    assert _pairs(owner) == before
    assert owner.execute("SELECT count(*) FROM registry.open_pairs").fetchone() == (0,)


def test_after_a_kill_the_same_search_queues_what_is_missing(
    own_database: Database, owner: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = OtherCity(41).build(families=120, again=20)
    # Their documents are made up and would be refused: here they have none.
    _register(
        own_database,
        *(
            NewPerson(
                given_names=row.given_names,
                first_surname=row.first_surname,
                second_surname=row.second_surname,
                birth_on=row.birth_on,
                birth_estimated=row.birth_estimated,
                sex=row.sex,
                district_code=row.district_code,
            )
            for row in rows
        ),
    )
    monkeypatch.setattr("ayni.registry.linkage.find._BATCH", 5)

    def stop(phase: str, done: int) -> None:
        if phase == "writing" and done == 10:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        registry.find_duplicates(own_database, progress=stop)
    assert len(_pairs(owner)) == 10
    found = registry.find_duplicates(own_database)
    assert found.pairs > 20
    assert found.added == found.pairs - 10
    assert len(_pairs(owner)) == found.pairs


def test_brothers_and_sisters_of_one_household_are_told_apart(
    own_database: Database, owner: psycopg.Connection
) -> None:
    luz = replace(ROSA, given_names="Luz", document=None)
    people = _register(own_database, ROSA, SISTER, luz)
    with own_database.transaction(TEST_ACTOR) as tx:
        home = registry.register_household(tx, source="test", code="H1").id
        for person, role in zip(people, ("head", "sibling", "sibling"), strict=True):
            registry.add_member(
                tx, household_id=home, person_id=person, role=registry.Role(role), on=date(2025, 1, 1)
            )
    assert registry.find_duplicates(own_database).pairs == 0


def test_somebody_whose_file_is_part_of_another_is_not_compared(
    own_database: Database, owner: psycopg.Connection
) -> None:
    kept, merged = _register(own_database, ROSA, AGAIN)
    owner.execute(
        "INSERT INTO identity.merges (kept_id, merged_id, reason, decided_by, decided_at)"
        " VALUES (%s, %s, 'one human', 'officer', now())",
        (kept, merged),
    )
    assert registry.find_duplicates(own_database).people == 1


def test_nobody_at_all_is_searched_without_complaint(own_database: Database) -> None:
    found = registry.find_duplicates(own_database)
    assert (found.people, found.compared, found.pairs) == (0, 0, 0)


def test_names_of_one_letter_and_of_two_hundred_are_compared(
    own_database: Database, owner: psycopg.Connection
) -> None:
    odd = NewPerson(
        given_names="O'Hara Ñ",
        first_surname="X" * 200,
        birth_on=date(2000, 2, 29),
        sex="female",
        phone="+51987654321",
        district_code="150132",
    )
    people = _register(own_database, odd, odd)
    people += _register(own_database, NewPerson(given_names="Q"), NewPerson(given_names="Q"))
    found = registry.find_duplicates(own_database)
    assert (found.people, found.pairs) == (4, 1)
    assert {row[0] for row in _pairs(owner)} | {row[1] for row in _pairs(owner)} == set(people[:2])


def test_too_little_memory_is_a_refusal_and_adds_nothing(
    own_database: Database, owner: psycopg.Connection
) -> None:
    _register(own_database, ROSA, AGAIN)
    with pytest.raises(NotEnoughMemory) as refusal:
        registry.find_duplicates(own_database, memory_mib=1)
    assert refusal.value.numbers == {"memory_mib": 1}
    assert _pairs(owner) == []


WITHOUT = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"duckdb", "splink"}:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Absent())
import ayni.app
from ayni import registry
from ayni.registry.errors import LinkageNotInstalled
try:
    registry.find_duplicates(None)
except LinkageNotInstalled as refusal:
    print(refusal.code, "uv sync --group linkage" in refusal.sentence)
"""


def test_without_the_optional_group_everything_loads_and_the_search_says_what_to_install() -> None:
    told = subprocess.run(
        [sys.executable, "-c", WITHOUT], capture_output=True, text=True, check=True, env={**os.environ}
    )
    assert told.stdout.split() == ["linkage_not_installed", "True"]
