"""`ayni duplicates`: two files that may be of one human, and what officers decide about them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Annotated, Any

import typer

from ayni import identity, registry
from ayni.channels.cli.answer import Json, show
from ayni.channels.cli.duplicates_find import find
from ayni.channels.cli.person import named
from ayni.channels.cli.session import OPERATOR, Session
from ayni.foundation.db import Actor, Database, Tx
from ayni.registry import Case, Pair, Verdict, VerdictKind
from ayni.values.ids import show_id

cli = typer.Typer(no_args_is_help=True, add_completion=False)
cli.command()(find)

One = Annotated[str, typer.Argument(metavar="PERSON", help="One of the two: per_… or KIND:NUMBER.")]
Other = Annotated[str, typer.Argument(metavar="OTHER", help="The other: per_… or KIND:NUMBER.")]
Officer = Annotated[str, typer.Option(metavar="LOGIN", help="The registrar who answers for it.")]
Reason = Annotated[str, typer.Option(help="Why; it is kept for ever.")]


@cli.callback()
def duplicates_() -> None:
    """Suspected duplicates: see them, judge them once, and take a verdict back.

    \b
    Example:
      ayni duplicates list
    """


@cli.command("list")
def list_(
    context: typer.Context,
    most: Annotated[int, typer.Option(min=1, max=10_000, help="How many to show.")] = 20,
    json: Json = False,
) -> None:
    """What waits for a verdict: the likeliest first, and last what an officer was unsure about.

    \b
    Example:
      ayni duplicates list --most 50
    """
    with Session.of(context).open_database(migrate=False) as database, database.transaction(OPERATOR) as tx:
        pairs = registry.list_pairs(tx, limit=most)
        waiting, blocking = registry.count_pairs(tx)
    data = {"waiting": waiting, "blocking": blocking, "pairs": [_pair(pair) for pair in pairs]}
    queue = "1 pair waits" if waiting == 1 else f"{waiting} pairs wait"
    holding = "holds" if blocking == 1 else "hold"
    lines = [f"{queue} for a verdict; {blocking} of them {holding} up payments."]
    lines += [f"{_score(pair)}  {_names(pair)}  {pair.found_by}: {pair.model}" for pair in pairs]
    show(data, lines, as_json=json)


@cli.command("show")
def show_(context: typer.Context, person: One, other: Other, officer: Officer, json: Json = False) -> None:
    """Both files side by side, the evidence by field, and earlier verdicts. The reading of both is kept.

    \b
    Example:
      ayni duplicates show per_0… per_1… --officer ana
    """
    with _acting(context, officer) as (database, actor), database.transaction(actor) as tx:
        case = registry.duplicates.open_case(tx, pair=_read(tx, person, other))
    show(_case(case), _lines(case), as_json=json)


@cli.command()
def decide(
    context: typer.Context,
    person: One,
    other: Other,
    verdict: Annotated[VerdictKind, typer.Option(help="What the two are.")],
    reason: Reason,
    officer: Officer,
    keep: Annotated[
        str | None, typer.Option(metavar="PERSON", help="Which file stands for both; else the older one.")
    ] = None,
    json: Json = False,
) -> None:
    """Judge a pair. Same and different hold until they are taken back; same merges the files.

    \b
    Example:
      ayni duplicates decide per_0… per_1… --verdict same --reason "one DNI" --officer ana
    """
    with _acting(context, officer) as (database, actor), database.transaction(actor) as tx:
        pair = _read(tx, person, other)
        kept = None if keep is None else named.find(tx, keep)
        found = registry.duplicates.decide(tx, pair=pair, verdict=verdict, reason=reason, keep=kept)
        stands = identity.get_canonical_id(tx, person_id=pair.low_id)
    data = {**_verdict(found), "stands_for": show_id("per", stands) if verdict == "same" else None}
    text = f"Kept: {found.verdict}."
    if verdict == VerdictKind.SAME:
        text += f" {keep or show_id('per', stands)} stands for both."
    show(data, text, as_json=json)


@cli.command()
def undo(
    context: typer.Context, person: One, other: Other, reason: Reason, officer: Officer, json: Json = False
) -> None:
    """Take a verdict back. The pair waits again, and files that only it held together are two again.

    \b
    Example:
      ayni duplicates undo per_0… per_1… --reason "two people came" --officer ana
    """
    with _acting(context, officer) as (database, actor), database.transaction(actor) as tx:
        found = registry.duplicates.undo(tx, pair=_read(tx, person, other), reason=reason)
    show(_verdict(found), "The verdict was taken back; the pair waits again.", as_json=json)


@cli.command("put-forward")
def put_forward(
    context: typer.Context, person: One, other: Other, reason: Reason, officer: Officer, json: Json = False
) -> None:
    """Put two files forward that you suspect to be of one human. What was judged before stays judged.

    \b
    Example:
      ayni duplicates put-forward per_0… per_1… --reason "same face, other name" --officer ana
    """
    with _acting(context, officer) as (database, actor), database.transaction(actor) as tx:
        found = registry.duplicates.put_forward(
            tx, one_id=named.find(tx, person), other_id=named.find(tx, other), reason=reason
        )
    show(_pair(found), f"Among the suspected duplicates: {_names(found)}", as_json=json)


@cli.command()
def review(context: typer.Context, officer: Officer, json: Json = False) -> None:
    """Judge one pair after the other at the keyboard. With --json, only says which pair is next.

    \b
    Example:
      ayni duplicates review --officer ana
    """
    judged = 0
    with _acting(context, officer) as (database, actor):
        while True:
            with database.transaction(actor) as tx:
                case = registry.duplicates.next_case(tx)
            if json or case is None:
                break
            typer.echo("\n".join(_lines(case)))
            answer = typer.prompt("same, different, unsure or stop").strip().lower()
            if answer == "stop":
                break
            if answer not in list(VerdictKind):
                typer.echo("This is none of them.")
                continue
            reason = typer.prompt("Why")
            with database.transaction(actor) as tx:
                registry.duplicates.decide(tx, pair=case.pair, verdict=VerdictKind(answer), reason=reason)
            judged += 1
    data = {"judged": judged, "next": None if case is None else _case(case)}
    done = f"{judged} {'pair' if judged == 1 else 'pairs'} judged"
    show(data, f"{done}." if case else f"{done}; nothing waits.", as_json=json)


@contextmanager
def _acting(context: typer.Context, login: str) -> Iterator[tuple[Database, Actor]]:
    """The database, and the officer as who acts."""
    with Session.of(context).open_database(migrate=False) as database:
        with database.transaction(OPERATOR) as tx:
            officer = identity.get_officer(tx, login=login)
        yield database, Actor(show_id("off", officer.id), "cli")


def _read(tx: Tx, person: str, other: str) -> Pair:
    return registry.get_pair(tx, one_id=named.find(tx, person), other_id=named.find(tx, other))


def _score(pair: Pair) -> str:
    return f"{pair.score_per_mille / 10:5.1f} %"


def _names(pair: Pair) -> str:
    return f"{show_id('per', pair.low_id)} {show_id('per', pair.high_id)}"


def _pair(pair: Pair) -> dict[str, Any]:
    ids = {name: show_id("per", getattr(pair, name)) for name in ("low_id", "high_id")}
    return asdict(pair) | ids


def _verdict(verdict: Verdict) -> dict[str, Any]:
    ids = {name: show_id("per", getattr(verdict, name)) for name in ("low_id", "high_id")}
    return asdict(verdict) | ids


def _case(case: Case) -> dict[str, Any]:
    return {
        "pair": _pair(case.pair),
        "files": [_file(file) for file in case.files],
        "verdicts": [_verdict(verdict) for verdict in case.verdicts],
    }


def _file(file: identity.PersonFile) -> dict[str, str]:
    """What an officer compares, each as one text."""
    who = file.person
    return {
        "person": show_id("per", who.id),
        "given names": who.given_names,
        "first surname": who.first_surname or "",
        "second surname": who.second_surname or "",
        "born": f"{who.birth_on or ''}{' (estimated)' if who.birth_estimated else ''}",
        "died": str(who.died_on or ""),
        "sex": who.sex or "",
        "documents": ", ".join(f"{one.kind} {one.number}" for one in file.documents),
        "telephones": ", ".join(one.phone for one in file.contacts if one.valid_until is None),
        "address": ", ".join(
            f"{one.district_code or ''} {one.line or ''}".strip()
            for one in file.addresses
            if one.valid_until is None
        ),
    }


def _lines(case: Case) -> list[str]:
    one, other = (_file(file) for file in case.files)
    wide = max(len(text) for text in one.values())
    lines = [
        f"{'=' if one[field] == other[field] else ' '} {field:<15} {one[field]:<{wide}}  {other[field]}"
        for field in one
    ]
    lines.append(f"Likely to be one human: {_score(case.pair).strip()} ({case.pair.found_by})")
    lines += [f"  {field}: {said}" for field, said in case.pair.evidence.items()]
    lines += [f"{said.decided_at:%Y-%m-%d}: {said.verdict} ({said.reason})" for said in case.verdicts]
    return lines
