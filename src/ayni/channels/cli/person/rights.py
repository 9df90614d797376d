"""`ayni person represent|consent`: who may act for somebody, and what they permit."""

from __future__ import annotations

from typing import Annotated

import typer

from ayni import identity
from ayni.channels.cli.answer import Json, show, show_table
from ayni.channels.cli.person.named import Officer, Person, Reason, at_work, find, read_optional_day
from ayni.identity import Authority, RepresentativeKind
from ayni.values.ids import show_id

represent = typer.Typer(no_args_is_help=True, add_completion=False)
consent = typer.Typer(no_args_is_help=True, add_completion=False)

Purpose = Annotated[str, typer.Argument(metavar="PURPOSE", help="What is permitted, in a word: lending.")]


@represent.callback()
def represent_() -> None:
    """Collectors, and guardians of minors: they act for the person, and never become the owner.

    \b
    Example:
      ayni person represent list DNI:40000004
    """


@represent.command()
def name(
    context: typer.Context,
    person: Person,
    representative: Annotated[str, typer.Argument(metavar="REPRESENTATIVE", help="Who is to act for them.")],
    kind: Annotated[RepresentativeKind, typer.Option("--as", help="What they may do.")],
    authority: Annotated[str, typer.Option(help="What gives them the right: a kind of paper.")],
    reason: Reason,
    number: Annotated[str | None, typer.Option(help="The paper's number.")] = None,
    says: Annotated[str | None, typer.Option(help="What the paper says, if it has no number.")] = None,
    first_day: Annotated[str | None, typer.Option("--from", metavar="DAY", help="The first day.")] = None,
    last_day: Annotated[str | None, typer.Option("--until", metavar="DAY", help="The last day.")] = None,
    officer: Officer = None,
    json: Json = False,
) -> None:
    """Name who collects for a person, or the guardian of a minor.

    \b
    Example:
      ayni person represent name DNI:40000004 DNI:40000005 --as primary_collector --authority letter …
    """
    with at_work(context, officer) as tx:
        found = identity.rights.name_representative(
            tx,
            person_id=find(tx, person),
            representative_id=find(tx, representative),
            kind=kind,
            authority=Authority(authority, number, says),
            reason=reason,
            valid_from=read_optional_day(first_day),
            valid_until=read_optional_day(last_day),
        )
    data = {"number": found.number, "valid_from": found.valid_from, "valid_until": found.valid_until}
    until = "" if found.valid_until is None else f" until {found.valid_until}"
    show(data, f"Number {found.number}: {kind} from {found.valid_from}{until}.", as_json=json)


@represent.command("end")
def end_representation(
    context: typer.Context,
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="The number that naming them gave.")],
    reason: Reason,
    last_day: Annotated[str | None, typer.Option("--until", metavar="DAY", help="The last day.")] = None,
    officer: Officer = None,
    json: Json = False,
) -> None:
    """End a right to represent, with today or with an earlier last day.

    \b
    Example:
      ayni person represent end 7 --reason "moved away"
    """
    with at_work(context, officer) as tx:
        identity.rights.end_representation(
            tx, number=number, reason=reason, last_day=read_optional_day(last_day)
        )
    show({"number": number}, "Ended.", as_json=json)


@represent.command("list")
def list_(
    context: typer.Context,
    person: Person,
    on: Annotated[str | None, typer.Option(metavar="DAY", help="The day; today if none is given.")] = None,
    officer: Officer = None,
    json: Json = False,
) -> None:
    """Say who may collect or act for a person on a day.

    \b
    Example:
      ayni person represent list DNI:40000004 --on 2025-06-30
    """
    with at_work(context, officer) as tx:
        found = identity.list_representatives(tx, person_id=find(tx, person), on=read_optional_day(on))
    rows = [
        {
            "number": one.number,
            "kind": one.kind,
            "representative": show_id("per", one.representative_id),
            "valid_from": one.valid_from,
            "valid_until": one.ended_on or one.valid_until,
        }
        for one in found
    ]
    if json:
        show({"representatives": rows}, "", as_json=True)
    elif not rows:
        show({}, "Nobody.", as_json=False)
    else:
        show_table(list(rows[0]), [["" if cell is None else cell for cell in row.values()] for row in rows])


@consent.callback()
def consent_() -> None:
    """What a person permits, for one purpose, in which words.

    \b
    Example:
      ayni person consent give DNI:40000004 lending --text 2025-1
    """


@consent.command()
def give(
    context: typer.Context,
    person: Person,
    purpose: Purpose,
    text: Annotated[str, typer.Option(help="The version of the text that was read to them.")],
    on: Annotated[str | None, typer.Option(metavar="DAY", help="The day; today if none is given.")] = None,
    by: Annotated[str | None, typer.Option(metavar="PERSON", help="The guardian, for a minor.")] = None,
    officer: Officer = None,
    json: Json = False,
) -> None:
    """Write down that a person permits a purpose.

    \b
    Example:
      ayni person consent give DNI:40000004 lending --text 2025-1
    """
    with at_work(context, officer) as tx:
        person_id = find(tx, person)
        identity.rights.give_consent(
            tx,
            person_id=person_id,
            purpose=purpose,
            text_version=text,
            given_on=read_optional_day(on),
            given_by=None if by is None else find(tx, by),
        )
    show({"person": show_id("per", person_id), "purpose": purpose}, "Written down.", as_json=json)


@consent.command()
def withdraw(
    context: typer.Context,
    person: Person,
    purpose: Purpose,
    reason: Reason,
    officer: Officer = None,
    json: Json = False,
) -> None:
    """Withdraw what a person permitted, from today on.

    \b
    Example:
      ayni person consent withdraw DNI:40000004 lending --reason "asked at the counter"
    """
    with at_work(context, officer) as tx:
        person_id = find(tx, person)
        identity.rights.withdraw_consent(tx, person_id=person_id, purpose=purpose, reason=reason)
    show({"person": show_id("per", person_id), "purpose": purpose}, "Withdrawn.", as_json=json)
