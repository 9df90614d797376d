"""Payment codes: written, scanned, damaged, of other wallets, and made by thieves."""

from __future__ import annotations

from binascii import crc_hqx

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ayni import wallet
from ayni.wallet import errors as wallet_errors
from ayni.wallet.errors import codes as errors
from ayni.wallet.formats import qr
from tests.wallet.conftest import City

SCHEME = qr.Scheme("26", "pe.gob.ayni", "604", "PE", "LIMA")
REFUSALS = (
    errors.NotAPaymentCode,
    errors.CodeDamaged,
    errors.CodeOfOtherCountry,
    errors.CodeOfOtherCurrency,
    errors.CodeAmountUnusable,
)
SHOPS = st.from_regex(r"\A[A-Z0-9]{4,12}\Z")
REFERENCES = st.from_regex(r"\A[A-Za-z0-9-]{1,25}\Z")


def code(*fields: str) -> str:
    """A code of these fields, with its check digits."""
    start = "".join(fields) + "6304"
    return start + f"{crc_hqx(start.encode(), 0xFFFF):04X}"


def field(tag: str, value: str) -> str:
    return f"{tag}{len(value):02d}{value}"


def theirs(**changed: str) -> str:
    """A code as another wallet of the country makes them: a bare token in one field, without fields of its
    own.
    """
    fields = {
        "00": "01", "01": "11", "39": "0123456789abcdef0123456789ABCDEF", "52": "5611", "53": "604",
        "58": "PE", "59": "YAPERO", "60": "Lima",
    }  # fmt: skip
    fields |= {name.removeprefix("f"): value for name, value in changed.items()}
    return code(*(field(tag, value) for tag, value in fields.items() if value))


def test_the_check_digits_are_those_of_the_specification() -> None:
    """The check value that the CRC catalogue publishes for CRC-16/IBM-3740 (also called CCITT-FALSE)."""
    assert crc_hqx(b"123456789", 0xFFFF) == 0x29B1


@given(
    shop=SHOPS,
    name=st.text(max_size=60),
    amount=st.none() | st.integers(1, 10**12 - 1),
    reference=st.none() | REFERENCES,
)
def test_what_is_written_is_read(shop: str, name: str, amount: int | None, reference: str | None) -> None:
    text = qr.write_code(SCHEME, shop=shop, name=name, amount_minor=amount, reference=reference)
    found = qr.read_code(SCHEME, text)
    assert (found.shop, found.amount_minor, found.reference) == (shop, amount, reference)
    assert found.is_dynamic is (amount is not None or reference is not None)
    assert text.isascii()
    assert len(found.name) <= 25


@given(st.integers(0, 200), st.characters(min_codepoint=32, max_codepoint=126))
def test_one_sign_that_is_wrong_is_noticed(place: int, sign: str) -> None:
    text = qr.write_code(SCHEME, shop="BODEGA01", name="Bodega", amount_minor=1_250, reference="A-1")
    place %= len(text)
    changed = text[:place] + sign + text[place + 1 :]
    if changed.upper() == text.upper() and changed[:-4] == text[:-4]:
        return
    with pytest.raises((errors.CodeDamaged, errors.NotAPaymentCode)):
        qr.read_code(SCHEME, changed)


@given(st.text(max_size=300) | st.from_regex(r"\A000201[0-9]{0,80}6304[0-9A-F]{4}\Z"))
def test_rubbish_is_refused_by_name(text: str) -> None:
    with pytest.raises(REFUSALS):
        qr.read_code(SCHEME, text)


@given(st.lists(st.tuples(st.integers(0, 99), st.text(min_size=1, max_size=40)), max_size=12))
def test_whatever_has_good_check_digits_is_read_or_refused_by_name(rows: list[tuple[int, str]]) -> None:
    text = code("000201", *(field(f"{tag:02d}", value) for tag, value in rows))
    try:
        qr.read_code(SCHEME, text)
    except REFUSALS:
        return


def test_another_wallets_code_is_read_as_theirs() -> None:
    found = qr.read_code(SCHEME, f"  {theirs()}\n")
    assert (found.shop, found.amount_minor, found.is_dynamic) == (None, None, False)
    assert found.networks == {"39": "0123456789abcdef0123456789ABCDEF"}
    within = field("00", "pe.otra.red") + field("01", "77")
    assert qr.read_code(SCHEME, theirs(f39=within)).networks == {"39": "pe.otra.red"}


@pytest.mark.parametrize("name", ["Bodega Ñusta", "Panadería 🍞"])
def test_lengths_in_letters_and_in_bytes_are_both_read(name: str) -> None:
    letters = theirs(f59=name)
    in_bytes = letters[:-8].replace(field("59", name), f"59{len(name.encode()):02d}{name}")
    assert qr.read_code(SCHEME, letters).name == name
    assert qr.read_code(SCHEME, code(in_bytes)).name == name


def test_small_letters_in_the_check_digits_and_fields_in_another_order_are_taken() -> None:
    text = theirs(f54="10.50")
    assert qr.read_code(SCHEME, text[:-4] + text[-4:].lower()).amount_minor == 1_050
    fields = ["000201", field("58", "PE"), field("54", "3"), field("53", "604"), field("26", "token")]
    assert qr.read_code(SCHEME, code(*fields, field("99", "later"))).amount_minor == 300


@pytest.mark.parametrize(
    ("changed", "refused"),
    [
        ({"f58": "BO"}, errors.CodeOfOtherCountry),
        ({"f58": ""}, errors.CodeOfOtherCountry),
        ({"f53": "840"}, errors.CodeOfOtherCurrency),
        ({"f54": "0"}, errors.CodeAmountUnusable),
        ({"f54": "0.00"}, errors.CodeAmountUnusable),
        ({"f54": "-5"}, errors.CodeAmountUnusable),
        ({"f54": "1,50"}, errors.CodeAmountUnusable),
        ({"f54": "1.505"}, errors.CodeAmountUnusable),
        ({"f54": "1e3"}, errors.CodeAmountUnusable),
        ({"f54": "99999999999"}, errors.CodeAmountUnusable),
        ({"f54": "１"}, errors.CodeAmountUnusable),
        ({"f00": "02"}, errors.NotAPaymentCode),
    ],
)
def test_what_cannot_be_paid_is_refused_by_name(changed: dict[str, str], refused: type[Exception]) -> None:
    with pytest.raises(refused):
        qr.read_code(SCHEME, theirs(**changed))


def test_a_code_of_ten_thousand_letters_is_refused_at_once() -> None:
    with pytest.raises(errors.NotAPaymentCode):
        qr.read_code(SCHEME, code("000201", *(field("80", "x" * 90) for _ in range(120))))


def test_a_shops_sign_is_scanned_and_paid(city: City) -> None:
    city.give(5_000)
    text = wallet.codes.write_code(city.tx, shop_id=city.bodega.id)
    scanned = wallet.codes.read_code(city.tx, text=text)
    assert (scanned.shop, scanned.amount_minor) == (city.bodega, None)
    once = wallet.codes.write_code(city.tx, shop_id=city.bodega.id, amount_minor=1_250, reference="T-7")
    asked = wallet.codes.read_code(city.tx, text=once)
    assert (asked.amount_minor, asked.reference) == (1_250, "T-7")
    city.pay(asked.amount_minor or 0)
    assert city.balance().available_minor == 3_750
    image = wallet.codes.draw_code(once)
    assert image.startswith("<svg")
    assert wallet.codes.draw_code(text) != image


def test_a_name_in_a_code_is_not_believed(city: City) -> None:
    """A thief pastes a sticker with another shop's name over the sign."""
    text = qr.write_code(SCHEME, shop=city.pharmacy.code, name="Bodega Doña Julia")
    assert wallet.codes.read_code(city.tx, text=text).shop.display_name == "Botica El Sol"


def test_a_code_for_whom_nobody_here_can_pay_is_refused_by_name(city: City) -> None:
    with pytest.raises(errors.CodeOfOtherNetwork):
        wallet.codes.read_code(city.tx, text=theirs())
    for shop in ("NOSHOP99", city.agent.code):
        with pytest.raises(wallet_errors.UnknownShop):
            wallet.codes.read_code(city.tx, text=qr.write_code(SCHEME, shop=shop, name="x"))
    with pytest.raises(wallet_errors.UnknownShop):
        wallet.codes.write_code(city.tx, shop_id=city.agent.id)
    for amount in (0, -1, 10**12):
        with pytest.raises(errors.CodeAmountUnusable):
            wallet.codes.write_code(city.tx, shop_id=city.bodega.id, amount_minor=amount)
    for reference in ("", "x" * 26, "ñ", "a\nb"):
        with pytest.raises(errors.NotAPaymentCode):
            wallet.codes.write_code(city.tx, shop_id=city.bodega.id, reference=reference)
    with pytest.raises(errors.NotAPaymentCode):
        qr.write_code(SCHEME, shop="BODEGA01", name="x", category="12")
