"""What a rule would do, before it does it."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer

from ayni import programmes
from ayni.channels.cli.answer import Json, show, show_table
from ayni.channels.cli.files import read_text, write_file
from ayni.channels.cli.programme.named import do
from ayni.channels.cli.programme.scores import PoorValues, Source, Truth, TruthColumn, read_told
from ayni.channels.cli.session import Session, read_day
from ayni.programmes import Question, Simulation, Told


def simulate(
    context: typer.Context,
    rules: Annotated[list[Path], typer.Argument(metavar="RULES…", help="One or two variants (YAML).")],
    against: Annotated[str, typer.Option(metavar="CODE", help="The live programme to compare with.")],
    on: Annotated[str, typer.Option(metavar="DAY", help="The day of the facts.")],
    really_poor: Annotated[
        str | None, typer.Option(metavar="EXPRESSION", help="Who is really poor, over the same facts.")
    ] = None,
    truth: Truth = None,
    truth_column: TruthColumn = "target",
    poor: PoorValues = "1,2",
    source: Source = "survey",
    income: Annotated[
        str | None,
        typer.Option(metavar="FACT", help="People's income in a month, as person.monthly_income_minor."),
    ] = None,
    by: Annotated[str | None, typer.Option(metavar="FACT", help="Also by the values of this fact.")] = None,
    months: Annotated[int, typer.Option(help="For how many months a cycle pays.")] = 1,
    out: Annotated[Path | None, typer.Option(help="A folder for the figures (CSV) and charts (SVG).")] = None,
    json: Json = False,
) -> None:
    """Say who would gain and lose, what it would cost, and whom it would reach. Nothing is recorded.

    \b
    Example:
      ayni programme simulate cheaper.yaml --against canasta --on 2025-06-02
    """
    texts = [read_text(file) for file in rules]
    told: str | Told | None = really_poor
    if truth is not None:
        told = read_told(truth, source=source, column=truth_column, poor=poor)
    question = Question(as_of=read_day(on), truth=told, income=income, by=by, months=months)
    found = do(context, lambda tx: programmes.simulate(tx, against=against, texts=texts, question=question))
    if out is not None:
        _write(found, out)
    if json:
        whole = {name: vars(found.whole(name)) for name in found.variants}
        shares = {name: [str(one) for one in ends] for name, ends in found.gini.items()}
        show({"variants": whole, "gini": shares}, "", as_json=True)
        return
    _show(context, found)


def _write(found: Simulation, out: Path) -> None:
    formats = programmes.formats
    write_file(out / "figures.csv", formats.to_csv(found).encode())
    for chart in formats.CHARTS:
        for dimension in ("district", "group"):
            drawn = formats.to_svg(found, chart, dimension=dimension)
            write_file(out / f"{chart}-by-{dimension}.svg", drawn.encode())


def _show(context: typer.Context, found: Simulation) -> None:
    money = Session.of(context).country.format_money
    whole = [found.whole(name) for name in found.variants]
    rows: list[tuple[str, list[str]]] = [
        ("eligible", [f"{one.eligible} of {one.subjects}" for one in whole]),
        ("no place", [str(one.waiting) for one in whole]),
        ("cannot be judged", [str(one.unknown) for one in whole]),
        ("cost of a cycle", [money(one.cost_minor) for one in whole]),
        ("  if all unknown were eligible", [money(one.cost_high_minor) for one in whole]),
        ("gain", [f"{one.gained + one.raised}, {money(one.gained_minor)}" for one in whole]),
        ("lose", [f"{one.lost + one.lowered}, {money(one.lost_minor)}" for one in whole]),
        ("reached", [_range(one.coverage) for one in whole]),
    ]
    if any(one.poor for one in whole):
        rows += [
            ("poor who are left out", [_range(one.exclusion_error) for one in whole]),
            ("reached who are not poor", [_range(one.inclusion_error) for one in whole]),
        ]
    if any(one.with_income for one in whole):
        rows += [
            ("poverty gap that it closes", [_share(one.gap_closed) for one in whole]),
            ("  closed by each sol", [_number(found.gap_per_sol(one.variant)) for one in whole]),
            ("Gini before", [_number(found.gini[one.variant][0]) for one in whole]),
            ("Gini after", [_number(found.gini[one.variant][1]) for one in whole]),
        ]
    show_table(("", *found.variants), [(name, *cells) for name, cells in rows])


def _range(ends: tuple[Decimal | None, Decimal | None]) -> str:
    low, high = ends
    return _share(low) if low == high else f"{_share(low)} to {_share(high)}"


def _share(value: Decimal | None) -> str:
    return "-" if value is None else f"{value * 100:.1f} %"


def _number(value: Decimal | None) -> str:
    return "-" if value is None else f"{value:.4f}"
