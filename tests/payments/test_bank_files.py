"""A bank's files as they come: late, twice, out of order, with references that nobody knows, and damaged."""

from __future__ import annotations

import contextlib
import io
import itertools
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from lxml import etree

from ayni import payments
from ayni.foundation.db import Database
from ayni.payments import PayoutState
from ayni.payments.errors import NotAnEmoneyAccount
from ayni.payments.errors.payouts import (
    BadBankFile,
    BankStatementDiffers,
    EntriesDoNotCancel,
    EntryAlreadyAssigned,
    ForeignBankFile,
    PayoutRefused,
    UnknownBankEntry,
)
from ayni.payments.formats.bank_files import check
from ayni.values.ids import AccountId, new_id, show_id
from tests.conftest import TEST_ACTOR
from tests.payments.banking import ANOTHER, OURS, SCHEMAS, THEIRS, Banking, open_banking
from tests.payments.test_damaged_bank_files import GOOD
from tests.payments.test_payouts import NEEDS_SCHEMAS


@pytest.fixture
def banking(own_database: Database) -> Banking:
    return open_banking(own_database)


def test_a_file_twice_is_once(banking: Banking) -> None:
    banking.receive(5_000)
    content = banking.state()
    first, second = banking.collect(content), banking.collect(content)
    assert (first.deposits, first.read_before) == (1, False)
    assert (second.deposits, second.read_before, second.findings) == (0, True, ())
    assert banking.balance() == 105_000


def test_statements_in_any_order_come_to_the_same(own_database: Database) -> None:
    banking = open_banking(own_database)
    payout = banking.ask(10_000)
    banking.send()
    contents = [banking.state()]
    for amount in (1_000, 2_000):
        banking.receive(amount)
        contents.append(banking.state())
    for content in (contents[2], contents[0], contents[1], contents[2]):
        banking.collect(content)
    assert banking.balance() == 93_000
    assert banking.payout(payout).state == PayoutState.PAID
    assert banking.broken() == []


def test_each_day_has_its_report(banking: Banking) -> None:
    first = banking.safeguarding()
    banking.wait(days=1)
    banking.receive(5_000)
    banking.state()
    banking.collect()
    with banking.database.transaction() as tx:
        today = tx.today
        told = [payments.safeguarding(tx, on=today - timedelta(days=back)) for back in (0, 1, 2)]
    assert told[2] is None
    assert told[1] is not None
    assert (
        (told[1].bank_minor, told[1].books_minor)
        == (first.bank_minor, first.books_minor)
        == (100_000, 100_000)
    )
    assert told[0] is not None
    assert (told[0].bank_minor, told[0].books_minor, told[0].unexplained_minor) == (105_000, 105_000, 0)


def test_a_statement_that_is_missing_is_noticed_until_it_comes(banking: Banking) -> None:
    banking.receive(1_000)
    missing = banking.state()
    banking.receive(2_000)
    banking.collect(banking.state())
    found = banking.safeguarding()
    assert (found.unexplained_minor, found.missing_before) == (1_000, ("ST000003",))
    assert "bank_statement_is_explained" in banking.broken()
    banking.collect(missing)
    assert banking.safeguarding().unexplained_minor == 0
    assert banking.broken() == []


def test_an_answer_that_comes_after_the_debit_changes_nothing_and_is_told(banking: Banking) -> None:
    payout = banking.ask(10_000)
    banking.send()
    [report] = [one for one in banking.files.list_files() if b"pain.002" in one]
    banking.collect(banking.state())
    late = report.replace(b"ACSC", b"RJCT")
    assert banking.collect(report).findings == ()
    [finding] = banking.collect(late).findings
    assert "which it has booked as paid" in finding
    assert banking.payout(payout).state == PayoutState.PAID
    assert banking.balance() == 90_000


def test_a_debit_of_what_was_rejected_is_a_difference(banking: Banking) -> None:
    banking.files.closed.add(THEIRS)
    payout = banking.ask(10_000)
    banking.send()
    banking.collect()
    banking.bank.pay_out(amount_minor=10_000, reference=payout.reference, at=banking.bank.now())
    banking.state()
    [finding] = banking.collect().findings
    assert "which the bank had rejected" in finding
    [difference] = banking.safeguarding().differences
    assert difference.amount_minor == -10_000
    assert banking.safeguarding().unexplained_minor == 0
    # The bank holds less than is owed: that is an incident, and not an adjustment.
    assert banking.collect(banking.files.list_files()[-1]).broken == ("bank_covers_emoney",)
    assert banking.broken() == ["bank_covers_emoney"]
    back = banking.receive(10_000, narrative="our mistake")
    banking.state()
    banking.collect()
    cancel(banking, difference.reference, back)
    assert banking.safeguarding().differences == ()
    assert banking.broken() == []


def cancel(banking: Banking, reference: str, against: str) -> None:
    with banking.database.transaction(TEST_ACTOR) as tx:
        payments.cancel_out(tx, reference=reference, against=against, reason="the bank took it back")


def test_a_second_debit_and_one_of_another_amount_are_differences(banking: Banking) -> None:
    payout, other = banking.ask(10_000), banking.ask(5_000)
    banking.send()
    banking.bank.pay_out(amount_minor=10_000, reference=payout.reference, at=banking.bank.now())
    banking.bank.pay_out(amount_minor=4_999, reference=other.reference, at=banking.bank.now())
    banking.bank.pay_out(amount_minor=1, reference="NOBODYASKEDFORTHISEVER1234", at=banking.bank.now())
    banking.state()
    found = banking.collect(banking.files.list_files()[-1])
    told = " ".join(found.findings)
    assert (found.paid, len(found.findings)) == (2, 3)
    for words in ("A second debit", "of another amount", "none of our payouts"):
        assert words in told
    assert banking.balance() == 85_000


def test_a_charge_is_borne_by_the_issuer_or_stays_a_difference(banking: Banking) -> None:
    banking.bank.take(amount_minor=700, at=banking.bank.now())
    banking.state()
    assert len(banking.collect().findings) == 1
    [difference] = banking.safeguarding().differences
    with banking.database.transaction(TEST_ACTOR) as tx:
        with pytest.raises(PayoutRefused, match="insufficient funds"):
            payments.bear_debit(tx, reference=difference.reference, reason="account keeping")
        issuer = payments.get_institutions(tx).issuer_account_id
    banking.receive(2_000, narrative=f"own funds {show_id('acc', issuer)}")
    banking.state()
    banking.collect()
    with banking.database.transaction(TEST_ACTOR) as tx:
        with pytest.raises(BadBankFile):
            payments.bear_debit(tx, reference=difference.reference, reason=" ")
        payments.bear_debit(tx, reference=difference.reference, reason="account keeping")
    with (
        banking.database.transaction(TEST_ACTOR) as tx,
        pytest.raises(EntryAlreadyAssigned),
    ):
        payments.bear_debit(tx, reference=difference.reference, reason="once more")
    assert banking.balance(issuer) == 1_300
    assert banking.broken() == []


def test_a_credit_that_names_nobody_waits_and_is_assigned_by_hand(banking: Banking) -> None:
    reference = banking.receive(3_000, narrative="for the bodega")
    other = banking.receive(4_000, narrative=f"for {show_id('acc', new_id(banking.now()))}")
    banking.state()
    content = banking.files.list_files()[-1]
    found = banking.collect()
    assert (found.deposits, len(found.findings)) == (0, 2)
    assert [one.amount_minor for one in banking.safeguarding().differences] == [3_000, 4_000]
    with banking.database.transaction(TEST_ACTOR) as tx:
        with pytest.raises(NotAnEmoneyAccount):
            payments.assign_credit(tx, reference=other, account_id=AccountId(new_id(tx.now)))
        payments.assign_credit(tx, reference=reference, account_id=banking.agent.account_id)
    for bad, refusal in (
        (reference, EntryAlreadyAssigned),
        ("PB-999999", UnknownBankEntry),
        ("\0", UnknownBankEntry),
    ):
        with banking.database.transaction(TEST_ACTOR) as tx, pytest.raises(refusal):
            payments.assign_credit(tx, reference=bad, account_id=banking.agent.account_id)
    assert banking.collect(content).findings != ()
    assert banking.balance() == 103_000
    assert banking.broken() == []


def test_bookings_that_do_not_cancel_are_not_taken_for_it(banking: Banking) -> None:
    banking.bank.take(amount_minor=700, at=banking.bank.now())
    banking.receive(600, narrative="?")
    banking.state()
    banking.collect()
    debit, credit = banking.safeguarding().differences
    for one, other in ((debit, credit), (credit, debit), (debit, debit)):
        with banking.database.transaction(TEST_ACTOR) as tx, pytest.raises(EntriesDoNotCancel):
            payments.cancel_out(tx, reference=one.reference, against=other.reference, reason="?")
    with banking.database.transaction(TEST_ACTOR) as tx, pytest.raises(UnknownBankEntry):
        payments.bear_debit(tx, reference=credit.reference, reason="a credit")
    with banking.database.transaction(TEST_ACTOR) as tx, pytest.raises(UnknownBankEntry):
        payments.assign_credit(tx, reference=debit.reference, account_id=banking.agent.account_id)


def test_a_file_that_is_rejected_as_a_whole_gives_everything_back(banking: Banking) -> None:
    for _ in range(3):
        banking.ask(1_000)
    with banking.database.transaction(TEST_ACTOR) as tx:
        file = payments.make_payout_file(tx)
    assert file is not None
    whole = (
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt>'
        "<GrpHdr><MsgId>R1</MsgId>"
        "<CreDtTm>2025-06-02T12:00:00Z</CreDtTm></GrpHdr><OrgnlGrpInfAndSts><OrgnlMsgId>{}</OrgnlMsgId>"
        "<OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId><GrpSts>RJCT</GrpSts><StsRsnInf><Rsn><Cd>AM05</Cd></Rsn>"
        "</StsRsnInf></OrgnlGrpInfAndSts></CstmrPmtStsRpt></Document>"
    )
    found = banking.collect(whole.format(file.message_id).encode())
    assert (found.rejected, banking.balance()) == (3, 100_000)
    [finding] = banking.collect(whole.format("NEVER").encode()).findings
    assert "which we never wrote" in finding
    assert banking.broken() == []


def test_answers_to_what_we_never_asked_are_told(banking: Banking) -> None:
    payout = banking.ask(1_000)
    report = (
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt>'
        "<GrpHdr><MsgId>R1</MsgId>"
        "</GrpHdr><OrgnlGrpInfAndSts><OrgnlMsgId>X</OrgnlMsgId></OrgnlGrpInfAndSts><OrgnlPmtInfAndSts>"
        "<TxInfAndSts><OrgnlEndToEndId>{}</OrgnlEndToEndId><TxSts>RJCT</TxSts></TxInfAndSts>"
        "</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>"
    )
    [unknown] = banking.collect(report.format("NOBODY").encode()).findings
    [early] = banking.collect(report.format(payout.reference).encode()).findings
    assert "never asked for" in unknown
    assert "in no file yet" in early
    assert banking.in_transit() == 1_000


def test_two_who_read_a_file_at_once_take_each_booking_once(banking: Banking) -> None:
    """A bug: the second was told of a second debit that there was not."""
    for _ in range(3):
        banking.ask(1_000)
    banking.send()
    banking.receive(500)
    content = banking.state()
    found: list[payments.BankFileRead] = []
    threads = [threading.Thread(target=lambda: found.append(banking.collect(content))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (sum(one.paid for one in found), sum(one.deposits for one in found)) == (3, 1)
    assert [one.findings for one in found] == [()] * 4
    assert banking.broken() == []


def test_a_credit_is_assigned_or_cancels_a_debit_and_never_both(banking: Banking) -> None:
    banking.bank.take(amount_minor=700, at=banking.bank.now())
    banking.receive(700, narrative="?")
    banking.state()
    banking.collect()
    debit, credit = banking.safeguarding().differences
    done: list[str] = []

    def assign() -> None:
        with banking.database.transaction(TEST_ACTOR) as tx:
            payments.assign_credit(tx, reference=credit.reference, account_id=banking.agent.account_id)
        done.append("assigned")

    def cancel_it() -> None:
        cancel(banking, debit.reference, credit.reference)
        done.append("cancelled")

    def run(step: Callable[[], None]) -> None:
        with contextlib.suppress(EntryAlreadyAssigned):
            step()

    threads = [threading.Thread(target=run, args=(step,)) for step in (assign, cancel_it) * 4]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 1
    assert banking.safeguarding().unexplained_minor == 0


def test_a_booking_whose_amount_changed_and_a_statement_that_did_are_refused(banking: Banking) -> None:
    banking.receive(5_000)
    content = banking.state()
    banking.collect(content)
    other = content.replace(b"50.00", b"60.00").replace(b"1050.00", b"1060.00")
    with pytest.raises(BankStatementDiffers):
        banking.collect(other)
    renumbered = other.replace(b"ST000002", b"ST000009")
    [finding] = banking.collect(renumbered).findings
    assert "with another amount" in finding
    assert banking.balance() == 105_000


def test_a_statement_of_another_account_is_refused(banking: Banking) -> None:
    banking.receive(5_000)
    content = banking.state().replace(OURS.encode(), ANOTHER.encode())
    with pytest.raises(ForeignBankFile, match="0158"):
        banking.collect(content)
    assert banking.balance() == 100_000


def test_one_file_that_cannot_be_read_stops_no_other(banking: Banking) -> None:
    banking.receive(1_000)
    banking.state()

    class Muddled:
        def take_payouts(self, message_id: str, content: bytes) -> None:
            raise AssertionError

        def list_files(self) -> list[bytes]:
            return [b"<nonsense", *banking.files.list_files()]

    found = payments.collect_bank_files(banking.database, bank=Muddled(), actor=TEST_ACTOR)
    assert "cannot be read" in found[0].findings[0]
    assert sum(one.deposits for one in found) == 1
    assert banking.balance() == 101_000


@NEEDS_SCHEMAS
def test_what_the_bank_sends_is_valid_and_what_is_not_is_refused_by_the_schema(banking: Banking) -> None:
    banking.files.closed.add(THEIRS)
    banking.ask(1_000)
    banking.ask(2_000, to=ANOTHER)
    banking.send()
    banking.receive(1_000, narrative="Ñuñoa & <hijos>")
    banking.state()
    for content in banking.files.list_files():
        check(etree.fromstring(content), SCHEMAS)
        payments.read_bank_file(banking.database, content=content, schemas=SCHEMAS, actor=TEST_ACTOR)
    for content in (GOOD.replace("<MsgId>M</MsgId>", "").encode(), b'<a xmlns="urn:x:nothing"/>'):
        with pytest.raises(BadBankFile, match=r"schema|not valid"):
            payments.read_bank_file(banking.database, content=content, schemas=SCHEMAS, actor=TEST_ACTOR)


@pytest.mark.parametrize("after", [1, 2, 3])
def test_a_reading_that_is_killed_goes_on(
    banking: Banking, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    for amount in (1_000, 2_000, 4_000):
        banking.receive(amount)
    content = banking.state()
    begun = itertools.count(1)
    begin = type(banking.database).transaction

    class Killed(BaseException):
        pass

    def dying(self: Database, *given: object) -> object:
        if next(begun) > after + 2:
            raise Killed
        return begin(self, *given)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(Database, "transaction", dying)
        with pytest.raises(Killed):
            payments.read_bank_file(banking.database, content=content, actor=TEST_ACTOR)
    part = banking.balance()
    assert part == 100_000 + sum((1_000, 2_000, 4_000)[:after])
    banking.collect(content)
    assert banking.balance() == 107_000
    assert banking.broken() == []


def test_no_bank_account_or_name_is_logged(logged: io.StringIO, banking: Banking) -> None:
    banking.files.closed.add(THEIRS)
    banking.ask(1_000)
    banking.send()
    banking.collect()
    told = logged.getvalue()
    assert THEIRS not in told
    assert "Don Pepe" not in told
