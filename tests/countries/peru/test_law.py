"""The law of a day, as sentences that a lawyer can check."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from ayni.countries.peru import PERU
from ayni.foundation.country import Country, ParameterMissing, UnknownParameter

CASES = Path(__file__).parent / "cases"
DEMO_FIRST, DEMO_LAST = date(2025, 5, 1), date(2026, 4, 30)
NAMES = sorted({row.name for row in PERU.parameter_rows()})


def cases(name: str) -> list[Any]:
    found = yaml.safe_load((CASES / name).read_text(encoding="utf-8"))
    return [pytest.param(case, id=case["says"]) for case in found]


def day_of(case: dict[str, str]) -> date:
    match = re.match(r"On (\d{4}-\d\d-\d\d) ", case["says"])
    assert match, "a sentence begins with its day"
    return date.fromisoformat(match[1])


@pytest.mark.parametrize("case", cases("law.yaml"))
def test_the_law_says(case: dict[str, str]) -> None:
    value = PERU.parameter(case["parameter"], on=day_of(case))
    money = re.search(r"S/ [\d,]+\.\d\d", case["says"])
    if money:
        assert isinstance(value, int)
        assert PERU.format_money(value) == money[0]
        return
    share = re.search(r"([\d.]+) %", case["says"])
    assert share, "a sentence says an amount or a rate"
    assert value == Decimal(share[1]) / 100


@pytest.mark.parametrize("case", cases("silence.yaml"))
def test_the_law_is_silent(case: dict[str, str]) -> None:
    on = day_of(case)
    with pytest.raises(ParameterMissing) as refused:
        PERU.parameter(case["parameter"], on=on)
    assert refused.value.numbers["name"] == case["missing"]
    assert refused.value.numbers["on"] == on.isoformat()
    assert re.search(r"\d{4}-\d\d-\d\d", refused.value.numbers["known"])
    assert case["missing"] in refused.value.sentence


def test_neighbouring_rows_are_told_as_one_stretch() -> None:
    with pytest.raises(ParameterMissing) as refused:
        PERU.parameter("credit.rate_cap", on=date(2030, 1, 1))
    assert refused.value.numbers["known"] == "2021-05-01 to 2026-04-30"


@pytest.mark.parametrize(
    "name", ["", "emoney", "emoney.single", "EMONEY.SINGLE_MAX", "uit\x00", "x" * 100_000]
)
def test_a_name_that_is_not_known_is_refused(name: str) -> None:
    with pytest.raises(UnknownParameter):
        PERU.parameter(name, on=DEMO_FIRST)


@pytest.mark.parametrize("name", NAMES)
def test_every_parameter_covers_every_day_of_the_demo(name: str) -> None:
    for n in range((DEMO_LAST - DEMO_FIRST).days + 1):
        value = PERU.parameter(name, on=DEMO_FIRST + timedelta(days=n))
        assert not isinstance(value, float)


def test_every_row_names_its_source_and_how_sure_it_is() -> None:
    rows = PERU.parameter_rows()
    assert all(row.source and row.confidence in ("H", "M", "L", "UNVERIFIED") for row in rows)
    unverified = {row.name for row in rows if row.confidence == "UNVERIFIED"}
    assert {"credit.moratory_cap_share", "credit.provisions", "cash.smallest_coin_minor"} <= unverified


def test_limits_are_kept_in_the_unit_in_which_they_are_set() -> None:
    rows = [row for row in PERU.parameter_rows() if row.name == "emoney.single_max"]
    assert [(row.value, row.unit) for row in rows] == [
        (Decimal(1000), "soles"),
        (Decimal(3000), "soles"),
        (Decimal("1.5"), "RMV"),
        (Decimal("0.6"), "UIT"),
    ]


def test_what_is_set_by_the_semester_or_the_year_ends() -> None:
    for name in ("credit.rate_cap", "credit.rate_cap_rule", "uit"):
        rows = [row for row in PERU.parameter_rows() if row.name == name]
        assert rows[-1].valid_until is not None


def test_arrears_classes_leave_no_day_out_and_each_has_its_provision() -> None:
    classes: Any = PERU.parameter("credit.arrears_classes", on=DEMO_FIRST)
    provisions: Any = PERU.parameter("credit.provisions", on=DEMO_FIRST)
    assert classes[0][1] == 0
    assert classes[-1][2] is None
    assert [after[1] for after in classes[1:]] == [before[2] + 1 for before in classes[:-1]]
    assert [row[0] for row in provisions] == [row[0] for row in classes]
    assert provisions[-1][1] == Decimal(1)


def test_it_is_the_country_that_the_system_loads(country: Country) -> None:
    assert country is PERU
    assert (country.code, country.currency, country.timezone.key) == ("PE", "PEN", "America/Lima")
    assert country.languages[0] == "es"
    assert country.document_kinds == ("DNI", "CE", "PTP", "PASSPORT")
