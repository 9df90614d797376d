"""Cycles: opened, compared with the one before, approved, paid, ended; topped up and followed up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from ayni import identity, programmes
from ayni.channels.cli.amounts import read_amount
from ayni.channels.cli.answer import Json, show, show_table
from ayni.channels.cli.programme.named import CycleName, Name, Officer, Reason, do, read_cycle, read_uuid
from ayni.channels.cli.progress import counting
from ayni.channels.cli.session import OPERATOR, Session
from ayni.foundation import jobs
from ayni.foundation.db import Tx
from ayni.programmes import Cycle
from ayni.values.ids import show_id

_PAY = "programmes.pay_cycle"


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
    assessment_id = read_uuid(assessment, "an assessment")

    def opened(tx: Tx) -> Cycle:
        by = identity.get_officer(tx, login=officer)
        return programmes.open_cycle(tx, assessment_id=assessment_id, name=name, officer_id=by.id)

    _show_cycle(context, do(context, opened), as_json=json)


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
    cycle_id = read_cycle(cycle)

    def approved(tx: Tx) -> tuple[Cycle, dict[programmes.HeldBack, int]]:
        by = identity.get_officer(tx, login=officer)
        cycle = programmes.approve_cycle(tx, cycle_id=cycle_id, officer_id=by.id, warnings_read=warnings_read)
        return cycle, programmes.count_held_back(tx, cycle_id)

    _show_cycle(context, *do(context, approved), as_json=json)


def disburse(
    context: typer.Context,
    cycle: CycleName,
    by_agents: Annotated[
        bool, typer.Option("--by-agents", help="Who has no wallet gets a voucher for cash at an agent.")
    ] = False,
    later: Annotated[bool, typer.Option("--later", help="Leave it to the worker.")] = False,
    json: Json = False,
) -> None:
    """Open the wallets that are missing, and pay what an approved cycle owes. Again pays only the rest.

    \b
    Example:
      ayni programme disburse cyc_01…
    """
    session = Session.of(context)
    cycle_id = read_cycle(cycle)
    if later:
        number = do(
            context, lambda tx: jobs.defer(tx, _PAY, queueing_lock=cycle, cycle=cycle, by_agents=by_agents)
        )
        text = "It waits already." if number is None else f"The worker pays it: job {number}."
        show({"job": number}, text, as_json=json)
        return
    with session.open_database(migrate=False) as database, counting(quiet=json) as told:
        done = programmes.pay_cycle(
            database,
            cycle_id=cycle_id,
            actor=OPERATOR,
            progress=lambda count, total: told("paying", count, total),
            by_agents=by_agents,
        )
    has = session.country.format_money(done.paid_minor)
    text_lines = [
        f"{done.newly} sent now; {done.paid} have their money: {has}.",
        *(
            [f"{done.waiting} wait to be claimed: in wallets not in use yet, or at an agent's."]
            if done.waiting
            else []
        ),
        *(f"{count} stay payable: {reason}" for reason, count in done.reasons.items()),
        *([f"It stopped there: {done.stopped} Run it again when that is put right."] if done.stopped else []),
    ]
    show({name: getattr(done, name) for name in done.__dataclass_fields__}, text_lines, as_json=json)


def cancel(
    context: typer.Context, cycle: CycleName, officer: Officer, reason: Reason, json: Json = False
) -> None:
    """Cancel a cycle of which nobody has been paid. Its reserved budget is free again.

    \b
    Example:
      ayni programme cancel cyc_01… --officer luz --reason "the padrón was an old one"
    """
    cycle_id = read_cycle(cycle)

    def cancelled(tx: Tx) -> Cycle:
        by = identity.get_officer(tx, login=officer)
        return programmes.cancel_cycle(tx, cycle_id=cycle_id, officer_id=by.id, reason=reason)

    _show_cycle(context, do(context, cancelled), as_json=json)


def end(
    context: typer.Context, cycle: CycleName, officer: Officer, reason: Reason, json: Json = False
) -> None:
    """End a distributed cycle: what is still unpaid is owed no more, and its budget is free again.

    \b
    Example:
      ayni programme end cyc_01… --officer luz --reason "the deadline for claims has passed"
    """
    cycle_id = read_cycle(cycle)

    def ended(tx: Tx) -> Cycle:
        by = identity.get_officer(tx, login=officer)
        return programmes.end_cycle(tx, cycle_id=cycle_id, officer_id=by.id, reason=reason)

    _show_cycle(context, do(context, ended), as_json=json)


def follow_up(
    context: typer.Context,
    cycle: CycleName,
    assessment: Annotated[str, typer.Argument(help="The assessment's id.")],
    name: Name,
    officer: Officer,
    json: Json = False,
) -> None:
    """Open a cycle for those whom an approved one left out: after an appeal or a correction.

    \b
    Example:
      ayni programme follow-up cyc_01… 0197… --name "2025-06 appeals" --officer rosa
    """
    cycle_id, assessment_id = read_cycle(cycle), read_uuid(assessment, "an assessment")

    def opened(tx: Tx) -> Cycle:
        by = identity.get_officer(tx, login=officer)
        return programmes.cycles.open_follow_up(
            tx, parent_id=cycle_id, assessment_id=assessment_id, name=name, officer_id=by.id
        )

    _show_cycle(context, do(context, opened), as_json=json)


def top_up(
    context: typer.Context,
    cycle: CycleName,
    amount: Annotated[str, typer.Option(metavar="AMOUNT", help="How much more each gets, as 12.50.")],
    name: Name,
    officer: Officer,
    json: Json = False,
) -> None:
    """Open a cycle that gives so much more to everybody whom an approved one pays.

    \b
    Example:
      ayni programme top-up cyc_01… --amount 12.50 --name "2025-06 gas" --officer rosa
    """
    cycle_id, amount_minor = read_cycle(cycle), read_amount(amount)

    def opened(tx: Tx) -> Cycle:
        by = identity.get_officer(tx, login=officer)
        return programmes.cycles.open_top_up(
            tx, parent_id=cycle_id, amount_minor=amount_minor, name=name, officer_id=by.id
        )

    _show_cycle(context, do(context, opened), as_json=json)


def diff(context: typer.Context, cycle: CycleName, json: Json = False) -> None:
    """Show what differs from the cycle before, why, and what should be looked at before approval.

    \b
    Example:
      ayni programme diff cyc_01…
    """
    cycle_id = read_cycle(cycle)
    found = do(context, lambda tx: programmes.get_diff(tx, cycle_id))
    money = Session.of(context).country.format_money
    data = {
        "previous": None if found.previous is None else show_id("cyc", found.previous),
        "changes": [vars(one) for one in found.counts],
        "warnings": [{"code": one.code, "sentence": one.told(money)} for one in found.warnings],
    }
    if json:
        show(data, "", as_json=True)
        return
    if found.previous is None:
        show(data, "There is no cycle before this one to compare with.", as_json=False)
    elif not found.counts:
        show(data, f"Nothing differs from {data['previous']}.", as_json=False)
    else:
        words = programmes.CHANGES
        show_table(
            ("change", "why", "how many", "before", "now"),
            [
                (one.change, words[one.reason], one.count, money(one.before_minor), money(one.after_minor))
                for one in found.counts
            ],
        )
    for warning in found.warnings:
        typer.echo(f"Look at this: {warning.told(money)}")


def report(context: typer.Context, cycle: CycleName, json: Json = False) -> None:
    """Show how a cycle's entitlements stand: credited, claimed, cashed, waiting, given back, unpaid.

    And what has left the wallets since, as cash or spent: of each at most its benefit.

    \b
    Example:
      ayni programme report cyc_01…
    """
    cycle_id = read_cycle(cycle)

    def counted(
        tx: Tx,
    ) -> tuple[programmes.PaymentCounts, dict[programmes.HeldBack, int], tuple[int, int]]:
        return (
            programmes.count_payments(tx, cycle_id),
            programmes.count_held_back(tx, cycle_id),
            programmes.sum_used(tx, cycle_id),
        )

    counts, held, (used, used_minor) = do(context, counted)
    data = {
        **vars(counts),
        "used": used,
        "used_minor": used_minor,
        "held_back": {str(why): count for why, count in held.items()},
    }
    if json:
        show(data, "", as_json=True)
        return
    money = Session.of(context).country.format_money
    rows: list[tuple[str, int, str]] = [
        ("credited to a wallet in use", counts.credited, money(counts.credited_minor)),
        ("claimed after waiting", counts.claimed, money(counts.claimed_minor)),
        ("cashed at an agent", counts.cashed, money(counts.cashed_minor)),
        ("waiting to be claimed", counts.waiting, money(counts.waiting_minor)),
        ("given back to the programme", counts.returned, money(counts.returned_minor)),
        ("handed over in kind", counts.handed_over, ""),
        ("unpaid", counts.unpaid, money(counts.unpaid_minor)),
    ]
    show_table(("entitlements", "how many", "sum"), [row for row in rows if row[1]])
    if used:
        typer.echo(f"Cashed or spent from {used} wallets by now: {money(used_minor)}.")
    for why, count in held.items():
        typer.echo(f"{count} unpaid: {why.sentence}")


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
