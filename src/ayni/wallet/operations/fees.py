"""What an order costs its resident: nothing, unless a dated tariff says otherwise."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from ayni.foundation.db import Tx
from ayni.wallet.model import OrderKind

TARIFF = "wallet.fees"
"""The country's parameter: for each kind of order a fixed amount and a share of the amount."""


def fee_minor(tx: Tx, kind: OrderKind, amount_minor: int) -> int:
    """The fee of an order today, in whole minor units, half a unit rounded up. Raises ParameterMissing.

    A kind that the tariff of the day does not name costs nothing: nobody is charged what was not published.
    """
    tariff = tx.country.parameter(TARIFF, on=tx.today)
    assert isinstance(tariff, tuple), f"{TARIFF} is a table"
    for name, fixed, share in tariff:
        if name == kind:
            variable = (Decimal(amount_minor) * share).to_integral_value(ROUND_HALF_UP)
            return int(fixed) + int(variable)
    return 0
