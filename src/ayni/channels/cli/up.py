"""`ayni up`: everything that runs, in the foreground."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from types import FrameType
from typing import Annotated

import typer

from ayni.channels.cli.answer import Json, show
from ayni.channels.cli.session import OPERATOR, Session
from ayni.foundation import keys
from ayni.foundation.clock import is_simulated

cli = typer.Typer(add_completion=False)


@cli.command()
def up(
    context: typer.Context,
    simulated: Annotated[
        str | None,
        typer.Option(metavar="INSTANT", help="A new database gets a clock of its own, which begins here."),
    ] = None,
    json: Json = False,
) -> None:
    """Start Ayni here: its database, brought up to date, and the worker, until Ctrl-C.

    \b
    Example:
      ayni up
      AYNI_HOME=/srv/trial ayni up --simulated 2025-05-01
    """
    session = Session.of(context)
    at = None if simulated is None else session.read_instant(simulated)
    with _told_to_stop(), session.open_server() as place, session.use(place, at, migrate=True) as database:
        keys.load(session.keys_folder)
        with database.transaction(OPERATOR) as tx:
            clock, now = is_simulated(tx), tx.now
        data = {"state": "running", "database": place.shown, "home": session.settings.home}
        kind = "simulated" if clock else "live"
        text = [
            f"Ayni is running: {place.shown}.",
            f"Its clock is {kind}, and shows {now.astimezone(database.country.timezone):%Y-%m-%d %H:%M}.",
            f"Its keys are in {session.keys_folder}: keep a copy of them somewhere else.",
            "Stop it with Ctrl-C.",
        ]
        show(data | {"keys": session.keys_folder, "clock": kind, "now": now}, text, as_json=json)
        # A signal that comes before the worker listens to signals is no failure either.
        with contextlib.suppress(KeyboardInterrupt):
            session.wiring.run_worker(database)
    show({"state": "stopped"}, "Stopped. Nothing is lost.", as_json=json)


@contextlib.contextmanager
def _told_to_stop() -> Iterator[None]:
    """Let SIGTERM do what Ctrl-C does, so that the server is left in order whenever it comes."""

    def interrupt(_: int, __: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
