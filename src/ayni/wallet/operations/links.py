"""Links: which wallets and shops a system outside may touch.

A client's scopes say what it may do, its links with whose money. What it is not linked to does not exist for
it: it is answered as an id that nobody has.
"""

from __future__ import annotations

from uuid import UUID

from ayni.foundation import audit, clients
from ayni.foundation.db import Tx
from ayni.values.ids import PersonId, show_id
from ayni.wallet.errors import UnknownShop, UnknownWallet
from ayni.wallet.errors.links import BadLink, NotLinked
from ayni.wallet.model.links import Link
from ayni.wallet.store import links as store


def begin_link(
    tx: Tx, *, client_id: str, person_id: PersonId | None = None, shop_id: UUID | None = None
) -> bool:
    """Let a client touch one wallet, one shop, or with neither all of them; False when it may already.

    A wallet's holder must have asked for it. Raises UnknownClient, BadLink, UnknownWallet, UnknownShop.
    """
    if person_id is not None and shop_id is not None:
        raise BadLink
    clients.get_client(tx, client_id=client_id)
    begun = store.insert_link(tx, client_id, person_id=person_id, shop_id=shop_id)
    if begun:
        _note(tx, "begin", client_id, person_id, shop_id)
    return begun


def end_link(
    tx: Tx, *, client_id: str, person_id: PersonId | None = None, shop_id: UUID | None = None
) -> None:
    """End a client's link to the same thing. Raises NotLinked."""
    if not store.end_link(tx, client_id, person_id=person_id, shop_id=shop_id):
        raise NotLinked(client=client_id)
    _note(tx, "end", client_id, person_id, shop_id)


def _note(tx: Tx, what: str, client_id: str, person_id: PersonId | None, shop_id: UUID | None) -> None:
    to = "everything"
    if person_id is not None:
        to = show_id("per", person_id)
    elif shop_id is not None:
        to = f"shop {shop_id}"
    audit.record(tx, action=f"links.{what}", subject=f"client {client_id}", details={"to": to})


def list_links(tx: Tx, *, client_id: str) -> list[Link]:
    """What a client is linked to now, oldest first."""
    return store.list_links(tx, client_id)


def list_links_of(tx: Tx, *, person_id: PersonId) -> list[Link]:
    """The systems that a wallet's holder has let in, oldest first."""
    return store.list_links_of(tx, person_id)


def check_reach_of_wallet(tx: Tx, *, client_id: str, person_id: PersonId) -> None:
    """Refuse what a client is not linked to, as if there were no such wallet. Raises UnknownWallet."""
    if not store.find_reach(tx, [client_id], [person_id]).covers(client_id, person_id):
        raise UnknownWallet


def check_reach_of_shop(tx: Tx, *, client_id: str, shop_id: UUID) -> None:
    """Refuse what a client is not linked to, as if there were no such shop. Raises UnknownShop."""
    if not store.find_reach(tx, [client_id], [shop_id]).covers(client_id, shop_id):
        raise UnknownShop(kind="shop")
