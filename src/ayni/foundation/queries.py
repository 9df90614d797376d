"""Named SQL: statements live in `queries.sql` or the folder `queries/`, each with a name and a sentence."""

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


def list_sql(module: str, folder: str) -> list[str]:
    """The names of the `.sql` files in `src/ayni/<module>/sql/<folder>`, in order; none without a folder."""
    if find_spec(f"ayni.{module}") is None:
        return []
    place = files(f"ayni.{module}") / "sql" / folder
    if not place.is_dir():
        return []
    return sorted(f"{folder}/{entry.name}" for entry in place.iterdir() if entry.name.endswith(".sql"))


def load_queries(module: str) -> dict[str, LiteralString]:
    """The statements of a module by name: of its `queries.sql`, and of the files in its folder `queries/`.

    They come with the program, never from a user. A name stands once in a module, in whichever file.
    """
    queries: dict[str, LiteralString] = {}
    for file in ("queries.sql", *list_sql(module, "queries")):
        for name, statement in _statements(load_sql(module, file), f"{module}/sql/{file}"):
            if name in queries:
                raise ValueError(f"{module}/sql/{file}: two statements are called {name}")
            queries[name] = statement
    return queries


def load_statements(module: str, name: str) -> dict[str, str]:
    """The statements of one file of a module's `sql/` that stands apart from its queries, by name."""
    return dict(_statements(load_sql(module, name), f"{module}/sql/{name}"))


def _statements(text: str, place: str) -> list[tuple[str, LiteralString]]:
    parts = _NAME.split(text)
    if any(line.strip() and not line.startswith("--") for line in parts[0].splitlines()):
        raise ValueError(f"{place}: a statement before the first name")
    return [
        (name, cast(LiteralString, body.strip().rstrip(";")))
        for name, body in zip(parts[1::2], parts[2::2], strict=True)
    ]
