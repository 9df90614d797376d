"""Locks on sending: a day in which whoever has taken over a telephone gets nothing."""

from __future__ import annotations

from ayni.foundation import audit
from ayni.foundation.db import Tx
from ayni.values.ids import PersonId, show_id
from ayni.wallet import queries
from ayni.wallet.model.access import LockReason
from ayni.wallet.operations.access.terms import sending_lock_term
from ayni.wallet.store import access as store


def lock_sending(tx: Tx, *, person_id: PersonId, why: LockReason) -> None:
    """Lock sending and cash for the country's term."""
    until = tx.now + sending_lock_term(tx)
    store.insert_sending_lock(tx, person_id, why=why, until=until)
    audit.record(tx, action="wallet.lock_sending", subject=show_id("per", person_id), reason=why)


def lift_sending_lock(tx: Tx, *, person_id: PersonId, reason: str) -> None:
    """Lift whatever locks a person's sending, for a reason that is kept. Raises UnknownWallet."""
    queries.get_wallet(tx, person_id=person_id)
    store.lift_sending_locks(tx, person_id, reason=reason)
    audit.record(tx, action="wallet.lift_sending_lock", subject=show_id("per", person_id), reason=reason)
