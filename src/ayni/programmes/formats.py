"""Simulations and scores as files: figures as CSV, charts as SVG, scores as YAML. Nobody's name is in any."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from decimal import Decimal
from xml.sax.saxutils import escape

import yaml

from ayni.programmes.model import BASE, Figures, Scorecard, Simulation

_WIDTH, _LABEL, _ROW, _GAP = 720, 150, 16, 6
_FONT = 'font-family="system-ui, sans-serif" font-size="12"'
_COLOURS = ("#5b6770", "#0f6b6b", "#b4541a")
_SHARES = ("coverage", "exclusion_error", "inclusion_error")


def to_csv(simulation: Simulation) -> str:
    """Every figure of every variant and group; shares as low and high, sums in minor units."""
    plain = list(Figures.__dataclass_fields__)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(
        [
            *plain,
            "cost_high_minor",
            *(f"{name}_{end}" for name in _SHARES for end in ("low", "high")),
            "gap_closed",
        ]
    )
    for one in simulation.figures:
        shares = [end for name in _SHARES for end in getattr(one, name)]
        cells = [getattr(one, name) for name in plain]
        writer.writerow(
            [*(_safe(cell) for cell in cells), one.cost_high_minor, *map(_written, [*shares, one.gap_closed])]
        )
    return out.getvalue()


def scorecard_to_yaml(scorecard: Scorecard) -> str:
    """A scorecard as the file that defines it."""
    data = scorecard.as_dict() | {"valid_from": scorecard.valid_from}
    if not scorecard.likelihood:
        del data["likelihood"]
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=110)


def _safe(cell: object) -> object:
    # A group is a fact's value, and no program that opens the file shall take it for a formula.
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in tuple("=+-@\t\r") else cell


def _written(value: Decimal | None) -> str:
    return "" if value is None else str(value)


CHARTS: dict[str, tuple[str, Callable[[Figures], int]]] = {
    "gains": ("Households or people who gain", lambda one: one.gained + one.raised),
    "losses": ("Households or people who lose", lambda one: one.lost + one.lowered),
    "cost": ("Cost of a cycle, in minor units", lambda one: one.cost_minor),
    "coverage": ("Reached, in tenths of a per cent", lambda one: _per_mille(one.coverage[0])),
    "exclusion": (
        "Poor who are left out, in tenths of a per cent",
        lambda one: _per_mille(one.exclusion_error[0]),
    ),
}
"""What can be drawn by district or by group: a title, and what each bar is as long as."""


def _per_mille(value: Decimal | None) -> int:
    return 0 if value is None else int(value * 1000)


def to_svg(simulation: Simulation, chart: str, *, dimension: str = "district") -> str:
    """Bars side by side, one for each variant, by district or by group. Raises KeyError."""
    title, measure = CHARTS[chart]
    variants = [name for name in simulation.variants if name != BASE or chart not in ("gains", "losses")]
    labels = [one.group for one in simulation.groups(simulation.variants[0], dimension)]
    values = {
        name: {one.group: measure(one) for one in simulation.groups(name, dimension)} for name in variants
    }
    longest = max((value for by in values.values() for value in by.values()), default=0) or 1
    block = _ROW * len(variants) + _GAP
    height = 60 + block * len(labels) + 10
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {_WIDTH} {height}" {_FONT}>',
        f"<title>{escape(title)}</title>",
        f'<text x="0" y="16" font-size="15">{escape(title)}</text>',
        *_legend(variants),
    ]
    for place, label in enumerate(labels):
        top = 60 + place * block
        parts.append(f'<text x="0" y="{top + 12}">{escape(label)}</text>')
        parts += _bars([values[name].get(label, 0) for name in variants], longest, top, variants)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _legend(variants: Sequence[str]) -> list[str]:
    parts = []
    for place, name in enumerate(variants):
        left = _LABEL * place
        colour = _colour(name)
        parts.append(f'<rect x="{left}" y="28" width="12" height="12" fill="{colour}"/>')
        parts.append(f'<text x="{left + 18}" y="38">{escape(name)}</text>')
    return parts


def _bars(values: Sequence[int], longest: int, top: int, variants: Sequence[str]) -> list[str]:
    parts = []
    for place, (value, name) in enumerate(zip(values, variants, strict=True)):
        width = (_WIDTH - _LABEL - 100) * value // longest
        y = top + place * _ROW
        parts.append(
            f'<rect x="{_LABEL}" y="{y + 2}" width="{width}" height="{_ROW - 4}" fill="{_colour(name)}"/>'
        )
        parts.append(f'<text x="{_LABEL + width + 6}" y="{y + 12}">{value}</text>')
    return parts


def _colour(name: str) -> str:
    return _COLOURS[0] if name == BASE else _COLOURS[1 if name.endswith("1") else 2]
