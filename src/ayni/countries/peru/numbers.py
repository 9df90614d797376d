"""Numbers that people type: identity documents, tax numbers, bank accounts and mobile numbers.

Each check returns the one written form, or refuses with a reason in plain words that never repeats the
number: at most its length and the check digit that it should have had.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

import phonenumbers
from stdnum.pe import cui, ruc

from ayni.foundation.country import InvalidBankAccount, InvalidDocument, InvalidPhone

DOCUMENT_KINDS = ("DNI", "CE", "PTP", "PASSPORT")

_LONGEST_TYPED = 64
_SEPARATORS = re.compile(r"[\s.\-‐-―−]+")
_SPREADSHEET_DECIMALS = re.compile(r"\.[0-9]{1,2}\s*")
_DIGITS = re.compile("[0-9]+")
_LETTERS_AND_DIGITS = re.compile("[0-9A-Z]+")
_DNI_LENGTH, _RUC_LENGTH, _CCI_LENGTH, _MOBILE_LENGTH = 8, 11, 20, 9


class _Wrong(Exception):
    """The reason, before it is known which refusal carries it."""


def _compact(value: object) -> str:
    """Capitals without separators; full-width digits become plain ones (NFKC)."""
    if not isinstance(value, str):
        raise _Wrong("it is not a text")
    if len(value) > _LONGEST_TYPED:
        raise _Wrong(f"it is longer than {_LONGEST_TYPED} characters")
    plain = unicodedata.normalize("NFKC", value)
    if _SPREADSHEET_DECIMALS.fullmatch(plain[plain.rfind(".") :]):
        raise _Wrong("it ends in decimals, as a spreadsheet writes a number")
    compact = _SEPARATORS.sub("", plain).upper()
    if not compact:
        raise _Wrong("it is empty")
    return compact


def _only_digits(text: str) -> None:
    if not _DIGITS.fullmatch(text):
        raise _Wrong("it holds something other than digits")


def _length(text: str, wanted: int, hint: str = "") -> None:
    if len(text) != wanted:
        raise _Wrong(f"it has {len(text)} digits instead of {wanted}{hint if len(text) < wanted else ''}")


def _dni(text: str) -> str:
    """Eight digits, leading zeros included; a ninth sign is the check digit or the older check letter.

    Weights and letters: python-stdnum's stdnum.pe.cui.
    """
    number, check = (text[:_DNI_LENGTH], text[_DNI_LENGTH:]) if len(text) == _DNI_LENGTH + 1 else (text, "")
    _only_digits(number)
    _length(number, _DNI_LENGTH, ", and a leading zero may have been lost")
    if number == "0" * _DNI_LENGTH:
        raise _Wrong("nobody has the number zero")
    if check:
        digit, letter = tuple(cui.calc_check_digits(number))
        if check not in (digit, letter):
            found = "something else" if not _LETTERS_AND_DIGITS.fullmatch(check) else check
            raise _Wrong(f"its check digit should be {digit} or {letter} and is {found}")
    return number


def _nine_digits(text: str) -> str:
    _only_digits(text)
    _length(text, 9)
    return text


def _foreigner_card(text: str) -> str:
    """Nine digits; older cards of 9 to 12 signs with a letter are taken too (form not verified)."""
    if not _LETTERS_AND_DIGITS.fullmatch(text):
        raise _Wrong("it holds something other than letters and digits")
    if _DIGITS.fullmatch(text):
        return _nine_digits(text)
    if not 9 <= len(text) <= 12 or sum(map(str.isdigit, text)) < 6:
        raise _Wrong("with letters it has 9 to 12 signs, at least six of them digits")
    return text


def _passport(text: str) -> str:
    """5 to 12 letters and digits with a digit: each country prints its own form."""
    if not _LETTERS_AND_DIGITS.fullmatch(text):
        raise _Wrong("it holds something other than letters and digits")
    if not 5 <= len(text) <= 12:
        raise _Wrong(f"it has {len(text)} signs, and a passport has 5 to 12")
    if not any(map(str.isdigit, text)):
        raise _Wrong("it holds no digit")
    return text


_CHECKS: dict[str, Callable[[str], str]] = {
    "DNI": _dni,
    "CE": _foreigner_card,
    "PTP": _nine_digits,
    "PASSPORT": _passport,
}


def check_document(kind: str, value: str) -> str:
    """The number of an identity document in its one written form; raises InvalidDocument."""
    if kind not in _CHECKS:
        reason = f"documents here are {', '.join(DOCUMENT_KINDS)}"
        raise InvalidDocument(kind="document", reason=reason)
    try:
        return _CHECKS[kind](_compact(value))
    except _Wrong as wrong:
        raise InvalidDocument(kind=kind, reason=str(wrong)) from None


def _tax_number(text: str) -> str:
    _only_digits(text)
    _length(text, _RUC_LENGTH)
    if text[:2] not in ("10", "15", "17", "20"):
        raise _Wrong("it does not begin with 10, 15, 17 or 20")
    expected = ruc.calc_check_digit(text)
    if text[-1] != expected:
        raise _Wrong(f"its check digit should be {expected} and is {text[-1]}")
    return text


def check_tax_number(value: str) -> str:
    """A RUC as 11 digits; raises InvalidDocument. Source of the check digit: stdnum.pe.ruc."""
    try:
        return _tax_number(_compact(value))
    except _Wrong as wrong:
        raise InvalidDocument(kind="RUC", reason=str(wrong)) from None


def bank_check_digit(digits: str) -> str:
    """The check digit of a part of a CCI: weights 1, 2, 1, 2… and the digits of each product added."""
    total = sum(sum(divmod(int(digit) * (1 + at % 2), 10)) for at, digit in enumerate(digits))
    return str(-total % 10)


def _bank_account(text: str) -> str:
    _only_digits(text)
    _length(text, _CCI_LENGTH)
    if text[:3] == "000":
        raise _Wrong("no bank has the code 000")
    parts = (("first", text[:6], text[18]), ("second", text[6:18], text[19]))
    for which, digits, found in parts:
        expected = bank_check_digit(digits)
        if found != expected:
            raise _Wrong(f"its {which} check digit should be {expected} and is {found}")
    return text


def check_bank_account(value: str) -> str:
    """A CCI as 20 digits: bank 3, office 3, account 12, check 2; raises InvalidBankAccount."""
    try:
        return _bank_account(_compact(value))
    except _Wrong as wrong:
        raise InvalidBankAccount(reason=str(wrong)) from None


def _mobile(text: str) -> str:
    digits = re.sub(r"[()]", "", text)
    plus = digits.startswith("+")
    digits = digits.removeprefix("+")
    _only_digits(digits)
    if not plus and digits.startswith("00"):
        plus, digits = True, digits[2:]
    if plus and not digits.startswith("51"):
        raise _Wrong("it is a number of another country")
    if plus or (len(digits) == _MOBILE_LENGTH + 2 and digits.startswith("51")):
        digits = digits[2:]
    _length(digits, _MOBILE_LENGTH)
    if digits[0] != "9":
        raise _Wrong("a mobile number begins with 9")
    return phonenumbers.format_number(phonenumbers.parse(digits, "PE"), phonenumbers.PhoneNumberFormat.E164)


def check_mobile(value: str) -> str:
    """A mobile number in E.164; raises InvalidPhone."""
    try:
        return _mobile(_compact(value))
    except _Wrong as wrong:
        raise InvalidPhone(reason=str(wrong)) from None
