"""Households from the command line: two lists, a move, a new head, a flag, a class."""

from __future__ import annotations

from pathlib import Path

from tests.channels.conftest import Ayni

_LIST = """household_code,relationship,document_kind,document_number,first_surname,given_names,birth_on
H1,head,DNI,10117410,Quispe,Rosa,1980-05-04
H1,child,DNI,40000004,Quispe,Luz,1979-01-31
H2,head,,,Apaza,Ana,1960-01-01
"""


def test_households_are_moved_headed_split_joined_and_classified(ayni: Ayni, tmp_path: Path) -> None:
    path = tmp_path / "padron.csv"
    path.write_text(_LIST, encoding="utf-8")
    assert ayni("migrate", "--simulated", "2025-06-02", "--json").status == 0
    assert ayni("registry", "import", path, "--source", "census", "--on", "2025-06-01").status == 0
    shown = ayni("household", "show", "census/H1", "--json").data
    assert (shown["flags"], len(shown["members"]), shown["class"]) == (["ages_contradict"], 2, None)
    why = ("--reason", "as the family told us")
    for command in (
        ("move", "DNI:40000004", "census/H2", "--role", "other_relative"),
        ("head", "census/H2", "DNI:40000004", "--member", f"{_head(ayni)}=parent"),
        ("move", "DNI:10117410", "census/H2", "--role", "sibling"),
        ("split", "census/H2", "--member", "DNI:10117410=head", "--source", "desk", "--code", "7"),
        ("join", "desk/7", "census/H2", "--member", "DNI:10117410=sibling"),
    ):
        told = ayni("household", *command, *why, "--json")
        assert told.status == 0, told.out
    assert ayni("household", "show", "census/H1", "--json").data["members"] == []
    members = ayni("household", "show", "census/H2", "--json").data["members"]
    assert [one["role"] for one in members] == ["head", "parent", "sibling"]
    told = ayni("household", "classify", "census/H2", "pobre", "--source", "SISFOH", "--on", "2022-06-10")
    assert told.out.strip() == "Class pobre holds until 2025-06-09."
    [lapsing] = ayni("household", "lapsing", "--days", "30", "--json").data["classes"]
    assert (lapsing["valid_until"], lapsing["warned_on"]) == ("2025-06-09", None)
    assert ayni("jobs", "run", "registry.warn_of_lapsing_classes").status == 0
    assert "waits already" in ayni("jobs", "run", "registry.warn_of_lapsing_classes").out
    assert ayni("jobs", "run", "nothing.at_all", "--json").code == "unknown_job"
    assert "registry.warn_of_lapsing_classes" in ayni("jobs", "kinds").out
    assert ayni("worker", "--once").status == 0
    [lapsing] = ayni("household", "lapsing", "--days", "30", "--json").data["classes"]
    assert lapsing["warned_on"] == "2025-06-02"
    assert ayni("household", "facts", "census/H2").out == "Nothing is known.\n"
    path.write_text(
        "household_code,relationship,first_surname,given_names,household.water\nH3,head,Soto,Eva,none\n",
        "utf-8",
    )
    assert ayni("registry", "import", path, "--source", "census", "--on", "2025-06-01").status == 0
    [fact] = ayni("household", "facts", "census/H3", "--name", "water", "--json").data["facts"]
    assert fact == {"observed_on": "2025-06-01", "source": "census", "fact": "water", "value": "none"}
    assert "none" in ayni("household", "facts", "census/H3").out


def _head(ayni: Ayni) -> str:
    found = ayni("household", "show", "census/H2", "--json").data["members"]
    return str(next(one["person"] for one in found if one["role"] == "head"))


def test_what_names_no_household_is_told(ayni: Ayni) -> None:
    ayni("migrate", "--simulated", "2025-06-02", "--json")
    assert ayni("household", "show", "H1", "--json").code == "bad_household"
    assert ayni("household", "show", "census/nowhere", "--json").code == "unknown_household"
    told = ayni("household", "join", "a/b", "census/H2", "--member", "somebody", "--reason", "r", "--json")
    assert told.status in (1, 2)
