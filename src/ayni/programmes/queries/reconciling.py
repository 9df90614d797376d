"""What we wrote of a cycle against the ledger, and the programme's money against what the bank says."""

from __future__ import annotations

from ayni import ledger, payments
from ayni.foundation.db import Tx
from ayni.programmes import store
from ayni.programmes.model import Mismatch, Reconciliation
from ayni.programmes.store import cycles as rows
from ayni.programmes.store import verifying
from ayni.values.ids import CycleId


def reconcile(tx: Tx, *, cycle_id: CycleId) -> Reconciliation:
    """A cycle's payments against the ledger, which is the truth, and a work list of what does not agree.

    Entries of the bank's newest statement that nothing explains stand there too: one of them may be of this
    programme. Raises UnknownCycle.
    """
    cycle = rows.find_cycle(tx, cycle_id)
    book = payments.get_programme_book(tx, programme_id=cycle.programme_id)
    counts = store.count_payments(tx, cycle_id)
    account = ledger.get_account(tx, book.emoney_account_id)
    confirmed_minor = payments.sum_deposits(tx, account_id=book.emoney_account_id)
    # Money comes to a programme's account by deposits alone; a hold that was given back was never posted.
    funded_minor = account.credits_posted
    work_list = verifying.list_mismatches(tx, cycle_id, book.emoney_account_id)
    if funded_minor != confirmed_minor:
        work_list.append(Mismatch("bank", "deposits", funded_minor, confirmed_minor))
    safeguarding = payments.safeguarding(tx)
    if safeguarding is not None:
        work_list += [
            Mismatch("bank", one.reference, None, one.amount_minor) for one in safeguarding.differences
        ]
    settled = counts.credited + counts.claimed + counts.waiting + counts.returned
    settled_minor = (
        counts.credited_minor + counts.claimed_minor + counts.waiting_minor + counts.returned_minor
    )
    return Reconciliation(cycle_id, settled, settled_minor, funded_minor, confirmed_minor, tuple(work_list))
