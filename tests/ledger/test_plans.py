"""How PostgreSQL goes about a posting: a plan made while the ledger was empty must be right for a full one.

Nothing is timed. The plans themselves are read, as `auto_explain` shows those inside functions.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from uuid import UUID

import psycopg
import pytest

from ayni import ledger
from ayni.foundation.db import Database
from ayni.foundation.embedded import EmbeddedServer
from ayni.ledger import Kind, NewAccount, Posted, Result, Transfer, store
from ayni.ledger.formats import pack
from ayni.values.ids import AccountId, OwnerRef, TransferId, new_id
from tests.conftest import START, TEST_ACTOR
from tests.ledger.city import EVENT, City

MANY = 2_000
PAIR = "name | limit\n a | none\n b | -"


class Ledger:
    """One connection that keeps its plans, and hears what they are."""

    def __init__(self, connection: psycopg.Connection, payer: AccountId, payees: list[AccountId]) -> None:
        self.connection = connection
        self.payer, self.payees = payer, payees
        self.plans: list[str] = []
        connection.add_notice_handler(lambda notice: self.plans.append(notice.message_primary or ""))

    def transfers(self, count: int, kind: Kind = Kind.SINGLE) -> list[Transfer]:
        one = Transfer(
            id=TransferId(UUID(int=0)),
            event_id=EVENT,
            book=1,
            debit_account_id=self.payer,
            credit_account_id=self.payees[0],
            amount_minor=1,
            code=2,
            kind=kind,
        )
        return [
            replace(one, id=TransferId(new_id(START)), credit_account_id=self.payees[n % len(self.payees)])
            for n in range(count)
        ]

    def post(self, transfers: list[Transfer], *, ordered: bool = False) -> list[Posted]:
        return store.post(self.connection, transfers, pack(transfers), ordered=ordered)


@pytest.fixture
def full(server: EmbeddedServer, own_database: Database) -> Iterator[Ledger]:
    """A connection whose plans were made on a ledger of two accounts, which has grown since."""
    with own_database.transaction(TEST_ACTOR) as tx:
        city = City(tx).open(PAIR)
    name = own_database.url.split("dbname=")[1].split(" ")[0]
    with psycopg.connect(server.url(name), autocommit=True) as connection:
        small = Ledger(connection, city.accounts["a"], [city.accounts["b"]])
        for _ in range(7):
            small.post(small.transfers(1))
            small.post(small.transfers(3))
            held = small.transfers(3, Kind.PENDING)
            small.post(held)
            resolve(small, held)
        payees = _grow(own_database)
        connection.execute("LOAD 'auto_explain'")
        connection.execute("SET auto_explain.log_min_duration = 0")
        connection.execute("SET auto_explain.log_nested_statements = on")
        connection.execute("SET client_min_messages = log")
        yield Ledger(connection, city.accounts["a"], payees)


def resolve(told: Ledger, held: list[Transfer]) -> list[Posted]:
    return told.post(
        [
            replace(
                hold,
                id=TransferId(new_id(START)),
                kind=Kind.POST,
                pending_id=hold.id,
                debit_account_id=None,
                credit_account_id=None,
            )
            for hold in held
        ]
    )


def _grow(database: Database) -> list[AccountId]:
    owners = [OwnerRef(new_id(START)) for _ in range(MANY + 1)]
    accounts = [AccountId(new_id(START)) for _ in owners]
    with database.transaction(TEST_ACTOR) as tx:
        ledger.open_owners(tx, owner_refs=owners, limit_class=1)
        opened = [
            NewAccount(id=one, book=1, code=2010, owner_ref=owner, credit_limit_minor=10 * MANY)
            for one, owner in zip(accounts, owners, strict=True)
        ]
        ledger.open_accounts(tx, accounts=opened)
    with database.transaction(TEST_ACTOR) as tx:
        told = Ledger(tx.connection, accounts[0], accounts[1:])
        for _ in range(3):
            told.post(told.transfers(MANY))
    return accounts[1:]


def _nodes(plans: list[str]) -> list[str]:
    """The lines of the plans that name a node."""
    return [line.strip() for plan in plans for line in plan.splitlines() if re.search(r"\(cost=", line)]


def _scanned(plans: list[str]) -> set[str]:
    """The big tables of which a plan reads every row."""
    big = ("accounts", "transfers", "holds", "refusals", "purpose_origins", "returned")
    return {line for line in _nodes(plans) for table in big if re.search(rf"Seq Scan on {table}\b", line)}


def test_one_transfer_looks_its_rows_up_one_by_one(full: Ledger) -> None:
    """A bug: under the settings of large batches the whole of accounts was hashed for each transfer."""
    [answer] = full.post(full.transfers(1))
    assert answer.result is Result.CREATED
    query = [plan for plan in full.plans if "SELECT coalesce(h.seq, 0) + 1" in plan]
    assert len(query) == 1
    assert [line for line in _nodes(query) if "Hash" in line or "Merge" in line] == []
    assert not any("post_set" in plan and "WITH acc" in plan for plan in full.plans)
    assert _scanned(full.plans) == set()


@pytest.mark.parametrize(
    "way",
    [
        lambda full: full.post(full.transfers(MANY)),
        lambda full: full.post(full.transfers(50), ordered=True),
        lambda full: resolve(full, _held(full)),
    ],
    ids=["set", "ordered", "holds"],
)
def test_no_batch_reads_a_whole_table(full: Ledger, way: Callable[[Ledger], list[Posted]]) -> None:
    answers = way(full)
    assert {answer.result for answer in answers} == {Result.CREATED}
    assert any("ledger.accounts" in plan for plan in full.plans)
    assert _scanned(full.plans) == set()


def _held(full: Ledger) -> list[Transfer]:
    held = full.transfers(50, Kind.PENDING)
    full.post(held)
    return held
