"""Named SQL: statements live in `queries.sql`, each with a name and a sentence."""

from __future__ import annotations

import re
from importlib.resources import files
from importlib.util import find_spec
from typing import LiteralString, cast

_NAME = re.compile(r"^-- name: (?P<name>[a-z][a-z0-9_]*)\s*$", re.MULTILINE)


def load_sql(module: str, name: str) -> str:
    """The text of `src/ayni/<module>/sql/<name>`, or "" when there is no such file."""
    if find_spec(f"ayni.{module}") is None:
        return ""
    path = files(f"ayni.{module}") / "sql" / name
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def load_queries(module: str) -> dict[str, LiteralString]:
    """The statements of a module's `queries.sql` by name. They come with the program, never from a user."""
    text = load_sql(module, "queries.sql")
    parts = _NAME.split(text)
    if parts[0].strip().strip("-"):
        remains = [line for line in parts[0].splitlines() if line.strip() and not line.startswith("--")]
        if remains:
            raise ValueError(f"{module}/sql/queries.sql: a statement before the first name")
    queries: dict[str, LiteralString] = {}
    for name, body in zip(parts[1::2], parts[2::2], strict=True):
        if name in queries:
            raise ValueError(f"{module}/sql/queries.sql: two statements are called {name}")
        queries[name] = cast(LiteralString, body.strip().rstrip(";"))
    return queries
