"""What a program can do to the ledger that logs in as the application and writes SQL of its own."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import psycopg
import pytest

from ayni.foundation.country import Country
from ayni.foundation.db import Database
from ayni.foundation.embedded import EmbeddedServer
from tests.conftest import TEST_ACTOR
from tests.ledger.city import City

DENIED = psycopg.errors.InsufficientPrivilege

# All that the application may call: whatever else the ledger has is its own.
DOORS = {
    "add_limit",
    "add_limit_codes",
    "balance_at",
    "close_account",
    "define_class",
    "expire",
    "flag_account",
    "flag_owner",
    "is_waited_for",
    "limit_use",
    "limit_violations",
    "open_accounts",
    "open_book",
    "open_owners",
    "post",
    "set_account_limits",
    "set_limit_class",
    "total",
    "violations",
}


@pytest.fixture(scope="module")
def login(server: EmbeddedServer, template: str, country: Country) -> Iterator[psycopg.Connection]:
    """A session of the application's own login, which is nobody else beneath."""
    server.create_database("role", template=template)
    with Database(server.url("role"), country) as database, database.transaction(TEST_ACTOR) as tx:
        City(tx).open("name | limit\n a | none\n b | -").post(
            """id | kind    | debit | credit | amount | code | answer
               t  | single  | a     | b      | 5      | 2    | created
               h  | pending | a     | b      | 5      | 2    | created
               u  | single  | b     | a      | 6      | 2    | insufficient_funds"""
        )
    with psycopg.connect(server.url("role", user="ayni_app"), autocommit=True) as connection:
        yield connection
    server.drop_database("role")


def _tables(connection: psycopg.Connection) -> list[str]:
    rows = connection.execute(
        "SELECT c.oid::regclass::text FROM pg_class c WHERE c.relkind IN ('r', 'p')"
        " AND c.relnamespace = 'ledger'::regnamespace"
    ).fetchall()
    assert len(rows) >= 11
    return [name for (name,) in rows]


def test_it_may_read_every_table_and_do_nothing_else_with_it(login: psycopg.Connection) -> None:
    found = {
        table: [
            right
            for right in ("INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER", "MAINTAIN")
            if login.execute("SELECT has_table_privilege(%s, %s)", [table, right]).fetchone() != (False,)
        ]
        + [
            right
            for right in ("INSERT", "UPDATE", "REFERENCES")
            if login.execute("SELECT has_any_column_privilege(%s, %s)", [table, right]).fetchone() != (False,)
        ]
        for table in _tables(login)
    }
    assert {table: rights for table, rights in found.items() if rights} == {}


def _answer(login: psycopg.Connection, statement: str) -> str:
    try:
        login.execute(statement.encode())
    except psycopg.Error as error:
        return type(error).__name__
    return "done"


def test_no_statement_changes_any_table(login: psycopg.Connection) -> None:
    for table in _tables(login):
        [(column,)] = login.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum = 1", [table]
        ).fetchall()
        for statement in (
            f"INSERT INTO {table} SELECT * FROM {table}",
            f"UPDATE {table} SET {column} = {column}",
            f"DELETE FROM {table}",
            f"TRUNCATE {table}",
            f"MERGE INTO {table} x USING (SELECT 1) y ON true WHEN MATCHED THEN DELETE",
            f"COPY {table} FROM '/dev/null'",
            f"SELECT * FROM {table} FOR UPDATE",
            f"DO $$ BEGIN LOCK TABLE {table} IN SHARE MODE; END $$",
            f"ALTER TABLE {table} DISABLE TRIGGER ALL",
            f"ALTER TABLE {table} DROP COLUMN {column}",
            f"CREATE TRIGGER mine BEFORE INSERT ON {table} EXECUTE FUNCTION foundation.refuse_change()",
            f"CREATE RULE mine AS ON INSERT TO {table} DO INSTEAD NOTHING",
            f"CREATE INDEX ON {table} ({column})",
            f"DROP TABLE {table}",
            f"ALTER TABLE {table} OWNER TO ayni_app",
        ):
            assert _answer(login, statement) == "InsufficientPrivilege", statement


@pytest.mark.parametrize(
    "statement",
    [
        "SET ROLE ayni_owner",
        "SET SESSION AUTHORIZATION ayni_owner",
        "SET session_replication_role = replica",
        "ALTER ROLE ayni_app SUPERUSER",
        "GRANT ayni_owner TO ayni_app",
        "CREATE ROLE thief",
        "CREATE TABLE ledger.mine (id uuid)",
        "CREATE FUNCTION ledger.now() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE OR REPLACE FUNCTION ledger.take_lock() RETURNS void LANGUAGE sql AS 'SELECT'",
        "CREATE OR REPLACE FUNCTION foundation.now() RETURNS timestamptz LANGUAGE sql AS 'SELECT now()'",
        "ALTER FUNCTION ledger.violations RESET search_path",
        "DROP FUNCTION ledger.expire(integer)",
        "CREATE VIEW ledger_api.mine AS SELECT 1",
        "DROP SCHEMA ledger CASCADE",
        "ALTER SYSTEM SET fsync = off",
        "SELECT pg_read_file('PG_VERSION')",
    ],
)
def test_it_cannot_become_more_than_it_is(login: psycopg.Connection, statement: str) -> None:
    with pytest.raises(DENIED):
        login.execute(statement.encode())


def test_beneath_its_role_there_is_no_other(login: psycopg.Connection) -> None:
    login.execute("RESET ROLE")
    login.execute("RESET SESSION AUTHORIZATION")
    assert login.execute("SELECT current_user, session_user").fetchone() == ("ayni_app", "ayni_app")
    [rights] = login.execute(
        "SELECT rolsuper, rolcreaterole, rolcreatedb, rolbypassrls, rolreplication FROM pg_roles"
        " WHERE rolname = 'ayni_app'"
    ).fetchall()
    assert not any(rights)
    assert login.execute(
        "SELECT count(*) FROM pg_auth_members WHERE member = 'ayni_app'::regrole"
    ).fetchone() == (0,)


def test_it_may_call_the_doors_of_the_ledger_and_nothing_behind_them(login: psycopg.Connection) -> None:
    rows = login.execute(
        """SELECT p.proname, has_function_privilege(p.oid, 'EXECUTE') FROM pg_proc p
            WHERE p.pronamespace = 'ledger'::regnamespace"""
    ).fetchall()
    assert {name for name, may in rows if may} == DOORS
    assert {"apply", "decide", "take_lock", "remember", "post_set", "post_one"} <= {
        name for name, may in rows if not may
    }


@pytest.mark.parametrize(
    "call",
    [
        "ledger.take_lock()",
        "ledger.refresh_limits(now())",
        "ledger.expire_due(now() + interval '9 years', 1, 100)",
        "ledger.head()",
        "ledger.apply(null, null, 1, now())",
        "ledger.post_one(null, null, 1::int2, null, null, 1, 1::int2, 0::int2, null, null, null, null)",
        "ledger.post_set(null, 1, now())",
        "ledger.resolve_holds(null, null)",
        "ledger.load_originals(null)",
        "ledger.guard_return(null, null, 1::int2)",
        "ledger.limits_on(1::int2, current_date)",
        "ledger.remember(null, null, null, now())",
        "ledger.decide(null, now(), true, null, null, null, null)",
        "foundation.guard_clock()",
    ],
)
def test_what_stands_behind_the_doors_is_closed(login: psycopg.Connection, call: str) -> None:
    with pytest.raises((DENIED, psycopg.errors.FeatureNotSupported)):
        login.execute(f"SELECT {call}".encode())


def test_by_the_doors_it_gets_in(login: psycopg.Connection) -> None:
    """The tests above would be worth nothing if this login could do nothing at all."""
    [(account,)] = login.execute("SELECT id FROM ledger.accounts LIMIT 1").fetchall()
    assert isinstance(account, UUID)
    assert login.execute("SELECT ledger.flag_account(%s, 1::smallint, true)", [account]).fetchone() == (1,)
    assert login.execute("SELECT count(*) FROM ledger.violations()").fetchone() == (0,)
    assert login.execute("SELECT count(*) FROM ledger.limit_violations()").fetchone() == (0,)
