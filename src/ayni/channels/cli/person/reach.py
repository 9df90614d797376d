"""`ayni person contact|move`: how somebody is reached."""

from __future__ import annotations

from typing import Annotated

import typer

from ayni import identity
from ayni.channels.cli.answer import Json, show
from ayni.channels.cli.person.named import Officer, Person, Reason, at_work, find
from ayni.values.ids import show_id

contact = typer.Typer(no_args_is_help=True, add_completion=False)

Phone = Annotated[str, typer.Argument(metavar="PHONE", help="The mobile number, as it is dialled.")]


@contact.callback()
def contact_() -> None:
    """Telephones: one may serve several people, and one that fell silent is verified again.

    \b
    Example:
      ayni person contact add DNI:40000004 987654321 --reason "told at the counter"
    """


@contact.command()
def add(
    context: typer.Context,
    person: Person,
    phone: Phone,
    reason: Reason,
    officer: Officer = None,
    json: Json = False,
) -> None:
    """Add a telephone. It is not yet verified.

    \b
    Example:
      ayni person contact add DNI:40000004 987654321 --reason "told at the counter"
    """
    with at_work(context, officer) as tx:
        person_id = find(tx, person)
        identity.reach.add_contact(tx, person_id=person_id, phone=phone, reason=reason)
    show({"person": show_id("per", person_id)}, "Added; verify it before it is relied on.", as_json=json)


@contact.command()
def verify(
    context: typer.Context, person: Person, phone: Phone, officer: Officer = None, json: Json = False
) -> None:
    """Record that a code came back from the telephone, or that the person answered it.

    \b
    Example:
      ayni person contact verify DNI:40000004 987654321 --officer rosa
    """
    with at_work(context, officer) as tx:
        person_id = find(tx, person)
        identity.reach.verify_contact(tx, person_id=person_id, phone=phone)
    show({"person": show_id("per", person_id)}, "Verified.", as_json=json)


@contact.command()
def used(
    context: typer.Context, person: Person, phone: Phone, officer: Officer = None, json: Json = False
) -> None:
    """Record that the person has used the telephone with us.

    \b
    Example:
      ayni person contact used DNI:40000004 987654321
    """
    with at_work(context, officer) as tx:
        person_id = find(tx, person)
        identity.reach.note_contact_used(tx, person_id=person_id, phone=phone)
    show({"person": show_id("per", person_id)}, "Noted.", as_json=json)


@contact.command()
def end(
    context: typer.Context,
    person: Person,
    phone: Phone,
    reason: Reason,
    mistaken: Annotated[bool, typer.Option(help="It was never theirs.")] = False,
    officer: Officer = None,
    json: Json = False,
) -> None:
    """End a telephone: it no longer reaches the person.

    \b
    Example:
      ayni person contact end DNI:40000004 987654321 --reason "number given up"
    """
    with at_work(context, officer) as tx:
        person_id = find(tx, person)
        identity.reach.end_contact(tx, person_id=person_id, phone=phone, reason=reason, mistaken=mistaken)
    show({"person": show_id("per", person_id)}, "Ended.", as_json=json)


def move(
    context: typer.Context,
    person: Person,
    reason: Reason,
    district: Annotated[str | None, typer.Option(help="The district's six digits.")] = None,
    address: Annotated[str | None, typer.Option(help="The line of the address.")] = None,
    officer: Officer = None,
    json: Json = False,
) -> None:
    """Record where a person lives from today on. The address before it stays readable.

    \b
    Example:
      ayni person move DNI:40000004 --district 150132 --reason "told at the counter"
    """
    with at_work(context, officer) as tx:
        person_id = find(tx, person)
        identity.reach.move_person(
            tx, person_id=person_id, district_code=district, line=address, reason=reason
        )
    show({"person": show_id("per", person_id)}, "Moved.", as_json=json)
