"""`ayni clock`: the one clock that everything asks."""

from __future__ import annotations

from typing import Annotated

import typer

from ayni.channels.cli.answer import Json, show
from ayni.channels.cli.session import OPERATOR, Session
from ayni.foundation import audit
from ayni.foundation.clock import is_simulated, set_clock

cli = typer.Typer(no_args_is_help=True, add_completion=False)


@cli.callback()
def clock() -> None:
    """Show the clock, or move a simulated one.

    \b
    Example:
      ayni clock show
    """


@cli.command("show")
def show_clock(context: typer.Context, json: Json = False) -> None:
    """Say what time it is, and whether the clock is live or simulated.

    \b
    Example:
      ayni clock show
    """
    with Session.of(context).open_database(migrate=False) as database, database.transaction(OPERATOR) as tx:
        kind = "simulated" if is_simulated(tx) else "live"
        local = tx.now.astimezone(tx.country.timezone)
        data = {"clock": kind, "now": tx.now, "today": tx.today}
        text = f"{local:%Y-%m-%d %H:%M:%S} in {tx.country.timezone} ({kind})."
    show(data, text, as_json=json)


@cli.command("set")
def move(
    context: typer.Context,
    instant: Annotated[str, typer.Argument(help="2025-05-31, or 2025-05-31T14:30 in the city's time.")],
    json: Json = False,
) -> None:
    """Move a simulated clock forward; never back, and never a live one.

    \b
    Example:
      ayni clock set 2025-06-30T09:00
    """
    session = Session.of(context)
    at = session.read_instant(instant)
    with session.open_database(migrate=False) as database:
        with database.transaction(OPERATOR) as tx:
            before = tx.now
            set_clock(tx, at=at)
            audit.record(tx, action="clock.set", subject="clock", details={"to": at.isoformat()})
        with database.transaction(OPERATOR) as tx:
            now = tx.now
    local = now.astimezone(session.country.timezone)
    show({"before": before, "now": now}, f"The clock shows {local:%Y-%m-%d %H:%M:%S}.", as_json=json)
