"""One sheet of an XLSX workbook as rows of text."""

from __future__ import annotations

import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from ayni.foundation.tabular.errors import BadCell, BadRow, TooLong, UnusableTable
from ayni.foundation.tabular.sizes import MAX_FIELD
from ayni.foundation.tabular.workbook import Around, check_archive, choose_sheet, look_around

# It tells of cells whose number is no day by what stands in them; we tell of their row, and not of that.
warnings.filterwarnings("ignore", module=r"openpyxl\..*")

OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
"""How a workbook of before 2007 begins, and also a newer one that has a password."""
_DAMAGED = (
    *(zipfile.BadZipFile, zlib.error, EOFError, InvalidFileException, SyntaxError),
    *(KeyError, IndexError, ValueError, OSError, NotImplementedError, RuntimeError, AttributeError),
)
"""What the libraries say of a broken zip, of broken XML (whichever of them parses it), and of no sheet."""
_FAULT = re.compile(r"#[¡¿]?[A-ZÁÉÍÓÚÑ][A-ZÁÉÍÓÚÑ0-9/_]*[!?]|#N/[AD]|#GETTING_DATA")
"""What a spreadsheet writes in place of a result, in its languages: #REF!, #¡REF!, #N/D, #SPILL!"""


_TOO_EARLY = date(1900, 3, 1)
"""Spreadsheets have a 29 February 1900, which never was: what they say of days before March is not sure."""
_NO_DAY = "#DAY!"


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date) and (value.date() if isinstance(value, datetime) else value) < _TOO_EARLY:
        return _NO_DAY
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def read_cells(path: Path, sheet: str | None = None) -> Iterator[tuple[int, list[str] | BadRow]]:
    """Line (the sheet's row) and cells; the header sets the width. Excel loses leading zeros, not we.

    `sheet` is its name; without one there must be only one in which something is written. Hidden rows and
    columns are read as all others are. What stands in a merged cell counts for each of its rows.
    """
    try:
        check_archive(path)
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore"
            )  # openpyxl warns about styles and extensions, which we do not read
            book = load_workbook(path, read_only=True, data_only=True)
        chosen = choose_sheet(path, book, sheet)
        # What a sheet says of its own size may be wrong, and then rows beyond it would be lost in silence.
        chosen.reset_dimensions()
        around = look_around(path, chosen)
    except _DAMAGED as error:
        raise UnusableTable(file=path.name, reason="it is no XLSX workbook, or a damaged one") from error
    try:
        yield from _rows(path, chosen, around)
    except _DAMAGED as error:
        raise UnusableTable(file=path.name, reason="it is a damaged workbook") from error
    finally:
        book.close()


def _rows(path: Path, sheet: Any, around: Around) -> Iterator[tuple[int, list[str] | BadRow]]:
    header: list[str] = []
    joined = 0
    spread: dict[int, tuple[str, int]] = {}
    for line, values in enumerate(sheet.iter_rows(values_only=True), start=1):
        cells = [_text(value) for value in values]
        # A sheet's width is that of its widest row, formatting included.
        while len(cells) > len(header) and not cells[-1]:
            cells.pop()
        if not header:
            if not cells:
                continue
            header = cells
            if line in around.uncalculated:
                cell = f"{get_column_letter(around.uncalculated[line] + 1)}{line} of the sheet {sheet.title}"
                reason = f"{cell}, in its header, has a formula whose result was not saved"
                raise UnusableTable(file=path.name, reason=reason)
            joined = _check_header(path, sheet.title, line, around)
            yield line, cells
            continue
        if line <= joined and cells:
            raise UnusableTable(
                file=path.name, reason=f"the header of the sheet {sheet.title} has several rows"
            )
        cells += [""] * (len(header) - len(cells))
        wide = _spread(line, cells, around, spread)
        fault = _find_fault(line, header, cells)
        if line in around.uncalculated:
            fault = _bad(line, header, around.uncalculated[line], "a formula whose result was not saved")
        elif wide is not None:
            fault = _bad(line, header, wide, "a cell that is merged with the one beside it")
        yield line, fault or cells


def _check_header(path: Path, title: str, line: int, around: Around) -> int:
    """The last row over which its cells are merged. Raises UnusableTable if they are over several columns."""
    joined = line
    for first, last_column, last_row in around.merged.get(line, ()):
        if last_column > first:
            where = f"{get_column_letter(first + 1)}{line} of the sheet {title}"
            reason = f"its first filled row has a cell merged over several columns ({where}): no header"
            raise UnusableTable(file=path.name, reason=reason)
        joined = max(joined, last_row)
    return joined


def _spread(line: int, cells: list[str], around: Around, spread: dict[int, tuple[str, int]]) -> int | None:
    """Write what stands in merged cells into each of their rows; gives the column of one merged sideways."""
    wide = None
    is_empty = not any(cells)
    for column, (text, last) in list(spread.items()):
        if line > last:
            del spread[column]
        elif column < len(cells) and not is_empty:
            cells[column] = text
            wide = column if text is _SIDEWAYS else wide
    for first, last_column, last_row in around.merged.get(line, ()):
        if first >= len(cells):
            continue
        if last_column > first:
            wide = first
            spread[first] = (_SIDEWAYS, last_row)
        elif last_row > line:
            spread[first] = (cells[first], last_row)
    return wide


_SIDEWAYS = "merged sideways"


def _bad(line: int, header: list[str], place: int, reason: str) -> BadCell:
    column = header[place].strip() if place < len(header) else f"number {place + 1}"
    return BadCell(line=line, column=column, reason=reason)


def _find_fault(line: int, header: list[str], cells: list[str]) -> BadRow | None:
    for place, cell in enumerate(cells):
        if len(cell) > MAX_FIELD:
            column = header[place].strip() if place < len(header) else f"number {place + 1}"
            return TooLong(line=line, until=line, limit=MAX_FIELD, column=column)
        if cell == _NO_DAY:
            return _bad(line, header, place, "a day before March 1900, which spreadsheets count wrongly")
        if cell.startswith("#") and _FAULT.fullmatch(cell):
            reason = "a spreadsheet's error for a value: a formula without result, or a number that is no day"
            return _bad(line, header, place, reason)
    return None
