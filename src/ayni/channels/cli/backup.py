"""`ayni backup`: everything that the database holds, in one file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ayni.channels.cli.answer import Json, show
from ayni.channels.cli.session import Session
from ayni.foundation.backup import backup as write_backup

cli = typer.Typer(add_completion=False)


@cli.command()
def backup(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A new file; one that exists is never replaced.")],
    json: Json = False,
) -> None:
    """Write the whole database, as it is at this instant, to a new file, while it goes on working.

    The keys are not in it: copy the folder of the keys too, and keep the two apart.

    \b
    Example:
      ayni backup /srv/backup/ayni-2025-06-30.backup
    """
    session = Session.of(context)
    with session.open_server() as place:
        made = write_backup(place.owner_url, file)
    data = {"file": made.path, "archive_bytes": made.archive_bytes, "sha256": made.digest}
    data["removed"] = [str(part) for part in made.removed]
    text = [f"Removed what a backup that was cut off had left: {part}" for part in made.removed]
    text += [
        f"Written: {made.path} ({made.archive_bytes} bytes, SHA-256 {made.digest}).",
        f"The keys are not in it: copy {session.keys_folder} too, and keep the two apart.",
    ]
    show(data | {"keys": session.keys_folder}, text, as_json=json)
