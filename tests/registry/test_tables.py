"""The readable tables are what the migrations make."""

from __future__ import annotations

from importlib.resources import files

import pytest


@pytest.mark.parametrize("module", ["identity", "registry"])
def test_the_first_migration_is_the_snapshot(module: str) -> None:
    sql = files(f"ayni.{module}") / "sql"
    [first] = (sql / "migrations").iterdir()
    assert first.read_text("utf-8") == (sql / "tables.sql").read_text("utf-8")
