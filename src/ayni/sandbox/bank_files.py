"""The pretend bank as it is reached by files: it takes pain.001, and gives pain.002 and camt.053.

It implements `payments.BankFiles`. It writes and reads ISO 20022 by its own hand, so that the two sides can
misunderstand each other as real ones do. It forgets everything when the process ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

from lxml import etree

from ayni.sandbox.bank import BadPretendEntry, Booked, PretendBank

_PAIN001 = "{urn:iso:std:iso:20022:tech:xsd:pain.001.001.09}"


@dataclass(frozen=True)
class _Asked:
    reference: str
    account: str
    amount_minor: int


@dataclass
class PretendBankFiles:
    """The same trust account, by files. Payouts to `closed` accounts are rejected, others paid at once."""

    bank: PretendBank
    account: str
    currency: str
    closed: set[str] = field(default_factory=set)
    statement_prefix: str = "ST"
    _seen: dict[str, list[_Asked]] = field(default_factory=dict)
    _files: list[bytes] = field(default_factory=list)
    _statements: int = 0
    _stated: int = 0

    def take_payouts(self, message_id: str, content: bytes) -> None:
        """Carry out what a pain.001 asks for, and answer with a pain.002. The same message twice is once."""
        asked = _read(content)
        if message_id in self._seen:
            return
        self._seen[message_id] = asked
        at = self.bank.now()
        answers = []
        for one in asked:
            good = one.account not in self.closed
            if good:
                self.bank.pay_out(amount_minor=one.amount_minor, reference=one.reference, at=at)
            answers.append((one.reference, "ACSC" if good else "RJCT"))
        self._files.append(_status_report(message_id, at, answers))

    def list_files(self) -> Sequence[bytes]:
        """Everything that it has for us so far."""
        return list(self._files)

    def close_day(self, *, at: datetime) -> bytes:
        """State what was booked since the last statement, up to an instant. Raises BadPretendEntry."""
        entries = self.bank.list_entries()
        fresh = entries[self._stated :]
        if any(entry.at > at for entry in fresh):
            raise BadPretendEntry(reason="something was booked after this instant already")
        before = sum(entry.amount_minor for entry in entries[: self._stated])
        opening = self.bank.opening_minor + before
        self._stated = len(entries)
        self._statements += 1
        begins = fresh[0].at if fresh else at
        content = self._statement(opening, fresh, begins, at)
        self._files.append(content)
        return content

    def _statement(self, opening: int, entries: Sequence[Booked], begins: datetime, ends: datetime) -> bytes:
        closing = opening + sum(entry.amount_minor for entry in entries)
        number = f"{self.statement_prefix}{self._statements:06d}"
        lines = [
            _head("camt.053.001.08", "BkToCstmrStmt", f"MSG{number}", ends),
            f"<Stmt><Id>{number}</Id><ElctrncSeqNb>{self._statements}</ElctrncSeqNb>",
            f"<FrToDt><FrDtTm>{_stamp(begins)}</FrDtTm><ToDtTm>{_stamp(ends)}</ToDtTm></FrToDt>",
            f"<Acct><Id><Othr><Id>{self.account}</Id></Othr></Id><Ccy>{self.currency}</Ccy></Acct>",
            self._balance("OPBD", opening, begins),
            self._balance("CLBD", closing, ends),
            *(self._entry(entry) for entry in entries),
            "</Stmt></BkToCstmrStmt></Document>",
        ]
        return "".join(lines).encode()

    def _balance(self, kind: str, amount_minor: int, at: datetime) -> str:
        return (
            f"<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp>{self._amount(amount_minor)}"
            f"<Dt><DtTm>{_stamp(at)}</DtTm></Dt></Bal>"
        )

    def _amount(self, amount_minor: int) -> str:
        side = "CRDT" if amount_minor >= 0 else "DBIT"
        amount = f"{Decimal(abs(amount_minor)) / 100:.2f}"
        return f'<Amt Ccy="{self.currency}">{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd>'

    def _entry(self, entry: Booked) -> str:
        reference = entry.payout or "NOTPROVIDED"
        narrative = etree.Element("Ustrd")
        narrative.text = entry.narrative[:140]
        told = etree.tostring(narrative, encoding="unicode") if narrative.text else ""
        remittance = f"<RmtInf>{told}</RmtInf>" if told else ""
        return (
            f"<Ntry>{self._amount(entry.amount_minor)}<Sts><Cd>BOOK</Cd></Sts>"
            f"<BookgDt><DtTm>{_stamp(entry.at)}</DtTm></BookgDt>"
            f"<AcctSvcrRef>{entry.reference}</AcctSvcrRef>"
            "<BkTxCd><Prtry><Cd>TRF</Cd></Prtry></BkTxCd>"
            f"<NtryDtls><TxDtls><Refs><EndToEndId>{reference}</EndToEndId></Refs>{self._amount(entry.amount_minor)}"
            f"{remittance}</TxDtls></NtryDtls></Ntry>"
        )


def _read(content: bytes) -> list[_Asked]:
    root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))
    account = "/".join(f"{_PAIN001}{name}" for name in ("CdtrAcct", "Id", "Othr", "Id"))
    return [
        _Asked(
            one.findtext(f"{_PAIN001}PmtId/{_PAIN001}EndToEndId") or "",
            one.findtext(account) or "",
            int(Decimal(one.findtext(f"{_PAIN001}Amt/{_PAIN001}InstdAmt") or "0") * 100),
        )
        for one in root.iter(f"{_PAIN001}CdtTrfTxInf")
    ]


def _status_report(message_id: str, at: datetime, answers: Sequence[tuple[str, str]]) -> bytes:
    lines = [
        _head("pain.002.001.10", "CstmrPmtStsRpt", f"R{message_id}", at),
        f"<OrgnlGrpInfAndSts><OrgnlMsgId>{message_id}</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>",
        f"</OrgnlGrpInfAndSts><OrgnlPmtInfAndSts><OrgnlPmtInfId>{message_id}</OrgnlPmtInfId>",
    ]
    for reference, status in answers:
        why = "<StsRsnInf><Rsn><Cd>AC04</Cd></Rsn><AddtlInf>account closed</AddtlInf></StsRsnInf>"
        lines.append(
            f"<TxInfAndSts><OrgnlEndToEndId>{reference}</OrgnlEndToEndId><TxSts>{status}</TxSts>"
            f"{why if status == 'RJCT' else ''}</TxInfAndSts>"
        )
    return "".join([*lines, "</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>"]).encode()


def _head(kind: str, body: str, message_id: str, at: datetime) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:{kind}"><{body}>'
        f"<GrpHdr><MsgId>{message_id}</MsgId><CreDtTm>{_stamp(at)}</CreDtTm></GrpHdr>"
    )


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
