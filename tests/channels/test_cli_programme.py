"""A cycle's ends, as officers type them: cancelled before anybody is paid, ended with some unpaid."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ayni.app import WIRING
from ayni.channels.cli.session import Session
from ayni.programmes import Cycle
from ayni.values.ids import show_id
from tests.channels.conftest import Ayni
from tests.programmes.town import Town


@pytest.fixture(scope="module")
def town(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    session = Session(replace(WIRING, environment={"AYNI_HOME": str(home)}))
    with session.open_database(simulated_at=session.read_instant("2025-06-02T10:00")) as database:
        yield Town(database, tmp_path_factory.mktemp("town"))


def shown(cycle: Cycle) -> str:
    return show_id("cyc", cycle.id)


def test_a_cycle_is_cancelled_and_another_is_paid_and_ended(ayni: Ayni, town: Town) -> None:
    wrong = town.approve(town.cycle("2025-06"))
    answer = ayni("programme", "cancel", shown(wrong), "--officer", "checker", "--reason", "x", "--json")
    assert (answer.status, answer.data["state"]) == (0, "cancelled")
    assert ayni("programme", "disburse", shown(wrong), "--json").code == "cycle_state_refused"

    right = town.approve(town.cycle("2025-06"))
    paid = ayni("programme", "disburse", shown(right), "--json")
    # One household has no document, hence no wallet: what it is owed stays payable until the end.
    assert (paid.status, paid.data["newly"], paid.data["unpaid"]) == (0, 2, 1)
    assert (paid.data["paid"], paid.data["waiting"]) == (0, 2)
    assert ayni("programme", "disburse", shown(right), "--json").data["newly"] == 0
    refused = ayni("programme", "cancel", shown(right), "--officer", "checker", "--reason", "x", "--json")
    assert (refused.status, refused.code) == (1, "cycle_partly_paid")
    waits = ayni("programme", "end", shown(right), "--officer", "checker", "--reason", "over", "--json")
    assert (waits.status, waits.code) == (1, "cycle_still_waits")
    used = ayni("wallet", "use", "DNI:40000001", "DNI:40000002", "--officer", "checker", "--json")
    assert sorted(used.data["balance_minor"].values()) == [6_000, 10_000]
    ended = ayni("programme", "end", shown(right), "--officer", "checker", "--reason", "June is over")
    assert ended.status == 0
    assert "ended" in ended.out
    assert town.violations() == []


def test_an_end_needs_a_reason_and_an_officer(ayni: Ayni, town: Town) -> None:
    cycle = shown(town.cycle("2025-07"))
    assert ayni("programme", "cancel", cycle, "--officer", "checker").status == 2
    unknown = ayni("programme", "cancel", cycle, "--officer", "nobody", "--reason", "x", "--json")
    assert (unknown.status, unknown.code) == (1, "unknown_officer")
    assert (
        ayni("programme", "end", "nonsense", "--officer", "maker", "--reason", "x", "--json").code == "bad_id"
    )
