"""pain.001.001.09: we ask our bank to pay out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

from ayni.payments.formats.xml import add, clean, document, show_minor, write
from ayni.payments.model.payouts import Payout, TrustAccount

KIND = "pain.001.001.09"


def write_payouts(
    payouts: Sequence[Payout],
    *,
    message_id: str,
    made_at: datetime,
    execute_on: date,
    account: TrustAccount,
    currency: str,
) -> bytes:
    """The file that asks for these payouts, all from our trust account, to be carried out on a day."""
    root = document(KIND)
    body = add(root, "CstmrCdtTrfInitn")
    count, total = str(len(payouts)), show_minor(sum(payout.amount_minor for payout in payouts))
    header = add(body, "GrpHdr")
    add(header, "MsgId", message_id)
    add(header, "CreDtTm", made_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
    add(header, "NbOfTxs", count)
    add(header, "CtrlSum", total)
    add(header, "InitgPty/Nm", clean(account.holder, 140))
    group = add(body, "PmtInf")
    add(group, "PmtInfId", message_id)
    add(group, "PmtMtd", "TRF")
    add(group, "NbOfTxs", count)
    add(group, "CtrlSum", total)
    add(group, "ReqdExctnDt/Dt", execute_on.isoformat())
    add(group, "Dbtr/Nm", clean(account.holder, 140))
    add(group, "DbtrAcct/Id/Othr/Id", account.bank_account)
    add(group, "DbtrAgt/FinInstnId/Nm", clean(account.bank, 140))
    for payout in payouts:
        one = add(group, "CdtTrfTxInf")
        add(one, "PmtId/EndToEndId", payout.reference)
        add(one, "Amt/InstdAmt", show_minor(payout.amount_minor), Ccy=currency)
        add(one, "Cdtr/Nm", clean(payout.creditor, 140))
        add(one, "CdtrAcct/Id/Othr/Id", payout.bank_account)
        add(one, "RmtInf/Ustrd", payout.reference)
    return write(root)
