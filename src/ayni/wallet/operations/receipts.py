"""Receipts of orders that were carried out before, from the wallet's own lines."""

from __future__ import annotations

from ayni import ledger
from ayni.foundation.db import Tx
from ayni.ledger import StatementLine, TransferCode
from ayni.values.ids import AccountId
from ayni.wallet import store
from ayni.wallet.model import Receipt, ReceiptPart
from ayni.wallet.operations.plans import Plan


def find_receipt(tx: Tx, plan: Plan) -> Receipt | None:
    """The receipt of the plan's event, if it was carried out, however its parts stood then."""
    order, usable = plan.order, plan.usable
    names: dict[AccountId, str | None] = {**usable.barred}
    for mine in store.find_purpose_accounts(tx, [order.person_id]).values():
        names |= {account.account_id: account.name for account in mine}
    names[usable.wallet.main_account_id] = None
    lines: list[tuple[StatementLine, AccountId]] = []
    for account_id in names:
        before = 0
        while page := ledger.list_statement(tx, account_id, most=200, before_seq=before):
            mine_here = [line for line in page if line.event_id == plan.event_id]
            lines += [(line, account_id) for line in mine_here]
            before = page[-1].seq
            if mine_here:
                break
    if not lines:
        return None
    lines.sort(key=lambda pair: pair[0].seq)
    fee = sum(abs(line.amount_minor) for line, _ in lines if line.code == TransferCode.FEE)
    parts = tuple(
        ReceiptPart(account_id, names[account_id], abs(line.amount_minor))
        for line, account_id in lines
        if line.code != TransferCode.FEE
    )
    return Receipt(
        plan.event_id,
        order.kind,
        order.amount_minor,
        parts,
        lines[-1][0].seq,
        repeated=True,
        fee_minor=fee,
        payment_id=lines[0][0].transfer_id,
    )
