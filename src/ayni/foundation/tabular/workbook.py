"""What lies around the cells of a workbook: which sheet is meant, what is merged, what was never calculated.

Read from the XML itself, a piece at a time: openpyxl's streaming reader leaves all of it out.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from openpyxl.utils.cell import column_index_from_string, range_boundaries

from ayni.foundation.tabular.errors import HiddenSheet, UnknownSheet, UnusableTable, WhichSheet
from ayni.foundation.tabular.sizes import list_some

_MAX_UNPACKED = 4_000_000_000
_MAX_STRINGS = 500_000_000
"""Bytes, unpacked: a workbook is a zip file, and a small one can hold more than any machine."""
_MAX_ROW = 2_000_000
"""Bytes of one row, unpacked: a row is read as a whole."""
_MOST = 100_000
"""Merged ranges, and rows with a formula that was not calculated, that are remembered: this bounds memory."""

_CHUNK = 1 << 20
_ROW_END = re.compile(rb"</(?:\w+:)?row>")
_ROWS_END = re.compile(rb"</(?:\w+:)?sheetData>|<(?:\w+:)?sheetData\s*/>")
_FILLED = re.compile(rb"<(?:\w+:)?(?:v|is|f)\b")
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\b[^>]*\bref=\"([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})\"")
_UNCALCULATED = re.compile(
    rb"<(?:\w+:)?c\b(?![^>]*\bt=\"str\")[^>]*>\s*<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
"""A cell with a formula and without what came of it: only its program knows, and we would read nothing."""
_REFERENCE = re.compile(rb"\br=\"([A-Z]{1,3})(\d{1,7})\"")


@dataclass(frozen=True)
class Around:
    """Of one sheet: the merged ranges that begin in each row, as first and last column (from 0) and last row;
    and the first cell (its column, from 0) of each row in which a formula was never calculated.
    """

    merged: dict[int, list[tuple[int, int, int]]] = field(default_factory=dict)
    uncalculated: dict[int, int] = field(default_factory=dict)


def check_archive(path: Path) -> None:
    """Refuse what would not fit into memory, and what is locked. Raises UnusableTable."""
    with zipfile.ZipFile(path) as archive:
        if any(entry.flag_bits & 1 for entry in archive.infolist()):
            raise UnusableTable(file=path.name, reason="it is locked with a password")
        sizes = {entry.filename: entry.file_size for entry in archive.infolist()}
    if sum(sizes.values()) > _MAX_UNPACKED or sizes.get("xl/sharedStrings.xml", 0) > _MAX_STRINGS:
        raise UnusableTable(file=path.name, reason="the workbook unpacks to more than a workbook should")


def choose_sheet(path: Path, book: Any, name: str | None) -> Any:
    """The sheet that is called so; or else the only visible one in which something is written.

    An empty one if there is no other. Raises UnknownSheet, WhichSheet, HiddenSheet.
    """
    if name is not None:
        for sheet in book.worksheets:
            if sheet.title == name:
                return sheet
        raise UnknownSheet(file=path.name, sheets=list_some([sheet.title for sheet in book.worksheets]))
    visible = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    with zipfile.ZipFile(path) as archive:
        filled = [sheet for sheet in visible if _is_filled(archive, sheet)]
        others = [sheet for sheet in book.worksheets if not filled and sheet not in visible]
        hidden = [sheet for sheet in others if _is_filled(archive, sheet)]
    if len(filled) > 1:
        raise WhichSheet(file=path.name, sheets=list_some([sheet.title for sheet in filled]))
    if hidden:
        raise HiddenSheet(file=path.name, sheets=list_some([sheet.title for sheet in hidden]))
    return (filled or visible)[0]


def look_around(path: Path, sheet: Any) -> Around:
    """What lies around the sheet's cells. Raises UnusableTable for a row longer than any row."""
    around = Around()
    with zipfile.ZipFile(path) as archive, archive.open(_member(archive, sheet)) as file:
        rest = _read_rows(path, sheet.title, file, around)
        for reference in _merged_ranges(file, rest):
            first_column, first_row, last_column, last_row = range_boundaries(reference.decode())
            if None in (first_column, first_row, last_column, last_row):
                continue
            row = around.merged.setdefault(int(first_row or 0), [])
            row.append((int(first_column or 0) - 1, int(last_column or 0) - 1, int(last_row or 0)))
            if len(around.merged) > _MOST:
                reason = f"the sheet {sheet.title} has more merged cells than can be read"
                raise UnusableTable(file=path.name, reason=reason)
    return around


def _member(archive: zipfile.ZipFile, sheet: Any) -> str:
    name = str(sheet._worksheet_path).lstrip("/")
    return name if name in archive.NameToInfo else f"xl/{name}"


def _is_filled(archive: zipfile.ZipFile, sheet: Any) -> bool:
    left = b""
    with archive.open(_member(archive, sheet)) as file:
        while chunk := file.read(_CHUNK):
            if _FILLED.search(left + chunk):
                return True
            left = chunk[-64:]
    return False


def _read_rows(path: Path, title: str, file: IO[bytes], around: Around) -> bytes:
    """Note what was never calculated; gives back what was read beyond the rows."""
    left, row = b"", 0
    while chunk := file.read(_CHUNK):
        left += chunk
        begin = 0
        for end in _ROW_END.finditer(left):
            row += 1
            found = _UNCALCULATED.search(left, begin, end.end())
            if found is not None:
                place = _REFERENCE.search(found[0])
                column = column_index_from_string(place[1].decode()) - 1 if place else 0
                around.uncalculated[int(place[2]) if place else row] = column
                if len(around.uncalculated) > _MOST:
                    reason = f"the sheet {title} is full of formulas whose results were not saved"
                    raise UnusableTable(file=path.name, reason=reason)
            begin = end.end()
        left = left[begin:]
        if (over := _ROWS_END.search(left)) is not None:
            return left[over.end() :]
        if len(left) > _MAX_ROW:
            reason = f"row {row + 1} of the sheet {title} is longer than any row"
            raise UnusableTable(file=path.name, reason=reason)
    return b""


def _merged_ranges(file: IO[bytes], rest: bytes) -> Iterator[bytes]:
    while True:
        last = 0
        for found in _MERGED.finditer(rest):
            yield found[1]
            last = found.end()
        chunk = file.read(_CHUNK)
        if not chunk:
            return
        rest = rest[last:][-200:] + chunk
