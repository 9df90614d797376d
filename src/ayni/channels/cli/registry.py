"""`ayni registry`: the social registry's work with files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ayni import identity, registry
from ayni.channels.cli.answer import Json, show
from ayni.channels.cli.progress import counting
from ayni.channels.cli.session import OPERATOR, Session, read_day
from ayni.foundation.db import Actor
from ayni.foundation.tabular import load_mapping
from ayni.registry import ImportReport
from ayni.values.ids import show_id

cli = typer.Typer(no_args_is_help=True, add_completion=False)


@cli.callback()
def registry_() -> None:
    """Bring lists of residents into the social registry, and write them out again.

    \b
    Example:
      ayni registry import padron.csv --source census
    """


@cli.command("import")
def import_(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A padrón: CSV or XLSX (docs/padron.md).")],
    source: Annotated[str, typer.Option(help="Who says so: the same source's later lists replace nothing.")],
    mapping: Annotated[Path | None, typer.Option(help="How a foreign layout becomes ours (YAML).")] = None,
    declare: Annotated[
        Path | None, typer.Option(help="A mapping whose facts a list in our own columns carries too.")
    ] = None,
    sheet: Annotated[str | None, typer.Option(help="Which sheet of a workbook is the list.")] = None,
    on: Annotated[str | None, typer.Option(metavar="DAY", help="The day that the list describes.")] = None,
    report: Annotated[
        Path | None, typer.Option(help="Where to tell, line by line, what was not used.")
    ] = None,
    json: Json = False,
) -> None:
    """Import a list of residents. The same list again changes nothing; an import that was cut off goes on.

    \b
    Example:
      ayni registry import padron.csv --source census --on 2025-05-31
    """
    layout = None if mapping is None else load_mapping(mapping)
    day = None if on is None else read_day(on)
    declared = None if declare is None else load_mapping(declare)
    with Session.of(context).open_database() as database, counting(quiet=json) as told:
        if declared is not None:
            with database.transaction(OPERATOR) as tx:
                registry.declare_mapping(tx, mapping=declared)
        found = registry.import_padron(
            database,
            path=file,
            source=source,
            on=day,
            mapping=layout,
            sheet=sheet,
            report=report,
            progress=lambda phase, rows: told(phase, rows, None),
            actor=OPERATOR,
        )
    show(_as_dict(found), _lines(found), as_json=json)


@cli.command("export")
def export(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The file to write: .csv or .xlsx.")],
    purpose: Annotated[str, typer.Option(help="What the list is for; everybody in it can see that.")],
    officer: Annotated[str, typer.Option(metavar="LOGIN", help="The registrar or auditor who takes it.")],
    source: Annotated[str | None, typer.Option(help="Only this source's households, with its codes.")] = None,
    on: Annotated[str | None, typer.Option(metavar="DAY", help="As of this day, or today.")] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Overwrite a file that is there.")] = False,
    json: Json = False,
) -> None:
    """Write who lives in which household into a list, which can be imported again.

    \b
    Example:
      ayni registry export padron.csv --source census --purpose "council of June" --officer ana
    """
    day = None if on is None else read_day(on)
    with Session.of(context).open_database(migrate=False) as database, counting(quiet=json) as told:
        with database.transaction(OPERATOR) as tx:
            by = identity.get_officer(tx, login=officer)
        found = registry.export_padron(
            database,
            path=file,
            actor=Actor(show_id("off", by.id), "cli"),
            purpose=purpose,
            on=day,
            source=source,
            replace=replace,
            progress=lambda count: told("writing", count, None),
        )
    data = {name: getattr(found, name) for name in found.__dataclass_fields__}
    text = [f"{found.people} people of {found.households} households: {found.path}, which only you can read."]
    show(data, text, as_json=json)


def _as_dict(found: ImportReport) -> dict[str, object]:
    return {name: getattr(found, name) for name in found.__dataclass_fields__}


def _lines(found: ImportReport) -> list[str]:
    lines = [
        f"{found.rows_read} rows read: {found.unchanged} unchanged, {found.refused} refused.",
        f"New: {found.people_added} people, {found.households_added} households. Updated: {found.updated}.",
        f"{found.flagged} imported rows need somebody's decision." if found.flagged else "",
    ]
    lines += [f"  {code}: {count}" for code, count in sorted(found.notes.items())]
    if found.notes:
        lines.append(f"Line by line: {found.report}")
    return [line for line in lines if line]
