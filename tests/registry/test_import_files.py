"""The list as a file: a workbook says what the same CSV says; a bad place for the report is told first."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from ayni import registry
from ayni.foundation.db import Database
from ayni.foundation.tabular import (
    DuplicateColumns,
    EmptyTable,
    MissingColumns,
    TableNotOpened,
    Undecodable,
    UnusableTable,
)
from ayni.registry import errors
from tests.registry.conftest import COLUMNS, HEAD, ON, Import, Padron, notes, person
from tests.registry.told import told

Write = Callable[[Sequence[dict[str, object]]], Path]

TYPED: list[dict[str, object]] = [
    {
        **HEAD,
        "household_code": 4711,
        "document_number": 10117410,
        "birth_on": datetime(1980, 5, 4, 0, 0),  # noqa: DTZ001 - a workbook knows no zones
        "birth_estimated": False,
        "ubigeo": 150110,
        "phone": 987654321.0,
        "person.education_years": 11.0,
        "person.monthly_income_minor": 95050,
        "person.pregnant": True,
        "household.cse_on": date(2025, 1, 31),
        "household.rooms": 3,
    },
    {
        **person("4711", "child", "Luz / Huamán / Quispe", sex="female"),
        "birth_on": date(2020, 1, 31),
        "ubigeo": "150110",
        "household.rooms": "3",
        "household.cse_on": "2025-01-31",
    },
    {**person("4712", "head", "Ana / Choque / Apaza"), "birth_on": "31/01/1990"},
]
AS_TEXT = [
    {**HEAD, "household_code": "4711", "birth_estimated": "no", "person.education_years": "11"}
    | {"person.monthly_income_minor": "95050", "person.pregnant": "yes", "household.cse_on": "2025-01-31"}
    | {"household.rooms": "3"},
    person("4711", "child", "Luz / Huamán / Quispe", birth_on="2020-01-31", sex="female", ubigeo="150110")
    | {"household.rooms": "3", "household.cse_on": "2025-01-31"},
    person("4712", "head", "Ana / Choque / Apaza", birth_on="31/01/1990"),
]


@pytest.fixture
def workbook(tmp_path: Path) -> Write:
    """Writes rows to a workbook, each value as a cell of its own type."""

    def write(rows: Sequence[dict[str, object]]) -> Path:
        columns = [*COLUMNS, *sorted({column for row in rows for column in row} - {*COLUMNS})]
        book = openpyxl.Workbook()
        assert book.active is not None
        book.active.append(columns)
        for row in rows:
            book.active.append([row.get(column) for column in columns])
        book.save(tmp_path / "padron.xlsx")
        return tmp_path / "padron.xlsx"

    return write


def load_file(database: Database, path: Path, **more: Path) -> registry.ImportReport:
    return registry.import_padron(database, path=path, source="city", on=ON, **more)


def test_a_workbook_with_typed_cells_says_what_the_csv_says(
    new_database: Callable[[], Database], padron: Padron, workbook: Write
) -> None:
    one, other = new_database(), new_database()
    by_csv, by_sheet = load_file(one, padron(AS_TEXT)), load_file(other, workbook(TYPED))
    assert (by_csv.people_added, by_csv.notes) == (2, {"not_a_day": 1})
    assert (by_sheet.people_added, by_sheet.notes) == (by_csv.people_added, by_csv.notes)
    assert notes(by_sheet) == notes(by_csv)
    assert told(other) == told(one)
    # To the registry they are one list, whichever program wrote it.
    again = load_file(one, workbook(TYPED))
    assert (again.people_added, again.updated, again.unchanged, again.refused) == (0, 0, 2, 1)


def test_a_workbook_with_nothing_or_only_a_header(
    own_database: Database, workbook: Write, tmp_path: Path
) -> None:
    openpyxl.Workbook().save(tmp_path / "empty.xlsx")
    with pytest.raises(EmptyTable):
        load_file(own_database, tmp_path / "empty.xlsx")
    assert load_file(own_database, workbook([])).rows_read == 0


def test_a_list_with_only_a_header_is_a_list_of_nobody(load: Import) -> None:
    report = load([])
    assert (report.rows_read, report.people_added, report.refused, notes(report)) == (0, 0, 0, [])


HEADER = ",".join(COLUMNS)
BAD_FILES = [
    (b"", EmptyTable),
    (b"PK\x03\x04 and then nothing", UnusableTable),
    (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)) * 40, UnusableTable),
    (b"household_code,relationship\nH1,head\n", MissingColumns),
    (f"{HEADER},phone\n".encode(), DuplicateColumns),
    (f"{HEADER}\n".encode() + "H1,head,,,Muñoz,,Ñusta\n".encode() + b"\xff\xfe\n", Undecodable),
    (f"{HEADER},shoe_size\n".encode(), errors.UnknownColumns),
    (f"{HEADER},".encode() + ",".join(f"q{n}" for n in range(3000)).encode() + b"\n", errors.UnknownColumns),
    (f'"{HEADER}\n'.encode(), UnusableTable),
]


@pytest.mark.parametrize(("content", "refusal"), BAD_FILES)
def test_a_bad_file_leaves_no_trace(
    own_database: Database, tmp_path: Path, content: bytes, refusal: type[Exception]
) -> None:
    before = told(own_database)
    path = tmp_path / "padron.csv"
    path.write_bytes(content)
    with pytest.raises(refusal) as refused:
        load_file(own_database, path)
    assert len(str(refused.value)) < 1000
    assert told(own_database) == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["padron.csv"]
    with own_database.transaction() as tx:
        assert tx.connection.execute("SELECT count(*) FROM registry.imports").fetchone() == (0,)


@pytest.mark.parametrize(
    ("encoding", "sign", "end"),
    [
        *(("utf-8", ";", "\r\n"), ("utf-8-sig", ",", "\r"), ("utf-16", "\t", "\r\n")),
        *(("utf-16-le", ",", "\n"), ("latin-1", ";", "\r\n")),
    ],
    ids=["semicolons", "mark and CR", "UTF-16 and tabs", "UTF-16 without its mark", "Latin-1"],
)
def test_a_list_is_the_same_list_in_every_usual_dress(
    own_database: Database, tmp_path: Path, encoding: str, sign: str, end: str
) -> None:
    rows = [
        ("household_code", "relationship", "first_surname", "given_names"),
        ("H1", "head", "Muñoz", "Ñusta"),
    ]
    path = tmp_path / "padron.csv"
    path.write_bytes(end.join([*(sign.join(row) for row in rows), ""]).encode(encoding))
    assert load_file(own_database, path).people_added == 1
    [member] = told(own_database)["members"]
    assert {"Muñoz", "Ñusta"} < {*member[:6]}


# The report


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    os.mkfifo(tmp_path / "pipe")
    return tmp_path / "pipe"


@pytest.fixture
def places(tmp_path: Path, pipe: Path) -> dict[str, Path]:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("x")
    return {
        "no folder": tmp_path / "no" / "such" / "report.csv",
        "a folder": tmp_path / "folder",
        "a file as a folder": tmp_path / "file" / "report.csv",
        "read-only": Path("/proc/report.csv"),
        "a pipe": pipe,
        "the list itself": tmp_path / "padron.csv",
        "no name": tmp_path / ("x" * 300),
    }


@pytest.mark.parametrize(
    "place",
    [
        *("no folder", "a folder", "a file as a folder", "read-only", "a pipe"),
        *("the list itself", "no name"),
    ],
)
def test_a_report_that_cannot_be_written_is_told_before_anything_is_read(
    own_database: Database, padron: Padron, places: dict[str, Path], place: str
) -> None:
    """A bug: the whole list was read and imported, and then the command ended with a traceback."""
    path = padron([HEAD])
    content = path.read_bytes()
    with pytest.raises(errors.ReportNotWritable, match="nothing was imported"):
        load_file(own_database, path, report=places[place])
    assert path.read_bytes() == content
    assert told(own_database)["members"] == []
    assert load_file(own_database, path).people_added == 1


def test_an_older_report_stands_until_there_is_a_newer_one(
    own_database: Database, padron: Padron, tmp_path: Path
) -> None:
    report = tmp_path / "report.csv"
    report.write_text("older")
    with pytest.raises(TableNotOpened):
        load_file(own_database, tmp_path / "none.csv", report=report)
    with pytest.raises(errors.UnknownColumns):
        load_file(own_database, padron([{**HEAD, "x": "y"}]), report=report)
    assert report.read_text() == "older"
    load_file(own_database, padron([HEAD]), report=report)
    assert report.read_text().startswith("line,column,code,reason")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no full disk to lend")
def test_a_disk_that_is_full_at_the_end_loses_the_report_and_no_row(
    own_database: Database, padron: Padron
) -> None:
    path = padron([HEAD])
    with pytest.raises(errors.ReportLost, match="no space left"):
        load_file(own_database, path, report=Path("/dev/full"))
    again = load_file(own_database, path)
    assert (again.people_added, again.unchanged) == (0, 1)
