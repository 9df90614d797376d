"""A telephone number hides itself wherever it is printed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ayni.values.phone import NotAPhone, Phone


@pytest.mark.parametrize(
    ("e164", "masked"),
    [
        ("+51987654321", "+51 9** *** *21"),
        ("+16502530000", "+1 6** *** **0 0"),
        ("+59171234567", "+591 7** *** 67"),
        ("+29012345", "+290 *** 45"),
        ("+79161234567", "+7 9** *** **6 7"),
    ],
)
def test_it_is_masked(e164: str, masked: str) -> None:
    phone = Phone(e164)
    assert phone.masked == str(phone) == f"{phone}" == masked
    assert e164 not in repr(phone)
    assert f"+{phone.calling_code}{phone.national}" == phone.e164


@settings(deadline=None)
@given(st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True))
def test_at_most_three_digits_of_the_national_number_are_shown(e164: str) -> None:
    phone = Phone(e164)
    shown = phone.masked.removeprefix(f"+{phone.calling_code}")
    assert sum(map(str.isdigit, shown)) <= 3
    assert len(shown.replace(" ", "")) == len(phone.national)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "987654321",
        "+051987654321",
        "+51 987654321",
        "+5198765432101234",
        "+12345",
        "+５１987654321",
        None,
        51,
        "+51987654321\n",
    ],
)
def test_what_is_not_e164_is_refused(text: object) -> None:
    with pytest.raises(NotAPhone):
        Phone(text)  # type: ignore[arg-type]
