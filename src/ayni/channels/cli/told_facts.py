"""How named facts are told: each with its day and its source."""

from __future__ import annotations

from collections.abc import Sequence

from ayni.channels.cli.answer import show, show_table
from ayni.registry import Record


def show_facts(records: Sequence[Record], *, name: str | None, as_json: bool) -> None:
    """Everything that was said, oldest first, or only of one name."""
    rows = [
        (one.observed_on, one.source, fact, value)
        for one in records
        for fact, value in sorted(one.facts.items())
        if name in (None, fact)
    ]
    if as_json:
        names = ("observed_on", "source", "fact", "value")
        show({"facts": [dict(zip(names, row, strict=True)) for row in rows]}, "", as_json=True)
        return
    told = [(*row[:3], "no longer known" if row[3] is None else row[3]) for row in rows]
    if rows:
        show_table(("of the day", "source", "fact", "value"), told)
    else:
        show({}, "Nothing is known.", as_json=False)
