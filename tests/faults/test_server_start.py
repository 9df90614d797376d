"""What stands in the way of the embedded server at its start, each by its name."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from ayni.foundation.embedded import (
    DiskFull,
    EmbeddedServer,
    FolderInUse,
    FolderUnusable,
    NoServerUser,
    PortInUse,
    ServerError,
)
from ayni.foundation.embedded.installation import explain

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root starts the server as another user")


@pytest.fixture
def folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="ayni-start-"))
    path.chmod(0o755)
    yield path
    EmbeddedServer(path).stop()
    shutil.rmtree(path, ignore_errors=True)


def test_a_port_that_another_program_uses_is_named(folder: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(PortInUse) as refused:
            EmbeddedServer(folder, port=port).start()
    assert refused.value.numbers["port"] == port


def test_over_tcp_a_password_is_asked_for(folder: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with EmbeddedServer(folder, port=port) as server:
        with psycopg.connect(server.url("postgres")) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        bare = f"host=127.0.0.1 port={port} dbname=postgres user=ayni_owner"
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(bare, password="guess")


@needs_root
def test_a_folder_behind_a_closed_door_is_named_and_left_closed(folder: Path) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(FolderUnusable):
        EmbeddedServer(closed / "home").start()
    assert closed.stat().st_mode & 0o777 == 0o700


def test_a_file_in_the_place_of_the_folder_is_named(folder: Path) -> None:
    (folder / "file").write_text("not a folder")
    with pytest.raises(ServerError):
        EmbeddedServer(folder / "file").start()


@needs_root
def test_a_system_user_that_does_not_exist_is_named(folder: Path) -> None:
    with pytest.raises(NoServerUser):
        EmbeddedServer(folder, os_user="nobody-of-this-name").start()


@needs_root
def test_a_full_disk_is_named_and_nothing_half_made_stays(folder: Path) -> None:
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip("this machine does not let a test mount a small disk")
    try:
        folder.chmod(0o755)
        with pytest.raises(DiskFull):
            EmbeddedServer(folder).start()
        assert not (folder / "data" / "PG_VERSION").exists()
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ('FATAL:  lock file "postmaster.pid" already exists', FolderInUse),
        ("could not write: No space left on device", DiskFull),
        ("could not open: Permission denied", FolderUnusable),
        ("something that nobody foresaw", ServerError),
    ],
)
def test_the_servers_own_words_become_a_name(folder: Path, words: str, kind: type[ServerError]) -> None:
    error = explain(words, folder, "postgres")
    assert type(error) is kind
    assert str(folder) in error.sentence
