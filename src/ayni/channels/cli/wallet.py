"""`ayni wallet`: opening, looking, papers, stops. Nobody's money is moved from here."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from ayni import payments, wallet
from ayni.channels.cli.answer import Json, show, show_table
from ayni.channels.cli.files import write_file
from ayni.channels.cli.person.named import Person, Reason, at_work, find
from ayni.channels.cli.session import read_day
from ayni.ledger import TransferCode
from ayni.values.ids import show_id
from ayni.wallet import PaperKind, StopKind

cli = typer.Typer(no_args_is_help=True, add_completion=False)


@cli.callback()
def wallet_() -> None:
    """Wallets: open them, look at them, write statements, stop and release them.

    \b
    Example:
      ayni wallet show DNI:40217815
    """


@cli.command("set-up")
def set_up(context: typer.Context, json: Json = False) -> None:
    """Open the issuer's books and define the tiers with the law's dated limits. Twice is once.

    \b
    Example:
      ayni wallet set-up
    """
    with at_work(context, None) as tx:
        payments.set_up_books(tx)
        wallet.set_up_tiers(tx)
    show({"set_up": True}, "The books are open, and the limits are known.", as_json=json)


@cli.command("open")
def open_(
    context: typer.Context,
    people: Annotated[list[str], typer.Argument(metavar="PERSON…", help="per_… or KIND:NUMBER.")],
    officer: Annotated[str | None, typer.Option(metavar="LOGIN", help="Who answers for it.")] = None,
    json: Json = False,
) -> None:
    """Open wallets for people with a confirmed document; of the others it says why not.

    \b
    Example:
      ayni wallet open DNI:40217815 DNI:41800931
    """
    with at_work(context, officer) as tx:
        ids = [find(tx, one) for one in people]
        found = wallet.open_wallets(tx, person_ids=ids)
    refused = {show_id("per", person_id): why.sentence for person_id, why in found.refused.items()}
    lines = [f"{len(found.opened)} opened.", *(f"{who}: {why}" for who, why in refused.items())]
    show({"opened": [show_id("per", one) for one in found.opened], "refused": refused}, lines, as_json=json)


@cli.command("use")
def use_(
    context: typer.Context,
    people: Annotated[list[str], typer.Argument(metavar="PERSON…", help="per_… or KIND:NUMBER.")],
    officer: Annotated[str, typer.Option(metavar="LOGIN", help="Who saw the documents.")],
    json: Json = False,
) -> None:
    """Take wallets into use whose holders came with their document and accept them; what waited is theirs.

    \b
    Example:
      ayni wallet use DNI:40217815 --officer rosa
    """
    with at_work(context, officer) as tx:
        ids = [find(tx, one) for one in people]
        count = wallet.take_into_use(tx, person_ids=ids)
        balances = {
            show_id("per", one): wallet.balance(tx, person_id=one).total_minor
            for one in ids
            if wallet.find_wallet(tx, person_id=one) is not None
        }
        money = tx.country.format_money
        lines = [f"{count} taken into use.", *(f"{one}: {money(has)}" for one, has in balances.items())]
    show({"taken_into_use": count, "balance_minor": balances}, lines, as_json=json)


@cli.command("show")
def show_(context: typer.Context, person: Person, json: Json = False) -> None:
    """Show what a wallet holds, what is left of its limits, and what keeps it.

    \b
    Example:
      ayni wallet show DNI:40217815
    """
    with at_work(context, None) as tx:
        who = find(tx, person)
        has = wallet.balance(tx, person_id=who)
        limits = wallet.limits_left(tx, person_id=who)
        kept = [one.kind for one in wallet.stops.list_open(tx, person_id=who)]
        money = tx.country.format_money
    lines = [f"Free               {money(has.available_minor)}"]
    lines += [f"For {name:<14} {money(amount)}" for name, amount in has.bound_minor.items()]
    lines += [f"In goals           {money(has.saved_minor)}"] if has.saved_minor else []
    lines += [
        f"{one.kind:<19}{'no limit' if one.left_minor is None else money(one.left_minor) + ' left'}"
        for one in limits
    ]
    lines += [f"Kept by: {', '.join(kept)}."] if kept else []
    data = {
        "available_minor": has.available_minor,
        "bound_minor": dict(has.bound_minor),
        "saved_minor": has.saved_minor,
        "limits": {one.kind: one.left_minor for one in limits},
        "kept_by": kept,
    }
    show(data, lines, as_json=json)


@cli.command()
def statement(
    context: typer.Context,
    person: Person,
    since: Annotated[str, typer.Option(metavar="DAY", help="The first day.")],
    purpose: Annotated[str, typer.Option(help="What it is read for; its holder can see that.")],
    until: Annotated[str | None, typer.Option(metavar="DAY", help="The last day; today if none.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write it into a file: .csv or .pdf.")] = None,
    language: Annotated[str, typer.Option(help="es or en.")] = "es",
    json: Json = False,
) -> None:
    """Show what moved in a wallet, or write it as CSV or PDF.

    \b
    Example:
      ayni wallet statement DNI:40217815 --since 2025-06-01 --purpose "complaint 7" --out june.pdf
    """
    with at_work(context, None) as tx:
        days: dict[str, Any] = {
            "person_id": find(tx, person),
            "since": read_day(since),
            "until": tx.today if until is None else read_day(until),
            "purpose": purpose,
        }
        if out is not None:
            kind = PaperKind.PDF if out.suffix == ".pdf" else PaperKind.CSV
            content = wallet.papers.write_statement(tx, **days, kind=kind, language=language)
        else:
            period = wallet.papers.read_period(tx, **days)
        money, zone = tx.country.format_money, tx.country.timezone
    if out is not None:
        write_file(out, content)
        show({"file": str(out)}, f"{out} is written.", as_json=json)
        return
    rows = [
        (
            f"{entry.at.astimezone(zone):%Y-%m-%d}",
            TransferCode(entry.code).name.lower(),
            entry.counterpart,
            money(entry.amount_minor),
            money(entry.balance_minor),
        )
        for entry in period.entries
    ]
    if json:
        names = ("on", "why", "with", "amount", "balance")
        show({"entries": [dict(zip(names, row, strict=True)) for row in rows]}, "", as_json=True)
        return
    show_table(("on", "why", "with", "amount", "balance"), rows)


@cli.command()
def freeze(
    context: typer.Context,
    document: Annotated[str, typer.Argument(metavar="KIND:NUMBER", help="The holder's document.")],
    phone: Annotated[str, typer.Argument(help="A telephone of theirs.")],
    json: Json = False,
) -> None:
    """Freeze the wallet of somebody who was robbed, by document and telephone. It never tells whether there
    is one.

    \b
    Example:
      ayni wallet freeze DNI:40217815 987654321
    """
    kind, _, number = document.partition(":")
    with at_work(context, None) as tx:
        wallet.stops.freeze_by_document(tx, document=(kind, number), phone=phone)
    show({"done": True}, "If there is such a wallet, nothing leaves it now.", as_json=json)


@cli.command()
def stop(
    context: typer.Context,
    person: Person,
    reason: Reason,
    officer: Annotated[str, typer.Option(metavar="LOGIN", help="The officer who answers for it.")],
    authority: Annotated[
        str | None, typer.Option(help="Of a legal hold: the number of the order behind it.")
    ] = None,
    json: Json = False,
) -> None:
    """Freeze somebody's wallet, or put it under legal hold by an order. Receiving goes on.

    \b
    Example:
      ayni wallet stop DNI:40217815 --reason "reported stolen" --officer luz
    """
    with at_work(context, officer) as tx:
        begun = wallet.stops.stop_wallet(tx, person_id=find(tx, person), reason=reason, authority=authority)
    text = "Nothing leaves it now." if begun else "It was stopped so before."
    show({"begun": begun}, text, as_json=json)


@cli.command()
def release(
    context: typer.Context,
    person: Person,
    kind: Annotated[StopKind, typer.Argument(help="What is lifted.")],
    reason: Reason,
    officer: Annotated[str, typer.Option(metavar="LOGIN", help="The officer who answers for it.")],
    json: Json = False,
) -> None:
    """Lift what keeps a wallet from paying.

    \b
    Example:
      ayni wallet release DNI:40217815 frozen_by_office --reason "it was found" --officer luz
    """
    with at_work(context, officer) as tx:
        wallet.stops.release_wallet(tx, person_id=find(tx, person), kind=kind, reason=reason)
    show({"released": kind}, "It is lifted.", as_json=json)
