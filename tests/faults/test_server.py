"""The embedded server after things went wrong. Each test has a folder and a server of its own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from ayni.foundation.embedded import EmbeddedServer, FolderUnusable, WrongServerVersion


@pytest.fixture
def folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="ayni-fault-"))
    path.chmod(0o755)
    yield path
    EmbeddedServer(path).stop()
    shutil.rmtree(path, ignore_errors=True)


def _works(server: EmbeddedServer) -> bool:
    with psycopg.connect(server.url("postgres")) as connection:
        return connection.execute("SELECT 1").fetchone() == (1,)


def test_the_server_comes_back_after_its_postmaster_was_killed(folder: Path) -> None:
    with EmbeddedServer(folder) as server:
        pid = server.pid()
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        with EmbeddedServer(folder) as second:
            assert _works(second)


def test_the_last_user_to_leave_stops_the_server(folder: Path) -> None:
    first, second = EmbeddedServer(folder), EmbeddedServer(folder)
    first.start()
    second.start()
    first.leave()
    assert _works(second)
    second.leave()
    assert second.pid() is None


def test_a_dead_servers_number_in_use_by_another_program_is_not_the_server(folder: Path) -> None:
    with EmbeddedServer(folder) as server:
        data = server.data
    with subprocess.Popen(["sleep", "600"]) as stranger:
        try:
            (data / "postmaster.pid").write_text(f"{stranger.pid}\n{data}\n")
            with EmbeddedServer(folder) as again:
                assert _works(again)
            assert psutil.pid_exists(stranger.pid)
            assert stranger.poll() is None
        finally:
            stranger.kill()


def test_a_lock_file_that_was_cut_short_does_not_keep_the_server_down(folder: Path) -> None:
    with EmbeddedServer(folder) as server:
        data = server.data
    (data / "postmaster.pid").write_text("")
    with EmbeddedServer(folder) as again:
        assert _works(again)


def test_a_data_folder_with_other_files_is_left_as_it_is(folder: Path) -> None:
    (folder / "data").mkdir(mode=0o700)
    (folder / "data" / "letter.txt").write_text("mine")
    with pytest.raises(FolderUnusable):
        EmbeddedServer(folder).start()
    assert (folder / "data" / "letter.txt").read_text() == "mine"


def test_data_of_another_version_is_refused_and_no_lock_is_kept(folder: Path) -> None:
    with EmbeddedServer(folder) as server:
        version = server.data / "PG_VERSION"
    version.write_text("17\n")
    refused = EmbeddedServer(folder)
    with pytest.raises(WrongServerVersion):
        refused.start()
    version.write_text("18\n")
    with EmbeddedServer(folder) as again:
        assert _works(again)
    assert again.pid() is None
