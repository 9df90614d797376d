"""Files that are no table, or that want more of us than a table may: refused at once, with what to do."""

from __future__ import annotations

import os
import warnings
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import openpyxl
import pytest

from ayni.foundation.tabular import (
    MAX_COLUMNS,
    MAX_FIELD,
    BadCell,
    BadMapping,
    DuplicateColumns,
    MissingColumns,
    RepeatedHeader,
    TableNotOpened,
    TooLong,
    UnusableTable,
    load_mapping,
    read_rows,
)

Rewrite = Callable[[bytes], bytes]
SHEET = "xl/worksheets/sheet1.xml"
TEXT = "nombre,apellido\nBegoña,Muñoz Ibáñez\n"


@pytest.fixture
def as_nobody() -> Iterator[None]:
    """Gives up root's right to read everything, where the tests run as root."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("place", "reason"),
    [("none.csv", "no such file"), ("folder", "it is a folder"), ("pipe", "it is a pipe"), ("\0", "no file")],
)
def test_what_is_no_file_is_refused_and_not_waited_for(tmp_path: Path, place: str, reason: str) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(TableNotOpened, match=reason) as refused:
        read_rows(tmp_path / place)
    assert "written to a file first" in str(refused.value)
    with pytest.raises(BadMapping, match=reason):
        load_mapping(tmp_path / place)


def test_a_device_that_never_ends_is_refused() -> None:
    with pytest.raises(TableNotOpened, match="it is a device"):
        read_rows(Path("/dev/zero"))


def test_a_file_that_we_may_not_read_is_refused(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o755)
    path = write(tmp_path / "secret.csv", b"a\n1\n")
    path.chmod(0)
    request.getfixturevalue("as_nobody")
    with pytest.raises(TableNotOpened, match="permission denied"):
        read_rows(path)
    with pytest.raises(BadMapping, match="permission denied"):
        load_mapping(path)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_its_mark_is_known_by_its_zeros(tmp_path: Path, encoding: str) -> None:
    [row] = read_rows(write(tmp_path / "a.csv", TEXT.encode(encoding)))
    assert row.values == {"nombre": "Begoña", "apellido": "Muñoz Ibáñez"}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'a,"b\n1,2\n', "quotation mark"),
        (b"a,b\0\n1,2\n", "NUL character"),
        (b'a,"b' + b"x" * 200_000 + b'"\n', "longer than any header"),
    ],
    ids=["quotes", "NUL", "length"],
)
def test_a_broken_header_is_told_by_what_is_wrong_with_it(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    with pytest.raises(UnusableTable, match=rf"its header row, line 1: .*{reason}"):
        read_rows(write(tmp_path / "a.csv", content))


def test_a_table_of_3000_columns_is_read(tmp_path: Path) -> None:
    names = ",".join(f"c{number}" for number in range(3000))
    [row] = read_rows(write(tmp_path / "a.csv", f"{names}\n{'1,' * 2999}1\n".encode()))
    assert len(row.values) == 3000


def test_more_columns_than_any_survey_has_are_refused_at_once(tmp_path: Path) -> None:
    """A bug: each name was compared with each, so that a header of 50,000 names took minutes."""
    with pytest.raises(UnusableTable, match=f"50000 columns, and {MAX_COLUMNS} is the most"):
        read_rows(write(tmp_path / "a.csv", b"a," * 49_999 + b"a\n"))


def test_a_message_names_some_of_many_columns_and_counts_the_others(tmp_path: Path) -> None:
    twice = ",".join(f"c{number:03}" for number in range(100))
    with pytest.raises(DuplicateColumns, match=r"c000, .*, c019 and 80 more\."):
        read_rows(write(tmp_path / "a.csv", f"{twice},{twice}\n".encode()))


def test_a_column_without_a_name_between_others_is_refused(tmp_path: Path) -> None:
    """A bug: only the last one was looked at."""
    with pytest.raises(UnusableTable, match="column 2 has no name"):
        read_rows(write(tmp_path / "a.csv", b"a,,c\n1,2,3\n"))


def test_of_a_file_without_a_header_nothing_is_repeated(tmp_path: Path) -> None:
    """A bug: where two cells of the first person were alike, the message told them."""
    path = write(tmp_path / "a.csv", b"H1,head,Quispe,Quispe,Rosa\n")
    with pytest.raises(MissingColumns) as refused:
        read_rows(path, needed=["household_code", "first_surname"])
    assert "Quispe" not in str(refused.value.as_dict())


# Workbooks


@pytest.fixture
def workbook(tmp_path: Path) -> Callable[..., Path]:
    """A workbook of these rows; `rewrite` changes the sheet's own text."""

    def make(rows: list[list[object]], rewrite: Rewrite | None = None) -> Path:
        book = openpyxl.Workbook()
        assert book.active is not None
        for row in rows:
            book.active.append(row)
        path = tmp_path / "padron.xlsx"
        book.save(path)
        if rewrite is not None:
            with zipfile.ZipFile(path) as archive:
                parts = {name: archive.read(name) for name in archive.namelist()}
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
                for name, content in parts.items():
                    archive.writestr(name, rewrite(content) if name == SHEET else content)
        return path

    return make


def test_a_sheet_with_a_million_columns_is_refused(workbook: Callable[..., Path]) -> None:
    cells = b"".join(b'<c t="inlineStr"><is><t>c%d</t></is></c>' % number for number in range(1_000_000))
    path = workbook(
        [["a"]], lambda text: text.replace(b"<sheetData>", b"<sheetData><row>" + cells + b"</row>")
    )
    with pytest.raises(UnusableTable, match="row 1 of the sheet Sheet is longer than any row"):
        read_rows(path)


def test_a_sheet_that_never_ends_its_rows_is_refused(workbook: Callable[..., Path]) -> None:
    path = workbook([["a"]], lambda text: text.replace(b"</row>", b" " * 5_000_000))
    with pytest.raises(UnusableTable, match="longer than any row"):
        read_rows(path)


def test_a_sheet_of_too_many_columns_is_refused(workbook: Callable[..., Path]) -> None:
    with pytest.raises(UnusableTable, match="is the most"):
        read_rows(workbook([[f"c{number}" for number in range(MAX_COLUMNS + 1)]]))


def _calculated(text: bytes) -> bytes:
    """With a result beside the formula; an empty element is written in either way."""
    return text.replace(b"<v />", b"<v></v>").replace(b"<v></v>", b"<v>2</v>")


def test_a_formula_gives_what_came_of_it(workbook: Callable[..., Path]) -> None:
    path = workbook([["a", "b"], ["x", "=1+1"]], _calculated)
    assert [row.values for row in read_rows(path)] == [{"a": "x", "b": "2"}]


def test_a_formula_that_came_to_an_empty_text_is_empty(workbook: Callable[..., Path]) -> None:
    path = workbook(
        [["a", "b"], ["x", '=""']],
        lambda text: text.replace(b'<c r="B2">', b'<c r="B2" t="str">').replace(b"<v />", b"<v></v>"),
    )
    assert [row.values for row in read_rows(path)] == [{"a": "x", "b": ""}]


def test_a_formula_that_nobody_calculated_is_not_read_as_empty(workbook: Callable[..., Path]) -> None:
    """A bug: the cell was imported as unknown, and nobody was told."""
    (row,) = read_rows(workbook([["a", "b"], ["x", "=1+1"]]))
    assert isinstance(row.problem, BadCell)
    assert row.problem.numbers["column"] == "b"


def test_a_formula_that_failed_is_a_problem_of_its_row(workbook: Callable[..., Path]) -> None:
    """A bug: somebody could have been called #N/A."""
    bad, good = read_rows(workbook([["a", "b"], ["x", "#N/A"], ["y", "z"]]))
    assert isinstance(bad.problem, BadCell)
    assert bad.problem.numbers["column"] == "b"
    assert good.values == {"a": "y", "b": "z"}


def test_a_cell_that_is_too_long_is_a_problem_of_its_row(workbook: Callable[..., Path]) -> None:
    def lengthen(text: bytes) -> bytes:
        return text.replace(b"<t>x</t>", b"<t>" + b"x" * (MAX_FIELD + 1) + b"</t>")

    bad, good = read_rows(workbook([["a"], ["x"], ["y"]], lengthen))
    assert isinstance(bad.problem, TooLong)
    assert (bad.line, bad.problem.numbers["column"], good.values) == (2, "a", {"a": "y"})


@pytest.mark.parametrize("damage", ["cut", "changed", "no sheet", "no XML"])
def test_a_damaged_workbook_is_refused(workbook: Callable[..., Path], damage: str) -> None:
    path = workbook([["a"], *([f"n{number}"] for number in range(20_000))], None)
    if damage == "cut":
        path.write_bytes(path.read_bytes()[:-30])
    elif damage == "changed":
        content = bytearray(path.read_bytes())
        with zipfile.ZipFile(path) as archive:
            entry = archive.getinfo(SHEET)
        content[entry.header_offset + entry.compress_size // 2] ^= 0xFF
        path.write_bytes(content)
    elif damage == "no sheet":
        with zipfile.ZipFile(path) as archive:
            parts = {name: archive.read(name) for name in archive.namelist() if name != SHEET}
        with warnings.catch_warnings(), zipfile.ZipFile(path, "w") as archive:
            for name, content in parts.items():
                archive.writestr(name, content)
    else:
        path = workbook([["a"], ["b"]], lambda text: text.replace(b"</row>", b"</cow>", 1))
    with pytest.raises(UnusableTable):
        list(read_rows(path))


def test_a_header_that_comes_again_in_the_middle_is_nobody(tmp_path: Path) -> None:
    """A bug: of two lists put one below the other, the lower one's header was read as a person."""
    path = tmp_path / "padron.csv"
    path.write_text("household,name\nH1,Rosa\nhousehold, name\nH2,Luz\nhousehold,Ana\n", encoding="utf-8")
    rows = list(read_rows(path))
    assert [row.values.get("name") for row in rows] == ["Rosa", None, "Luz", "Ana"]
    assert isinstance(rows[1].problem, RepeatedHeader)
    assert rows[1].problem.numbers["line"] == 3


@pytest.mark.parametrize("first", ["sep=;", '"sep=;"', "SEP=;"])
def test_the_line_in_which_excel_says_how_cells_are_parted_is_no_header(tmp_path: Path, first: str) -> None:
    path = tmp_path / "padron.csv"
    path.write_text(f"{first}\r\nname;street\r\nRosa;Jr. Uno, 2, 3\r\n", encoding="utf-8-sig", newline="")
    [row] = read_rows(path)
    assert (row.line, row.values) == (3, {"name": "Rosa", "street": "Jr. Uno, 2, 3"})
