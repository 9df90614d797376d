"""`ayni person death`: recording that somebody has died, and putting a mistake right."""

from __future__ import annotations

from typing import Annotated

import typer

from ayni import identity
from ayni.channels.cli.answer import Json, show
from ayni.channels.cli.person.named import Officer, Person, Reason, at_work, find
from ayni.channels.cli.session import read_day
from ayni.values.ids import show_id

cli = typer.Typer(no_args_is_help=True, add_completion=False)

Source = Annotated[str, typer.Option(help="What proves it: a certificate, a register.")]


@cli.callback()
def death_() -> None:
    """Deaths: nothing new is begun for who has died.

    \b
    Example:
      ayni person death record DNI:40000004 --on 2025-05-30 --source certificate --reason "told by family"
    """


@cli.command()
def record(
    context: typer.Context,
    person: Person,
    on: Annotated[str, typer.Option(metavar="DAY", help="The day of the death.")],
    source: Source,
    reason: Reason,
    officer: Officer = None,
    json: Json = False,
) -> None:
    """Record that a person has died.

    \b
    Example:
      ayni person death record DNI:40000004 --on 2025-05-30 --source certificate --reason "told by family"
    """
    day = read_day(on)
    with at_work(context, officer) as tx:
        person_id = find(tx, person)
        identity.lives.record_death(tx, person_id=person_id, died_on=day, source=source, reason=reason)
    show({"person": show_id("per", person_id), "died_on": day}, "Recorded.", as_json=json)


@cli.command()
def reverse(
    context: typer.Context,
    person: Person,
    source: Source,
    reason: Reason,
    officer: Officer = None,
    json: Json = False,
) -> None:
    """Record that a death was a mistake: the person lives. Both records stay.

    \b
    Example:
      ayni person death reverse DNI:40000004 --source "came to the counter" --reason "a namesake"
    """
    with at_work(context, officer) as tx:
        person_id = find(tx, person)
        identity.lives.reverse_death(tx, person_id=person_id, source=source, reason=reason)
    show({"person": show_id("per", person_id)}, "Reversed.", as_json=json)
