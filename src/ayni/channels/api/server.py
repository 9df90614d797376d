"""The server itself: uvicorn, in a thread of its own, until it is told to stop."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import uvicorn

from ayni.channels.api.build import build
from ayni.channels.api.errors import PortTaken
from ayni.channels.api.outgoing import Networks
from ayni.channels.api.state import State
from ayni.foundation.db import Database
from ayni.foundation.keys import KeyRing

_BACKLOG = 2048
_STOP_SECONDS = 20


@dataclass(frozen=True)
class Address:
    """Where it listens."""

    host: str
    port: int

    @property
    def url(self) -> str:
        """The beginning of every path."""
        return f"http://{self.host}:{self.port}"


@contextlib.contextmanager
def serve(
    database: Database, ring: KeyRing, *, host: str, port: int, networks: Networks = ()
) -> Iterator[Address]:
    """Serve until the block ends; what was begun is finished. Port 0 is any free one.

    `networks` are private ones to which clients may be called back, for a test.
    Raises PortTaken, DatabaseUnreachable, NotMigrated.
    """
    with _listening(host, port) as listener, State(database, ring, networks=networks) as state:
        config = uvicorn.Config(
            build(state),
            loop="uvloop",
            http="httptools",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            ws="none",
            timeout_graceful_shutdown=_STOP_SECONDS,
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([listener],), name="api-server", daemon=True)
        thread.start()
        try:
            yield Address(host, listener.getsockname()[1])
        finally:
            server.should_exit = True
            thread.join()


@contextlib.contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with contextlib.closing(socket.socket(family)) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except (OSError, OverflowError) as error:
            reason = (
                os.strerror(error.errno) if isinstance(error, OSError) and error.errno else "no such port"
            )
            raise PortTaken(host=host, port=port, reason=reason) from error
        listener.listen(_BACKLOG)
        yield listener
