"""Simulation: the rules of one or two variants and of the live programme, run on the whole registry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from ayni.foundation.db import Tx
from ayni.programmes import store
from ayni.programmes.errors import BadQuestion
from ayni.programmes.model import (
    BASE,
    Compiled,
    NotACriterion,
    NotADefinition,
    Question,
    Scorecard,
    Simulation,
    Told,
    Variant,
    compile_expression,
    compile_rules,
    weighted_gini,
)
from ayni.programmes.queries.definitions import read_rules
from ayni.programmes.store import assessing, simulating
from ayni.programmes.store.assessing import Judging
from ayni.programmes.store.telling import LABEL
from ayni.values.ids import new_id

_LINE = "targeting.poverty_line_month"
MOST_VARIANTS = 2


def simulate(tx: Tx, *, against: str, texts: Sequence[str], question: Question) -> Simulation:
    """What one or two variants would do, compared with a programme as it is: nothing is recorded.

    `texts`: the variants as programmes' files, for the same target. The same engine as the real run judges
    everybody; whoever is enrolled elsewhere counts as there. Raises UnknownProgramme, BadDefinition,
    BadQuestion, CriteriaFailed.
    """
    live = store.get_programme(tx, against)
    if not 1 <= len(texts) <= MOST_VARIANTS:
        raise BadQuestion(reason=f"one or {MOST_VARIANTS} variants are compared")
    if type(question.months) is not int or not 1 <= question.months <= 12:
        raise BadQuestion(reason="a cycle pays for 1 to 12 months")
    variants = [Variant(BASE, live.definition)]
    for number, text in enumerate(texts, 1):
        variants.append(Variant(f"variant {number}", read_rules(tx, text)))
    if {one.definition.target for one in variants} != {live.target}:
        raise BadQuestion(reason=f"{against} is for each {live.target}, and so must the variants be")
    question = _with_line(tx, question)
    types = store.known_facts(tx)
    cards = {code: card for code, (_, card) in assessing.list_scorecards(tx, on=question.as_of).items()}
    _begin(tx, live.target, question, types, cards)
    ids: dict[str, UUID] = {}
    for variant in variants:
        ids[variant.name] = new_id(tx.now)
        try:
            rules = compile_rules(variant.definition, types, cards)
        except NotADefinition as error:
            raise BadQuestion(reason=f"{variant.name}: {error}") from error
        excluding = assessing.list_excluding(tx, live.code, variant.definition.incompatible_with)
        judging = Judging(live.target, question.as_of, rules, types, excluding)
        places = variant.definition.caps.places
        simulating.simulate(tx, variant_id=ids[variant.name], judging=judging, places=places)
    return _told(tx, question, ids)


def _told(tx: Tx, question: Question, ids: dict[str, UUID]) -> Simulation:
    figures = [
        one
        for name, variant_id in ids.items()
        for one in simulating.list_figures(
            tx, variant=name, variant_id=variant_id, base_id=ids[BASE], question=question
        )
    ]
    gini = {
        name: (
            weighted_gini(simulating.list_incomes(tx, variant_id=variant_id, question=question, after=False)),
            weighted_gini(simulating.list_incomes(tx, variant_id=variant_id, question=question, after=True)),
        )
        for name, variant_id in ids.items()
    }
    return Simulation(question, tuple(ids), tuple(figures), gini)


def _with_line(tx: Tx, question: Question) -> Question:
    if question.income is None or question.line_minor is not None:
        return question
    line = tx.country.parameter(_LINE, on=tx.today)
    assert isinstance(line, int), "a sum of money, by its unit"
    return replace(question, line_minor=line)


def _begin(
    tx: Tx, target: str, question: Question, types: dict[str, str], cards: dict[str, Scorecard]
) -> None:
    every = {**types, **{f"score.{code}": "int" for code in cards}}

    def compiled(what: str, text: str | None, wanted: str, of: str) -> Compiled | None:
        if text is None:
            return None
        try:
            return compile_expression(text, every, target=of, wanted=wanted)
        except NotACriterion as error:
            raise BadQuestion(reason=f"{what}: {error}") from error

    if isinstance(question.truth, Told):
        truth: Compiled | None = LABEL
    else:
        truth = compiled("truth", question.truth, "bool", target)
    by = compiled("by", question.by, "any", target)
    income = compiled("income", question.income, "int", "person")
    if income is not None and any(not fact.startswith("person.") for fact in income.facts):
        raise BadQuestion(reason="income: it is a fact of people, person.…")
    asked = {fact for one in (truth, by) if one is not None for fact in one.facts}
    scores = {
        code: cards[code].compile(types)
        for code in sorted(fact.removeprefix("score.") for fact in asked if fact.startswith("score."))
    }
    simulating.begin(tx, target=target, question=question, truth=truth, by=by, income=income, scores=scores)
