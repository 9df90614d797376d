"""Whether it was paid: by the ledger, the bank, the residents; and what was paid and should not be."""

from __future__ import annotations

from typing import Annotated

import typer

from ayni import identity, programmes
from ayni.channels.cli.amounts import read_amount
from ayni.channels.cli.answer import Json, show, show_table
from ayni.channels.cli.programme.named import (
    Code,
    CycleName,
    EntitlementName,
    Officer,
    do,
    read_cycle,
    read_entitlement,
    read_uuid,
)
from ayni.channels.cli.session import Session
from ayni.foundation.db import Tx
from ayni.programmes import VerificationAnswer
from ayni.values.ids import show_id


def reconcile(context: typer.Context, cycle: CycleName, json: Json = False) -> None:
    """Hold a cycle's payments against the ledger, and the programme's money against the bank.

    Ends with 1 when something does not agree: the list says what to look at.

    \b
    Example:
      ayni programme reconcile cyc_01…
    """
    cycle_id = read_cycle(cycle)
    found = do(context, lambda tx: programmes.reconcile(tx, cycle_id=cycle_id))
    money = Session.of(context).country.format_money
    data = {
        "payments": found.payments,
        "payments_minor": found.payments_minor,
        "funded_minor": found.funded_minor,
        "confirmed_minor": found.confirmed_minor,
        "work_list": [vars(one) for one in found.work_list],
    }
    text = [
        f"{found.payments} payments of {money(found.payments_minor)} agree with the ledger."
        if not found.work_list
        else f"{len(found.work_list)} things do not agree:",
        f"The bank confirmed {money(found.confirmed_minor)}; the ledger issued {money(found.funded_minor)}.",
        *(
            f"{one.what}: {one.reference}, ours {one.ours_minor}, theirs {one.theirs_minor}"
            for one in found.work_list
        ),
    ]
    show(data, text, as_json=json)
    if found.work_list:
        raise typer.Exit(1)


def sample(
    context: typer.Context,
    cycle: CycleName,
    seed: Annotated[str, typer.Option(help="By which anybody draws the same sample.")],
    officer: Officer,
    size: Annotated[int, typer.Option(help="How many to ask.")] = 30,
    json: Json = False,
) -> None:
    """Draw a sample of who was paid, to ask them whether they received it.

    \b
    Example:
      ayni programme sample cyc_01… --size 30 --seed "lottery of 3 June" --officer luz
    """
    cycle_id = read_cycle(cycle)

    def drawn(tx: Tx) -> tuple[programmes.Verification, list[programmes.Ask]]:
        by = identity.get_officer(tx, login=officer)
        found = programmes.deliveries.draw_sample(
            tx, cycle_id=cycle_id, size=size, seed=seed, officer_id=by.id
        )
        return found, programmes.list_asks(tx, verification_id=found.id)

    found, asks = do(context, drawn)
    listed = [
        (show_id("ent", one.entitlement_id), show_id("per", one.person_id), one.amount_minor) for one in asks
    ]
    if json:
        show({"sample": str(found.id), "asks": listed}, "", as_json=True)
        return
    typer.echo(f"Sample {found.id}: ask these {found.asked}.")
    money = Session.of(context).country.format_money
    show_table(("entitlement", "person", "amount"), [(one, who, money(sum_)) for one, who, sum_ in listed])


def answer(
    context: typer.Context,
    sample_id: Annotated[str, typer.Argument(metavar="SAMPLE", help="The sample's id.")],
    entitlement: EntitlementName,
    said: Annotated[VerificationAnswer, typer.Argument(help="What they said.")],
    officer: Officer,
    amount: Annotated[str | None, typer.Option(metavar="AMOUNT", help="For other_amount: how much.")] = None,
    note: Annotated[str, typer.Option(help="Their words, if they matter.")] = "",
    json: Json = False,
) -> None:
    """Record what somebody of a sample said.

    \b
    Example:
      ayni programme answer 0197… ent_01… received --officer rosa
    """
    verification_id, entitlement_id = read_uuid(sample_id, "a sample"), read_entitlement(entitlement)
    amount_minor = None if amount is None else read_amount(amount)

    def recorded(tx: Tx) -> programmes.Verification:
        by = identity.get_officer(tx, login=officer)
        return programmes.deliveries.record_answer(
            tx,
            verification_id=verification_id,
            entitlement_id=entitlement_id,
            answer=said,
            amount_minor=amount_minor,
            note=note,
            officer_id=by.id,
        )

    found = do(context, recorded)
    told = ", ".join(f"{count} {name}" for name, count in found.answers.items())
    show(
        {"asked": found.asked, "answers": dict(found.answers)},
        f"Of {found.asked} asked: {told}.",
        as_json=json,
    )


def overpayments(context: typer.Context, code: Code, json: Json = False) -> None:
    """Show what was paid and should not have been: not decided yet, or not recovered yet.

    \b
    Example:
      ayni programme overpayments canasta
    """
    found = do(context, lambda tx: programmes.list_overpayments(tx, programme=code))
    if json:
        show({"overpayments": [vars(one) for one in found]}, "", as_json=True)
        return
    money = Session.of(context).country.format_money
    rows = [
        (
            one.id,
            one.cause,
            money(one.amount_minor),
            "-" if one.decision is None else money(one.decision.left_minor),
        )
        for one in found
    ]
    show_table(("case", "cause", "paid too much", "left to recover"), rows)


def recover(
    context: typer.Context,
    case: Annotated[str, typer.Argument(metavar="CASE", help="The overpayment's id.")],
    amount: Annotated[str, typer.Option(metavar="AMOUNT", help="How much in all; 0 for nothing.")],
    each: Annotated[
        str, typer.Option(metavar="AMOUNT", help="How much of each later entitlement; 0 for nothing.")
    ],
    reasons: Annotated[str, typer.Option(help="What the household is told.")],
    officer: Officer,
    json: Json = False,
) -> None:
    """Decide what is recovered of an overpayment. The household is told, and can appeal first.

    \b
    Example:
      ayni programme recover 0197… --amount 60 --each 20 --reasons "two files" --officer luz
    """
    overpayment_id = read_uuid(case, "an overpayment")
    sums = [0 if text.strip() == "0" else read_amount(text) for text in (amount, each)]

    def decided(tx: Tx) -> programmes.Overpayment:
        by = identity.get_officer(tx, login=officer)
        return programmes.overpayments.decide_overpayment(
            tx,
            overpayment_id=overpayment_id,
            officer_id=by.id,
            reasons=reasons,
            amount_minor=sums[0],
            each_cycle_minor=sums[1],
        )

    found = do(context, decided)
    assert found.decision is not None, "it has just been decided"
    until = found.decision.appealable_until
    text = f"Decided: {found.decision.kind}. It can be appealed against until {until}."
    show({"decision": found.decision.kind, "appealable_until": until}, text, as_json=json)
