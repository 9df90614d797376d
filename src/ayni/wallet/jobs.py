"""The wallet's scheduled work."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from ayni.foundation.db import SYSTEM, Database
from ayni.wallet import store
from ayni.wallet.errors import ParcelEnded, ParcelNotNow
from ayni.wallet.operations import sends

_BEGINNING = datetime(1, 1, 2, tzinfo=UTC)
_MOST = 500


def return_overdue_parcels(database: Database) -> int:
    """Give what nobody took in time back to its senders, each in a transaction of its own; returns how many.

    What cannot go back now, because its sender is frozen or closed, waits and is tried again the next time.
    """
    after, returned = (_BEGINNING, UUID(int=0)), 0
    while True:
        with database.transaction(SYSTEM) as tx:
            overdue = store.list_overdue_parcels(tx, after=after, most=_MOST)
        for after in overdue:
            try:
                with database.transaction(SYSTEM) as tx:
                    parcel = store.find_parcel(tx, after[1])
                    assert parcel is not None, "parcels are never deleted"
                    sends.return_parcel(
                        tx, parcel_id=parcel.id, person_id=parcel.sender_id, reason="nobody took it in time"
                    )
                returned += 1
            except (ParcelEnded, ParcelNotNow):
                continue
        if len(overdue) < _MOST:
            return returned
