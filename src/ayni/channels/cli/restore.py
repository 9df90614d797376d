"""`ayni restore`: a backup, in an empty database."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ayni.channels.cli.answer import Json, show
from ayni.channels.cli.session import Session
from ayni.foundation import keys
from ayni.foundation.backup import restore as read_into

cli = typer.Typer(add_completion=False)


@cli.command()
def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A file that `ayni backup` wrote.")],
    json: Json = False,
) -> None:
    """Restore a backup into an empty database, and bring it up to date. It is all restored, or nothing.

    \b
    Example:
      AYNI_HOME=/srv/new ayni restore /srv/backup/ayni-2025-06-30.backup
    """
    session = Session.of(context)
    with session.open_server() as place:
        found = read_into(place.owner_url, file, session.wiring.modules)
        ran = session.migrate(place)
        shown = place.shown
    has_keys = keys.has_ring(session.keys_folder)
    text = [f"Restored: {shown}.", *(f"Ran {name}." for name in ran)]
    if not has_keys:
        text.append(f"Its keys are not there yet: put the copy of them into {session.keys_folder}.")
    text.append("Now run ayni check. Whoever had no answer may send the same requests again.")
    data = {"file": found.path, "sha256": found.digest, "database": shown, "ran": ran, "keys": has_keys}
    show(data, text, as_json=json)
