"""Paying a cycle: many batches, each a transaction of its own, so that a resident at a till never waits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from uuid import UUID

from ayni import ledger, payments
from ayni.foundation.db import Actor, Database, Tx
from ayni.ledger import Transfer, TransferCode
from ayni.programmes import store
from ayni.programmes.errors import CycleStateRefused
from ayni.programmes.model import Cycle, CycleState, Disbursed, Payable
from ayni.values.ids import CycleId, EventId, TransferId, derived_id
from ayni.wallet import Benefit, BenefitAnswer, disburse

_NIL = UUID(int=0)


def disburse_cycle(
    database: Database,
    *,
    cycle_id: CycleId,
    actor: Actor,
    progress: Callable[[int, int], None] | None = None,
) -> Disbursed:
    """Pay what an approved cycle owes, and what stayed unpaid when called again.

    Killed anywhere and called again it pays the rest: what was committed is known by the entitlement's own
    transfer id, and nobody is paid twice. Refusals stay payable, with their reasons. Raises UnknownCycle,
    CycleStateRefused.
    """
    with database.transaction(actor) as tx:
        cycle = store.find_cycle(tx, cycle_id)
    if cycle.state not in (CycleState.APPROVED, CycleState.DISTRIBUTED):
        raise CycleStateRefused
    after, done, newly = _NIL, 0, 0
    reasons: Counter[str] = Counter()
    while True:
        with database.transaction(actor) as tx:
            batch = store.list_payable(tx, cycle_id, after, ledger.BULK_BATCH)
            if not batch:
                break
            answers = _pay(tx, cycle, batch)
        after = batch[-1].id
        done += len(batch)
        newly += sum(answer.paid for answer in answers)
        reasons.update(answer.reason for answer in answers if not answer.paid)
        if progress is not None:
            progress(done, cycle.entitlements)
    with database.transaction(actor) as tx:
        if store.find_cycle(tx, cycle_id).state is CycleState.APPROVED:
            store.run(tx, "set_cycle_state", id=cycle_id, state=CycleState.DISTRIBUTED)
        paid, paid_minor, unpaid = store.run(tx, "count_payments", cycle_id=cycle_id).fetchone() or (0, 0, 0)
    return Disbursed(newly, paid, paid_minor, unpaid, dict(reasons))


def _pay(tx: Tx, cycle: Cycle, batch: list[Payable]) -> list[BenefitAnswer]:
    book = payments.get_programme_book(tx, programme_id=cycle.programme_id)
    answers = disburse(
        tx,
        from_account_id=book.emoney_account_id,
        benefits=[
            Benefit(
                entitlement_id=payable.id,
                created_at=payable.created_at,
                person_id=payable.recipient_id,
                amount_minor=payable.amount_minor,
                purpose=payable.purpose,
                attempt=payable.attempt,
            )
            for payable in batch
        ],
        reference=cycle.id,
    )
    tried = list(zip(batch, answers, strict=True))
    newly = [(payable, answer) for payable, answer in tried if answer.newly]
    if newly:
        # The programme's own book follows in the same transaction: its asset is its account at the issuer.
        first = newly[0][1].transfer_id
        [answer] = ledger.post(
            tx,
            [
                Transfer(
                    id=TransferId(derived_id(cycle.opened_at, "cycle", cycle.id, "spend", first)),
                    event_id=EventId(derived_id(cycle.opened_at, "cycle", cycle.id, "spent", first)),
                    book=book.book,
                    debit_account_id=book.reserved_account_id,
                    credit_account_id=book.asset_account_id,
                    amount_minor=sum(payable.amount_minor for payable, _ in newly),
                    code=TransferCode.SPEND_BUDGET,
                    reference=cycle.id,
                )
            ],
        )
        if not answer.result.ok:
            raise RuntimeError(f"the programme's book did not follow: {answer.result.name}")
    store.insert_payments(tx, tried)
    return answers
