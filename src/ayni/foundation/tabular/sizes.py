"""How much of a file is believed, and what may be opened at all: a table is made by somebody else."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from pathlib import Path

MAX_FIELD = 10_000
"""Characters in one cell; no true address or name comes near it."""
MAX_RECORD = 100_000
"""Characters in one row, which bounds memory. Below the csv module's own limit for a field (131,072)."""
MAX_COLUMNS = 5_000
"""Columns; a survey with many questions has some hundreds."""

_TOLD = 20
_LONGEST_NAME = 60


def find_obstacle(path: Path) -> str | None:
    """Why a path can't be read as a file, in plain words; None when it can be tried.

    A pipe can be read once only, and a device may never end: neither is opened, which could wait for ever.
    """
    try:
        mode = path.stat().st_mode
    except OSError as error:
        return (error.strerror or "it can't be opened").lower()
    except ValueError:
        return "no file has such a name"
    if stat.S_ISDIR(mode):
        return "it is a folder"
    if stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode):
        return "it is a pipe"
    if not stat.S_ISREG(mode):
        return "it is a device"
    try:
        os.close(os.open(path, os.O_RDONLY))
    except OSError as error:
        return (error.strerror or "it can't be opened").lower()
    return None


def list_some(names: Sequence[str]) -> str:
    """The first names, for a message of readable length, and how many there are beyond them."""
    some = [name if len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME]}…" for name in names[:_TOLD]]
    more = f" and {len(names) - _TOLD} more" if len(names) > _TOLD else ""
    return ", ".join(some) + more
