"""What `ayni up` and `ayni api` share: where the HTTP API listens, and how both are stopped."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from types import FrameType
from typing import Annotated

import typer

from ayni.channels.cli.session import Session
from ayni.foundation import keys
from ayni.foundation.db import Database

PORT = 8080
_CONNECTIONS = 16
Host = Annotated[str, typer.Option(help="The address that the HTTP API listens on.")]
Port = Annotated[int, typer.Option(min=0, max=65535, help="Its port; 0 is any free one.")]


@contextlib.contextmanager
def serving(session: Session, database: Database, host: str, port: int) -> Iterator[str]:
    """The HTTP API on a port, with connections of its own, until the block ends; gives its address."""
    ring = keys.load(session.keys_folder)
    with (
        Database(database.url, session.country, pool_size=_CONNECTIONS) as own,
        session.wiring.serve_api(own, ring, host=host, port=port) as url,
    ):
        yield url


@contextlib.contextmanager
def told_to_stop() -> Iterator[None]:
    """Let SIGTERM do what Ctrl-C does, so that the server is left in order whenever it comes."""

    def interrupt(_: int, __: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
