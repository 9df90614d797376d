"""`ayni programme`: define, assess, open, approve and pay."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, TypeVar
from uuid import UUID

import typer

from ayni import identity, programmes, wallet
from ayni.channels.cli.answer import Json, show
from ayni.channels.cli.progress import counting
from ayni.channels.cli.session import OPERATOR, Session, read_day
from ayni.foundation.db import Database, Tx
from ayni.foundation.errors import BadInput
from ayni.programmes import Cycle
from ayni.values.ids import CycleId, EntitlementId, NotAnId, read_id, show_id

cli = typer.Typer(no_args_is_help=True, add_completion=False)

_Found = TypeVar("_Found")
CycleName = Annotated[str, typer.Argument(metavar="CYCLE", help="The cycle's id, cyc_…")]
Reason = Annotated[str, typer.Option(metavar="TEXT", help="Why, for those who ask later.")]
Officer = Annotated[str, typer.Option(metavar="LOGIN", help="The officer who answers for it.")]


class BadId(BadInput):
    """An id that is not one."""

    code = "bad_id"
    what = "This is not the id that was asked for: {reason}."
    means = "Nothing was done."
    do = "Copy the id as it was shown."


class UnreadableFile(BadInput):
    """A file that cannot be read as text."""

    code = "unreadable_file"
    what = "The file {file} cannot be read: {reason}."
    means = "Nothing was done."
    do = "Check its name, and that it is text in UTF-8."


@cli.callback()
def programme_() -> None:
    """Programmes: who gets what, who decides, and paying it once.

    \b
    Example:
      ayni programme define canasta.yaml
    """


@cli.command()
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
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        raise UnreadableFile(file=file, reason=error.strerror or "it cannot be opened") from error
    except UnicodeDecodeError as error:
        raise UnreadableFile(file=file, reason="it is not text in UTF-8") from error
    found = _do(context, lambda tx: programmes.define_programme(tx, text=text))
    data = {"code": found.code, "version": found.version, "digest": found.definition.digest}
    show(data, f"Programme {found.code}, version {found.version}.", as_json=json)


@cli.command()
def assess(
    context: typer.Context,
    code: Annotated[str, typer.Argument(help="The programme's code.")],
    on: Annotated[str, typer.Option(metavar="DAY", help="The day as of which everybody is judged.")],
    json: Json = False,
) -> None:
    """Judge the whole registry as of a day, and enrol whom it finds eligible.

    \b
    Example:
      ayni programme assess canasta --on 2025-06-02
    """
    day = read_day(on)

    def judge(tx: Tx) -> programmes.Assessment:
        found = programmes.assess(tx, programme=code, as_of=day)
        programmes.enrol(tx, assessment_id=found.id)
        return found

    found = _do(context, judge)
    data = {
        "assessment": str(found.id),
        "eligible": found.eligible,
        "not_eligible": found.not_eligible,
        "unknown": found.unknown,
        "total_minor": found.total_minor,
    }
    text = [
        f"{found.eligible} eligible, {found.not_eligible} not, of {found.unknown} too little is known.",
        f"The eligible would get {Session.of(context).country.format_money(found.total_minor)}.",
        f"Assessment {found.id}",
    ]
    show(data, text, as_json=json)


@cli.command("open")
def open_(
    context: typer.Context,
    assessment: Annotated[str, typer.Argument(help="The assessment's id.")],
    name: Annotated[str, typer.Option(help="The period, for example 2025-06.")],
    officer: Officer,
    json: Json = False,
) -> None:
    """Open a cycle from an assessment: what is owed is frozen, and waits for another officer's approval.

    \b
    Example:
      ayni programme open 0197… --name 2025-06 --officer rosa
    """
    try:
        assessment_id = UUID(assessment)
    except ValueError as error:
        raise BadId(reason="an assessment's id is a uuid") from error

    def opened(tx: Tx) -> Cycle:
        by = identity.get_officer(tx, login=officer)
        return programmes.open_cycle(tx, assessment_id=assessment_id, name=name, officer_id=by.id)

    _show_cycle(context, _do(context, opened), as_json=json)


@cli.command()
def approve(
    context: typer.Context,
    cycle: CycleName,
    officer: Officer,
    warnings_read: Annotated[
        bool, typer.Option("--warnings-read", help="The cycle's warnings were read (ayni programme diff).")
    ] = False,
    json: Json = False,
) -> None:
    """Approve a cycle and reserve its budget. Never the one who opened it, whatever the account.

    \b
    Example:
      ayni programme approve cyc_01… --officer luz
    """
    cycle_id = _cycle(cycle)

    def approved(tx: Tx) -> tuple[Cycle, dict[programmes.HeldBack, int]]:
        by = identity.get_officer(tx, login=officer)
        cycle = programmes.approve_cycle(tx, cycle_id=cycle_id, officer_id=by.id, warnings_read=warnings_read)
        return cycle, programmes.count_held_back(tx, cycle_id)

    _show_cycle(context, *_do(context, approved), as_json=json)


@cli.command()
def disburse(context: typer.Context, cycle: CycleName, json: Json = False) -> None:
    """Open the wallets that are missing, and pay what an approved cycle owes. Again pays only the rest.

    \b
    Example:
      ayni programme disburse cyc_01…
    """
    session = Session.of(context)
    cycle_id = _cycle(cycle)
    with session.open_database(migrate=False) as database, counting(quiet=json) as told:
        _open_wallets(database, cycle_id)
        done = programmes.disburse_cycle(
            database,
            cycle_id=cycle_id,
            actor=OPERATOR,
            progress=lambda count, total: told("paying", count, total),
        )
    text = [
        f"{done.newly} paid now; {done.paid} in all: {session.country.format_money(done.paid_minor)}.",
        *([f"{done.waiting} wait for wallets that are not in use yet."] if done.waiting else []),
        *(f"{count} stay payable: {reason}" for reason, count in done.reasons.items()),
    ]
    show({name: getattr(done, name) for name in done.__dataclass_fields__}, text, as_json=json)


@cli.command()
def cancel(
    context: typer.Context, cycle: CycleName, officer: Officer, reason: Reason, json: Json = False
) -> None:
    """Cancel a cycle of which nobody has been paid. Its reserved budget is free again.

    \b
    Example:
      ayni programme cancel cyc_01… --officer luz --reason "the padrón was an old one"
    """
    cycle_id = _cycle(cycle)

    def cancelled(tx: Tx) -> Cycle:
        by = identity.get_officer(tx, login=officer)
        return programmes.cancel_cycle(tx, cycle_id=cycle_id, officer_id=by.id, reason=reason)

    _show_cycle(context, _do(context, cancelled), as_json=json)


@cli.command()
def end(
    context: typer.Context, cycle: CycleName, officer: Officer, reason: Reason, json: Json = False
) -> None:
    """End a distributed cycle: what is still unpaid is owed no more, and its budget is free again.

    \b
    Example:
      ayni programme end cyc_01… --officer luz --reason "the deadline for claims has passed"
    """
    cycle_id = _cycle(cycle)

    def ended(tx: Tx) -> Cycle:
        by = identity.get_officer(tx, login=officer)
        return programmes.end_cycle(tx, cycle_id=cycle_id, officer_id=by.id, reason=reason)

    _show_cycle(context, _do(context, ended), as_json=json)


def _open_wallets(database: Database, cycle_id: CycleId) -> None:
    """For all who are owed something, a thousand at a time: a list of a million is never held."""
    after: EntitlementId | None = None
    while True:
        with database.transaction(OPERATOR) as tx:
            owed = programmes.list_recipients_after(tx, cycle_id, after=after, most=1_000)
            if not owed:
                return
            wallet.open_wallets(tx, person_ids=list(dict.fromkeys(owed.values())))
        after = max(owed)


def _cycle(text: str) -> CycleId:
    try:
        return CycleId(read_id("cyc", text))
    except NotAnId as error:
        raise BadId(reason=str(error)) from error


def _do(context: typer.Context, what: Callable[[Tx], _Found]) -> _Found:
    """One transaction on the database that is there."""
    with (
        Session.of(context).open_database(migrate=False) as database,
        database.transaction(OPERATOR) as tx,
    ):
        return what(tx)


def _show_cycle(
    context: typer.Context,
    cycle: Cycle,
    held_back: Mapping[programmes.HeldBack, int] | None = None,
    *,
    as_json: bool,
) -> None:
    data: dict[str, Any] = {
        "cycle": show_id("cyc", cycle.id),
        "state": cycle.state,
        "entitlements": cycle.entitlements,
        "total_minor": cycle.total_minor,
        "digest": cycle.digest,
    }
    money = Session.of(context).country.format_money(cycle.total_minor)
    text = [f"Cycle {data['cycle']}: {cycle.state}, {cycle.entitlements} entitlements, {money}."]
    if held_back is not None:
        data["held_back"] = {str(why): count for why, count in held_back.items()}
        text += [f"{count} would wait: {why.sentence}" for why, count in held_back.items()]
    show(data, text, as_json=as_json)
