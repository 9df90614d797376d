"""The files that the checks read, and what a check gives back. It reads the disk, never the history."""

from __future__ import annotations

import ast
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

CODE = ("src", "tests", "dev", "bench")
_SKIPPED = frozenset({"node_modules", "dist", "__pycache__", "build"})


@dataclass(frozen=True, order=True)
class Finding:
    """One broken rule: where, and what to do about it."""

    path: str
    line: int
    message: str


@dataclass(frozen=True)
class Source:
    """One text file. `path` is relative to the root, with slashes."""

    path: str
    text: str

    @cached_property
    def syntax(self) -> ast.Module:
        """The parsed Python; raises SyntaxError."""
        return ast.parse(self.text, self.path)

    @cached_property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    @property
    def module(self) -> str:
        """The module of `src/ayni/<module>/…` or `src/ayni/<module>.py`; "" elsewhere."""
        parts = self.path.removesuffix(".py").split("/")
        return parts[2] if parts[:2] == ["src", "ayni"] and len(parts) > 2 else ""

    @property
    def part(self) -> str:
        """The part inside its module: "store" for `store.py` and for all of `store/`; "" elsewhere."""
        parts = self.path.removesuffix(".py").split("/")
        return parts[3] if self.module and len(parts) > 3 else ""

    def finding(self, line: int, message: str) -> Finding:
        return Finding(self.path, line, message)


class Tree:
    """The project under `root`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._read: dict[Path, Source | None] = {}

    def texts(self, *folders: str, suffix: str | tuple[str, ...] = "") -> Iterator[Source]:
        """Every text file under `folders` (the whole project when there are none), in order of path."""
        for folder in folders or ("",):
            for path in sorted(self._walk(self.root / folder)):
                if path.name.endswith(suffix) and (source := self._source(path)) is not None:
                    yield source

    def python(self, *folders: str) -> Iterator[Source]:
        """Every Python file under `folders` that can be parsed."""
        for source in self.texts(*folders, suffix=".py"):
            if syntax_error(source) is None:
                yield source

    def _walk(self, folder: Path) -> Iterator[Path]:
        for place, folders, names in os.walk(folder):
            folders[:] = [name for name in folders if name == ".ci" or not _hidden(name)]
            for name in names:
                path = Path(place, name)
                if name != ".git" and path.is_file() and not path.is_symlink():
                    yield path

    def _source(self, path: Path) -> Source | None:
        if path not in self._read:
            content = path.read_bytes()
            try:
                text = None if b"\0" in content[:8192] else content.decode()
            except UnicodeDecodeError:
                text = None
            relative = path.relative_to(self.root).as_posix()
            self._read[path] = None if text is None else Source(relative, text)
        return self._read[path]


def _hidden(name: str) -> bool:
    return name.startswith(".") or name in _SKIPPED or name.endswith(".egg-info")


def syntax_error(source: Source) -> Finding | None:
    """What keeps a Python file from being parsed."""
    try:
        _ = source.syntax
    except (SyntaxError, ValueError) as error:
        return source.finding(getattr(error, "lineno", 0) or 0, f"cannot be parsed: {error}")
    return None


@dataclass(frozen=True)
class Check:
    """A rule. `why` is printed once beneath its findings."""

    name: str
    why: str
    find: Callable[[Tree], Iterator[Finding]]
