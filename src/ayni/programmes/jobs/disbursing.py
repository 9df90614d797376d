"""Paying a cycle: many batches, each a transaction of its own, so that a resident at a till never waits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from uuid import UUID

from ayni import ledger, payments
from ayni.foundation import audit
from ayni.foundation.db import Actor, Database, Tx
from ayni.ledger import Transfer, TransferCode
from ayni.payments import ProgrammeBook
from ayni.programmes import store
from ayni.programmes.errors import CycleStateRefused, HeldMeanwhile, PaidMeanwhile
from ayni.programmes.model import Cycle, CycleState, Disbursed, Payable
from ayni.programmes.store import cycles
from ayni.values.ids import CycleId, EventId, TransferId, dated, derived_id, show_id
from ayni.wallet import Benefit, BenefitAnswer, PreparedBenefits, post_benefits, prepare_benefits

_NIL = UUID(int=0)
_PAYABLE = (CycleState.APPROVED, CycleState.DISTRIBUTED)
_OURS = ("insufficient_funds", "debit_account_frozen", "debit_owner_frozen")
"""Refusals that are the programme's: whoever is tried next would be refused too, and use up an attempt."""


@dataclass(frozen=True)
class _Batch:
    payables: list[Payable]
    prepared: PreparedBenefits


def disburse_cycle(
    database: Database,
    *,
    cycle_id: CycleId,
    actor: Actor,
    progress: Callable[[int, int], None] | None = None,
    most: int = ledger.BULK_BATCH,
    by_agents: bool = False,
) -> Disbursed:
    """Pay what an approved cycle owes, and what stayed unpaid when called again; `most` in a transaction, and
    few while somebody waits for the ledger.

    `by_agents`: who has no wallet gets a voucher, which any agent pays out in cash.

    Killed anywhere and called again it pays the rest: what was committed is known by the entitlement's own
    transfer id, and nobody is paid twice; called twice at once, the two share the work. Refusals stay
    payable, with their reasons; where the programme itself cannot pay, it stops there. Raises UnknownCycle,
    CycleStateRefused.
    """
    with database.transaction(actor) as tx:
        cycle = cycles.find_cycle(tx, cycle_id)
        if cycle.state not in _PAYABLE:
            raise CycleStateRefused
        book = payments.get_programme_book(tx, programme_id=cycle.programme_id)
        # What could not be claimed at the approval, and can be now: a merge was undone, a case was decided.
        cycles.claim(tx, cycle_id)
    after, done, newly, stopped = _NIL, 0, 0, None
    reasons: Counter[str] = Counter()

    turns = ledger.Turns(most)

    def prepare(after: UUID) -> _Batch:
        return _prepare(database, actor, cycle, book, after, turns.size, by_agents=by_agents)

    # While PostgreSQL posts one batch, a second thread prepares the next.
    with ThreadPoolExecutor(1, "disburse-ahead") as ahead:
        batch = prepare(after)
        while batch.payables:
            last = batch.payables[-1].id
            following = ahead.submit(prepare, last)
            turns.begin()
            try:
                with database.transaction(actor) as tx:
                    unpaid, count = _pay(tx, cycle, book, batch)
                    turns.look(tx)
            except (PaidMeanwhile, HeldMeanwhile):
                following.result()
                batch = prepare(after)
                continue
            turns.pause()
            after, done, newly = last, done + len(batch.payables), newly + count
            reasons.update(answer.reason for answer in unpaid)
            stopped = next((answer.reason for answer in unpaid if answer.code in _OURS), None)
            if progress is not None:
                progress(done, cycle.entitlements)
            batch = following.result()
            if stopped is not None:
                break
    with database.transaction(actor) as tx:
        return _close(tx, cycle_id, newly, reasons, stopped)


def _close(tx: Tx, cycle_id: CycleId, newly: int, reasons: Counter[str], stopped: str | None) -> Disbursed:
    """The cycle is distributed, and this is how it stands."""
    if store.lock_cycle(tx, cycle_id) is CycleState.APPROVED:
        store.run(tx, "set_cycle_state", id=cycle_id, state=CycleState.DISTRIBUTED)
    counts = store.count_payments(tx, cycle_id)
    waiting = (counts.waiting, counts.waiting_minor)
    return Disbursed(newly, counts.paid, counts.paid_minor, counts.unpaid, dict(reasons), *waiting, stopped)


def _prepare(
    database: Database,
    actor: Actor,
    cycle: Cycle,
    book: ProgrammeBook,
    after: UUID,
    most: int,
    *,
    by_agents: bool,
) -> _Batch:
    with database.transaction(actor) as tx:
        payables = store.list_payable(tx, cycle.id, after, most)
        prepared = prepare_benefits(
            tx,
            from_account_id=book.emoney_account_id,
            benefits=[
                Benefit(
                    entitlement_id=payable.id,
                    # The id's own instant: ids of neighbours stay neighbours in the ledger's index.
                    created_at=dated(payable.id),
                    person_id=payable.recipient_id,
                    amount_minor=payable.amount_minor,
                    purpose=payable.purpose,
                    attempt=payable.attempt,
                )
                for payable in payables
            ],
            reference=cycle.id,
            claim_days=store.get_claim_days(tx, cycle.assessment_id),
            by_agents=by_agents,
        )
    return _Batch(payables, prepared)


def _pay(tx: Tx, cycle: Cycle, book: ProgrammeBook, batch: _Batch) -> tuple[list[BenefitAnswer], int]:
    """Pay one batch: the answers of those who stay unpaid, and how many were paid now.

    All is written before the ledger's lock is taken, as if nobody were refused; who is refused after all is
    put right in one statement.
    """
    if store.lock_cycle(tx, cycle.id, to_change=False) not in _PAYABLE:
        raise CycleStateRefused
    held = store.list_held_back(tx, [payable.id for payable in batch.payables])
    prepared = batch.prepared.without(
        {
            place: (held[payable.id], held[payable.id].sentence)
            for place, payable in enumerate(batch.payables)
            if payable.id in held
        }
    )
    unsent, transfers = prepared.unsent, prepared.transfers
    audit.record(
        tx,
        action="programmes.pay_batch",
        subject=show_id("cyc", cycle.id),
        details={
            "first": show_id("ent", batch.payables[0].id),
            "sent": len(transfers),
            "unsent": len(unsent),
        },
    )
    store.insert_unsent(tx, [(batch.payables[place], answer) for place, answer in unsent.items()])
    store.insert_payments(
        tx,
        [(batch.payables[place], sent.id, prepared.code_of(place)) for place, sent in transfers.items()],
    )
    others = post_benefits(tx, prepared)
    refused = {place: answer for place, answer in others.items() if not answer.paid}
    store.amend_payments(tx, [(batch.payables[place], answer) for place, answer in refused.items()])
    newly = [place for place in transfers if place not in others]
    # For what waits, the programme's book follows when it is claimed.
    credited = [place for place in newly if prepared.code_of(place) == "paid"]
    if credited:
        spent = sum(batch.payables[place].amount_minor for place in credited)
        _spend(tx, cycle, book, first=transfers[credited[0]].id, spent_minor=spent)
    return [*unsent.values(), *refused.values()], len(newly)


def _spend(tx: Tx, cycle: Cycle, book: ProgrammeBook, *, first: TransferId, spent_minor: int) -> None:
    """The programme's own book follows in the same transaction: its asset is its account at the issuer."""
    [answer] = ledger.post(
        tx,
        [
            Transfer(
                id=TransferId(derived_id(dated(first), "cycle", cycle.id, "spend", first)),
                event_id=EventId(derived_id(dated(first), "cycle", cycle.id, "spent", first)),
                book=book.book,
                debit_account_id=book.reserved_account_id,
                credit_account_id=book.asset_account_id,
                amount_minor=spent_minor,
                code=TransferCode.SPEND_BUDGET,
                reference=cycle.id,
            )
        ],
    )
    if not answer.result.ok:
        raise RuntimeError(f"the programme's book did not follow: {answer.result.name}")
