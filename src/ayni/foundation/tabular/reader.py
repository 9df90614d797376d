"""Streams the rows of a CSV or XLSX file in bounded memory, whatever is in it."""

from __future__ import annotations

import codecs
import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from ayni.foundation.tabular import sheets
from ayni.foundation.tabular.errors import (
    BadRow,
    BrokenQuotes,
    DuplicateColumns,
    EmptyTable,
    MissingColumns,
    NulCharacter,
    RepeatedHeader,
    TableNotOpened,
    TooLong,
    Undecodable,
    UnknownSheet,
    UnusableTable,
    WrongCellCount,
)
from ayni.foundation.tabular.mapping import Mapping
from ayni.foundation.tabular.sizes import MAX_COLUMNS, MAX_FIELD, MAX_RECORD, find_obstacle, list_some

_CHUNK = 1 << 20
_DELIMITERS = ",;\t|"
_TOLD_DELIMITER = re.compile(r'"?sep=([,;\t|])"?', re.IGNORECASE)
"""A first line of Excel's own, which says how the others are parted."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row. `line` is its first line in the file, counted from 1 (the header is usually line 1).

    With `problem`, `values` is empty. `truth` is filled only where the mapping has a section `truth`,
    `stated_size` only where it has `household_size`.
    """

    line: int
    values: dict[str, str]
    problem: BadRow | None = None
    truth: dict[str, str] = field(default_factory=dict)
    stated_size: str = ""


class _Lines:
    """The physical lines of a file, with a bound on what one record may gather."""

    def __init__(self, file: TextIO) -> None:
        self.file = file
        self.number = 0
        self.start()

    def start(self) -> None:
        """A new record begins at the next line."""
        self.first = self.number + 1
        self.size = 0
        self.nul = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self.file.readline(MAX_RECORD + 1)
        if not line:
            raise StopIteration
        self.number += 1
        self.size += len(line)
        if "\0" in line:
            self.nul = True
        if self.size > MAX_RECORD:
            while line and not line.endswith(("\n", "\r")):
                line = self.file.readline(MAX_RECORD + 1)
            raise _Overflow
        return line


class _Overflow(Exception):
    pass


Cells = tuple[int, list[str] | BadRow]
"""A row's first line, and its cells or what is wrong with it."""


def _csv_cells(lines: _Lines, delimiter: str, header: Sequence[str] = ()) -> Iterator[Cells]:
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        lines.start()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except _Overflow:
            yield lines.first, TooLong(line=lines.first, until=lines.number, limit=MAX_RECORD, column="?")
            reader = csv.reader(lines, delimiter=delimiter, strict=True)
            continue
        except csv.Error:
            yield lines.first, BrokenQuotes(line=lines.first, until=lines.number, column="")
            reader = csv.reader(lines, delimiter=delimiter, strict=True)
            continue
        if lines.nul:
            at = next((i for i, cell in enumerate(cells) if "\0" in cell), 0)
            yield lines.first, NulCharacter(line=lines.first, column=_name(header, at))
        elif lines.size > MAX_FIELD and (long := _too_long(cells)) is not None:
            yield (
                lines.first,
                TooLong(line=lines.first, until=lines.number, limit=MAX_FIELD, column=_name(header, long)),
            )
        else:
            yield lines.first, cells


def _name(header: Sequence[str], at: int) -> str:
    return header[at] if at < len(header) else f"number {at + 1}"


def _too_long(cells: list[str]) -> int | None:
    return next((i for i, cell in enumerate(cells) if len(cell) > MAX_FIELD), None)


def find_encoding(path: Path, stated: str | None = None) -> str:
    """utf-8-sig or cp1252 (Latin-1's letters and Windows' quotation marks), or what is stated.

    Reads the whole file once: a table that is UTF-8 in 700,000 lines and something else in one must not be
    half imported. Raises Undecodable with the line.
    """
    with path.open("rb") as file:
        stated = stated or _utf16(file.read(64))
    seen = _decodes(path, stated or "utf-8-sig")
    if seen is None:
        return stated or "utf-8-sig"
    line, multibyte = seen
    if stated or multibyte:
        raise Undecodable(file=path.name, line=line, encoding=stated or "UTF-8, as the lines before it are")
    other = _decodes(path, "cp1252")
    if other is None:
        return "cp1252"
    raise Undecodable(file=path.name, line=other[0], encoding="UTF-8 or Latin-1")


def _utf16(start: bytes) -> str | None:
    """UTF-16 by its mark, or by the zero in every second byte that Latin letters have in it; or None."""
    if start[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return "utf-16"
    first, second = start[0:8:2], start[1:8:2]
    if len(second) == 4 and not any(second) and all(first):
        return "utf-16-le"
    if len(second) == 4 and not any(first) and all(second):
        return "utf-16-be"
    return None


def _decodes(path: Path, encoding: str) -> tuple[int, bool] | None:
    """None if all decodes; else the first line that does not, and whether other than ASCII came before it."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    line, multibyte = 1, False
    with path.open("rb") as file:
        while True:
            chunk = file.read(_CHUNK)
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                good = error.object[: error.start]
                return line + good.count(b"\n"), multibyte or not good.isascii()
            line += text.count("\n")
            multibyte = multibyte or not text.isascii()
            if not chunk:
                return None


def find_delimiter(header: str) -> str:
    """The usual delimiter that the header has most of, outside quotation marks; a comma if it has none."""
    outside = "".join(header.split('"')[::2])
    return max(_DELIMITERS, key=lambda sign: (outside.count(sign), sign == ","))


class Table:
    """An opened table: its columns are known to be there, its rows are read as you go."""

    def __init__(
        self, path: Path, mapping: Mapping | None, header: list[str], cells: Iterator[Cells]
    ) -> None:
        self.path = path
        self.mapping = mapping
        self.header = header
        self.skipped = 0
        self._cells = cells

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that rows have: ours after a mapping, theirs without one."""
        return tuple(rule.column for rule in self.mapping.rules) if self.mapping else tuple(self.header)

    def rows(self) -> Iterator[Row]:
        """Every row once, good or bad; empty rows are passed over."""
        width, mapping = len(self.header), self.mapping
        for line, cells in self._cells:
            if isinstance(cells, BadRow):
                yield Row(line, {}, cells)
            elif not any(cells):
                continue
            elif len(cells) != width:
                yield Row(line, {}, WrongCellCount(line=line, found=len(cells), expected=width, column=""))
            elif cells[0].strip() == self.header[0] and [cell.strip() for cell in cells] == self.header:
                yield Row(line, {}, RepeatedHeader(line=line, column=""))
            elif mapping is None:
                yield Row(line, dict(zip(self.header, cells, strict=True)))
            else:
                theirs = dict(zip(self.header, cells, strict=True))
                if mapping.skips(theirs):
                    self.skipped += 1
                else:
                    yield _mapped(mapping, theirs, line)


def _mapped(mapping: Mapping, theirs: dict[str, str], line: int) -> Row:
    try:
        values = {rule.column: rule.apply(theirs, line) for rule in mapping.rules}
        truth = {rule.column: rule.apply(theirs, line) for rule in mapping.truth}
    except BadRow as problem:
        return Row(line, {}, problem)
    size = theirs[mapping.household_size].strip() if mapping.household_size else ""
    return Row(line, values, None, truth, size)


_HEADER_FAULTS = {
    TooLong: "it is longer than any header, or its quotation mark never closes",
    NulCharacter: "it has a NUL character, so that this may be no table at all",
    BrokenQuotes: "it has a quotation mark that does not close where a cell ends",
}


def _check_header(path: Path, header: list[str], needed: Iterable[str]) -> list[str]:
    names = [name.strip() for name in header]
    if len(names) > MAX_COLUMNS:
        raise UnusableTable(
            file=path.name, reason=f"it has {len(names)} columns, and {MAX_COLUMNS} is the most"
        )
    there = Counter(names)
    # First what is missing: a file without a header has a person in its place, of whom nothing is repeated.
    if missing := [name for name in needed if name not in there]:
        raise MissingColumns(file=path.name, missing=list_some(missing))
    if "" in there:
        raise UnusableTable(file=path.name, reason=f"column {names.index('') + 1} has no name")
    if twice := sorted(name for name, times in there.items() if times > 1):
        raise DuplicateColumns(file=path.name, columns=list_some(twice))
    return names


def _open_csv(path: Path, mapping: Mapping | None) -> Iterator[Cells]:
    """The header's cells first, then the rows'."""
    encoding = find_encoding(path, mapping.encoding if mapping else None)
    with path.open(encoding=encoding, newline="") as file:
        start = file.readline(MAX_RECORD + 1)
        lines = _Lines(file)
        if (told := _TOLD_DELIMITER.fullmatch(start.rstrip("\r\n"))) is None:
            file.seek(0)
        else:
            lines.number = 1
        stated = mapping and mapping.delimiter
        delimiter = stated or (told[1] if told else find_delimiter(start))
        header: list[str] = []
        for line, cells in _csv_cells(lines, delimiter):
            if isinstance(cells, BadRow):
                raise UnusableTable(
                    file=path.name, reason=f"of its header row, line {line}: {_HEADER_FAULTS[type(cells)]}"
                ) from cells
            if any(cell.strip() for cell in cells):
                header = cells
                yield line, cells
                break
        yield from _csv_cells(lines, delimiter, [name.strip() for name in header])


def check_table_file(path: Path) -> None:
    """Whether there is a file that may be read. Raises TableNotOpened."""
    obstacle = find_obstacle(path)
    if obstacle is not None:
        raise TableNotOpened(file=path.name, reason=obstacle)


def open_table(
    path: Path, mapping: Mapping | None = None, *, needed: Sequence[str] = (), sheet: str | None = None
) -> Table:
    """Opens a table and checks its header.

    `needed` are columns that must be there, by our names; with a mapping it is the mapping that must make
    them. `sheet` names one of a workbook's; the mapping may do so too. Raises UnusableTable or one of its
    kinds. Nothing but the header is read yet.
    """
    check_table_file(path)
    with path.open("rb") as file:
        start = file.read(4)
    if mapping:
        made = {rule.column for rule in mapping.rules}
        if missing := [name for name in needed if name not in made]:
            raise MissingColumns(file=path.name, missing=", ".join(missing))
        needed = mapping.sources()
    sheet = sheet or (mapping.sheet if mapping else None)
    if start == sheets.OLD_WORKBOOK:
        reason = "it is a workbook of Excel's old kind (.xls), or one with a password"
        raise UnusableTable(file=path.name, reason=reason)
    if start == b"PK\x03\x04":
        cells = sheets.read_cells(path, sheet)
    elif sheet is not None:
        raise UnknownSheet(file=path.name, sheets="none: it is no workbook")
    else:
        cells = _open_csv(path, mapping)
    first = next(cells, None)
    if first is None or isinstance(first[1], BadRow):
        raise EmptyTable(file=path.name)
    return Table(path, mapping, _check_header(path, first[1], needed), cells)


def read_rows(path: Path, mapping: Mapping | None = None, *, needed: Sequence[str] = ()) -> Iterator[Row]:
    """The rows of a table, as `open_table(…).rows()`; the header is checked before it returns."""
    return open_table(path, mapping, needed=needed).rows()
