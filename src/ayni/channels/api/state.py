"""What every route stands on: the database, the desk, the keys, the tokens."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING
from uuid import UUID

from ayni import wallet
from ayni.channels.api.errors import BadRequest
from ayni.channels.api.outgoing import Networks
from ayni.channels.api.present import Present
from ayni.channels.api.tokens import Caller, Tokens
from ayni.foundation.db import Database, Tx
from ayni.foundation.keys import KeyRing
from ayni.values.ids import NotAnId, read_id
from ayni.wallet import Desk, UnknownShop

if TYPE_CHECKING:
    from starlette.requests import HTTPConnection

_WORKERS = 8
_MOST_CODES = 100_000


class State:
    """One server's. Use it as a context, or call `close` when done."""

    def __init__(self, database: Database, ring: KeyRing, *, networks: Networks = ()) -> None:
        self.database = database
        self.networks = networks
        self.ring = ring
        self.present = Present(database)
        self.tokens = Tokens(ring, self.present)
        self.desk = Desk(database)
        self.workers = ThreadPoolExecutor(_WORKERS, "api-worker")
        self._shops: dict[str, UUID] = {}
        self._looking = threading.Lock()

    def __enter__(self) -> State:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Carry out what was taken on, then stop."""
        self.workers.shutdown()
        self.desk.close()
        self.present.close()

    def known_shop(self, code: str) -> UUID | None:
        """The id behind a shop's code, if it was asked for before. A code is never given to another shop."""
        return self._shops.get(code)

    def find_shop(self, tx: Tx, code: str) -> UUID:
        """The id behind a shop's code. Raises UnknownShop."""
        found = wallet.find_shop(tx, code=code)
        if found is None:
            raise UnknownShop(kind="shop")
        with self._looking:
            if len(self._shops) >= _MOST_CODES:
                self._shops.clear()
            self._shops[code] = found.id
        return found.id


def state_of(connection: HTTPConnection) -> State:
    """The server's state, from a request."""
    state: State = connection.app.state.ayni
    return state


def caller_of(connection: HTTPConnection) -> Caller:
    """Who sent a request; the gate has made sure of it."""
    caller: Caller = connection.scope["state"]["caller"]
    return caller


def named(kind: str, text: str) -> UUID:
    """An id as a request writes it. Raises BadRequest."""
    try:
        return read_id(kind, text)
    except NotAnId as error:
        raise BadRequest(reason=str(error)) from None
