"""`ayni search`: finding people."""

from __future__ import annotations

from typing import Annotated

import typer

from ayni import identity
from ayni.channels.cli.answer import Json, show
from ayni.channels.cli.session import OPERATOR, Session
from ayni.values.ids import show_id

cli = typer.Typer(add_completion=False)


@cli.command()
def search(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(help="A name, as it sounds; surnames in any order.")] = None,
    document: Annotated[
        str | None, typer.Option(metavar="KIND:NUMBER", help="An identity document, its kind first.")
    ] = None,
    phone: Annotated[str | None, typer.Option(help="A telephone number.")] = None,
    district: Annotated[str | None, typer.Option(metavar="CODE", help="Only in this district.")] = None,
    most: Annotated[int, typer.Option(help="How many to show, 1 to 100.")] = 20,
    json: Json = False,
) -> None:
    """Find people by name, even misspelt, by document or by telephone. That somebody searched is kept.

    \b
    Example:
      ayni search "rosa guamani"
    """
    paper = None
    if document is not None:
        kind, _, number = document.partition(":")
        paper = (kind, number)
    with Session.of(context).open_database(migrate=False) as database, database.transaction(OPERATOR) as tx:
        found = identity.search_people(
            tx, text=name, document=paper, phone=phone, district=district, limit=most
        )
    data = [
        {
            "person": show_id("per", one.id),
            "stands_for": show_id("per", one.canonical_id),
            "name": one.full_name,
            "born": one.birth_on,
            "estimated": one.birth_estimated,
            "died": one.died_on,
            "document": None if one.document_kind is None else f"{one.document_kind} {one.document_ends}",
            "district": one.district_code,
            "likeness_per_mille": one.likeness_per_mille,
        }
        for one in found
    ]
    lines = [
        "  ".join(
            part
            for part in (
                show_id("per", one.id),
                one.full_name,
                f"born {one.birth_on}" if one.birth_on else "",
                f"died {one.died_on}" if one.died_on else "",
                f"{one.document_kind} {one.document_ends}" if one.document_kind else "",
                one.district_code or "",
                f"→ {show_id('per', one.canonical_id)}" if one.canonical_id != one.id else "",
            )
            if part
        )
        for one in found
    ]
    show({"found": data}, lines or "Nobody was found.", as_json=json)
