"""`ayni duplicates find`: everybody compared with everybody who is at all alike."""

from __future__ import annotations

from typing import Annotated

import typer

from ayni import registry
from ayni.channels.cli.answer import Json, show
from ayni.channels.cli.progress import counting
from ayni.channels.cli.session import OPERATOR, Session
from ayni.registry import DuplicatesFound


def find(
    context: typer.Context,
    at_least: Annotated[
        int, typer.Option(min=1, max=999, help="How likely a pair must be to be queued, in thousandths.")
    ] = 500,
    memory: Annotated[
        int, typer.Option(metavar="MIB", min=100, help="What the comparison may hold; the rest goes to disk.")
    ] = 2_000,
    json: Json = False,
) -> None:
    """Compare all people by likeness, and queue the pairs that may be one human. Nobody is asked twice.

    \b
    Example:
      ayni duplicates find
    """
    with Session.of(context).open_database() as database, counting(quiet=json) as told:
        found = registry.find_duplicates(
            database,
            at_least=at_least,
            memory_mib=memory,
            progress=lambda phase, done: told(phase, done, None),
            actor=OPERATOR,
        )
    data = {name: getattr(found, name) for name in found.__dataclass_fields__}
    show(data, _lines(found), as_json=json)


def _lines(found: DuplicatesFound) -> list[str]:
    lines = [
        f"{found.people} people, {found.compared} pairs compared: {found.pairs} may be one human.",
        f"New in the queue: {found.added}. Likely, so that of ten nine are: {found.likely}.",
    ]
    lines += [
        f"Too many alike to compare by {name}: {count} people." for name, count in found.left_out.items()
    ]
    return lines
