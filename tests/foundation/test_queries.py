"""Named SQL is found in one file or in several, and a name means one statement."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from importlib.resources import files
from pathlib import Path

import pytest

import ayni
from ayni.foundation.queries import load_queries

Module = Callable[[Mapping[str, str]], None]


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Module]:
    """Makes a module of Ayni that is called trial, with these files in its folder sql."""

    def make(sql: Mapping[str, str]) -> None:
        for name, text in {"../__init__.py": "", **sql}.items():
            path = tmp_path / "trial" / "sql" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        monkeypatch.setattr(ayni, "__path__", [*ayni.__path__, str(tmp_path)])

    yield make
    # What was imported from a folder that is gone must not be found again.
    sys.modules.pop("ayni.trial", None)


def test_statements_of_a_file_and_of_a_folder_are_one_set(module: Module) -> None:
    module(
        {
            "queries.sql": "-- name: one\n-- Gives one.\nSELECT 1;\n",
            "queries/more.sql": "-- More of them.\n\n-- name: two\nSELECT 2;\n\n-- name: three\nSELECT 3;\n",
            "queries/notes.txt": "-- name: four\nSELECT 4;\n",
        }
    )
    assert load_queries("trial") == {
        "one": "-- Gives one.\nSELECT 1",
        "two": "SELECT 2",
        "three": "SELECT 3",
    }


def test_a_module_without_sql_has_no_statements(module: Module) -> None:
    module({})
    assert load_queries("trial") == {}
    assert load_queries("no_such_module") == {}


@pytest.mark.parametrize("second", ["queries.sql", "queries/b.sql"])
def test_a_name_stands_once_in_a_module_in_whichever_file(module: Module, second: str) -> None:
    again = "-- name: one\nSELECT 1;\n"
    module({"queries/a.sql": again, second: again})
    with pytest.raises(ValueError, match="two statements are called one"):
        load_queries("trial")


def test_a_statement_before_the_first_name_is_a_mistake(module: Module) -> None:
    module({"queries/a.sql": "-- A heading.\nSELECT 1;\n-- name: one\nSELECT 1;\n"})
    with pytest.raises(ValueError, match=r"trial/sql/queries/a\.sql: a statement before the first name"):
        load_queries("trial")


def test_every_statement_of_the_registry_is_found() -> None:
    folder = files("ayni.registry") / "sql" / "queries"
    named = [
        line.removeprefix("-- name: ")
        for file in folder.iterdir()
        for line in file.read_text("utf-8").splitlines()
        if line.startswith("-- name: ")
    ]
    assert sorted(load_queries("registry")) == sorted(named)
    assert len(named) > 40
