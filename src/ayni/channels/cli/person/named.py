"""Whom a command is about, and who answers for it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Annotated

import typer

from ayni import identity
from ayni.channels.cli.session import OPERATOR, Session, read_day
from ayni.foundation.db import Actor, Tx
from ayni.foundation.errors import BadInput
from ayni.identity import UnknownDocument
from ayni.values.ids import NotAnId, PersonId, read_id, show_id

Person = Annotated[str, typer.Argument(metavar="PERSON", help="An id (per_…), or a document: KIND:NUMBER.")]
Officer = Annotated[
    str | None, typer.Option("--officer", metavar="LOGIN", help="The officer who answers for it.")
]
Reason = Annotated[str, typer.Option(help="Why, in a sentence; it is kept.")]


class BadPerson(BadInput):
    """A person who was named in no known way."""

    code = "bad_person"
    what = "This does not name a person: {reason}."
    means = "Nothing was done."
    do = "Give an id as it was shown (per_…), or a document as its kind, a colon and its number."


@contextlib.contextmanager
def at_work(context: typer.Context, officer: str | None) -> Iterator[Tx]:
    """One transaction on the database that is there, in which the officer acts, or else the operator."""
    with (
        Session.of(context).open_database(migrate=False) as database,
        database.transaction(OPERATOR) as tx,
    ):
        if officer is None:
            yield tx
        else:
            account = identity.get_officer(tx, login=officer)
            yield replace(tx, actor=Actor(show_id("off", account.id), OPERATOR.channel))


def find(tx: Tx, text: str, *, reason: str | None = None) -> PersonId:
    """The person who is named by id or by document.

    With a reason, one whose file is restricted is found by document too, by whoever may.
    Raises BadPerson, InvalidDocument, UnknownDocument.
    """
    if ":" not in text:
        try:
            return PersonId(read_id("per", text))
        except NotAnId as error:
            raise BadPerson(reason=str(error)) from error
    kind, number = read_document(text)
    try:
        return identity.get_holder(tx, kind=kind, number=number).id
    except UnknownDocument:
        # Only of an officer who may look at restricted files is it told that there is one.
        if reason is None or not tx.actor.who.startswith("off_"):
            raise
        found = identity.privacy.find_restricted(tx, document=(kind, number), reason=reason)
        if not found:
            raise
        return found[0].id


def read_document(text: str) -> tuple[str, str]:
    """KIND:NUMBER, or NONE for somebody who has none. Raises BadPerson."""
    kind, colon, number = text.partition(":")
    if kind.upper() == "NONE":
        return "NONE", number
    if not colon:
        raise BadPerson(reason="a document is its kind, a colon and its number")
    return kind.upper(), number


def read_optional_day(text: str | None) -> date | None:
    """A day, if one is given. Raises NotAnInstant."""
    return None if text is None else read_day(text)
