"""Programmes over HTTP, while they pay real wallets: cycles, what became of them, and who was due what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass

import pytest

from ayni import programmes, wallet
from ayni.channels import api
from ayni.foundation import clients
from ayni.foundation.clients import SCOPES
from ayni.foundation.country import Country
from ayni.foundation.db import Database
from ayni.foundation.embedded import EmbeddedServer
from ayni.programmes import Cycle
from ayni.values.ids import PersonId, show_id
from tests.channels.api.conftest import HERE, Client
from tests.programmes.town import ACTOR, Town
from tests.wallet.rings import ring

NAME = "api_programmes"


@dataclass
class Paying:
    """A served town, one of whose two cycles is paid."""

    town: Town
    url: str
    paid: Cycle
    open: Cycle

    def client(self, client_id: str, *scopes: str, person: PersonId | None = None) -> Client:
        """A client that is linked to one wallet, or to everything."""
        with self.town.database.transaction(ACTOR) as tx:
            _, secret = clients.add_client(
                tx, client_id=client_id, name="C", scopes=scopes or tuple(SCOPES), requests_a_minute=10_000
            )
            wallet.links.begin_link(tx, client_id=client_id, person_id=person)
        made = Client(self.url, client_id, secret)
        made.token = made.prove().data["access_token"]
        return made


@pytest.fixture(scope="module")
def paying(
    server: EmbeddedServer, template: str, country: Country, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Paying]:
    server.create_database(NAME, template=template)
    with Database(server.url(NAME), country, pool_size=8) as database:
        town = Town(database, tmp_path_factory.mktemp("town"))
        paid = town.approve(town.cycle())
        town.open_wallets(paid)
        town.disburse(paid)
        later = town.cycle("2025-07")
        with api.serve(database, ring(), host="127.0.0.1", port=0, networks=HERE) as at:
            yield Paying(town, at.url, paid, later)
    server.drop_database(NAME)


def test_a_programme_is_followed_from_its_rules_to_what_was_paid(paying: Paying) -> None:
    ministry = paying.client("ministry", "programmes:read")
    (canasta,) = ministry.get("/api/v1/programmes").data
    assert canasta == {"code": "canasta", "target": "household", "version": 1}
    assert ministry.get("/api/v1/programmes/canasta").data == canasta
    cycles = {one["name"]: one for one in ministry.get("/api/v1/programmes/canasta/cycles").data}
    oldest = cycles["2025-06"]
    assert (cycles["2025-07"]["state"], oldest["id"]) == ("to_approve", show_id("cyc", paying.paid.id))
    cycle = ministry.get(f"/api/v1/cycles/{oldest['id']}").data
    with paying.town.database.transaction(ACTOR) as tx:
        counts = programmes.count_payments(tx, paying.paid.id)
    payments = cycle.pop("payments")
    assert cycle == oldest
    assert payments == asdict(counts)
    assert payments["credited"] > 0
    assert 0 < payments["credited_minor"] <= paying.paid.total_minor


def test_a_wallet_tells_what_its_holder_is_due(paying: Paying) -> None:
    rosa = paying.town.people["rosa"]
    app = paying.client("app-of-rosa", "entitlements:read", "wallets:read", person=rosa)
    path = f"/api/v1/wallets/{show_id('per', rosa)}/entitlements"
    whole = app.get(path).data
    assert whole["next"] is None
    # In a city whose clock stands, the order of two is chance.
    later, paid = sorted(whole["entitlements"], key=lambda one: bool(one["settled"]))
    assert (paid["settled"], later["settled"]) == (True, False)
    assert (paid["amount_minor"], paid["payee"]) == (10_000, show_id("per", rosa))
    assert paid["cycle"] == show_id("cyc", paying.paid.id)
    first = app.get(f"{path}?limit=1").data
    second = app.get(f"{path}?limit=1&cursor={first['next']}").data
    assert first["entitlements"] + second["entitlements"] == whole["entitlements"]
    assert second["next"] is None
    assert app.get(f"/api/v1/entitlements/{paid['id']}").data == paid
    assert app.get(f"{path}?cursor=eyJiZWZvcmUiOiJ4In0").code == "bad_request"


def test_another_client_sees_none_of_it(paying: Paying) -> None:
    luis = paying.town.people["luis"]
    other = paying.client("app-of-luis", "entitlements:read", person=luis)
    (of_luis, *_) = other.get(f"/api/v1/wallets/{show_id('per', luis)}/entitlements").data["entitlements"]
    rosa = paying.client("app-of-rosa-2", "entitlements:read", person=paying.town.people["rosa"])
    assert rosa.get(f"/api/v1/entitlements/{of_luis['id']}").code == "no_such_entitlement"
    answer = rosa.get(f"/api/v1/wallets/{show_id('per', luis)}/entitlements")
    assert (answer.status, answer.code) == (404, "unknown_wallet")
    assert rosa.get("/api/v1/programmes").code == "scope_missing"


def test_a_benefit_is_an_event_of_who_receives_it(paying: Paying) -> None:
    rosa = paying.town.people["rosa"]
    app = paying.client("bank-of-rosa", "payments:read", person=rosa)
    (event,) = app.get("/api/v1/events?after_seq=0").data["events"]
    assert (event["payment"]["why"], event["payment"]["amount_minor"]) == ("disburse", 10_000)
    assert event["payment"]["credit"] == {"wallet": show_id("per", rosa), "shop": None}
    assert event["payment"]["debit"] == {"wallet": None, "shop": None}
