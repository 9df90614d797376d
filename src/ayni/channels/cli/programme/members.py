"""Who is in a programme, and what is done with one entitlement."""

from __future__ import annotations

from typing import Annotated

import typer

from ayni import identity, programmes
from ayni.channels.cli.answer import Json, show, show_table
from ayni.channels.cli.person.named import Person, find
from ayni.channels.cli.programme.named import (
    Code,
    CycleName,
    EntitlementName,
    Officer,
    Reason,
    do,
    read_cycle,
    read_entitlement,
)
from ayni.channels.cli.programme.rules import subject_of
from ayni.channels.cli.session import Session
from ayni.foundation import keys
from ayni.foundation.db import Tx
from ayni.programmes import EnrolmentState
from ayni.values.ids import show_id
from ayni.wallet import VoucherCode


def states(context: typer.Context, code: Code, json: Json = False) -> None:
    """Count who is enrolled, waiting, paused, gone, not eligible.

    \b
    Example:
      ayni programme states canasta
    """
    found = do(context, lambda tx: programmes.count_enrolments(tx, programme=code))
    data = {str(state): count for state, count in found.items()}
    text = [
        f"{count} {state.replace('_', ' ')}" for state, count in data.items()
    ] or "Nobody was assessed yet."
    show(data, text, as_json=json)


def waiting(
    context: typer.Context,
    code: Code,
    most: Annotated[int, typer.Option(help="How many to show.")] = 20,
    json: Json = False,
) -> None:
    """Show the waiting list in the order in which it is served.

    \b
    Example:
      ayni programme waiting canasta
    """
    found = do(context, lambda tx: programmes.list_waiting(tx, programme=code, most=most))
    if json:
        show({"waiting": [vars(one) for one in found]}, "", as_json=True)
        return
    rows = [
        (
            place,
            one.priority or "-",
            one.rank if one.rank is not None else "-",
            one.since.date(),
            one.subject_id,
        )
        for place, one in enumerate(found, 1)
    ]
    show_table(("place", "group", "rank", "since", "who"), rows)


def change(
    context: typer.Context,
    code: Code,
    person: Person,
    to: Annotated[EnrolmentState, typer.Option(help="paused, enrolled, exited, or draft (apply again).")],
    reason: Reason,
    json: Json = False,
) -> None:
    """Pause a membership, take it up again, end it, or let somebody who left apply again.

    \b
    Example:
      ayni programme change canasta DNI:40000001 --to paused --reason "in hospital until July"
    """

    def changed(tx: Tx) -> None:
        subject_id = subject_of(tx, code, person)
        programmes.change_enrolment(tx, programme=code, subject_id=subject_id, state=to, reason=reason)

    do(context, changed)
    show({"state": to}, f"The membership is {to} now.", as_json=json)


def void(
    context: typer.Context, entitlement: EntitlementName, officer: Officer, reason: Reason, json: Json = False
) -> None:
    """Take back an entitlement that was not paid yet.

    \b
    Example:
      ayni programme void ent_01… --officer luz --reason "they moved to Cusco"
    """
    entitlement_id = read_entitlement(entitlement)

    def voided(tx: Tx) -> None:
        by = identity.get_officer(tx, login=officer)
        programmes.entitlements.void_entitlement(
            tx, entitlement_id=entitlement_id, officer_id=by.id, reason=reason
        )

    do(context, voided)
    show(
        {"voided": entitlement},
        "It is taken back; its budget is free again when the cycle ends.",
        as_json=json,
    )


def payee(
    context: typer.Context,
    entitlement: EntitlementName,
    person: Person,
    officer: Officer,
    reason: Reason,
    json: Json = False,
) -> None:
    """Let an unpaid entitlement go to another of the household, or to who collects for one of it.

    \b
    Example:
      ayni programme payee ent_01… DNI:40000002 --officer rosa --reason "the mother has died"
    """
    entitlement_id = read_entitlement(entitlement)

    def named(tx: Tx) -> str:
        by = identity.get_officer(tx, login=officer)
        found = programmes.entitlements.name_payee(
            tx, entitlement_id=entitlement_id, payee_id=find(tx, person), officer_id=by.id, reason=reason
        )
        return show_id("per", found.payee_id)

    who = do(context, named)
    show({"payee": who}, f"It goes to {who}.", as_json=json)


def unpaid(
    context: typer.Context,
    cycle: CycleName,
    most: Annotated[int, typer.Option(min=1, max=100_000, help="So many at most.")] = 100,
    json: Json = False,
) -> None:
    """List what of a cycle is owed and not paid, and why not when it was last tried.

    \b
    Example:
      ayni programme unpaid cyc_01…
    """
    cycle_id = read_cycle(cycle)
    found = do(context, lambda tx: programmes.list_unpaid(tx, cycle_id, most=most))
    if json:
        listed = [
            {
                "entitlement": show_id("ent", one.entitlement_id),
                "person": show_id("per", one.person_id),
                "amount_minor": one.amount_minor,
                "code": one.code,
                "reason": one.reason,
            }
            for one in found
        ]
        show({"unpaid": listed}, "", as_json=True)
        return
    money = Session.of(context).country.format_money
    for one in found:
        why = one.reason or "It was not tried yet."
        typer.echo(f"{show_id('ent', one.entitlement_id)}  {money(one.amount_minor)}  {why}")
    if not found:
        typer.echo("Nothing of it is owed and unpaid.")


def vouchers(context: typer.Context, cycle: CycleName, json: Json = False) -> None:
    """List what of a cycle agents pay out in cash, for those who have no wallet.

    \b
    Example:
      ayni programme vouchers cyc_01…
    """
    cycle_id = read_cycle(cycle)
    found = do(context, lambda tx: programmes.list_vouchers(tx, cycle_id))
    if json:
        listed = [
            {
                "number": one.number,
                "entitlement": show_id("ent", one.entitlement_id),
                "person": show_id("per", one.person_id),
                "amount_minor": one.amount_minor,
                "until": one.until.isoformat(),
                "state": one.state,
            }
            for one in found
        ]
        show({"vouchers": listed}, "", as_json=True)
        return
    country = Session.of(context).country
    show_table(
        ("number", "person", "amount", "until", "state"),
        [
            (
                one.number,
                show_id("per", one.person_id),
                country.format_money(one.amount_minor),
                f"{one.until.astimezone(country.timezone):%Y-%m-%d %H:%M}",
                one.state,
            )
            for one in found
        ],
    )


def voucher(
    context: typer.Context,
    number: Annotated[int, typer.Argument(help="The voucher's number.")],
    officer: Officer,
    anew: Annotated[bool, typer.Option("--anew", help="Another code: the slip was lost.")] = False,
    json: Json = False,
) -> None:
    """Tell the code of a voucher: for its holder, whose document was seen, and nobody else.

    \b
    Example:
      ayni programme voucher 10000001 --officer rosa
    """
    session = Session.of(context)
    ring = keys.load(session.keys_folder)

    def told(tx: Tx) -> VoucherCode:
        by = identity.get_officer(tx, login=officer)
        return programmes.entitlements.tell_voucher(tx, ring=ring, number=number, officer_id=by.id, anew=anew)

    slip = do(context, told)
    until = f"{slip.until.astimezone(session.country.timezone):%Y-%m-%d %H:%M}"
    money = session.country.format_money(slip.amount_minor)
    text = [
        f"Number {slip.number}, code {slip.code}: {money} in cash at any agent, until {until}.",
        "Whoever has both has the money. An agent hands it over once.",
    ]
    data = {"number": slip.number, "code": slip.code, "amount_minor": slip.amount_minor, "until": until}
    show(data, text, as_json=json)


def hand_over(
    context: typer.Context,
    entitlement: EntitlementName,
    person: Person,
    place: Annotated[str, typer.Option(help="Where it was handed over.")],
    officer: Officer,
    json: Json = False,
) -> None:
    """Record that a ration was handed over, whole, and give the number of its receipt.

    \b
    Example:
      ayni programme hand-over ent_01… DNI:40000001 --place "Local comunal" --officer rosa
    """
    entitlement_id = read_entitlement(entitlement)

    def handed(tx: Tx) -> int:
        by = identity.get_officer(tx, login=officer)
        return programmes.deliveries.hand_over(
            tx, entitlement_id=entitlement_id, received_by=find(tx, person), place=place, officer_id=by.id
        )

    receipt = do(context, handed)
    show({"receipt": receipt}, f"Handed over; receipt {receipt}.", as_json=json)
