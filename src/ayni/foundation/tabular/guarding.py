"""Texts that a spreadsheet would take for a formula, and run, when somebody opens a list."""

from __future__ import annotations

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def guarded(text: str) -> str:
    """A cell's text that no spreadsheet calculates.

    An apostrophe goes before what would be: spreadsheets hide it, and `unguarded` takes it off.
    """
    return f"'{text}" if text.startswith(_FORMULA) else text


def unguarded(text: str) -> str:
    """The text as it was before a list of ours wrote it."""
    return text[1:] if text[:1] == "'" and text[1:].startswith(_FORMULA) else text
