"""Numbers that people type: one written form, or a refusal in plain words that never repeats the number."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.pe import cui, ruc

from ayni.countries.peru import PERU
from ayni.countries.peru.numbers import bank_check_digit
from ayni.foundation.country import InvalidBankAccount, InvalidDocument, InvalidPhone
from ayni.foundation.errors import AyniError

ALL = settings(deadline=None)
DNI = st.from_regex("[0-9]{8}", fullmatch=True).filter(lambda text: text != "00000000")


@pytest.mark.parametrize(
    ("kind", "typed", "stored"),
    [
        ("DNI", "05414828", "05414828"),
        ("DNI", "10117410-2", "10117410"),
        ("DNI", "10117410-G", "10117410"),
        ("DNI", " 10.117.410 g", "10117410"),
        ("DNI", "１０１１７４１０", "10117410"),
        ("DNI", "1011 7410 – 2", "10117410"),
        ("CE", "001234567", "001234567"),
        ("CE", "n-12345678", "N12345678"),
        ("PTP", "123 456 789", "123456789"),
        ("PASSPORT", "ab 123456", "AB123456"),
    ],
)
def test_a_document_has_one_written_form(kind: str, typed: str, stored: str) -> None:
    assert PERU.check_document(kind, typed) == stored
    assert PERU.check_document(kind, stored) == stored


@pytest.mark.parametrize(
    ("kind", "typed", "reason"),
    [
        ("DNI", "", "it is empty"),
        ("DNI", " - ", "it is empty"),
        ("DNI", "5414828", "it has 7 digits instead of 8, and a leading zero may have been lost"),
        ("DNI", "1234567890", "it has 10 digits instead of 8"),
        ("DNI", "1011741O", "other than digits"),
        ("DNI", "١٢٣٤٥٦٧٨", "other than digits"),
        ("DNI", "1011741\x00", "other than digits"),
        ("DNI", "10117410-3", "its check digit should be 2 or G and is 3"),
        ("DNI", "10117410-H", "its check digit should be 2 or G and is H"),
        ("DNI", "10117410?", "is something else"),
        ("DNI", "00000000", "nobody has the number zero"),
        ("DNI", "10117410.0", "as a spreadsheet writes"),
        ("DNI", "9" * 1_000_000, "longer than 64"),
        ("CE", "12345678", "it has 8 digits instead of 9"),
        ("CE", "1234567890", "it has 10 digits instead of 9"),
        ("CE", "ABCDEFGHI", "at least six of them digits"),
        ("CE", "N1234567", "9 to 12 signs"),
        ("CE", "N12345678901234", "9 to 12 signs"),
        ("CE", "12345678ñ", "letters and digits"),
        ("PTP", "12345678.0", "as a spreadsheet writes"),
        ("PTP", "12345678A", "other than digits"),
        ("PASSPORT", "AB12", "5 to 12"),
        ("PASSPORT", "A" * 13, "5 to 12"),
        ("PASSPORT", "ABCDEF", "it holds no digit"),
        ("PASSPORT", "AB_12345", "letters and digits"),
        ("RUC", "20512333797", "documents here are DNI, CE, PTP, PASSPORT"),
        ("dni", "10117410", "documents here are"),
        ("", "10117410", "documents here are"),
    ],
)
def test_a_document_that_cannot_exist_is_refused(kind: str, typed: str, reason: str) -> None:
    with pytest.raises(InvalidDocument) as refused:
        PERU.check_document(kind, typed)
    assert reason in refused.value.numbers["reason"]
    assert_silent(refused.value, typed)


@pytest.mark.parametrize("value", [None, 10117410, 1.5, b"10117410", ["10117410"]])
def test_what_is_no_text_is_refused_everywhere(value: object) -> None:
    with pytest.raises(InvalidDocument, match="not a text"):
        PERU.check_document("DNI", value)  # type: ignore[arg-type]
    with pytest.raises(InvalidDocument, match="not a text"):
        PERU.check_tax_number(value)  # type: ignore[arg-type]
    with pytest.raises(InvalidBankAccount, match="not a text"):
        PERU.check_bank_account(value)  # type: ignore[arg-type]
    with pytest.raises(InvalidPhone, match="not a text"):
        PERU.check_mobile(value)  # type: ignore[arg-type]


def assert_silent(error: AyniError, typed: str) -> None:
    """A refusal tells lengths and check digits, never the number itself."""
    told = str(error.as_dict())
    digits = "".join(filter(str.isdigit, typed))
    if len(digits) >= 4:
        assert digits not in told
        assert typed not in told


@ALL
@given(DNI)
def test_every_dni_is_taken_with_either_check_and_refused_with_any_other(number: str) -> None:
    right = cui.calc_check_digits(number)
    for sign in "0123456789ABCDEFGHIJKL":
        if sign in right:
            assert PERU.check_document("DNI", f"{number}-{sign}") == number
        else:
            with pytest.raises(InvalidDocument, match="check digit"):
                PERU.check_document("DNI", f"{number}-{sign}")


@ALL
@given(st.sampled_from(PERU.document_kinds), st.text())
def test_any_text_is_taken_in_one_form_or_refused(kind: str, typed: str) -> None:
    try:
        stored = PERU.check_document(kind, typed)
    except InvalidDocument as refused:
        assert_silent(refused, typed)
    else:
        assert stored.isascii()
        assert stored.isalnum()
        assert PERU.check_document(kind, stored) == stored


@pytest.mark.parametrize("typed", ["20512333797", "10054148289", " 2051 2333 797 ", "20-51233379-7"])
def test_a_tax_number_is_eleven_digits(typed: str) -> None:
    assert ruc.is_valid(PERU.check_tax_number(typed))


@ALL
@given(DNI)
def test_the_tax_number_of_every_dni_is_taken(number: str) -> None:
    assert PERU.check_tax_number(cui.to_ruc(number))[2:10] == number


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "empty"),
        ("2051233379", "it has 10 digits instead of 11"),
        ("205123337977", "it has 12 digits instead of 11"),
        ("2051233379X", "other than digits"),
        ("30512333797", "does not begin with 10, 15, 17 or 20"),
        ("20512333798", "its check digit should be 7 and is 8"),
    ],
)
def test_a_tax_number_that_cannot_exist_is_refused(typed: str, reason: str) -> None:
    with pytest.raises(InvalidDocument) as refused:
        PERU.check_tax_number(typed)
    assert refused.value.numbers["kind"] == "RUC"
    assert reason in refused.value.numbers["reason"]
    assert_silent(refused.value, typed)


@pytest.mark.parametrize(
    "typed", ["011-241-000190006582-70", "01136600010003254221", " 011 366 000100032542 21"]
)
def test_published_bank_accounts_are_taken(typed: str) -> None:
    assert PERU.check_bank_account(typed) == "".join(filter(str.isdigit, typed))


@ALL
@given(st.from_regex("[0-9]{2}[1-9][0-9]{15}", fullmatch=True), st.integers(0, 17), st.integers(1, 9))
def test_any_one_wrong_digit_of_a_bank_account_is_found(start: str, at: int, step: int) -> None:
    checks = bank_check_digit(start[:6]) + bank_check_digit(start[6:])
    assert PERU.check_bank_account(start + checks) == start + checks
    wrong = start[:at] + str((int(start[at]) + step) % 10) + start[at + 1 :]
    with pytest.raises(InvalidBankAccount):
        PERU.check_bank_account(wrong + checks)


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "empty"),
        ("0112410001900065827", "it has 19 digits instead of 20"),
        ("011241000190006582700", "it has 21 digits instead of 20"),
        ("0112410001900065827A", "other than digits"),
        ("01136200010004650000", "its first check digit should be"),
        ("01124100019000658271", "its second check digit should be 0 and is 1"),
        ("0" * 20, "no bank has the code 000"),
    ],
)
def test_a_bank_account_that_cannot_exist_is_refused(typed: str, reason: str) -> None:
    with pytest.raises(InvalidBankAccount) as refused:
        PERU.check_bank_account(typed)
    assert reason in refused.value.numbers["reason"]
    assert_silent(refused.value, typed)


@pytest.mark.parametrize(
    "typed",
    ["987654321", "987 654 321", "987-654-321", "987.654.321", "+51 987654321", "51987654321",
     "0051987654321", "(+51) 987 654 321", "９８７６５４３２１", "+51\u00a0987\u00a0654\u00a0321"],
)  # fmt: skip
def test_a_mobile_number_has_one_written_form(typed: str) -> None:
    assert PERU.check_mobile(typed) == "+51987654321"


@ALL
@given(st.from_regex("9[0-9]{8}", fullmatch=True))
def test_every_nine_digits_from_nine_are_a_mobile_number(typed: str) -> None:
    stored = PERU.check_mobile(typed)
    assert stored == f"+51{typed}"
    assert phonenumbers.is_valid_number(phonenumbers.parse(stored))


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "empty"),
        ("+", "other than digits"),
        ("98765432", "it has 8 digits instead of 9"),
        ("9876543210", "it has 10 digits instead of 9"),
        ("0987654321", "it has 10 digits instead of 9"),
        ("+51 1 4271234", "it has 8 digits instead of 9"),
        ("587654321", "a mobile number begins with 9"),
        ("+84987654321", "another country"),
        ("0084987654321", "another country"),
        ("9876LIMA1", "other than digits"),
        ("987654321 ext 5", "other than digits"),
        ("++51987654321", "other than digits"),
        ("987654321\x00", "other than digits"),
        ("9" * 100_000, "longer than 64"),
    ],
)
def test_a_mobile_number_that_cannot_exist_is_refused(typed: str, reason: str) -> None:
    with pytest.raises(InvalidPhone) as refused:
        PERU.check_mobile(typed)
    assert reason in refused.value.numbers["reason"]
    assert_silent(refused.value, typed)


@pytest.mark.parametrize(
    ("minor", "shown"),
    [
        (123_450, "S/ 1,234.50"),
        (0, "S/ 0.00"),
        (5, "S/ 0.05"),
        (-123_450, "-S/ 1,234.50"),
        (10**11, "S/ 1,000,000,000.00"),
    ],
)
def test_money_is_written_as_in_the_press(minor: int, shown: str) -> None:
    assert PERU.format_money(minor) == shown


@pytest.mark.parametrize("minor", [1.5, True, "1", None])
def test_money_that_is_no_whole_number_is_refused(minor: object) -> None:
    with pytest.raises(TypeError):
        PERU.format_money(minor)  # type: ignore[arg-type]
