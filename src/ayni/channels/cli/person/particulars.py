"""`ayni person register|show|correct|document`: who somebody is."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Annotated, Any

import typer

from ayni import identity, registry
from ayni.channels.cli import answer
from ayni.channels.cli.answer import Json
from ayni.channels.cli.person.named import (
    BadPerson,
    Officer,
    Person,
    Reason,
    at_work,
    find,
    read_document,
    read_optional_day,
)
from ayni.channels.cli.session import Session
from ayni.channels.cli.told_facts import show_facts
from ayni.identity import Corrected, NewPerson, PersonFile
from ayni.values.ids import show_id

GivenNames = Annotated[str | None, typer.Option(help="Given names.")]
FirstSurname = Annotated[str | None, typer.Option(help="First surname.")]
SecondSurname = Annotated[str | None, typer.Option(help="Second surname.")]
Born = Annotated[str | None, typer.Option(metavar="DAY", help="Day of birth.")]
Sex = Annotated[str | None, typer.Option(help="As the document has it: female or male.")]
Language = Annotated[str | None, typer.Option(help="The language to speak with them, as a code: qu.")]


def register(
    context: typer.Context,
    given_names: Annotated[str, typer.Option(help="Given names.")],
    first_surname: FirstSurname = None,
    second_surname: SecondSurname = None,
    born: Born = None,
    estimated: Annotated[bool, typer.Option(help="The day of birth is only estimated.")] = False,
    sex: Sex = None,
    language: Language = None,
    document: Annotated[str, typer.Option(help="KIND:NUMBER, or NONE for somebody without one.")] = "NONE",
    phone: Annotated[str | None, typer.Option(help="A mobile telephone.")] = None,
    district: Annotated[str | None, typer.Option(help="The district's six digits.")] = None,
    address: Annotated[str | None, typer.Option(help="The line of the address.")] = None,
    synthetic: Annotated[bool, typer.Option(help="The person is made up, to try something.")] = False,
    officer: Officer = None,
    json: Json = False,
) -> None:
    """Register a person. A document that somebody holds already is refused.

    \b
    Example:
      ayni person register --given-names Luz --first-surname Choque --document DNI:40000004
    """
    person = NewPerson(
        given_names,
        first_surname,
        second_surname,
        read_optional_day(born),
        estimated,
        sex,
        language,
        synthetic,
        read_document(document),
        phone,
        district,
        address,
    )
    with at_work(context, officer) as tx:
        registered, pairs = registry.duplicates.register_resident(tx, person=person)
    shown = show_id("per", registered.id)
    text = [f"Registered as {shown}."]
    if pairs:
        text.append("This may be somebody who is registered already: ayni duplicates list")
    answer.show({"person": shown, "pairs": pairs}, text, as_json=json)


def show(
    context: typer.Context,
    person: Person,
    purpose: Annotated[str, typer.Option(help="What the file is opened for; the person can see it.")],
    on: Annotated[str | None, typer.Option(metavar="DAY", help="Who they were held to be on a day.")] = None,
    officer: Officer = None,
    json: Json = False,
) -> None:
    """Open a person's file. Who opened it, when and what for is written down.

    \b
    Example:
      ayni person show DNI:40000004 --purpose "complaint 7" --officer rosa
    """
    day = read_optional_day(on)
    with at_work(context, officer) as tx:
        person_id = find(tx, person, reason=purpose)
        file = identity.privacy.open_file(tx, person_id=person_id, purpose=purpose)
    told = _told(file, day, context)
    data: dict[str, Any] = {"person": show_id("per", file.person.id), **asdict(file)}
    data["person"] = {**asdict(file.person), "id": show_id("per", file.person.id)}
    for row in (*data["representatives"], *data["represents"]):
        for name in ("person_id", "representative_id"):
            row[name] = show_id("per", row[name])
    for row in data["consents"]:
        row["given_by"] = show_id("per", row["given_by"])
    data["other_files"] = [show_id("per", one) for one in file.other_files]
    data["accounts"] = [one.login for one in file.accounts]
    data["as_of"] = told
    answer.show(data, [f"{show_id('per', file.person.id)}", *_lines(file, told)], as_json=json)


def _told(file: PersonFile, day: date | None, context: typer.Context) -> dict[str, Any] | None:
    if day is None:
        return None
    known = file.known_on(day, Session.of(context).country.timezone)
    return {"day": day} if known is None else {"day": day, **asdict(known)}


def _lines(file: PersonFile, told: dict[str, Any] | None) -> list[str]:
    person = file.person
    lines = [person.full_name]
    if person.birth_on is not None:
        lines.append(f"Born {person.birth_on}{' (estimated)' if person.birth_estimated else ''}.")
    if person.died_on is not None:
        lines.append(f"Died {person.died_on}.")
    if person.restricted:
        lines.append("The file is restricted: it is kept, and used for nothing else.")
    lines += [f"{d.kind} {d.number}{', confirmed' if d.verified else ''}" for d in file.documents]
    for contact in file.contacts:
        if contact.valid_until is None:
            again = ": verify it before it is relied on" if contact.needs_verification else ""
            lines.append(f"Telephone {contact.phone} since {contact.valid_from}{again}.")
    lines += [
        f"Lives in {a.district_code or 'an unknown district'} since {a.valid_from}: {a.line or '-'}"
        for a in file.addresses
        if a.valid_until is None
    ]
    lines += [
        f"{show_id('per', r.representative_id)} is {r.kind}, number {r.number}, since {r.valid_from}."
        for r in file.representatives
        if r.ended_on is None
    ]
    lines += [f"The same human as {show_id('per', one)}." for one in file.other_files]
    lines += [f"Permits {c.purpose} since {c.given_on}." for c in file.consents if c.withdrawn_on is None]
    lines += [f"Corrected {row.since:%Y-%m-%d}: {row.reason}" for row in file.particulars[1:]]
    if told is not None:
        names = (told.get("given_names"), told.get("first_surname"), told.get("second_surname"))
        held = " ".join(name for name in names if name) or "not registered yet"
        lines.append(f"On {told['day']}: {held}.")
    return lines


def correct(
    context: typer.Context,
    person: Person,
    reason: Reason,
    source: Annotated[str, typer.Option(help="What proves it: a document, a register, a declaration.")],
    given_names: GivenNames = None,
    first_surname: FirstSurname = None,
    second_surname: SecondSurname = None,
    born: Born = None,
    estimated: Annotated[
        bool | None, typer.Option("--estimated/--exact", help="Whether the day of birth is only estimated.")
    ] = None,
    sex: Sex = None,
    language: Language = None,
    unknown: Annotated[
        list[str] | None, typer.Option(metavar="FIELD", help="A field that is not known after all.")
    ] = None,
    officer: Officer = None,
    json: Json = False,
) -> None:
    """Correct who a person is. What stood before stays readable; only the fields that are given change.

    \b
    Example:
      ayni person correct DNI:40000004 --born 1980-02-29 --reason "typed wrongly" --source "DNI seen"
    """
    given = {
        "given_names": given_names,
        "first_surname": first_surname,
        "second_surname": second_surname,
        "birth_on": read_optional_day(born),
        "birth_estimated": estimated,
        "sex": sex,
        "language": language,
    }
    fields: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    for name in unknown or []:
        if name not in Corrected.__annotations__ or name in ("given_names", "birth_estimated"):
            raise BadPerson(reason="one of the fields to be unknown does not exist, or must be known")
        fields[name] = None
    changes: Corrected = fields  # type: ignore[assignment]
    with at_work(context, officer) as tx:
        found = identity.lives.correct_person(
            tx, person_id=find(tx, person), particulars=changes, reason=reason, source=source
        )
    data = {"person": show_id("per", found.id), "fields": sorted(fields)}
    answer.show(data, f"{found.full_name}: corrected.", as_json=json)


def document(
    context: typer.Context,
    person: Person,
    document: Annotated[str, typer.Argument(metavar="DOCUMENT", help="The new document: KIND:NUMBER.")],
    officer: Officer = None,
    json: Json = False,
) -> None:
    """Add a document to a person's file.

    \b
    Example:
      ayni person document per_01… CE:001234567 --officer rosa
    """
    kind, number = read_document(document)
    with at_work(context, officer) as tx:
        person_id = find(tx, person)
        identity.add_document(tx, person_id=person_id, kind=kind, number=number)
    answer.show({"person": show_id("per", person_id), "kind": kind}, f"{kind} added.", as_json=json)


def facts(
    context: typer.Context,
    person: Person,
    purpose: Annotated[str, typer.Option(help="What the file is opened for; the person can see it.")],
    name: Annotated[str | None, typer.Option(help="Only this fact: pregnant.")] = None,
    officer: Officer = None,
    json: Json = False,
) -> None:
    """Show what was ever said of a person, by whom and of which day; the last line of a day counts.

    \b
    Example:
      ayni person facts DNI:40000004 --name pregnant --purpose "complaint 7" --officer rosa
    """
    with at_work(context, officer) as tx:
        person_id = find(tx, person, reason=purpose)
        identity.privacy.open_file(tx, person_id=person_id, purpose=purpose)
        records = registry.list_records(tx, person_id=person_id)
    show_facts(records, name=name, as_json=json)


def withdraw(
    context: typer.Context,
    person: Person,
    document: Annotated[str, typer.Argument(metavar="DOCUMENT", help="As it was entered: KIND:NUMBER.")],
    reason: Reason,
    officer: Officer = None,
    json: Json = False,
) -> None:
    """Take from a person's file a document that is somebody else's. That it stood there stays on record.

    \b
    Example:
      ayni person withdraw per_01… DNI:40000004 --reason "the card is her sister's" --officer rosa
    """
    kind, number = read_document(document)
    with at_work(context, officer) as tx:
        person_id = find(tx, person)
        identity.lives.withdraw_document(tx, person_id=person_id, kind=kind, number=number, reason=reason)
    answer.show({"person": show_id("per", person_id), "kind": kind}, f"{kind} withdrawn.", as_json=json)
