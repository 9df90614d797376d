"""Errors are facts with a name: what happened, what it means, and what to do.

Every refusal in Ayni is a subclass of `AyniError`. Its `code` is stable and public; its `numbers` are
the facts that fill its sentences (never personal data); its sentences are for the person who reads them.
"""

from __future__ import annotations

from typing import Any, ClassVar


class AyniError(Exception):
    """A named fact. Subclasses set `code`, `http_status` and the three sentences, as str.format templates."""

    code: ClassVar[str] = "ayni_error"
    http_status: ClassVar[int] = 500
    what: ClassVar[str] = "Something went wrong."
    means: ClassVar[str] = "Nothing was changed."
    do: ClassVar[str] = "Try again, and tell the operator if it happens again."

    def __init__(self, **numbers: Any) -> None:
        self.numbers = numbers
        super().__init__(self.sentence)

    @property
    def sentence(self) -> str:
        """The three sentences with their numbers filled in."""
        return " ".join(part.format(**self.numbers) for part in (self.what, self.means, self.do) if part)

    def as_dict(self) -> dict[str, Any]:
        """The shape that channels print: code, status, sentences and numbers."""
        return {
            "code": self.code,
            "status": self.http_status,
            "what": self.what.format(**self.numbers),
            "means": self.means.format(**self.numbers),
            "do": self.do.format(**self.numbers),
            "numbers": {name: str(value) for name, value in self.numbers.items()},
        }


class Refused(AyniError):
    """A rule said no to a request that was understood."""

    code = "refused"
    http_status = 409


class NotFound(AyniError):
    """The thing that was named does not exist."""

    code = "not_found"
    http_status = 404


class BadInput(AyniError):
    """The request could not be understood."""

    code = "bad_input"
    http_status = 422
