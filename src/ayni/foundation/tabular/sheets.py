"""The first sheet of an XLSX workbook as rows of text."""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from ayni.foundation.tabular.errors import BadRow, UnusableTable

_MAX_UNPACKED = 4_000_000_000
_MAX_STRINGS = 500_000_000
"""Bytes, unpacked: a workbook is a zip file, and a small one can hold more than any machine."""


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


def _check_size(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        sizes = {entry.filename: entry.file_size for entry in archive.infolist()}
    if sum(sizes.values()) > _MAX_UNPACKED or sizes.get("xl/sharedStrings.xml", 0) > _MAX_STRINGS:
        raise UnusableTable(file=path.name, reason="the workbook unpacks to more than a workbook should")


def read_cells(path: Path) -> Iterator[tuple[int, list[str] | BadRow]]:
    """Line (the sheet's row) and cells; the header sets the width. Excel loses leading zeros, not we."""
    try:
        _check_size(path)
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore"
            )  # openpyxl warns about styles and extensions, which we do not read
            book = load_workbook(path, read_only=True, data_only=True)
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, OSError, ParseError) as error:
        raise UnusableTable(file=path.name, reason="it is no XLSX workbook, or a damaged one") from error
    try:
        width = 0
        for line, values in enumerate(book.worksheets[0].iter_rows(values_only=True), start=1):
            cells = [_text(value) for value in values]
            # A sheet's width is that of its widest row, formatting included.
            while len(cells) > width and not cells[-1]:
                cells.pop()
            if not width:
                if not cells:
                    continue
                width = len(cells)
            yield line, cells + [""] * (width - len(cells))
    finally:
        book.close()
