"""The guide of programmes is real: its commands are typed again, and what they print is compared."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.channels.conftest import Ayni
from tests.channels.test_guides import ROOT, replay


def test_the_guide_says_what_its_commands_print(
    ayni: Ayni, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(ROOT / "examples" / "welfare", tmp_path, dirs_exist_ok=True)
    guide = ROOT / "docs" / "guides" / "run-a-programme.md"
    assert replay(ayni, guide, tmp_path, monkeypatch) == []
