"""An organisation that pays people."""

from __future__ import annotations

from uuid import UUID

from ayni import wallet
from ayni.values.ids import PersonId
from ayni.wallet import Receipt
from tests.wallet.conftest import City


def remit(city: City, amount_minor: int, *, key: UUID | None = None, to: PersonId | None = None) -> Receipt:
    """The bodega pays the resident, or somebody else, from its own account."""
    return wallet.remit(
        city.tx,
        person_id=to or city.resident,
        merchant_id=city.bodega.id,
        amount_minor=amount_minor,
        client="till",
        key=key or city.keys(),
    )
