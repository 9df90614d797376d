"""What a cell may say."""

from __future__ import annotations

import pytest

from ayni.registry.model import NotAFact, read_fact


@pytest.mark.parametrize(
    ("kind", "text"), [("bool", "1"), ("int", "1.0"), ("int", "٣"), ("money", "-5"), ("date", "2025-2-1")]
)
def test_what_is_no_fact(kind: str, text: str) -> None:
    with pytest.raises(NotAFact):
        read_fact(kind, text)
