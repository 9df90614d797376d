"""Followers go on beside the queue, one leader each, and what fails in one is not the end of it."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator

import pytest

from ayni.channels.worker.following import following
from ayni.foundation import followers
from ayni.foundation.db import Database
from ayni.foundation.followers import Follower


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch) -> dict[str, Follower]:
    """An empty list of followers."""
    found: dict[str, Follower] = {}
    monkeypatch.setattr(followers, "_REGISTERED", found)
    return found


@pytest.mark.usefixtures("registered")
def test_a_follower_that_fails_goes_on(own_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ayni.channels.worker.following._STAND_BY_SECONDS", 0.01)
    calls: list[int] = []
    went_on, ended = threading.Event(), threading.Event()

    def step() -> bool:
        calls.append(len(calls))
        if len(calls) == 1:
            raise ZeroDivisionError
        went_on.set()
        return False

    @contextlib.contextmanager
    def begin(_: Database) -> Iterator[Callable[[], bool]]:
        yield step
        ended.set()

    followers.register("test.break", begin)
    with following(own_database):
        assert went_on.wait(30)
    assert ended.is_set(), "it ends with its worker, in order"


def test_one_leads_until_it_ends(own_database: Database) -> None:
    with followers.leading(own_database, "test.lead") as first:
        assert first is not None
        first()
        with followers.leading(own_database, "test.lead") as second:
            assert second is None
        with followers.leading(own_database, "test.other") as other:
            assert other is not None
    with followers.leading(own_database, "test.lead") as third:
        assert third is not None


def test_two_followers_of_one_name_are_a_mistake(registered: dict[str, Follower]) -> None:
    followers.register("test.one", lambda _: contextlib.nullcontext(lambda: False))
    with pytest.raises(ValueError, match=r"test\.one"):
        followers.register("test.one", lambda _: contextlib.nullcontext(lambda: True))
    assert list(registered) == ["test.one"]
