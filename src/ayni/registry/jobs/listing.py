"""A list of the register, written out for somebody: the same columns as a padrón, so that it can be read
again.
"""

from __future__ import annotations

import contextlib
import csv
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from ayni import identity
from ayni.foundation import audit
from ayni.foundation.db import Actor, Database, Tx
from ayni.foundation.tabular import guarded
from ayni.identity import OfficerRole
from ayni.registry import store
from ayni.registry.errors import ListNotWritable, ObservedInFuture
from ayni.registry.formats import COLUMNS
from ayni.registry.jobs.importing import why
from ayni.registry.model import FactName
from ayni.registry.store import listing
from ayni.values.ids import PersonId

ROLES = (OfficerRole.REGISTRAR, OfficerRole.AUDITOR)
"""Who may take a list of people out of the register."""

_PHONE = COLUMNS.index("phone")


@dataclass(frozen=True)
class ExportReport:
    """How many people of how many households were written, and where."""

    people: int
    households: int
    path: str


def export_padron(
    database: Database,
    *,
    path: Path,
    actor: Actor,
    purpose: str,
    on: date | None = None,
    source: str | None = None,
    replace: bool = False,
    progress: Callable[[int], None] | None = None,
) -> ExportReport:
    """Write everybody who belongs to a household on a day (today if none is given) into a CSV or XLSX file.

    With `source` only its households, under its own codes: such a list may be imported again. Restricted
    files are left out. Everybody in it can see that they were, by whom and what for. The file appears whole
    or not at all, and only its owner may read it. Raises ListNotWritable, ObservedInFuture, RoleNotGranted,
    PersonRefused (no purpose).
    """
    _check_place(path, replace)
    part = path.with_name(f".{path.name}.part")
    with contextlib.ExitStack() as undo:
        undo.callback(part.unlink, missing_ok=True)
        with database.transaction(actor) as tx:
            people, households = _write(tx, path, part, purpose, on, source, progress)
        # Not before it is committed who took it: a list that nobody was told of must not be there.
        with _writing(path):
            part.replace(path)
    return ExportReport(people, households, str(path))


def _write(
    tx: Tx,
    path: Path,
    part: Path,
    purpose: str,
    on: date | None,
    source: str | None,
    progress: Callable[[int], None] | None,
) -> tuple[int, int]:
    """Write the rows, and down who took them and what for; how many people of how many households."""
    identity.get_acting_officer(tx, roles=ROLES)
    day = on or tx.today
    if day > tx.today:
        raise ObservedInFuture(on=day)
    _take_people(tx)
    facts = store.list_fact_names(tx)
    pieces = listing.read_listed(tx, on=day, source=source)
    rows = _rows(tx, pieces, facts, purpose, progress or (lambda _count: None))
    header = [*COLUMNS, *(fact.column for fact in facts)]
    write = _write_xlsx if path.suffix.lower() == ".xlsx" else _write_csv
    with _writing(path):
        people, households = write(part, header, rows)
    audit.record(
        tx,
        action="registry.export",
        subject=source or "every source",
        reason=purpose,
        details={"people": people, "households": households, "on": day.isoformat()},
    )
    return people, households


def _check_place(path: Path, replace: bool) -> None:
    if path.suffix.lower() not in (".csv", ".xlsx"):
        raise ListNotWritable(path=path, reason="its name ends neither in .csv nor in .xlsx")
    with _writing(path):
        if not path.parent.is_dir():
            raise ListNotWritable(path=path, reason="its folder does not exist")
        try:
            os.lstat(path)
        except FileNotFoundError:
            return
        if not replace or not path.is_file():
            raise ListNotWritable(path=path, reason="it is there already")


@contextlib.contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError) as error:
        raise ListNotWritable(path=path, reason=why(error)) from error


def _take_people(tx: Tx) -> None:
    """Identity's part goes through a file that has no name: one connection reads or writes, not both."""
    with tempfile.TemporaryFile(prefix="ayni-list-") as waiting:
        identity.copy_people_to_list(tx, write=waiting.write)
        waiting.seek(0)
        listing.fill_listed(tx, iter(lambda: waiting.read(1 << 16), b""))


def _rows(
    tx: Tx,
    pieces: Iterator[list[tuple[Any, ...]]],
    facts: Sequence[FactName],
    purpose: str,
    progress: Callable[[int], None],
) -> Iterator[list[str]]:
    done = 0
    for piece in pieces:
        identity.privacy.note_listed(tx, person_ids=[PersonId(row[0]) for row in piece], purpose=purpose)
        for row in piece:
            *cells, person_facts, household_facts = row[1:]
            told = [guarded(_text(cell)) for cell in cells]
            # Its plus sign begins no formula: nothing but digits comes after it.
            told[_PHONE] = _text(cells[_PHONE])
            of = {"person": person_facts or {}, "household": household_facts or {}}
            yield told + [guarded(_text(of[fact.subject_kind].get(fact.name))) for fact in facts]
        done += len(piece)
        progress(done)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.isoformat() if isinstance(value, date) else str(value)


def _write_csv(part: Path, header: Sequence[str], rows: Iterator[list[str]]) -> tuple[int, int]:
    with _private(part).open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(header)
        return _count(rows, out.writerow)


def _write_xlsx(part: Path, header: Sequence[str], rows: Iterator[list[str]]) -> tuple[int, int]:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("padron")
    sheet.append(list(header))
    counted = _count(rows, lambda row: sheet.append([cell or None for cell in row]))
    with _private(part).open("wb") as file:
        book.save(file)
    return counted


def _private(part: Path) -> Path:
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)
    return part


def _count(rows: Iterator[list[str]], write: Callable[[list[str]], object]) -> tuple[int, int]:
    people, households, last = 0, 0, None
    for row in rows:
        write(row)
        people += 1
        households += row[0] != last
        last = row[0]
    return people, households
