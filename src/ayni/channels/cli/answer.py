"""What a command says, and with which status it ends."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text
from typer.exceptions import TyperException

from ayni.foundation.errors import AyniError, BadInput
from ayni.foundation.logging import get_logger

DONE, REFUSED, NOT_UNDERSTOOD, STOPPED, UNEXPECTED = 0, 1, 2, 130, 70

Json = Annotated[bool, typer.Option("--json", help="Answer with one JSON object.")]


def show(data: Mapping[str, Any], text: str | Sequence[str], *, as_json: bool) -> None:
    """Say what came of it: `data` as JSON, or `text` (one line or several) to a person."""
    if as_json:
        typer.echo(json.dumps(data, default=_plain, ensure_ascii=False))
    else:
        typer.echo(text if isinstance(text, str) else "\n".join(text))
    sys.stdout.flush()


def show_table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """A table for a person. Cells are text, whatever marks they hold."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text(str(cell)) for cell in row))
    Console(highlight=False).print(table)


def explain(error: BaseException, *, as_json: bool) -> int:
    """Say why nothing came of it, and give the exit status. The message of what is unexpected is not shown:
    it may quote a person."""
    if isinstance(error, AyniError):
        _say(error.as_dict(), error.sentence, as_json)
        return NOT_UNDERSTOOD if isinstance(error, BadInput) else REFUSED
    if isinstance(error, TyperException):
        what = error.format_message() if hasattr(error, "format_message") else str(error)
        told = {"code": "bad_usage", "status": 422, "what": what}
        told |= {"means": "Nothing was done.", "do": "Ask for help: ayni --help", "numbers": {}}
        _say(told, f"{what}\nNothing was done. Ask for help: ayni --help", as_json)
        return NOT_UNDERSTOOD
    if isinstance(error, KeyboardInterrupt | typer.Abort):
        told = {"code": "stopped", "status": 499, "what": "It was stopped by hand.", "numbers": {}}
        told |= {"means": "What was acknowledged before stands.", "do": ""}
        _say(told, "Stopped.", as_json)
        return STOPPED
    if isinstance(error, BrokenPipeError):
        # Whoever read has gone, and Python would complain again at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return REFUSED
    get_logger("channels.cli").critical("uncaught", exc_info=error)
    told = {
        "code": "unexpected",
        "status": 500,
        "what": f"Something happened that Ayni did not expect: {type(error).__name__}.",
        "means": "It is not known how far the command came. What was acknowledged before stands.",
        "do": "Run ayni check, and tell the people who make Ayni; the line above says where it happened.",
        "numbers": {},
    }
    _say(told, f"{told['what']} {told['means']} {told['do']}", as_json)
    return UNEXPECTED


def _say(told: Mapping[str, Any], text: str, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"error": told}, ensure_ascii=False))
    else:
        typer.echo(text, err=True)


def _plain(value: object) -> object:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, Mapping):
        return dict(value)
    return str(value)
