"""Each import contract is broken on purpose in a small tree of its own, and import-linter sees it."""

from __future__ import annotations

import configparser
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from dev.house import DOMAIN_MODULES, LAYERS, WALLS, may_know

ROOT = Path(__file__).resolve().parents[2]
SHAPE = ("jobs", "operations", "queries", "poster", "ports", "formats", "store", "model", "errors")

LAWFUL = {
    "app.py": "from ayni import channels, countries, wallet\n",
    "values/__init__.py": "",
    "foundation/__init__.py": "from ayni import values\n",
    "foundation/db.py": "import psycopg\n",
    "countries/__init__.py": "",
    "countries/peru/__init__.py": "from ayni.foundation import db\n",
    "sandbox/__init__.py": "from ayni import identity, wallet\n",
    "channels/__init__.py": "",
    **{f"channels/{name}/__init__.py": "" for name in ("web", "api", "ussd", "sms", "worker")},
    "channels/cli/__init__.py": "import typer\nfrom ayni import programmes\n",
    **{f"{module}/__init__.py": f"from ayni.{module} import operations\n" for module in DOMAIN_MODULES},
    **{f"{module}/{part}.py": "" for module in DOMAIN_MODULES for part in SHAPE},
    **{f"{module}/model.py": "from ayni import values\n" for module in DOMAIN_MODULES},
    "programmes/operations.py": "from ayni import registry, wallet\nfrom ayni.programmes import store\n",
    "wallet/operations.py": "from ayni import identity, ledger, payments\n",
    "credit/operations.py": "from ayni import ledger, wallet\n",
    "registry/operations.py": "from ayni import identity\n",
    "ledger/poster.py": "from ayni.ledger import store\n",
}
"""The whole map as it will stand, with imports that are all permitted: path under ayni/ → text."""

VIOLATIONS: dict[str, list[tuple[str, str]]] = {
    "layers": [
        ("foundation/db.py", "from ayni import ledger\n"),
        ("ledger/operations.py", "from ayni import identity\n"),
        ("countries/peru/__init__.py", "from ayni import channels\n"),
        ("sandbox/__init__.py", "from ayni import countries\n"),
        ("extras/__init__.py", ""),
    ],
    "lending-is-blind": [
        ("credit/operations.py", "from ayni import registry\n"),
        ("credit/__init__.py", "from ayni import programmes\n"),
    ],
    "registry-knows-no-money": [
        ("registry/store.py", "from ayni import ledger\n"),
        ("registry/__init__.py", "from ayni import payments\n"),
    ],
    "ledger-knows-no-people": [("ledger/store.py", "from ayni import identity\n")],
    "country-by-registration": [
        ("channels/cli/__init__.py", "from ayni.countries import peru\n"),
        ("channels/web/__init__.py", "import ayni.countries.peru\n"),
    ],
    "inner-shape": [
        ("wallet/store.py", "from ayni.wallet import operations\n"),
        ("identity/ports.py", "from ayni.identity import formats\n"),
        ("registry/errors.py", "from ayni.registry import model\n"),
        ("payments/rules.py", ""),
    ],
    **{
        f"front-door-{module}": [
            ("app.py", f"from ayni.{module} import store\n"),
            ("channels/api/__init__.py", f"from ayni.{module}.model import Anything\n"),
        ]
        for module in DOMAIN_MODULES
    },
    "pure-core": [
        ("credit/model.py", "import psycopg\n"),
        ("ledger/model.py", "from ayni.foundation import db\n"),
        ("values/money.py", "import psycopg\n"),
        # Also by a way round.
        ("identity/model.py", "from ayni.identity import errors\n"),
    ],
    "web-framework-at-edge": [
        ("wallet/operations.py", "from fastapi import Request\n"),
        ("foundation/db.py", "import starlette.requests\n"),
    ],
    "terminal-at-edge": [("programmes/operations.py", "from rich import print\n")],
    "channels": [
        ("channels/web/__init__.py", "from ayni.channels import api\n"),
        ("channels/shared/__init__.py", ""),
    ],
}

CASES = [(contract, path, text) for contract, planted in VIOLATIONS.items() for path, text in planted]


def write(root: Path, files: dict[str, str]) -> None:
    for path, text in {"__init__.py": "", **files}.items():
        target = root / "ayni" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)


def lint(root: Path, *contracts: str) -> subprocess.CompletedProcess[str]:
    """Run lint-imports on the package under `root`, by the project's own contracts."""
    options = ["--no-logo", "--no-cache", "--config", str(ROOT / ".importlinter")]
    for contract in contracts:
        options += ["--contract", contract]
    return subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()", *options],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


def contracts() -> configparser.ConfigParser:
    parser = configparser.ConfigParser()
    parser.read(ROOT / ".importlinter")
    return parser


def names() -> set[str]:
    prefix = "importlinter:contract:"
    return {section.removeprefix(prefix) for section in contracts().sections() if section.startswith(prefix)}


def test_every_contract_has_a_violation_planted() -> None:
    assert set(VIOLATIONS) == names()


def test_a_lawful_tree_keeps_every_contract(tmp_path: Path) -> None:
    write(tmp_path, LAWFUL)
    result = lint(tmp_path)
    assert result.returncode == 0, result.stdout
    assert f"Contracts: {len(names())} kept, 0 broken." in result.stdout


def test_contracts_wait_for_modules_that_do_not_exist_yet(tmp_path: Path) -> None:
    write(tmp_path, {"values/__init__.py": "", "foundation/__init__.py": "from ayni import values\n"})
    result = lint(tmp_path)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(("contract", "path", "text"), CASES, ids=[f"{case[0]}-{case[1]}" for case in CASES])
def test_a_violation_is_caught(tmp_path: Path, contract: str, path: str, text: str) -> None:
    write(tmp_path, LAWFUL)
    planted = tmp_path / "ayni" / path
    planted.parent.mkdir(parents=True, exist_ok=True)
    with planted.open("a") as file:
        file.write(text)
    if (contract, path) == ("pure-core", "identity/model.py"):
        (tmp_path / "ayni/identity/errors.py").write_text("from ayni import foundation\n")
    result = lint(tmp_path, contract)
    title = contracts()[f"importlinter:contract:{contract}"]["name"]
    assert f"{title} BROKEN" in result.stdout, result.stdout + result.stderr
    assert result.returncode == 1


def test_walls_stand_on_the_day_that_credit_appears(tmp_path: Path) -> None:
    few = {path: text for path, text in LAWFUL.items() if path.split("/")[0] in ("values", "foundation")}
    write(tmp_path, {**few, "registry/__init__.py": "", "credit/__init__.py": "from ayni import registry\n"})
    result = lint(tmp_path)
    assert "Lending never sees welfare BROKEN" in result.stdout
    assert result.returncode == 1


def test_the_contracts_and_the_checks_share_one_map() -> None:
    written = contracts()["importlinter:contract:layers"]["layers"].split("\n")
    layers = tuple(tuple(re.findall(r"\w+", line)) for line in written if line.strip())
    assert layers == LAYERS
    for contract, module in (
        ("lending-is-blind", "credit"),
        ("registry-knows-no-money", "registry"),
        ("ledger-knows-no-people", "ledger"),
    ):
        section = contracts()[f"importlinter:contract:{contract}"]
        assert section["source_modules"] == f"ayni.{module}"
        forbidden = {name.removeprefix("ayni.") for name in section["forbidden_modules"].split()}
        assert forbidden == WALLS[module]
        assert not forbidden & may_know(module)
    assert set(contracts()["importlinter:contract:inner-shape"]["containers"].split()) == {
        f"ayni.{module}" for module in DOMAIN_MODULES
    }


def test_a_module_that_is_not_on_the_map_may_know_nothing() -> None:
    with pytest.raises(ValueError, match="not on the map"):
        may_know("extras")
