"""The story of a duplicate at the command line: two lists, one human, a verdict, and its undoing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import typer

from ayni import identity
from ayni.app import WIRING
from ayni.channels.cli import Session
from ayni.foundation.db import SYSTEM
from tests.channels.conftest import Ayni

_HEAD = (
    "household_code,relationship,document_kind,document_number,first_surname,second_surname,given_names,"
    "birth_on"
)
_CENSUS = f"""{_HEAD}
H1,head,DNI,10117410,Huamaní,Quispe,Rosa María,1980-05-04
H1,child,,,Ticona,Huamaní,Luz,2015-05-04
H2,head,,,Condori,Mamani,Juan,1970-01-09
"""
_PARISH = f"""{_HEAD}
P7,head,,,Guamani,Quizpe,Rosa Maria,1980-05-04
P8,head,,,Kondori,Mamani,Juan,1970-01-09
"""


@pytest.fixture(scope="module")
def _prepared() -> list[str]:
    return []


@pytest.fixture
def city(ayni: Ayni, home: Path, tmp_path: Path, _prepared: list[str]) -> Ayni:
    """A home with both lists imported and a registrar, once for this file."""
    if not _prepared:
        with (
            Session(replace(WIRING, environment={"AYNI_HOME": str(home)})).open_database() as database,
            database.transaction(SYSTEM) as tx,
        ):
            ana = identity.register_person(tx, person=identity.NewPerson("Ana"))
            roles = [identity.OfficerRole.REGISTRAR]
            identity.register_officer(tx, login="ana", roles=roles, person_id=ana.id)
        for name, text in (("census", _CENSUS), ("parish", _PARISH)):
            path = tmp_path / f"{name}.csv"
            path.write_text(text, encoding="utf-8")
            answer = ayni("registry", "import", path, "--source", name, "--json")
            assert (answer.status, answer.data["refused"]) == (0, 0), answer
        _prepared.append("done")
    return ayni


def test_a_duplicate_is_found_judged_and_taken_back(city: Ayni) -> None:
    found = city("search", "rosa guamani kispe", "--json")
    one, other = (hit["person"] for hit in found.data["found"])
    assert "10117410" not in found.out
    assert "…410" in city("search", "--document", "DNI:10117410").out
    assert city("search", "--phone", "987654321").out == "Nobody was found.\n"

    listed = city("duplicates", "list", "--json").data
    assert (listed["waiting"], listed["blocking"]) == (2, 2)
    assert {one, other} in [{pair["low_id"], pair["high_id"]} for pair in listed["pairs"]]
    told = city("duplicates", "show", one, other, "--officer", "ana").out
    assert "Rosa María" in told
    assert "Quizpe" in told
    assert "surnames: same" in told

    judged = ("duplicates", "decide", one, other, "--officer", "ana", "--reason", "one DNI")
    same = city(*judged, "--verdict", "same", "--json").data
    assert same["stands_for"] in (one, other)
    assert city(*judged, "--verdict", "different", "--json").code == "already_decided"
    assert f"→ {same['stands_for']}" in city("search", "rosa guamani kispe").out

    taken_back = ("duplicates", "undo", one, other, "--officer", "ana", "--reason", "two people came")
    assert city(*taken_back).out.startswith("The verdict was taken back")
    assert city(*taken_back, "--json").code == "nothing_decided"
    assert "→" not in city("search", "rosa guamani kispe").out
    assert "2 pairs wait" in city("duplicates", "list").out


def test_a_registrar_judges_one_after_the_other(city: Ayni, monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = city("duplicates", "list", "--json").data["waiting"]
    shown = city("duplicates", "review", "--officer", "ana", "--json").data
    assert shown["judged"] == 0
    assert len(shown["next"]["files"]) == 2
    answers = iter(["perhaps", *["different", "two people came"] * waiting])
    monkeypatch.setattr(typer, "prompt", lambda _: next(answers))
    told = city("duplicates", "review", "--officer", "ana").out
    assert "This is none of them." in told
    assert told.endswith(f"{waiting} pairs judged; nothing waits.\n")
    assert city("duplicates", "review", "--officer", "ana", "--json").data["next"] is None


def test_an_officer_puts_two_files_forward(city: Ayni) -> None:
    rosa, juan = (
        city("search", name, "--json").data["found"][0]["person"] for name in ("rosa guamani", "juan condori")
    )
    why = ("--officer", "ana", "--reason", "same face")
    assert city("duplicates", "show", rosa, juan, "--officer", "ana", "--json").code == "unknown_pair"
    put = city("duplicates", "put-forward", rosa, juan, *why, "--json").data
    assert {put["low_id"], put["high_id"]} == {rosa, juan}
    assert city("duplicates", "put-forward", rosa, juan, *why).status == 0
    assert city("duplicates", "put-forward", rosa, rosa, *why, "--json").code == "pair_refused"
    assert city("duplicates", "put-forward", rosa, "x", *why, "--json").code == "bad_person"
    judged = ("duplicates", "decide", rosa, juan, *why, "--verdict", "different", "--json")
    assert city(*judged).status == 0


@pytest.mark.parametrize(
    ("arguments", "status", "code"),
    [
        (("search",), 2, "nothing_to_search"),
        (("search", "rosa", "--phone", "987654321"), 2, "nothing_to_search"),
        (("search", "--document", "DNI"), 2, "invalid_document"),
        (("search", "rosa", "--most", "0"), 2, "nothing_to_search"),
        (("duplicates", "show", "x", "y", "--officer", "ana"), 2, "bad_person"),
        (("duplicates", "review", "--officer", "nobody"), 1, "unknown_officer"),
    ],
)
def test_what_is_not_understood_is_told(city: Ayni, arguments: list[str], status: int, code: str) -> None:
    told = city(*arguments, "--json")
    assert (told.status, told.code) == (status, code)
