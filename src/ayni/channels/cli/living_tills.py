"""Tills of a living city: residents pay and fetch cash over the HTTP API, while a cycle is being paid."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from itertools import groupby
from urllib.parse import urlencode

import urllib3

from ayni import wallet
from ayni.foundation import clients
from ayni.foundation.db import Actor, Database
from ayni.values.ids import show_id
from ayni.wallet import Order, Shop

Serve = Callable[[], AbstractContextManager[str]]
"""Serves the HTTP API until the block ends; gives its address."""
_ID = "demo-tills"
_AT_ONCE = 8
_A_MINUTE = 1_000_000
_DONE = (200, 201)
_REFUSED = (404, 409)


@dataclass
class Tills:
    """A client of the issuer's own, at its address and with its token."""

    url: str
    token: str = field(repr=False)
    http: urllib3.PoolManager = field(repr=False)

    def carry_out(self, orders: Sequence[Order], shops: Sequence[Shop]) -> list[bool]:
        """Send each order under its key, for eight residents at once; whether it was carried out, or refused.

        Those of one resident follow each other and go one after the other, so that a seed gives the same day.
        """
        codes = {shop.id: shop.code for shop in shops}

        def send(order: Order) -> bool:
            body = {
                "kind": str(order.kind),
                "key": str(order.key),
                "wallet": show_id("per", order.person_id),
                "shop": codes[order.other_id],
                "amount_minor": order.amount_minor,
            }
            answer = self.http.request(
                "POST",
                f"{self.url}/api/v1/payments",
                body=json.dumps(body),
                headers={"authorization": f"Bearer {self.token}", "content-type": "application/json"},
            )
            if answer.status not in (*_DONE, *_REFUSED):
                raise RuntimeError(f"the API answered {answer.status}")
            return answer.status in _DONE

        def serve(mine: list[Order]) -> list[bool]:
            return [send(order) for order in mine]

        queues = [list(one) for _, one in groupby(orders, key=lambda order: order.person_id)]
        with ThreadPoolExecutor(_AT_ONCE, "tills") as pool:
            return [done for served in pool.map(serve, queues) for done in served]


@contextmanager
def open_tills(database: Database, serve: Serve, actor: Actor) -> Iterator[Tills]:
    """The API, served to a new client that may touch every wallet, as tills of the issuer's own do."""
    with database.transaction(actor) as tx:
        _, secret = clients.add_client(
            tx,
            client_id=_ID,
            name="Tills of the demonstration",
            scopes=["payments:write"],
            requests_a_minute=_A_MINUTE,
        )
        wallet.links.begin_link(tx, client_id=_ID)
    with serve() as url, urllib3.PoolManager(maxsize=_AT_ONCE) as http:
        form = {"grant_type": "client_credentials", "client_id": _ID, "client_secret": secret}
        answer = http.request("POST", f"{url}/oauth/token", body=urlencode(form))
        yield Tills(url, answer.json()["access_token"], http)
    with database.transaction(actor) as tx:
        clients.end_client(tx, client_id=_ID, reason="the demonstration goes on without tills")
