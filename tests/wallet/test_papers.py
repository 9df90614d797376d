"""Statements of any days and receipts of any event, as CSV and as PDF."""

from __future__ import annotations

import csv
import io
import sys
from dataclasses import replace
from datetime import timedelta

import pytest
from pypdf import PdfReader

from ayni import identity, payments, wallet
from ayni.foundation.clock import set_clock
from ayni.identity import NewPerson
from ayni.sandbox.identity_register import SandboxIdentityRegister
from ayni.values.ids import PersonId, TransferId, new_id
from ayni.wallet.errors.papers import (
    BadPeriod,
    DocumentsNotInstalled,
    PeriodTooLong,
    UnknownEvent,
    UnknownLanguage,
)
from ayni.wallet.formats.words import LANGUAGES, what
from ayni.wallet.model import papers as model
from ayni.wallet.model.papers import PaperKind
from ayni.wallet.operations.tiers import RESIDENT_COUNTS
from ayni.wallet.queries import papers
from tests.wallet.conftest import City


def on_day(city: City, days: int) -> City:
    at = city.tx.now + timedelta(days=days)
    set_clock(city.tx, at=at)
    return replace(city, tx=replace(city.tx, now=at))


def three_days(city: City) -> City:
    city.give(10_000)
    city = on_day(city, 1)
    city.give(3_000, "food")
    city.pay(4_000)
    city = on_day(city, 1)
    city.cash_out(1_000)
    city.save(500)
    return city


def period(city: City, first: int, last: int) -> model.Period:
    start = city.tx.today - timedelta(days=2)
    return papers.get_period(
        city.tx,
        person_id=city.resident,
        since=start + timedelta(days=first),
        until=start + timedelta(days=last),
    )


def test_a_statement_is_of_the_days_that_were_asked_for(city: City) -> None:
    city = three_days(city)
    whole, middle, before = period(city, 0, 2), period(city, 1, 1), period(city, -5, -1)
    assert [entry.amount_minor for entry in whole.entries] == [10_000, 3_000, -4_000, -1_000, 0]
    assert (whole.opening_minor, whole.closing_minor) == (0, 8_000)
    assert [entry.amount_minor for entry in middle.entries] == [3_000, -4_000]
    assert (middle.opening_minor, middle.closing_minor) == (10_000, 9_000)
    assert (before.opening_minor, before.entries, before.closing_minor) == (0, (), 0)
    later = on_day(city, 5)
    quiet = papers.get_period(later.tx, person_id=city.resident, since=later.tx.today, until=later.tx.today)
    assert (quiet.opening_minor, quiet.entries, quiet.closing_minor) == (8_000, (), 8_000)


def test_long_statements_are_whole_over_many_pages(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ayni.wallet.queries.MOST_ENTRIES", 3)
    city = three_days(city)
    for _ in range(10):
        city.cash_in(100)
    found = period(city, 0, 2)
    assert (len(found.entries), found.opening_minor, found.closing_minor) == (15, 0, 9_000)
    monkeypatch.setattr(papers, "MOST_LINES", 14)
    with pytest.raises(PeriodTooLong, match="14"):
        period(city, 0, 2)


def test_days_in_the_wrong_order_or_to_come_are_refused(city: City) -> None:
    with pytest.raises(BadPeriod):
        period(city, 1, 0)
    with pytest.raises(BadPeriod):
        period(city, 3, 4)


def statement(city: City, kind: PaperKind, language: str = "es", person_id: PersonId | None = None) -> bytes:
    return wallet.papers.write_statement(
        city.tx,
        person_id=person_id or city.resident,
        since=city.tx.today - timedelta(days=5),
        until=city.tx.today,
        kind=kind,
        language=language,
    )


def test_a_csv_has_a_line_for_each_event_and_plain_numbers(city: City) -> None:
    content = statement(three_days(city), PaperKind.CSV)
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert [(row["Operación"], row["Con"], row["Monto"], row["Saldo"]) for row in rows] == [
        ("Beneficio recibido", "Canasta Solidaria", "100.00", "100.00"),
        ("Beneficio recibido", "Canasta Solidaria", "30.00", "130.00"),
        ("Pago", "Bodega Doña Julia", "-40.00", "90.00"),
        ("Retiro en efectivo", "Agente Don Pepe", "-10.00", "80.00"),
        ("Ahorro", "", "0.00", "80.00"),
    ]
    assert rows[2]["De qué dinero"] == "libre, food"


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_pdf_says_the_same(city: City, language: str) -> None:
    told = text_of(statement(three_days(city), PaperKind.PDF, language))
    for words in ("Rosa María Quispe Huamán", "Bodega Doña Julia", "S/ 80.00", "S/ 40.00"):
        assert words in told
    assert ("Saldo final" in told) is (language == "es")


def test_names_are_neither_formulas_nor_markup(city: City) -> None:
    code = "EVIL01"
    name = "=HYPERLINK(1) #strike[x] $y$ \\ <b> “ñ” 🐣"
    shop = wallet.open_merchant(
        city.tx, keeper_id=city.bodega.keeper_id, code=code, display_name=name, category="grocery"
    )
    city.give(1_000)
    city.pay(100, at=shop)
    assert f"'{name}" in statement(city, PaperKind.CSV).decode()
    told = text_of(statement(city, PaperKind.PDF))
    assert "#strike[x] $y$ \\ <b>" in " ".join(told.split())


def test_a_name_of_200_letters_and_a_quiet_month_fit_on_paper(city: City) -> None:
    person = identity.register_person(
        city.tx,
        person=NewPerson(
            given_names="Ñ" * 100,
            first_surname="’Q’ero",
            synthetic=True,
            document=(city.tx.country.document_kinds[0], "45678912"),
        ),
    )
    identity.verify_documents(city.tx, SandboxIdentityRegister(), person_ids=[person.id])
    wallet.open_wallets(city.tx, person_ids=[person.id])
    wallet.take_into_use(city.tx, person_ids=[person.id])
    told = text_of(statement(city, PaperKind.PDF, person_id=person.id))
    assert "Sin movimientos" in told


def test_every_event_of_a_wallet_has_its_word() -> None:
    for code in RESIDENT_COUNTS:
        for language in LANGUAGES:
            assert what(code, language)


def test_an_unknown_language_is_refused(city: City) -> None:
    for kind in PaperKind:
        with pytest.raises(UnknownLanguage, match="es, en"):
            statement(city, kind, "qu")


def test_without_the_package_the_pdf_is_refused_and_the_csv_is_not(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(DocumentsNotInstalled, match="documents"):
        statement(city, PaperKind.PDF)
    assert statement(city, PaperKind.CSV)


def receipt_of(city: City, transfer_id: TransferId | None) -> model.ReceiptPaper:
    assert transfer_id is not None
    return papers.get_receipt(city.tx, person_id=city.resident, transfer_id=transfer_id)


def test_every_event_has_a_receipt(city: City) -> None:
    city.give(5_000, "food")
    city.give(5_000)
    paid = city.pay(6_000)
    city.refund(2_000)
    found = receipt_of(city, paid.payment_id)
    assert (found.amount_minor, found.counterpart, found.returned_minor) == (
        -6_000,
        "Bodega Doña Julia",
        2_000,
    )
    assert found.parts == {"food": -5_000, "free": -1_000}
    for entry in wallet.statement(city.tx, person_id=city.resident).entries:
        row = city.tx.connection.execute(
            "SELECT id FROM ledger.transfers WHERE event_id = %s LIMIT 1", [entry.event_id]
        ).fetchone()
        assert row is not None
        assert receipt_of(city, row[0]).amount_minor == entry.amount_minor


def test_a_receipt_tells_the_fee_apart(city: City) -> None:
    city = city.with_fees("pay", 20)
    city.give(5_000)
    paid = city.pay(3_000)
    found = receipt_of(city, paid.payment_id)
    assert (found.amount_minor, found.fee_minor) == (-3_000, 20)
    assert paid.payment_id is not None
    told = text_of(wallet.papers.write_receipt(city.tx, person_id=city.resident, transfer_id=paid.payment_id))
    assert "S/ 0.20" in told
    assert "trf_" in told


def test_what_is_saved_has_a_receipt_that_moves_nothing(city: City) -> None:
    city.give(5_000)
    city.save(1_000)
    [newest, _] = wallet.statement(city.tx, person_id=city.resident).entries
    row = city.tx.connection.execute(
        "SELECT id FROM ledger.transfers WHERE event_id = %s", [newest.event_id]
    ).fetchone()
    assert row is not None
    found = receipt_of(city, row[0])
    assert (found.amount_minor, found.parts) == (0, {"free": -1_000, "goal School": 1_000})


def test_what_is_anothers_has_no_receipt_here(city: City) -> None:
    issuer = payments.get_institutions(city.tx).issuer_account_id
    city.deposit(100, issuer)
    row = city.tx.connection.execute(
        "SELECT id FROM ledger.transfers WHERE credit_account_id = %s", [issuer]
    ).fetchone()
    assert row is not None
    for transfer_id in (row[0], new_id(city.tx.now)):
        with pytest.raises(UnknownEvent):
            receipt_of(city, TransferId(transfer_id))


def test_whoever_else_reads_a_statement_is_written_down(city: City) -> None:
    city.give(1_000)
    wallet.papers.write_statement(
        city.tx,
        person_id=city.resident,
        since=city.tx.today,
        until=city.tx.today,
        kind=PaperKind.CSV,
        purpose="complaint 12",
    )
    reads = identity.list_reads(city.tx, person_id=city.resident)
    assert [one.purpose for one in reads] == ["complaint 12"]
