"""Giving people everything that is known of them: identity's own part, and the parts of other modules."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

from ayni.foundation import audit
from ayni.foundation.db import Tx
from ayni.identity.model import Person, PersonFile, Representation
from ayni.identity.ports import ExportPart
from ayni.identity.queries.file import check_may_see_restricted, gather_file, list_reads
from ayni.identity.queries.officers import list_held_roles
from ayni.identity.queries.people import get_anybody
from ayni.identity.store import people as people_store
from ayni.identity.store import privacy as store
from ayni.values.ids import PersonId, show_id

FORMAT, VERSION = "ayni.person", 1

_PARTS: dict[str, ExportPart] = {}

_Row = TypeVar("_Row")


def register_export_part(name: str, part: ExportPart) -> None:
    """Join another module's part to every export, under its name. Twice is once."""
    if name in ("format", "version", "country", "person", "exported_at", "identity"):
        raise ValueError(f"{name} is a field of the export itself")
    _PARTS[name] = part


def export_person(tx: Tx, *, person_id: PersonId, purpose: str) -> dict[str, Any]:
    """Everything that Ayni knows of a person, as plain JSON (docs/concepts/person-export.md).

    It is written down as a read before it is gathered, so that it names itself. Of a restricted file only a
    registrar or an auditor may make it. Raises UnknownPerson, PersonRefused (no purpose), RoleNotGranted,
    OwnCase, OfficerDisabled.
    """
    person = get_anybody(tx, person_id=person_id)
    if person.restricted:
        check_may_see_restricted(tx, person_id=person_id)
    store.insert_read(tx, person_id=person_id, kind="export", purpose=purpose)
    audit.record(tx, action="identity.export", subject=show_id("per", person_id), reason=purpose)
    found: dict[str, Any] = {
        "format": FORMAT,
        "version": VERSION,
        "country": tx.country.code,
        "person": show_id("per", person_id),
        "exported_at": _plain(tx.now),
        "identity": _identity(tx, gather_file(tx, person=person)),
    }
    return found | {name: part(tx, person_id=person_id) for name, part in sorted(_PARTS.items())}


def _identity(tx: Tx, file: PersonFile) -> dict[str, Any]:
    person_id = file.person.id
    return {
        "present": _present(file.person),
        "particulars": _rows(file.particulars),
        "documents": _rows(file.documents),
        "withdrawn_documents": _rows(file.withdrawn_documents),
        "verifications": _rows(file.verifications),
        "contacts": _rows(file.contacts),
        "addresses": _rows(file.addresses),
        "representatives": [_representation(tx, one, one.representative_id) for one in file.representatives],
        "represents": [_representation(tx, one, one.person_id) for one in file.represents],
        "consents": _rows(file.consents),
        "deaths": _rows(file.deaths),
        "restrictions": _rows(file.restrictions),
        "accounts": [
            {
                "officer": show_id("off", one.id),
                "login": one.login,
                "disabled": one.disabled,
                "roles": _rows(list_held_roles(tx, officer_id=one.id)),
            }
            for one in file.accounts
        ],
        "other_files": [show_id("per", other) for other in file.other_files],
        "reads": _rows(list_reads(tx, person_id=person_id)),
        "deeds": _rows(audit.list_audit(tx, subject=show_id("per", person_id))),
    }


def _present(person: Person) -> dict[str, Any]:
    return {name: _plain(value) for name, value in asdict(person).items() if name != "id"}


def _representation(tx: Tx, one: Representation, other_id: PersonId) -> dict[str, Any]:
    """The other person by the name that is enough to recognise them: their file is theirs."""
    other = people_store.find_person(tx, person_id=other_id)
    assert other is not None
    initial = f" {other.first_surname[:1]}." if other.first_surname else ""
    name = "…" if other.restricted else f"{other.given_names.split(' ')[0]}{initial}"
    row: dict[str, Any] = {"other": name}
    left_out = ("number", "person_id", "representative_id")
    return row | {field: _plain(value) for field, value in asdict(one).items() if field not in left_out}


def _rows(rows: Sequence[_Row]) -> list[dict[str, Any]]:
    to_dict: Callable[[Any], dict[str, Any]] = asdict
    return [{name: _plain(value) for name, value in to_dict(row).items()} for row in rows]


def _plain(value: object) -> object:
    if isinstance(value, date | datetime):
        return value.isoformat()
    return show_id("per", value) if isinstance(value, UUID) else value
