"""camt.053.001.08: the bank's statement of the trust account."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from ayni.payments.errors.payouts import BadBankFile
from ayni.payments.formats.xml import Node, instant, minor, read_instant
from ayni.payments.model.payouts import BankStatement, BookedEntry, StatementFile

KIND = "camt.053.001.08"
_NO_REFERENCE = "NOTPROVIDED"


def read_statements(root: Node, *, currency: str, zone: ZoneInfo) -> StatementFile:
    """The statements of a file. Each must add up. Raises BadBankFile."""
    body = root.get("BkToCstmrStmt")
    statements = tuple(_statement(one, currency, zone) for one in body.all("Stmt"))
    if not statements:
        raise BadBankFile(reason="there is no statement in it")
    return StatementFile(body.needed("GrpHdr/MsgId"), statements)


def _statement(node: Node, currency: str, zone: ZoneInfo) -> BankStatement:
    balances = {one.text("Tp/CdOrPrtry/Cd"): one for one in node.all("Bal")}
    if not {"OPBD", "CLBD"} <= balances.keys():
        raise BadBankFile(reason="a statement lacks its opening or its closing balance")
    entries = [entry for one in node.all("Ntry") for entry in _entries(one, currency, zone)]
    opening, closing = (_signed(balances[name], currency) for name in ("OPBD", "CLBD"))
    if opening + sum(entry.amount_minor for entry in entries) != closing:
        raise BadBankFile(reason="its entries are not what lies between its balances")
    if len({entry.reference for entry in entries}) != len(entries):
        raise BadBankFile(reason="two of its entries have one reference")
    period = node.get("FrToDt")
    begins = read_instant(period.needed("FrDtTm"), zone=zone)
    ends = read_instant(period.needed("ToDtTm"), zone=zone)
    if ends < begins:
        raise BadBankFile(reason="it ends before it begins")
    number = node.get("Acct/Id")
    return BankStatement(
        id=node.needed("Id"),
        bank_account=number.text("IBAN") or number.needed("Othr/Id"),
        opening_minor=opening,
        closing_minor=closing,
        begins_at=begins,
        ends_at=ends,
        entries=tuple(entries),
    )


def _signed(node: Node, currency: str) -> int:
    amount, side = minor(node, "Amt", currency=currency), node.needed("CdtDbtInd")
    if side not in ("CRDT", "DBIT"):
        raise BadBankFile(reason="an amount is neither credit nor debit")
    return amount if side == "CRDT" else -amount


def _entries(node: Node, currency: str, zone: ZoneInfo) -> list[BookedEntry]:
    """One booking, or each part of one that the bank booked together."""
    if (node.text("Sts/Cd") or node.text("Sts/Prtry")) != "BOOK":
        return []
    total, booked = _signed(node, currency), instant(node, "BookgDt", zone=zone)
    if total == 0:
        return []
    reference = node.needed("AcctSvcrRef" if node.text("AcctSvcrRef") else "NtryRef")
    parts = [part for details in node.all("NtryDtls") for part in details.all("TxDtls")]
    if len(parts) < 2:
        part = parts[0] if parts else None
        return [BookedEntry(reference, total, booked, _payout(part), _narrative(node, part))]
    sign = 1 if total > 0 else -1
    entries = [
        BookedEntry(
            reference=part.text("Refs/AcctSvcrRef") or f"{reference}/{place}",
            amount_minor=sign * minor(part, "Amt", currency=currency),
            booked_at=booked,
            payout_reference=_payout(part),
            narrative=_narrative(node, part),
        )
        for place, part in enumerate(parts, start=1)
    ]
    if sum(entry.amount_minor for entry in entries) != total:
        raise BadBankFile(reason="the parts of an entry do not add up to it")
    return entries


def _payout(part: Node | None) -> str:
    named = "" if part is None else part.text("Refs/EndToEndId")
    return "" if named == _NO_REFERENCE else named


def _narrative(entry: Node, part: Node | None) -> str:
    told = [line.text() for line in (part.all("RmtInf/Ustrd") if part else [])]
    told += [part.text("AddtlTxInf") if part else "", entry.text("AddtlNtryInf")]
    return " ".join(word for word in told if word)[:2000]
