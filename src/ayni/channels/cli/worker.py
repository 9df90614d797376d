"""`ayni worker`: another process that does queued and scheduled work."""

from __future__ import annotations

from typing import Annotated

import typer

from ayni.channels.cli.answer import Json, show
from ayni.channels.cli.session import OPERATOR, Session
from ayni.foundation import jobs, keys

cli = typer.Typer(add_completion=False)


@cli.command()
def worker(
    context: typer.Context,
    once: Annotated[bool, typer.Option("--once", help="End when the queue is empty.")] = False,
    json: Json = False,
) -> None:
    """Do queued and scheduled work, until Ctrl-C or SIGTERM; what is begun is finished.

    \b
    Example:
      ayni worker --once
    """
    session = Session.of(context)
    with session.open_database(migrate=False) as database:
        keys.load(session.keys_folder)
        session.wiring.run_worker(database, once=once)
        with database.transaction(OPERATOR) as tx:
            counts = jobs.count_jobs(tx)
    told = ", ".join(f"{count} {state}" for state, count in sorted(counts.items())) or "none"
    show({"jobs": counts}, f"The worker has ended. Jobs: {told}.", as_json=json)
