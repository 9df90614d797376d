"""What the ledger refuses as a whole, and what the database refuses whoever asks."""

from __future__ import annotations

from uuid import UUID

import psycopg
import pytest

from ayni import ledger
from ayni.foundation.db import Database, OutcomeUnknown, Tx, begin
from ayni.ledger import AccountFlag, NewAccount, Transfer
from ayni.ledger.errors import (
    AccountNotEmpty,
    BadBatch,
    BatchTooLarge,
    LimitBelowUse,
    PosterStopped,
    UnknownAccount,
    UnknownOwner,
    WrongIsolation,
)
from ayni.values.ids import AccountId, OwnerRef, TransferId, new_id
from tests.conftest import START, TEST_ACTOR
from tests.ledger.city import EVENT, UNKNOWN, City

TWO = "name | limit\n a | none\n b | -"
NOBODY = OwnerRef(UUID("00000000-0000-7000-8000-0000000000ff"))


def transfers(city: City, count: int, amount_minor: int = 1, book: int = 1) -> list[Transfer]:
    return [
        Transfer(
            id=TransferId(new_id(START)),
            event_id=EVENT,
            book=book,
            debit_account_id=city.accounts["a"],
            credit_account_id=city.accounts["b"],
            amount_minor=amount_minor,
            code=2,
        )
        for _ in range(count)
    ]


def test_an_account_that_does_not_exist(tx: Tx) -> None:
    with pytest.raises(UnknownAccount):
        ledger.get_account(tx, UNKNOWN)
    with pytest.raises(UnknownAccount):
        ledger.close_account(tx, account_id=UNKNOWN)


def test_an_owner_that_the_ledger_does_not_know(tx: Tx) -> None:
    City(tx)
    with pytest.raises(UnknownOwner):
        ledger.open_accounts(
            tx, accounts=[NewAccount(id=AccountId(new_id(START)), book=1, code=2010, owner_ref=NOBODY)]
        )


def test_flags_of_an_unknown_owner(tx: Tx) -> None:
    with pytest.raises(UnknownOwner):
        ledger.flag_owner(tx, owner_ref=NOBODY, flags=AccountFlag.FROZEN)


@pytest.mark.parametrize("kind", ["single", "pending"])
def test_an_account_with_money_or_a_hold_is_not_closed(tx: Tx, kind: str) -> None:
    city = City(tx).open(TWO)
    city.post(f"id | kind | debit | credit | amount | code | answer\n t | {kind} | a | b | 5 | 2 | created")
    with pytest.raises(AccountNotEmpty):
        ledger.close_account(tx, account_id=city.accounts["b"])


def test_a_credit_limit_does_not_go_below_what_is_used(tx: Tx) -> None:
    city = City(tx).open(TWO)
    city.post("id | debit | credit | amount | code | answer\n t | a | b | 5 | 2 | created")
    with pytest.raises(LimitBelowUse):
        ledger.set_account_limits(
            tx, account_id=city.accounts["a"], credit_limit_minor=4, balance_ceiling_minor=None
        )


def test_a_batch_larger_than_the_limit(tx: Tx) -> None:
    city = City(tx).open(TWO)
    with pytest.raises(BatchTooLarge):
        ledger.post(tx, transfers(city, ledger.MAX_BATCH + 1))


@pytest.mark.parametrize(("amount", "book"), [(2**63, 1), (-(2**63) - 1, 1), (1, 40_000), (1, -1)])
def test_a_number_that_no_column_holds(tx: Tx, amount: int, book: int) -> None:
    city = City(tx).open(TWO)
    with pytest.raises(BadBatch):
        ledger.post(tx, transfers(city, 1, amount, book))


def test_an_empty_batch_is_no_batch(tx: Tx) -> None:
    assert ledger.post(tx, []) == []


def test_an_older_snapshot_may_not_post(own_database: Database) -> None:
    with own_database.transaction() as tx:
        city = City(tx).open(TWO)
    with psycopg.connect(own_database.url) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        late = begin(connection, own_database.country, TEST_ACTOR)
        with pytest.raises(WrongIsolation):
            ledger.post(late, transfers(city, 1))


@pytest.mark.parametrize(
    "table",
    [
        "transfers",
        "accounts",
        "holds",
        "refusals",
        "owners",
        "limits",
        "books",
        "returned",
        "former_classes",
    ],
)
@pytest.mark.parametrize(
    "statement",
    ["DELETE FROM {}", "TRUNCATE {}", "INSERT INTO {} DEFAULT VALUES", "UPDATE {} SET ctid = ctid"],
)
def test_the_application_writes_no_table_of_the_ledger(
    database: Database, table: str, statement: str
) -> None:
    if statement.startswith("UPDATE"):
        columns = {
            "accounts": "owner_ref",
            "owners": "owner_ref",
            "limits": "source",
            "holds": "seq",
            "returned": "id",
        }
        column = columns.get(table, "created_at")
        statement = f"UPDATE {{}} SET {column} = {column}"
    with database.connection() as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(statement.format(f"ledger.{table}").encode())


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger.transfers SET amount_minor = 1",
        "DELETE FROM ledger.transfers",
        "TRUNCATE ledger.transfers",
        # A bug: rows could not be deleted, but the whole table could be emptied.
        "TRUNCATE ledger.refusals",
        "TRUNCATE ledger.accounts",
        "TRUNCATE ledger.limits",
        "TRUNCATE ledger.limit_codes",
        "TRUNCATE ledger.former_classes",
        "TRUNCATE ledger.returned",
        "DELETE FROM ledger.returned",
        "DELETE FROM ledger.accounts",
        "UPDATE ledger.refusals SET result = 0",
        "DELETE FROM ledger.limits",
        "UPDATE ledger.limit_codes SET counts = 0",
        "DELETE FROM ledger.former_classes",
        "UPDATE ledger.accounts SET debits_posted = debits_posted + 6 WHERE credits_posted > 0",
    ],
)
def test_even_the_owner_cannot_rewrite_what_happened(
    own_database: Database, owner: psycopg.Connection, statement: str
) -> None:
    with own_database.transaction() as tx:
        city = City(tx).open(TWO)
        city.post(
            """id | debit | credit | amount | code | answer
               t  | a     | b      | 5      | 2    | created
               u  | b     | a      | 6      | 2    | insufficient_funds"""
        )
        city.post("id | kind | amount | code | pending | answer\n r | return | 1 | 2 | t | created")
        ledger.set_limit_class(tx, owner_ref=city.owners["b"], limit_class=2)
    with pytest.raises(psycopg.Error) as refused:
        owner.execute(statement.encode())
    assert refused.value.sqlstate in ("AY003", "23514")


def test_a_poster_that_was_stopped_says_so(own_database: Database) -> None:
    with own_database.transaction() as tx:
        city = City(tx).open(TWO)
    poster = ledger.Poster(own_database)
    poster.stop()
    with pytest.raises(PosterStopped):
        poster.post(transfers(city, 1))


def test_a_lost_connection_is_an_unknown_outcome_and_the_same_ids_settle_it(
    own_database: Database, owner: psycopg.Connection
) -> None:
    with own_database.transaction() as tx:
        city = City(tx).open(TWO)
    batch = transfers(city, 3)
    with ledger.Poster(own_database) as poster:
        poster.post(transfers(city, 1))
        # The poster waits for the lock, and its backend dies there.
        owner.execute("BEGIN")
        owner.execute("SELECT pg_advisory_xact_lock(7165646765)")
        waiting = poster.submit(batch)
        while True:
            found = owner.execute(
                "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
            ).fetchone()
            if found:
                break
        owner.execute("SELECT pg_terminate_backend(%s)", [found[0]])
        with pytest.raises(OutcomeUnknown):
            waiting.result(30)
        owner.execute("ROLLBACK")
        assert [answer.result.name for answer in poster.post(batch)] == ["CREATED"] * 3
        assert [answer.result.name for answer in poster.post(batch)] == ["EXISTS"] * 3


def test_the_application_may_read_the_trial_balance(tx: Tx) -> None:
    city = City(tx).open(TWO)
    city.post("id | debit | credit | amount | code | answer\n t | a | b | 5 | 2 | created")
    [row] = ledger.list_trial_balance(tx, book=1)
    assert (row.accounts, row.debits_posted, row.credits_posted) == (2, 5, 5)
    [mine] = ledger.list_trial_balance(tx, book=1, owner_ref=city.owners["b"])
    assert (mine.accounts, mine.credits_posted) == (1, 5)


def test_the_purposes_that_an_account_accepts_are_a_tuple(tx: Tx) -> None:
    """A bug: they came as a list, which somebody could have changed."""
    city = City(tx).open("name | accepts\n shop | 7\n home | -")
    assert ledger.get_account(tx, city.accounts["shop"]).accepts == (7,)
    assert ledger.get_account(tx, city.accounts["home"]).accepts is None
