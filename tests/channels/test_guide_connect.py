"""The guide for systems outside is real: its commands are typed again against a served city."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.channels.conftest import Ayni, program
from tests.channels.test_guides import ROOT, replay

_LET_IN = "import os; os.environ['AYNI_CALLBACK_NETWORKS'] = '127.0.0.0/8'"


@pytest.fixture
def up(home: Path) -> Iterator[Callable[[], str]]:
    """Starts `ayni up` as a program of its own, and gives its address."""
    started: list[subprocess.Popen[str]] = []

    def start() -> str:
        started.append(program(home, "up", "--port", "0", "--json", before=_LET_IN))
        out = started[-1].stdout
        assert out is not None
        return str(json.loads(out.readline())["api"])

    yield start
    for process in started:
        process.terminate()
        process.communicate(timeout=60)
        assert process.returncode == 0


def test_the_guide_says_what_its_commands_print(
    ayni: Ayni, up: Callable[[], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(ROOT / "examples" / "connect", tmp_path, dirs_exist_ok=True)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    urls: list[str] = []

    def prepare(command: str) -> str:
        if command.startswith("python3 ") and not urls:
            urls.append(up())
            monkeypatch.setenv("AYNI_API", urls[0])
        return command.replace("8090", str(port))

    guide = ROOT / "docs" / "guides" / "connect-a-system.md"
    assert replay(ayni, guide, tmp_path, monkeypatch, prepare) == []
