"""A list of the register: whole or not at all, safe to open, and read again as it was."""

from __future__ import annotations

import csv
import stat
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import psycopg
import pytest
from openpyxl import load_workbook

from ayni import identity, registry
from ayni.foundation.audit import list_audit
from ayni.foundation.db import Actor, Database
from ayni.identity import NewPerson, OfficerRole
from ayni.identity.errors import PersonRefused, RoleNotGranted
from ayni.registry.errors import ListNotWritable, ObservedInFuture
from ayni.values.ids import show_id

ON = date(2025, 6, 2)
ACTOR = Actor("tester", "test")
HEADER = (
    "household_code,relationship,document_kind,document_number,first_surname,second_surname,given_names,birth_on,"
    "birth_estimated,sex,ubigeo,address,phone,language,person.synthetic_identity,person.pregnant,"
    "person.monthly_income_minor,household.cse,household.cse_on\n"
)
PADRON = HEADER + (
    'H1,head,DNI,40000001,Ñaupari,Huamán,Rosa María,1990-01-01,no,female,150132,"Jr. Luna 3, int. 2",'
    "+51987654321,qu,yes,yes,95050,pobre,2024-01-01\n"
    "H1,child,,,Ccori,,Luz,2022-02-28,yes,female,150132,,,,no,no,,pobre,2024-01-01\n"
    "H2,head,DNI,40000002,Mamani,Soto,Luis,1950-01-01,no,male,150122,=HYPERLINK(1),,,no,,,,\n"
    "H3,head,,,-Ana,@Díaz,+Eva,1980-01-01,no,female,,,,,no,,,,\n"
)


@pytest.fixture
def registrar(own_database: Database, tmp_path: Path) -> Actor:
    """Somebody who may take a list, in a register that holds one."""
    path = tmp_path / "padron.csv"
    path.write_text(PADRON, encoding="utf-8")
    report = registry.import_padron(own_database, path=path, source="census", on=ON, actor=ACTOR)
    assert (report.people_added, report.refused) == (4, 0)
    return officer(own_database, "ana", OfficerRole.REGISTRAR)


def officer(database: Database, login: str, role: OfficerRole) -> Actor:
    with database.transaction(ACTOR) as tx:
        human = identity.register_person(tx, person=NewPerson(f"Officer {login}"))
        account = identity.register_officer(tx, login=login, roles=[role], person_id=human.id)
    return Actor(show_id("off", account.id), "test")


Export = Callable[..., registry.ExportReport]


@pytest.fixture
def export(own_database: Database, registrar: Actor, tmp_path: Path) -> Export:
    def run(name: str = "list.csv", **how: object) -> registry.ExportReport:
        given: dict[str, object] = {"actor": registrar, "purpose": "council of June", **how}
        return registry.export_padron(own_database, path=tmp_path / name, **given)  # type: ignore[arg-type]

    return run


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_list_says_what_the_padron_said_house_by_house(export: Export, tmp_path: Path) -> None:
    found = export(source="census")
    assert (found.people, found.households) == (4, 3)
    told = rows(tmp_path / "list.csv")
    assert [(row["household_code"], row["relationship"]) for row in told] == [
        ("H1", "head"),
        ("H1", "child"),
        ("H2", "head"),
        ("H3", "head"),
    ]
    rosa = told[0]
    for column, value in zip(
        HEADER.strip().split(","), next(csv.reader([PADRON.splitlines()[1]])), strict=True
    ):
        assert rosa[column] == value, column
    assert stat.S_IMODE((tmp_path / "list.csv").stat().st_mode) == 0o600


def test_of_every_source_the_code_says_which(export: Export, tmp_path: Path) -> None:
    export()
    assert rows(tmp_path / "list.csv")[0]["household_code"] == "census/H1"
    assert export("nobody.csv", source="parish").people == 0


@pytest.mark.parametrize("name", ["list.csv", "list.xlsx"])
def test_no_spreadsheet_runs_what_somebody_wrote(export: Export, tmp_path: Path, name: str) -> None:
    export(name, source="census")
    if name.endswith("csv"):
        lines = (tmp_path / name).read_text(encoding="utf-8").splitlines()
        cells = [cell for row in csv.reader(lines) for cell in row]
    else:
        sheet = load_workbook(tmp_path / name).active
        assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
        cells = [str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell is not None]
    assert "'=HYPERLINK(1)" in cells
    assert [cell for cell in cells if cell.startswith(("=", "-", "@", "+"))] == ["+51987654321"]


@pytest.mark.parametrize("name", ["list.csv", "list.xlsx"])
def test_a_list_is_imported_again_and_says_the_same(
    export: Export, own_database: Database, new_database: Callable[[], Database], tmp_path: Path, name: str
) -> None:
    export(name, source="census")
    other = new_database()
    report = registry.import_padron(other, path=tmp_path / name, source="census", on=ON, actor=ACTOR)
    assert (report.people_added, report.households_added, report.refused) == (4, 3, 0)
    actor = officer(other, "ana", OfficerRole.AUDITOR)
    registry.export_padron(other, path=tmp_path / "again.csv", actor=actor, purpose="again", source="census")
    export("first.csv", source="census")
    assert (tmp_path / "again.csv").read_bytes() == (tmp_path / "first.csv").read_bytes()
    # Where it came from it changes nothing.
    again = registry.import_padron(own_database, path=tmp_path / name, source="census", on=ON, actor=ACTOR)
    assert (again.people_added, again.households_added, again.refused) == (0, 0, 0)


def test_everybody_in_a_list_can_see_who_took_it_and_what_for(
    export: Export, own_database: Database, registrar: Actor
) -> None:
    export()
    with own_database.transaction(ACTOR) as tx:
        person = identity.get_holder(tx, kind="DNI", number="40000001")
        (read,) = identity.list_reads(tx, person_id=person.id)
        (row,) = list_audit(tx, subject="every source")
    assert (read.kind, read.purpose, read.read_by) == ("list", "council of June", registrar.who)
    assert (row.reason, row.details["people"]) == ("council of June", 4)


def test_a_restricted_person_is_in_no_list(
    export: Export, own_database: Database, registrar: Actor, tmp_path: Path
) -> None:
    with own_database.transaction(ACTOR) as tx:
        person = identity.get_holder(tx, kind="DNI", number="40000001")
        identity.privacy.restrict_person(
            replace(tx, actor=registrar), person_id=person.id, reason="asked for it"
        )
    assert export(source="census").people == 3
    assert "40000001" not in (tmp_path / "list.csv").read_text(encoding="utf-8")


def test_only_who_is_trusted_with_it_takes_a_list_and_says_what_for(
    export: Export, own_database: Database, tmp_path: Path
) -> None:
    for actor in (ACTOR, officer(own_database, "luz", OfficerRole.PROGRAMME_OFFICER)):
        with pytest.raises(RoleNotGranted):
            export(actor=actor)
    with pytest.raises(PersonRefused):
        export(purpose=" ")
    with pytest.raises(ObservedInFuture):
        export(on=ON + timedelta(days=1))
    assert not (tmp_path / "list.csv").exists()
    assert list(tmp_path.glob(".*")) == []


@pytest.mark.parametrize(
    "name", ["list.txt", "list", "no/such/folder/list.csv", "a\x00b.csv", "padron.csv", "."]
)
def test_a_list_without_a_place_is_refused_before_anybody_is_read(
    export: Export, own_database: Database, name: str
) -> None:
    with pytest.raises(ListNotWritable):
        export(name)
    with own_database.transaction(ACTOR) as tx:
        person = identity.get_holder(tx, kind="DNI", number="40000001")
        assert identity.list_reads(tx, person_id=person.id) == []


def test_a_list_takes_the_place_of_another_only_when_asked(export: Export, tmp_path: Path) -> None:
    export()
    with pytest.raises(ListNotWritable):
        export()
    assert export(replace=True).people == 4


def test_a_list_that_is_broken_off_leaves_no_half(
    export: Export, own_database: Database, tmp_path: Path
) -> None:
    def killed(_count: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export(progress=killed)
    assert sorted(path.name for path in tmp_path.iterdir() if "list" in path.name) == []
    with own_database.transaction(ACTOR) as tx:
        person = identity.get_holder(tx, kind="DNI", number="40000001")
        assert identity.list_reads(tx, person_id=person.id) == []


def test_a_list_that_nobody_was_told_of_is_not_there(
    export: Export, owner: psycopg.Connection, tmp_path: Path
) -> None:
    """A bug: the file stood in its place before it was committed who had taken it."""
    owner.execute(
        "CREATE FUNCTION public.fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no commit'; END $$"
    )
    owner.execute(
        "CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT ON identity.reads DEFERRABLE INITIALLY DEFERRED"
        " FOR EACH ROW EXECUTE FUNCTION public.fail()"
    )
    with pytest.raises(psycopg.errors.RaiseException):
        export()
    assert [path.name for path in tmp_path.iterdir() if "list" in path.name] == []
