"""A proxy-means score, learnt from households of which it is known whether they are poor.

Logistic regression finds the weights; they are rounded to whole points, and what is reported is reached by
the points, on households that the regression never saw. Needs the group `scoring`; using a score needs
nothing.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from types import ModuleType
from typing import Any

from ayni.foundation.db import Actor, Database, Tx
from ayni.programmes import store
from ayni.programmes.errors import BadTraining, ScoringNotInstalled
from ayni.programmes.model import (
    Compiled,
    NotACriterion,
    Scorecard,
    Term,
    Told,
    Training,
    compile_expression,
    compile_term,
)
from ayni.programmes.store import training
from ayni.programmes.store.telling import LABEL

_POINTS = 1_000
_FEWEST = 100
_RARE_PERCENT = 2
_MISSING_PERCENT = 20
_BUILT_IN = ("size", "children_under_6", "children_under_18", "adults", "elders_65")


@dataclass(frozen=True)
class Lesson:
    """What a score is to be called, and from what it is learnt. `label`: an expression, or told."""

    code: str
    name: str
    source: str
    label: str | Told
    as_of: date
    terms: Mapping[str, str] | None = None
    """Conditions and numbers by name; None: those that the registry's facts offer."""
    held_out_percent: int = 30
    seed: int = 1


def train_score(database: Database, *, lesson: Lesson, actor: Actor) -> Training:
    """Learn a score for households. Higher is poorer; nothing is recorded.

    The threshold selects as many as are poor among those learnt from. Raises ScoringNotInstalled,
    BadTraining.
    """
    linear_model = _sklearn("sklearn.linear_model")
    metrics = _sklearn("sklearn.metrics")
    if not 10 <= lesson.held_out_percent <= 90:
        raise BadTraining(reason="from 10 to 90 per cent are held out")
    with database.transaction(actor) as tx:
        terms, rows = _read(tx, lesson)
    known = [row for row in rows if row[0] is not None and None not in row[1]]
    learnt, held = _split(known, lesson.held_out_percent, lesson.seed)
    for part in (learnt, held):
        if len(part) < _FEWEST or len({poor for poor, _ in part}) < 2:
            raise BadTraining(reason=f"too little is known: {_FEWEST} households in each part, poor and not")
    regression = linear_model.LogisticRegression(max_iter=10_000)
    regression.fit([values for _, values in learnt], [poor for poor, _ in learnt])
    points = [round(weight * _POINTS) for weight in regression.coef_[0]]
    constant = round(regression.intercept_[0] * _POINTS)
    scores = [_score(values, points, constant) for _, values in held]
    area = metrics.roc_auc_score([poor for poor, _ in held], scores)
    return Training.measured(
        _scorecard(lesson, terms, points, constant),
        threshold=_threshold(learnt, points, constant),
        learnt_from=len(learnt),
        left_out=len(rows) - len(known),
        held=[(poor, score) for (poor, _), score in zip(held, scores, strict=True)],
        area_per_mille=round(area * 1_000),
    )


def _read(tx: Tx, lesson: Lesson) -> tuple[Mapping[str, str], list[Any]]:
    """The terms by name, and label and terms of every household."""
    types = store.known_facts(tx)
    told = lesson.label if isinstance(lesson.label, Told) else None
    label = LABEL if isinstance(lesson.label, Told) else _compiled("label", lesson.label, types, "bool")
    terms = lesson.terms
    if terms is None:
        terms = _offered(types, label.facts, training.list_categories(tx, as_of=lesson.as_of))
    compiled = [_term(name, text, types) for name, text in terms.items()]
    if any(set(one.facts) & set(label.facts) for one in compiled):
        raise BadTraining(reason="a term reads what the label reads: it would know the answer")
    return terms, training.list_rows(tx, as_of=lesson.as_of, label=label, terms=compiled, told=told)


def _scorecard(lesson: Lesson, terms: Mapping[str, str], points: Sequence[int], constant: int) -> Scorecard:
    return Scorecard(
        code=lesson.code,
        name=lesson.name,
        target="household",
        valid_from=lesson.as_of,
        source=lesson.source,
        decimals=3,
        constant=constant,
        terms=tuple(
            Term(name, text, weight)
            for (name, text), weight in zip(terms.items(), points, strict=True)
            if weight
        ),
    )


_Row = tuple[bool, list[int]]


def _split(rows: Sequence[Any], percent: int, seed: int) -> tuple[list[_Row], list[_Row]]:
    """The same for the same seed and households; the database gives them in the order of their codes."""
    shuffled = list(rows)
    random.Random(seed).shuffle(shuffled)  # noqa: S311 - a sample, not a secret
    held = len(shuffled) * percent // 100
    return shuffled[held:], shuffled[:held]


def _score(values: Sequence[int], points: Sequence[int], constant: int) -> int:
    return constant + sum(value * weight for value, weight in zip(values, points, strict=True))


def _threshold(rows: Sequence[_Row], points: Sequence[int], constant: int) -> int:
    scores = sorted((_score(values, points, constant) for _, values in rows), reverse=True)
    return scores[sum(poor for poor, _ in rows) - 1]


def _offered(
    types: Mapping[str, str],
    label: Sequence[str],
    categories: Mapping[str, Sequence[tuple[str, int, int]]],
) -> dict[str, str]:
    """Terms from facts of the household, none of the label's: of texts one for each frequent value."""
    terms = {name: f"household.{name}" for name in _BUILT_IN if f"household.{name}" not in label}
    for fact, values in categories.items():
        column = f"household.{fact}"
        if column in label or column not in types or not values:
            continue
        known, total = sum(count for _, count, _ in values), values[0][2]
        if known * 100 < total * (100 - _MISSING_PERCENT):
            continue
        if types[column] == "text":
            often = [value for value, count, _ in values if count * 100 >= known * _RARE_PERCENT]
            for value in often[1:] if len(often) < 20 else ():
                terms[f"{fact}: {value}"] = f"{column} = '{value.replace(chr(39), chr(39) * 2)}'"
        elif types[column] in ("bool", "int"):
            terms[fact] = column
    return terms


def _term(name: str, text: str, types: Mapping[str, str]) -> Compiled:
    try:
        return compile_term(text, types, target="household")
    except NotACriterion as error:
        raise BadTraining(reason=f"{name}: {error}") from error


def _compiled(what: str, text: str, types: Mapping[str, str], wanted: str) -> Compiled:
    try:
        return compile_expression(text, types, target="household", wanted=wanted)
    except NotACriterion as error:
        raise BadTraining(reason=f"{what}: {error}") from error


def _sklearn(module: str) -> ModuleType:
    try:
        return import_module(module)
    except ImportError as error:
        raise ScoringNotInstalled from error
