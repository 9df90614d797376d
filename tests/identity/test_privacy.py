"""Opening a file, being given it, and having it restricted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from uuid import uuid4

import psycopg
import pytest

from ayni import identity
from ayni.foundation.db import Database, Tx
from ayni.identity import OfficerRole, RepresentativeKind, errors, lives, officers, privacy, reach, rights
from ayni.sandbox.identity_register import SandboxIdentityRegister
from ayni.values.ids import PersonId
from tests.identity.cast import PAPER, PHONE, ROSA, Office, acting, officer, open_office, register

NOBODY = PersonId(uuid4())
DOCUMENT = ("DNI", "10117410")


@pytest.fixture
def office(tx: Tx) -> Office:
    return open_office(tx)


def test_who_opens_a_file_is_written_down_and_shown_to_the_person(office: Office) -> None:
    privacy.open_file(office.tx, person_id=office.rosa.id, purpose="counter")
    file = privacy.open_file(office.approver, person_id=office.rosa.id, purpose="complaint 7")
    assert file.person == office.rosa
    assert [d.number for d in file.documents] == ["10117410"]
    reads = identity.list_reads(office.tx, person_id=office.rosa.id)
    assert [(r.kind, r.purpose, r.read_by, r.channel) for r in reads] == [
        ("file", "counter", "tester", "test"),
        ("file", "complaint 7", office.approver.actor.who, "test"),
    ]


def test_a_restricted_person_is_not_found_by_anything(office: Office) -> None:
    office.restrict()
    tx = office.tx
    assert identity.find_person(tx, kind=DOCUMENT[0], number=DOCUMENT[1]) is None
    assert identity.list_people_by_phone(tx, phone=PHONE) == []
    with pytest.raises(errors.UnknownDocument):
        officers.register_officer(tx, login="rosa", roles=[OfficerRole.AUDITOR], document=DOCUMENT)
    for attempt in (identity.get_person, lambda tx, person_id: add(tx, person_id)):
        with pytest.raises(errors.PersonIsRestricted):
            attempt(tx, person_id=office.rosa.id)


def add(tx: Tx, person_id: PersonId) -> None:
    identity.add_document(tx, person_id=person_id, kind="CE", number="123456789")


VIEWS = ("people_with_document", "particulars", "current_phones", "districts")


def test_a_restricted_person_is_left_out_of_new_decisions_and_comes_back(office: Office) -> None:
    def seen() -> list[int]:
        return [
            office.tx.connection.execute(
                f"SELECT count(*) FROM identity_api.{view} WHERE person_id = %s", [office.rosa.id]
            ).fetchone()[0]
            for view in VIEWS
        ]

    assert seen() == [1, 1, 1, 1]
    office.restrict()
    assert seen() == [0, 0, 0, 0]
    shown = "SELECT display_name FROM identity_api.display_names WHERE person_id = %s"
    assert office.tx.connection.execute(shown, [office.rosa.id]).fetchone() == ("…",)
    privacy.lift_restriction(office.registrar, person_id=office.rosa.id, reason="asked again")
    assert seen() == [1, 1, 1, 1]
    assert office.tx.connection.execute(shown, [office.rosa.id]).fetchone() == ("Rosa Q.",)
    assert identity.find_person(office.tx, kind=DOCUMENT[0], number=DOCUMENT[1]) == office.rosa


def test_the_planner_does_not_believe_that_nearly_everybody_is_restricted(
    own_database: Database, owner: psycopg.Connection
) -> None:
    """A bug: `NOT restricted` was guessed to leave one person, and whole cities were joined one by one."""
    with own_database.transaction() as tx:
        identity.register_people(tx, people=(identity.NewPerson("Ana", f"A{n}") for n in range(3_000)))
        restricted = register(tx)
        privacy.restrict_person(acting(tx, officer(tx, "ana")), person_id=restricted.id, reason="asked")
    owner.execute("VACUUM ANALYZE")
    for view in ("particulars", "people_with_document"):
        row = owner.execute(f"EXPLAIN (FORMAT JSON) SELECT person_id FROM identity_api.{view}").fetchone()
        assert row is not None
        assert row[0][0]["Plan"]["Plan Rows"] > 1_000


def test_what_the_law_obliges_us_to_keep_stays(office: Office) -> None:
    office.restrict()
    with pytest.raises(errors.DocumentAlreadyHeld):
        identity.register_person(office.tx, person=ROSA)
    held = "SELECT count(*) FROM identity_api.document_holders WHERE person_id = %s"
    assert office.tx.connection.execute(held, [office.rosa.id]).fetchone() == (1,)
    file = privacy.open_file(office.auditor, person_id=office.rosa.id, purpose="court order 12")
    assert [len(part) for part in (file.documents, file.contacts, file.addresses)] == [1, 1, 1]
    assert [(r.reason, r.lifted_at) for r in file.restrictions] == [("asked for erasure", None)]


def test_registrar_and_auditor_find_a_restricted_person_with_a_reason(office: Office) -> None:
    office.restrict()
    for tx in (office.registrar, office.auditor):
        by_document = privacy.find_restricted(tx, document=DOCUMENT, reason="court order 12")
        by_phone = privacy.find_restricted(tx, phone=PHONE, reason="court order 12")
        assert [p.id for p in (*by_document, *by_phone)] == [office.rosa.id] * 2
    assert privacy.find_restricted(office.auditor, document=("CE", "123456789"), reason="so") == []
    reads = identity.list_reads(office.tx, person_id=office.rosa.id)
    assert [(r.kind, r.purpose) for r in reads] == [("restricted", "court order 12")] * 4


def test_an_import_keeps_nothing_new_of_a_restricted_person(office: Office) -> None:
    luz = register(office.tx)
    office.restrict()
    new = [
        identity.Whereabouts(person_id, phone="+51911111111", district_code="150101")
        for person_id in (office.rosa.id, luz.id)
    ]
    assert identity.record_whereabouts(office.tx, people=new) == 2
    assert [p.id for p in identity.list_people_by_phone(office.tx, phone="911111111")] == [luz.id]
    file = privacy.open_file(office.auditor, person_id=office.rosa.id, purpose="test")
    assert ([c.phone for c in file.contacts], [a.district_code for a in file.addresses]) == (
        ["+51987654321"],
        ["150132"],
    )


def test_a_register_is_not_asked_about_a_restricted_person(own_database: Database) -> None:
    with own_database.transaction() as tx:
        office = open_office(tx)
        office.restrict()
        register_ = SandboxIdentityRegister()
        assert identity.verify_documents(tx, register_, person_ids=[office.rosa.id]).asked == 0
    assert identity.verify_all_documents(own_database, register_).asked == 0


def test_a_restricted_collector_collects_nothing_and_consents_are_silent(office: Office) -> None:
    elder = register(office.tx, "Juana")
    rights.name_representative(
        office.tx,
        person_id=elder.id,
        representative_id=office.rosa.id,
        kind=RepresentativeKind.PRIMARY_COLLECTOR,
        authority=PAPER,
        reason="cannot walk",
    )
    rights.give_consent(office.tx, person_id=office.rosa.id, purpose="lending", text_version="1")
    office.restrict()
    assert identity.list_representatives(office.tx, person_id=elder.id) == []
    assert not identity.has_consent(office.tx, person_id=office.rosa.id, purpose="lending")
    found = office.tx.connection.execute(
        """SELECT (SELECT count(*) FROM identity_api.representatives),
            (SELECT count(*) FROM identity_api.consents)"""
    ).fetchone()
    assert found == (0, 0)


def _all(office: Office) -> Iterator[Callable[[Tx], object]]:
    rosa = office.rosa.id
    yield lambda tx: lives.correct_person(
        tx, person_id=rosa, particulars={"sex": "female"}, reason="so", source="DNI"
    )
    yield lambda tx: lives.record_death(tx, person_id=rosa, died_on=tx.today, reason="so", source="x")
    yield lambda tx: lives.reverse_death(tx, person_id=rosa, reason="so", source="x")
    yield lambda tx: reach.add_contact(tx, person_id=rosa, phone="911111111", reason="so")
    yield lambda tx: reach.verify_contact(tx, person_id=rosa, phone=PHONE)
    yield lambda tx: reach.end_contact(tx, person_id=rosa, phone=PHONE, reason="so")
    yield lambda tx: reach.move_person(tx, person_id=rosa, district_code="150101", reason="so")
    yield lambda tx: rights.give_consent(tx, person_id=rosa, purpose="lending", text_version="1")
    yield lambda tx: rights.withdraw_consent(tx, person_id=rosa, purpose="lending", reason="so")
    yield lambda tx: add(tx, rosa)
    yield lambda tx: privacy.restrict_person(tx, person_id=rosa, reason="again")
    yield lambda tx: officers.register_officer(tx, login="rosa", roles=[OfficerRole.AUDITOR], person_id=rosa)
    yield lambda tx: rights.name_representative(
        tx,
        person_id=rosa,
        representative_id=register(tx).id,
        kind=RepresentativeKind.PRIMARY_COLLECTOR,
        authority=PAPER,
        reason="so",
    )


def test_nothing_of_a_restricted_file_changes(office: Office) -> None:
    office.restrict()
    for attempt in _all(office):
        with pytest.raises(errors.PersonIsRestricted):
            attempt(office.registrar)


REFUSALS: list[tuple[type[Exception], Callable[[Office], object]]] = [
    (errors.UnknownPerson, lambda o: privacy.open_file(o.tx, person_id=NOBODY, purpose="so")),
    (errors.PersonRefused, lambda o: privacy.open_file(o.tx, person_id=o.rosa.id, purpose=" ")),
    (errors.PersonRefused, lambda o: privacy.open_file(o.tx, person_id=o.rosa.id, purpose="a\0")),
    (errors.UnknownPerson, lambda o: identity.list_reads(o.tx, person_id=NOBODY)),
    (errors.UnknownPerson, lambda o: identity.export_person(o.tx, person_id=NOBODY, purpose="so")),
    (errors.PersonRefused, lambda o: identity.export_person(o.tx, person_id=o.rosa.id, purpose="")),
    (errors.RoleNotGranted, lambda o: privacy.restrict_person(o.tx, person_id=o.rosa.id, reason="so")),
    (errors.RoleNotGranted, lambda o: privacy.restrict_person(o.auditor, person_id=o.rosa.id, reason="so")),
    (errors.PersonRefused, lambda o: privacy.restrict_person(o.registrar, person_id=o.rosa.id, reason="")),
    (errors.UnknownPerson, lambda o: privacy.restrict_person(o.registrar, person_id=NOBODY, reason="so")),
    (errors.NotRestricted, lambda o: privacy.lift_restriction(o.registrar, person_id=o.rosa.id, reason="so")),
    (errors.UnknownPerson, lambda o: privacy.lift_restriction(o.registrar, person_id=NOBODY, reason="so")),
    (errors.RoleNotGranted, lambda o: privacy.find_restricted(o.approver, phone=PHONE, reason="so")),
]  # fmt: skip

RESTRICTED_REFUSALS: list[tuple[type[Exception], Callable[[Office], object]]] = [
    (errors.RoleNotGranted, lambda o: privacy.open_file(o.tx, person_id=o.rosa.id, purpose="so")),
    (errors.RoleNotGranted, lambda o: privacy.open_file(o.approver, person_id=o.rosa.id, purpose="so")),
    (errors.RoleNotGranted, lambda o: identity.export_person(o.tx, person_id=o.rosa.id, purpose="so")),
    (errors.RoleNotGranted, lambda o: privacy.find_restricted(o.tx, document=DOCUMENT, reason="so")),
    (errors.PersonRefused, lambda o: privacy.find_restricted(o.auditor, document=DOCUMENT, reason="")),
    (errors.RoleNotGranted, lambda o: privacy.lift_restriction(o.auditor, person_id=o.rosa.id, reason="so")),
    (errors.PersonRefused, lambda o: privacy.lift_restriction(o.registrar, person_id=o.rosa.id, reason=" ")),
]  # fmt: skip


@pytest.mark.parametrize(("error", "attempt"), REFUSALS)
def test_what_is_refused(office: Office, error: type[Exception], attempt: Callable[[Office], object]) -> None:
    with pytest.raises(error):
        attempt(office)


@pytest.mark.parametrize(("error", "attempt"), RESTRICTED_REFUSALS)
def test_what_is_refused_of_a_restricted_file(
    office: Office, error: type[Exception], attempt: Callable[[Office], object]
) -> None:
    office.restrict()
    with pytest.raises(error):
        attempt(office)
    assert identity.list_reads(office.tx, person_id=office.rosa.id) == []


def test_nobody_restricts_or_reads_their_own_restricted_file(office: Office) -> None:
    own = acting(office.tx, officer(office.tx, "rosa", person=office.rosa))
    with pytest.raises(errors.OwnCase):
        privacy.restrict_person(own, person_id=office.rosa.id, reason="hide me")
    office.restrict()
    attempts: list[Callable[[], object]] = [
        lambda: privacy.open_file(own, person_id=office.rosa.id, purpose="look"),
        lambda: privacy.find_restricted(own, document=DOCUMENT, reason="look"),
        lambda: privacy.lift_restriction(own, person_id=office.rosa.id, reason="back"),
    ]
    for attempt in attempts:
        with pytest.raises(errors.OwnCase):
            attempt()


def test_a_revoked_or_disabled_registrar_restricts_nobody(office: Office) -> None:
    officers.disable_officer(office.tx, officer_id=office.account.id, reason="on leave")
    with pytest.raises(errors.OfficerDisabled):
        office.restrict()
    officers.enable_officer(office.tx, officer_id=office.account.id, reason="back")
    officers.revoke_role(
        office.tx, officer_id=office.account.id, role=OfficerRole.REGISTRAR, reason="other work"
    )
    with pytest.raises(errors.RoleNotGranted):
        office.restrict()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE identity.reads SET purpose = 'nothing'",
        "DELETE FROM identity.reads",
        "TRUNCATE identity.reads",
        "UPDATE identity.restrictions SET reason = 'nothing'",
        "DELETE FROM identity.restrictions",
    ],
)
def test_reads_and_restrictions_are_never_unwritten(
    own_database: Database, owner: psycopg.Connection, statement: str
) -> None:
    with own_database.transaction() as tx:
        office = open_office(tx)
        privacy.open_file(tx, person_id=office.rosa.id, purpose="test")
        office.restrict()
    with pytest.raises(psycopg.Error) as refused:
        owner.execute(statement)
    assert refused.value.sqlstate == "AY003"
