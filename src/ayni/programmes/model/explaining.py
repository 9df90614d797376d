"""The sentence by which somebody learns why they are eligible or not, and what would change it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ayni.programmes.model.definition import Definition
from ayni.programmes.model.outcomes import Outcome

_WORDS: Mapping[str, Mapping[str, str]] = {
    "es": {
        "met": "Cumple todos los requisitos.",
        "unmet": "No cumple: {}",
        "unknown": "No se sabe si: {}",
        "nobody": "Falta un titular.",
        "conflict": "Ya recibe {}, que no se puede recibir junto con este programa.",
        "remedy": "Esto lo cambiaría: {}",
        "tell": "que se registre lo que falta",
        "leave": "dejar {}",
        "name": "nombrar a un titular",
    },
    "en": {
        "met": "All conditions are met.",
        "unmet": "Not met: {}",
        "unknown": "Not known whether: {}",
        "nobody": "There is no recipient.",
        "conflict": "{} is received already, which excludes this programme.",
        "remedy": "This would change it: {}",
        "tell": "having what is missing registered",
        "leave": "leaving {}",
        "name": "naming a recipient",
    },
    "qu": {
        "met": "Llapa mañakuykunata hunt'an.",
        "unmet": "Mana hunt'anchu: {}",
        "unknown": "Mana yachakunchu: {}",
        "nobody": "Mana umayuqchu.",
        "conflict": "Ñam {} chaskin.",
        "remedy": "Kaywan tikrakunman: {}",
        "tell": "pisiqta qillqachiy",
        "leave": "{} saqiy",
        "name": "umayuqta sutichay",
    },
}
_FAULTS: Mapping[str, Mapping[str, str]] = {
    "es": {
        "unknown": "No se sabe el monto: falta un dato.",
        "zero": "Según la fórmula el monto es cero.",
        "negative": "Según la fórmula no corresponde ningún monto.",
        "fraction": "El monto calculado tiene fracciones de la moneda menor: hay un dato por corregir.",
        "too_large": "El monto calculado es demasiado grande: hay un dato por corregir.",
    },
    "en": {
        "unknown": "The amount is not known: a fact is missing.",
        "zero": "By the formula the amount is zero.",
        "negative": "By the formula no amount is due.",
        "fraction": "The amount has fractions of the smallest coin: some fact needs correcting.",
        "too_large": "The amount is too large to be paid: some fact needs correcting.",
    },
    "qu": {
        "unknown": "Qullqiqa mana yachakunchu.",
        "zero": "Qullqiqa ch'usaq.",
        "negative": "Mana qullqi kanchu.",
        "fraction": "Qullqiqa mana allinchu.",
        "too_large": "Qullqiqa nisyu hatun.",
    },
}


def explain(
    definition: Definition,
    criteria: Sequence[bool | None],
    outcome: Outcome,
    recipient: bool,
    language: str,
    *,
    amount_fault: str | None = None,
    conflict: str | None = None,
) -> str:
    """The sentence that a resident reads. Quechua stands beside the Spanish until it has been reviewed.

    `amount_fault`: why the formula's answer is no amount that can be paid, as `assessment_rows` says it;
    `conflict`: the name of a programme that excludes this one.
    """
    telling = _Telling(definition, criteria, recipient, amount_fault, conflict)
    if language == "qu":
        return f"{telling.sentence(outcome, 'es')} / {telling.sentence(outcome, 'qu')}"
    return telling.sentence(outcome, language)


class _Telling:
    def __init__(
        self,
        definition: Definition,
        answers: Sequence[bool | None],
        recipient: bool,
        amount_fault: str | None,
        conflict: str | None,
    ) -> None:
        self.judged = tuple(zip(definition.criteria, answers, strict=True))
        self.answers = answers
        self.recipient = recipient
        self.amount_fault = amount_fault
        self.conflict = conflict

    def sentence(self, outcome: Outcome, language: str) -> str:
        words = _WORDS.get(language, _WORDS["es"])
        if outcome is Outcome.ELIGIBLE:
            return words["met"]
        parts = []
        for wanted, key in ((False, "unmet"), (None, "unknown")):
            told = [_in(one.sentences, language) for one, answer in self.judged if answer is wanted]
            if told:
                parts.append(words[key].format("; ".join(told)))
        if self.conflict is not None:
            parts.append(words["conflict"].format(self.conflict))
        if not self.recipient:
            parts.append(words["nobody"])
        # Whoever does not meet a condition need not hear about a sum that was never theirs.
        if self.amount_fault is not None and False not in self.answers:
            parts.append(_FAULTS.get(language, _FAULTS["es"])[self.amount_fault])
        remedies = self.remedies(words, language)
        if remedies:
            parts.append(words["remedy"].format("; ".join(remedies)))
        return ". ".join(part.rstrip(".") for part in parts) + "."

    def remedies(self, words: Mapping[str, str], language: str) -> list[str]:
        """What would change it: all of these together, since every condition must be met."""
        found = []
        for one, answer in self.judged:
            if answer is False:
                found.append(_in(one.remedy or one.sentences, language))
            elif answer is None and one.remedy is not None:
                found.append(_in(one.remedy, language))
        if None in self.answers or (self.amount_fault == "unknown" and False not in self.answers):
            found.append(words["tell"])
        if self.conflict is not None:
            found.append(words["leave"].format(self.conflict))
        if not self.recipient:
            found.append(words["name"])
        return list(dict.fromkeys(found))


def _in(sentences: Mapping[str, str], language: str) -> str:
    return sentences.get(language) or next(iter(sentences.values()))
