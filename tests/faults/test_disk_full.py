"""The disk is full while the ledger posts: it says so, keeps what it has, and goes on when there is room."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from ayni import ledger
from ayni.app import MODULES
from ayni.foundation.country import Country
from ayni.foundation.db import Database, OutcomeUnknown
from ayni.foundation.embedded import EmbeddedServer
from ayni.foundation.errors import AyniError
from ayni.foundation.migrate import migrate
from ayni.ledger import Result, Transfer
from ayni.ledger.errors import NoRoom
from ayni.values.ids import AccountId
from tests.conftest import START, TEST_ACTOR
from tests.faults.posting_client import batch
from tests.ledger.city import City

ACCOUNTS = "name | limit\n source | none\n " + "\n ".join(f"a{number} | -" for number in range(5))
MOST = 400
MEBIBYTE = 2**20

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small disk")


@dataclass
class Small:
    """A server of which a part lies on a small disk, and a file that fills what is left of it."""

    server: EmbeddedServer
    disk: Path
    database: Database
    accounts: list[AccountId]

    @property
    def ballast(self) -> Path:
        return self.disk / "ballast"

    def fill(self, leave: int) -> None:
        """Take all room but this many bytes."""
        with self.ballast.open("wb") as file:
            left = os.statvfs(self.disk).f_bavail * os.statvfs(self.disk).f_frsize - leave
            os.posix_fallocate(file.fileno(), 0, left)

    def make_room(self) -> None:
        self.ballast.unlink()

    def owner(self) -> psycopg.Connection:
        return psycopg.connect(self.server.url("small"), autocommit=True)

    def set_up(self) -> None:
        with self.database.transaction(TEST_ACTOR) as tx:
            self.accounts = list(City(tx).open(ACCOUNTS).accounts.values())

    def post(self, number: int) -> set[Result]:
        with self.database.transaction(TEST_ACTOR) as tx:
            return {answer.result for answer in ledger.post(tx, batch(number, self.accounts))}

    def plan_is_fulfilled(self, batches: int) -> None:
        """Send every id again, twice; then all of it has moved once."""
        again = [self.post(number) for number in range(batches)]
        assert all(one in ({Result.EXISTS}, {Result.CREATED}) for one in again)
        assert {result for number in range(batches) for result in self.post(number)} == {Result.EXISTS}
        plan: list[Transfer] = [one for number in range(batches) for one in batch(number, self.accounts)]
        with self.database.transaction(TEST_ACTOR) as tx:
            source = ledger.get_account(tx, self.accounts[0])
            assert source.balance_minor == -sum(one.amount_minor for one in plan)
            assert tx.execute("SELECT count(*) FROM ledger.transfers").fetchone() == (len(plan),)
            assert ledger.list_violations(tx) == []


@pytest.fixture
def folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="ayni-full-"))
    path.chmod(0o755)
    disk = path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=160m", "tmpfs", str(disk)], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        shutil.rmtree(path)
        pytest.skip("this machine does not let a test mount a small disk")
    disk.chmod(0o755)
    yield path
    EmbeddedServer(path).stop()
    subprocess.run(["umount", str(disk)], check=True)
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def small(folder: Path, country: Country) -> Iterator[Small]:
    server = EmbeddedServer(folder)
    server.start()
    server.create_database("small")
    migrate(server.url("small"), MODULES, simulated_at=START)
    with Database(server.url("small"), country) as database:
        small = Small(server, folder / "disk", database, [])
        small.set_up()
        yield small
    server.leave()


def _transfers_move_to_the_small_disk(small: Small) -> None:
    place = small.disk / "tables"
    place.mkdir(mode=0o700)
    owner = small.server.data.stat()
    os.chown(place, owner.st_uid, owner.st_gid)
    with small.owner() as connection:
        connection.execute(f"CREATE TABLESPACE small LOCATION '{place}'".encode())
        connection.execute("ALTER TABLE ledger.transfers SET TABLESPACE small")


def _the_log_moves_to_the_small_disk(small: Small) -> None:
    small.database.close()
    small.server.stop()
    log = small.server.data / "pg_wal"
    owner = log.stat()
    shutil.move(log, small.disk / "pg_wal")
    log.symlink_to(small.disk / "pg_wal")
    for path in [small.disk / "pg_wal", *(small.disk / "pg_wal").rglob("*")]:
        os.chown(path, owner.st_uid, owner.st_gid)
    small.server.start()
    small.database = Database(small.server.url("small"), small.database.country)


def _post_until_it_is_full(small: Small) -> tuple[int, AyniError]:
    """How many batches were acknowledged, and what the next one was told."""
    with ledger.Poster(small.database) as poster:
        for number in range(MOST):
            try:
                answers = poster.post(batch(number, small.accounts))
            except AyniError as error:
                return number, error
            assert {answer.result for answer in answers} == {Result.CREATED}
    raise AssertionError("the small disk was large enough")


def test_no_room_for_the_tables_is_named_and_the_same_ids_post_later(small: Small) -> None:
    _transfers_move_to_the_small_disk(small)
    small.fill(leave=4 * MEBIBYTE)
    full, error = _post_until_it_is_full(small)
    assert full > 0
    assert isinstance(error, NoRoom)
    with pytest.raises(NoRoom):
        small.post(full)
    # Nothing of it is there, and what was acknowledged is.
    with small.database.transaction(TEST_ACTOR) as tx:
        assert tx.execute("SELECT count(*) FROM ledger.transfers").fetchone() == (2_000 * full,)
        assert ledger.list_violations(tx) == []
    # Each caller of a poster is told the same, and the poster lives on.
    with ledger.Poster(small.database) as poster:
        waiting = [poster.submit([one]) for one in batch(full, small.accounts)]
        told = {type(one.exception(60)) for one in waiting}
        assert told <= {NoRoom, type(None)}
        assert NoRoom in told
        small.make_room()
        assert all(answer.result.ok for answer in poster.post(batch(full, small.accounts)))
    small.plan_is_fulfilled(full + 2)


def test_no_room_for_the_log_loses_nothing_that_was_acknowledged(small: Small) -> None:
    _the_log_moves_to_the_small_disk(small)
    small.fill(leave=0)
    told, error = _post_until_it_is_full(small)
    # The server may go down over it, and then nobody knows whether the last batch was written.
    assert isinstance(error, NoRoom | OutcomeUnknown)
    small.make_room()
    small.server.start()
    assert [small.post(number) for number in range(told)] == [{Result.EXISTS}] * told
    small.plan_is_fulfilled(told + 2)
    small.database.close()
