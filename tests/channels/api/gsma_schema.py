"""The published description of the GSMA API, to check answers against. It is not ours to carry along."""

from __future__ import annotations

import copy
import os
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml

SPEC = Path(
    os.environ.get("AYNI_TEST_GSMA_SPEC")
    or Path(__file__).parents[4] / "shared" / "specs" / "gsma" / "mobile-money-api-1.2.0.yaml"
)


@cache
def spec() -> dict[str, Any]:
    """The description, or a skipped test when the file is not there."""
    if not SPEC.exists():
        pytest.skip(f"the published schema is not at {SPEC}; AYNI_TEST_GSMA_SPEC says where else")
    found: dict[str, Any] = yaml.load(SPEC.read_text(), Loader=yaml.CSafeLoader)
    return found


@cache
def _validator(path: str, method: str, status: int) -> Any:
    operation = spec()["paths"][path][method.lower()]
    responses = {str(code): told for code, told in operation["responses"].items()}
    assert str(status) in responses, f"{method} {path} never answers {status} in the standard"
    content = responses[str(status)]["content"]
    schema = copy.deepcopy(content["application/json"]["schema"])
    schema["components"] = spec()["components"]
    _modernise(schema)
    return jsonschema_rs.Draft4Validator(schema, validate_formats=True)


def _modernise(node: Any) -> None:
    """OpenAPI's `example` and formats of numbers are no words of JSON Schema; all else is left."""
    if isinstance(node, dict):
        node.pop("example", None)
        for value in node.values():
            _modernise(value)
    elif isinstance(node, list):
        for value in node:
            _modernise(value)


def check(path: str, method: str, status: int, body: Any) -> None:
    """Whether the standard allows this answer."""
    errors = [
        f"{list(error.instance_path)}: {error.message}"
        for error in _validator(path, method, status).iter_errors(body)
    ]
    assert not errors, (path, method, status, errors, body)
