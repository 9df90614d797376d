"""Which wallets are in use, and what waits for the others, in PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from ayni.foundation import arrays
from ayni.foundation.db import Tx
from ayni.values.ids import AccountId, PersonId, TransferId
from ayni.wallet.model.use import WaitingBenefit
from ayni.wallet.store import QUERIES


def insert_uses(tx: Tx, person_ids: Sequence[PersonId], *, how: str) -> list[PersonId]:
    """Take wallets into use; whose were not before."""
    values = {"person_ids": list(person_ids), "how": how, "by": tx.actor.who, "now": tx.now}
    return [PersonId(row[0]) for row in tx.execute(QUERIES["insert_uses"], values)]


def find_in_use(tx: Tx, person_ids: Sequence[PersonId]) -> set[PersonId]:
    """Whose of some people's wallets are in use."""
    rows = tx.execute(QUERIES["wallets_in_use"], {"person_ids": list(person_ids)})
    return {PersonId(row[0]) for row in rows}


def insert_waiting(
    tx: Tx, waiting: Sequence[tuple[TransferId, PersonId]], *, account_id: AccountId, until: datetime
) -> None:
    """Note benefits as waiting."""
    if waiting:
        arrays.register(tx.connection)
        values = {
            "hold_ids": arrays.pack_uuids([hold_id for hold_id, _ in waiting]),
            "person_ids": arrays.pack_uuids([person_id for _, person_id in waiting]),
            "account_id": account_id,
            "until": until,
            "now": tx.now,
        }
        tx.execute(QUERIES["insert_waiting_benefits"], values)


def list_to_claim(
    tx: Tx, person_ids: Sequence[PersonId], *, after: TransferId, most: int
) -> list[WaitingBenefit]:
    """What waits for some people and is not overdue, in the order of the holds, after one."""
    values = {"person_ids": list(person_ids), "now": tx.now, "after": after, "most": most}
    rows = tx.execute(QUERIES["benefits_to_claim"], values)
    return [WaitingBenefit(TransferId(row[0]), PersonId(row[1]), AccountId(row[2]), row[3]) for row in rows]


def list_people_with_unclaimed(tx: Tx, *, after: PersonId, most: int) -> list[PersonId]:
    """Whose wallet is in use while a benefit still waits for it."""
    values = {"after": after, "now": tx.now, "most": most}
    return [PersonId(row[0]) for row in tx.execute(QUERIES["people_with_unclaimed_benefits"], values)]
