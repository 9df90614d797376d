"""Tables that other people made: what is read, what is refused, and that one bad row stops nothing."""

from __future__ import annotations

import resource
import warnings
import zipfile
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from ayni.foundation.tabular import (
    MAX_FIELD,
    MAX_RECORD,
    AmbiguousColumns,
    BadCell,
    BadMapping,
    BrokenQuotes,
    DuplicateColumns,
    EmptyTable,
    MissingColumns,
    NulCharacter,
    Row,
    TooLong,
    Undecodable,
    UnusableTable,
    WrongCellCount,
    load_mapping,
    open_table,
    read_rows,
)


@pytest.fixture
def table(tmp_path: Path):
    def write(content: str | bytes, name: str = "padron.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


@pytest.fixture
def mapping(tmp_path: Path):
    def write(content: str):
        path = tmp_path / "layout.yaml"
        path.write_text(content, encoding="utf-8")
        return load_mapping(path)

    return write


def read(path: Path, *args, **kwargs) -> list[Row]:
    return list(read_rows(path, *args, **kwargs))


def good(path: Path, *args) -> list[dict[str, str]]:
    return [row.values for row in read(path, *args) if not row.problem]


TEXT = "nombre,apellido\nBegoña,Muñoz Ibáñez\n"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "latin-1", "cp1252", "utf-16"], ids=lambda name: name
)
def test_spanish_survives_every_usual_encoding(table, encoding: str) -> None:
    assert good(table(TEXT.encode(encoding))) == [{"nombre": "Begoña", "apellido": "Muñoz Ibáñez"}]


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_the_delimiter_is_found_in_the_header(table, sign: str, end: str) -> None:
    path = table(end.join([sign.join(["a", '"b,;|\t"', "c"]), sign.join("123"), ""]))
    assert good(path) == [{"a": "1", "b,;|\t".strip(): "2", "c": "3"}]


def test_lines_are_counted_as_an_editor_counts_them(table) -> None:
    path = table('a,b\n1,"two\nlines"\n\n3,4\n,\n5,6\n')
    assert [(row.line, row.values["a"]) for row in read(path)] == [(2, "1"), (5, "3"), (7, "5")]


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf", b",,\n"])
def test_an_empty_file_is_refused(table, content: bytes) -> None:
    with pytest.raises(EmptyTable, match=r"padron\.csv is empty"):
        read_rows(table(content))


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(UnusableTable):
            read_rows(path)


def test_missing_columns_are_named(table) -> None:
    with pytest.raises(MissingColumns, match="given_names, sex"):
        read_rows(table("household_code\n1\n"), needed=["household_code", "given_names", "sex"])


@pytest.mark.parametrize("header", ["a,b,a", "a, a"])
def test_a_column_twice_is_refused(table, header: str) -> None:
    with pytest.raises(DuplicateColumns, match="called a"):
        read_rows(table(f"{header}\n1,2,3\n"))


def test_a_column_without_a_name_is_refused(table) -> None:
    with pytest.raises(UnusableTable, match="column 3 has no name"):
        read_rows(table("a,b,\n1,2,3\n"))


def test_a_file_that_changes_its_encoding_on_the_way_is_refused_with_the_line(table) -> None:
    rows = ["nombre", "Begoña", *["Ana"] * 200_000]
    content = "\n".join(rows).encode() + "\nMuñoz\n".encode("latin-1")
    with pytest.raises(Undecodable, match="Line 200003"):
        read_rows(table(content))


def test_bytes_that_are_no_text_are_refused(table) -> None:
    with pytest.raises(Undecodable, match="UTF-8 or Latin-1"):
        read_rows(table(b"a,b\n1,\x8d\x9d\n"))


def test_a_picture_is_refused(table) -> None:
    with pytest.raises(UnusableTable):
        read_rows(table(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)) * 40))


def test_a_nul_is_a_problem_of_its_row(table) -> None:
    rows = read(table(b"a,b\n1,x\0y\n2,z\n"))
    assert isinstance(rows[0].problem, NulCharacter)
    assert rows[0].problem.numbers == {"line": 2, "column": "b"}
    assert rows[1].values == {"a": "2", "b": "z"}


def test_a_nul_in_the_header_is_refused(table) -> None:
    with pytest.raises(UnusableTable, match="header"):
        read_rows(table(b"a,b\0\n1,2\n"))


def test_too_few_and_too_many_cells_are_problems_of_their_rows(table) -> None:
    rows = read(table("a,b\n1\n1,2,3\n1,2\n"))
    assert [type(row.problem) for row in rows] == [WrongCellCount, WrongCellCount, type(None)]
    assert rows[1].problem is not None
    assert rows[1].problem.numbers["found"] == 3


@pytest.mark.parametrize("length", [MAX_FIELD + 1, MAX_RECORD + 1, 1_000_000])
def test_a_field_that_is_too_long_is_a_problem_of_its_row(table, length: int) -> None:
    rows = read(table(f"a,b\n1,{'x' * length}\n2,y\n"))
    assert isinstance(rows[0].problem, TooLong)
    assert rows[0].line == 2
    assert (rows[1].line, rows[1].values["b"]) == (3, "y")


def test_the_longest_field_is_allowed(table) -> None:
    assert good(table(f"a,b\n1,{'x' * MAX_FIELD}\n"))[0]["b"] == "x" * MAX_FIELD


def test_a_header_without_an_end_is_refused_in_bounded_memory(table) -> None:
    path = table(b"x" * 60_000_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(UnusableTable):
        read_rows(path)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 30_000  # kilobytes


def test_a_quotation_mark_that_never_closes_does_not_swallow_the_file(table) -> None:
    lines = ["a,b", '1,"x', *[f"{n},y" for n in range(40_000)]]
    rows = read(table("\n".join(lines) + "\n"))
    assert isinstance(rows[0].problem, TooLong)
    assert rows[0].line == 2
    # What follows the swallowed part is read again.
    assert rows[-1].values == {"a": "39999", "b": "y"}


@pytest.mark.parametrize("line", ['1,"x"y', '1,"x'])
def test_a_quotation_mark_in_the_wrong_place_is_a_problem_of_its_row(table, line: str) -> None:
    rows = read(table(f"a,b\n0,k\n{line}\n"))
    assert rows[0].values["b"] == "k"
    assert isinstance(rows[1].problem, BrokenQuotes)
    assert rows[1].line == 3


def test_no_error_tells_what_a_cell_says(table) -> None:
    secrets = table('a,b\nQuispe\n1,"Quispe"x\n1,Qui\0spe\n' + f"1,Quispe{'x' * MAX_FIELD}\n")
    for row in read(secrets):
        assert row.problem is not None
        assert "Quispe" not in str(row.problem.as_dict())


# Workbooks


@pytest.fixture
def workbook(tmp_path: Path):
    def write(rows: list[list[object]]) -> Path:
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        path = tmp_path / "padron.xlsx"
        book.save(path)
        return path

    return write


def test_a_workbook_is_read_like_a_csv(workbook) -> None:
    path = workbook(
        [["a", "b", "c", "d"], ["01", 5.0, date(2025, 5, 1), True], [None, None, None, None], ["x"]]
    )
    assert [(row.line, row.values) for row in read(path)] == [
        (2, {"a": "01", "b": "5", "c": "2025-05-01", "d": "yes"}),
        (4, {"a": "x", "b": "", "c": "", "d": ""}),
    ]


def test_a_row_wider_than_the_workbooks_header_is_a_problem_of_its_row(workbook) -> None:
    rows = read(workbook([["a"], ["1", "2"], ["3"]]))
    assert isinstance(rows[0].problem, WrongCellCount)
    assert rows[1].values == {"a": "3"}


def test_an_empty_workbook_is_refused(workbook) -> None:
    with pytest.raises(EmptyTable):
        read_rows(workbook([]))


def test_a_damaged_workbook_and_another_zip_are_refused(tmp_path: Path, workbook) -> None:
    whole = workbook([["a"], ["1"]])
    damaged = tmp_path / "damaged.xlsx"
    damaged.write_bytes(whole.read_bytes()[:900])
    other = tmp_path / "other.xlsx"
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("hello.txt", "hello")
    for path in (damaged, other):
        with pytest.raises(UnusableTable, match="no XLSX workbook"), warnings.catch_warnings():
            read_rows(path)


def test_a_workbook_that_unpacks_to_more_than_a_workbook_should_is_refused(tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.xlsx"
    with (
        zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/sharedStrings.xml", "w", force_zip64=True) as entry,
    ):
        for _ in range(501):
            entry.write(b"\0" * 1_000_000)
    with pytest.raises(UnusableTable, match="unpacks to more"):
        read_rows(bomb)


# Mappings


LAYOUT = """
on: 2025-05-01
columns:
  household_code: hh
  relationship: {one_of: {jefe: head, conyuge: spouse}, default: other_relative}
  sex: {from: s, values: {1: male, 2: female}}
  birth_on: {from: edad, as: age_years}
  birth_estimated: {value: yes}
  person.pension: {from: p, as: yes_no, default: no}
  person.monthly_income_minor: {from: ingreso, as: minor}
  person.education_years: {from: esc, as: integer}
household_size: n
skip: {estado: [anulado]}
truth: {level: nivel}
facts:
  person.mine: {type: bool, meaning: Of my own.}
"""
HEADER = "hh,jefe,conyuge,s,edad,p,ingreso,esc,n,estado,nivel\n"


def test_a_constant_is_said_only_where_their_column_says_something(table, mapping) -> None:
    """A bug: a list with one kind of document refused everybody without one."""
    layout = mapping(
        "columns: {household_code: h, document_kind: {value: DNI, where: d}, document_number: d}"
    )
    rows = read(table("h,d\n1,40000001\n1,\n1,  \n"), layout)
    assert [row.values["document_kind"] for row in rows] == ["DNI", "", ""]


def test_a_mapping_turns_their_columns_into_ours(table, mapping) -> None:
    (row,) = read(
        table(HEADER + "7,1,0,2,30,,950.5,9.0,3,ok,4\n7,0,1,1,30,,1,1,3,anulado,4\n"), mapping(LAYOUT)
    )
    assert row.values == {
        "household_code": "7",
        "relationship": "head",
        "sex": "female",
        "birth_on": "1994-10-31",
        "birth_estimated": "yes",
        "person.pension": "no",
        "person.monthly_income_minor": "95050",
        "person.education_years": "9",
    }
    assert (row.truth, row.stated_size) == ({"level": "4"}, "3")


def test_rows_that_are_left_out_are_counted(table, mapping) -> None:
    opened = open_table(table(HEADER + "7,1,0,2,30,,1,9,3,anulado,4\n"), mapping(LAYOUT))
    assert (list(opened.rows()), opened.skipped) == ([], 1)


def test_none_of_the_columns_says_yes(table, mapping) -> None:
    assert (
        good(table(HEADER + "7,0,0,2,30,,1,9,3,ok,4\n"), mapping(LAYOUT))[0]["relationship"]
        == "other_relative"
    )


def test_two_of_the_columns_say_yes(table, mapping) -> None:
    (row,) = read(table(HEADER + "7,1,1,2,30,,1,9,3,ok,4\n"), mapping(LAYOUT))
    assert isinstance(row.problem, AmbiguousColumns)
    assert row.problem.numbers["column"] == "relationship"


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ("7,1,0,3,30,,1,9,3,ok,4", "s"),
        ("7,1,0,2,-1,,1,9,3,ok,4", "edad"),
        ("7,1,0,2,131,,1,9,3,ok,4", "edad"),
        ("7,1,0,2,x,,1,9,3,ok,4", "edad"),
        ("7,1,0,2,30,quizá,1,9,3,ok,4", "p"),
        ("7,1,0,2,30,,1.005,9,3,ok,4", "ingreso"),
        ("7,1,0,2,30,,NaN,9,3,ok,4", "ingreso"),
        ("7,1,0,2,30,,1e400,9,3,ok,4", "ingreso"),
        ("7,1,0,2,30,,1,9.5,3,ok,4", "esc"),
    ],
)
def test_a_cell_that_a_mapping_cannot_turn_is_a_problem_of_its_row(table, mapping, cells, column) -> None:
    rows = read(table(HEADER + cells + "\n7,1,0,2,30,,1,9,3,ok,4\n"), mapping(LAYOUT))
    assert isinstance(rows[0].problem, BadCell)
    assert rows[0].problem.numbers["column"] == column
    assert rows[1].problem is None


def test_a_day_in_their_form_becomes_ours(table, mapping) -> None:
    layout = mapping('columns: {birth_on: {from: f, as: date, format: "%d/%m/%Y"}}')
    rows = read(table("f\n31/05/1990\n31/06/1990\n"), layout)
    assert rows[0].values == {"birth_on": "1990-05-31"}
    assert isinstance(rows[1].problem, BadCell)


def test_columns_that_a_mapping_names_must_be_there(table, mapping) -> None:
    with pytest.raises(MissingColumns, match="conyuge"):
        read_rows(table(HEADER.replace("conyuge", "otro") + "1\n"), mapping(LAYOUT))


def test_columns_that_are_needed_must_be_made_by_the_mapping(table, mapping) -> None:
    with pytest.raises(MissingColumns, match="given_names"):
        read_rows(table(HEADER), mapping(LAYOUT), needed=["given_names"])


def test_a_stated_encoding_is_kept_to(table, mapping) -> None:
    layout = mapping("{encoding: ascii, columns: {a: nombre}}")
    with pytest.raises(Undecodable, match="Line 2"):
        read_rows(table(TEXT), layout)


@pytest.mark.parametrize(
    ("content", "where"),
    [
        ("", "columns"),
        ("columns: {}", "columns"),
        ("columns: [a]", "columns"),
        ("- a", "its start"),
        ("colums: {a: b}", "colums"),
        ("columns: {a: {}}", "columns.a"),
        ("columns: {a: {from: b, value: c}}", "columns.a"),
        ("columns: {a: {from: b, where: c}}", "columns.a"),
        ("columns: {a: {from: b, form: c}}", "columns.a"),
        ("columns: {a: {from: b, as: magic}}", "columns.a"),
        ("columns: {a: {from: b, as: age_years}}", "columns.a"),
        ("columns: {a: {one_of: {}}}", "columns.a"),
        ("{on: today, columns: {a: b}}", "on"),
        ("{delimiter: '--', columns: {a: b}}", "delimiter"),
        ("{encoding: klingon, columns: {a: b}}", "encoding"),
        ("{encoding: rot13, columns: {a: b}}", "encoding"),
        ("{facts: {f: {type: bool}}, columns: {a: b}}", "facts.f"),
        ("columns: {a: [}", "line 1"),
        ("a: \x00", "its start"),
    ],
)
def test_a_mapping_that_does_not_say_what_to_do_is_refused_with_its_place(mapping, content, where) -> None:
    with pytest.raises(BadMapping) as refused:
        mapping(content)
    assert refused.value.numbers["where"] == where


def test_a_mapping_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadMapping):
        load_mapping(tmp_path / "none.yaml")
