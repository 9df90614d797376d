"""An installation from its first day to its restored copy, as an operator types it."""

from __future__ import annotations

import csv
import json
import signal
from pathlib import Path

import openpyxl
import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from ayni.app import WIRING
from ayni.foundation import invariants, jobs
from ayni.foundation.db import Database, Tx
from ayni.foundation.embedded import EmbeddedServer
from tests.channels.conftest import Ayni, program


@pytest.fixture
def installed(ayni: Ayni) -> Ayni:
    """`ayni`, with a simulated database that is set up."""
    assert ayni("migrate", "--simulated", "2025-06-02").status == 0
    return ayni


def test_before_it_is_set_up_every_command_says_what_to_do(ayni: Ayni) -> None:
    for command in (["check"], ["clock", "show"], ["worker", "--once"]):
        answer = ayni(*command, "--json")
        assert (answer.status, answer.code) == (1, "database_not_migrated")
        assert "ayni migrate" in answer.data["error"]["do"]
    assert ayni("keys", "list", "--json").code == "key_ring_lost"


def test_a_database_is_set_up_once_and_gets_its_keys(ayni: Ayni, home: Path) -> None:
    first = ayni("migrate", "--simulated", "2025-06-02", "--json")
    assert first.status == 0
    assert first.data["ran"][0].startswith("foundation 0001")
    assert ayni("migrate", "--json").data["ran"] == []
    assert (home / "keys" / "ring.json").stat().st_mode & 0o777 == 0o600


def test_the_clock_begins_where_it_was_told_and_goes_forward_only(installed: Ayni) -> None:
    shown = installed("clock", "show", "--json").data
    assert shown["clock"] == "simulated"
    assert installed("clock", "set", "2025-06-03T09:00", "--json").data["now"].startswith("2025-06-03T14:00")
    back = installed("clock", "set", "2025-06-01", "--json")
    assert (back.status, back.code) == (1, "clock_goes_back")
    assert "2025-06-03 09:00" in installed("clock", "show").out


def test_check_says_of_each_invariant_that_it_holds(installed: Ayni) -> None:
    answer = installed("check", "--json")
    assert answer.status == 0
    assert answer.data["held"]
    names = {result["name"] for result in answer.data["results"]}
    assert names >= {"ledger_balances", "emoney_is_backed", "clock_never_back", "no_job_given_up"}
    assert "All hold." in installed("check").out


def test_check_ends_with_1_when_one_does_not_hold(installed: Ayni, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(invariants, "_REGISTERED", dict(invariants._REGISTERED))
    found = [invariants.Violation(f"[bold]{number}", {"missing": number}) for number in range(12)]
    invariants.register("test_all_is_well", "All is well.", lambda _: found)
    answer = installed("check", "--json")
    assert (answer.status, answer.data["held"]) == (1, False)
    [result] = [one for one in answer.data["results"] if one["name"] == "test_all_is_well"]
    assert (result["violations"], len(result["examples"])) == (12, 10)
    told = installed("check")
    assert told.status == 1
    assert "test_all_is_well: [bold]0 (missing 0)" in told.out
    assert "and 2 more" in told.out


def test_keys_are_listed_and_rotated_and_no_secret_is_shown(installed: Ayni, home: Path) -> None:
    ring = json.loads((home / "keys" / "ring.json").read_text())
    before = installed("keys", "list", "--json").data["keys"]
    assert installed("keys", "rotate", "session", "--json").data == {"purpose": "session", "version": 2}
    after = installed("keys", "list", "--json")
    assert len(after.data["keys"]) == len(before) + 1
    text = installed("keys", "list")
    for key in ring["keys"]:
        assert key["secret"] not in after.out + text.out
    again = installed("keys", "create", "--json")
    assert (again.status, again.code) == (1, "key_ring_exists")


def test_a_lost_ring_stops_the_worker_and_is_made_anew_only_when_asked(installed: Ayni, home: Path) -> None:
    (home / "keys" / "ring.json").rename(home / "ring.json")
    assert installed("worker", "--once", "--json").code == "key_ring_lost"
    assert installed("up", "--json").code == "key_ring_lost"
    assert installed("keys", "rotate", "session", "--json").code == "key_ring_lost"
    assert installed("keys", "create", "--json").status == 0
    (home / "ring.json").replace(home / "keys" / "ring.json")


def test_a_made_up_city_is_imported_and_the_same_list_again_changes_nothing(
    installed: Ayni, tmp_path: Path
) -> None:
    padron = tmp_path / "padron.csv"
    made = installed("city", "generate", "--people", "60", "--seed", "7", "--out", padron, "--json")
    assert (made.status, made.data["people"]) == (0, 60)
    with padron.open(newline="") as file:
        assert len(list(csv.DictReader(file))) == 60
    arguments = ["registry", "import", padron, "--source", "census", "--report", tmp_path / "report.csv"]
    first = installed(*arguments, "--json").data
    assert (first["rows_read"], first["people_added"] + first["refused"]) == (60, 60)
    second = installed(*arguments, "--json").data
    assert (second["people_added"], second["unchanged"] + second["refused"]) == (0, 60)
    assert "60 rows read" in installed(*arguments).out
    assert "60 rows" in installed("city", "generate", "--people", "60", "--out", padron).out


def test_of_a_workbook_with_two_lists_the_one_that_is_named_is_imported(
    installed: Ayni, tmp_path: Path
) -> None:
    padron, book = tmp_path / "padron.csv", openpyxl.Workbook()
    assert installed("city", "generate", "--people", "20", "--seed", "8", "--out", padron).status == 0
    with padron.open(encoding="utf-8", newline="") as file:
        for row in csv.reader(file):
            book.active.append(row)
    book.create_sheet("Notas").append(["a"])
    book.save(tmp_path / "padron.xlsx")
    arguments = ["registry", "import", tmp_path / "padron.xlsx", "--source", "workbook", "--json"]
    assert installed(*arguments).code == "which_sheet"
    assert installed(*arguments, "--sheet", "Hoja").code == "unknown_sheet"
    assert installed(*arguments, "--sheet", "Sheet").data["rows_read"] == 20


def test_a_list_that_is_not_there_or_of_the_future_is_refused(installed: Ayni, tmp_path: Path) -> None:
    arguments = ["registry", "import", tmp_path / "x.csv", "--source", "census", "--json"]
    assert (installed(*arguments).status, installed(*arguments).code) == (2, "table_not_opened")
    (tmp_path / "x.csv").write_text("household_code\n")
    assert installed(*arguments, "--on", "2030-01-01").code == "observed_in_future"
    assert installed(*arguments, "--on", "yesterday").code == "not_an_instant"
    assert installed(*arguments, "--mapping", tmp_path / "x.yaml").status == 2


def test_a_report_without_a_place_is_told_with_2_and_nothing_is_imported(
    installed: Ayni, tmp_path: Path
) -> None:
    """A bug: it ended with 70 after everything had been imported."""
    padron = tmp_path / "padron.csv"
    assert installed("city", "generate", "--people", "20", "--seed", "9", "--out", padron).status == 0
    arguments = ["registry", "import", padron, "--source", "reports", "--json"]
    for place in (tmp_path / "no" / "x.csv", tmp_path, "/proc/x.csv", padron):
        answer = installed(*arguments, "--report", place)
        assert (answer.status, answer.code) == (2, "report_not_writable")
    assert installed(*arguments).data["unchanged"] == 0


def test_a_survey_is_dressed(installed: Ayni, tmp_path: Path) -> None:
    survey, mapping = tmp_path / "survey.csv", tmp_path / "survey.yaml"
    survey.write_text("home,rel,sex,age\nA,1,f,40\nA,2,m,x\nB,2,m,30\n")
    mapping.write_text(
        "name: a survey\non: 2025-05-01\ncolumns:\n  household_code: home\n"
        "  relationship: {from: rel, values: {1: head, 2: spouse}}\n"
        "  sex: {from: sex, values: {f: female, m: male}}\n  birth_on: {from: age, as: age_years}\n"
    )
    arguments = ["city", "dress", survey, "--mapping", mapping, "--out", tmp_path / "dressed.csv"]
    answer = installed(*arguments, "--json")
    assert (answer.status, answer.data["people"], len(answer.data["refused"])) == (0, 2, 1)
    assert [doubt["reason"] for doubt in answer.data["doubts"]] == ["no_head"]
    told = installed(*arguments).out
    assert "1 rows of the survey can't be read" in told
    assert "(no_head): 1" in told


def test_a_backup_is_restored_into_another_home(installed: Ayni, home: Path, tmp_path: Path) -> None:
    file = tmp_path / "city.backup"
    assert installed("backup", file, "--json").data["file"] == str(file)
    over = installed("restore", file, "--json")
    assert (over.status, over.code) == (1, "database_not_empty")
    elsewhere = {"AYNI_HOME": str(home / "elsewhere")}
    answer = installed("restore", file, environment=elsewhere)
    assert answer.status == 0
    assert "keys are not there yet" in answer.out
    here, there = (installed("clock", "show", "--json", **more) for more in ({}, {"environment": elsewhere}))
    assert here.data == there.data
    assert installed("check", environment=elsewhere).status == 0


def test_another_server_is_set_up_by_its_owner_and_used_by_the_application(
    ayni: Ayni, home: Path, tmp_path: Path
) -> None:
    server = EmbeddedServer(home / "postgres")
    server.create_database("elsewhere")
    found = {key: str(value) for key, value in conninfo_to_dict(server.url("elsewhere")).items()}
    owner, application = (
        f"postgresql://{user}@/elsewhere?host={found['host']}&port={found['port']}"
        for user in ("ayni_owner", "ayni_app")
    )
    known = {"AYNI_HOME": str(tmp_path / "home"), "AYNI_DATABASE_URL": owner}
    assert ayni("up", "--json", environment=known).code == "database_not_migrated"
    assert ayni("migrate", environment=known).status == 0
    only_used = known | {"AYNI_DATABASE_URL": application}
    told = ayni("migrate", "--json", environment=only_used)
    assert (told.status, told.code) == (1, "migration_not_permitted")
    answer = ayni("worker", "--once", "--json", environment=only_used)
    assert answer.status == 0
    both = only_used | {"AYNI_OWNER_DATABASE_URL": owner}
    assert ayni("migrate", "--json", environment=both).data["ran"] == []
    assert ayni("backup", tmp_path / "x.backup", environment=both).status == 0
    assert ayni("clock", "show", "--json", environment=both).data["clock"] == "live"
    live = ayni("clock", "set", "2040-01-01", "--json", environment=both)
    assert (live.status, live.code) == (1, "clock_is_live")


def _fail(tx: Tx) -> None:
    raise ZeroDivisionError


def test_jobs_are_listed_and_one_that_was_given_up_is_put_back(installed: Ayni, home: Path) -> None:
    jobs.register("test.fail", _fail)
    url = EmbeddedServer(home / "postgres").url("ayni")
    with Database(url, WIRING.load_country("peru")) as database, database.transaction() as tx:
        number = jobs.defer(tx, "test.fail")
    waiting = installed("jobs", "list", "--json").data["jobs"]
    assert number in [job["number"] for job in waiting]
    assert "test.fail" in installed("jobs", "list").out
    assert installed("jobs", "run", "test.fail", "--json").code == "not_a_round"
    assert installed("jobs", "run", "wallet.return_vouchers", "--here", "--json").status == 0
    assert installed("jobs", "run", "registry.warn_of_lapsing_classes", "--here").status == 0
    refused = installed("jobs", "retry", str(number), "--json")
    assert (refused.status, refused.code) == (1, "job_not_given_up")
    with psycopg.connect(url) as connection:
        connection.execute(
            "UPDATE jobs.procrastinate_jobs SET status = 'failed', attempts = 10 WHERE id = %s", [number]
        )
    check = installed("check", "--json")
    assert (check.status, check.data["held"]) == (1, False)
    assert f"job {number}" in check.out
    assert installed("jobs", "list", "--state", "failed", "--json").data["counts"]["failed"] == 1
    assert installed("jobs", "retry", str(number)).status == 0
    assert installed("check").status == 0
    with psycopg.connect(url) as connection:
        connection.execute("DELETE FROM jobs.procrastinate_jobs WHERE id = %s", [number])


def test_version_needs_no_database(ayni: Ayni) -> None:
    assert ayni("version", "--json", environment={}).data["ayni"]
    assert "Ayni" in ayni("version").out


def test_what_comes_round_by_itself_is_registered_once() -> None:
    WIRING.register()
    WIRING.register()
    every = {job.name: job.every for job in jobs.list_registered()}
    assert every["ledger.expire_holds"] == "* * * * *"
    assert every["foundation.check_invariants"] is not None


def test_the_worker_ends_when_the_queue_is_empty_and_logs_apart_from_its_answer(
    installed: Ayni, home: Path
) -> None:
    with program(home, "worker", "--once", "--json") as process:
        out, err = process.communicate()
    assert process.returncode == 0
    assert "jobs" in json.loads(out)
    assert {json.loads(line)["event"] for line in err.splitlines()} >= {"worker_started", "worker_stopped"}


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM], ids=lambda stop: stop.name)
def test_up_runs_until_it_is_told_to_stop(installed: Ayni, home: Path, stop: signal.Signals) -> None:
    with program(home, "up", "--port", "0", "--json") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        running = json.loads(process.stdout.readline())
        assert (running["state"], running["clock"]) == ("running", "simulated")
        while "worker_started" not in (line := process.stderr.readline()):
            assert line, "it ended before its worker began"
        process.send_signal(stop)
        out, err = process.communicate()
    assert process.returncode == 0, err
    assert json.loads(out.splitlines()[-1]) == {"state": "stopped"}


_TOO_EARLY = """
import importlib, os, signal
run = importlib.import_module("ayni.channels.worker.run")
usual = run._add_reaper
def add(app, pace):
    os.kill(os.getpid(), signal.{stop})
    usual(app, pace)
run._add_reaper = add
"""


@pytest.mark.parametrize("stop", ["SIGINT", "SIGTERM"])
def test_a_signal_that_comes_before_the_worker_listens_is_not_lost(
    installed: Ayni, home: Path, stop: str
) -> None:
    """A bug: on a busy machine it was swallowed while connections were being opened, and `ayni up` went
    on.
    """
    with program(home, "up", "--port", "0", "--json", before=_TOO_EARLY.format(stop=stop)) as process:
        out, err = process.communicate()
    assert process.returncode == 0, err
    assert json.loads(out.splitlines()[-1]) == {"state": "stopped"}
    assert {json.loads(line)["event"] for line in err.splitlines()} >= {"worker_started", "worker_stopped"}


def test_up_stays_up_and_does_what_is_queued(installed: Ayni, home: Path) -> None:
    WIRING.register()
    with program(home, "up", "--port", "0", "--json") as process:
        try:
            assert process.stdout is not None
            assert json.loads(process.stdout.readline())["state"] == "running"
            url = EmbeddedServer(home / "postgres").url("ayni")
            with Database(url, WIRING.load_country("peru")) as database:
                with database.transaction() as tx:
                    number = jobs.defer(tx, "ledger.expire_holds")
                done = False
                while not done and process.poll() is None:
                    with database.transaction() as tx:
                        done = number in {job.number for job in jobs.list_jobs(tx, state="succeeded")}
            assert process.poll() is None
        finally:
            process.send_signal(signal.SIGTERM)
            _, err = process.communicate()
    assert process.returncode == 0
    assert "listener_error" not in err
