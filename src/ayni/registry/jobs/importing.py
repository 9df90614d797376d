"""The import of a padrón: a job at the edge, which opens its own transactions.

Rows are read once and staged in this session's own tables. Whole households are then written in batches of
about 20,000 rows, each in a transaction of its own, so that memory stays bounded and a kill loses only the
batch in hand. What a source has said is remembered as hashes: the same file again changes nothing, and after
a kill the same file goes on where it stopped.
"""

from __future__ import annotations

import contextlib
import csv
import hashlib
import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import IO, Any
from uuid import UUID

from ayni import identity
from ayni.foundation import audit
from ayni.foundation.db import SYSTEM, Actor, Database, Tx, transaction_on
from ayni.foundation.tabular import Mapping, Table, check_table_file, open_table
from ayni.registry import formats, operations, store
from ayni.registry.errors import ImportAlreadyRunning, ObservedInFuture, ReportLost, ReportNotWritable
from ayni.registry.model import FACTS, ImportReport
from ayni.registry.operations import classes, duplicates
from ayni.values.ids import new_id

Progress = Callable[[str, int], None]
"""Told now and then: the phase ("reading", "writing") and the rows done in it."""

_CHUNK = 20_000
_NEEDED = formats.NEEDED


@dataclass(frozen=True)
class _Import:
    """One import: what its steps share."""

    id: UUID
    source: str
    on: date
    step: Callable[[], contextlib.AbstractContextManager[Tx]]
    progress: Progress


def import_padron(
    database: Database,
    *,
    path: Path,
    source: str,
    on: date | None = None,
    mapping: Mapping | None = None,
    sheet: str | None = None,
    report: Path | None = None,
    progress: Progress | None = None,
    actor: Actor = SYSTEM,
) -> ImportReport:
    """Import a padrón as seen by `source` on a day (the mapping's or today, if none is given).

    Valid rows are imported, the others are told in a CSV report (`<file>.report.csv` if none is given) with
    line, column, code and reason. The same file again changes nothing. A mapping's own facts become known.
    Of a workbook `sheet` is read, or else the only visible one in which something is written.
    Raises UnusableTable and its kinds, ReportNotWritable, UnknownColumns, FactDeclaredOtherwise,
    BadFactDeclaration, ObservedInFuture, ImportAlreadyRunning, HouseholdRefused, ReportLost.
    """
    check_table_file(path)
    report = report or path.with_name(f"{path.name}.report.csv")
    _check_place(report, path)
    with database.connection() as connection:

        @contextlib.contextmanager
        def step() -> Iterator[Tx]:
            with transaction_on(connection, database.country, actor) as tx:
                yield tx

        with step() as tx:
            on = on or (mapping.on if mapping else None) or tx.today
            if on > tx.today:
                raise ObservedInFuture(on=on)
            run = _Import(new_id(tx.now), source, on, step, progress or (lambda _phase, _rows: None))
            if not store.lock_imports(tx):
                raise ImportAlreadyRunning
        try:
            return _import(run, open_table(path, mapping, needed=_NEEDED, sheet=sheet), mapping, report)
        finally:
            # A connection that is lost has taken stage and lock with it.
            with contextlib.suppress(Exception), step() as tx:
                store.close_stage(tx)


def _import(run: _Import, table: Table, mapping: Mapping | None, report: Path) -> ImportReport:
    with run.step() as tx:
        operations.declare_facts(tx, facts=FACTS)
        if mapping is not None:
            operations.declare_mapping(tx, mapping=mapping)
        reader = formats.RowReader(tx.country, tx.today, store.list_fact_names(tx), table.columns)
        store.insert_import(tx, import_id=run.id, source=run.source, digest=_digest(table.path), on=run.on)
        store.open_stage(tx)
    counts: Counter[str] = Counter(rows_read=_read(run, table, reader))
    with run.step() as tx:
        batches = store.plan_batches(tx)
    written = 0
    for batch in batches:
        with run.step() as tx:
            found = _write(run, tx, batch)
        counts.update(found)
        written += sum(found.values()) - found["households_added"]
        run.progress("writing", written)
    return _finish(run, counts, report)


def _check_place(report: Path, path: Path) -> None:
    """Refuse, before any work, a report that could not be written at its end, or would be the list itself."""
    try:
        if report.exists() and report.samefile(path):
            raise ReportNotWritable(path=report, reason="it is the list that is to be read")
        if report.is_fifo():
            raise ReportNotWritable(path=report, reason="it is a pipe")
        there = os.path.lexists(report)
        # Only trying tells: a folder may be full of rights on a disk that nobody may write.
        report.open("a").close()
        if not there:
            report.unlink()
        if not there or report.is_file():
            _part_of(report).open("w").close()
            _part_of(report).unlink()
    except (OSError, ValueError) as error:
        raise ReportNotWritable(path=report, reason=why(error)) from error


def why(error: OSError | ValueError) -> str:
    """Why a file could not be used, as a clause."""
    return (getattr(error, "strerror", None) or "it is no name for a file").lower()


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _read(run: _Import, table: Table, reader: formats.RowReader) -> int:
    """Stage every row, or the reasons against it; returns how many were read."""
    rows: list[tuple[Any, ...]] = []
    refusals: list[tuple[int, str | None, str, str]] = []
    count = 0

    def flush() -> None:
        with run.step() as tx:
            store.stage(tx, rows=rows, refusals=refusals)
        rows.clear()
        refusals.clear()
        run.progress("reading", count)

    for row in table.rows():
        count += 1
        if row.problem is not None:
            problem = row.problem
            refusals.append(
                (
                    row.line,
                    problem.numbers.get("column") or None,
                    problem.code,
                    problem.what.format(**problem.numbers),
                )
            )
        else:
            staged, problems = reader.read(row.line, row.values)
            if staged is not None:
                rows.append(staged)
            refusals.extend((row.line, *problem) for problem in problems)
        if len(rows) + len(refusals) >= _CHUNK:
            flush()
    flush()
    return count


def _write(run: _Import, tx: Tx, batch: int) -> Counter[str]:
    """Write one batch of whole households; returns its rows by verdict, and the households added."""
    households = store.judge_batch(
        tx, batch=batch, source=run.source, on=run.on, largest=formats.LARGEST_HOUSEHOLD
    )
    identity.register_people(tx, people=map(_person, store.list_new_people(tx)))
    changed = store.list_changed_people(tx)
    if changed:
        identity.record_whereabouts(tx, people=[identity.Whereabouts(*row) for row in changed])
    found = Counter(store.keep_batch(tx, import_id=run.id, source=run.source, on=run.on))
    classes.keep_classes_of_batch(tx, source=run.source)
    duplicates.find_exact_of_batch(tx)
    found["households_added"] = households
    return found


def _person(row: tuple[Any, ...]) -> identity.NewPerson:
    person_id, given, first, second, born, estimated, sex, language, synthetic, kind, number, *where = row
    phone, district_code, address_line = where
    return identity.NewPerson(
        given_names=given,
        first_surname=first,
        second_surname=second,
        birth_on=born,
        birth_estimated=estimated,
        sex=sex,
        language=language,
        synthetic=synthetic,
        document=(kind, number) if number else None,
        phone=phone,
        district_code=district_code,
        address_line=address_line,
        person_id=person_id,
    )


def _finish(run: _Import, counts: Counter[str], report: Path) -> ImportReport:
    with run.step() as tx:
        try:
            _write_report(tx, report)
        except OSError as error:
            raise ReportLost(path=report, reason=why(error)) from error
        notes, refused, flagged = store.count_refusals(tx)
        numbers = {
            "rows_read": counts["rows_read"],
            "people_added": counts["add"],
            "households_added": counts["households_added"],
            "updated": counts["update"],
            "unchanged": counts["unchanged"],
            "refused": refused,
        }
        store.insert_import_result(tx, import_id=run.id, counts=numbers)
        audit.record(
            tx,
            action="registry.import",
            subject=str(run.id),
            reason=run.source,
            details={**numbers, "flagged": flagged, "on": run.on.isoformat()},
        )
    return ImportReport(str(run.id), **numbers, flagged=flagged, notes=notes, report=str(report))


def _part_of(report: Path) -> Path:
    place = report.resolve()
    return place.with_name(f"{place.name}.part")


@contextlib.contextmanager
def _opened(report: Path) -> Iterator[IO[str]]:
    """The report to be written. It gets its name when it is whole: half of one would look like all of it."""
    if report.exists() and not report.is_file():
        with report.open("w", encoding="utf-8", newline="") as file:
            yield file
        return
    part = _part_of(report)
    try:
        with part.open("w", encoding="utf-8", newline="") as file:
            yield file
        part.replace(report.resolve())
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _write_report(tx: Tx, report: Path) -> None:
    """One line for each reason; no cell of the file is repeated."""
    with _opened(report) as file:
        out = csv.writer(file)
        out.writerow(["line", "column", "code", "reason"])
        for line, column, code, reason, other_line in store.list_refusals(tx):
            out.writerow([line, *_columns(code, column, reason, other_line)])


def _columns(code: str, column: str | None, reason: str | None, other: int | None) -> tuple[str, str, str]:
    column, reason = formats.describe(code, column, reason, other)
    return column, code, reason
