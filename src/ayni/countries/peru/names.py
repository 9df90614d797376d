"""Names as they sound in Peru: one key for all the ways in which a clerk may have written a name."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from importlib.resources.abc import Traversable

from ayni.countries.peru.errors import BadCountryData
from ayni.countries.peru.reader import CONFIDENCES, read_yaml

_WORDS = re.compile(r"\w+")
_WITHIN_A_WORD = str.maketrans({"'": None, "’": None, "´": None, "`": None, "°": "o", "_": " "})
_REMEMBERED = 200_000
"""Names and words: a city has some tens of thousands of them, and a million people share them."""


class NameKeys:
    """The rules of `names.yaml`, loaded and checked once."""

    def __init__(self, file: Traversable) -> None:
        data = read_yaml(file)

        def refuse(row: str, reason: str) -> BadCountryData:
            return BadCountryData(file=file.name, row=row, reason=reason)

        if not data.get("source") or data.get("confidence") not in CONFIDENCES:
            raise refuse("the file", "it lacks its source or confidence")
        rules, particles, short = (data.get(name) for name in ("rules", "particles", "abbreviations"))
        if not isinstance(rules, list) or not isinstance(particles, list) or not isinstance(short, dict):
            raise refuse("the file", "it lacks its rules, particles or abbreviations")
        self._particles = frozenset(map(str, particles))
        self._abbreviations = {str(key): str(value) for key, value in short.items()}
        self._rules = []
        for number, rule in enumerate(rules, 1):
            if not isinstance(rule, dict) or set(rule) != {"from", "to", "why"} or not rule["why"]:
                raise refuse(f"rule {number}", "a rule has exactly from, to and why")
            try:
                self._rules.append((re.compile(rule["from"]), str(rule["to"])))
            except (re.error, TypeError):
                raise refuse(f"rule {number}", "what it looks for is no pattern") from None
        self._key_of_word = lru_cache(maxsize=_REMEMBERED)(self._make_key_of_word)
        self.key = lru_cache(maxsize=_REMEMBERED)(self._make_key)

    def _make_key(self, text: str) -> str:
        """The key of a name: its words as they sound, in their order, with single spaces.

        Never empty for a text with a letter in it, of whatever script.
        """
        plain = unicodedata.normalize("NFKD", text.translate(_WITHIN_A_WORD)).casefold()
        letters = "".join(sign for sign in plain if not unicodedata.combining(sign))
        words = _WORDS.findall(letters)
        heard = [word for word in words if word not in self._particles] or words
        return " ".join(map(self._key_of_word, heard))

    def _make_key_of_word(self, word: str) -> str:
        found = self._abbreviations.get(word, word)
        for pattern, to in self._rules:
            found = pattern.sub(to, found)
        return found or word
