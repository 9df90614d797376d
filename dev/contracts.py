"""Kinds of import contract that wait for their modules.

import-linter refuses a contract that names a module which does not exist. Ours name every module of the map,
so that a wall stands on the day its module appears, and not when somebody remembers it. Until then the
contract leaves the missing names out. (A misspelt name cannot hide in this: each contract is planted with a
violation in tests/architecture.)
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from grimp import ImportGraph
from importlinter.contracts.forbidden import ForbiddenContract
from importlinter.contracts.layers import LayersContract
from importlinter.contracts.protected import ProtectedContract
from importlinter.domain.contract import ContractCheck


def _existing(expressions: Iterable[Any], graph: ImportGraph, *, external: bool = False) -> list[Any]:
    """The names of modules in the graph; with `external`, those of other packages too. Wildcards stay."""
    return [
        expression
        for expression in expressions
        if expression.has_wildcard_expression()
        or expression.expression in graph.modules
        or (external and not expression.expression.startswith("ayni"))
    ]


class ForbiddenWhenPresent(ForbiddenContract):
    """`forbidden`, for modules that may not exist yet."""

    type_name = "forbidden_when_present"

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        self.source_modules = set(_existing(self.source_modules, graph))
        self.forbidden_modules = set(_existing(self.forbidden_modules, graph, external=True))
        return super().check(graph, verbose)


class ProtectedWhenPresent(ProtectedContract):
    """`protected`, for modules that may not exist yet."""

    type_name = "protected_when_present"

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        self.protected_modules = _existing(self.protected_modules, graph)
        self.allowed_importers = _existing(self.allowed_importers, graph)
        return super().check(graph, verbose)


class LayersWhenPresent(LayersContract):
    """`layers`, for containers that may not exist yet. Mark each layer optional, in parentheses."""

    type_name = "layers_when_present"

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        self.containers = _existing(self.containers, graph)
        if not self.containers:
            return ContractCheck(
                kept=True, metadata={"invalid_dependencies": [], "undeclared_modules": set()}
            )
        return super().check(graph, verbose)
