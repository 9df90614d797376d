"""Residents are told of their benefits: after the payment, from what is written of it, each once."""

from __future__ import annotations

from ayni.foundation import outbox
from ayni.foundation.db import Actor, Database
from ayni.programmes.store import verifying as store
from ayni.values.ids import CycleId

_MOST = 1_000


def tell_recipients(database: Database, *, cycle_id: CycleId, actor: Actor) -> int:
    """Write a message for everybody of a cycle whom we have not told yet; returns how many.

    A thousand payments in a transaction, with the mark up to which we have told: killed anywhere and called
    again, nobody is told twice and nobody is left out. Who has no telephone is not told here.
    """
    told = 0
    while True:
        with database.transaction(actor) as tx:
            rows = store.list_to_tell(tx, cycle_id, after=store.lock_told(tx, cycle_id), most=_MOST)
            for _, phone, language, amount_minor, code, until in rows:
                if phone is None:
                    continue
                kind = "programmes.benefit_waits" if code == "waiting" else "programmes.benefit_paid"
                numbers: dict[str, int | str] = {"amount_minor": amount_minor}
                if until is not None:
                    numbers["until"] = until.astimezone(tx.country.timezone).date().isoformat()
                outbox.put(
                    tx, recipient=phone, kind=kind, numbers=numbers, language=language, useless_after=until
                )
                told += 1
            if rows:
                store.set_told(tx, cycle_id, rows[-1][0])
        if len(rows) < _MOST:
            return told
