"""`ayni keys`: the secrets that lie beside the database."""

from __future__ import annotations

from typing import Annotated

import typer

from ayni.channels.cli.answer import Json, show, show_table
from ayni.channels.cli.session import OPERATOR, Session
from ayni.foundation import audit, keys
from ayni.foundation.keys import KeyRing, Purpose

cli = typer.Typer(no_args_is_help=True, add_completion=False)


@cli.callback()
def keys_() -> None:
    """List and rotate the keys of this installation. No secret is ever shown.

    \b
    Example:
      ayni keys list
    """


@cli.command("list")
def list_(context: typer.Context, json: Json = False) -> None:
    """Say which keys there are, since when, and which is used now.

    \b
    Example:
      ayni keys list
    """
    ring = keys.load(Session.of(context).keys_folder)
    if json:
        show({"keys": _rows(ring)}, "", as_json=True)
    else:
        rows = [
            (row["purpose"], row["version"], row["created_at"], "used now" if row["current"] else "checks")
            for row in _rows(ring)
        ]
        show_table(("key", "version", "since", ""), rows)


@cli.command()
def rotate(
    context: typer.Context,
    purpose: Annotated[Purpose, typer.Argument(help="Which key.")],
    json: Json = False,
) -> None:
    """Add a version of a key, which is used from now on. Older versions go on proving what they made.

    \b
    Example:
      ayni keys rotate session
    """
    session = Session.of(context)
    keys.load(session.keys_folder)
    with session.open_database(migrate=False) as database:
        with database.transaction(OPERATOR) as tx:
            now = tx.now
        ring = keys.rotate(session.keys_folder, purpose, at=now)
        version = ring.current(purpose)
        with database.transaction(OPERATOR) as tx:
            audit.record(tx, action="keys.rotate", subject=f"key {purpose}", details={"version": version})
    text = [
        f"Version {version} of the {purpose} key is used from now on.",
        "Restart what runs (ayni up, ayni worker), and copy the folder of the keys again.",
    ]
    show({"purpose": purpose, "version": version}, text, as_json=json)


@cli.command()
def create(context: typer.Context, json: Json = False) -> None:
    """Make a key ring for an installation that has none and never had one.

    `ayni up` does it for a new database. When a ring is lost, bring back its copy: a new one proves nothing
    that the old one made.

    \b
    Example:
      ayni keys create
    """
    session = Session.of(context)
    with session.open_database(migrate=False) as database, database.transaction(OPERATOR) as tx:
        ring = keys.create(session.keys_folder, at=tx.now)
        audit.record(tx, action="keys.create", subject="keys")
    show({"keys": _rows(ring)}, f"The keys are in {session.keys_folder}.", as_json=json)


def _rows(ring: KeyRing) -> list[dict[str, object]]:
    rows = []
    for key in ring.list_keys():
        row: dict[str, object] = {"purpose": key.purpose, "version": key.version}
        row |= {"created_at": key.created_at.isoformat(), "current": key.version == ring.current(key.purpose)}
        if key.purpose is Purpose.SIGNING:
            row["public_key"] = ring.public_key(key.version).hex()
        rows.append(row)
    return rows
