"""Units in which law is written, and what a program gets for them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from ayni.foundation.country import ParameterValue

MULTIPLES = {"RMV": "rmv", "UIT": "uit"}
"""Units that are themselves a dated amount, and the parameter that holds it."""

_WHOLE = ("days", "business days", "years", "months", "hours", "minutes", "people", "tries", "points")
_AMOUNT = re.compile(r"[0-9]{1,12}(\.[0-9]{1,2})?")
_DECIMAL = re.compile(r"[0-9]{1,12}(\.[0-9]{1,10})?")
_PROBABILITY = re.compile(r"0(\.[0-9]{1,25})?|1(\.0{1,25})?")
_ROWS = re.compile(r"rows\((?P<columns>.+)\)")
_COLUMN = re.compile(r"(?P<name>[a-z_]+) (?P<unit>[A-Za-z ]+?)(?P<open> or open)?")

Multiple = Callable[[str], int]
"""Gives the minor units of the parameter that a multiple stands on, for the day that was asked."""


class BadUnit(ValueError):
    """A unit that is not known, or a value that is not written as its unit asks."""


@dataclass(frozen=True)
class Unit:
    """A unit of one value: `read` takes it from YAML, `resolve` gives what a program works with."""

    name: str

    def read(self, written: object) -> ParameterValue:
        """The value as the law has it, checked; raises BadUnit."""
        if self.name in _WHOLE:
            if type(written) is not int or written < 0:
                raise BadUnit(f"{self.name} are a whole number of zero or more")
            return written
        if self.name == "text":
            if not isinstance(written, str) or not written.strip():
                raise BadUnit("a text is needed")
            return written
        if self.name == "probability":
            if not isinstance(written, str) or not _PROBABILITY.fullmatch(written):
                raise BadUnit('a probability is a number between 0 and 1 in quotes, as "0.25"')
            return Decimal(written)
        pattern = _AMOUNT if self.name == "soles" else _DECIMAL
        if not isinstance(written, str) or not pattern.fullmatch(written):
            found = " and not a float" if isinstance(written, float) else ""
            raise BadUnit(f'{self.name} are a number of zero or more in quotes, as "1.5"{found}')
        return Decimal(written)

    def resolve(self, value: Any, multiple: Multiple) -> ParameterValue:
        """Minor units for money (rounded down), a fraction for per cent, and the rest as it is."""
        if self.name == "soles":
            return int(value * 100)
        if self.name == "percent":
            fraction: Decimal = value.scaleb(-2)
            return fraction
        if self.name in MULTIPLES:
            return int((value * multiple(MULTIPLES[self.name])).to_integral_value(ROUND_FLOOR))
        resolved: ParameterValue = value
        return resolved


@dataclass(frozen=True)
class Rows(Unit):
    """A unit of a table: each column has a unit, and some may be open (None)."""

    columns: tuple[tuple[Unit, bool], ...]

    def read(self, written: object) -> ParameterValue:
        """A tuple of tuples in the order of the columns."""
        if not isinstance(written, list) or not written:
            raise BadUnit("rows are a list with at least one row")
        return tuple(self._line(line) for line in written)

    def _line(self, line: object) -> tuple[Any, ...]:
        if not isinstance(line, list) or len(line) != len(self.columns):
            raise BadUnit(f"each row is a list of {len(self.columns)}: {self.name}")
        return tuple(
            None if may_open and cell == "open" else unit.read(cell)
            for (unit, may_open), cell in zip(self.columns, line, strict=True)
        )

    def resolve(self, value: Any, multiple: Multiple) -> ParameterValue:
        """The same table with each cell resolved."""
        return tuple(
            tuple(
                None if cell is None else unit.resolve(cell, multiple)
                for (unit, _), cell in zip(self.columns, line, strict=True)
            )
            for line in value
        )


def read_unit(text: object) -> Unit:
    """The unit called `text`; raises BadUnit for one that is not known."""
    if not isinstance(text, str):
        raise BadUnit("a unit is a text")
    if text in (*_WHOLE, *MULTIPLES, "soles", "percent", "text", "probability"):
        return Unit(text)
    table = _ROWS.fullmatch(text)
    if table is None:
        raise BadUnit(f"there is no unit called {text}")
    columns = []
    for column in table["columns"].split(", "):
        match = _COLUMN.fullmatch(column)
        if match is None:
            raise BadUnit(f"a column is a name and a unit, not {column}")
        unit = read_unit(match["unit"])
        columns.append((unit, match["open"] is not None))
    return Rows(text, tuple(columns))
