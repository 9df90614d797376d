"""The programme's own book: its budget is reserved for a cycle, and released."""

from __future__ import annotations

from ayni import ledger, payments
from ayni.foundation.db import Tx
from ayni.ledger import Result, Transfer, TransferCode
from ayni.programmes.errors import ReleaseRefused
from ayni.programmes.model import Cycle
from ayni.values.ids import EventId, TransferId, derived_id


def free_minor(tx: Tx, cycle: Cycle) -> int:
    """What of the programme's budget is not reserved."""
    book = payments.get_programme_book(tx, programme_id=cycle.programme_id)
    return ledger.get_account(tx, book.free_account_id).balance_minor


def release(tx: Tx, cycle: Cycle, amount_minor: int) -> None:
    result = move_budget(tx, cycle, TransferCode.RELEASE_BUDGET, amount_minor)
    if not result.ok:
        raise ReleaseRefused(result=result.name.lower().replace("_", " "))


def move_budget(tx: Tx, cycle: Cycle, code: TransferCode, amount_minor: int) -> Result:
    """Reserve a cycle's budget, or release it: each at most once, by an id made of the cycle.

    The attempt is always the first: a refusal is undone together with all that was done with it.
    """
    book = payments.get_programme_book(tx, programme_id=cycle.programme_id)
    free, reserved = book.free_account_id, book.reserved_account_id
    reserves = code is TransferCode.RESERVE_BUDGET
    leg = "reserve" if reserves else "release"
    [answer] = ledger.post(
        tx,
        [
            Transfer(
                id=TransferId(derived_id(cycle.opened_at, "cycle", cycle.id, leg, 1)),
                event_id=EventId(derived_id(cycle.opened_at, "cycle", cycle.id, f"{leg}d", 1)),
                book=book.book,
                debit_account_id=free if reserves else reserved,
                credit_account_id=reserved if reserves else free,
                amount_minor=amount_minor,
                code=code,
                reference=cycle.id,
            )
        ],
    )
    return answer.result
