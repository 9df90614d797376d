"""Backup and restore: one file that holds a whole database, and can say whether it is complete.

The file is PostgreSQL's own archive (`pg_dump`, custom format) with one line added at its end: the length
and the SHA-256 of what stands before it. PostgreSQL's tools read past that line; `restore` reads it first, so
that a file which was cut short, or never was a backup of Ayni, is refused before anything is done.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import secrets
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from ayni.foundation import embedded
from ayni.foundation.db import connect
from ayni.foundation.errors import AyniError, BadInput, Refused
from ayni.foundation.migrate import create_application_role, list_migrations

_ARCHIVE = b"PGDMP"
_SEAL = re.compile(rb"\nAYNI BACKUP 1 (?P<length>\d{20}) (?P<digest>[0-9a-f]{64})\n")
_SEAL_LENGTH = len(b"\nAYNI BACKUP 1 \n") + 20 + 1 + 64
_PART = re.compile(r"\..+\.[0-9a-f]{8}\.part")
_CHUNK = 1 << 20

_IS_EMPTY = """
SELECT NOT EXISTS (
    SELECT FROM pg_catalog.pg_namespace
    WHERE nspname NOT IN ('pg_catalog', 'information_schema', 'public') AND nspname NOT LIKE 'pg\\_%'
) AND NOT EXISTS (SELECT FROM pg_catalog.pg_class WHERE relnamespace = 'public'::regnamespace)
"""


class BackupExists(Refused):
    """A backup never replaces a file."""

    code = "backup_exists"
    what = "There is already a file at {path}."
    means = "Nothing was written: it may be the only backup that there is."
    do = "Choose another name, or move that file away first."


class BackupNotWritten(AyniError):
    """The disk said no."""

    code = "backup_not_written"
    what = "The backup could not be written to {path}: {reason}."
    means = "There is no new backup. The database is as it was."
    do = "Free some space, or choose a folder that can be written, and make the backup again."


class BackupFailed(AyniError):
    """PostgreSQL's own program gave up."""

    code = "backup_failed"
    what = "The database could not be read to its end (pg_dump ended with {status})."
    means = "There is no new backup. The database is as it was."
    do = "Check that the login is the owner's (AYNI_OWNER_DATABASE_URL), that the server runs, and try again."


class NotABackup(BadInput):
    """Some other file, or none."""

    code = "not_a_backup"
    what = "The file {path} is not a backup of Ayni: {reason}."
    means = "Nothing was restored."
    do = "Name a file that `ayni backup` wrote."


class BackupDamaged(BadInput):
    """A backup that is not whole."""

    code = "backup_damaged"
    what = "The backup {path} is damaged: {reason}."
    means = "Nothing was restored; the database is as it was."
    do = "Copy the file again from where it was kept, or take an older backup."


class DatabaseNotEmpty(Refused):
    """A backup is never restored over something."""

    code = "database_not_empty"
    what = "The database {database} is not empty."
    means = "Nothing was restored, and nothing that is there was touched."
    do = "Restore into a new database (another AYNI_HOME, or an empty one at AYNI_DATABASE_URL)."


class BackupIsNewer(BadInput):
    """The backup has run migrations that this program does not have."""

    code = "backup_is_newer"
    what = "The backup {path} was made by a newer Ayni: it has run {module} {number}."
    means = "Nothing was restored; the database is as empty as it was."
    do = "Install that version of Ayni, or a later one, and restore with it."


class RestoreFailed(AyniError):
    """PostgreSQL's own program gave up."""

    code = "restore_failed"
    what = "The backup could not be restored (pg_restore ended with {status})."
    means = "The restore was undone as a whole: the database is as empty as it was."
    do = "Check that the login may create schemas and extensions, and that the server is not older."


@dataclass(frozen=True)
class Backup:
    """A complete file. `archive_bytes` and `digest` (SHA-256, hexadecimal) are of the archive in it.

    `removed` names what backups that were killed had left in the folder, and this one cleared away.
    """

    path: Path
    archive_bytes: int
    digest: str
    removed: tuple[Path, ...] = ()


def backup(url: str, path: Path) -> Backup:
    """Write a whole database, as it is at one instant, to a new file that only we may read.

    `url` logs in as the owner. The file appears under its name when it is complete and on the disk, and not
    before. What a killed backup has left in the folder is removed. Raises BackupExists, BackupNotWritten,
    BackupFailed, DatabaseUnreachable.
    """
    path = path.absolute()
    if path.exists() or path.is_symlink():
        raise BackupExists(path=path)
    connect(url).close()
    try:
        removed = _clear_leavings(path.parent)
        with _new_file(path) as file:
            return replace(_dump(url, path, file), removed=removed)
    except FileExistsError as error:
        raise BackupExists(path=path) from error
    except OSError as error:
        raise BackupNotWritten(path=path, reason=os.strerror(error.errno or 0)) from error


@contextlib.contextmanager
def _new_file(path: Path) -> Iterator[IO[bytes]]:
    """A file that gets its name at the end, and never another file's. A failure leaves nothing."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with contextlib.ExitStack() as stack:
            with _folder_locked(path.parent):
                number = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                file = stack.enter_context(os.fdopen(number, "wb"))
                # Held as long as we live and no longer, so that others know whether this part is in use.
                _lock(file.fileno())
            yield file
            file.flush()
            os.fsync(file.fileno())
        # A link, unlike a rename, refuses to replace what has come there meanwhile.
        os.link(part, path)
    finally:
        part.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextlib.contextmanager
def _folder_locked(folder: Path) -> Iterator[None]:
    """While a part is made and locked, or parts are looked through, nobody else does either."""
    number = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):
            fcntl.flock(number, fcntl.LOCK_EX)
        yield
    finally:
        os.close(number)


def _lock(number: int) -> bool:
    """Take a file for ourselves, if nobody has it; False when somebody has, or the disk knows no locks."""
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _clear_leavings(folder: Path) -> tuple[Path, ...]:
    """Remove the parts of backups that were killed, and name them; one that is being written is left."""
    removed = []
    with _folder_locked(folder):
        for part in sorted(folder.iterdir()):
            if not _PART.fullmatch(part.name) or part.is_symlink():
                continue
            # Somebody else's, which we may not read, is not ours to clear away.
            with contextlib.suppress(OSError), part.open("rb") as file:
                if file.read(len(_ARCHIVE)) in (_ARCHIVE, b"") and _lock(file.fileno()):
                    part.unlink()
                    removed.append(part)
    return tuple(removed)


def _dump(url: str, path: Path, file: IO[bytes]) -> Backup:
    command = [str(embedded.program("pg_dump")), "--format=custom", "--no-password"]
    target, environment = _login(url)
    digest, length = hashlib.sha256(), 0
    with subprocess.Popen(
        [*command, "--dbname", target],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
    ) as process:
        assert process.stdout is not None
        try:
            while chunk := process.stdout.read(_CHUNK):
                digest.update(chunk)
                length += len(chunk)
                file.write(chunk)
        except BaseException:
            process.kill()
            raise
    if process.returncode != 0 or not length:
        raise BackupFailed(status=process.returncode)
    file.write(f"\nAYNI BACKUP 1 {length:020d} {digest.hexdigest()}\n".encode())
    return Backup(path, length, digest.hexdigest())


def read_backup(path: Path) -> Backup:
    """Read a backup to its end and give what it says of itself. Raises NotABackup, BackupDamaged."""
    path = path.absolute()
    try:
        with path.open("rb") as file:
            return _check(path, file)
    except OSError as error:
        raise NotABackup(path=path, reason=os.strerror(error.errno or 0)) from error


def _check(path: Path, file: IO[bytes]) -> Backup:
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - _SEAL_LENGTH))
    seal = _SEAL.fullmatch(file.read())
    file.seek(0)
    if file.read(len(_ARCHIVE)) != _ARCHIVE:
        raise NotABackup(path=path, reason="it does not begin as one")
    if seal is None:
        raise BackupDamaged(path=path, reason="its last line is missing, so it was cut short")
    length = size - _SEAL_LENGTH
    if int(seal["length"]) != length:
        raise BackupDamaged(path=path, reason=f"{int(seal['length'])} bytes were written, {length} are here")
    file.seek(0)
    digest, left = hashlib.sha256(), length
    while left and (chunk := file.read(min(_CHUNK, left))):
        digest.update(chunk)
        left -= len(chunk)
    if digest.hexdigest().encode() != seal["digest"]:
        raise BackupDamaged(path=path, reason="its content is not what was written")
    return Backup(path, length, digest.hexdigest())


def _check_version(path: Path, modules: Sequence[str]) -> None:
    """Refuse a backup that has run a migration which this program does not know."""
    command = [
        str(embedded.program("pg_restore")),
        "--data-only",
        "--schema=foundation",
        "--table=migrations",
    ]
    done = subprocess.run(
        [*command, "--file=-", str(path)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        env=embedded.environment(),
        check=False,
    )
    if done.returncode != 0:
        raise RestoreFailed(status=done.returncode)
    known = {module: [one.number for one in list_migrations(module)] for module in modules}
    for module, number in re.findall(r"^([a-z]+)\t(\d+)\t", done.stdout, re.MULTILINE):
        if module in known and int(number) not in known[module]:
            raise BackupIsNewer(path=path, module=module, number=number)


def restore(url: str, path: Path, modules: Sequence[str] = ()) -> Backup:
    """Restore a backup into an empty database, all or nothing; `url` logs in as its future owner.

    The role that the application acts as is created when it is missing. A backup with migrations of `modules`
    that this program does not have is refused. Raises NotABackup, BackupDamaged, BackupIsNewer,
    DatabaseNotEmpty, RestoreFailed, DatabaseUnreachable.
    """
    found = read_backup(path)
    _check_version(found.path, modules)
    with connect(url) as connection:
        row = connection.execute(_IS_EMPTY.encode()).fetchone()
        if row is None or not row[0]:
            raise DatabaseNotEmpty(database=connection.info.dbname)
        try:
            create_application_role(connection)
        except psycopg.errors.InsufficientPrivilege as error:
            raise RestoreFailed(status="no right to create roles") from error
    command = [str(embedded.program("pg_restore")), "--exit-on-error", "--single-transaction", "--no-owner"]
    target, environment = _login(url)
    # What it says of a failure may quote rows, so its words are not kept.
    done = subprocess.run(
        [*command, "--no-password", "--dbname", target, str(found.path)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment,
        check=False,
    )
    if done.returncode != 0:
        raise RestoreFailed(status=done.returncode)
    with connect(url) as connection:
        connection.execute("ANALYZE")
    return found


def _login(url: str) -> tuple[str, dict[str, str]]:
    """Where to log in, and the environment with the password: a command line is seen by everybody."""
    parts = conninfo_to_dict(url)
    password = parts.pop("password", None)
    environment = embedded.environment()
    if password is not None:
        environment["PGPASSWORD"] = str(password)
    return make_conninfo("", **parts), environment
