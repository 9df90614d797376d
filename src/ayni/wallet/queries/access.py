"""What there is to tell about access."""

from __future__ import annotations

from ayni.foundation.db import Tx
from ayni.values.ids import PersonId
from ayni.wallet.model.access import Device, DeviceKind
from ayni.wallet.store import access as store


def list_devices(tx: Tx, *, person_id: PersonId) -> list[Device]:
    """The devices that a wallet may be used from, the newest first; SIM cards are not among them."""
    found = store.list_devices(tx, person_id)
    return [one for one in found if one.ended_at is None and one.kind != DeviceKind.SIM]
