"""`ayni …` for operators: starting, checking, saving and mending, one file for each command.

Each file is loaded when its command is asked for. What a command answers goes to standard output, as
sentences or, with `--json`, as one JSON object; logs and progress go to standard error. It ends with 0 when
it is done, 1 when it was refused or something does not hold, 2 when it was not understood, 70 when we are at
fault, and 130 when somebody stopped it.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any, ClassVar

import typer
from typer.core import TyperGroup

from ayni.channels.cli import answer
from ayni.channels.cli.session import Session, Wiring

__all__ = ["COMMANDS", "Session", "Wiring", "build", "run"]

COMMANDS: list[tuple[str, str]] = [
    ("up", "up"),
    ("worker", "worker"),
    ("api", "api"),
    ("migrate", "migrate"),
    ("check", "check"),
    ("clock", "clock"),
    ("jobs", "jobs"),
    ("backup", "backup"),
    ("restore", "restore"),
    ("keys", "keys"),
    ("person", "person"),
    ("officer", "officer"),
    ("registry", "registry"),
    ("search", "search"),
    ("duplicates", "duplicates"),
    ("household", "household"),
    ("city", "city"),
    ("programme", "programme"),
    ("grievance", "grievance"),
    ("wallet", "wallet"),
    ("shop", "shop"),
    ("bank", "bank"),
    ("client", "client"),
    ("try", "trying"),
    ("demo", "demo"),
    ("version", "version"),
]
"""The command, and the file beside this one whose `cli` it is; in the order of the help."""


class _Commands(TyperGroup):
    """The commands of `COMMANDS`, each loaded when it is asked for."""

    files: ClassVar[list[tuple[str, str]]] = COMMANDS

    def list_commands(self, ctx: Any) -> list[str]:
        return [name for name, _ in self.files]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        for name, file in self.files:
            if name == cmd_name:
                cli: typer.Typer = import_module(f"ayni.channels.cli.{file}").cli
                command = typer.main.get_command(cli)
                command.name = name
                return command
        return None


def build(wiring: Wiring) -> typer.Typer:
    """The whole command line, for a system that is wired so."""
    root = typer.Typer(
        name="ayni",
        cls=_Commands,
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        context_settings={"obj": wiring, "help_option_names": ["--help", "-h"]},
    )
    root.callback(help=_HELP)(_nothing)
    return root


_HELP = """Ayni: a city's social welfare system and e-wallet, on one ledger.

\b
Example:
  ayni up

Everything lives in the folder AYNI_HOME, unless AYNI_DATABASE_URL names a PostgreSQL server.
"""


def _nothing() -> None:
    """All is in the commands."""


def run(wiring: Wiring, arguments: Sequence[str]) -> int:
    """Do what a command line asks, say what came of it, and give the exit status. Raises nothing."""
    as_json = "--json" in arguments
    try:
        command = typer.main.get_command(build(wiring))
        status = command.main(args=list(arguments), prog_name="ayni", standalone_mode=False)
    except BaseException as error:
        return answer.explain(error, as_json=as_json)
    if status == answer.STOPPED:
        return answer.explain(KeyboardInterrupt(), as_json=as_json)
    return status if isinstance(status, int) else answer.DONE
