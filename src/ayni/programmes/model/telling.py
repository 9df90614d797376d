"""A truth that is told from outside: of which households it is known whether they are poor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Told:
    """What a survey says of the households of one source, by their codes there. It never becomes a fact."""

    source: str
    answers: Mapping[str, bool] = field(repr=False)
