"""Case files of suspicious activity: opened, added to, and dismissed or reported. Their subject is told
nothing.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from ayni import identity
from ayni.foundation import audit
from ayni.foundation.db import Tx
from ayni.identity import OfficerRole
from ayni.values.ids import PersonId, new_id, show_id
from ayni.wallet import queries
from ayni.wallet.errors.safety import UnknownCase
from ayni.wallet.model.safety import CaseFile
from ayni.wallet.operations.office import check_officer
from ayni.wallet.queries.papers import get_period
from ayni.wallet.store import safety as store
from ayni.wallet.store import stops as stops_store

OFFICERS = (OfficerRole.COMPLIANCE,)
_DAYS = 365


def open_case(tx: Tx, *, person_id: PersonId, reason: str) -> UUID:
    """Open a case file. Raises UnknownWallet, CaseRefused, RoleNotGranted, OwnCase."""
    check_officer(tx, roles=OFFICERS, person_id=person_id)
    queries.get_wallet(tx, person_id=person_id)
    case_id = new_id(tx.now)
    store.insert_case(tx, case_id, person_id, reason=reason)
    audit.record(tx, action="wallet.open_case", subject=f"case {case_id}")
    return case_id


def add_note(tx: Tx, *, case_id: UUID, note: str) -> None:
    """Add to an open case file. Raises UnknownCase, CaseRefused, RoleNotGranted, OwnCase."""
    case = _get_open(tx, case_id)
    store.insert_note(tx, case.id, note)


def end_case(tx: Tx, *, case_id: UUID, reason: str, reference: str | None = None) -> None:
    """Dismiss a case file, or end it as reported under the authority's `reference`.

    Raises UnknownCase, CaseRefused, RoleNotGranted, OwnCase.
    """
    case = _get_open(tx, case_id)
    how = "dismissed" if reference is None else "reported"
    if not store.insert_case_end(tx, case.id, how=how, reference=reference, reason=reason):
        raise UnknownCase
    audit.record(tx, action=f"wallet.case_{how}", subject=f"case {case.id}")


def list_open(tx: Tx, *, most: int = 100) -> list[CaseFile]:
    """Case files that have not ended, the oldest first. Raises RoleNotGranted."""
    identity.get_acting_officer(tx, roles=OFFICERS)
    return store.list_open_cases(tx, most=most)


def report(tx: Tx, *, case_id: UUID) -> dict[str, Any]:
    """Everything that an authority asks for, as plain data: who, what moved in a year, what was odd, what was
    done.

    That it was read is written down with the case, and not where its subject could see it. Raises
    UnknownCase, RoleNotGranted, OwnCase, PeriodTooLong.
    """
    case = store.find_case(tx, case_id)
    if case is None:
        raise UnknownCase
    check_officer(tx, roles=OFFICERS, person_id=case.person_id)
    person = identity.get_person(tx, person_id=case.person_id)
    since: date = max(tx.today - timedelta(days=_DAYS), person.recorded_at.date())
    period = get_period(tx, person_id=case.person_id, since=min(since, tx.today), until=tx.today)
    audit.record(tx, action="wallet.report_case", subject=f"case {case.id}")
    return {
        "case": _plain(case),
        "person": {
            "id": show_id("per", person.id),
            "name": person.full_name,
            "birth_on": _plain_value(person.birth_on),
        },
        "statement": [
            {
                "at": entry.at.isoformat(),
                "code": entry.code,
                "with": entry.counterpart,
                "amount_minor": entry.amount_minor,
                "balance_minor": entry.balance_minor,
            }
            for entry in period.entries
        ],
        "decisions": [_plain(one) for one in store.list_decisions(tx, case.person_id)],
        "sanctions": [_plain(one) for one in store.list_hits(tx, case.person_id)],
        "stops": [_plain(one) for one in stops_store.list_stops(tx, case.person_id)],
        "notes": [
            {"note": note, "by": by, "at": at.isoformat()} for note, by, at in store.list_notes(tx, case.id)
        ],
    }


def _get_open(tx: Tx, case_id: UUID) -> CaseFile:
    case = store.find_case(tx, case_id)
    if case is None or case.ended is not None:
        raise UnknownCase
    check_officer(tx, roles=OFFICERS, person_id=case.person_id)
    return case


def _plain(row: object) -> dict[str, Any]:
    return {name: _plain_value(getattr(row, name)) for name in type(row).__dataclass_fields__}  # type: ignore[attr-defined]


def _plain_value(value: object) -> object:
    return value if value is None or isinstance(value, int | str | bool) else str(value)
