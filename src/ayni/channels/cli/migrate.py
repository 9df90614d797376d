"""`ayni migrate`: the tables, brought up to date."""

from __future__ import annotations

from typing import Annotated

import typer

from ayni.channels.cli.answer import Json, show
from ayni.channels.cli.session import Session

cli = typer.Typer(add_completion=False)


@cli.command()
def migrate(
    context: typer.Context,
    simulated: Annotated[
        str | None,
        typer.Option(metavar="INSTANT", help="A new database gets a clock of its own, which begins here."),
    ] = None,
    json: Json = False,
) -> None:
    """Set up a new database, or bring an older one up to date. All of it happens, or nothing.

    \b
    Example:
      ayni migrate
    """
    session = Session.of(context)
    at = None if simulated is None else session.read_instant(simulated)
    with session.open_server() as place:
        done = session.migrate(place, simulated_at=at)
        shown = place.shown
    text = [f"Ran {name}." for name in done] or ["Nothing was to do."]
    show({"database": shown, "ran": done}, [*text, f"Up to date: {shown}."], as_json=json)
