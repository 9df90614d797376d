"""How records are compared, as data: fields with their levels, circumstances, and where pairs are sought."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from ayni.foundation.queries import load_sql


@dataclass(frozen=True, slots=True)
class Level:
    """One degree of likeness. `condition` is "" for the last; `m`, `u`: how often it is
    believed to hold among duplicates and among strangers, before any data has been seen."""

    name: str
    sentence: str
    m: Decimal
    u: Decimal
    condition: str = ""
    term: str = ""
    fixed: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """What is compared by one scale. A fixed one keeps its weights."""

    name: str
    unknown: str
    levels: tuple[Level, ...]
    fixed: bool


@dataclass(frozen=True, slots=True)
class Circumstance:
    """Something that speaks for or against besides the fields: on their levels, `weight` in bits."""

    name: str
    sentence: str
    condition: str
    weight: int


@dataclass(frozen=True, slots=True)
class Block:
    """Records with one of the same keys are compared; too large blocks are split by `finer`."""

    name: str
    keys: str
    finer: str


@dataclass(frozen=True, slots=True)
class Model:
    """All that is particular to one kind of record. `preparation` (SQL) makes `records` of `people`."""

    name: str
    preparation: str
    fields: tuple[Field, ...]
    context: tuple[Circumstance, ...]
    blocks: tuple[Block, ...]
    trained_on: tuple[str, ...]


def load_model(path: Path | None = None) -> Model:
    """The model of a YAML file and the .sql file beside it, which prepares records; or that of residents."""
    if path is None:
        text = (files(__package__) / "residents.yaml").read_text(encoding="utf-8")
        preparation = load_sql("registry", "linkage/residents.sql")
    else:
        text = path.read_text(encoding="utf-8")
        preparation = path.with_suffix(".sql").read_text(encoding="utf-8")
    told: dict[str, Any] = yaml.safe_load(text)
    return Model(
        name=told["name"],
        preparation=preparation,
        fields=tuple(_field(one) for one in told["fields"]),
        context=tuple(
            Circumstance(one["name"], one["sentence"], one["if"], one["weight"])
            for one in told.get("context", [])
        ),
        blocks=tuple(Block(one["name"], one["key"], one.get("finer", "NULL")) for one in told["blocks"]),
        trained_on=tuple(told["trained_on"]),
    )


def _field(told: dict[str, Any]) -> Field:
    return Field(
        name=told["name"],
        unknown=told["unknown"],
        levels=tuple(_level(one) for one in told["levels"]),
        fixed=bool(told.get("fixed")),
    )


def _level(told: dict[str, Any]) -> Level:
    m, u = Decimal(str(told["m"])), Decimal(str(told["u"]))
    return Level(
        told["name"], told["sentence"], m, u, told.get("if", ""), told.get("tf", ""), told.get("fixed", "")
    )
