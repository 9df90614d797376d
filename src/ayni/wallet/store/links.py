"""Links, as rows."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import psycopg

from ayni.foundation.db import Tx
from ayni.values.ids import PersonId
from ayni.wallet.errors import UnknownShop, UnknownWallet
from ayni.wallet.model.links import Link, Reach
from ayni.wallet.store import QUERIES, list_all


def insert_link(tx: Tx, client_id: str, *, person_id: PersonId | None, shop_id: UUID | None) -> bool:
    """Begin a link; False when it is open. Raises UnknownWallet, UnknownShop."""
    values = {"client_id": client_id, "person_id": person_id, "shop_id": shop_id}
    try:
        with tx.connection.transaction():
            found = tx.execute(QUERIES["insert_link"], values | {"now": tx.now, "by": tx.actor.who})
            return found.fetchone() is not None
    except psycopg.errors.ForeignKeyViolation:
        raise UnknownWallet if shop_id is None else UnknownShop(kind="shop") from None


def end_link(tx: Tx, client_id: str, *, person_id: PersonId | None, shop_id: UUID | None) -> bool:
    """End a link; False when none is open."""
    values: dict[str, object] = {"client_id": client_id, "person_id": person_id, "shop_id": shop_id}
    values |= {"now": tx.now, "by": tx.actor.who}
    return tx.execute(QUERIES["end_link"], values).fetchone() is not None


def list_links(tx: Tx, client_id: str) -> list[Link]:
    """What a client is linked to, oldest first."""
    return list_all(tx, Link, "open_links", {"client_id": client_id})


def list_links_of(tx: Tx, person_id: PersonId) -> list[Link]:
    """Who is linked to one wallet, oldest first."""
    return list_all(tx, Link, "links_of_wallet", {"person_id": person_id})


def find_reach(tx: Tx, clients: Sequence[str], subjects: Sequence[UUID]) -> Reach:
    """What clients may touch of some wallets (by their holders) and shops."""
    everything: set[str] = set()
    some: dict[str, set[UUID]] = {}
    values = {"clients": sorted(set(clients)), "ids": list(subjects)}
    for client_id, subject in tx.execute(QUERIES["reached"], values):
        if subject is None:
            everything.add(client_id)
        else:
            some.setdefault(client_id, set()).add(subject)
    return Reach(everything, some)
