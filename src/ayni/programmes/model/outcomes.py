"""What an assessment says of somebody."""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    """What an assessment says of a subject."""

    ELIGIBLE = "eligible"
    NOT_ELIGIBLE = "not_eligible"
    UNKNOWN = "unknown"
