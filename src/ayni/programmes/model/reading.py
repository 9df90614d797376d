"""How parts of a programme's file are checked: texts, codes, days, whole numbers and expressions."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from ayni.programmes.model.criteria import storable

CODE = re.compile(r"[a-z][a-z0-9_]{1,59}")
SHORT_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")
MAX_MINOR = 10**17


class NotADefinition(ValueError):
    """A definition that cannot be meant; `place` says where."""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(f"{place}: {reason}")
        self.place = place
        self.reason = reason


def read_keys(data: Any, where: str, *, needed: Sequence[str], optional: Sequence[str] = ()) -> None:
    """Refuse what is no mapping, names something unknown, or leaves out something needed."""
    if not isinstance(data, dict):
        raise NotADefinition(where, "it holds no names and values")
    known = (*needed, *optional)
    for key in data:
        if key not in known:
            place = str(key)[:60] if where == "the file" else f"{where}.{str(key)[:60]}"
            raise NotADefinition(place, f"nobody knows this; there are {', '.join(known)}")
    for key in needed:
        if data.get(key) in (None, "", []):
            raise NotADefinition(key if where == "the file" else f"{where}.{key}", "it is missing")


def read_text(value: Any, where: str, most: int) -> str:
    """A text that says something and that PostgreSQL can hold."""
    if not isinstance(value, str) or not value.strip() or not storable(value):
        raise NotADefinition(where, "a text is needed")
    if len(value) > most:
        raise NotADefinition(where, f"it has at most {most} characters")
    return value.strip()


def read_code(value: Any, where: str, form: re.Pattern[str] = CODE) -> str:
    """A name for programs: small letters, digits and underscores."""
    text = read_text(value, where, 60)
    if not form.fullmatch(text):
        raise NotADefinition(where, "it has small letters, digits and underscores, a letter first")
    return text


def read_day(value: Any, where: str) -> date:
    """A civil day, as YAML reads it."""
    if type(value) is not date:
        raise NotADefinition(where, "a day is written 2025-05-31, without quotes")
    return value


def read_count(value: Any, where: str, *, least: int = 1, most: int) -> int:
    """A whole number between two others."""
    if type(value) is not int or not least <= value <= most:
        raise NotADefinition(where, f"it is a whole number, from {least} to {most}")
    return value


def read_minor(value: Any, where: str) -> int:
    """A sum of money."""
    if type(value) is not int or not 0 < value <= MAX_MINOR:
        raise NotADefinition(where, "it is a whole number of the smallest unit, above zero")
    return value


def read_expression(value: Any, where: str) -> str:
    """The text of an expression; a bare number in YAML is one too, a float is not: money has no fractions."""
    if type(value) is int:
        return str(value)
    if not isinstance(value, str):
        raise NotADefinition(where, "it is a text, or a whole number of the smallest unit")
    return read_text(value, where, 2_000)


@dataclass(frozen=True)
class Languages:
    """Those in which a sentence may be written, and those in which each must be."""

    known: tuple[str, ...]
    needed: tuple[str, ...]


def read_sentences(value: Any, where: str, languages: Languages) -> Mapping[str, str]:
    """A sentence in each language that is needed: nobody is told less for the language they speak."""
    told = value if isinstance(value, dict) else {}
    missing = [language for language in languages.needed if not isinstance(told.get(language), str)]
    if missing:
        raise NotADefinition(where, f"a sentence is needed in {', '.join(missing)}")
    for language, sentence in value.items():
        if language not in languages.known:
            raise NotADefinition(where, f"languages are {', '.join(languages.known)}")
        read_text(sentence, where, 500)
    return dict(value)


def read_list(value: Any, where: str, most: int = 100) -> list[Any]:
    """A list with something in it."""
    if not isinstance(value, list) or not 0 < len(value) <= most:
        raise NotADefinition(where, f"it is a list of one to {most}")
    return value
