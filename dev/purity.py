"""Models are pure: rules that can be read, and tested, without a database."""

from __future__ import annotations

from collections.abc import Iterator

from dev.house import DOMAIN_MODULES
from dev.syntax import imports
from dev.tree import Check, Finding, Tree

# fmt: off
PURE_LIBRARIES = frozenset({
    "__future__", "abc", "base64", "bisect", "calendar", "collections", "contextlib", "copy",
    "dataclasses", "datetime", "decimal", "difflib", "enum", "fractions", "functools", "hashlib",
    "heapq", "hmac", "itertools", "json", "math", "numbers", "operator", "re", "string", "textwrap",
    "types", "typing", "unicodedata", "uuid", "zoneinfo",
})
# fmt: on
"""Of the standard library, what neither reaches outside nor keeps state."""

PARSERS = frozenset({"sqlglot"})
"""The criteria language is a rule of the model, and sqlglot only turns text into a tree."""


def impure_models(tree: Tree) -> Iterator[Finding]:
    for source in tree.python("src/ayni"):
        if source.part != "model" or source.module not in DOMAIN_MODULES:
            continue
        folders = source.path.removeprefix("src/").split("/")[:-1]
        own = f"ayni.{source.module}.model"
        for line, name in imports(source.syntax, ".".join(folders)):
            root = name.partition(".")[0]
            if root in PURE_LIBRARIES | PARSERS or name.startswith(("ayni.values.", f"{own}.")):
                continue
            if name in ("ayni.values", own):
                continue
            yield source.finding(
                line, f"a model imports {name}: it may import ayni.values and pure libraries"
            )


PURE_MODEL = Check(
    "pure-model",
    "What should happen is decided by plain functions over plain facts: they can be tested by the thousand,"
    " and run again on a past decision.",
    impure_models,
)
