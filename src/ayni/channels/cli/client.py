"""`ayni client`: systems outside, what they may do, with whose money, and their secrets."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated
from urllib.parse import urlsplit

import typer

from ayni import ledger, wallet
from ayni.channels.cli.answer import Json, show, show_table
from ayni.channels.cli.person.named import Officer, Reason, at_work, find
from ayni.channels.cli.shop import get
from ayni.foundation import clients, webhooks
from ayni.foundation.clients import SCOPES
from ayni.foundation.db import Tx
from ayni.values.ids import show_id

cli = typer.Typer(no_args_is_help=True, add_completion=False)

Id = Annotated[str, typer.Argument(metavar="ID", help="Its id: small letters, digits, hyphens.")]
To = Annotated[
    list[str] | None, typer.Option("--shop", metavar="CODE", help="A shop that it acts for; repeat it.")
]
Everything = Annotated[
    bool, typer.Option("--everything", help="Every wallet and shop: for channels of the issuer's own.")
]


@cli.callback()
def client_() -> None:
    """Systems outside that reach Ayni over its HTTP API.

    \b
    Example:
      ayni client list
    """


@cli.command()
def add(
    context: typer.Context,
    client: Id,
    name: Annotated[str, typer.Option(help="What it is called.")],
    scope: Annotated[
        list[str], typer.Option(metavar="WHAT:MAY", help=f"May be repeated: {', '.join(SCOPES)}.")
    ],
    rate: Annotated[int, typer.Option(help="Requests that it may send a minute.")] = 600,
    shop: To = None,
    everything: Everything = False,
    officer: Officer = None,
    json: Json = False,
) -> None:
    """Make a client, and show its first secret, this once.

    \b
    Example:
      ayni client add bank-one --name "Bank One" --scope payments:write --scope wallets:read --everything
    """
    with at_work(context, officer) as tx:
        made, secret = clients.add_client(
            tx, client_id=client, name=name, scopes=scope, requests_a_minute=rate
        )
        if everything:
            wallet.links.begin_link(tx, client_id=client)
        for code in shop or ():
            wallet.links.begin_link(tx, client_id=client, shop_id=get(tx, code).id)
    data = {"client": made.id, "name": made.name, "scopes": list(made.scopes), "secret": secret}
    text = [f"Client {made.id} may: {', '.join(made.scopes)}.", *_secret(secret)]
    if not everything and not shop:
        text.append("It is linked to no wallet and no shop yet: ayni client link")
    show(data | {"requests_a_minute": rate}, text, as_json=json)


@cli.command("list")
def list_(context: typer.Context, officer: Officer = None, json: Json = False) -> None:
    """Say which clients there are and were, and what each is linked to.

    \b
    Example:
      ayni client list
    """
    with at_work(context, officer) as tx:
        rows = [_row(tx, one) for one in clients.list_clients(tx)]
    if json:
        show({"clients": rows}, "", as_json=True)
        return
    told = [
        (row["client"], row["name"], row["scopes"], row["links"], row["requests_a_minute"], row["ended_at"])
        for row in rows
    ]
    show_table(
        ("client", "name", "may", "linked to", "a minute", "ended"),
        [[", ".join(cell) if isinstance(cell, list) else cell or "" for cell in row] for row in told],
    )


def _row(tx: Tx, one: clients.Client) -> dict[str, object]:
    links = wallet.links.list_links(tx, client_id=one.id)
    return {
        "client": one.id,
        "name": one.name,
        "scopes": list(one.scopes),
        "requests_a_minute": one.requests_a_minute,
        "links": [
            link.shop_code or ("everything" if link.person_id is None else show_id("per", link.person_id))
            for link in links
        ],
        "made_at": one.made_at,
        "ended_at": one.ended_at,
    }


@cli.command("webhooks")
def webhooks_(context: typer.Context, officer: Officer = None, json: Json = False) -> None:
    """Say which addresses of clients are told what happens, and which do not take it.

    \b
    Example:
      ayni client webhooks
    """
    with at_work(context, officer) as tx:
        last_seq = ledger.last_seq(tx)
        rows = [
            {
                "webhook": show_id("whk", one.id),
                "client": one.client_id,
                # The rest of an address may hold a key of the client's.
                "host": urlsplit(one.url).hostname,
                "told_seq": one.told_seq,
                "behind": max(0, last_seq - one.told_seq),
                "failures": one.failures,
                "problem": one.problem,
            }
            for one in webhooks.list_webhooks(tx)
        ]
    if json:
        show({"webhooks": rows}, "", as_json=True)
        return
    show_table(
        ("webhook", "client", "host", "told up to", "behind", "failures", "problem"),
        [["" if cell is None else str(cell) for cell in row.values()] for row in rows],
    )


@cli.command()
def rotate(
    context: typer.Context,
    client: Id,
    overlap_hours: Annotated[
        int, typer.Option(help="For how long the old secret holds beside the new one.")
    ] = 0,
    officer: Officer = None,
    json: Json = False,
) -> None:
    """Give a client a new secret. Without an overlap the old one, and all that was given for it, ends now.

    \b
    Example:
      ayni client rotate bank-one --overlap-hours 24
    """
    with at_work(context, officer) as tx:
        # A number that no span of time can hold is too long an overlap, and told so.
        hours = max(-1, min(overlap_hours, 10_000))
        secret = clients.rotate_secret(tx, client_id=client, overlap=timedelta(hours=hours))
    show({"client": client, "secret": secret}, _secret(secret), as_json=json)


@cli.command()
def end(
    context: typer.Context, client: Id, reason: Reason, officer: Officer = None, json: Json = False
) -> None:
    """Take a client's access away, for good. What it did stands under its name.

    \b
    Example:
      ayni client end bank-one --reason "the agreement ended"
    """
    with at_work(context, officer) as tx:
        clients.end_client(tx, client_id=client, reason=reason)
    show({"client": client, "state": "ended"}, f"Client {client} has no access any more.", as_json=json)


@cli.command()
def link(
    context: typer.Context,
    client: Id,
    shop: To = None,
    person: Annotated[
        str | None,
        typer.Option(metavar="PERSON", help="Whoever asked for it: per_… or KIND:NUMBER."),
    ] = None,
    everything: Everything = False,
    end_it: Annotated[bool, typer.Option("--end", help="End the link instead.")] = False,
    officer: Officer = None,
    json: Json = False,
) -> None:
    """Let a client touch a shop, a wallet whose holder asked for it, or everything; or end that.

    \b
    Example:
      ayni client link bank-one --shop BODEGA01
    """
    change = wallet.links.end_link if end_it else wallet.links.begin_link
    if not (shop or person or everything):
        raise typer.BadParameter("name a shop, a person, or --everything")
    with at_work(context, officer) as tx:
        if everything:
            change(tx, client_id=client)
        if person is not None:
            change(tx, client_id=client, person_id=find(tx, person))
        for code in shop or ():
            change(tx, client_id=client, shop_id=get(tx, code).id)
        row = _row(tx, clients.get_client(tx, client_id=client))
    linked = row["links"]
    assert isinstance(linked, list)
    show(row, f"Client {client} is linked to: {', '.join(linked) or 'nothing'}.", as_json=json)


def _secret(secret: str) -> list[str]:
    return [f"Its secret: {secret}", "It is shown this once. Keep it where nobody else reads it."]
