"""What a lender sees of a wallet: what came in that no programme paid. Nothing else.

Benefits, purpose accounts, what is spent and what is held are left out: whatever somebody spends or keeps, a
benefit may be behind it, and two people who differ by their benefits alone must look alike to a lender.
"""

from __future__ import annotations

from datetime import datetime, time

from ayni import identity, ledger
from ayni.foundation.db import Tx
from ayni.ledger import Kind, StatementLine, TransferCode
from ayni.values.ids import AccountId, PersonId
from ayni.wallet import queries
from ayni.wallet.errors.lending import NoLendingConsent
from ayni.wallet.model.lending import CONSENT, LendingHistory, Received, history_of
from ayni.wallet.operations.access.terms import whole

_CODES = {TransferCode.SEND, TransferCode.CASH_IN, TransferCode.REMIT}
"""What came in of itself. A refund, a goal or a payout that came back is no income."""


def lending_history(tx: Tx, *, person_id: PersonId) -> LendingHistory:
    """What came into a wallet in the last months, with its holder's consent; the holder can see who asked.

    Raises UnknownWallet, NoLendingConsent, PersonIsRestricted, ParameterMissing.
    """
    wallet = queries.get_wallet(tx, person_id=person_id)
    identity.get_person(tx, person_id=person_id)
    if not identity.has_consent(tx, person_id=person_id, purpose=CONSENT):
        raise NoLendingConsent
    identity.privacy.note_listed(tx, person_ids=[person_id], purpose="lending history")
    months = whole(tx, "wallet.lending_months")
    return history_of(_received(tx, wallet.main_account_id), today=tx.today, months=months)


def _received(tx: Tx, account_id: AccountId) -> list[Received]:
    zone = tx.country.timezone
    until = datetime.combine(tx.today.replace(day=1), time(), zone)
    lines: list[StatementLine] = []
    before = 0
    while page := ledger.list_statement(tx, account_id, most=500, before_seq=before):
        lines += [line for line in page if _counts(line) and line.created_at < until]
        before = page[-1].seq
    # What waited behind a telephone stood on an account of its own: whoever sent it is its owner.
    payers = ledger.find_accounts(tx, list({line.counterpart_account_id for line in lines}))
    return [
        Received(
            on=line.created_at.astimezone(zone).date(),
            amount_minor=line.amount_minor,
            payer=""
            if line.code == TransferCode.CASH_IN
            else str(payers[line.counterpart_account_id].owner_ref),
        )
        for line in lines
    ]


def _counts(line: StatementLine) -> bool:
    return line.amount_minor > 0 and line.code in _CODES and line.kind == Kind.SINGLE
