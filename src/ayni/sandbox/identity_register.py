"""A pretend civil register, deterministic, for demonstrations and tests.

It knows only made-up people, and decides by the last digits of the number:

- somebody who is not synthetic: unknown (a pretend register never confirms a real human);
- a number ending in 97: unknown;
- a number ending in 98: the date of birth differs;
- a number ending in 99: the register does not answer, if it was made with `outages=True`;
- everybody else matches.
"""

from __future__ import annotations

from dataclasses import dataclass

from ayni.identity import Claim, RegisterUnavailable, Verification

_MATCHES = Verification(matches=True)
_UNKNOWN = Verification(matches=False, differences=("unknown",))
_OTHER_BIRTH = Verification(matches=False, differences=("birth_on",))


@dataclass(frozen=True)
class SandboxIdentityRegister:
    """Implements `ayni.identity.IdentityRegister`."""

    name: str = "sandbox"
    outages: bool = False

    def verify(self, claim: Claim) -> Verification:
        """Answer by the rule above. Raises RegisterUnavailable."""
        if not claim.synthetic or claim.number.endswith("97"):
            return _UNKNOWN
        if claim.number.endswith("98"):
            return _OTHER_BIRTH
        if self.outages and claim.number.endswith("99"):
            raise RegisterUnavailable
        return _MATCHES
