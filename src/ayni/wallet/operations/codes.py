"""Payment codes of shops: written for them, and read for whoever pays."""

from __future__ import annotations

import io
from dataclasses import dataclass
from uuid import UUID

import segno

from ayni.foundation.db import Tx
from ayni.wallet import queries
from ayni.wallet.errors import UnknownShop
from ayni.wallet.errors.codes import CodeOfOtherNetwork
from ayni.wallet.formats import qr
from ayni.wallet.model import Shop


@dataclass(frozen=True, slots=True)
class ScannedCode:
    """Whom a code would pay, looked up and not believed; an amount and a reference if it names them."""

    shop: Shop
    amount_minor: int | None
    reference: str | None


def write_code(
    tx: Tx, *, shop_id: UUID, amount_minor: int | None = None, reference: str | None = None
) -> str:
    """A merchant's payment code: one to hang up, or for one payment.

    Raises UnknownShop, CodeAmountUnusable, NotAPaymentCode (a reference that no code can hold),
    ParameterMissing.
    """
    shop = queries.get_shop(tx, shop_id=shop_id)
    if shop.kind != "merchant":
        raise UnknownShop(kind="merchant")
    return qr.write_code(
        _scheme(tx),
        shop=shop.code,
        name=shop.display_name,
        amount_minor=amount_minor,
        reference=reference,
    )


def read_code(tx: Tx, *, text: str) -> ScannedCode:
    """Whom a scanned code would pay. Whatever name stands in it, the shop is the one that has its code.

    Raises NotAPaymentCode, CodeDamaged, CodeOfOtherCountry, CodeOfOtherCurrency, CodeAmountUnusable,
    CodeOfOtherNetwork, UnknownShop.
    """
    found = qr.read_code(_scheme(tx), text)
    if found.shop is None:
        raise CodeOfOtherNetwork
    shop = queries.find_shop(tx, code=found.shop)
    if shop is None or shop.kind != "merchant":
        raise UnknownShop(kind="merchant")
    return ScannedCode(shop, found.amount_minor, found.reference)


def draw_code(text: str) -> str:
    """A code as an SVG image, for a screen or a poster."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="svg", scale=8, xmldecl=False)
    return out.getvalue().decode()


def _scheme(tx: Tx) -> qr.Scheme:
    def text(name: str) -> str:
        value = tx.country.parameter(name, on=tx.today)
        assert isinstance(value, str), f"{name} is a text"
        return value

    return qr.Scheme(
        template=text("qr.template"),
        network=text("qr.network"),
        currency=text("qr.currency_number"),
        country=tx.country.code.upper(),
        city=text("qr.city"),
    )
