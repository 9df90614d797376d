"""What identity needs from outside: a register of who holds a document, and others' part of an export."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from ayni.foundation.db import Tx
from ayni.identity.model import Claim, Verification
from ayni.values.ids import PersonId


class IdentityRegister(Protocol):
    """An official register of identities (a civil register, or the one for foreigners)."""

    @property
    def name(self) -> str:
        """What its answers are recorded under."""
        ...

    def verify(self, claim: Claim) -> Verification:
        """Compare a claim with the register's own entry.

        An entry that does not exist is the difference "unknown". Raises RegisterUnavailable when there is
        no answer: no answer is never recorded as one.
        """
        ...


class ExportPart(Protocol):
    """What another module knows of a person, for the export that the person may ask for."""

    def __call__(self, tx: Tx, *, person_id: PersonId) -> Mapping[str, Any]:
        """Everything, as JSON has it (text, whole numbers, lists, objects); {} when it knows nothing."""
        ...
