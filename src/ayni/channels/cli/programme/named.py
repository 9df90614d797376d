"""What commands about programmes are about: cycles, assessments, entitlements, and files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, TypeVar
from uuid import UUID

import typer

from ayni.channels.cli.person.named import at_work
from ayni.foundation.db import Tx
from ayni.foundation.errors import BadInput
from ayni.values.ids import CycleId, EntitlementId, NotAnId, read_id

Found = TypeVar("Found")
Code = Annotated[str, typer.Argument(metavar="CODE", help="The programme's code.")]
CycleName = Annotated[str, typer.Argument(metavar="CYCLE", help="The cycle's id, cyc_…")]
EntitlementName = Annotated[str, typer.Argument(metavar="ENTITLEMENT", help="Its id, ent_…")]
Reason = Annotated[str, typer.Option(metavar="TEXT", help="Why, for those who ask later.")]
Officer = Annotated[str, typer.Option(metavar="LOGIN", help="The officer who answers for it.")]
Name = Annotated[str, typer.Option(help="The period, for example 2025-06.")]


class BadId(BadInput):
    """An id that is not one."""

    code = "bad_id"
    what = "This is not the id that was asked for: {reason}."
    means = "Nothing was done."
    do = "Copy the id as it was shown."


def read_cycle(text: str) -> CycleId:
    """A cycle's id. Raises BadId."""
    try:
        return CycleId(read_id("cyc", text))
    except NotAnId as error:
        raise BadId(reason=str(error)) from error


def read_entitlement(text: str) -> EntitlementId:
    """An entitlement's id. Raises BadId."""
    try:
        return EntitlementId(read_id("ent", text))
    except NotAnId as error:
        raise BadId(reason=str(error)) from error


def read_uuid(text: str, what: str) -> UUID:
    """The id of an assessment, an overpayment or a sample. Raises BadId."""
    try:
        return UUID(text)
    except ValueError as error:
        raise BadId(reason=f"{what}'s id is a uuid") from error


def do(context: typer.Context, what: Callable[[Tx], Found]) -> Found:
    """One transaction on the database that is there."""
    with at_work(context, None) as tx:
        return what(tx)


class LivesNowhere(BadInput):
    """A programme for households judges nobody who belongs to none."""

    code = "lives_nowhere"
    what = "This person belongs to no household, and the programme {programme} is for households."
    means = "Nothing was done."
    do = "Put them into a household first (ayni household join), or name a member of it."
