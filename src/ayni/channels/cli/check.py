"""`ayni check`: everything that must always be true, asked now."""

from __future__ import annotations

import typer

from ayni.channels.cli.answer import REFUSED, Json, show, show_table
from ayni.channels.cli.session import Session
from ayni.foundation import invariants

cli = typer.Typer(add_completion=False)


@cli.command()
def check(context: typer.Context, json: Json = False) -> None:
    """Ask every invariant whether it holds. Ends with 1 when one does not. Changes nothing.

    \b
    Example:
      ayni check --json
    """
    with Session.of(context).open_database(migrate=False) as database:
        results = invariants.check_all(database)
    held = all(result.held for result in results)
    if json:
        found = [{"held": result.held, **_as_dict(result)} for result in results]
        show({"held": held, "results": found}, "", as_json=True)
    else:
        show_table(
            ("", "invariant", "what must be true"),
            [("ok" if result.held else "NO", result.name, result.sentence) for result in results],
        )
        lines = [line for result in results for line in _lines(result)]
        violated = sum(not result.held for result in results)
        lines.append("All hold." if held else f"{violated} of {len(results)} do not hold.")
        show({}, lines, as_json=False)
    if not held:
        raise typer.Exit(REFUSED)


def _as_dict(result: invariants.Result) -> dict[str, object]:
    return {
        "name": result.name,
        "sentence": result.sentence,
        "violations": result.violations,
        "examples": [{"subject": one.subject, **one.numbers} for one in result.examples],
    }


def _lines(result: invariants.Result) -> list[str]:
    lines = []
    for one in result.examples:
        told = ", ".join(f"{name} {value}" for name, value in one.numbers.items())
        lines.append(f"{result.name}: {one.subject} ({told})")
    if result.violations > len(result.examples):
        lines.append(f"{result.name}: and {result.violations - len(result.examples)} more")
    return lines
