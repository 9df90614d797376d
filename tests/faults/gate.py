"""A gate in the database: whoever comes to it waits, and can be killed there."""

from __future__ import annotations

import subprocess

import psycopg

GATE = 424242
AT_THE_GATE = """
CREATE FUNCTION public.wait() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_catalog.pg_advisory_xact_lock(424242);
    RETURN NEW;
END;
$$;
"""
"""The function of a trigger; whoever holds the lock `GATE` keeps the gate shut."""


def wait_for_one_at_the_gate(connection: psycopg.Connection, process: subprocess.Popen[str]) -> int:
    """The backend that waits there, of a program that must come to it."""
    query = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND NOT granted"
    while process.poll() is None:
        found = connection.execute(query, [GATE]).fetchone()
        if found is not None:
            return int(found[0])
    raise AssertionError("it came to its end and never to the gate")
