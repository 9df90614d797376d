"""What the server knows of the moment: the time by the database's clock, and who may come in."""

from __future__ import annotations

import threading
import time
from datetime import datetime, timedelta

from ayni.foundation import clients, clock
from ayni.foundation.clients import Client
from ayni.foundation.db import SYSTEM, Database, Tx
from ayni.foundation.errors import AyniError
from ayni.foundation.logging import get_logger

_LOG = get_logger("channels.api")
_EVERY_SECONDS = 1


class Present:
    """Read once a second, so that no request waits for it: an ended client is refused a second later.

    While the database is away the last view holds; nothing can be done with it then.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._stop = threading.Event()
        self._reading = threading.Lock()
        self._clients: dict[str, Client] = {}
        self._simulated = False
        self.refresh()
        self._thread = threading.Thread(target=self._run, name="api-present", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop reading."""
        self._stop.set()
        self._thread.join()

    def refresh(self) -> None:
        """Read the clock and the clients now. Raises DatabaseUnreachable, NotMigrated."""
        with self._reading, self._database.transaction(SYSTEM) as tx:
            self._see(tx)

    def _see(self, tx: Tx) -> None:
        self._simulated = clock.is_simulated(tx)
        self._clients = {one.id: one for one in clients.list_clients(tx) if one.ended_at is None}
        self._seen = (tx.now, time.monotonic_ns())

    @property
    def now(self) -> datetime:
        """The present instant, at most a second behind the clock of a simulated database."""
        at, read_at = self._seen
        if self._simulated:
            return at
        return at + timedelta(microseconds=(time.monotonic_ns() - read_at) // 1_000)

    def find_client(self, client_id: str) -> Client | None:
        """A client that has not ended."""
        return self._clients.get(client_id)

    def _run(self) -> None:
        away = False
        while not self._stop.wait(_EVERY_SECONDS):
            try:
                self.refresh()
            except AyniError as error:
                if not away:
                    _LOG.warning("clients_not_read", code=error.code)
                away = True
            else:
                away = False
