"""`ayni shop`: merchants, agents and companies; where their money goes, and their day."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from ayni import wallet
from ayni.channels.cli.amounts import read_amount
from ayni.channels.cli.answer import Json, show, show_table
from ayni.channels.cli.person.named import at_work, find
from ayni.channels.cli.session import read_day
from ayni.foundation.db import Tx
from ayni.ledger import TransferCode
from ayni.values.ids import new_id, show_id
from ayni.wallet import Shop, UnknownShop

cli = typer.Typer(no_args_is_help=True, add_completion=False)

Code = Annotated[str, typer.Argument(metavar="CODE", help="The code on the shop's sign.")]


class Kind(StrEnum):
    """What a shop does."""

    MERCHANT = "merchant"
    AGENT = "agent"
    BILLER = "biller"


def get(tx: Tx, code: str) -> Shop:
    """The shop with a code. Raises UnknownShop."""
    found = wallet.find_shop(tx, code=code)
    if found is None:
        raise UnknownShop(kind="shop")
    return found


@cli.callback()
def shop_() -> None:
    """Shops: who takes payments, trades cash, or is paid bills.

    \b
    Example:
      ayni shop open merchant BODEGA01 "Bodega Doña Julia" --keeper DNI:40000004 --category grocery
    """


@cli.command("open")
def open_(
    context: typer.Context,
    kind: Annotated[Kind, typer.Argument(help="merchant, agent or biller.")],
    code: Code,
    name: Annotated[str, typer.Argument(help="What is written on the sign.")],
    keeper: Annotated[str, typer.Option(metavar="PERSON", help="Who answers for it: per_… or KIND:NUMBER.")],
    category: Annotated[str, typer.Option(help="Of a merchant: what it sells.")] = "other",
    accepts: Annotated[
        list[str] | None, typer.Option("--accepts", help="A purpose whose money it takes; repeat it.")
    ] = None,
    officer: Annotated[str | None, typer.Option(metavar="LOGIN", help="Who answers for it.")] = None,
    json: Json = False,
) -> None:
    """Open a shop's account.

    \b
    Example:
      ayni shop open agent AGENTE01 "Agente Don Pepe" --keeper DNI:40000004
    """
    with at_work(context, officer) as tx:
        who = find(tx, keeper)
        if kind is Kind.MERCHANT:
            for purpose in accepts or []:
                wallet.define_purpose(tx, name=purpose)
            shop = wallet.open_merchant(
                tx, keeper_id=who, code=code, display_name=name, category=category, accepts=accepts or []
            )
        elif kind is Kind.AGENT:
            shop = wallet.open_agent(tx, keeper_id=who, code=code, display_name=name)
        else:
            shop = wallet.open_biller(tx, keeper_id=who, code=code, display_name=name)
    data = {"code": shop.code, "account": show_id("acc", shop.account_id)}
    show(data, f"{shop.display_name} is open.", as_json=json)


@cli.command()
def account(
    context: typer.Context,
    code: Code,
    number: Annotated[str, typer.Argument(help="The interbank number of its account.")],
    holder: Annotated[str, typer.Argument(help="Whose account it is.")],
    officer: Annotated[str | None, typer.Option(metavar="LOGIN", help="Who answers for it.")] = None,
    json: Json = False,
) -> None:
    """Say where a shop's money goes at its bank.

    \b
    Example:
      ayni shop account BODEGA01 01136600010003254221 "Julia Rojas"
    """
    with at_work(context, officer) as tx:
        wallet.trade.set_bank_account(tx, shop_id=get(tx, code).id, bank_account=number, creditor=holder)
    show({"code": code}, "Its money goes there from now on.", as_json=json)


@cli.command("code")
def code_(
    context: typer.Context,
    code: Code,
    amount: Annotated[str | None, typer.Option(help="For one payment of so much, as 12.50.")] = None,
    json: Json = False,
) -> None:
    """Write a merchant's payment code (EMVCo), to hang up or for one payment: the text of its QR.

    \b
    Example:
      ayni shop code BODEGA01 --amount 12.50
    """
    with at_work(context, None) as tx:
        minor = None if amount is None else read_amount(amount)
        text = wallet.codes.write_code(tx, shop_id=get(tx, code).id, amount_minor=minor)
    show({"text": text}, text, as_json=json)


@cli.command()
def settle(
    context: typer.Context,
    code: Code,
    amount: Annotated[str, typer.Argument(help="How much, as 12.50.")],
    json: Json = False,
) -> None:
    """Send so much of a shop's money to its bank, with the next file.

    \b
    Example:
      ayni shop settle AGENTE01 150.00
    """
    with at_work(context, None) as tx:
        payout = wallet.trade.settle(
            tx,
            shop_id=get(tx, code).id,
            amount_minor=read_amount(amount),
            client="operator",
            key=new_id(tx.now),
        )
        told = tx.country.format_money(payout.amount_minor)
    show({"reference": payout.reference}, f"{told} goes to its bank with the next file.", as_json=json)


@cli.command()
def day(
    context: typer.Context,
    code: Code,
    on: Annotated[str | None, typer.Option(metavar="DAY", help="Which day; today if none.")] = None,
    json: Json = False,
) -> None:
    """Tell a shop's day: what it began with, what moved and why, and what it ended with.

    \b
    Example:
      ayni shop day AGENTE01 --on 2025-06-02
    """
    with at_work(context, None) as tx:
        which = tx.today if on is None else read_day(on)
        found = wallet.trade.day_report(tx, shop_id=get(tx, code).id, on=which)
        money = tx.country.format_money
    rows = [
        (TransferCode(line.code).name.lower(), line.times, line.in_minor, line.out_minor)
        for line in found.lines
    ]
    if json:
        names = ("why", "times", "in_minor", "out_minor")
        lines = [dict(zip(names, row, strict=True)) for row in rows]
        told = {"on": which, "opening_minor": found.opening_minor, "closing_minor": found.closing_minor}
        show({**told, "lines": lines}, "", as_json=True)
        return
    show_table(
        ("why", "times", "in", "out"), [(why, n, money(came), money(left)) for why, n, came, left in rows]
    )
    show(
        {}, f"Began with {money(found.opening_minor)}, ends with {money(found.closing_minor)}.", as_json=False
    )
