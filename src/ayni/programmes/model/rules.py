"""A programme's rules as SQL: everything that one assessment needs, compiled together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ayni.programmes.model.criteria import Compiled, NotACriterion, compile_expression
from ayni.programmes.model.definition import Definition
from ayni.programmes.model.reading import NotADefinition
from ayni.programmes.model.scores import Scorecard


@dataclass(frozen=True)
class Rules:
    """Compiled expressions. `facts`: every fact that any of them reads, and every score, by name."""

    criteria: tuple[Compiled, ...]
    amount: Compiled
    quantity: Compiled | None
    priority: tuple[Compiled, ...]
    rank: Compiled | None
    scores: Mapping[str, Compiled]
    facts: tuple[str, ...]


def compile_rules(
    definition: Definition,
    known: Mapping[str, str],
    scorecards: Mapping[str, Scorecard],
    *,
    kept: bool = False,
) -> Rules:
    """Compile a definition. `known`: facts and their types; `kept`: over facts that an assessment kept.

    Raises NotADefinition, with the place in the file and in the expression.
    """
    every = {**known, **{f"score.{code}": "int" for code in scorecards}}
    target = definition.target

    def compiled(text: str, where: str, wanted: str) -> Compiled:
        try:
            return compile_expression(text, every, target=target, wanted=wanted, kept=kept)
        except NotACriterion as error:
            raise NotADefinition(where, f"{error.reason} (at: {error.place})") from error

    criteria = tuple(compiled(one.sql, f"criteria[{one.name}]", "bool") for one in definition.criteria)
    priority = tuple(compiled(one.sql, f"priority[{one.name}]", "bool") for one in definition.priority)
    amount = _capped(compiled(definition.amount_minor, "amount_minor", "int"), definition.caps.amount_minor)
    ration = definition.in_kind
    quantity = None if ration is None else compiled(ration.quantity, "in_kind.quantity", "int")
    rank = None if definition.rank_by is None else compiled(definition.rank_by, "rank_by", "int")
    all_of_them = [one for one in (*criteria, *priority, amount, quantity, rank) if one is not None]
    facts = {fact for one in all_of_them for fact in one.facts}
    scores = {}
    for name in sorted(fact for fact in facts if fact.startswith("score.")):
        code = name.removeprefix("score.")
        scores[code] = _score(scorecards[code], known, target, kept)
        facts |= set(scores[code].facts)
    return Rules(criteria, amount, quantity, priority, rank, scores, tuple(sorted(facts)))


def _score(scorecard: Scorecard, known: Mapping[str, str], target: str, kept: bool) -> Compiled:
    if scorecard.target == "person" and target == "household":
        raise NotADefinition(f"score.{scorecard.code}", "it is a score of people, and this is for households")
    try:
        return scorecard.compile(known, kept=kept)
    except NotACriterion as error:
        raise NotADefinition(f"score.{scorecard.code}", f"{error.reason} (at: {error.place})") from error


def _capped(amount: Compiled, most_minor: int | None) -> Compiled:
    """At most so much; what is not known stays unknown."""
    if most_minor is None:
        return amount
    text = f"programmes.least_known({amount.sql}, {most_minor}::numeric)"
    return Compiled(text, amount.type, amount.facts)
