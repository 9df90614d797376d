"""The guide of a generated city is real: promises 1, 4, 5 and 6, typed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.channels.conftest import Ayni
from tests.channels.test_guides import ROOT, replay


def test_the_guide_says_what_its_commands_print(
    ayni: Ayni, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in ("welfare", "city"):
        shutil.copytree(ROOT / "examples" / folder, tmp_path, dirs_exist_ok=True)
    guide = ROOT / "docs" / "guides" / "a-city-with-programmes.md"
    assert replay(ayni, guide, tmp_path, monkeypatch) == []
