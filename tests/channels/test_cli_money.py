"""Wallets, shops and the bank as an operator types them: what is refused, and in which words."""

from __future__ import annotations

from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from ayni.app import MODULES
from ayni.foundation.embedded import EmbeddedServer
from ayni.foundation.migrate import migrate
from tests.channels.conftest import Ayni

OURS, THEIRS = "01124100019000658270", "01136600010003254221"


@pytest.fixture
def installed(ayni: Ayni) -> Ayni:
    assert ayni("migrate", "--simulated", "2025-06-02T10:00:00-05:00").status == 0
    assert ayni("wallet", "set-up").status == 0
    return ayni


def test_the_bank_is_told_before_it_is_spoken_with(installed: Ayni, tmp_path: Path) -> None:
    for command in (["bank", "payouts", tmp_path], ["try", "bank-day", tmp_path]):
        assert installed(*command, "--json").code == "no_trust_account"
    assert installed("bank", "report", "--json").code == "no_statement_yet"
    assert installed("bank", "account", "B", "123", "H", "--json").code == "invalid_bank_account"
    assert installed("bank", "account", "B", OURS, "H").status == 0
    assert installed("bank", "payouts", tmp_path, "--json").data["payouts"] == 0


def test_a_file_that_is_none_of_the_banks_is_refused(installed: Ayni, tmp_path: Path) -> None:
    installed("bank", "account", "B", OURS, "H")
    (tmp_path / "x.xml").write_text("<html/>")
    assert installed("bank", "read", tmp_path / "x.xml", "--json").code == "bad_bank_file"
    for missing in (tmp_path / "none.xml", tmp_path):
        assert installed("bank", "read", missing, "--json").code == "unusable_file"
    assert installed("bank", "bear", "NOBODY", "--reason", "x", "--json").code == "unknown_bank_entry"


def test_a_folder_that_cannot_be_written_is_told(installed: Ayni, tmp_path: Path) -> None:
    """A bug: the pretend bank ended with something that nobody had expected."""
    installed("bank", "account", "B", OURS, "H")
    (tmp_path / "file").write_text("in the way")
    assert installed("try", "bank-day", tmp_path / "file", "--json").code == "unusable_file"


def test_people_and_shops_that_are_not_there_are_named(installed: Ayni) -> None:
    assert installed("wallet", "show", "DNI:40000004", "--json").code == "unknown_document"
    assert installed("shop", "day", "NOBODY", "--json").code == "unknown_shop"
    made = installed("try", "resident", "Rosa", "Quispe", "--document", "DNI:40217815", "--json")
    person = made.data["person"]
    assert installed("wallet", "show", person, "--json").code == "unknown_wallet"
    opened = installed("wallet", "open", person, "--json")
    assert opened.data["opened"] == [person]
    again = installed("wallet", "open", person)
    assert "has a wallet already" in again.out
    opened = installed("shop", "open", "merchant", "X1", "X", "--keeper", person, "--json")
    assert opened.code == "shop_refused"


@pytest.mark.parametrize("amount", ["", "-5", "1.5", "1,50", "abc", "1e9", "٣", "9" * 30, "1.505"])
def test_an_amount_that_cannot_be_read_moves_nothing(installed: Ayni, amount: str) -> None:
    answer = installed("try", "pay", "--json", "--", "per_x", "BODEGA01", amount)
    assert (answer.status, answer.code) == (2, answer.code)
    assert answer.code in {"bad_person", "bad_amount_typed", "unknown_shop"}


def test_a_statement_of_an_unwritable_file_or_a_day_to_come(installed: Ayni, tmp_path: Path) -> None:
    made = installed("try", "resident", "Luz", "Ccori", "--document", "DNI:41800931", "--json")
    person = made.data["person"]
    installed("wallet", "open", person)
    asked = ["wallet", "statement", person, "--purpose", "x", "--json"]
    (tmp_path / "file").write_text("in the way")
    out = tmp_path / "file" / "x.csv"
    assert installed(*asked, "--since", "2025-06-01", "--out", out).code == "unusable_file"
    assert installed(*asked, "--since", "2027-06-01").code == "bad_period"
    written = installed(*asked, "--since", "2025-06-01", "--out", tmp_path / "june.pdf")
    assert written.status == 0
    assert (tmp_path / "june.pdf").read_bytes().startswith(b"%PDF")


def test_an_officer_stops_a_wallet_and_releases_it(installed: Ayni) -> None:
    made = installed("try", "resident", "Ana", "Mamani", "--document", "DNI:42665191", "--json")
    person = made.data["person"]
    keeper = installed("try", "resident", "Olga", "Soto", "--document", "DNI:42665192", "--json").data[
        "person"
    ]
    installed("officer", "register", "olga", keeper, "--role", "agent_supervisor")
    installed("wallet", "open", person)
    asked = ["--reason", "reported stolen", "--officer", "olga"]
    assert installed("wallet", "stop", person, *asked, "--json").data == {"begun": True}
    assert "so before" in installed("wallet", "stop", person, *asked).out
    assert "Kept by: frozen_by_office." in installed("wallet", "show", person).out
    assert installed("wallet", "release", person, "legal_hold", *asked, "--json").code == "not_stopped"
    assert installed("wallet", "release", person, "frozen_by_office", *asked).status == 0
    assert installed("wallet", "stop", keeper, *asked, "--json").code == "own_case"


def test_nobody_acts_as_somebody_else_where_money_is_real(ayni: Ayni, home: Path) -> None:
    server = EmbeddedServer(home / "postgres")
    server.create_database("real")
    migrate(server.url("real"), MODULES)
    told = conninfo_to_dict(server.url("real"))
    url = f"postgresql://{told['user']}@/real?host={told['host']}&port={told['port']}"
    assert make_conninfo(url)
    environment = {"AYNI_HOME": str(home), "AYNI_DATABASE_URL": url}
    for command in (
        ["try", "resident", "Rosa", "Quispe", "--document", "DNI:40217815"],
        ["try", "pay", "DNI:40217815", "BODEGA01", "1"],
        ["try", "bank-day", str(home / "inbox")],
    ):
        assert ayni(*command, "--json", environment=environment).code == "only_where_nothing_is_real"
