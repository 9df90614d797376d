"""A home whose server stays up while this file's tests run, with a fresh database for each of them."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from ayni.app import MODULES
from ayni.foundation.embedded import EmbeddedServer
from ayni.foundation.migrate import migrate
from tests.conftest import START


@dataclass(frozen=True)
class Place:
    """A home in which programs find their database, and its owner's way to it."""

    home: Path
    url: str


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Path, EmbeddedServer]]:
    folder = Path(tempfile.mkdtemp(prefix="ayni-fault-"))
    folder.chmod(0o755)
    with EmbeddedServer(folder / "postgres") as server:
        server.create_database("migrated")
        migrate(server.url("migrated"), MODULES, simulated_at=START)
        yield folder, server
    EmbeddedServer(folder / "postgres").stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def place(served: tuple[Path, EmbeddedServer]) -> Iterator[Place]:
    home, server = served
    server.create_database("ayni", template="migrated")
    yield Place(home, server.url("ayni"))
    server.drop_database("ayni")
