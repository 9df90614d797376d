"""People and officers, as an operator types them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ayni.foundation.embedded import EmbeddedServer
from tests.channels.conftest import Ayni

LUZ = "DNI:40000004"
SAMI = "DNI:40000005"


@pytest.fixture
def office(ayni: Ayni, home: Path) -> Iterator[Ayni]:
    """`ayni` on a database of this test's own, with Ana, who is the registrar `ana`, and Luz."""
    server = EmbeddedServer(home / "postgres")
    with server:
        server.drop_database("ayni")
        assert ayni("migrate", "--simulated", "2025-06-02").status == 0
        ana = done(ayni, "person", "register", "--given-names", "Ana", "--first-surname", "Soto")
        done(ayni, "officer", "register", "ana", ana["person"], "--role", "registrar")
        names = ["--given-names", "Luz", "--first-surname", "Choque", "--born", "1980-02-29"]
        more = ["--document", LUZ, "--phone", "987 654 321", "--district", "150132", "--officer", "ana"]
        done(ayni, "person", "register", *names, *more, "--address", "Jr. Los Andes 123", "--synthetic")
        yield ayni


def done(ayni: Ayni, *arguments: str | Path) -> dict[str, Any]:
    answer = ayni(*arguments, "--json")
    assert answer.status == 0, answer.out
    found = answer.data
    assert isinstance(found, dict)
    return found


def refused(ayni: Ayni, *arguments: str | Path) -> str:
    answer = ayni(*arguments, "--json")
    assert answer.status in (1, 2)
    return answer.code


def test_a_file_is_opened_corrected_and_read_as_of_a_day(office: Ayni) -> None:
    why = ["--reason", "typed wrongly", "--source", "DNI seen"]
    done(office, "clock", "set", "2025-06-10")
    done(office, "person", "correct", LUZ, "--second-surname", "Rojas", "--born", "1981-03-01", *why)
    done(office, "person", "correct", LUZ, "--unknown", "birth_on", "--language", "qu", *why)
    assert refused(office, "person", "correct", LUZ, "--unknown", "nickname", *why) == "bad_person"
    assert refused(office, "person", "correct", LUZ, "--language", "qu", *why) == "nothing_to_correct"
    told = office("person", "show", LUZ, "--purpose", "complaint 7", "--officer", "ana", "--on", "2025-06-05")
    assert told.status == 0
    for line in ("Luz Choque Rojas", "DNI 40000004", "Corrected 2025-06-10: typed wrongly", "150132"):
        assert line in told.out
    assert "Telephone +51987654321 since 2025-06-02: verify it" in told.out
    assert "On 2025-06-05: Luz Choque." in told.out
    shown = done(office, "person", "show", LUZ, "--purpose", "complaint 7", "--on", "2025-06-01")
    assert shown["as_of"] == {"day": "2025-06-01"}
    reads = done(office, "person", "reads", LUZ)["reads"]
    assert [str(read["read_by"])[:4] for read in reads] == ["off_", "oper"]
    assert "complaint 7" in office("person", "reads", LUZ).out


def test_telephones_addresses_and_documents_change(office: Ayni) -> None:
    because = ["--reason", "told at the counter"]
    done(office, "person", "contact", "add", LUZ, "912345678", *because)
    done(office, "person", "contact", "verify", LUZ, "912345678", "--officer", "ana")
    done(office, "person", "contact", "used", LUZ, "912345678")
    done(office, "person", "contact", "end", LUZ, "987654321", "--mistaken", *because)
    done(office, "person", "move", LUZ, "--district", "150103", *because)
    done(office, "person", "document", LUZ, "CE:001234567")
    found = done(office, "person", "show", "CE:001234567", "--purpose", "test")
    assert [(one["phone"], one["valid_until"], one["needs_verification"]) for one in found["contacts"]] == [
        ("+51987654321", "2025-06-01", True),
        ("+51912345678", None, False),
    ]
    assert len(found["documents"]) == 2
    because = ["--reason", "it is her sister's", "--officer", "ana"]
    done(office, "person", "withdraw", LUZ, "CE:001234567", *because)
    assert refused(office, "person", "withdraw", LUZ, "CE:001234567", *because) == "unknown_document"
    found = done(office, "person", "show", LUZ, "--purpose", "test")
    assert [one["ends"] for one in found["withdrawn_documents"]] == ["…567"]
    told = office("person", "facts", LUZ, "--purpose", "complaint 7", "--officer", "ana")
    assert (told.status, told.out) == (0, "Nothing is known.\n")
    assert "complaint 7" in office("person", "reads", LUZ).out


def test_somebody_collects_and_consents_and_stops(office: Ayni) -> None:
    done(office, "person", "register", "--given-names", "Sami", "--born", "2020-01-01", "--document", SAMI)
    paper = ["--authority", "birth record", "--number", "77", "--reason", "mother"]
    named = done(office, "person", "represent", "name", SAMI, LUZ, "--as", "guardian", *paper)
    assert named["valid_until"] == "2037-12-31"
    assert "guardian" in office("person", "represent", "list", SAMI).out
    give = ["person", "consent", "give", SAMI, "lending", "--text", "1"]
    assert refused(office, *give) == "not_their_guardian"
    done(office, *give, "--by", LUZ)
    assert "Permits lending" in office("person", "show", SAMI, "--purpose", "test").out
    done(office, "person", "consent", "withdraw", SAMI, "lending", "--reason", "asked")
    done(office, "clock", "set", "2025-06-10")
    number = str(named["number"])
    done(office, "person", "represent", "end", number, "--reason", "court", "--until", "2025-06-09")
    listed = ["person", "represent", "list", SAMI]
    assert done(office, *listed)["representatives"] == []
    assert len(done(office, *listed, "--on", "2025-06-09")["representatives"]) == 1
    assert "Nobody." in office("person", "represent", "list", SAMI).out


def test_a_death_is_recorded_and_reversed(office: Ayni) -> None:
    why = ["--reason", "told by the family", "--source", "certificate"]
    done(office, "person", "death", "record", LUZ, "--on", "2025-05-30", *why)
    assert "Died 2025-05-30." in office("person", "show", LUZ, "--purpose", "test").out
    assert refused(office, "person", "document", LUZ, "CE:001234567") == "person_has_died"
    done(office, "person", "death", "reverse", LUZ, *why)
    done(office, "person", "document", LUZ, "CE:001234567")


def test_a_restricted_file_is_closed_to_all_but_registrar_and_auditor(office: Ayni) -> None:
    by = ["--officer", "ana"]
    person = str(done(office, "person", "restrict", LUZ, "--reason", "asked for erasure", *by)["person"])
    assert refused(office, "person", "show", LUZ, "--purpose", "look") == "unknown_document"
    assert refused(office, "person", "show", person, "--purpose", "look") == "role_not_granted"
    assert refused(office, "person", "reads", LUZ, *by) == "unknown_document"
    assert refused(office, "person", "reads", SAMI, "--reason", "so", *by) == "unknown_document"
    shown = office("person", "show", LUZ, "--purpose", "court order 12", *by)
    assert "The file is restricted" in shown.out
    found = done(office, "person", "reads", LUZ, "--reason", "court order 12", *by)["reads"]
    assert [one["kind"] for one in found] == ["restricted", "file", "restricted"]
    done(office, "person", "restrict", LUZ, "--lift", "--reason", "asked again", *by)
    assert refused(office, "person", "restrict", LUZ, "--lift", "--reason", "again", *by) == "not_restricted"


def test_a_person_is_given_all_that_is_known(office: Ayni, tmp_path: Path) -> None:
    file = tmp_path / "luz.json"
    asked = ["person", "export", LUZ, "--purpose", "asked at the counter", "--out"]
    done(office, *asked, file)
    found = json.loads(file.read_text("utf-8"))
    assert (found["format"], found["identity"]["present"]["given_names"]) == ("ayni.person", "Luz")
    assert file.stat().st_mode & 0o777 == 0o600
    assert refused(office, *asked, file) == "unwritable_file"
    assert refused(office, *asked, tmp_path / "no" / "luz.json") == "unwritable_file"
    other = tmp_path / "nobody.json"
    assert refused(office, "person", "export", SAMI, "--purpose", "x", "--out", other) == "unknown_document"
    assert not other.exists()


def test_officers_are_trusted_disabled_and_listed(office: Ayni) -> None:
    because = ["--reason", "council decision 7"]
    done(office, "officer", "register", "luz", LUZ, "--role", "auditor", "--role", "approver")
    assert done(office, "officer", "revoke", "luz", "auditor", *because)["roles"] == ["approver"]
    done(office, "officer", "grant", "luz", "registrar", *because)
    own = ["officer", "grant", "luz", "auditor", *because, "--officer", "luz"]
    assert refused(office, *own) == "own_case"
    done(office, "officer", "disable", "luz", *because)
    assert refused(office, *own) == "officer_disabled"
    assert "luz" in office("officer", "list").out
    listed = done(office, "officer", "list")["officers"]
    assert [(one["login"], one["disabled"]) for one in listed] == [("ana", False), ("luz", True)]
    assert "approver, registrar" in office("officer", "enable", "luz", *because).out


@pytest.mark.parametrize("who", ["40000004", "per_1", "", "off_01jwrjg5c0fg28yez9t6bb8w38"])
def test_whoever_is_named_in_no_known_way_is_refused(office: Ayni, who: str) -> None:
    assert refused(office, "person", "reads", who) == "bad_person"


def test_a_document_needs_its_kind(office: Ayni) -> None:
    assert refused(office, "person", "document", LUZ, "40000006") == "bad_person"
    assert refused(office, "person", "document", LUZ, "NONE") == "invalid_document"
    assert refused(office, "person", "reads", "DNI:1") == "invalid_document"
