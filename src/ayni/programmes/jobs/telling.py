"""Residents are told of their benefits: after the payment, from what is written of it, each once."""

from __future__ import annotations

from ayni.foundation import outbox
from ayni.foundation.db import Actor, Database, Tx
from ayni.foundation.outbox import NewMessage
from ayni.programmes.model.notices import ToTell
from ayni.programmes.store import verifying as store
from ayni.values.ids import CycleId

_MOST = 1_000
_KINDS = {
    "paid": "programmes.benefit_paid",
    "waiting": "programmes.benefit_waits",
    "voucher": "programmes.benefit_waits_as_cash",
    # What stays payable, and whoever is to receive it can do something about.
    "credit_balance_limit_exceeded": "programmes.benefit_does_not_fit",
    "credit_ceiling_exceeded": "programmes.benefit_does_not_fit",
    "no_wallet": "programmes.benefit_needs_wallet",
    "wallet_closed": "programmes.benefit_needs_wallet",
    "purpose_without_wallet": "programmes.benefit_needs_wallet",
    "not_in_coins": "programmes.benefit_needs_wallet",
}


def tell_recipients(database: Database, *, cycle_id: CycleId, actor: Actor) -> int:
    """Write a message for everybody of a cycle whom we have not told yet; returns how many.

    A thousand payments in a transaction, with the mark up to which we have told: killed anywhere and called
    again, nobody is told twice and nobody is left out. Of a benefit that stays payable they are told once,
    with the reason. Who has no telephone is not told here.
    """
    told = 0
    while True:
        with database.transaction(actor) as tx:
            after = store.lock_told(tx, cycle_id)
            found = store.list_to_tell(tx, cycle_id, after=after, most=_MOST, unpaid=list(_KINDS))
            messages = [_message(tx, one, one.phone) for one in found if one.phone is not None]
            outbox.put_many(tx, messages)
            if found:
                store.set_told(tx, cycle_id, found[-1].number)
        told += len(messages)
        if len(found) < _MOST:
            return told


def _message(tx: Tx, payment: ToTell, phone: str) -> NewMessage:
    numbers: dict[str, int | str] = {"amount_minor": payment.amount_minor}
    if payment.until is not None:
        numbers["until"] = payment.until.astimezone(tx.country.timezone).date().isoformat()
    if payment.voucher is not None:
        numbers["voucher"] = payment.voucher
    return NewMessage(phone, _KINDS[payment.code], numbers, payment.language, payment.until)
