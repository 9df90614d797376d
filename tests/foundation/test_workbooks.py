"""Workbooks as clerks make them: several sheets, merged cells, formulas, dates of two calendars."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from ayni.foundation.tabular import (
    BadCell,
    HiddenSheet,
    Row,
    UnknownSheet,
    UnusableTable,
    WhichSheet,
    load_mapping,
    open_table,
    read_rows,
)

Build = Callable[[Callable[[Any], None]], Path]


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """Makes a workbook by what a function does to it."""

    def made(by: Callable[[Any], None]) -> Path:
        book = openpyxl.Workbook()
        by(book)
        path = tmp_path / "padron.xlsx"
        book.save(path)
        return path

    return made


def fill(sheet: Any, *rows: list[object]) -> None:
    for row in rows:
        sheet.append(row)


def read(path: Path, sheet: str | None = None) -> list[Row]:
    return list(open_table(path, sheet=sheet).rows())


def values(path: Path, sheet: str | None = None) -> list[dict[str, str]]:
    return [row.values for row in read(path, sheet)]


def test_the_only_visible_sheet_with_something_in_it_is_read(build: Build) -> None:
    def by(book: Any) -> None:
        hidden, empty, padron = book.active, book.create_sheet("Hoja2"), book.create_sheet("Padrón")
        fill(hidden, ["a"], ["of last year"])
        hidden.sheet_state = "hidden"
        empty["C7"].font = openpyxl.styles.Font(bold=True)
        fill(padron, ["a"], ["1"])

    assert values(build(by)) == [{"a": "1"}]


def test_of_several_sheets_nobody_guesses_which_is_the_list(build: Build, tmp_path: Path) -> None:
    def by(book: Any) -> None:
        book.active.title = "Padrón"
        fill(book.active, ["a"], ["1"])
        fill(book.create_sheet("Leyenda"), ["what the columns mean"])
        secret = book.create_sheet("Antiguo")
        fill(secret, ["a"], ["old"])
        secret.sheet_state = "veryHidden"

    path = build(by)
    with pytest.raises(WhichSheet) as refused:
        read_rows(path)
    assert refused.value.numbers["sheets"] == "Padrón, Leyenda"
    assert values(path, "Padrón") == [{"a": "1"}]
    assert values(path, "Antiguo") == [{"a": "old"}]
    with pytest.raises(UnknownSheet) as unknown:
        read_rows_of(path, "padrón")
    assert unknown.value.numbers["sheets"] == "Padrón, Leyenda, Antiguo"
    layout = tmp_path / "layout.yaml"
    layout.write_text("sheet: Padrón\ncolumns: {b: a}\n", encoding="utf-8")
    assert [row.values for row in read_rows(path, load_mapping(layout))] == [{"b": "1"}]


def read_rows_of(path: Path, sheet: str) -> None:
    open_table(path, sheet=sheet)


def test_a_csv_has_no_sheets(tmp_path: Path) -> None:
    path = tmp_path / "padron.csv"
    path.write_text("a\n1\n", encoding="utf-8")
    with pytest.raises(UnknownSheet):
        read_rows_of(path, "Padrón")


def test_a_formula_that_was_never_calculated_costs_its_row_and_no_other(build: Build) -> None:
    """Once it refused the whole file, without a place, also when it stood on a sheet that nobody reads."""

    def by(book: Any) -> None:
        fill(book.active, ["a", "b"], ["1", "x"], ["2", "=A2+1"], ["3", "z"])
        other = book.create_sheet("Suma")
        fill(other, ["=SUM(1,2)"])
        other.sheet_state = "hidden"

    one, two, three = read(build(by))
    assert (one.values, three.values) == ({"a": "1", "b": "x"}, {"a": "3", "b": "z"})
    assert isinstance(two.problem, BadCell)
    assert (two.line, two.problem.numbers["column"]) == (3, "b")
    assert two.problem.numbers["reason"] == "a formula whose result was not saved"


def test_a_formula_in_the_header_is_refused_with_its_place(build: Build) -> None:
    path = build(lambda book: fill(book.active, ["a", '="b"&"c"'], ["1", "2"]))
    with pytest.raises(UnusableTable, match="B1 of the sheet Sheet"):
        read_rows(path)


def test_what_stands_in_a_merged_cell_counts_for_each_of_its_rows(build: Build) -> None:
    def by(book: Any) -> None:
        sheet = book.active
        fill(sheet, ["household", "name", "street"], ["H1", "Rosa", "Jr. Uno"], [None, "Luz"], [None, "Ana"])
        fill(sheet, ["H2", "Eva", "Jr. Dos"], [None, None, None], [None, "Noé", "Jr. Tres"])
        sheet.merge_cells("A2:A4")
        sheet.merge_cells("C2:C3")
        sheet.merge_cells("A5:A7")

    assert [tuple(row.values()) for row in values(build(by))] == [
        ("H1", "Rosa", "Jr. Uno"),
        ("H1", "Luz", "Jr. Uno"),
        ("H1", "Ana", ""),
        ("H2", "Eva", "Jr. Dos"),
        ("H2", "Noé", "Jr. Tres"),
    ]


def test_a_cell_merged_sideways_costs_its_rows(build: Build) -> None:
    def by(book: Any) -> None:
        sheet = book.active
        fill(sheet, ["a", "b", "c"], ["1", "2", "3"], ["all", None, "3"], [None, None, "4"], ["5", "6", "7"])
        sheet.merge_cells("A3:B4")

    rows = read(build(by))
    assert [row.problem is None for row in rows] == [True, False, False, True]
    problem = rows[1].problem
    assert isinstance(problem, BadCell)
    assert problem.numbers["column"] == "a"


def test_a_title_merged_over_the_header_is_no_header(build: Build) -> None:
    def by(book: Any) -> None:
        fill(book.active, ["PADRÓN 2025"], ["a", "b"], ["1", "2"])
        book.active.merge_cells("A1:B1")

    with pytest.raises(UnusableTable, match="merged over several columns \\(A1 of the sheet Sheet\\)"):
        open_table(build(by), needed=["a"])


def test_a_header_in_two_rows_is_refused_and_not_read_as_a_person(build: Build) -> None:
    """A bug: the second row of such a header was read as somebody called so."""

    def by(book: Any) -> None:
        fill(book.active, ["household", "name"], [None, "given names"], ["H1", "Rosa"])
        book.active.merge_cells("A1:A2")

    with pytest.raises(UnusableTable, match="the header of the sheet Sheet has several rows"):
        read(build(by))


def test_a_header_that_is_only_drawn_two_rows_high_is_one(build: Build) -> None:
    def by(book: Any) -> None:
        fill(book.active, ["a", "b"], [None, None], ["1", "2"])
        book.active.merge_cells("A1:A2")
        book.active.merge_cells("B1:B2")

    assert values(build(by)) == [{"a": "1", "b": "2"}]


def test_a_list_in_a_hidden_sheet_is_not_called_empty(build: Build) -> None:
    def by(book: Any) -> None:
        hidden = book.create_sheet("Padrón")
        fill(hidden, ["a"], ["1"])
        hidden.sheet_state = "veryHidden"

    path = build(by)
    with pytest.raises(HiddenSheet, match="Padrón"):
        read(path)
    assert values(path, "Padrón") == [{"a": "1"}]


def test_a_workbook_whose_zip_is_locked_is_not_called_damaged(build: Build, tmp_path: Path) -> None:
    content = bytearray(build(lambda book: fill(book.active, ["a"])).read_bytes())
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = -1
        while (at := content.find(mark, at + 1)) >= 0:
            content[at + flags] |= 1
    path = tmp_path / "locked.xlsx"
    path.write_bytes(content)
    with pytest.raises(UnusableTable, match="password"):
        read(path)


@pytest.mark.parametrize("number", [60, 59, 0.5 - 3, -700])
def test_a_day_that_spreadsheets_count_wrongly_is_nobodys_birthday(build: Build, number: float) -> None:
    """Day 60 is 29 February 1900, which never was; those before it are a day off, and some before time."""

    def by(book: Any) -> None:
        fill(book.active, ["a"], [number], [61])
        for row in (2, 3):
            book.active.cell(row, 1).number_format = "yyyy-mm-dd"

    early, first = read(build(by))
    assert isinstance(early.problem, BadCell)
    assert first.values == {"a": "1900-03-01"}


@pytest.mark.filterwarnings("ignore:Cell A2 is marked as a date")
def test_a_number_that_is_no_day_is_not_called_a_formula(build: Build) -> None:
    def by(book: Any) -> None:
        fill(book.active, ["a"], [99_999_999])
        book.active["A2"].number_format = "yyyy-mm-dd"

    [row] = read(build(by))
    assert row.problem is not None
    assert "a number that is no day" in str(row.problem)


def test_dates_times_numbers_and_truths_become_text(build: Build) -> None:
    def by(book: Any) -> None:
        fill(
            book.active,
            ["a"],
            [datetime(2025, 5, 31, 14, 30)],  # noqa: DTZ001
            [date(2024, 2, 29)],
            [time(14, 30)],
            [987654321.0],
            [9.87654321e8],
            [1.5],
            [True],
            ["  10117410 "],
            ["Jr. Uno\nLima"],
            ["#N/A"],
        )

    rows = read(build(by))
    assert [row.values.get("a") for row in rows[:7]] == [
        *("2025-05-31", "2024-02-29", "14:30:00", "987654321", "987654321", "1.5", "yes"),
    ]
    assert rows[7].values == {"a": "  10117410 "}
    assert rows[8].values == {"a": "Jr. Uno\nLima"}
    assert isinstance(rows[9].problem, BadCell)


def test_a_workbook_that_counts_days_from_1904_means_the_same_days(build: Build) -> None:
    def by(book: Any) -> None:
        book.epoch = CALENDAR_MAC_1904
        fill(book.active, ["a"], [date(2024, 2, 29)])

    assert values(build(by)) == [{"a": "2024-02-29"}]


def test_hidden_rows_and_columns_are_read_like_all_others(build: Build) -> None:
    def by(book: Any) -> None:
        fill(book.active, ["a", "b"], ["1", "2"], ["3", "4"])
        book.active.row_dimensions[2].hidden = True
        book.active.column_dimensions["B"].hidden = True

    assert values(build(by)) == [{"a": "1", "b": "2"}, {"a": "3", "b": "4"}]


def test_thousands_of_rows_that_are_only_coloured_are_no_rows(build: Build) -> None:
    def by(book: Any) -> None:
        fill(book.active, ["a"], ["1"])
        for row in range(3, 5_000):
            book.active.cell(row, 3).fill = openpyxl.styles.PatternFill("solid", "FFFF00")
        book.active.cell(5_000, 1, "2")

    assert [row.line for row in read(build(by))] == [2, 5_000]


@pytest.mark.parametrize(
    "content", [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)], ids=["old or with a password"]
)
def test_an_old_workbook_and_one_with_a_password_are_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "padron.xls"
    path.write_bytes(content)
    with pytest.raises(UnusableTable, match="password"):
        read_rows(path)


def test_a_list_of_commas_that_calls_itself_a_workbook_is_read_as_what_it_is(tmp_path: Path) -> None:
    path = tmp_path / "padron.xlsx"
    path.write_text("a;b\n1;2\n", encoding="latin-1")
    assert values(path) == [{"a": "1", "b": "2"}]


@pytest.mark.parametrize("said", ["A1", "A1:B2", "A1:XFD1048576"])
def test_a_sheet_that_lies_about_its_size_loses_nobody(build: Build, tmp_path: Path, said: str) -> None:
    """Rows beyond the size that a sheet states of itself were not read, and nobody was told."""
    whole = build(lambda book: fill(book.active, ["a", "b"], ["1", "x"], ["2", "y"], ["3", "z"]))
    other = tmp_path / "other.xlsx"
    with zipfile.ZipFile(whole) as read_from, zipfile.ZipFile(other, "w") as write_to:
        for entry in read_from.infolist():
            content = read_from.read(entry)
            if entry.filename == "xl/worksheets/sheet1.xml":
                assert b'<dimension ref="A1:B4"' in content
                content = content.replace(b'<dimension ref="A1:B4"', f'<dimension ref="{said}"'.encode())
            write_to.writestr(entry, content)
    assert [row["a"] for row in values(other)] == ["1", "2", "3"]


@pytest.mark.parametrize("fault", ["#SPILL!", "#CALC!", "#N/D", "#¡REF!", "#¿NOMBRE?", "#¡DIV/0!", "#N/A"])
def test_nobody_is_called_as_a_spreadsheet_calls_its_errors(build: Build, fault: str) -> None:
    bad, good = read(build(lambda book: fill(book.active, ["a"], [fault], ["#12, the blue door"])))
    assert isinstance(bad.problem, BadCell)
    assert good.values == {"a": "#12, the blue door"}


def test_a_workbook_whose_sheet_is_cut_off_is_damaged(build: Build, tmp_path: Path) -> None:
    whole = build(lambda book: fill(book.active, ["a"], *([str(n)] for n in range(100))))
    cut = tmp_path / "cut.xlsx"
    with zipfile.ZipFile(whole) as read_from, zipfile.ZipFile(cut, "w") as write_to:
        for entry in read_from.infolist():
            content = read_from.read(entry)
            if entry.filename == "xl/worksheets/sheet1.xml":
                content = content[: len(content) // 2]
            write_to.writestr(entry, content)
    with pytest.raises(UnusableTable):
        read(cut)
