"""What there is to tell about access."""

from __future__ import annotations

from ayni import identity
from ayni.foundation.db import Tx
from ayni.values.ids import PersonId
from ayni.wallet.model.access import Device, DeviceKind
from ayni.wallet.store import access as store


def are_one_human(tx: Tx, one: PersonId, other: PersonId) -> bool:
    """Whether two files are of one human: the same file, or merged."""
    return identity.get_canonical_id(tx, person_id=one) == identity.get_canonical_id(tx, person_id=other)


def list_devices(tx: Tx, *, person_id: PersonId) -> list[Device]:
    """The devices that a wallet may be used from, the newest first; SIM cards are not among them."""
    found = store.list_devices(tx, person_id)
    return [one for one in found if one.ended_at is None and one.kind != DeviceKind.SIM]
