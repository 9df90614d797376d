"""A killed backup leaves a part, which the next one clears away; one that is being written is left alone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from ayni.app import MODULES
from ayni.foundation.backup import BackupDamaged, NotABackup, backup, read_backup, restore
from ayni.foundation.db import Database
from ayni.foundation.embedded import EmbeddedServer

_PROGRAM = """
import sys
from pathlib import Path
from ayni.foundation.backup import backup
backup(sys.argv[1], Path(sys.argv[2]))
"""


@pytest.fixture
def url(own_database: Database, server: EmbeddedServer) -> str:
    return server.url(str(psycopg.conninfo.conninfo_to_dict(own_database.url)["dbname"]))


@pytest.fixture
def writing(url: str, owner: psycopg.Connection, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A backup in a process of its own that has its part open, and waits for a table that somebody holds."""
    owner.execute("BEGIN")
    owner.execute("LOCK TABLE foundation.audit IN ACCESS EXCLUSIVE MODE")
    command = [sys.executable, "-c", _PROGRAM, url, str(tmp_path / "first.backup")]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        waits = (
            "SELECT FROM pg_stat_activity WHERE datname = current_database()"
            " AND application_name = 'pg_dump' AND wait_event_type = 'Lock'"
        )
        while owner.execute(waits).fetchone() is None:
            assert process.poll() is None
            # Within one transaction the server would always give the same answer.
            owner.execute("SELECT pg_stat_clear_snapshot()")
        yield process
        process.kill()


def _names(folder: Path) -> list[str]:
    return sorted(path.name.split(".")[-1] for path in folder.iterdir())


def test_the_next_backup_clears_away_what_a_killed_one_left_and_names_it(
    url: str, writing: subprocess.Popen[bytes], owner: psycopg.Connection, tmp_path: Path
) -> None:
    os.kill(writing.pid, signal.SIGKILL)
    writing.wait()
    owner.execute("ROLLBACK")
    [left] = tmp_path.iterdir()
    assert left.name.endswith(".part")
    # The same name is free: the part never had it.
    made = backup(url, tmp_path / "first.backup")
    assert made.removed == (left,)
    assert _names(tmp_path) == ["backup"]
    assert read_backup(made.path).digest == made.digest
    assert backup(url, tmp_path / "second.backup").removed == ()


def test_the_part_of_a_backup_that_is_being_written_is_left_alone(
    writing: subprocess.Popen[bytes], owner: psycopg.Connection, server: EmbeddedServer, tmp_path: Path
) -> None:
    [part] = tmp_path.iterdir()
    server.create_database("beside", template="template_ayni")
    try:
        beside = backup(server.url("beside"), tmp_path / "beside.backup")
    finally:
        server.drop_database("beside")
    assert beside.removed == ()
    assert part.exists()
    owner.execute("ROLLBACK")
    assert writing.wait() == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["beside.backup", "first.backup"]


def test_other_peoples_files_are_not_cleared_away(url: str, tmp_path: Path) -> None:
    names = (".x.0123abcd.part", "x.0123abcd.part", ".x.part", ".x.backup.0123abcd.parts")
    for name in names:
        (tmp_path / name).write_bytes(b"a letter")
    (tmp_path / ".y.0123abcd.part").symlink_to(tmp_path / "x.0123abcd.part")
    (tmp_path / ".folder.0123abcd.part").mkdir()
    before = {path.name for path in tmp_path.iterdir()}
    assert backup(url, tmp_path / "x.backup").removed == ()
    assert {path.name for path in tmp_path.iterdir()} == before | {"x.backup"}


def test_a_backup_of_a_killed_backup_is_never_taken_for_one(
    url: str, writing: subprocess.Popen[bytes], owner: psycopg.Connection, tmp_path: Path
) -> None:
    os.kill(writing.pid, signal.SIGKILL)
    writing.wait()
    owner.execute("ROLLBACK")
    [left] = tmp_path.iterdir()
    with pytest.raises((BackupDamaged, NotABackup), match="Nothing was restored"):
        restore(url, left, MODULES)
