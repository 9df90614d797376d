"""Files of at most 400 lines, functions of at most 60, and no module without a subject."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import PurePosixPath

from dev.tree import CODE, Check, Finding, Tree

FILE_LINES = 400
FUNCTION_LINES = 60
BANNED_NAMES = frozenset(
    {"utils", "util", "helpers", "helper", "common", "misc", "manager", "managers", "base"}
)


def long_files(tree: Tree) -> Iterator[Finding]:
    for source in tree.texts(*CODE, suffix=(".py", ".sql")):
        if len(source.lines) > FILE_LINES:
            yield source.finding(
                FILE_LINES + 1,
                f"{len(source.lines)} lines, and {FILE_LINES} is the most: make it a package of its name",
            )


def long_functions(tree: Tree) -> Iterator[Finding]:
    for source in tree.python(*CODE):
        for node in ast.walk(source.syntax):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > FUNCTION_LINES:
                    yield source.finding(
                        node.lineno,
                        f"{node.name} has {lines} lines, and {FUNCTION_LINES} is the most: name its steps",
                    )


def banned_names(tree: Tree) -> Iterator[Finding]:
    reported: set[str] = set()
    for source in tree.texts(*CODE, suffix=(".py", ".sql")):
        path = PurePosixPath(source.path)
        for place in (*reversed(path.parents), path):
            name = place.name.partition(".")[0].strip("_")
            if name in BANNED_NAMES and str(place) not in reported:
                reported.add(str(place))
                yield Finding(str(place), 1, f"no module is called {name}: name it by its subject")


LONG_FILE = Check(
    "long-file",
    "A file that can be read in one sitting has one subject; two subjects are two files.",
    long_files,
)
LONG_FUNCTION = Check(
    "long-function",
    "A function that fits on a screen can be checked by eye, and money needs to be checked by eye.",
    long_functions,
)
BANNED_NAME = Check(
    "banned-name",
    "A module named after nothing collects everything, and soon everybody imports it.",
    banned_names,
)
