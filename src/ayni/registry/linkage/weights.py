"""What each likeness is worth, in bits: estimated by splink from the data, and held near what is known."""

from __future__ import annotations

import contextlib
import logging
import warnings
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any

import duckdb
from splink import DuckDBAPI, Linker

from ayni.registry.linkage.comparison import Circumstance, Field, Model

_TRUST_IN_CHANCE = 98
"""Hundredths: pairs drawn at random are many, and hardly any is a duplicate."""
_RAREST = Decimal("0.000001")
"""The least share that a shared value counts as: a value seen twice among a million is not yet proof."""


def settings(model: Model, prior: Decimal) -> dict[str, Any]:
    """The model in splink's own words."""
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": "id",
        "probability_two_random_records_match": _number(prior),
        # Without it splink does not tell the levels.
        "retain_matching_columns": True,
        "retain_intermediate_calculation_columns": True,
        "max_iterations": 15,
        "blocking_rules_to_generate_predictions": [],
        "comparisons": [_comparison(one) for one in model.fields],
    }


def _number(share: Decimal) -> Any:
    return float(share)


def _comparison(field: Field) -> dict[str, Any]:
    levels: list[dict[str, Any]] = [
        {"sql_condition": field.unknown, "label_for_charts": "unknown", "is_null_level": True}
    ]
    for level in field.levels:
        one = {
            "sql_condition": level.condition or "ELSE",
            "label_for_charts": level.name,
            "m_probability": _number(level.m),
            "u_probability": _number(level.u),
            "fix_m_probability": field.fixed or "m" in level.fixed,
            "fix_u_probability": field.fixed or "u" in level.fixed,
        }
        if level.term:
            one |= {"tf_adjustment_column": level.term, "disable_tf_exact_match_detection": True}
            one |= {"tf_minimum_u_value": _number(_RAREST)}
        levels.append(one)
    return {"output_column_name": field.name, "comparison_levels": levels}


def predict(
    connection: duckdb.DuckDBPyConnection,
    model: Model,
    *,
    prior: Decimal,
    least: int,
    trust: int,
    rules: Sequence[str],
) -> str:
    """Score the pairs of `candidates`; returns the name of the table of those with at least `least` bits.

    `trust`: what an estimate of m counts against what was believed before, in hundredths; with 0 nothing is
    estimated.
    `rules`: the conditions under which pairs show how duplicates differ; each must hold for some pair.
    """
    with _quiet():
        db = DuckDBAPI(connection)
        records = db.register("records", dataset_display_name="records")
        told = settings(model, prior)
        if trust:
            told = settle(told, _learn(db, records, told, rules), trust)
        linker = Linker(records, told, log_level=None, validate_settings=False)
        linker.table_management.register_blocked_pairs_for_predict(db.register("candidates"))
        return linker.inference.predict(threshold_match_weight=least, warning_mode="never").physical_name


def _learn(db: DuckDBAPI, records: Any, told: dict[str, Any], rules: Sequence[str]) -> dict[str, Any]:
    """The model with the shares that splink finds in the data: u among strangers, m by EM."""
    strangers = Linker(db.register("drawn", dataset_display_name="drawn"), told, None, False)
    # All pairs of the records drawn: which ones are drawn is ours to say, so that it is the same every time.
    strangers.training.estimate_u_using_random_sampling(
        max_pairs=10**12, num_chunks=1, min_count_per_level=None
    )
    linker = Linker(records, strangers.misc.save_model_to_json(), log_level=None, validate_settings=False)
    for rule in rules:
        linker.training.estimate_parameters_using_expectation_maximisation(
            rule, estimate_without_term_frequencies=True
        )
    learned: dict[str, Any] = linker.misc.save_model_to_json()
    return learned


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """splink tells much, to its own handlers and as warnings; what matters is in the account."""
    logger = logging.getLogger("splink")
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(before)


def settle(told: dict[str, Any], learned: dict[str, Any], trust: int) -> dict[str, Any]:
    """What is believed, moved by `trust` hundredths towards what was learned; fields add up to one again."""
    comparisons = []
    for before, after in zip(told["comparisons"], learned["comparisons"], strict=True):
        levels = [dict(level) for level in before["comparison_levels"]]
        if not all(level["fix_m_probability"] for level in levels[1:]):
            _move(levels[1:], after["comparison_levels"][1:], "m_probability", trust)
            _move(levels[1:], after["comparison_levels"][1:], "u_probability", _TRUST_IN_CHANCE)
        comparisons.append({**before, "comparison_levels": levels})
    return {**told, "comparisons": comparisons}


def _move(levels: list[dict[str, Any]], learned: list[dict[str, Any]], part: str, trust: int) -> None:
    for level, new in zip(levels, learned, strict=True):
        if level[f"fix_{part}"]:
            continue
        level[part] = ((100 - trust) * level[part] + trust * new.get(part, level[part])) / 100
    free = [level for level in levels if not level[f"fix_{part}"]]
    total = sum(level[part] for level in free)
    room = 1 - sum(level[part] for level in levels if level[f"fix_{part}"])
    for level in free:
        level[part] *= room / total


def level_sql(field: Field) -> str:
    """The name of the level at which two records agree in a field."""
    last = len(field.levels) - 1
    cases = " ".join(f"WHEN {last - n} THEN '{level.name}'" for n, level in enumerate(field.levels))
    return f"CASE gamma_{field.name} {cases} ELSE 'unknown' END AS {field.name}"


def bits_sql(field: Field) -> str:
    """What a field weighs in a pair, with the rarity of what they share."""
    rarity = f" + mw_tf_adj_{field.name}" if any(level.term for level in field.levels) else ""
    return f"mw_{field.name}{rarity}"


def context_sql(model: Model, tell: Callable[[Circumstance], str], otherwise: str) -> str:
    """Something of the first circumstance that fits a pair."""
    cases = " ".join(f"WHEN {one.condition} THEN {tell(one)}" for one in model.context)
    return f"CASE {cases} ELSE {otherwise} END" if cases else otherwise
