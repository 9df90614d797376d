"""This very tree keeps the house rules."""

from __future__ import annotations

from pathlib import Path

import pytest
from dev.__main__ import main
from dev.rules import CHECKS, find_all
from dev.tree import Check, Tree

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("check", CHECKS, ids=[check.name for check in CHECKS])
def test_the_tree_keeps_the_rule(check: Check) -> None:
    found = find_all(Tree(ROOT), [check])
    sentences = [f"{at.path}:{at.line}: {at.message}" for findings in found.values() for at in findings]
    assert not sentences, "\n".join([check.why, *sentences])


@pytest.mark.parametrize("check", CHECKS, ids=[check.name for check in CHECKS])
def test_a_rule_says_why(check: Check) -> None:
    assert check.why.endswith(".")
    assert len(check.why.split()) > 8


def test_the_rules_can_be_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == [
        check.name for check in CHECKS
    ]


def test_an_unknown_rule_is_not_taken_for_a_rule_that_is_kept(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["flaot"]) == 2
    assert "no check called flaot" in capsys.readouterr().err


def test_one_rule_can_be_run_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["long-function"]) == 0
    assert capsys.readouterr().out == "1 house rule, no findings.\n"
