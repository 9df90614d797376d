"""A backup is whole or refused, never replaces a file, and never overwrites a database."""

from __future__ import annotations

import itertools
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from ayni.app import MODULES
from ayni.foundation import audit, embedded
from ayni.foundation import backup as backups
from ayni.foundation.backup import BackupDamaged, NotABackup, backup, read_backup, restore
from ayni.foundation.country import Country
from ayni.foundation.db import Database, DatabaseUnreachable
from ayni.foundation.embedded import EmbeddedServer
from ayni.foundation.migrate import migrate

_numbers = itertools.count(1)


@pytest.fixture
def empty(server: EmbeddedServer) -> Iterator[Callable[[], str]]:
    """Makes empty databases and gives the owner's way in."""
    made = []

    def make() -> str:
        made.append(f"restored_{next(_numbers)}")
        server.create_database(made[-1])
        return server.url(made[-1])

    yield make
    for name in made:
        server.drop_database(name)


@pytest.fixture
def url(own_database: Database, server: EmbeddedServer) -> str:
    """The owner's way into a database with one row of audit."""
    with own_database.transaction() as tx:
        audit.record(tx, action="test.did", subject="ñandú")
    return server.url(str(psycopg.conninfo.conninfo_to_dict(own_database.url)["dbname"]))


@pytest.fixture
def whole(url: str, tmp_path: Path) -> Path:
    """A good backup."""
    return backup(url, tmp_path / "whole.backup").path


def _is_empty(url: str) -> bool:
    with psycopg.connect(url) as connection:
        query = "SELECT count(*) FROM pg_namespace WHERE nspname IN ('foundation', 'jobs', 'ledger')"
        return connection.execute(query).fetchone() == (0,)


def test_what_is_restored_is_what_was_there_and_the_application_may_use_it(
    whole: Path, empty: Callable[[], str], country: Country
) -> None:
    target = empty()
    assert restore(target, whole) == read_backup(whole)
    assert migrate(target, MODULES) == []
    with Database(target, country) as database, database.transaction() as tx:
        assert [row.action for row in audit.list_audit(tx, subject="ñandú")] == ["test.did"]
        audit.record(tx, action="test.again", subject="ñandú")
        assert [row.number for row in audit.list_audit(tx, subject="ñandú")] == [1, 2]


def test_triggers_and_rights_are_restored_too(whole: Path, empty: Callable[[], str]) -> None:
    target = empty()
    restore(target, whole)
    with psycopg.connect(target) as connection, pytest.raises(psycopg.Error) as caught:
        connection.execute("DELETE FROM foundation.audit")
    assert caught.value.sqlstate == "AY003"
    as_application = psycopg.connect(target, options="-c role=ayni_app")
    with as_application as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("UPDATE foundation.clock SET simulated = false")


def test_only_we_may_read_a_backup_and_nothing_is_left_beside_it(whole: Path) -> None:
    assert whole.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in whole.parent.iterdir()] == ["whole.backup"]


def test_postgresqls_own_tool_reads_a_backup(whole: Path) -> None:
    done = subprocess.run(
        [embedded.program("pg_restore"), "--list", whole], capture_output=True, text=True, check=True
    )
    assert "TABLE DATA foundation audit" in done.stdout


def test_a_backup_never_replaces_a_file(url: str, whole: Path, tmp_path: Path) -> None:
    before = whole.read_bytes()
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    for name in ("whole.backup", "dangling"):
        with pytest.raises(backups.BackupExists):
            backup(url, tmp_path / name)
    assert whole.read_bytes() == before


def test_a_folder_that_is_not_there_is_named_and_nothing_is_made(url: str, tmp_path: Path) -> None:
    with pytest.raises(backups.BackupNotWritten):
        backup(url, tmp_path / "no" / "folder" / "x.backup")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no full disk to lend")
def test_a_full_disk_leaves_no_backup(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Every write into /dev/full fails as on a full disk: the part is opened there.
    real = os.open

    def full(path: str | Path, flags: int, mode: int = 0o777) -> int:
        return real("/dev/full", os.O_WRONLY) if str(path).endswith(".part") else real(path, flags, mode)

    monkeypatch.setattr(os, "open", full)
    with pytest.raises(backups.BackupNotWritten, match="No space left"):
        backup(url, tmp_path / "x.backup")
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_is_away_is_named(tmp_path: Path) -> None:
    away = f"host={tmp_path} dbname=x"
    with pytest.raises(DatabaseUnreachable):
        backup(away, tmp_path / "x.backup")
    assert list(tmp_path.iterdir()) == []


def test_a_login_that_may_not_read_everything_makes_no_backup(
    url: str, server: EmbeddedServer, tmp_path: Path
) -> None:
    name = str(psycopg.conninfo.conninfo_to_dict(url)["dbname"])
    with pytest.raises(backups.BackupFailed):
        backup(server.url(name, user="ayni_app"), tmp_path / "x.backup")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kept", ["half", "all but a byte", "all but the last line", "the first bytes"])
def test_a_backup_that_was_cut_short_is_refused(whole: Path, empty: Callable[[], str], kept: str) -> None:
    content = whole.read_bytes()
    seal = content.rindex(b"\nAYNI BACKUP")
    size = {"half": len(content) // 2, "all but a byte": len(content) - 1}
    size |= {"all but the last line": seal, "the first bytes": 6}
    whole.write_bytes(content[: size[kept]])
    target = empty()
    with pytest.raises(BackupDamaged):
        restore(target, whole)
    assert _is_empty(target)


def test_a_backup_with_one_changed_bit_is_refused(whole: Path, empty: Callable[[], str]) -> None:
    content = bytearray(whole.read_bytes())
    content[len(content) // 2] ^= 1
    whole.write_bytes(content)
    with pytest.raises(BackupDamaged):
        restore(empty(), whole)


def test_a_backup_with_its_middle_cut_out_is_refused(whole: Path, empty: Callable[[], str]) -> None:
    content = whole.read_bytes()
    whole.write_bytes(content[:1000] + content[2000:])
    with pytest.raises(BackupDamaged, match="bytes were written"):
        restore(empty(), whole)


@pytest.mark.parametrize("content", [b"", b"PG", b"SELECT 1;", b"\0" * 5000, b"\x1f\x8b" + b"x" * 5000])
def test_some_other_file_is_refused(tmp_path: Path, empty: Callable[[], str], content: bytes) -> None:
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(NotABackup):
        restore(empty(), tmp_path / "x")


def test_no_file_and_a_folder_are_no_backups(tmp_path: Path) -> None:
    for path in (tmp_path / "nothing", tmp_path):
        with pytest.raises(NotABackup):
            read_backup(path)


def test_a_backup_is_never_restored_over_something(url: str, whole: Path, empty: Callable[[], str]) -> None:
    with pytest.raises(backups.DatabaseNotEmpty):
        restore(url, whole)
    target = empty()
    with psycopg.connect(target) as connection:
        connection.execute("CREATE TABLE public.mine (x int)")
    with pytest.raises(backups.DatabaseNotEmpty):
        restore(target, whole)


def test_a_restore_that_fails_leaves_the_database_empty(
    whole: Path, empty: Callable[[], str], server: EmbeddedServer
) -> None:
    target = empty()
    name = str(psycopg.conninfo.conninfo_to_dict(target)["dbname"])
    with pytest.raises(backups.RestoreFailed):
        restore(server.url(name, user="ayni_app"), whole)
    assert _is_empty(target)
    restore(target, whole)
    assert not _is_empty(target)


def test_a_backup_of_a_newer_ayni_is_refused_before_anything_is_restored(
    url: str, empty: Callable[[], str], tmp_path: Path
) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("INSERT INTO foundation.migrations VALUES ('ledger', 9001, 'later', 'x')")
    newer = backup(url, tmp_path / "newer.backup").path
    target = empty()
    with pytest.raises(backups.BackupIsNewer, match="ledger 9001"):
        restore(target, newer, MODULES)
    with psycopg.connect(target) as connection:
        # Not even the part that this program would know.
        assert connection.execute("SELECT to_regclass('foundation.clock')").fetchone() == (None,)


def test_a_backup_of_an_older_ayni_is_restored_and_brought_up_to_date(
    empty: Callable[[], str], tmp_path: Path, country: Country
) -> None:
    source, target = empty(), empty()
    migrate(source, MODULES[:2])
    older = backup(source, tmp_path / "older.backup").path
    restore(target, older, MODULES)
    assert {one.module for one in migrate(target, MODULES)} == {*MODULES[2:]} - {"credit"}
    with Database(target, country) as database, database.transaction() as tx:
        audit.record(tx, action="test.did", subject="it")


def test_an_owner_who_is_no_superuser_may_restore(
    whole: Path, empty: Callable[[], str], server: EmbeddedServer, country: Country
) -> None:
    name = str(psycopg.conninfo.conninfo_to_dict(empty())["dbname"])
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute("CREATE ROLE plain LOGIN")
        try:
            connection.execute(f"ALTER DATABASE {name} OWNER TO plain".encode())
            restore(server.url(name, user="plain"), whole, MODULES)
            assert migrate(server.url(name, user="plain"), MODULES) == []
            with (
                Database(server.url(name, user="ayni_app"), country) as database,
                database.transaction() as tx,
            ):
                assert len(audit.list_audit(tx, subject="ñandú")) == 1
        finally:
            server.drop_database(name)
            connection.execute("DROP ROLE plain")


def test_a_password_is_not_on_the_command_line() -> None:
    target, environment = backups._login("postgresql://ana:secreto@db.example/ayni")
    assert "secreto" not in target
    assert environment["PGPASSWORD"] == "secreto"
