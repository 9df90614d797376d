"""Promise 1, its first half: two lists overlap, and each human is registered, and paid, once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ayni import identity, programmes, registry
from ayni.foundation.audit import list_audit
from ayni.foundation.db import Actor, Database, Tx
from ayni.identity import OfficerRole
from ayni.identity.errors import OwnCase
from ayni.programmes import HeldBack
from ayni.registry import Pair, VerdictKind
from ayni.values.ids import OfficerId, PersonId, show_id
from tests.programmes.town import ACTOR, ON, Town

PARISH = """household_code,relationship,document_kind,document_number,first_surname,second_surname,\
given_names,birth_on,sex,ubigeo,household.cse,household.cse_on
7,head,,,Kispe,Guaman,Rosa,1990-01-01,female,150132,pobre,2024-01-01
7,child,,,Kispe,Flores,Iván,2021-05-05,male,150132,pobre,2024-01-01
8,head,DNI,40000012,Vilca,Ñahui,Elmer,1949-03-03,male,150132,pobre,2024-01-01
9,head,DNI,40000002,Mamani,Soto,Luis,1950-01-01,male,150132,pobre_extremo,2024-01-01
"""


@pytest.fixture
def town(own_database: Database, tmp_path: Path) -> Town:
    """The committee's list is in. Rosa is owed for her child, and Luis for his age."""
    return Town(own_database, tmp_path)


def import_parish(town: Town) -> registry.ImportReport:
    path = town.folder / "parish.csv"
    path.write_text(PARISH, encoding="utf-8")
    return registry.import_padron(town.database, path=path, source="parish", on=ON, actor=ACTOR)


def registrar(town: Town, tx: Tx, login: str, person_id: PersonId | None = None) -> Tx:
    known = next((one for one in identity.list_officers(tx) if one.login == login), None)
    if known is not None:
        officer_id: OfficerId = known.id
    elif person_id is None:
        officer_id = town.officer(tx, login, [OfficerRole.REGISTRAR])
    else:
        officer_id = identity.register_officer(
            tx, login=login, roles=[OfficerRole.REGISTRAR], person_id=person_id
        ).id
    return replace(tx, actor=Actor(show_id("off", officer_id), "test"))


def only_pair(tx: Tx) -> Pair:
    (pair,) = registry.list_pairs(tx)
    return pair


def test_two_lists_become_one_register_and_each_human_is_paid_once(town: Town) -> None:
    # The parish writes Rosa's names as they sound. Luis has his document there: nobody is registered twice
    # under one.
    report = import_parish(town)
    assert (report.people_added, report.refused, dict(report.notes)) == (3, 1, {"document_held": 1})
    again = import_parish(town)
    assert (again.people_added, again.households_added) == (0, 0)
    cycle = town.approve(town.cycle())
    town.open_wallets(cycle)
    # Both of Rosa's households wait; whoever is known for sure is paid.
    waiting = town.disburse(cycle)
    assert waiting.newly == 1
    assert waiting.reasons[HeldBack.WAITS_FOR_ADJUDICATION.sentence] == 2
    with town.database.transaction(ACTOR) as tx:
        pair = only_pair(tx)
        assert town.people["rosa"] in (pair.low_id, pair.high_id)
        with pytest.raises(OwnCase):
            registry.duplicates.decide(
                registrar(town, tx, "rosa", town.people["rosa"]),
                pair=pair,
                verdict=VerdictKind.DIFFERENT,
                reason="it is about myself",
            )
    with town.database.transaction(ACTOR) as tx:
        registry.duplicates.decide(
            registrar(town, tx, "ana"),
            pair=pair,
            verdict=VerdictKind.SAME,
            reason="she came with her document",
            keep=town.people["rosa"],
        )
    paid = town.disburse(cycle)
    assert (paid.newly, paid.reasons.get(HeldBack.SAME_HUMAN.sentence)) == (1, 1)
    with town.database.transaction(ACTOR) as tx:
        for file in (pair.low_id, pair.high_id):
            assert identity.get_canonical_id(tx, person_id=file) == town.people["rosa"]
        found = identity.search_people(tx, text="rosa kispe guaman")
        assert {one.canonical_id for one in found} == {town.people["rosa"]}
        told = [row.action for row in list_audit(tx, subject=show_id("cyc", cycle.id))]
    assert "programmes.pay_batch" in told
    assert town.violations() == []


def test_a_likeness_of_names_keeps_nobody_waiting_for_ever(town: Town) -> None:
    import_parish(town)
    cycle = town.approve(town.cycle())
    town.open_wallets(cycle)
    town.disburse(cycle)
    with town.database.transaction(ACTOR) as tx:
        pair = only_pair(tx)
        registry.duplicates.decide(
            registrar(town, tx, "ana"), pair=pair, verdict=VerdictKind.DIFFERENT, reason="two women came"
        )
    done = town.disburse(cycle)
    # The other Rosa has no document, and so no wallet; what she is owed waits for her.
    assert done.newly == 1
    assert set(done.reasons) == {"The person has no wallet."}
    import_parish(town)
    with town.database.transaction(ACTOR) as tx:
        assert registry.list_pairs(tx) == []
        assert programmes.count_held_back(tx, cycle.id) == {}
    assert town.violations() == []
