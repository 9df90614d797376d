"""A programme's rules: defined, applied to everybody, explained to one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from ayni import programmes, registry
from ayni.channels.cli.answer import Json, show
from ayni.channels.cli.files import read_text
from ayni.channels.cli.person.named import Person, find
from ayni.channels.cli.programme.named import Code, LivesNowhere, do, read_uuid
from ayni.channels.cli.session import Session, read_day
from ayni.foundation.db import Tx


def define(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The programme (YAML).")],
    json: Json = False,
) -> None:
    """Define a programme, or its next version. The same file twice is one version.

    \b
    Example:
      ayni programme define canasta.yaml
    """
    text = read_text(file)
    found = do(context, lambda tx: programmes.define_programme(tx, text=text))
    data = {"code": found.code, "version": found.version, "digest": found.definition.digest}
    show(data, f"Programme {found.code}, version {found.version}.", as_json=json)


def assess(
    context: typer.Context,
    code: Code,
    on: Annotated[str, typer.Option(metavar="DAY", help="The day as of which everybody is judged.")],
    json: Json = False,
) -> None:
    """Judge the whole registry as of a day, and enrol whom it finds eligible.

    \b
    Example:
      ayni programme assess canasta --on 2025-06-02
    """
    day = read_day(on)

    def judge(tx: Tx) -> tuple[programmes.Assessment, list[programmes.CycleWarning]]:
        found = programmes.assess(tx, programme=code, as_of=day)
        programmes.enrol(tx, assessment_id=found.id)
        return found, programmes.list_warnings(tx, assessment_id=found.id)

    found, warnings = do(context, judge)
    data = {
        "assessment": str(found.id),
        "eligible": found.eligible,
        "not_eligible": found.not_eligible,
        "unknown": found.unknown,
        "total_minor": found.total_minor,
        "warnings": [one.code for one in warnings],
    }
    money = Session.of(context).country.format_money
    text = [
        f"{found.eligible} eligible, {found.not_eligible} not, of {found.unknown} too little is known.",
        f"The eligible would get {money(found.total_minor)}.",
        *(f"Look at this: {one.told(money)}" for one in warnings),
        f"Assessment {found.id}",
    ]
    show(data, text, as_json=json)


def subject_of(tx: Tx, code: str, person: str) -> UUID:
    """Whom a programme judges when it judges a person: themselves, or the household in which they live.

    Raises UnknownProgramme, BadPerson, UnknownDocument, LivesNowhere.
    """
    person_id = find(tx, person)
    if programmes.get_programme(tx, code=code).target == "person":
        return person_id
    place = registry.find_membership(tx, person_id=person_id)
    if place is None:
        raise LivesNowhere(programme=code)
    return place.household_id


def explain(
    context: typer.Context,
    code: Code,
    person: Person,
    language: Annotated[str, typer.Option(help="es, en or qu.")] = "es",
    json: Json = False,
) -> None:
    """Say in a sentence why somebody, or their household, is eligible or not, and what would change it.

    \b
    Example:
      ayni programme explain canasta DNI:40000003 --language en
    """

    def told(tx: Tx) -> programmes.Explanation:
        subject_id = subject_of(tx, code, person)
        return programmes.get_explanation(tx, programme=code, subject_id=subject_id, language=language)

    found = do(context, told)
    data = {
        "outcome": found.outcome,
        "amount_minor": found.amount_minor,
        "sentence": found.sentence,
        "criteria": dict(found.answers),
        "facts": found.facts,
        "version": found.version,
        "as_of": found.as_of,
    }
    facts = ", ".join(f"{name}: {value}" for name, value in found.facts.items())
    text = [found.sentence, f"By version {found.version}, as of {found.as_of}. It read {facts or 'nothing'}."]
    show(data, text, as_json=json)


def recompute(
    context: typer.Context,
    assessment: Annotated[str, typer.Argument(help="The assessment's id.")],
    json: Json = False,
) -> None:
    """Judge a kept assessment again, by its own version and facts: it comes out the same, for ever.

    \b
    Example:
      ayni programme recompute 0197…
    """
    assessment_id = read_uuid(assessment, "an assessment")
    count, differing = do(context, lambda tx: programmes.check_assessment(tx, assessment_id))
    show(
        {"judgements": count, "differing": differing},
        f"{count} judgements were made again; {differing} come out otherwise.",
        as_json=json,
    )
    if differing:
        raise typer.Exit(1)
