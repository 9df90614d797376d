"""docs/padron.md says what the files are: held to it."""

from __future__ import annotations

import re
from pathlib import Path

from ayni.countries.peru.city import profile
from ayni.foundation.tabular import load_mapping
from ayni.sandbox.city.padron import IDENTITY, TRUTH
from tests.sandbox.drawn import Drawn

TEXT = (Path(__file__).parents[2] / "docs" / "padron.md").read_text(encoding="utf-8")
EXAMPLES = Path(__file__).parents[2] / "examples"


def described() -> set[str]:
    return set(re.findall(r"^\| `([a-z_.]+)` \|", TEXT, flags=re.MULTILINE))


def test_every_column_that_is_written_is_described_and_the_other_way_round(lima: Drawn) -> None:
    assert set(lima.rows[0]) == described()


def test_the_columns_about_the_person_come_in_the_order_of_the_document() -> None:
    assert re.findall(r"^\| `([a-z_]+)` \|", TEXT, flags=re.MULTILINE) == list(IDENTITY)


def test_values_of_the_dwelling_are_those_of_the_document() -> None:
    for fact, kinds in profile().dwelling.items():
        (line,) = re.findall(rf"^\| `household\.{fact}` \|.*$", TEXT, flags=re.MULTILINE)
        assert set(kinds) <= set(re.findall(r"`([a-z_]+)`", line))


def test_the_truths_columns_are_described() -> None:
    assert all(f"`{column}`" in TEXT for column in TRUTH)


def test_the_mapping_in_the_document_is_one(tmp_path: Path) -> None:
    (block,) = re.findall(r"```yaml\n(.*?)```", TEXT, flags=re.DOTALL)
    path = tmp_path / "mapping.yaml"
    path.write_text(block, encoding="utf-8")
    mapping = load_mapping(path)
    assert mapping.truth[0].column == "target"
    assert mapping.skip == {"status": frozenset({"void", "test"})}


def test_facts_of_a_mapping_in_examples_are_described_or_declared() -> None:
    for path in EXAMPLES.glob("*.mapping.yaml"):
        mapping = load_mapping(path)
        for rule in mapping.rules:
            assert rule.column in described() | mapping.facts.keys(), rule.column
        for name in mapping.facts:
            assert name not in described()
