"""A line on standard error that shows how far long work has come, where somebody looks."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

Told = Callable[[str, int, int | None], None]
"""Takes the phase, what is done of it, and of how much (None: nobody knows)."""


@contextlib.contextmanager
def counting(*, quiet: bool) -> Iterator[Told]:
    """Gives a function to be told of progress; it shows nothing with `quiet`, or where no terminal is."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    shown = Progress(*columns, console=console, disable=quiet or not console.is_terminal, transient=True)
    phases = {}

    def told(phase: str, done: int, total: int | None) -> None:
        if phase not in phases:
            phases[phase] = shown.add_task(phase, total=total)
        shown.update(phases[phase], completed=done, total=total)

    with shown:
        yield told
