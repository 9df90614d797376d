"""A city that is served over HTTP, on a real port and a real database, to clients with secrets."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_network
from typing import Any
from uuid import UUID

import pytest
import urllib3

from ayni import identity, wallet
from ayni.channels import api
from ayni.foundation import clients
from ayni.foundation.clients import SCOPES
from ayni.foundation.country import Country
from ayni.foundation.db import Database
from ayni.foundation.embedded import EmbeddedServer
from ayni.foundation.keys import KeyRing
from ayni.values.ids import PersonId, new_id, read_id, show_id
from ayni.wallet import Shop
from tests.conftest import START, TEST_ACTOR
from tests.wallet.conftest import build
from tests.wallet.rings import ring

ROSA, PEDRO = "+51987600001", "+51987600002"
HERE = (ip_network("127.0.0.0/8"),)
"""Where the receivers of these tests are."""
NOBODY = "+51987600009"
_numbers = itertools.count(1)


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def data(self) -> Any:
        """The JSON of the body."""
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """The code of a problem."""
        assert self.headers["content-type"] == "application/problem+json"
        told = self.data
        assert told["status"] == self.status
        assert {"type", "title", "status", "detail", "code", "means", "do", "numbers"} == set(told)
        return str(told["code"])


@dataclass
class Client:
    """A system outside: its connection, and its token."""

    url: str
    id: str
    secret: str = field(repr=False)
    token: str = field(default="", repr=False)
    http: urllib3.PoolManager = field(default_factory=lambda: urllib3.PoolManager(retries=False))

    def prove(self, **more: str) -> Answer:
        """Ask for a token."""
        form = {"grant_type": "client_credentials", "client_id": self.id, "client_secret": self.secret} | more
        return self.form("/oauth/token", form)

    def form(self, path: str, form: Mapping[str, str]) -> Answer:
        found = self.http.request("POST", self.url + path, fields=dict(form), encode_multipart=False)
        return Answer(found.status, found.headers, found.data)

    def ask(
        self, method: str, path: str, body: object = None, *, raw: bytes | None = None, **headers: str
    ) -> Answer:
        """One request, with the token."""
        told = {"authorization": f"Bearer {self.token}"} if self.token else {}
        told |= {name.replace("_", "-"): value for name, value in headers.items()}
        if raw is None and body is not None:
            raw = json.dumps(body).encode()
        if raw is not None:
            told.setdefault("content-type", "application/json")
        found = self.http.request(method, self.url + path, body=raw, headers=told, redirect=False)
        return Answer(found.status, found.headers, found.data)

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, **headers)

    def post(self, path: str, body: object, **headers: str) -> Answer:
        return self.ask("POST", path, body, **headers)

    def pay(self, wallet_id: str, shop: str, amount_minor: int, **more: Any) -> Answer:
        """A payment at a shop; with a key of its own unless one is given."""
        body = {"kind": "pay", "wallet": wallet_id, "shop": shop, "amount_minor": amount_minor}
        return self.post("/api/v1/payments", body | {"key": str(key())} | more)


def key() -> UUID:
    """A key that no request had before."""
    return new_id(START)


@dataclass
class Served:
    """The city, and where it is served."""

    database: Database
    url: str
    ring: KeyRing
    rosa: str
    pedro: str
    bodega: Shop
    agent: Shop
    house: Client

    def client(
        self,
        *scopes: str,
        a_minute: int = 1_000_000,
        everything: bool = True,
        shop: Shop | None = None,
        person_id: PersonId | None = None,
        prove: bool = True,
    ) -> Client:
        """A new client with these scopes (all of them, if none is named), and a token."""
        client_id = f"client-{next(_numbers)}"
        with self.database.transaction(TEST_ACTOR) as tx:
            _, secret = clients.add_client(
                tx, client_id=client_id, name="C", scopes=scopes or tuple(SCOPES), requests_a_minute=a_minute
            )
            if shop is not None:
                wallet.links.begin_link(tx, client_id=client_id, shop_id=shop.id)
            elif person_id is not None:
                wallet.links.begin_link(tx, client_id=client_id, person_id=person_id)
            elif everything:
                wallet.links.begin_link(tx, client_id=client_id)
        made = Client(self.url, client_id, secret)
        if prove:
            answer = made.prove()
            assert answer.status == 200, answer
            made.token = answer.data["access_token"]
        return made

    def balance(self, who: str) -> int:
        with self.database.transaction(TEST_ACTOR) as tx:
            return wallet.balance(tx, person_id=PersonId(read_id("per", who))).total_minor


@pytest.fixture(scope="module")
def served(server: EmbeddedServer, template: str, country: Country) -> Iterator[Served]:
    name = f"api_{next(_numbers)}"
    server.create_database(name, template=template)
    with Database(server.url(name), country, pool_size=16) as database:
        with database.transaction(TEST_ACTOR) as tx:
            city = build(tx)
            rosa = city.resident
            identity.reach.add_contact(tx, person_id=rosa, phone=ROSA, reason="asked")
            identity.reach.verify_contact(tx, person_id=rosa, phone=ROSA)
            pedro = city.neighbour(PEDRO)
            city.give(300_000)
            city.give(5_000, "food")
        keys = ring()
        with api.serve(database, keys, host="127.0.0.1", port=0, networks=HERE) as at:
            made = Served(
                database,
                at.url,
                keys,
                show_id("per", rosa),
                show_id("per", pedro),
                city.bodega,
                city.agent,
                Client(at.url, "nobody", ""),
            )
            made.house = made.client()
            yield made
    server.drop_database(name)
