"""Commands work with the application's own login, beneath which there is no owner to fall back to."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from ayni.app import WIRING
from ayni.channels.cli.session import Session
from tests.channels.conftest import Ayni


def test_a_command_that_resets_its_role_is_still_the_application(ayni: Ayni, home: Path) -> None:
    assert ayni("migrate", "--simulated", "2025-06-02").status == 0
    session = Session(replace(WIRING, environment={"AYNI_HOME": str(home)}))
    with session.open_database(migrate=False) as database, database.connection() as connection:
        connection.execute("RESET ROLE")
        connection.execute("RESET SESSION AUTHORIZATION")
        assert connection.execute("SELECT current_user, session_user").fetchone() == ("ayni_app", "ayni_app")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("UPDATE ledger.accounts SET credits_posted = 0")
