"""The queue's own tables: procrastinate's schema, installed into the schema `jobs` and kept up to date."""

from __future__ import annotations

import hashlib
import re
from importlib.resources import files

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import TupleRow

SCHEMA = "jobs"
_FILE = re.compile(r"(\d\d)\.(\d\d)\.(\d\d)_(\d\d)_\w+\.sql")

# A job that was put off waits for Ayni's clock; one that is tried again waits for the machine's, which moves.
_DUE = "(jobs.scheduled_at IS NULL OR jobs.scheduled_at <= now())"
_DUE_BY_OUR_CLOCK = (
    "(jobs.scheduled_at IS NULL OR jobs.scheduled_at"
    " <= CASE WHEN jobs.attempts > 0 THEN now() ELSE foundation.now() END)"
)


class QueueSchemaUnknown(RuntimeError):
    """The installed procrastinate is not one whose schema this file knows how to adapt."""


def list_queue_migrations() -> list[tuple[int, str, str]]:
    """Number, name and text of procrastinate's own migrations, oldest first."""
    found = []
    for entry in files("procrastinate.sql").joinpath("migrations").iterdir():
        match = _FILE.fullmatch(entry.name)
        if match:
            found.append((int("".join(match.groups())), entry.name, entry.read_text("utf-8")))
    return sorted(found)


def queue_url(url: str) -> str:
    """`url` for a worker's own connections, which find the queue's tables without being told."""
    options = str(conninfo_to_dict(url).get("options", ""))
    return make_conninfo(
        url, options=options.replace("search_path=pg_catalog", "search_path=pg_catalog,jobs")
    )


def install_queue(connection: psycopg.Connection[TupleRow], applied: int | None) -> tuple[int, str, str]:
    """Bring the queue up to date from migration `applied`; gives the newest's number, name and digest."""
    known = list_queue_migrations()
    number, name, text = known[-1]
    if applied != number:
        connection.execute("SELECT set_config('search_path', 'jobs, pg_catalog', true)")
        if applied is None:
            connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(SCHEMA)))
            schema = files("procrastinate.sql").joinpath("schema.sql").read_text("utf-8")
            if schema.count(_DUE) != 1:
                raise QueueSchemaUnknown(f"procrastinate's schema after {name} fetches jobs in another way")
            connection.execute(schema.replace(_DUE, _DUE_BY_OUR_CLOCK).encode())
        else:
            for later, _, migration in known:
                if later > applied:
                    connection.execute(migration.replace(_DUE, _DUE_BY_OUR_CLOCK).encode())
        connection.execute("SELECT set_config('search_path', 'pg_catalog', true)")
        _adapt(connection)
    return number, name.removesuffix(".sql"), hashlib.sha256(text.encode()).hexdigest()


def _adapt(connection: psycopg.Connection[TupleRow]) -> None:
    """Let the functions find their tables from any connection, and the application use them."""
    rows = connection.execute(
        "SELECT p.oid::regprocedure::text FROM pg_proc p WHERE p.pronamespace = 'jobs'::regnamespace"
    ).fetchall()
    for (signature,) in rows:
        connection.execute(f"ALTER FUNCTION {signature} SET search_path = pg_catalog, jobs, pg_temp".encode())
    for grant in (
        "USAGE ON SCHEMA jobs",
        "SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA jobs",
        "USAGE ON ALL SEQUENCES IN SCHEMA jobs",
    ):
        connection.execute(f"GRANT {grant} TO ayni_app".encode())
