"""Answers for many who wait: threads on futures, and event loops, which are woken once for all of theirs."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable
from concurrent.futures import Future, InvalidStateError
from typing import Any, TypeAlias

Answer: TypeAlias = "Future[Any] | asyncio.Future[Any]"


def give(answers: Iterable[tuple[Answer, object]]) -> None:
    """Settle each future with its value, or with its exception; those of an event loop in one call of it."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[Answer, object]]] = {}
    for future, value in answers:
        if isinstance(future, asyncio.Future):
            by_loop.setdefault(future.get_loop(), []).append((future, value))
        else:
            _settle(future, value)
    for loop, mine in by_loop.items():
        # A loop that has closed has nobody left to tell; what was done stays done.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(_settle_all, mine)


def _settle_all(answers: list[tuple[Answer, object]]) -> None:
    for future, value in answers:
        _settle(future, value)


def _settle(future: Answer, value: object) -> None:
    # A caller who gave up waiting has cancelled: it is done all the same.
    if future.cancelled():
        return
    with contextlib.suppress(InvalidStateError, asyncio.InvalidStateError):
        if isinstance(value, BaseException):
            future.set_exception(value)
        else:
            future.set_result(value)
