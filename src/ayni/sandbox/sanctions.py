"""A pretend list of sanctions: whoever a test or a demonstration puts on it.

It implements `wallet.SanctionsList`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ayni.wallet import SanctionEntry


class Unreachable(Exception):
    """It cannot be had."""


@dataclass
class PretendSanctions:
    """A list with a version that grows with each change."""

    name: str = "pretend list"
    is_down: bool = False
    _entries: list[SanctionEntry] = field(default_factory=list)

    def add(self, entry: SanctionEntry) -> None:
        """Put somebody on it."""
        self._entries.append(entry)

    def fetch(self) -> tuple[str, Sequence[SanctionEntry]]:
        """The version and all entries."""
        if self.is_down:
            raise Unreachable
        return f"v{len(self._entries)}", list(self._entries)
