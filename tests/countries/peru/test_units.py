"""A unit takes only what is written as it asks."""

from __future__ import annotations

import pytest

from ayni.countries.peru.units import BadUnit, Unit


@pytest.mark.parametrize(
    ("unit", "written"),
    [
        ("days", -1),
        ("days", "3"),
        ("days", True),
        ("text", " "),
        ("soles", 1.5),
        ("soles", "1,5"),
        ("UIT", "-1"),
    ],
)
def test_a_value_in_another_form_is_refused(unit: str, written: object) -> None:
    with pytest.raises(BadUnit):
        Unit(unit).read(written)
