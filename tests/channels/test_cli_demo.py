"""`ayni demo` and `ayni programme`, as an operator uses them; and a real survey all the way to payment."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.channels.conftest import Ayni

SURVEY = Path(__file__).parents[2].parent / "shared" / "data" / "household_survey.csv"
EXAMPLES = Path(__file__).parents[2] / "examples"


def test_the_demonstration_closes_its_books(ayni: Ayni) -> None:
    """`demo_kept` and the city itself: made, looked at, and not thrown away unasked."""
    told = ayni("demo", "--people", "1500", "--seed", "3", "--keep", "--json")
    assert told.status == 0, told.err
    data = told.data
    assert data["violations"] == []
    assert data["invariants_held"] == 14
    assert data["people"] > 1400
    assert data["paid"] > 0
    assert data["spent_minor"] > 0
    assert data["http_orders"] > 10
    assert data["cashed_out_minor"] > 0
    month = data["month"]
    assert (month["days"], month["orders"] > 30) == (30, True)
    assert min(month["settled_minor"], month["commissions_minor"], month["saved_minor"]) > 0
    after = data["next_month"]
    assert after["came_in"] + after["went_out"] + after["changed"] > 0
    assert 0 < after["tried_more_minor"] < after["tried_minor"]
    assert data["trust_minor"] == data["emoney_minor"]
    again = ayni("demo", "--people", "1500", "--keep", "--json")
    assert (again.status, again.code) == (1, "demo_kept")
    checked = ayni("check", "--json", environment={"AYNI_HOME": data["home"]})
    assert checked.status == 0
    assert checked.data["held"]


def test_a_demonstration_leaves_nothing_and_says_what_it_did(ayni: Ayni) -> None:
    told = ayni("demo", "--people", "400")
    assert told.status == 0
    assert "e-money outstanding" in told.out
    assert ayni("demo", "--people", "3").status == 2


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("programme", "define", "missing.yaml"), "unusable_file"),
        (("programme", "approve", "per_01", "--officer", "x"), "bad_id"),
        (("programme", "open", "nonsense", "--name", "x", "--officer", "x"), "bad_id"),
    ],
)
def test_what_is_not_understood_is_named(ayni: Ayni, arguments: tuple[str, ...], code: str) -> None:
    ayni("migrate")
    told = ayni(*arguments, "--json")
    assert (told.status, told.code) == (2, code)


def test_a_file_that_is_no_text_is_named(ayni: Ayni, tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_bytes(b"\xff\xfe\x00")
    told = ayni("programme", "define", tmp_path / "p.yaml", "--json")
    assert (told.status, told.code) == (2, "unusable_file")
