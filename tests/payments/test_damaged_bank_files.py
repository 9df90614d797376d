"""Files that no bank should send: each is refused whole, and nothing else comes of it."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ayni.foundation.db import Database
from ayni.payments.errors.payouts import BadBankFile
from ayni.payments.formats.bank_files import parse_bank_file
from tests.payments.banking import OURS, Banking, open_banking


@pytest.fixture
def banking(own_database: Database) -> Banking:
    return open_banking(own_database)


STATEMENT = (
    '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><GrpHdr><MsgId>M</MsgId>'
    "<CreDtTm>2025-06-02T12:00:00Z</CreDtTm></GrpHdr><Stmt><Id>S1</Id><FrToDt><FrDtTm>2025-06-01T00:00:00</FrDtTm>"
    f"<ToDtTm>2025-06-02T00:00:00</ToDtTm></FrToDt><Acct><Id><Othr><Id>{OURS}</Id></Othr></Id></Acct>"
    '<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="PEN">0.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>'
    "<Dt><Dt>2025-06-01</Dt></Dt></Bal><Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt "
    'Ccy="PEN">3.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2025-06-02</Dt></Dt></Bal>{entry}</Stmt></BkToCstmrStmt></Document>'
)
ENTRY = (
    '<Ntry><Amt Ccy="PEN">3.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt>'
    "<Dt>2025-06-01</Dt></BookgDt><AcctSvcrRef>E1</AcctSvcrRef><BkTxCd><Prtry><Cd>TRF</Cd></Prtry></BkTxCd>{details}</Ntry>"
)
GOOD = STATEMENT.format(entry=ENTRY.format(details=""))


def test_a_booking_of_several_parts_is_as_many(banking: Banking) -> None:
    parts = "".join(
        f"<TxDtls><Refs><EndToEndId>P{n}</EndToEndId></Refs><Amt Ccy='PEN'>{n}.00</Amt>"
        "<CdtDbtInd>CRDT</CdtDbtInd></TxDtls>"
        for n in (1, 2)
    )
    content = STATEMENT.format(entry=ENTRY.format(details=f"<NtryDtls>{parts}</NtryDtls>"))
    _, told = parse_bank_file(content.encode(), currency="PEN", zone=banking.database.country.timezone)
    entries = told.statements[0].entries  # type: ignore[union-attr]
    assert [(one.reference, one.amount_minor, one.payout_reference) for one in entries] == [
        ("E1/1", 100, "P1"),
        ("E1/2", 200, "P2"),
    ]
    wrong = content.replace("2.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></TxDtls>", "2.50</Amt></TxDtls>")
    with pytest.raises(BadBankFile, match="do not add up"):
        banking.collect(wrong.encode())


NAMED_X = GOOD.replace("<Id>S1", "<Id>&x;")
BAD = {
    "nothing": b"",
    "no XML": b"\xff\xfe\x00nonsense",
    "cut off": GOOD.encode()[:-40],
    "a page": b"<html><body>Service unavailable</body></html>",
    "another kind": GOOD.replace("camt.053.001.08", "camt.053.001.02").encode(),
    "another currency": GOOD.replace('"PEN">3.00', '"USD">3.00').encode(),
    "no currency": GOOD.replace(' Ccy="PEN">3.00', ">3.00").encode(),
    "not a number": GOOD.replace("3.00", "3,00").encode(),
    "three decimals": GOOD.replace("3.00", "3.005").encode(),
    "infinite": GOOD.replace("3.00", "Infinity").encode(),
    "below zero": GOOD.replace("3.00", "-3.00").encode(),
    "too large": GOOD.replace("3.00", "9" * 30).encode(),
    "it does not add up": GOOD.replace('"PEN">0.00', '"PEN">1.00').encode(),
    "no side": GOOD.replace("CRDT", "BOTH").encode(),
    "no closing balance": GOOD.replace("CLBD", "XXXX").encode(),
    "no day": GOOD.replace("<BookgDt><Dt>2025-06-01", "<BookgDt><Dt>2025-02-30").encode(),
    "no period": GOOD.replace("FrToDt", "FromTo").encode(),
    "it ends before it begins": GOOD.replace("2025-06-02T00", "2025-05-02T00").encode(),
    "no number": GOOD.replace("<Id>S1</Id>", "<Id> </Id>").encode(),
    "one reference twice": STATEMENT.format(entry=ENTRY.format(details="") * 2)
    .replace("3.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt>", "6.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt>")
    .encode(),
    "no statement": GOOD.replace("<Stmt>", "<Smtt>").replace("</Stmt>", "</Smtt>").encode(),
    "entities": b'<!DOCTYPE a [<!ENTITY x "'
    + b"A" * 100
    + b'">]>'
    + GOOD.replace("<Id>S1", "<Id>&x;").encode(),
    "laughs": b'<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "'
    + b"&a;" * 50
    + b'"><!ENTITY c "'
    + b"&b;" * 50
    + b'">]><l>&c;</l>',
    "a file of the machine": b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    + GOOD.replace("<Id>S1", "<Id>&x;").encode(),
    "a reference that cannot be stored": GOOD.replace("E1", "E" * 9000).encode(),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_file_that_is_damaged_changes_nothing(banking: Banking, kind: str) -> None:
    before = (banking.balance(), banking.in_transit())
    with pytest.raises(BadBankFile) as refused:
        banking.collect(BAD[kind])
    assert "passwd" not in str(refused.value)
    assert "root:" not in str(refused.value)
    assert (banking.balance(), banking.in_transit()) == before


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_damage_to_a_file_is_anything_but_a_refusal(banking: Banking, data: st.DataObject) -> None:
    content = bytearray(GOOD.encode())
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + data.draw(st.integers(0, 12))] = data.draw(st.binary(max_size=6))
    with contextlib.suppress(BadBankFile):
        parse_bank_file(bytes(content), currency="PEN", zone=banking.database.country.timezone)
