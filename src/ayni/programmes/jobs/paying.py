"""Paying a cycle from end to end: wallets for who has none, the money, and word of it to everybody."""

from __future__ import annotations

from collections.abc import Callable

from ayni.foundation.db import SYSTEM, Actor, Database
from ayni.programmes import queries
from ayni.programmes.jobs.disbursing import disburse_cycle
from ayni.programmes.jobs.telling import tell_recipients
from ayni.programmes.model import Disbursed
from ayni.values.ids import CycleId, EntitlementId, read_id
from ayni.wallet import open_wallets

_MOST = 1_000
_ALLOWED = "allowed"


def pay_cycle(
    database: Database,
    *,
    cycle_id: CycleId,
    actor: Actor,
    progress: Callable[[int, int], None] | None = None,
    by_agents: bool = False,
) -> Disbursed:
    """Open the wallets that are missing, where the law lets them be opened in bulk, pay, and tell everybody.

    `by_agents`: who has no wallet all the same gets a voucher.

    Killed anywhere and called again, it goes on where it was. Raises UnknownCycle, CycleStateRefused.
    """
    with database.transaction(actor) as tx:
        may_open = tx.country.parameter("emoney.bulk_opening", on=tx.today) == _ALLOWED
    if may_open:
        _open_wallets(database, cycle_id, actor)
    done = disburse_cycle(database, cycle_id=cycle_id, actor=actor, progress=progress, by_agents=by_agents)
    tell_recipients(database, cycle_id=cycle_id, actor=actor)
    return done


def pay_cycle_later(database: Database, cycle: str, by_agents: bool = False) -> None:
    """The queued form: `cycle` is its id as it is shown."""
    pay_cycle(database, cycle_id=CycleId(read_id("cyc", cycle)), actor=SYSTEM, by_agents=by_agents)


def _open_wallets(database: Database, cycle_id: CycleId, actor: Actor) -> None:
    """For all who are owed something, a thousand at a time: a list of a million is never held."""
    after: EntitlementId | None = None
    while True:
        with database.transaction(actor) as tx:
            owed = queries.list_recipients_after(tx, cycle_id, after=after, most=_MOST)
            if not owed:
                return
            open_wallets(tx, person_ids=list(dict.fromkeys(owed.values())))
        after = max(owed)
