"""What a person is given who asks for their data: all of it, and nobody else's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ayni import app, identity
from ayni.foundation import audit
from ayni.foundation.db import Tx
from ayni.identity import OfficerRole, RepresentativeKind, lives, privacy, reach, rights
from ayni.identity.operations import export
from ayni.sandbox.identity_register import SandboxIdentityRegister
from ayni.values.ids import show_id
from tests.identity.cast import PAPER, PHONE, Office, merge, officer, open_office, register

EXPORT_DOCUMENT = Path(__file__).parents[2] / "docs" / "concepts" / "person-export.md"


@pytest.fixture
def office(tx: Tx) -> Office:
    return open_office(tx)


def _keys(found: Any, path: str = "") -> Iterator[str]:
    if isinstance(found, dict):
        for name, value in found.items():
            yield from _keys(value, f"{path}.{name}" if path else name)
    elif isinstance(found, list) and found:
        for row in found:
            yield from _keys(row, path)
    else:
        yield path


def everything(tx: Tx, office: Office) -> dict[str, Any]:
    """An export of somebody of whom there is something to say under every heading."""
    rosa, who = office.rosa.id, {"reason": "so", "source": "DNI"}
    child = register(tx, "Sami", date(2020, 1, 1))
    lives.correct_person(tx, person_id=rosa, particulars={"sex": "female", "language": "qu"}, **who)
    lives.record_death(tx, person_id=rosa, died_on=tx.today, **who)
    lives.reverse_death(tx, person_id=rosa, **who)
    reach.verify_contact(tx, person_id=rosa, phone=PHONE)
    identity.verify_documents(tx, SandboxIdentityRegister(), person_ids=[rosa])
    identity.add_document(tx, person_id=rosa, kind="CE", number="001234567")
    lives.withdraw_document(tx, person_id=rosa, kind="CE", number="001234567", reason="her sister's")
    rights.give_consent(tx, person_id=rosa, purpose="lending", text_version="1")
    for person_id, other, kind in (
        (rosa, register(tx).id, RepresentativeKind.PRIMARY_COLLECTOR),
        (child.id, rosa, RepresentativeKind.GUARDIAN),
    ):
        rights.name_representative(
            tx, person_id=person_id, representative_id=other, kind=kind, authority=PAPER, reason="so"
        )
    officer(tx, "rosa", OfficerRole.APPROVER, person=office.rosa)
    merge(tx, kept=register(tx, "Rosita"), merged=office.rosa)
    privacy.open_file(office.approver, person_id=rosa, purpose="complaint 7")
    office.restrict()
    privacy.lift_restriction(office.registrar, person_id=rosa, reason="mistake")
    return identity.export_person(tx, person_id=rosa, purpose="asked at the counter")


def test_an_export_is_complete_plain_and_as_it_is_documented(office: Office) -> None:
    app.register()
    found = everything(office.tx, office)
    assert json.loads(json.dumps(found, ensure_ascii=False)) == found
    mine = found["identity"]
    assert found["person"] == show_id("per", office.rosa.id)
    empty = [name for name, part in mine.items() if not part]
    assert empty == []
    assert [read["kind"] for read in mine["reads"]] == ["file", "export"]
    assert mine["deeds"][-1]["action"] == "identity.export"
    text = EXPORT_DOCUMENT.read_text("utf-8")
    keys = {
        key for key in _keys(found["identity"], "identity") if ".details." not in key and ".facts." not in key
    }
    keys = {key.removesuffix(".details") for key in keys} | (set(found) - {"identity"})
    assert [key for key in sorted(keys) if f"`{key.rpartition('.')[2]}`" not in text] == []


def test_an_export_gives_everything_that_every_table_knows_of_the_person(office: Office) -> None:
    """Each table of identity that names a person is asked, also the ones that come later."""
    found = everything(office.tx, office)["identity"]
    told = {
        "people": "particulars",
        "corrections": "particulars",
        "documents": "documents",
        "withdrawn_documents": "withdrawn_documents",
        "verifications": "verifications",
        "contacts": "contacts",
        "contact_proofs": "contacts",
        "addresses": "addresses",
        "representatives": "representatives",
        "consents": "consents",
        "deaths": "deaths",
        "restrictions": "restrictions",
        "reads": "reads",
        "officers": "accounts",
        "officer_roles": "accounts",
        "disabled_accounts": "accounts",
        "merges": "other_files",
    }
    # Made of what the others say, and of nobody.
    derived = {"name_keys", "searches"}
    rows = office.tx.connection.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'identity'"
    ).fetchall()
    assert {row[0] for row in rows} - derived == set(told)
    assert set(told.values()) <= set(found)


def test_an_export_tells_of_others_only_what_recognises_them(office: Office) -> None:
    found = everything(office.tx, office)
    (collector,) = found["identity"]["representatives"]
    (child,) = found["identity"]["represents"]
    assert (collector["other"], child["other"]) == ("Luz C.", "Sami C.")
    assert "Choque" not in json.dumps(found, ensure_ascii=False)


def test_another_module_adds_its_part(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "_PARTS", {})
    for _ in range(2):
        identity.register_export_part(
            "library", lambda tx, *, person_id: {"books": [show_id("per", person_id)]}
        )
    found = identity.export_person(office.tx, person_id=office.rosa.id, purpose="asked")
    assert found["library"] == {"books": [show_id("per", office.rosa.id)]}
    with pytest.raises(ValueError, match="field of the export itself"):
        identity.register_export_part("person", lambda tx, *, person_id: {})


def test_an_export_is_a_deed_and_a_read(office: Office) -> None:
    identity.export_person(office.approver, person_id=office.rosa.id, purpose="asked at the counter")
    (read,) = identity.list_reads(office.tx, person_id=office.rosa.id)
    assert (read.kind, read.purpose) == ("export", "asked at the counter")
    rows = audit.list_audit(office.tx, subject=show_id("per", office.rosa.id))
    assert rows[-1].action == "identity.export"
