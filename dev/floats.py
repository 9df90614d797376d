"""No binary floating point where a number may be an amount."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from dev.house import MONEY_MODULES
from dev.sqltext import blank
from dev.tree import Check, Finding, Source, Tree

_SQL_TYPES = re.compile(r"\b(double\s+precision|real|float[48]?|money)\b(?!\s*\.)", re.IGNORECASE)


def floats(tree: Tree) -> Iterator[Finding]:
    for module in MONEY_MODULES:
        for source in tree.python(f"src/ayni/{module}"):
            yield from _in_python(source)
        for source in tree.texts(f"src/ayni/{module}", suffix=".sql"):
            yield from _in_sql(source)


def _in_python(source: Source) -> Iterator[Finding]:
    for node in ast.walk(source.syntax):
        if isinstance(node, ast.Constant) and isinstance(node.value, float | complex):
            yield source.finding(
                node.lineno, f"{node.value!r} is a float: write Decimal or whole minor units"
            )
        elif isinstance(node, ast.Name) and node.id == "float":
            yield source.finding(node.lineno, "float here: use int minor units, or Decimal for a rate")
        elif isinstance(node, ast.Attribute) and re.fullmatch(r"float(16|32|64|128)?|double", node.attr):
            yield source.finding(node.lineno, f".{node.attr} here: use int64 minor units")


def _in_sql(source: Source) -> Iterator[Finding]:
    code = blank(source.text, strings=True)
    for match in _SQL_TYPES.finditer(code):
        line = code.count("\n", 0, match.start()) + 1
        yield source.finding(line, f"the type {match[1]}: use bigint minor units, or numeric for a rate")


FLOAT = Check(
    "float",
    "A float cannot hold a tenth. Amounts are whole minor units and rates are Decimal, so that every sum"
    " closes to the last unit.",
    floats,
)
