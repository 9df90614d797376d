"""Reading a programme's file against what the registry knows."""

from __future__ import annotations

from datetime import date
from typing import Any

import yaml

from ayni.foundation.db import Tx
from ayni.programmes import store
from ayni.programmes.errors import BadDefinition
from ayni.programmes.model import Definition, NotADefinition, compile_rules, read_definition
from ayni.programmes.model.reading import Languages
from ayni.programmes.store import assessing

_MAX_FILE = 200_000


def load_yaml(text: str) -> Any:
    """What a file says. Raises BadDefinition."""
    if len(text) > _MAX_FILE:
        raise BadDefinition(place="the file", reason=f"it has more than {_MAX_FILE} characters")
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = "the file" if mark is None else f"line {mark.line + 1}"
        raise BadDefinition(place=place, reason="it is not YAML") from error
    except (ValueError, RecursionError) as error:
        # What YAML reads as a day or a number, and Python then cannot: 2025-13-45.
        raise BadDefinition(
            place="the file", reason="it holds a day or number that does not exist"
        ) from error


def read_rules(tx: Tx, text: str) -> Definition:
    """A definition that can be assessed here, from YAML. Raises BadDefinition."""
    scorecards = {code: card for code, (_, card) in assessing.list_scorecards(tx, on=date.max).items()}
    try:
        languages = Languages(tx.country.languages, tx.country.sentence_languages)
        definition = read_definition(load_yaml(text), languages=languages)
        rules = compile_rules(definition, store.known_facts(tx), scorecards)
    except NotADefinition as error:
        raise BadDefinition(place=error.place, reason=error.reason) from error
    if not rules.amount.facts and (fault := assessing.find_amount_fault(tx, rules.amount)) is not None:
        reason = f"this is the same for everybody, and cannot be paid: {fault.replace('_', ' ')}"
        raise BadDefinition(place="amount_minor", reason=reason)
    return definition
