"""`ayni person export|restrict|reads`: what people may ask of us about their own data."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from json import dumps
from pathlib import Path
from typing import Annotated, TextIO

import typer

from ayni import identity
from ayni.channels.cli.answer import Json, show, show_table
from ayni.channels.cli.person.named import Officer, Person, Reason, at_work, find
from ayni.foundation.errors import BadInput
from ayni.values.ids import show_id


class UnwritableFile(BadInput):
    """A file that cannot be written."""

    code = "unwritable_file"
    what = "The file {file} cannot be written: {reason}."
    means = "Nothing was exported."
    do = "Name a file that does not exist yet, in a folder that does."


def export(
    context: typer.Context,
    person: Person,
    purpose: Annotated[str, typer.Option(help="What it is made for; the person can see it.")],
    out: Annotated[Path, typer.Option(help="The file to write (JSON). It must not exist yet.")],
    officer: Officer = None,
    json: Json = False,
) -> None:
    """Write everything that is known of a person into a file, for them (docs/concepts/person-export.md).

    \b
    Example:
      ayni person export DNI:40000004 --purpose "asked at the counter" --out luz.json
    """
    with _new_file(out) as file:
        # Written down before it is given: a reading that nobody knows of is the worse mistake.
        with at_work(context, officer) as tx:
            person_id = find(tx, person, reason=purpose)
            found = identity.export_person(tx, person_id=person_id, purpose=purpose)
        file.write(dumps(found, ensure_ascii=False, indent=2) + "\n")
    data = {"person": show_id("per", person_id), "file": str(out), "parts": sorted(found)}
    show(data, f"Written to {out}, which only you can read.", as_json=json)


@contextlib.contextmanager
def _new_file(path: Path) -> Iterator[TextIO]:
    """A file that did not exist, that only we can read, and that goes again when nothing came of it."""
    try:
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise UnwritableFile(file=path, reason=error.strerror or "it cannot be opened") from error
    try:
        with os.fdopen(number, "w", encoding="utf-8") as file:
            yield file
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def restrict(
    context: typer.Context,
    person: Person,
    reason: Reason,
    officer: Annotated[str, typer.Option(metavar="LOGIN", help="The registrar who decides it.")],
    lift: Annotated[bool, typer.Option("--lift", help="End the restriction instead.")] = False,
    json: Json = False,
) -> None:
    """Restrict a person's file: kept because the law asks, found by nobody, used for nothing new.

    \b
    Example:
      ayni person restrict DNI:40000004 --reason "asked for erasure" --officer rosa
    """
    with at_work(context, officer) as tx:
        person_id = find(tx, person, reason=reason if lift else None)
        if lift:
            identity.privacy.lift_restriction(tx, person_id=person_id, reason=reason)
        else:
            identity.privacy.restrict_person(tx, person_id=person_id, reason=reason)
    data = {"person": show_id("per", person_id), "restricted": not lift}
    show(data, "Lifted." if lift else f"Restricted: {show_id('per', person_id)}.", as_json=json)


def reads(
    context: typer.Context,
    person: Person,
    reason: Annotated[str | None, typer.Option(help="Needed to find a restricted file by document.")] = None,
    officer: Officer = None,
    json: Json = False,
) -> None:
    """Say who looked at a person's file, when and what for.

    \b
    Example:
      ayni person reads DNI:40000004
    """
    with at_work(context, officer) as tx:
        person_id = find(tx, person, reason=reason)
        found = identity.list_reads(tx, person_id=person_id)
    if json:
        show({"person": show_id("per", person_id), "reads": found}, "", as_json=True)
    elif not found:
        show({}, "Nobody has.", as_json=False)
    else:
        rows = [(f"{one.read_at:%Y-%m-%d %H:%M} UTC", one.read_by, one.kind, one.purpose) for one in found]
        show_table(("when", "who", "what", "purpose"), rows)
