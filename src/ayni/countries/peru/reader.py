"""Reads the country's YAML files strictly: no floats, no key twice, no row without its source."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping
from datetime import date, datetime
from decimal import Decimal
from importlib.resources.abc import Traversable
from itertools import pairwise
from typing import Any

import yaml

from ayni.countries.peru.errors import BadCountryData
from ayni.countries.peru.units import BadUnit, Unit, read_unit
from ayni.foundation.country import ParameterRow
from ayni.values.period import NotAPeriod, Period

CONFIDENCES = ("H", "M", "L", "UNVERIFIED")
_ROW_FIELDS = ("value", "unit", "valid_from", "valid_until", "source", "confidence")
_NAME = re.compile(r"[a-z][a-z_]*(\.[a-z][a-z_]*)?")


class _StrictLoader(yaml.CSafeLoader):
    """YAML by libyaml, ten times as fast as in Python, without the silent rule that the last of two equal
    keys wins.
    """

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"{key.value} stands twice", key.start_mark
                )
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def read_yaml(file: Traversable) -> Mapping[str, Any]:
    """The mapping in `file`; raises BadCountryData for what is no mapping or repeats a key."""
    try:
        # The loader is a SafeLoader: it makes plain values only.
        found = yaml.load(file.read_text(encoding="utf-8"), Loader=_StrictLoader)  # noqa: S506
    except (yaml.YAMLError, UnicodeDecodeError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f"line {mark.line + 1}" if mark else "the file"
        reason = getattr(error, "problem", None) or "it is not YAML in UTF-8 with real dates"
        raise BadCountryData(file=file.name, row=line, reason=reason) from None
    if not isinstance(found, dict) or not all(isinstance(key, str) for key in found):
        raise BadCountryData(file=file.name, row="the file", reason="it is not a mapping of names")
    return found


def read_parameters(folder: Traversable) -> dict[str, tuple[ParameterRow, ...]]:
    """Every parameter of every `*.yaml` in `folder`, its rows by date; raises BadCountryData."""
    found: dict[str, tuple[ParameterRow, ...]] = {}
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if not file.name.endswith(".yaml"):
            continue
        for name, body in read_yaml(file).items():
            if name in found:
                raise BadCountryData(file=file.name, row=name, reason="another file has this parameter too")
            found[name] = _parameter(file.name, name, body)
    return found


def _parameter(file: str, name: str, body: object) -> tuple[ParameterRow, ...]:
    def refuse(reason: str) -> BadCountryData:
        return BadCountryData(file=file, row=name, reason=reason)

    if not _NAME.fullmatch(name):
        raise refuse("a name is small letters and underscores, with one point at most")
    if not isinstance(body, dict) or set(body) != {"says", "rows"}:
        raise refuse("a parameter has exactly says and rows")
    if not isinstance(body["says"], str) or not body["says"].strip():
        raise refuse("says is a sentence")
    if not isinstance(body["rows"], list) or not body["rows"]:
        raise refuse("rows is a list with at least one row")
    rows = [_row(file, name, number, row) for number, row in enumerate(body["rows"], 1)]
    for number, (before, after) in enumerate(pairwise(rows), 2):
        if period_of(before).overlaps(period_of(after)) or after.valid_from < before.valid_from:
            where = f"{name} row {number}"
            raise BadCountryData(file=file, row=where, reason="it overlaps the row before or is out of order")
    return tuple(rows)


def _row(file: str, name: str, number: int, row: object) -> ParameterRow:
    def refuse(reason: str) -> BadCountryData:
        return BadCountryData(file=file, row=f"{name} row {number}", reason=reason)

    if not isinstance(row, dict):
        raise refuse("a row is a mapping")
    missing = [field for field in _ROW_FIELDS if row.get(field) in (None, "")]
    if missing:
        raise refuse(f"it lacks {', '.join(missing)}")
    unknown = sorted(set(row) - set(_ROW_FIELDS), key=str)
    if unknown:
        raise refuse(f"it has the unknown field {unknown[0]}")
    if not isinstance(row["source"], str) or not row["source"].strip():
        raise refuse("source is a text")
    if row["confidence"] not in CONFIDENCES:
        raise refuse(f"confidence is one of {', '.join(CONFIDENCES)}")
    until = None if row["valid_until"] == "open" else row["valid_until"]
    for field, day in (("valid_from", row["valid_from"]), ("valid_until", until)):
        if day is not None and (not isinstance(day, date) or isinstance(day, datetime)):
            raise refuse(f"{field} is a day, written as 2026-03-12{' or open' if 'until' in field else ''}")
    try:
        Period(row["valid_from"], until)
        unit: Unit = read_unit(row["unit"])
        value = unit.read(row["value"])
    except (BadUnit, NotAPeriod) as error:
        raise refuse(str(error)) from None
    return ParameterRow(
        name, value, row["unit"], row["valid_from"], until, row["source"].strip(), row["confidence"]
    )


def period_of(row: ParameterRow) -> Period:
    """The days on which a row is in force."""
    return Period(row.valid_from, row.valid_until)


def read_decimal(text: object) -> Decimal:
    """A decimal in quotes, with a sign allowed; raises BadUnit (a float above all)."""
    if not isinstance(text, str) or not re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]{1,10})?", text):
        raise BadUnit('a number with decimals is written in quotes, as "1.5"')
    return Decimal(text)
