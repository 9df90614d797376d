"""`ayni city`: padróns of people who do not exist."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from ayni.channels.cli.answer import Json, show
from ayni.channels.cli.progress import counting
from ayni.channels.cli.session import Session, read_day
from ayni.foundation.tabular import load_mapping
from ayni.sandbox import city

cli = typer.Typer(no_args_is_help=True, add_completion=False)

_FIRST_DAY = "2025-05-01"
"""From this day every dated parameter exists. It is fixed, so that the same seed gives the same city."""
_TOLD = 10

Seed = Annotated[int, typer.Option(help="The same number gives the same city, byte for byte.")]
Out = Annotated[Path, typer.Option(help="The padrón to write; the truth goes beside it.")]
On = Annotated[str, typer.Option(metavar="DAY", help="The day as of which people have their ages.")]


@cli.callback()
def city_() -> None:
    """Make up the people of a city, for trials and measurements. Nobody real is among them.

    \b
    Example:
      ayni city generate --people 10000 --out padron.csv
    """


@cli.command()
def generate(
    context: typer.Context,
    people: Annotated[int, typer.Option(min=1, max=20_000_000, help="How many rows.")],
    out: Out,
    seed: Seed = 1,
    on: On = _FIRST_DAY,
    json: Json = False,
) -> None:
    """Draw a whole city, with the faults that real lists have, and the truth about it.

    \b
    Example:
      ayni city generate --people 10000 --seed 7 --out padron.csv
    """
    session = Session.of(context)
    profile = session.wiring.city_profile(session.settings.country)
    day = read_day(on)
    with counting(quiet=json) as told:
        made = city.generate(
            people=people,
            seed=seed,
            profile=profile,
            out=out,
            on=day,
            progress=lambda done, total: told("writing", done, total),
        )
    text = [
        f"{made.people} rows about {made.humans} people in {made.households} households: {made.padron}",
        f"Among them {made.duplicates} duplicates, {made.twins} twins, {made.homonyms} homonyms,",
        f"{made.sibling_lookalikes} siblings who look alike; {made.without_document} are without a document.",
        f"The truth about them: {made.truth}",
    ]
    show({name: getattr(made, name) for name in made.__dataclass_fields__}, text, as_json=json)


@cli.command()
def dress(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="An anonymous survey: CSV or XLSX.")],
    mapping: Annotated[Path, typer.Option(help="How its layout becomes ours (YAML, docs/padron.md).")],
    out: Out,
    seed: Seed = 1,
    on: On = _FIRST_DAY,
    json: Json = False,
) -> None:
    """Give the people of an anonymous survey made-up names, documents, telephones and districts.

    \b
    Example:
      ayni city dress survey.csv --mapping survey.yaml --seed 7 --out padron.csv
    """
    session = Session.of(context)
    made = city.dress(
        survey=file,
        mapping=load_mapping(mapping),
        seed=seed,
        profile=session.wiring.city_profile(session.settings.country),
        out=out,
        on=read_day(on),
    )
    doubts = dict(sorted(Counter(doubt.reason for doubt in made.doubts).items()))
    text = [f"{made.people} people in {made.households} households: {made.padron}"]
    text += [f"The truth about them: {made.truth}"]
    if made.refused:
        text.append(f"{len(made.refused)} rows of the survey can't be read:")
        text += [f"  {row.sentence}" for row in made.refused[:_TOLD]]
    text += [f"Households that contradict themselves ({reason}): {n}" for reason, n in doubts.items()]
    data = {"padron": made.padron, "truth": made.truth, "people": made.people}
    refused = [row.as_dict() for row in made.refused]
    data_more = {"households": made.households, "refused": refused, "doubts": made.doubts}
    show({**data, **data_more}, text, as_json=json)
