"""The guide of the wallet is real: its commands are typed again, and what they print is compared."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.channels.conftest import Ayni
from tests.channels.test_guides import ROOT, replay


def test_the_guide_says_what_its_commands_print(
    ayni: Ayni, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    guide = ROOT / "docs" / "guides" / "use-a-wallet.md"
    assert replay(ayni, guide, tmp_path, monkeypatch) == []
