"""Somebody asks to be erased: nobody finds them, nothing new begins with them, and the books still close."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ayni import identity, payments, programmes, registry, wallet
from ayni.foundation.db import Actor, Database, Tx
from ayni.identity import OfficerRole
from ayni.identity.errors import PersonIsRestricted, UnknownDocument
from ayni.values.ids import show_id
from tests.programmes.town import ACTOR, ON, Town

REASON = "asked for it in writing on 2 June"


@pytest.fixture
def town(own_database: Database, tmp_path: Path) -> Town:
    """Rosa and Luis have been paid."""
    town = Town(own_database, tmp_path)
    cycle = town.approve(town.cycle())
    town.open_wallets(cycle)
    assert town.disburse(cycle).newly == 2
    return town


def as_registrar(town: Town, tx: Tx) -> Tx:
    known = next((one for one in identity.list_officers(tx) if one.login == "ana"), None)
    officer_id = known.id if known else town.officer(tx, "ana", [OfficerRole.REGISTRAR])
    return replace(tx, actor=Actor(show_id("off", officer_id), "test"))


def test_a_person_is_erased_as_far_as_the_law_lets_us(town: Town) -> None:
    luis = town.people["luis"]
    with town.database.transaction(ACTOR) as tx:
        export = identity.export_person(tx, person_id=luis, purpose="asked at the counter")
        assert "Mamani" in str(export)
        identity.privacy.restrict_person(as_registrar(town, tx), person_id=luis, reason=REASON)
    with town.database.transaction(ACTOR) as tx:
        assert identity.find_person(tx, kind="DNI", number="40000002") is None
        with pytest.raises(UnknownDocument):
            identity.get_holder(tx, kind="DNI", number="40000002")
        assert identity.search_people(tx, text="luis mamani soto") == []
        with pytest.raises(PersonIsRestricted):
            identity.reach.add_contact(tx, person_id=luis, phone="987654321", reason="a new number")
        # What is his stays his: the money, and the entry that says where it came from.
        assert wallet.balance(tx, person_id=luis).total_minor == 6_000
        assert payments.trust_balance(tx) == payments.emoney_outstanding(tx)
    # The next assessment does not know him; the others are assessed as before.
    assert town.assess(ON).eligible == 2
    assert town.violations() == []
    with town.database.transaction(ACTOR) as tx:
        identity.privacy.lift_restriction(as_registrar(town, tx), person_id=luis, reason="took it back")
        assert identity.find_person(tx, kind="DNI", number="40000002") is not None
        kinds = [(one.kind, one.purpose) for one in identity.list_reads(tx, person_id=luis)]
    assert ("export", "asked at the counter") in kinds
    assert town.assess(ON).eligible == 3


def test_the_document_of_an_erased_person_is_nobody_elses(town: Town) -> None:
    with town.database.transaction(ACTOR) as tx:
        identity.privacy.restrict_person(as_registrar(town, tx), person_id=town.people["luis"], reason=REASON)
    path = town.folder / "again.csv"
    path.write_text(
        "household_code,relationship,document_kind,document_number,first_surname,given_names\n"
        "1,head,DNI,40000002,Otro,Hombre\n",
        encoding="utf-8",
    )
    report = registry.import_padron(town.database, path=path, source="other", on=ON, actor=ACTOR)
    assert (report.people_added, dict(report.notes)) == (0, {"document_held": 1})
    assert town.violations() == []
    with town.database.transaction(ACTOR) as tx:
        programme = programmes.get_programme(tx, code="canasta")
    assert programme.id == town.programme.id
