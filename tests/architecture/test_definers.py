"""Functions that run with their owner's rights run nobody else's code."""

from __future__ import annotations

import psycopg

from ayni.foundation.db import Database
from ayni.foundation.embedded import EmbeddedServer

# A type of the caller's own, under a name that functions use, which says as whom it was looked at.
SHADOW = """
CREATE FUNCTION pg_temp.look({kind}) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    RAISE NOTICE 'ran as %', current_user;
    RETURN true;
END;
$$;
CREATE DOMAIN pg_temp.{name} AS {kind} CHECK (pg_temp.look(VALUE))
"""


def test_a_function_with_its_owners_rights_looks_for_the_callers_own_types_last(
    own_database: Database, server: EmbeddedServer
) -> None:
    """A bug: with `search_path = pg_catalog` alone, PostgreSQL looks into pg_temp first."""
    name = str(psycopg.conninfo.conninfo_to_dict(own_database.url)["dbname"])
    heard: list[str] = []
    for kind in ("uuid", "timestamptz", "jsonb", "record"):
        with psycopg.connect(server.url(name, user="ayni_app"), autocommit=True) as connection:
            connection.add_notice_handler(lambda notice: heard.append(str(notice.message_primary)))
            if kind == "record":
                connection.execute("CREATE TEMP TABLE record (id bigint)")
            else:
                connection.execute(SHADOW.format(kind=f"pg_catalog.{kind}", name=kind).encode())
            connection.execute("SELECT ledger.expire(5)")
            connection.execute("SELECT foundation.set_clock('2025-06-03T15:00:00Z')")
            connection.execute(
                """SELECT ledger.post(ARRAY[i], ARRAY[i], ARRAY[1::smallint], ARRAY[i], ARRAY[i],
                    ARRAY[1::bigint], ARRAY[1::smallint], null, null, null, null, null, null, null)
                    FROM (SELECT pg_catalog.gen_random_uuid() AS i) x"""
            )
    assert heard == []


def test_every_function_with_its_owners_rights_says_where_it_looks(own_database: Database) -> None:
    with own_database.connection() as connection:
        rows = connection.execute(
            """SELECT p.oid::regprocedure::text, coalesce(s.setting, 'no search_path') FROM pg_proc p
                LEFT JOIN LATERAL (SELECT x AS setting FROM unnest(p.proconfig) x
                    WHERE x LIKE 'search_path=%') s ON true
                WHERE p.prosecdef AND p.pronamespace::regnamespace::text NOT LIKE 'pg\\_%'"""
        ).fetchall()
    assert len(rows) > 10
    assert [row for row in rows if not row[1].endswith(", pg_temp")] == []
