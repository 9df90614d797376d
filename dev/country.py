"""Nothing about one country outside its folder.

Comments and docstrings may give an example from a real country: an example must be concrete, and no programme
runs on it. Everything else counts: names, strings, SQL, templates and data.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from dev.sqltext import blank, line_of
from dev.syntax import strings
from dev.tree import Check, Finding, Source, Tree

_WORDS = re.compile(
    r"\b(?:DNI|RENIEC|SISFOH|INEI|SUNAT|PEN|RUC|UIT|RMV|Lima|LIMA|Per[uú]|peru|peruan[oa]s?|soles"
    r"|c[eé]ntimos?)\b|(?<!\w)S/(?=[\s\d.{]|$)|\+51\b"
)
_NAME_PARTS = frozenset(
    {
        "dni",
        "reniec",
        "sisfoh",
        "inei",
        "sunat",
        "pen",
        "ruc",
        "uit",
        "rmv",
        "lima",
        "peru",
        "soles",
        "centimo",
        "centimos",
    }
)
_HOME = "src/ayni/countries/"


def foreign_words(tree: Tree) -> Iterator[Finding]:
    for source in tree.python("src"):
        if not source.path.startswith(_HOME):
            yield from _in_strings(source)
            yield from _in_names(source)
    for source in tree.texts("src"):
        if source.path.startswith(_HOME) or source.path.endswith((".py", ".md")):
            continue
        text = blank(source.text) if source.path.endswith(".sql") else source.text
        for match in _WORDS.finditer(text):
            yield source.finding(line_of(text, match.start()), _message(match[0]))
        if source.path.endswith(".sql"):
            for match in re.finditer(r"[a-z_]+", blank(source.text, strings=True)):
                if _NAME_PARTS & {*match[0].split("_")}:
                    yield source.finding(line_of(text, match.start()), _message(match[0]))


def _in_strings(source: Source) -> Iterator[Finding]:
    for line, text in strings(source.syntax):
        for match in _WORDS.finditer(text):
            yield source.finding(line + text.count("\n", 0, match.start()), _message(match[0]))


def _in_names(source: Source) -> Iterator[Finding]:
    for node in ast.walk(source.syntax):
        for name in _names(node):
            parts = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)
            for part in parts:
                if part.lower() in _NAME_PARTS:
                    yield source.finding(getattr(node, "lineno", 1), _message(name))


def _names(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        yield node.name
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id
    elif isinstance(node, ast.Attribute):
        yield node.attr
    elif isinstance(node, ast.arg | ast.keyword) and node.arg:
        yield node.arg
    elif isinstance(node, ast.ImportFrom) and node.module:
        yield from node.module.split(".")
        yield from (name.name for name in node.names)
    elif isinstance(node, ast.Import):
        for name in node.names:
            yield from name.name.split(".")


def _message(word: str) -> str:
    return f"{word.strip()!r} belongs to one country: put it in its folder and read it from tx.country"


COUNTRY = Check(
    "country",
    "A second country is a new folder and one line in app.py; every word of the first one that leaks out"
    " makes it a rewrite.",
    foreign_words,
)
