"""`ayni grievance`: complaints and appeals, from the ticket to the answer."""

from __future__ import annotations

from typing import Annotated

import typer

from ayni import identity, programmes
from ayni.channels.cli.amounts import read_amount
from ayni.channels.cli.answer import Json, show, show_table
from ayni.channels.cli.person.named import Person, at_work, find
from ayni.channels.cli.programme.named import BadId, read_uuid
from ayni.foundation.db import Tx
from ayni.programmes import GrievanceCategory, GrievanceChannel, GrievanceOutcome
from ayni.values.ids import GrievanceId, NotAnId, OfficerId, read_id, show_id

cli = typer.Typer(no_args_is_help=True, add_completion=False)

Ticket = Annotated[str, typer.Argument(metavar="GRIEVANCE", help="Its id, grv_…")]
Text = Annotated[str, typer.Option(help="In the person's own words.")]
Officer = Annotated[str, typer.Option(metavar="LOGIN", help="The officer who answers for it.")]
Through = Annotated[GrievanceChannel, typer.Option("--channel", help="How it reached the office.")]


@cli.callback()
def grievance_() -> None:
    """Grievances: complaints about how something was done, appeals against a decision.

    \b
    Example:
      ayni grievance list
    """


@cli.command()
def complain(
    context: typer.Context,
    category: Annotated[GrievanceCategory, typer.Argument(help="What it is about.")],
    text: Text,
    person: Annotated[str | None, typer.Option(help="Who complains: per_… or KIND:NUMBER.")] = None,
    programme: Annotated[str | None, typer.Option(metavar="CODE", help="Of which programme.")] = None,
    channel: Through = GrievanceChannel.DESK,
    severity: Annotated[int, typer.Option(help="1 low, 2, 3 high.")] = 1,
    sensitive: Annotated[bool, typer.Option("--sensitive", help="Only for whom it is assigned to.")] = False,
    json: Json = False,
) -> None:
    """Take a complaint, and say until when it is answered.

    \b
    Example:
      ayni grievance complain treatment --text "I waited for three hours." --person DNI:40000003
    """
    with at_work(context, None) as tx:
        taken = programmes.grievances.complain(
            tx,
            category=category,
            channel=channel,
            text=text,
            person_id=None if person is None else find(tx, person),
            programme=programme,
            severity=severity,
            sensitive=sensitive,
        )
    _show_taken(taken, as_json=json)


@cli.command()
def appeal(
    context: typer.Context,
    programme: Annotated[str, typer.Argument(metavar="CODE", help="The programme's code.")],
    person: Person,
    text: Text,
    channel: Through = GrievanceChannel.DESK,
    json: Json = False,
) -> None:
    """Take an appeal against what a programme's newest assessment said.

    \b
    Example:
      ayni grievance appeal canasta DNI:40000003 --text "My work ended in May."
    """
    with at_work(context, None) as tx:
        taken = programmes.grievances.appeal(
            tx, person_id=find(tx, person), programme=programme, text=text, channel=channel
        )
    _show_taken(taken, as_json=json)


@cli.command("appeal-recovery")
def appeal_recovery(
    context: typer.Context,
    case: Annotated[str, typer.Argument(metavar="CASE", help="The overpayment's id.")],
    text: Text,
    json: Json = False,
) -> None:
    """Take an appeal against the recovery of an overpayment: nothing is kept back until it is decided.

    \b
    Example:
      ayni grievance appeal-recovery 0197… --text "I never had two files."
    """
    overpayment_id = read_uuid(case, "an overpayment")
    with at_work(context, None) as tx:
        taken = programmes.grievances.appeal_recovery(tx, overpayment_id=overpayment_id, text=text)
    _show_taken(taken, as_json=json)


@cli.command("list")
def list_(
    context: typer.Context,
    officer: Annotated[
        str | None, typer.Option(metavar="LOGIN", help="Only what is assigned to them.")
    ] = None,
    json: Json = False,
) -> None:
    """Show what is not decided, what is due first before the rest.

    \b
    Example:
      ayni grievance list --officer rosa
    """
    with at_work(context, None) as tx:
        to = None if officer is None else identity.get_officer(tx, login=officer).id
        found = programmes.list_grievances(tx, assigned_to=to)
        today = tx.today
    if json:
        listed = [
            {"grievance": show_id("grv", one.id), "ticket": one.ticket, "due_on": one.due_on} for one in found
        ]
        show({"grievances": listed}, "", as_json=True)
        return
    rows = [
        (
            one.ticket,
            one.kind,
            one.category,
            "overdue" if one.due_on < today else one.due_on,
            "yes" if one.is_escalated else "",
            show_id("grv", one.id),
        )
        for one in found
    ]
    show_table(("ticket", "kind", "about", "due", "passed up", "id"), rows)


@cli.command("show")
def show_(context: typer.Context, grievance: Ticket, officer: Officer, json: Json = False) -> None:
    """Read a grievance in the person's words; that it was read is written down.

    \b
    Example:
      ayni grievance show grv_01… --officer rosa
    """
    with at_work(context, officer) as tx:
        found = programmes.grievances.read(
            tx, grievance_id=_read(grievance), officer_id=_officer(tx, officer)
        )
        notes = programmes.list_grievance_notes(tx, grievance_id=found.id)
    data = {
        "ticket": found.ticket,
        "text": found.text,
        "due_on": found.due_on,
        "outcome": found.outcome,
        "reasons": found.reasons,
        "notes": [one.text for one in notes],
    }
    text = [
        f"Ticket {found.ticket}, {found.kind}, {found.category}, due on {found.due_on}:",
        found.text,
        *(f"{one.noted_at:%Y-%m-%d} {one.kind}: {one.text}" for one in notes),
        *([] if found.outcome is None else [f"{found.outcome}: {found.reasons}"]),
    ]
    show(data, text, as_json=json)


@cli.command()
def assign(
    context: typer.Context,
    grievance: Ticket,
    to: Annotated[str, typer.Option(metavar="LOGIN", help="Who works on it from now on.")],
    officer: Officer,
    json: Json = False,
) -> None:
    """Give a grievance to an officer to work on.

    \b
    Example:
      ayni grievance assign grv_01… --to rosa --officer luz
    """
    with at_work(context, officer) as tx:
        programmes.grievances.assign(
            tx, grievance_id=_read(grievance), to=_officer(tx, to), officer_id=_officer(tx, officer)
        )
    show({"assigned_to": to}, f"{to} works on it.", as_json=json)


@cli.command()
def decide(
    context: typer.Context,
    grievance: Ticket,
    outcome: Annotated[GrievanceOutcome, typer.Argument(help="How it ends.")],
    reasons: Annotated[str, typer.Option(help="What the person is told.")],
    officer: Officer,
    reassess: Annotated[
        bool, typer.Option("--reassess", help="Judge the household anew by today's facts.")
    ] = False,
    recover: Annotated[
        str | None, typer.Option(metavar="AMOUNT", help="What is recovered from now on; 0 for nothing.")
    ] = None,
    json: Json = False,
) -> None:
    """Answer a grievance. Never whoever took part in the decision that is appealed against.

    \b
    Example:
      ayni grievance decide grv_01… upheld --reassess --reasons "the visit of 12 June" --officer luz
    """
    amount = None if recover is None else 0 if recover.strip() == "0" else read_amount(recover)
    with at_work(context, officer) as tx:
        found = programmes.grievances.decide(
            tx,
            grievance_id=_read(grievance),
            officer_id=_officer(tx, officer),
            outcome=outcome,
            reasons=reasons,
            reassess=reassess,
            recover_minor=amount,
        )
    made = None if found.made_assessment_id is None else str(found.made_assessment_id)
    text = [f"Decided: {found.outcome}."]
    if made is not None:
        text.append(f"Judged anew: assessment {made}. A follow-up cycle can pay it.")
    show({"outcome": found.outcome, "effect": found.effect, "assessment": made}, text, as_json=json)


def _show_taken(taken: programmes.Grievance, *, as_json: bool) -> None:
    data = {"grievance": show_id("grv", taken.id), "ticket": taken.ticket, "due_on": taken.due_on}
    text = f"Ticket {taken.ticket}: answered by {taken.due_on}. {data['grievance']}"
    show(data, text, as_json=as_json)


def _read(text: str) -> GrievanceId:
    try:
        return GrievanceId(read_id("grv", text))
    except NotAnId as error:
        raise BadId(reason=str(error)) from error


def _officer(tx: Tx, login: str) -> OfficerId:
    return identity.get_officer(tx, login=login).id
