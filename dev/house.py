"""The map of the house, for the checks: which module may know which. The same map as `.importlinter`."""

from __future__ import annotations

LAYERS: tuple[tuple[str, ...], ...] = (
    ("app",),
    ("channels",),
    ("countries", "sandbox"),
    ("credit", "programmes"),
    ("wallet", "registry"),
    ("payments",),
    ("ledger", "identity"),
    ("foundation",),
    ("values",),
)
"""Highest first. Modules of one layer do not know each other."""

WALLS: dict[str, frozenset[str]] = {
    "credit": frozenset({"programmes", "registry"}),
    "registry": frozenset({"payments", "ledger"}),
    "ledger": frozenset({"identity"}),
}
"""What the layers alone would allow, or might one day, and policy forbids."""

DOMAIN_MODULES = ("identity", "ledger", "payments", "registry", "wallet", "programmes", "credit")
"""Modules of the one inner shape, lowest first."""

SQL_MODULES = ("foundation", *DOMAIN_MODULES)
"""Modules that own a schema."""

MONEY_MODULES = ("values", "ledger", "payments", "registry", "wallet", "programmes", "credit", "countries")
"""Modules where a number may be, or may become, an amount."""


def may_know(module: str) -> frozenset[str]:
    """The modules that `module` may import, and whose published views its SQL may read."""
    for depth, layer in enumerate(LAYERS):
        if module in layer:
            lower = {name for below in LAYERS[depth + 1 :] for name in below}
            return frozenset(lower - WALLS.get(module, frozenset()))
    raise ValueError(f"{module} is not on the map in dev/house.py")
