"""Country data that breaks its own rules is refused when it is loaded, with the file and the row."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from ayni.countries.peru import BadCountryData
from ayni.countries.peru.business_days import read_decreed_days
from ayni.countries.peru.catalogue import Catalogue
from ayni.countries.peru.places import Districts

ROW = {
    "value": '"5500"',
    "unit": "soles",
    "valid_from": "2026-01-01",
    "valid_until": "2026-12-31",
    "source": "a decree",
    "confidence": "H",
}


def text_of(*rows: dict[str, str], name: str = "uit", says: str = "The tax unit.") -> str:
    listed = "".join(
        "    - " + "\n      ".join(f"{field}: {value}" for field, value in row.items()) + "\n" for row in rows
    )
    return f"{name}:\n  says: {says}\n  rows:\n{listed}"


def load(folder: Path, text: str) -> Catalogue:
    (folder / "law.yaml").write_text(text, encoding="utf-8")
    return Catalogue(folder)


def test_a_good_file_is_read(tmp_path: Path) -> None:
    assert load(tmp_path, text_of(ROW)).value("uit", on=date(2026, 5, 1)) == 550_000


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"source": '""'}, "lacks source"),
        ({"source": "2026"}, "source is a text"),
        ({"source": '" "'}, "source is a text"),
        ({"confidence": "sure"}, "confidence is one of"),
        ({"confidence": "[H]"}, "confidence is one of"),
        ({"confidence": ""}, "lacks confidence"),
        ({"value": "5500.5"}, "not a float"),
        ({"value": "5500"}, "in quotes"),
        ({"value": '"-1"'}, "zero or more"),
        ({"value": '"1.005"'}, "soles are"),
        ({"value": '"NaN"'}, "soles are"),
        ({"unit": "dollars"}, "no unit called dollars"),
        ({"unit": "5"}, "a unit is a text"),
        ({"unit": "days", "value": "1.5"}, "whole number"),
        ({"unit": "days", "value": "true"}, "whole number"),
        ({"unit": "days", "value": "-1"}, "whole number"),
        ({"unit": "text", "value": "5"}, "a text is needed"),
        ({"unit": '"rows(a text)"', "value": "5"}, "at least one row"),
        ({"unit": '"rows(a text)"', "value": "[[a, b]]"}, "list of 1"),
        ({"unit": '"rows(a text)"', "value": "[[open], [5]]"}, "a text is needed"),
        ({"unit": '"rows(a percent)"', "value": "[[0.5]]"}, "not a float"),
        ({"unit": '"rows(a b c d)"', "value": "[[5]]"}, "no unit called b c d"),
        ({"unit": '"rows(a)"', "value": "[[5]]"}, "a column is a name and a unit"),
        ({"valid_from": "soon"}, "valid_from is a day"),
        ({"valid_from": "2026-01-01T10:00:00"}, "valid_from is a day"),
        ({"valid_until": "never"}, "valid_until is a day"),
        ({"valid_until": ""}, "lacks valid_until"),
        ({"valid_until": "2025-01-01"}, "does not end before it begins"),
        ({"note": "hello"}, "unknown field note"),
    ],
)
def test_a_bad_row_is_refused_with_its_number(tmp_path: Path, change: dict[str, str], reason: str) -> None:
    good = ROW | {"valid_from": "2025-01-01", "valid_until": "2025-12-31"}
    with pytest.raises(BadCountryData) as refused:
        load(tmp_path, text_of(good, ROW | change))
    assert refused.value.numbers["file"] == "law.yaml"
    assert refused.value.numbers["row"] == "uit row 2"
    assert reason in refused.value.numbers["reason"]


@pytest.mark.parametrize("field", sorted(ROW))
def test_a_row_without_a_field_is_refused(tmp_path: Path, field: str) -> None:
    row = {name: value for name, value in ROW.items() if name != field}
    with pytest.raises(BadCountryData, match=f"lacks {field}"):
        load(tmp_path, text_of(row))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("2026-01-01", "2026-12-31"), ("2026-12-31", "2027-12-31")),
        (("2026-01-01", "open"), ("2027-01-01", "2027-12-31")),
        (("2027-01-01", "2027-12-31"), ("2026-01-01", "2026-12-31")),
    ],
)
def test_rows_that_overlap_or_are_out_of_order_are_refused(
    tmp_path: Path, first: tuple[str, str], second: tuple[str, str]
) -> None:
    rows = [ROW | {"valid_from": begin, "valid_until": end} for begin, end in (first, second)]
    with pytest.raises(BadCountryData, match="overlaps") as refused:
        load(tmp_path, text_of(*rows))
    assert refused.value.numbers["row"] == "uit row 2"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not a mapping"),
        ("- 1", "not a mapping"),
        ("1: 2", "not a mapping"),
        ("a: [", "expected"),
        ("a: 1\na: 2", "a stands twice"),
        ("a: 2026-02-30", "real dates"),
        ("a: !!python/object:os.system x", "could not determine a constructor"),
        ("a: \x00", "not YAML"),
        ("Uit: {says: x, rows: []}", "small letters"),
        ("uit: 5", "exactly says and rows"),
        ("uit: {says: x}", "exactly says and rows"),
        ("uit: {says: 5, rows: []}", "says is a sentence"),
        ("uit: {says: x, rows: []}", "at least one row"),
        ("uit: {says: x, rows: [5]}", "a row is a mapping"),
    ],
)
def test_a_bad_file_is_refused(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(BadCountryData, match=reason):
        load(tmp_path, text)


def test_a_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    (tmp_path / "law.yaml").write_bytes(b"a: \xff\xfe")
    with pytest.raises(BadCountryData, match="UTF-8"):
        Catalogue(tmp_path)


def test_one_parameter_in_two_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text(text_of(ROW), encoding="utf-8")
    with pytest.raises(BadCountryData, match="another file"):
        load(tmp_path, text_of(ROW))


def test_a_multiple_needs_the_amount_that_it_stands_on(tmp_path: Path) -> None:
    with pytest.raises(BadCountryData, match="needs uit"):
        load(tmp_path, text_of(ROW | {"unit": "UIT"}, name="limit"))
    with pytest.raises(BadCountryData, match="stand on an amount"):
        load(tmp_path, text_of(ROW | {"unit": "percent"}))


def test_a_multiple_is_rounded_down(tmp_path: Path) -> None:
    rows = text_of(ROW | {"value": '"0.33"'}) + text_of(ROW | {"unit": "UIT", "value": '"0.1"'}, name="limit")
    assert load(tmp_path, rows).value("limit", on=date(2026, 1, 1)) == 3


DAY = "  - {day: 2026-01-02, source: a decree, confidence: H}\n"


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ("", "lacks the list"),
        ("  - 5\n", "exactly day"),
        (DAY.replace("day:", "on:"), "exactly day"),
        (DAY.replace("2026-01-02", "soon"), "day is written"),
        (DAY.replace("a decree", "5"), "source is a text"),
        (DAY.replace(": H", ": sure"), "confidence is one of"),
        (DAY + DAY, "twice"),
        (DAY.replace("01-02", "01-03"), "weekend"),
        (DAY.replace("01-02", "01-01"), "holiday"),
    ],
)
def test_a_bad_decreed_day_is_refused(tmp_path: Path, rows: str, reason: str) -> None:
    file = tmp_path / "days.yaml"
    file.write_text(f"decreed_days:\n{rows}", encoding="utf-8")
    with pytest.raises(BadCountryData, match=reason):
        read_decreed_days(file)


HEAD = "source: a list\nconfidence: H\ndistricts:\n"
LIMA = '  - ["150101", "140101", Lima, "-12.04528", "-77.03083", "7.959"]\n'


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("districts: []", "source or confidence"),
        ("source: x\nconfidence: H", "lacks the list"),
        (HEAD + "  - 5\n", "a district is"),
        (HEAD + LIMA.replace('"150101"', "150101"), "six digits"),
        (HEAD + LIMA.replace('"150101"', '"15010"'), "six digits"),
        (HEAD + LIMA.replace('"-12.04528"', "-12.04528"), "in quotes"),
        (HEAD + LIMA.replace('"-12.04528"', '"-99"'), "out of its range"),
        (HEAD + LIMA.replace("Lima", '""'), "a name"),
        (HEAD + LIMA + LIMA, "150101 stands twice"),
    ],
)
def test_a_bad_district_is_refused(tmp_path: Path, text: str, reason: str) -> None:
    file = tmp_path / "districts.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BadCountryData, match=reason):
        Districts(file)
