"""Beside the queue, each follower goes on in a thread of its own for as long as the worker does."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

from ayni.foundation import followers
from ayni.foundation.db import Database
from ayni.foundation.followers import Follower
from ayni.foundation.logging import get_logger

_LOG = get_logger("channels.worker")
_IDLE_SECONDS = 1
_STAND_BY_SECONDS = 2


def follow_once(database: Database) -> None:
    """Let every follower do what is due, and end."""
    for one in followers.list_registered():
        with followers.leading(database, one.name) as check:
            if check is None:
                continue
            with one.begin(database) as step:
                while step():
                    check()


@contextlib.contextmanager
def following(database: Database) -> Iterator[None]:
    """Every follower goes on until the block ends; what is begun is finished."""
    stopping = threading.Event()
    threads = [
        threading.Thread(target=_follow, args=(database, one, stopping), name=one.name, daemon=True)
        for one in followers.list_registered()
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stopping.set()
        for thread in threads:
            thread.join()


def _follow(database: Database, one: Follower, stopping: threading.Event) -> None:
    while not stopping.is_set():
        try:
            _lead(database, one, stopping)
        except Exception as error:
            _LOG.error("follower_failed", job=one.name, exc_info=error)
        stopping.wait(_STAND_BY_SECONDS)


def _lead(database: Database, one: Follower, stopping: threading.Event) -> None:
    with followers.leading(database, one.name) as check:
        if check is None:
            return
        with one.begin(database) as step:
            while not stopping.is_set():
                check()
                if not step():
                    stopping.wait(_IDLE_SECONDS)
