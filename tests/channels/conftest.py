"""The command line, run in this process against a home of its own, or as a program."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from ayni.app import WIRING
from ayni.channels import cli
from ayni.foundation.embedded import EmbeddedServer


@dataclass(frozen=True)
class Answer:
    """How a command ended and what it said."""

    status: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """The one JSON object on standard output."""
        return json.loads(self.out)

    @property
    def code(self) -> str:
        """The code of the error on standard output."""
        return str(self.data["error"]["code"])


Ayni = Callable[..., Answer]


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """A home with a server that stays up while this file's tests run: commands find it running."""
    folder = Path(tempfile.mkdtemp(prefix="ayni-cli-"))
    # As root, the server runs as a system user, who must be able to enter.
    folder.chmod(0o755)
    with EmbeddedServer(folder / "postgres"):
        yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def ayni(home: Path, capfd: pytest.CaptureFixture[str]) -> Ayni:
    """Runs a command in this process."""

    def run(*arguments: str | Path, environment: Mapping[str, str] | None = None) -> Answer:
        told = {"AYNI_HOME": str(home)} if environment is None else dict(environment)
        capfd.readouterr()
        status = cli.run(replace(WIRING, environment=told), [str(argument) for argument in arguments])
        out, err = capfd.readouterr()
        return Answer(status, out, err)

    return run


def program(home: Path, *arguments: str, before: str = "") -> subprocess.Popen[str]:
    """Starts `ayni` as a program of its own; `before` is Python that runs when it is loaded."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AYNI_")}
    return subprocess.Popen(
        [sys.executable, "-c", f"from ayni import app\n{before}\napp.main()", *arguments],
        env=environment | {"AYNI_HOME": str(home), "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
