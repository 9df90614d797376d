"""Small padróns, written and imported."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ayni import registry
from ayni.foundation.db import Database

ON = date(2025, 6, 1)
COLUMNS = (
    *("household_code", "relationship", "document_kind", "document_number", "first_surname"),
    *("second_surname", "given_names", "birth_on", "birth_estimated", "sex", "ubigeo", "address", "phone"),
    "language",
)

Padron = Callable[..., Path]
Import = Callable[..., registry.ImportReport]


def person(code: str, role: str, names: str, **more: str) -> dict[str, str]:
    """A row of a padrón; `names` is "given / first surname / second surname"."""
    given, first, second = (part.strip() for part in names.split("/"))
    row = {"household_code": code, "relationship": role, "given_names": given, "first_surname": first}
    row["second_surname"] = second
    if "document_number" in more:
        row["document_kind"] = "DNI"
    return {**row, **more}


HEAD = person("H1", "head", "Rosa / Quispe / Mamani", document_number="10117410", birth_on="1980-05-04",
              sex="female", ubigeo="150110", phone="987654321", language="qu")  # fmt: skip
CHILD = person("H1", "child", "Luz / Huamán / Quispe", birth_on="2020-01-31", sex="female", ubigeo="150110")


@pytest.fixture
def padron(tmp_path: Path) -> Padron:
    """Writes rows to a file, with exactly the columns that they need."""

    def write(rows: Sequence[dict[str, str]], name: str = "padron.csv") -> Path:
        extra = sorted({column for row in rows for column in row} - {*COLUMNS})
        path = tmp_path / name
        with path.open("w", encoding="utf-8", newline="") as file:
            out = csv.DictWriter(file, [*COLUMNS, *extra], restval="")
            out.writeheader()
            out.writerows(rows)
        return path

    return write


@pytest.fixture
def load(own_database: Database, padron: Padron) -> Import:
    """Imports rows into this test's own database."""

    def run(rows: Sequence[dict[str, str]], **more: Any) -> registry.ImportReport:
        return registry.import_padron(own_database, path=padron(rows), **{"source": "city", "on": ON, **more})

    return run


def notes(report: registry.ImportReport) -> list[tuple[int, str, str]]:
    """Line, column and code of each line of the report."""
    with Path(report.report).open(encoding="utf-8", newline="") as file:
        return [(int(row["line"]), row["column"], row["code"]) for row in csv.DictReader(file)]
