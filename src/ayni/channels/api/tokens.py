"""Access tokens: what a client shows with each request, after it has proved its secret once (RFC 6749, 4.4).

They are signed with a key that is made from the ring's, live fifteen minutes, and are good only as long as
their client and the secret that they were given for: when one of these ends, so do they, at the next look.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from ayni.channels.api.errors import TokenRefused
from ayni.channels.api.present import Present
from ayni.foundation.clients import Client
from ayni.foundation.db import Actor
from ayni.foundation.keys import KeyRing, Purpose, UnknownKey

LIFETIME = timedelta(minutes=15)
CHANNEL = "api"
_ALGORITHM = "HS256"
_MOST_REMEMBERED = 10_000
_LONGEST = 2_000


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sent a request, and what it may."""

    client_id: str
    scopes: frozenset[str]
    actor: Actor

    @property
    def keyspace(self) -> str:
        """Where its keys are its own: no other client's, and no other channel's."""
        return f"{CHANNEL}:{self.client_id}"


@dataclass(frozen=True, slots=True)
class _Read:
    caller: Caller
    secret: int
    ends_at: int


class Tokens:
    """Gives tokens, and reads them."""

    def __init__(self, ring: KeyRing, present: Present) -> None:
        self._ring = ring
        self._present = present
        self._read: dict[str, _Read] = {}
        self._keys: dict[int, OctKey] = {}

    def give(self, client: Client, scopes: Iterable[str], *, at: datetime) -> str:
        """A token for some of a client's scopes, good from `at`."""
        version = self._ring.current(Purpose.SESSION)
        claims = {
            "sub": client.id,
            "secret": client.secrets[0],
            "scope": " ".join(sorted(scopes)),
            "iat": _seconds(at),
            "exp": _seconds(at + LIFETIME),
        }
        return jwt.encode({"alg": _ALGORITHM, "kid": str(version)}, claims, self._key(version))

    def read(self, token: str) -> Caller:
        """Who shows this token. Raises TokenRefused, whatever is wrong with it."""
        read = self._read.get(token)
        if read is None:
            read = self._prove(token)
        client = self._present.find_client(read.caller.client_id)
        if client is None or read.secret not in client.secrets:
            raise TokenRefused
        if read.ends_at <= _seconds(self._present.now):
            raise TokenRefused
        return read.caller

    def _prove(self, token: str) -> _Read:
        if len(token) > _LONGEST:
            raise TokenRefused
        try:
            claims = jwt.decode(token, self._named, algorithms=[_ALGORITHM]).claims
            client_id = str(claims["sub"])
            scopes = frozenset(str(claims["scope"]).split())
            caller = Caller(client_id, scopes, Actor(f"client {client_id}", CHANNEL))
            read = _Read(caller, int(claims["secret"]), int(claims["exp"]))
        except (JoseError, UnknownKey, ValueError, KeyError, TypeError) as error:
            raise TokenRefused from error
        if len(self._read) >= _MOST_REMEMBERED:
            self._read.clear()
        self._read[token] = read
        return read

    def _named(self, token: Any) -> OctKey:
        """The key whose version a token names; it is believed once the signature is."""
        return self._key(int(token.headers()["kid"]))

    def _key(self, version: int) -> OctKey:
        if version not in self._keys:
            _, secret = self._ring.hmac(Purpose.SESSION, b"ayni access token", version=version)
            self._keys[version] = OctKey.import_key(secret)
        return self._keys[version]


def _seconds(at: datetime) -> int:
    return int((at - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(seconds=1))
