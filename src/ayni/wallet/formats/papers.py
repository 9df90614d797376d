"""Statements and receipts as CSV and PDF. Nothing that somebody is called is taken for a formula, or for
markup.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

from ayni.foundation.tabular import guarded
from ayni.values.ids import show_id
from ayni.wallet.errors.papers import DocumentsNotInstalled, UnknownLanguage
from ayni.wallet.formats.words import LANGUAGES, kind_of_money, what, word, words
from ayni.wallet.model import StatementEntry
from ayni.wallet.model.papers import Period, ReceiptPaper

Money = Callable[[int], str]
"""How the country writes an amount."""

_COLUMNS = ("date", "time", "what", "with", "kind", "amount", "balance")


def write_csv(period: Period, *, language: str, zone: ZoneInfo) -> bytes:
    """One line for each event, amounts with two decimals and a point, in UTF-8 with a mark (for
    spreadsheets).

    Raises UnknownLanguage.
    """
    _check(language)
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(
        [word(name, language) for name in ("date", "time", "what", "with", "kind", "amount", "balance")]
    )
    for entry in period.entries:
        at = entry.at.astimezone(zone)
        writer.writerow(
            [
                at.date().isoformat(),
                f"{at:%H:%M}",
                what(entry.code, language),
                guarded(entry.counterpart),
                guarded(_kinds(entry, language)),
                _decimal(entry.amount_minor),
                _decimal(entry.balance_minor),
            ]
        )
    return out.getvalue().encode("utf-8-sig")


def _decimal(amount_minor: int) -> str:
    sign = "-" if amount_minor < 0 else ""
    return f"{sign}{abs(amount_minor) // 100}.{abs(amount_minor) % 100:02d}"


def _kinds(entry: StatementEntry, language: str) -> str:
    return ", ".join(kind_of_money(name, language) for name, amount in entry.parts.items() if amount)


def write_pdf(period: Period, *, language: str, zone: ZoneInfo, money: Money) -> bytes:
    """The same to be printed, A4. Raises UnknownLanguage, DocumentsNotInstalled."""
    _check(language)
    rows = [
        [
            f"{entry.at.astimezone(zone):%Y-%m-%d %H:%M}",
            what(entry.code, language),
            entry.counterpart,
            _kinds(entry, language),
            money(entry.amount_minor),
            money(entry.balance_minor),
        ]
        for entry in period.entries
    ]
    names = ("date", "what", "with", "kind", "amount", "balance")
    days = word("period", language, since=period.since.isoformat(), until=period.until.isoformat())
    return _compile(
        title=word("statement", language),
        language=language,
        made_at=period.made_at.astimezone(zone),
        head=[
            (word("holder", language), period.holder),
            (word("statement", language), days),
            (word("opening", language), money(period.opening_minor)),
        ],
        names=[word(name, language) for name in names],
        columns=["text", "text", "wide", "text", "number", "number"],
        rows=rows,
        foot=[(word("closing", language), money(period.closing_minor))],
    )


def write_receipt(
    receipt: ReceiptPaper, *, holder: str, language: str, zone: ZoneInfo, money: Money, made_at: datetime
) -> bytes:
    """A receipt of one event to be printed. Raises UnknownLanguage, DocumentsNotInstalled."""
    _check(language)
    head = [
        (word("number", language), show_id("trf", receipt.transfer_id)),
        (word("holder", language), holder),
        (word("date", language), f"{receipt.at.astimezone(zone):%Y-%m-%d %H:%M}"),
        (word("what", language), what(receipt.code, language)),
        (word("with", language), receipt.counterpart),
        (word("amount", language), money(receipt.amount_minor)),
    ]
    if receipt.fee_minor:
        head.append((word("fee", language), money(receipt.fee_minor)))
    if receipt.returned_minor:
        head.append((word("returned", language), money(receipt.returned_minor)))
    return _compile(
        title=word("receipt", language),
        language=language,
        made_at=made_at.astimezone(zone),
        head=head,
        names=[word("kind", language), word("amount", language)],
        columns=["wide", "number"],
        rows=[[kind_of_money(name, language), money(amount)] for name, amount in receipt.parts.items()],
        foot=[],
    )


def _check(language: str) -> None:
    if language not in LANGUAGES:
        raise UnknownLanguage(languages=", ".join(LANGUAGES))


def _compile(
    *,
    title: str,
    language: str,
    made_at: datetime,
    head: Sequence[tuple[str, str]],
    names: Sequence[str],
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    foot: Sequence[tuple[str, str]],
) -> bytes:
    try:
        import typst
    except ModuleNotFoundError:
        raise DocumentsNotInstalled from None
    ours = words(language)
    data: dict[str, Any] = {
        **{"title": title, "language": language, "head": head, "names": names, "columns": columns},
        **{"rows": rows, "foot": foot, "claim": ours["claim"], "nothing": ours["nothing"]},
        "made": word("made", language, at=f"{made_at:%Y-%m-%d %H:%M}"),
    }
    template = files("ayni.wallet.formats").joinpath("paper.typ").read_bytes()
    return bytes(typst.compile(template, sys_inputs={"data": json.dumps(data)}))
