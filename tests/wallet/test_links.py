"""Links: which wallets and shops a system outside may touch, and what it is told of the others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

import psycopg
import pytest

from ayni import wallet
from ayni.foundation import clients
from ayni.foundation.clients import UnknownClient
from ayni.foundation.db import Database
from ayni.values.ids import PersonId
from ayni.wallet import Order, OrderKind, UnknownShop
from ayni.wallet.errors import UnknownWallet
from ayni.wallet.errors.links import BadLink, NotLinked
from tests.wallet.conftest import City


@dataclass
class Linked:
    """A city with one client."""

    city: City
    id: str = "bank-one"

    def begin(self, *, person_id: PersonId | None = None, shop_id: UUID | None = None) -> bool:
        return wallet.links.begin_link(self.city.tx, client_id=self.id, person_id=person_id, shop_id=shop_id)

    def end(self, *, person_id: PersonId | None = None, shop_id: UUID | None = None) -> None:
        wallet.links.end_link(self.city.tx, client_id=self.id, person_id=person_id, shop_id=shop_id)

    def pay(self) -> object:
        """What becomes of a payment of the resident that the client asks for."""
        city = self.city
        order = Order(
            OrderKind.PAY, city.resident, city.bodega.id, 10, "api:bank-one", city.keys(), through=self.id
        )
        (answer,) = wallet.carry_out(city.tx, orders=[order])
        return answer


@pytest.fixture
def linked(city: City) -> Linked:
    city.give(1_000)
    clients.add_client(
        city.tx, client_id="bank-one", name="B", scopes=["payments:write"], requests_a_minute=60
    )
    return Linked(city)


def test_a_client_without_a_link_meets_no_wallet(linked: Linked) -> None:
    assert isinstance(linked.pay(), UnknownWallet)
    linked.begin(shop_id=linked.city.bodega.id)
    assert isinstance(linked.pay(), UnknownWallet), "a shop's client takes nobody's money"


@pytest.mark.parametrize("everything", [True, False])
def test_a_linked_client_pays_until_the_link_ends(linked: Linked, everything: bool) -> None:
    whose = {} if everything else {"person_id": linked.city.resident}
    assert linked.begin(**whose)
    assert not linked.begin(**whose), "twice is once"
    assert isinstance(linked.pay(), wallet.Receipt)
    linked.end(**whose)
    assert isinstance(linked.pay(), UnknownWallet)
    assert linked.begin(**whose), "it may begin again"
    assert isinstance(linked.pay(), wallet.Receipt)


def test_links_are_listed_by_client_and_by_wallet(linked: Linked) -> None:
    city = linked.city
    linked.begin(person_id=city.resident)
    linked.begin(shop_id=city.bodega.id)
    mine = wallet.links.list_links(city.tx, client_id="bank-one")
    assert [(one.person_id, one.shop_code) for one in mine] == [(city.resident, None), (None, "BODEGA01")]
    of_resident = wallet.links.list_links_of(city.tx, person_id=city.resident)
    assert [one.client_id for one in of_resident] == ["bank-one"]
    linked.end(person_id=city.resident)
    assert wallet.links.list_links_of(city.tx, person_id=city.resident) == []


REFUSALS: dict[str, tuple[type[Exception], Callable[[Linked], object]]] = {
    "both": (
        BadLink,
        lambda linked: linked.begin(person_id=linked.city.resident, shop_id=linked.city.bodega.id),
    ),
    "nobody": (UnknownWallet, lambda linked: linked.begin(person_id=PersonId(uuid4()))),
    "no shop": (UnknownShop, lambda linked: linked.begin(shop_id=uuid4())),
    "not begun": (NotLinked, lambda linked: linked.end(person_id=linked.city.resident)),
    "no client": (UnknownClient, lambda linked: replace(linked, id="nobody").begin()),
    "no name": (UnknownClient, lambda linked: replace(linked, id="\x00").begin()),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_what_cannot_be_linked_is_refused(linked: Linked, case: str) -> None:
    error, act = REFUSALS[case]
    with pytest.raises(error):
        act(linked)


def test_a_client_that_ended_is_linked_to_nothing_more(linked: Linked) -> None:
    clients.end_client(linked.city.tx, client_id="bank-one", reason="it leaked")
    with pytest.raises(UnknownClient):
        linked.begin()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE wallet.links SET client_id = 'bank-two'",
        "UPDATE wallet.links SET person_id = NULL",
        "DELETE FROM wallet.links",
        "TRUNCATE wallet.links",
        "INSERT INTO wallet.links (client_id, begun_at, begun_by) VALUES ('B', now(), 'x')",
        "INSERT INTO wallet.links (client_id, begun_at, begun_by) VALUES ('bank-one', now(), 'x')",
        "UPDATE wallet.links SET ended_at = now()",
    ],
)
def test_the_database_refuses_what_is_no_beginning_and_no_end(
    own_database: Database, owner: psycopg.Connection, statement: str
) -> None:
    with own_database.transaction() as tx:
        clients.add_client(tx, client_id="bank-one", name="B", scopes=["payments:write"], requests_a_minute=1)
        wallet.links.begin_link(tx, client_id="bank-one")
    with pytest.raises(psycopg.Error):
        owner.execute(statement)  # type: ignore[call-overload]
