"""Scores: defined from a file, from the country's own, or learnt from a survey."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Annotated

import typer

from ayni import programmes
from ayni.channels.cli.answer import Json, show
from ayni.channels.cli.files import UnusableFile, read_file, read_text, write_file
from ayni.channels.cli.programme.named import do
from ayni.channels.cli.session import OPERATOR, Session, read_day
from ayni.foundation.errors import BadInput
from ayni.programmes import Told

Truth = Annotated[
    Path | None,
    typer.Option(help="CSV with household_code and a column that says who is poor."),
]
TruthColumn = Annotated[str, typer.Option(help="Which column of --truth says it.")]
PoorValues = Annotated[str, typer.Option("--poor", help="Which of its values are poor, as 1,2.")]
Source = Annotated[str, typer.Option(help="The source under which these households were imported.")]


class ChooseOne(BadInput):
    """Two options that exclude each other, or neither."""

    code = "choose_one"
    what = "Give either {one} or {other}."
    means = "Nothing was done."
    do = "Run it again with one of the two."


def read_told(truth: Path, *, source: str, column: str, poor: str) -> Told:
    """What a file says of households, by their codes. Raises UnusableFile."""
    try:
        rows = list(csv.DictReader(io.StringIO(read_file(truth).decode("utf-8-sig"))))
    except (UnicodeDecodeError, csv.Error) as error:
        raise UnusableFile(file=truth, reason="it is no CSV in UTF-8") from error
    wanted = {"household_code", column}
    if not rows or not wanted <= set(rows[0]):
        raise UnusableFile(file=truth, reason=f"its first line must name household_code and {column}")
    values = set(poor.split(","))
    told = {row["household_code"]: row[column] in values for row in rows if row[column]}
    return Told(source, told)


def define_score(
    context: typer.Context,
    file: Annotated[Path | None, typer.Argument(help="The score (YAML).")] = None,
    official: Annotated[
        str | None, typer.Option(metavar="CODE", help="One that the country publishes.")
    ] = None,
    json: Json = False,
) -> None:
    """Define a score, or its next version, from a file or from what was published for the country.

    \b
    Example:
      ayni programme define-score --official ppi_total_line
    """
    if (file is None) == (official is None):
        raise ChooseOne(one="a file", other="--official")
    if file is not None:
        text = read_text(file)
        found = do(context, lambda tx: programmes.define_score(tx, text=text))
    else:
        found = do(context, lambda tx: programmes.define_official_score(tx, code=official or ""))
    data = {"code": found.code, "terms": len(found.terms), "digest": found.digest}
    show(
        data,
        f"Score {found.code}, of {len(found.terms)} terms: criteria read it as score.{found.code}.",
        as_json=json,
    )


def train_score(
    context: typer.Context,
    out: Annotated[Path, typer.Option(help="Where the score is written (YAML).")],
    on: Annotated[str, typer.Option(metavar="DAY", help="The day of the facts.")],
    code: Annotated[str, typer.Option(help="What the score is called.")] = "pmt",
    source: Source = "survey",
    label: Annotated[str | None, typer.Option(help="An expression that says who is poor.")] = None,
    truth: Truth = None,
    truth_column: TruthColumn = "target",
    poor: PoorValues = "1,2",
    json: Json = False,
) -> None:
    """Learn a proxy-means score from households of whom it is known whether they are poor.

    The errors that it tells are of households held out. Needs the group `scoring`.

    \b
    Example:
      ayni programme train-score --on 2025-06-02 --truth survey.poor.csv --out pmt.yaml
    """
    if (label is None) == (truth is None):
        raise ChooseOne(one="--label", other="--truth")
    told: str | Told = label or ""
    if truth is not None:
        told = read_told(truth, source=source, column=truth_column, poor=poor)
    lesson = programmes.Lesson(
        code=code,
        name=f"Score learnt from {source}",
        source=f"learnt from {source} on facts of {on}",
        label=told,
        as_of=read_day(on),
    )
    with Session.of(context).open_database(migrate=False) as database:
        found = programmes.train_score(database, lesson=lesson, actor=OPERATOR)
    write_file(out, programmes.formats.scorecard_to_yaml(found.scorecard).encode())
    data = {
        "threshold": found.threshold,
        "learnt_from": found.learnt_from,
        "held_out": found.held_out,
        "left_out": found.left_out,
        "exclusion_error": str(found.exclusion_error),
        "inclusion_error": str(found.inclusion_error),
        "area_per_mille": found.area_per_mille,
    }
    text = [
        f"Learnt from {found.learnt_from} households; of {found.left_out} something was not known.",
        f"Of {found.held_out} held out, {found.poor} are poor and {found.selected} are selected:",
        f"exclusion error {found.exclusion_error}, inclusion error {found.inclusion_error}.",
        f"Written to {out}. Select by: score.{code} >= {found.threshold}",
    ]
    show(data, text, as_json=json)
