"""`ayni jobs`: the queue, and what was given up."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from ayni.channels.cli.answer import Json, show, show_table
from ayni.channels.cli.session import OPERATOR, Session
from ayni.foundation import audit, jobs
from ayni.foundation.errors import BadInput

cli = typer.Typer(no_args_is_help=True, add_completion=False)


class State(StrEnum):
    """Where a job stands; one that failed was given up after its last attempt."""

    WAITING = "todo"
    DOING = "doing"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class NotARound(BadInput):
    """Work that is about something, which nobody has named."""

    code = "not_a_round"
    what = "{name} does not come round by itself: it is about something."
    means = "Nothing was queued or done."
    do = "Use the command that asks for it; ayni jobs kinds tells which come round."


@cli.callback()
def jobs_() -> None:
    """Look at queued work, and put back what was given up.

    \b
    Example:
      ayni jobs list --state failed
    """


@cli.command("list")
def list_(
    context: typer.Context,
    state: Annotated[State, typer.Option(help="Where they stand.")] = State.WAITING,
    most: Annotated[int, typer.Option(min=1, max=10_000, help="How many, the oldest first.")] = 100,
    json: Json = False,
) -> None:
    """List the oldest jobs in a state: failed ones were given up and wait for a person.

    \b
    Example:
      ayni jobs list --state failed
    """
    with Session.of(context).open_database(migrate=False) as database, database.transaction(OPERATOR) as tx:
        found = jobs.list_jobs(tx, state=state, limit=most)
        counts = jobs.count_jobs(tx)
    if json:
        show({"jobs": found, "counts": counts}, "", as_json=True)
        return
    rows = [(job.number, job.name, job.state, job.attempts, job.scheduled_at or "") for job in found]
    show_table(("number", "job", "state", "attempts", "not before"), rows)
    show({}, ", ".join(f"{counts.get(one, 0)} {one}" for one in State), as_json=False)


@cli.command()
def run(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="JOB", help="As `ayni jobs kinds` gives it.")],
    here: Annotated[bool, typer.Option("--here", help="Do it now, without a worker.")] = False,
    json: Json = False,
) -> None:
    """Queue work now that otherwise comes round by itself; a worker does it. Twice waiting is once.

    \b
    Example:
      ayni jobs run registry.warn_of_lapsing_classes
      ayni jobs run wallet.return_vouchers --here
    """
    if here:
        _run_here(context, name)
        show({"job": name, "number": None}, f"{name} is done.", as_json=json)
        return
    with Session.of(context).open_database(migrate=False) as database, database.transaction(OPERATOR) as tx:
        number = jobs.defer(tx, _get_round(name).name, queueing_lock=name)
        audit.record(tx, action="jobs.run", subject=name)
    text = f"{name} waits already." if number is None else f"{name} is queued as job {number}."
    show({"job": name, "number": number}, text, as_json=json)


def _get_round(name: str) -> jobs.Job:
    found = jobs.get_registered(name)
    if found.every is None:
        raise NotARound(name=name)
    return found


def _run_here(context: typer.Context, name: str) -> None:
    with Session.of(context).open_database(migrate=False) as database:
        job = _get_round(name)
        with database.transaction(OPERATOR) as tx:
            audit.record(tx, action="jobs.run", subject=name)
            if job.in_transaction:
                job.run(tx)
        if not job.in_transaction:
            job.run(database)


@cli.command()
def kinds(json: Json = False) -> None:
    """List the kinds of jobs, and when those come round that do so by themselves (UTC).

    \b
    Example:
      ayni jobs kinds
    """
    known = [(one.name, one.every or "when it is asked for") for one in jobs.list_registered()]
    if json:
        show({"jobs": [{"name": name, "every": every} for name, every in known]}, "", as_json=True)
        return
    show_table(("job", "every"), known)


@cli.command()
def retry(
    context: typer.Context,
    number: Annotated[
        int, typer.Argument(min=1, max=2**63 - 1, help="As `ayni jobs list --state failed` gives it.")
    ],
    json: Json = False,
) -> None:
    """Put a job that was given up back into the queue.

    \b
    Example:
      ayni jobs retry 4711
    """
    with Session.of(context).open_database(migrate=False) as database, database.transaction(OPERATOR) as tx:
        jobs.retry(tx, number=number)
        audit.record(tx, action="jobs.retry", subject=f"job {number}")
    show({"number": number}, f"Job {number} is in the queue again.", as_json=json)
