"""Papers to take home, as files: whoever asks is the holder, or somebody whose reading is written down."""

from __future__ import annotations

from datetime import date

from ayni import identity
from ayni.foundation.db import Tx
from ayni.values.ids import PersonId, TransferId
from ayni.wallet.formats import papers as formats
from ayni.wallet.model.papers import PaperKind, Period
from ayni.wallet.queries.papers import get_period, get_receipt


def write_statement(
    tx: Tx,
    *,
    person_id: PersonId,
    since: date,
    until: date,
    kind: PaperKind,
    language: str = "es",
    purpose: str | None = None,
) -> bytes:
    """A statement of some days as a file. With a `purpose` it is somebody else who reads it.

    Raises UnknownWallet, BadPeriod, PeriodTooLong, UnknownLanguage, DocumentsNotInstalled.
    """
    period = get_period(tx, person_id=person_id, since=since, until=until)
    if purpose is not None:
        identity.privacy.note_listed(tx, person_ids=[person_id], purpose=purpose)
    zone = tx.country.timezone
    if kind is PaperKind.CSV:
        return formats.write_csv(period, language=language, zone=zone)
    return formats.write_pdf(period, language=language, zone=zone, money=tx.country.format_money)


def read_period(
    tx: Tx, *, person_id: PersonId, since: date, until: date, purpose: str | None = None
) -> Period:
    """The same to be shown. Raises UnknownWallet, BadPeriod, PeriodTooLong."""
    if purpose is not None:
        identity.privacy.note_listed(tx, person_ids=[person_id], purpose=purpose)
    return get_period(tx, person_id=person_id, since=since, until=until)


def write_receipt(tx: Tx, *, person_id: PersonId, transfer_id: TransferId, language: str = "es") -> bytes:
    """A receipt of one event as PDF. Raises UnknownWallet, UnknownEvent, UnknownLanguage,
    DocumentsNotInstalled.
    """
    return formats.write_receipt(
        get_receipt(tx, person_id=person_id, transfer_id=transfer_id),
        holder=identity.get_person(tx, person_id=person_id).full_name,
        language=language,
        zone=tx.country.timezone,
        money=tx.country.format_money,
        made_at=tx.now,
    )
