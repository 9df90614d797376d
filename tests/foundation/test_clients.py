"""Systems outside: each proves itself with a secret that only it has, and loses access at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import psycopg
import pytest

from ayni.foundation import audit, clients, clock
from ayni.foundation.clients import BadClient, Client, ClientExists, ClientRefused, UnknownClient
from ayni.foundation.db import Database, Tx

SCOPES = ("payments:write", "wallets:read")


@pytest.fixture
def bank(tx: Tx) -> tuple[Client, str]:
    return clients.add_client(tx, client_id="bank-one", name="Bank One", scopes=SCOPES, requests_a_minute=600)


def test_a_client_is_known_by_its_secret_and_by_nothing_else(tx: Tx, bank: tuple[Client, str]) -> None:
    client, secret = bank
    assert clients.authenticate(tx, client_id="bank-one", secret=secret) == client
    assert client.scopes == SCOPES
    for name, wrong in (
        ("bank-one", secret + "x"),
        ("bank-one", ""),
        ("bank-one", "\ud800"),
        ("bank-two", secret),
        ("bank\x00one", secret),
        ("", ""),
        ("BANK-ONE", secret),
    ):
        with pytest.raises(ClientRefused) as refused:
            clients.authenticate(tx, client_id=name, secret=wrong)
        assert refused.value.numbers == {}


def test_a_secret_is_nowhere_in_the_database(tx: Tx, bank: tuple[Client, str]) -> None:
    _, secret = bank
    rows = tx.execute("SELECT s::text FROM foundation.client_secrets s").fetchall()
    rows += tx.execute("SELECT a::text FROM foundation.audit a").fetchall()
    assert rows
    assert not any(secret in text or secret.encode().hex() in text for (text,) in rows)


def test_a_rotated_secret_holds_for_its_overlap_and_then_no_more(tx: Tx, bank: tuple[Client, str]) -> None:
    _, first = bank
    second = clients.rotate_secret(tx, client_id="bank-one", overlap=timedelta(hours=1))
    for secret in (first, second):
        clients.authenticate(tx, client_id="bank-one", secret=secret)
    clock.set_clock(tx, at=tx.now + timedelta(hours=1))
    later = Tx(tx.connection, tx.country, tx.actor, tx.now + timedelta(hours=1))
    clients.authenticate(later, client_id="bank-one", secret=second)
    with pytest.raises(ClientRefused):
        clients.authenticate(later, client_id="bank-one", secret=first)


def test_after_a_leak_every_older_secret_ends_at_once_its_overlap_too(
    tx: Tx, bank: tuple[Client, str]
) -> None:
    _, first = bank
    second = clients.rotate_secret(tx, client_id="bank-one", overlap=timedelta(days=7))
    third = clients.rotate_secret(tx, client_id="bank-one")
    for secret in (first, second):
        with pytest.raises(ClientRefused):
            clients.authenticate(tx, client_id="bank-one", secret=secret)
    clients.authenticate(tx, client_id="bank-one", secret=third)


def test_an_ended_client_has_no_access_and_its_name_is_never_given_again(
    tx: Tx, bank: tuple[Client, str]
) -> None:
    _, secret = bank
    clients.end_client(tx, client_id="bank-one", reason="its contract ended")
    with pytest.raises(ClientRefused):
        clients.authenticate(tx, client_id="bank-one", secret=secret)
    with pytest.raises(UnknownClient):
        clients.rotate_secret(tx, client_id="bank-one")
    with pytest.raises(UnknownClient):
        clients.end_client(tx, client_id="bank-one", reason="again")
    with pytest.raises(ClientExists):
        clients.add_client(tx, client_id="bank-one", name="B", scopes=SCOPES, requests_a_minute=1)
    assert [one.ended_at for one in clients.list_clients(tx)] == [tx.now]
    assert [row.action for row in audit.list_audit(tx, subject="client bank-one")] == [
        "clients.add",
        "clients.end",
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        {"client_id": "Bank"},
        {"client_id": "ab"},
        {"client_id": "bank\n"},
        {"client_id": "b" * 41},
        {"name": "  "},
        {"name": "two\nlines"},
        {"name": "x" * 201},
        {"scopes": []},
        {"scopes": ["everything"]},
        {"scopes": ["payments:write\n"]},
        {"requests_a_minute": 0},
        {"requests_a_minute": True},
        {"requests_a_minute": 10**9},
    ],
)
def test_what_cannot_be_a_client_is_refused(tx: Tx, wrong: dict[str, object]) -> None:
    asked = {"client_id": "bank-one", "name": "Bank", "scopes": SCOPES, "requests_a_minute": 60} | wrong
    with pytest.raises(BadClient):
        clients.add_client(tx, **asked)  # type: ignore[arg-type]
    assert clients.list_clients(tx) == []


@pytest.mark.parametrize("overlap", [timedelta(seconds=-1), timedelta(days=31)])
def test_an_overlap_has_its_bounds(tx: Tx, bank: tuple[Client, str], overlap: timedelta) -> None:
    with pytest.raises(BadClient):
        clients.rotate_secret(tx, client_id="bank-one", overlap=overlap)


@pytest.mark.parametrize("reason", [" ", "it ended\x00", "\ud800", "x" * 201])
def test_an_end_needs_a_reason_that_can_be_kept(tx: Tx, bank: tuple[Client, str], reason: str) -> None:
    """A bug: a NUL in it was refused by PostgreSQL, and not by name."""
    with pytest.raises(BadClient):
        clients.end_client(tx, client_id="bank-one", reason=reason)
    clients.authenticate(tx, client_id="bank-one", secret=bank[1])


@pytest.mark.parametrize("name", ["", "bank\x00one", "bank-two", "\ud800"])
def test_who_is_no_client_is_neither_rotated_nor_ended(tx: Tx, name: str) -> None:
    with pytest.raises(UnknownClient):
        clients.rotate_secret(tx, client_id=name)
    with pytest.raises(UnknownClient):
        clients.end_client(tx, client_id=name, reason="over")


def test_a_leak_ends_what_was_rotated_at_the_same_time(own_database: Database) -> None:
    """Two rotations at once: the second waits, and ends what the first gave."""
    with own_database.transaction() as tx:
        clients.add_client(tx, client_id="bank-one", name="B", scopes=SCOPES, requests_a_minute=1)

    def rotate() -> str:
        with own_database.transaction() as mine:
            return clients.rotate_secret(mine, client_id="bank-one")

    with ThreadPoolExecutor(1) as other:
        with own_database.transaction() as tx:
            first = clients.rotate_secret(tx, client_id="bank-one", overlap=timedelta(days=7))
            waiting = other.submit(rotate)
            with pytest.raises(TimeoutError):
                waiting.result(timeout=0.3)
        second = waiting.result(timeout=30)
    with own_database.transaction() as tx:
        clients.authenticate(tx, client_id="bank-one", secret=second)
        with pytest.raises(ClientRefused):
            clients.authenticate(tx, client_id="bank-one", secret=first)


@pytest.mark.parametrize("table", ["clients", "client_secrets", "client_secret_ends", "client_ends"])
@pytest.mark.parametrize(
    "deed",
    ["UPDATE foundation.{} SET {} = {}", "DELETE FROM foundation.{}", "TRUNCATE foundation.{} CASCADE"],
)
def test_nobody_changes_or_takes_away_what_is_known_of_a_client(
    own_database: Database, owner: psycopg.Connection, table: str, deed: str
) -> None:
    with own_database.transaction() as tx:
        clients.add_client(tx, client_id="bank-one", name="B", scopes=SCOPES, requests_a_minute=1)
        clients.rotate_secret(tx, client_id="bank-one")
        clients.end_client(tx, client_id="bank-one", reason="over")
    column = "id" if table == "clients" else "client_id"
    with pytest.raises(psycopg.Error) as refused:
        owner.execute(deed.format(table, column, column).encode())
    assert refused.value.sqlstate == "AY003"
