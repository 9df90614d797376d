"""Clients: systems outside that reach Ayni by themselves, each with a name, scopes and secrets of its own.

A secret is 256 random bits, shown once and kept as its SHA-256: with that much chance in it nothing slower is
needed. Rotating gives a second one while the first still holds for a while, so that a client changes over
without a pause. Whoever is refused learns nothing: an unknown name, a wrong secret and an ended client are
answered alike.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from psycopg.rows import class_row

from ayni.foundation import audit
from ayni.foundation.db import Tx
from ayni.foundation.errors import AyniError, BadInput, NotFound, Refused
from ayni.foundation.queries import load_queries

_QUERIES = load_queries("foundation")
_BYTES = 32
_MOST_LONG = 200
_ID = re.compile(r"[a-z][a-z0-9-]{2,39}")
SCOPES = {
    "wallets:read": "balance, limits and statement of wallets",
    "wallets:write": "links to wallets, and codes that a resident makes",
    "payments:read": "what became of payments",
    "payments:write": "quoting, paying, sending, cash in and out, refunding",
    "requests:read": "requests for payment",
    "requests:write": "asking for a payment, paying what was asked, declining",
    "merchants:read": "a merchant's or an agent's day",
    "merchants:write": "codes to be paid by",
    "programmes:read": "programmes, their cycles and what they pay",
    "entitlements:read": "what a person is to be paid, and was",
    "disbursements:write": "many payments at once from an account of one's own",
    "webhooks:read": "one's own webhooks and their deliveries",
    "webhooks:write": "being told what happens, and having it told again",
}
"""What a client may be let do; each reads what:may."""
MOST_A_MINUTE = 10_000_000
"""More requests a minute than any limit may allow."""
LONGEST_OVERLAP = timedelta(days=30)
"""For how long an old secret may hold beside its successor."""


class BadClient(BadInput):
    """A client that cannot be as it was named."""

    code = "bad_client"
    what = "This cannot be a client: {reason}."
    means = "No client was made, and none was changed."
    do = "Correct it, and send it again."


class ClientExists(Refused):
    """The name is taken, by a client that has ended too: what it did stands under it."""

    code = "client_exists"
    what = "There is already a client called {client}, or there was."
    means = "It is unchanged, and so are its secrets."
    do = "Choose another name; for a new secret of the one that there is, rotate it."


class UnknownClient(NotFound):
    """No client of that name that has not ended."""

    code = "unknown_client"
    what = "There is no client called {client}."
    means = "Nothing was changed."
    do = "Check the name against the list of clients."


class ClientRefused(AyniError):
    """A name and a secret that do not go together, for whichever reason."""

    code = "client_refused"
    http_status = 401
    what = "This client and this secret do not go together."
    means = "No access was given."
    do = "Check both; a secret that was rotated, or a client that was ended, is refused too."


@dataclass(frozen=True)
class Client:
    """A system outside. `scopes` read what:may, such as payments:write."""

    id: str
    name: str
    scopes: tuple[str, ...]
    requests_a_minute: int
    made_at: datetime
    ended_at: datetime | None = None
    secrets: tuple[int, ...] = ()
    """The numbers of its secrets that hold; after `authenticate`, of the one that was shown."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "scopes", tuple(self.scopes))
        object.__setattr__(self, "secrets", tuple(self.secrets))


def add_client(
    tx: Tx, *, client_id: str, name: str, scopes: Sequence[str], requests_a_minute: int
) -> tuple[Client, str]:
    """Make a client, and give it with its first secret, which is shown this once.

    Raises BadClient, ClientExists.
    """
    _check(client_id, name, scopes, requests_a_minute)
    may = tuple(sorted(set(scopes)))
    client = Client(client_id, name.strip(), may, requests_a_minute, tx.now, secrets=(1,))
    row = tx.execute(
        _QUERIES["insert_client"],
        {
            "id": client.id,
            "name": client.name,
            "scopes": list(client.scopes),
            "requests_a_minute": requests_a_minute,
            "now": tx.now,
        },
    ).fetchone()
    if row is None:
        raise ClientExists(client=client_id)
    audit.record(
        tx, action="clients.add", subject=f"client {client_id}", details={"scopes": list(client.scopes)}
    )
    return client, _add_secret(tx, client_id)


def _check(client_id: str, name: str, scopes: Sequence[str], requests_a_minute: int) -> None:
    if not _ID.fullmatch(client_id):
        raise BadClient(reason="its id has 3 to 40 small letters, digits and hyphens, a letter first")
    if not name.strip() or not name.isprintable() or len(name) > _MOST_LONG:
        raise BadClient(reason=f"its name has 1 to {_MOST_LONG} signs that can be printed")
    if not scopes or not all(scope in SCOPES for scope in scopes):
        raise BadClient(reason=f"it has at least one scope of {', '.join(sorted(SCOPES))}")
    if type(requests_a_minute) is not int or not 0 < requests_a_minute <= MOST_A_MINUTE:
        raise BadClient(reason=f"it may send from 1 to {MOST_A_MINUTE} requests a minute")


def rotate_secret(tx: Tx, *, client_id: str, overlap: timedelta = timedelta(0)) -> str:
    """Give a client a new secret. Those from before hold for `overlap` more, and no longer than they would.

    With no overlap they end now: so it is done when one may have leaked. Raises UnknownClient, BadClient.
    """
    if not timedelta(0) <= overlap <= LONGEST_OVERLAP:
        raise BadClient(reason=f"an old secret holds for at most {LONGEST_OVERLAP.days} days more")
    get_client(tx, client_id=client_id)
    # One rotation after the other, so that what one ends includes what the other gave.
    tx.execute(_QUERIES["lock_client"], {"client_id": client_id})
    tx.execute(
        _QUERIES["end_client_secrets"],
        {"client_id": client_id, "ends_at": tx.now + overlap, "now": tx.now},
    )
    audit.record(
        tx,
        action="clients.rotate",
        subject=f"client {client_id}",
        details={"overlap_seconds": int(overlap.total_seconds())},
    )
    return _add_secret(tx, client_id)


def _add_secret(tx: Tx, client_id: str) -> str:
    secret = secrets.token_urlsafe(_BYTES)
    parameters = {"client_id": client_id, "secret_hash": _hash(secret), "now": tx.now}
    tx.execute(_QUERIES["insert_client_secret"], parameters)
    return secret


def end_client(tx: Tx, *, client_id: str, reason: str) -> None:
    """Take a client's access away, for good. Raises UnknownClient, BadClient."""
    if not reason.strip() or not reason.isprintable() or len(reason) > _MOST_LONG:
        raise BadClient(reason=f"a reason for its end has 1 to {_MOST_LONG} signs that can be printed")
    get_client(tx, client_id=client_id)
    row = tx.execute(
        _QUERIES["end_client"], {"client_id": client_id, "reason": reason.strip(), "now": tx.now}
    ).fetchone()
    if row is None:
        raise UnknownClient(client=client_id)
    audit.record(tx, action="clients.end", subject=f"client {client_id}", reason=reason.strip())


def authenticate(tx: Tx, *, client_id: str, secret: str) -> Client:
    """The client that a name and a secret prove. Raises ClientRefused, whatever is wrong with them."""
    # PostgreSQL keeps no NUL in a text; a name that holds one is nobody's.
    if not _ID.fullmatch(client_id):
        raise ClientRefused
    with tx.connection.cursor(row_factory=class_row(Client)) as cursor:
        found = cursor.execute(
            _QUERIES["find_client_by_secret"],
            {"client_id": client_id, "secret_hash": _hash(secret), "now": tx.now},
        ).fetchone()
    if found is None:
        raise ClientRefused
    return found


def get_client(tx: Tx, *, client_id: str) -> Client:
    """A client that has not ended. Raises UnknownClient."""
    found = next((one for one in list_clients(tx) if one.id == client_id and one.ended_at is None), None)
    if found is None:
        raise UnknownClient(client=client_id)
    return found


def list_clients(tx: Tx) -> list[Client]:
    """Every client that there is or was, by id."""
    with tx.connection.cursor(row_factory=class_row(Client)) as cursor:
        return cursor.execute(_QUERIES["list_clients"], {"now": tx.now}).fetchall()


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
