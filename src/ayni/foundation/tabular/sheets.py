"""The first sheet of an XLSX workbook as rows of text."""

from __future__ import annotations

import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from ayni.foundation.tabular.errors import BadCell, BadRow, TooLong, UnusableTable
from ayni.foundation.tabular.sizes import MAX_FIELD

_MAX_UNPACKED = 4_000_000_000
_MAX_STRINGS = 500_000_000
"""Bytes, unpacked: a workbook is a zip file, and a small one can hold more than any machine."""
_MAX_ROW = 2_000_000
"""Bytes of one row, unpacked: a row is read as a whole."""

_CHUNK = 1 << 20
_ROW_END = re.compile(rb"</(?:\w+:)?row>")
_ROWS_END = re.compile(rb"</(?:\w+:)?sheetData>")
_UNCALCULATED = re.compile(
    rb"<(?:\w+:)?c\b(?![^>]*\bt=\"str\")[^>]*>\s*<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
"""A cell with a formula and without what came of it: only its program knows, and we would read nothing."""
_DAMAGED = (
    *(zipfile.BadZipFile, zlib.error, EOFError, InvalidFileException, ParseError),
    *(KeyError, IndexError, ValueError, OSError, NotImplementedError, RuntimeError),
)
"""What the libraries say of a broken zip, of one with a password, and of one that holds no sheet."""
_FAULTS = frozenset({"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA"})


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _check_archive(path: Path) -> None:
    """Refuse what would not fit into memory, and formulas of which nobody kept what came of them."""
    with zipfile.ZipFile(path) as archive:
        sizes = {entry.filename: entry.file_size for entry in archive.infolist()}
        if sum(sizes.values()) > _MAX_UNPACKED or sizes.get("xl/sharedStrings.xml", 0) > _MAX_STRINGS:
            raise UnusableTable(file=path.name, reason="the workbook unpacks to more than a workbook should")
        for name in sizes:
            if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                with archive.open(name) as sheet:
                    _check_sheet(path, sheet)


def _check_sheet(path: Path, sheet: Any) -> None:
    left, row = b"", 0
    while chunk := sheet.read(_CHUNK):
        left += chunk
        begin = 0
        for end in _ROW_END.finditer(left):
            row += 1
            if _UNCALCULATED.search(left, begin, end.end()):
                reason = f"row {row} of a sheet has a formula whose result was not saved with it"
                raise UnusableTable(file=path.name, reason=reason)
            begin = end.end()
        left = left[begin:]
        if _ROWS_END.search(left):
            return
        if len(left) > _MAX_ROW:
            raise UnusableTable(file=path.name, reason=f"row {row + 1} of a sheet is longer than any row")


def read_cells(path: Path) -> Iterator[tuple[int, list[str] | BadRow]]:
    """Line (the sheet's row) and cells; the header sets the width. Excel loses leading zeros, not we."""
    try:
        _check_archive(path)
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore"
            )  # openpyxl warns about styles and extensions, which we do not read
            book = load_workbook(path, read_only=True, data_only=True)
    except _DAMAGED as error:
        raise UnusableTable(file=path.name, reason="it is no XLSX workbook, or a damaged one") from error
    try:
        header: list[str] = []
        for line, values in enumerate(book.worksheets[0].iter_rows(values_only=True), start=1):
            cells = [_text(value) for value in values]
            # A sheet's width is that of its widest row, formatting included.
            while len(cells) > len(header) and not cells[-1]:
                cells.pop()
            if not header:
                if not cells:
                    continue
                header = cells
            yield line, _find_fault(line, header, cells) or cells + [""] * (len(header) - len(cells))
    except _DAMAGED as error:
        raise UnusableTable(file=path.name, reason="it is a damaged workbook") from error
    finally:
        book.close()


def _find_fault(line: int, header: list[str], cells: list[str]) -> BadRow | None:
    for place, cell in enumerate(cells):
        column = header[place].strip() if place < len(header) else f"number {place + 1}"
        if len(cell) > MAX_FIELD:
            return TooLong(line=line, until=line, limit=MAX_FIELD, column=column)
        if cell in _FAULTS:
            return BadCell(line=line, column=column, reason="a formula that could not be calculated")
    return None
