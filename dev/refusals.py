"""Every refusal is provoked by a test.

A name counts when the tests expect it: inside `pytest.raises(…)`, a parametrised table, a list whose name
ends in REFUSALS, or an assertion (by its class or its stable code); or when a YAML table of cases names it.
Mentioning it elsewhere, importing it for instance, does not count.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from dev.tree import Check, Finding, Source, Tree

_BUILTIN = frozenset(
    {"Exception", "ValueError", "TypeError", "KeyError", "LookupError", "RuntimeError", "OSError"}
)


@dataclass(frozen=True)
class _ErrorClass:
    source: Source
    line: int
    name: str
    bases: tuple[str, ...]
    code: str | None


def unprovoked(tree: Tree) -> Iterator[Finding]:
    errors = _error_classes(tree)
    bases = {base for error in errors.values() for base in error.bases}
    made = _made(tree)
    expected = _expected(tree)
    for error in errors.values():
        only_a_base = error.name in bases and error.name not in made
        if error.name.startswith("_") or only_a_base or error.name in expected or error.code in expected:
            continue
        yield error.source.finding(
            error.line, f"no test provokes {error.name}: refuse something for real, and see it"
        )


def _error_classes(tree: Tree) -> dict[str, _ErrorClass]:
    """Every exception class of ours by name: whatever descends from an exception of Python's."""
    classes: dict[str, _ErrorClass] = {}
    for source in tree.python("src"):
        for node in ast.walk(source.syntax):
            if isinstance(node, ast.ClassDef):
                bases = tuple(_last_name(base) for base in node.bases)
                classes[node.name] = _ErrorClass(source, node.lineno, node.name, bases, _code(node))
    errors: set[str] = set()
    while True:
        more = {
            name
            for name, found in classes.items()
            if name not in errors and {*found.bases} & (errors | _BUILTIN)
        }
        if not more:
            return {name: found for name, found in classes.items() if name in errors}
        errors |= more


def _code(node: ast.ClassDef) -> str | None:
    for statement in node.body:
        target, value = None, None
        if isinstance(statement, ast.Assign):
            target, value = statement.targets[0], statement.value
        elif isinstance(statement, ast.AnnAssign):
            target, value = statement.target, statement.value
        if isinstance(target, ast.Name) and target.id == "code" and isinstance(value, ast.Constant):
            return str(value.value)
    return None


def _made(tree: Tree) -> set[str]:
    """Classes that the programme raises or builds itself, rather than only deriving from them."""
    made: set[str] = set()
    for source in tree.python("src"):
        for node in ast.walk(source.syntax):
            if isinstance(node, ast.Call):
                made.add(_last_name(node.func))
            elif isinstance(node, ast.Raise) and node.exc is not None:
                made.add(_last_name(node.exc))
    return made


def _expected(tree: Tree) -> set[str]:
    """Names and codes that the tests expect."""
    expected: set[str] = set()
    for source in tree.python("tests"):
        for node in ast.walk(source.syntax):
            for part in _expectations(node):
                for inner in ast.walk(part):
                    if isinstance(inner, ast.Name | ast.Attribute):
                        expected.add(_last_name(inner))
                    elif isinstance(inner, ast.Constant) and isinstance(inner.value, str):
                        expected.add(inner.value)
    for source in tree.texts("tests", suffix=(".yaml", ".yml")):
        expected |= set(re.findall(r"\b[A-Z]\w+\b", source.text))
    return expected


def _expectations(node: ast.AST) -> Iterator[ast.expr]:
    """The parts of a test where a named error is an expectation."""
    if isinstance(node, ast.Call) and _last_name(node.func) in (
        "raises",
        "parametrize",
        "RaisesExc",
        "param",
    ):
        yield from node.args
        yield from (keyword.value for keyword in node.keywords)
    elif isinstance(node, ast.Assert):
        yield node.test
    elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value:
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        if _last_name(target).endswith("REFUSALS"):
            yield node.value


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Call):
        return _last_name(node.func)
    return node.id if isinstance(node, ast.Name) else ""


UNPROVOKED = Check(
    "unprovoked",
    "A refusal that no test has seen may not exist: its constraint may be missing, or the error never"
    " mapped.",
    unprovoked,
)
