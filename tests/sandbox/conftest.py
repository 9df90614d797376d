"""One generated city for all tests that only look at it."""

from __future__ import annotations

import pytest

from tests.sandbox.drawn import PEOPLE, Drawn, draw


@pytest.fixture(scope="session")
def lima(tmp_path_factory: pytest.TempPathFactory) -> Drawn:
    return draw(tmp_path_factory.mktemp("lima"), PEOPLE)
