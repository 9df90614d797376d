"""The gate: every request is let in here, or refused, before anything is looked at.

It asks who sends it, whether that client has requests left this minute, and how large the body is. What it
refuses is told as its part of the API tells refusals.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping

from limits import RateLimitItem, RateLimitItemPerMinute, RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ayni.channels.api.errors import BodyTooLarge, TokenRefused, TooManyRequests, Unexpected
from ayni.channels.api.present import Present
from ayni.channels.api.tokens import Caller, Tokens
from ayni.foundation.errors import AyniError
from ayni.foundation.logging import get_logger

_LOG = get_logger("channels.api")
_BLOCKS_A_MINUTE = 6_000
_AT_ONCE = 60
_BEARER = b"bearer "
Tell = Callable[[Scope, AyniError], Response]
"""Tells a refusal in the words of the part of the API that was asked."""
Hot = Callable[[Request], Awaitable[Response]]


class Gate:
    """An ASGI middleware. `open_paths` need no token.

    `hot` requests go to their endpoint by the shortest way, past the framework's layers, which cost more than
    a payment does.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        tokens: Tokens,
        present: Present,
        tell: Tell,
        open_paths: frozenset[str],
        hot: Mapping[tuple[str, str], Hot],
        most_bytes: Callable[[str], int],
    ) -> None:
        self._app = app
        self._tokens = tokens
        self._present = present
        self._tell = tell
        self._open_paths = open_paths
        self._hot = hot
        self._most_bytes = most_bytes
        self._rates = Rates()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            most = self._most_bytes(scope["path"])
            authorization = _look_at(scope["headers"], most)
            if scope["path"] not in self._open_paths:
                caller = self._let_in(authorization)
                scope.setdefault("state", {})["caller"] = caller
        except AyniError as error:
            await self._tell(scope, error)(scope, receive, send)
            return
        answer = _Noted(send)
        try:
            await self._pass_on(scope, _Counted(receive, most), answer)
        except Exception as error:
            # The message is not logged: it may quote a person.
            _LOG.critical("uncaught", exc_info=error)
            if not answer.begun:
                await self._tell(scope, Unexpected())(scope, receive, send)

    async def _pass_on(self, scope: Scope, receive: Receive, send: Send) -> None:
        hot = self._hot.get((scope["method"], scope["path"]))
        if hot is None:
            await self._app(scope, receive, send)
            return
        scope["app"] = self._app
        try:
            response = await hot(Request(scope, receive))
        except AyniError as error:
            response = self._tell(scope, error)
        await response(scope, receive, send)

    def _let_in(self, authorization: bytes) -> Caller:
        if authorization[: len(_BEARER)].lower() != _BEARER:
            raise TokenRefused
        caller = self._tokens.read(authorization[len(_BEARER) :].strip().decode("latin-1"))
        client = self._present.find_client(caller.client_id)
        if client is None:
            raise TokenRefused
        self._rates.count(caller.client_id, client.requests_a_minute)
        return caller


def _look_at(headers: list[tuple[bytes, bytes]], most: int) -> bytes:
    """The header Authorization; refuses a body that says itself that it is too large."""
    authorization = b""
    for name, value in headers:
        if name == b"authorization":
            authorization = value
        elif name == b"content-length" and not (value.isdigit() and int(value) <= most):
            raise BodyTooLarge(most=most)
    return authorization


class _Counted:
    """Reads a body, and stops where it is larger than it may be, whatever its headers said."""

    def __init__(self, receive: Receive, most: int) -> None:
        self._receive = receive
        self._left = most
        self._most = most

    async def __call__(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            self._left -= len(message.get("body", b""))
            if self._left < 0:
                raise BodyTooLarge(most=self._most)
        return message


class _Noted:
    """Knows whether an answer was begun."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.begun = False

    async def __call__(self, message: Message) -> None:
        self.begun = True
        await self._send(message)


class Rates:
    """How many requests each client has sent of late: in this process's memory, so a restart forgets.

    What may come in a minute may not all come at once, or whoever sends ten times as much would slow others
    until the minute's are used up: in six seconds a tenth of it, and always `_AT_ONCE`. A client that may
    send many is counted a hundredth of a second at once: counting each costs more than a token does.
    """

    def __init__(self) -> None:
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._items: dict[int, tuple[RateLimitItem, ...]] = {}
        self._left: dict[str, int] = {}

    def count(self, client_id: str, a_minute: int) -> None:
        """Count one more. Raises TooManyRequests."""
        left = self._left.get(client_id, 0)
        if left == 0:
            left = self._take(client_id, a_minute)
        self._left[client_id] = left - 1

    def _take(self, client_id: str, a_minute: int) -> int:
        items = self._items.get(a_minute)
        if items is None:
            at_once = max(a_minute // 10, min(a_minute, _AT_ONCE))
            items = RateLimitItemPerSecond(at_once, 6), RateLimitItemPerMinute(a_minute)
            self._items[a_minute] = items
        some = max(1, a_minute // _BLOCKS_A_MINUTE)
        for item in items:
            if not self._limiter.hit(item, client_id, cost=some):
                renews = self._limiter.get_window_stats(item, client_id).reset_time
                wait = max(1, min(60, int(renews - time.time()) + 1))
                raise TooManyRequests(limit=a_minute, retry_after=wait)
        return some
