"""`ayni up`: everything that runs, in the foreground."""

from __future__ import annotations

import contextlib
from typing import Annotated

import typer

from ayni.channels.cli.answer import Json, show
from ayni.channels.cli.serving import PORT, Host, Port, serving, told_to_stop
from ayni.channels.cli.session import OPERATOR, Session
from ayni.foundation.clock import is_simulated

cli = typer.Typer(add_completion=False)


@cli.command()
def up(
    context: typer.Context,
    simulated: Annotated[
        str | None,
        typer.Option(metavar="INSTANT", help="A new database gets a clock of its own, which begins here."),
    ] = None,
    host: Host = "127.0.0.1",
    port: Port = PORT,
    json: Json = False,
) -> None:
    """Start Ayni here: its database, brought up to date, the worker and the HTTP API, until Ctrl-C.

    \b
    Example:
      ayni up
      AYNI_HOME=/srv/trial ayni up --simulated 2025-05-01 --port 8081
    """
    session = Session.of(context)
    at = None if simulated is None else session.read_instant(simulated)
    with (
        told_to_stop(),
        session.open_server() as place,
        session.use(place, at, migrate=True) as database,
        serving(session, database, host, port) as url,
    ):
        with database.transaction(OPERATOR) as tx:
            clock, now = is_simulated(tx), tx.now
        data = {"state": "running", "database": place.shown, "home": session.settings.home, "api": url}
        kind = "simulated" if clock else "live"
        text = [
            f"Ayni is running: {place.shown}.",
            f"Its HTTP API is at {url}.",
            f"Its clock is {kind}, and shows {now.astimezone(database.country.timezone):%Y-%m-%d %H:%M}.",
            f"Its keys are in {session.keys_folder}: keep a copy of them somewhere else.",
            "Stop it with Ctrl-C.",
        ]
        show(data | {"keys": session.keys_folder, "clock": kind, "now": now}, text, as_json=json)
        # A signal that comes before the worker listens to signals is no failure either.
        with contextlib.suppress(KeyboardInterrupt):
            session.wiring.run_worker(database)
    show({"state": "stopped"}, "Stopped. Nothing is lost.", as_json=json)
