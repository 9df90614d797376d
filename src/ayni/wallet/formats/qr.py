"""Payment codes as shops hang them up: EMVCo's QR code specification for merchants, version 1.1.

A code is a row of fields: two digits for the field, two for its length, then the value; some values are
such rows themselves. The last field is a CRC-16 (CCITT, of the polynomial 0x1021, from 0xFFFF) over all
bytes before its value. Whoever made a code counts a value's length in letters or in bytes; both are read,
if the CRC holds.
"""

from __future__ import annotations

import re
import unicodedata
from binascii import crc_hqx
from collections.abc import Mapping
from dataclasses import dataclass, field

from ayni.wallet.errors.codes import (
    CodeAmountUnusable,
    CodeDamaged,
    CodeOfOtherCountry,
    CodeOfOtherCurrency,
    NotAPaymentCode,
)

LONGEST = 1_000
"""Letters: a QR code that a telephone can read across a counter holds fewer."""
_TEMPLATES = range(26, 52)
"""Fields in which networks name the shop."""
_NAME, _CITY, _REFERENCE = 25, 15, 25
_AMOUNT = re.compile(r"[0-9]{1,10}(\.[0-9]{0,2})?", re.ASCII)
_STATIC, _DYNAMIC = "11", "12"

Fields = dict[str, str]


@dataclass(frozen=True, slots=True)
class Scheme:
    """How a country's codes are written. `network` is ours, in the template field `template` (26 to 51).

    `currency` is its ISO 4217 number, as "604"; `country` its two letters.
    """

    template: str
    network: str
    currency: str
    country: str
    city: str


@dataclass(frozen=True, slots=True)
class PaymentCode:
    """What a code says. `shop` is the shop's code when it is ours; otherwise None, and `networks` tell
    whose it is.

    `name` and `city` are what whoever printed it wrote: never shown as who will be paid. `amount_minor`
    None: the payer chooses. `tips`: a tip or a fee is asked for, which nobody here adds unasked.
    """

    shop: str | None
    amount_minor: int | None
    reference: str | None
    name: str
    city: str
    category: str
    is_dynamic: bool
    tips: bool
    networks: Mapping[str, str] = field(hash=False)


def write_code(
    scheme: Scheme,
    *,
    shop: str,
    name: str,
    category: str = "0000",
    amount_minor: int | None = None,
    reference: str | None = None,
) -> str:
    """A shop's code: to be hung up, or for one payment when an amount or a reference is given.

    `category` is the shop's in four digits (ISO 18245), 0000 for none. Raises CodeAmountUnusable,
    NotAPaymentCode.
    """
    if amount_minor is not None and not 0 < amount_minor < 10**12:
        raise CodeAmountUnusable
    if not re.fullmatch(r"[0-9]{4}", category, re.ASCII):
        raise NotAPaymentCode
    is_dynamic = amount_minor is not None or reference is not None
    fields: Fields = {
        "00": "01",
        "01": _DYNAMIC if is_dynamic else _STATIC,
        scheme.template: _row({"00": scheme.network, "01": shop}),
        "52": category,
        "53": scheme.currency,
    }
    if amount_minor is not None:
        fields["54"] = f"{amount_minor // 100}.{amount_minor % 100:02d}"
    fields |= {"58": scheme.country, "59": _plain(name, _NAME) or shop, "60": _plain(scheme.city, _CITY)}
    if reference is not None:
        label = _plain(reference, _REFERENCE)
        if not label or label != reference:
            raise NotAPaymentCode
        fields["62"] = _row({"05": label})
    start = _row(fields) + "6304"
    return start + _crc(start)


def read_code(scheme: Scheme, text: str) -> PaymentCode:
    """What a scanned code says, ours or another network's.

    Raises NotAPaymentCode, CodeDamaged, CodeOfOtherCountry, CodeOfOtherCurrency, CodeAmountUnusable.
    """
    text = text.strip()
    if not text.startswith("000201") or len(text) > LONGEST or not text.isprintable():
        raise NotAPaymentCode
    if not re.fullmatch(r"[0-9A-Fa-f]{4}", text[-4:], re.ASCII) or text[-8:-4] != "6304":
        raise CodeDamaged
    if _crc(text[:-4]) != text[-4:].upper():
        raise CodeDamaged
    fields = _fields(text[:-8])
    if fields is None:
        raise NotAPaymentCode
    if fields.get("58", "").upper() != scheme.country:
        raise CodeOfOtherCountry
    if fields.get("53") != scheme.currency:
        raise CodeOfOtherCurrency
    return PaymentCode(
        shop=_shop(scheme, fields),
        amount_minor=_amount(fields.get("54")),
        reference=_reference(fields.get("62", "")),
        name=fields.get("59", ""),
        city=fields.get("60", ""),
        category=fields.get("52", ""),
        is_dynamic=fields.get("01") == _DYNAMIC,
        tips=any(tag in fields for tag in ("55", "56", "57")),
        networks={
            tag: (_fields(value) or {}).get("00", value)
            for tag, value in fields.items()
            if int(tag) in _TEMPLATES or 2 <= int(tag) <= 25
        },
    )


def _shop(scheme: Scheme, fields: Fields) -> str | None:
    inner = _fields(fields.get(scheme.template, "")) or {}
    return inner.get("01") if inner.get("00") == scheme.network else None


def _amount(text: str | None) -> int | None:
    """Minor units; exact, for no float is near. Raises CodeAmountUnusable."""
    if text is None:
        return None
    if not _AMOUNT.fullmatch(text):
        raise CodeAmountUnusable
    whole, _, rest = text.partition(".")
    amount = int(whole) * 100 + int(rest.ljust(2, "0"))
    if amount == 0:
        raise CodeAmountUnusable
    return amount


def _reference(additional: str) -> str | None:
    """The reference, or the number of a bill: what the shop knows this payment by."""
    inner = _fields(additional) or {}
    found = inner.get("05") or inner.get("01")
    return None if found in (None, "", "***") else found


def _fields(row: str) -> Fields | None:
    """The fields of a row, the first where one stands twice; None when it is none, however lengths are
    counted.
    """
    by_letters = _cut(row)
    if by_letters is not None:
        return by_letters
    by_bytes = _cut(row.encode().decode("latin-1"))
    if by_bytes is None:
        return None
    try:
        return {tag: value.encode("latin-1").decode() for tag, value in by_bytes.items()}
    except UnicodeDecodeError:
        return None


def _cut(row: str) -> Fields | None:
    found: Fields = {}
    at = 0
    while at < len(row):
        head = row[at : at + 4]
        if not re.fullmatch(r"[0-9]{4}", head, re.ASCII):
            return None
        end = at + 4 + int(head[2:])
        if end > len(row) or end == at + 4:
            return None
        found.setdefault(head[:2], row[at + 4 : end])
        at = end
    return found or None


def _row(fields: Fields) -> str:
    return "".join(f"{tag}{len(value):02d}{value}" for tag, value in fields.items())


def _crc(text: str) -> str:
    return f"{crc_hqx(text.encode(), 0xFFFF):04X}"


def _plain(text: str, most: int) -> str:
    """Letters that every scanner shows: accents go, and what has no plain letter."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if " " <= c <= "~")
    return " ".join(bare.split())[:most].strip()
