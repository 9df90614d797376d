"""`ayni api`: the HTTP API, in a process of its own."""

from __future__ import annotations

import contextlib
import threading

import typer

from ayni.channels.cli.answer import Json, show
from ayni.channels.cli.serving import PORT, Host, Port, serving, told_to_stop
from ayni.channels.cli.session import Session
from ayni.foundation import keys

cli = typer.Typer(add_completion=False)


@cli.command()
def api(context: typer.Context, host: Host = "127.0.0.1", port: Port = PORT, json: Json = False) -> None:
    """Serve the HTTP API, until Ctrl-C or SIGTERM; what is begun is finished.

    It speaks plain HTTP: put a proxy with TLS before it wherever it is reached from another machine.

    \b
    Example:
      ayni api --port 8080
    """
    session = Session.of(context)
    with told_to_stop(), session.open_database(migrate=False) as database:
        keys.load(session.keys_folder)
        with serving(session, database, host, port) as url:
            text = [
                f"The HTTP API is at {url}, described in {url}/api/v1/openapi.json.",
                "Stop it with Ctrl-C.",
            ]
            show({"state": "running", "api": url}, text, as_json=json)
            with contextlib.suppress(KeyboardInterrupt):
                threading.Event().wait()
    show({"state": "stopped"}, "Stopped. What was acknowledged is safe.", as_json=json)
