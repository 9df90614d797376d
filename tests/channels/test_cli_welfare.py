"""Commands of programmes and grievances beside those that the guide types."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ayni import identity, payments, programmes, wallet
from ayni.app import WIRING
from ayni.channels.cli import Session
from ayni.identity import OfficerRole
from ayni.programmes import Cycle
from ayni.values.ids import show_id
from tests.channels.conftest import Ayni
from tests.programmes.test_claims import entitlement_of
from tests.programmes.town import ACTOR, PROGRAMME, Town


@pytest.fixture(scope="module")
def town(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    session = Session(replace(WIRING, environment={"AYNI_HOME": str(home)}))
    with session.open_database(simulated_at=session.read_instant("2025-06-02T10:00")) as database:
        made = Town(database, tmp_path_factory.mktemp("town"), elders=3, deposit_minor=500_000)
        with database.transaction(ACTOR) as tx:
            made.officer(tx, "judge", [OfficerRole.APPROVER])
        yield made


@pytest.fixture(scope="module")
def june(town: Town) -> Cycle:
    return town.approve(town.cycle("2025-06"))


def test_rules_are_simulated_and_written_to_a_folder(ayni: Ayni, town: Town, tmp_path: Path) -> None:
    rules = tmp_path / "more.yaml"
    rules.write_text(PROGRAMME.replace("6000", "7000"), encoding="utf-8")
    truth = tmp_path / "truth.csv"
    truth.write_text("household_code,poor\nH1,1\nH2,1\nH3,4\n", encoding="utf-8")
    told = ("--truth", str(truth), "--truth-column", "poor", "--source", "test")
    asked = ("programme", "simulate", str(rules), "--against", "canasta", "--on", "2025-06-02", *told)
    found = ayni(*asked, "--by", "household.size", "--out", str(tmp_path / "out"), "--json")
    assert found.status == 0
    assert found.data["variants"]["variant 1"]["poor_eligible"] == 2
    assert {one.name for one in (tmp_path / "out").iterdir()} >= {"figures.csv", "gains-by-district.svg"}
    assert "cost of a cycle" in ayni(*asked).out
    truth.write_text("household;poor\n", encoding="utf-8")
    assert ayni(*asked, "--json").code == "unusable_file"


def test_scores_are_defined_and_a_lesson_needs_one_label(ayni: Ayni, town: Town, tmp_path: Path) -> None:
    assert ayni("programme", "define-score", "--official", "ppi_total_line", "--json").data["terms"] == 48
    assert ayni("programme", "define-score", "--official", "x", "--json").code == "unknown_official_score"
    assert ayni("programme", "define-score", "--json").code == "choose_one"
    lesson = ("programme", "train-score", "--on", "2025-06-02", "--out", str(tmp_path / "pmt.yaml"), "--json")
    assert ayni(*lesson).code == "choose_one"
    pytest.importorskip("sklearn")
    assert ayni(*lesson, "--label", "household.size > 1").code == "bad_training"


def test_memberships_change_for_a_reason(ayni: Ayni, town: Town, june: Cycle) -> None:
    change = ("programme", "change", "canasta", "DNI:40000002", "--reason", "in hospital")
    assert ayni(*change, "--to", "paused").status == 0
    assert ayni(*change, "--to", "draft", "--json").code == "state_refused"
    assert ayni(*change, "--to", "enrolled").status == 0
    assert ayni("programme", "states", "canasta", "--json").data["enrolled"] == 6
    assert ayni("programme", "waiting", "canasta", "--json").data == {"waiting": []}
    with town.database.transaction(ACTOR) as tx:
        shown = show_id("per", identity.get_officer(tx, login="judge").person_id)
    assert ayni("programme", "explain", "canasta", shown, "--json").code == "lives_nowhere"


def test_an_entitlement_is_voided_or_goes_to_another(ayni: Ayni, town: Town, june: Cycle) -> None:
    rosa, luis = (show_id("ent", entitlement_of(town, june, town.people[name])) for name in ("rosa", "luis"))
    said = ("--officer", "checker", "--reason", "moved away")
    assert ayni("programme", "void", luis, *said).status == 0
    refused = ayni(
        "programme", "payee", rosa, "DNI:40000003", "--officer", "maker", "--reason", "ill", "--json"
    )
    assert refused.code == "not_a_payee"
    handed = ayni(
        "programme", "hand-over", rosa, "DNI:40000001", "--place", "hall", "--officer", "maker", "--json"
    )
    assert handed.code == "not_a_ration"
    assert ayni("programme", "void", "nonsense", *said, "--json").code == "bad_id"


def test_a_cycle_is_paid_by_the_worker(ayni: Ayni, town: Town, june: Cycle) -> None:
    cycle = show_id("cyc", june.id)
    assert ayni("programme", "disburse", cycle, "--later", "--json").data["job"] is not None
    assert ayni("programme", "disburse", cycle, "--later", "--json").data["job"] is None
    assert ayni("worker", "--once").status == 0
    told = ayni("programme", "report", cycle, "--json").data
    # Five elders without Luis, whose entitlement was voided, wait; María has no wallet.
    assert (told["waiting"], told["unpaid"]) == (4, 2)
    assert ayni("programme", "report", cycle).status == 0
    listed = ayni("programme", "unpaid", cycle, "--json").data["unpaid"]
    assert [one["code"] for one in listed] == ["no_wallet"]
    assert "The person has no wallet." in ayni("programme", "unpaid", cycle).out
    assert ayni("programme", "vouchers", cycle, "--json").data == {"vouchers": []}
    nowhere = show_id("cyc", june.programme_id)
    for command in ("report", "unpaid", "vouchers"):
        assert ayni("programme", command, nowhere, "--json").code == "unknown_cycle"
    refused = ayni("programme", "voucher", "10000001", "--officer", "maker", "--json")
    assert (refused.status, refused.code) == (1, "unknown_voucher")
    assert ayni("programme", "reconcile", cycle, "--json").data["work_list"] == []
    drawn = ayni(
        "programme", "sample", cycle, "--size", "1", "--seed", "x", "--officer", "judge", "--json"
    ).data
    answer = ("programme", "answer", drawn["sample"], drawn["asks"][0][0], "received", "--officer", "maker")
    assert ayni(*answer, "--json").data["answers"] == {"received": 1}
    assert ayni(*answer, "--json").code == "answered_already"


def test_a_cycle_is_topped_up(ayni: Ayni, town: Town, june: Cycle) -> None:
    cycle = show_id("cyc", june.id)
    more = ayni(
        "programme", "top-up", cycle, "--amount", "5", "--name", "gas", "--officer", "maker", "--json"
    )
    assert (more.data["entitlements"], more.data["total_minor"]) == (5, 2_500)


def test_overpayments_are_listed_and_decided(ayni: Ayni, town: Town, june: Cycle) -> None:
    rosa = entitlement_of(town, june, town.people["rosa"])
    with town.database.transaction(ACTOR) as tx:
        case = programmes.overpayments.record_overpayment(
            tx,
            entitlement_id=rosa,
            cause=programmes.OverpaymentCause.WRONG_FACTS,
            amount_minor=1_000,
            officer_id=town.maker,
        )
    listed = ayni("programme", "overpayments", "canasta", "--json").data["overpayments"]
    assert [one["id"] for one in listed] == [str(case.id)]
    decide = ("programme", "recover", str(case.id), "--reasons", "two incomes", "--officer", "checker")
    assert ayni(*decide, "--amount", "11", "--each", "5", "--json").code == "bad_recovery"
    assert ayni(*decide, "--amount", "10", "--each", "5", "--json").data["decision"] == "recover"
    assert ayni("programme", "overpayments", "canasta").status == 0
    against = ayni("grievance", "appeal-recovery", str(case.id), "--text", "I had one.", "--json").data
    decide = ("grievance", "decide", against["grievance"], "upheld", "--reasons", "right", "--recover", "0")
    assert ayni(*decide, "--officer", "checker", "--json").code == "decided_before"
    assert ayni(*decide, "--officer", "judge", "--json").data["effect"] == "recovery"


def test_a_complaint_is_taken_assigned_read_and_answered(ayni: Ayni, town: Town) -> None:
    taken = ayni(
        "grievance", "complain", "treatment", "--text", "I waited.", "--person", "DNI:40000003", "--json"
    ).data
    ticket = taken["grievance"]
    assert ayni("grievance", "list", "--json").data["grievances"][0]["grievance"] == ticket
    assert ayni("grievance", "assign", ticket, "--to", "maker", "--officer", "judge").status == 0
    assert "I waited." in ayni("grievance", "show", ticket, "--officer", "maker").out
    assert ticket in ayni("grievance", "list", "--officer", "maker", "--json").out
    ended = ayni("grievance", "decide", ticket, "rejected", "--reasons", "x", "--officer", "judge", "--json")
    assert ended.data["outcome"] == "rejected"
    assert ayni("grievance", "show", "nonsense", "--officer", "maker", "--json").code == "bad_id"


def test_an_assessment_is_judged_again(ayni: Ayni, town: Town, june: Cycle) -> None:
    told = ayni("programme", "recompute", str(june.assessment_id), "--json")
    assert (told.status, told.data) == (0, {"judgements": 8, "differing": 0})
    with town.database.transaction(ACTOR) as tx:
        assert payments.mirror_differences(tx) == []
        assert wallet.find_wallet(tx, person_id=town.people["rosa"]) is not None
