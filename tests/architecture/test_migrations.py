"""The numbered migrations and the readable snapshots lead to one and the same database."""

from __future__ import annotations

import re
import subprocess

from ayni.app import MODULES
from ayni.foundation.embedded import EmbeddedServer
from ayni.foundation.migrate import migrate


def schema(server: EmbeddedServer, database: str) -> str:
    """The whole schema in PostgreSQL's own words."""
    dump = subprocess.run(
        [str(server.binary("pg_dump")), "--schema-only", server.url(database)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    # A dump carries a random key for psql, which is no part of the schema.
    return re.sub(r"^\\(un)?restrict .*$", "", dump, flags=re.MULTILINE)


def test_migrations_and_snapshot_make_the_same_database(server: EmbeddedServer) -> None:
    found = {}
    for name, snapshot in (("by_migrations", False), ("by_snapshot", True)):
        server.create_database(name)
        try:
            migrate(server.url(name), MODULES, snapshot=snapshot)
            found[name] = schema(server, name)
        finally:
            server.drop_database(name)
    assert "CREATE TABLE foundation.audit" in found["by_migrations"]
    assert found["by_migrations"] == found["by_snapshot"]
