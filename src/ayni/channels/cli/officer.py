"""`ayni officer`: accounts of those who work with Ayni, and what each may do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from ayni import identity
from ayni.channels.cli.answer import Json, show, show_table
from ayni.channels.cli.person.named import Officer, Person, Reason, at_work, find
from ayni.foundation.db import Tx
from ayni.identity import Officer as OfficerAccount
from ayni.identity import OfficerRole
from ayni.values.ids import OfficerId, show_id

cli = typer.Typer(no_args_is_help=True, add_completion=False)

Login = Annotated[str, typer.Argument(metavar="LOGIN", help="The account's login.")]
Role = Annotated[OfficerRole, typer.Argument(metavar="ROLE", help=f"One of {', '.join(OfficerRole)}.")]


@cli.callback()
def officer_() -> None:
    """Officers' accounts. Each belongs to a registered human, whose accounts count as one.

    \b
    Example:
      ayni officer list
    """


@cli.command()
def register(
    context: typer.Context,
    login: Login,
    person: Person,
    role: Annotated[list[OfficerRole], typer.Option(help="What it is trusted with; may be repeated.")],
    officer: Officer = None,
    json: Json = False,
) -> None:
    """Give a registered person an account.

    \b
    Example:
      ayni officer register rosa DNI:40000004 --role registrar
    """
    with at_work(context, officer) as tx:
        found = identity.register_officer(tx, login=login, roles=role, person_id=find(tx, person))
    _show(found, json)


@cli.command()
def grant(
    context: typer.Context,
    login: Login,
    role: Role,
    reason: Reason,
    officer: Officer = None,
    json: Json = False,
) -> None:
    """Trust an account with one more role. Nobody does it for themselves.

    \b
    Example:
      ayni officer grant rosa approver --reason "council decision 7"
    """
    _change(
        context,
        login,
        officer,
        json,
        lambda tx, one: identity.officers.grant_role(tx, officer_id=one, role=role, reason=reason),
    )


@cli.command()
def revoke(
    context: typer.Context,
    login: Login,
    role: Role,
    reason: Reason,
    officer: Officer = None,
    json: Json = False,
) -> None:
    """Take a role from an account. What it did before stands.

    \b
    Example:
      ayni officer revoke rosa approver --reason "other duties"
    """
    _change(
        context,
        login,
        officer,
        json,
        lambda tx, one: identity.officers.revoke_role(tx, officer_id=one, role=role, reason=reason),
    )


@cli.command()
def disable(
    context: typer.Context, login: Login, reason: Reason, officer: Officer = None, json: Json = False
) -> None:
    """Take from an account all that it may do, until it is enabled again.

    \b
    Example:
      ayni officer disable rosa --reason "on leave"
    """
    _change(
        context,
        login,
        officer,
        json,
        lambda tx, one: identity.officers.disable_officer(tx, officer_id=one, reason=reason),
    )


@cli.command()
def enable(
    context: typer.Context, login: Login, reason: Reason, officer: Officer = None, json: Json = False
) -> None:
    """Give back to a disabled account what it may do.

    \b
    Example:
      ayni officer enable rosa --reason "back from leave"
    """
    _change(
        context,
        login,
        officer,
        json,
        lambda tx, one: identity.officers.enable_officer(tx, officer_id=one, reason=reason),
    )


@cli.command("list")
def list_(context: typer.Context, json: Json = False) -> None:
    """Say which accounts there are, and what each is trusted with.

    \b
    Example:
      ayni officer list
    """
    with at_work(context, None) as tx:
        found = identity.list_officers(tx)
    if json:
        show({"officers": [_data(one) for one in found]}, "", as_json=True)
    else:
        rows = [(one.login, ", ".join(one.roles), "disabled" if one.disabled else "") for one in found]
        show_table(("login", "roles", ""), rows)


def _change(
    context: typer.Context,
    login: str,
    officer: str | None,
    json: bool,
    what: Callable[[Tx, OfficerId], OfficerAccount],
) -> None:
    with at_work(context, officer) as tx:
        one = identity.get_officer(tx, login=login, even_disabled=True)
        found = what(tx, one.id)
    _show(found, json)


def _data(found: OfficerAccount) -> dict[str, object]:
    return {
        "officer": show_id("off", found.id),
        "login": found.login,
        "person": show_id("per", found.person_id),
        "roles": [str(role) for role in found.roles],
        "disabled": found.disabled,
    }


def _show(found: OfficerAccount, json: bool) -> None:
    state = "disabled" if found.disabled else ", ".join(found.roles) or "no role"
    show(_data(found), f"{found.login} ({show_id('off', found.id)}): {state}.", as_json=json)
