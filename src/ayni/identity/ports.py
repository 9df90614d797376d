"""What identity needs from the world: a register that knows who holds a document."""

from __future__ import annotations

from typing import Protocol

from ayni.identity.model import Claim, Verification


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
