"""Each house rule is broken on purpose in a small tree of its own, and the check sees it, at its line."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest
from dev.rules import CHECKS, find_all
from dev.tree import Tree

Plant = Callable[[dict[str, str]], Tree]

LONG = "x = 1\n" * 401
LONG_FUNCTION = "def f():\n" + "    x = 1\n" * 60
NAMED = {check.name: check for check in CHECKS}

CAUGHT: list[tuple[str, str, str, int]] = [
    ("syntax", "src/ayni/app.py", "x = 1\ndef (:\n", 2),
    ("long-file", "src/ayni/app.py", LONG, 401),
    ("long-file", "src/ayni/ledger/sql/functions.sql", "SELECT 1;\n" * 401, 401),
    ("long-file", "tests/test_all.py", LONG, 401),
    ("long-file", "bench/all.py", LONG, 401),
    ("long-function", "src/ayni/app.py", "\n" + LONG_FUNCTION, 2),
    ("long-function", "dev/app.py", "async " + LONG_FUNCTION, 1),
    ("banned-name", "src/ayni/ledger/utils.py", "", 1),
    ("banned-name", "src/ayni/common/money.py", "", 1),
    ("banned-name", "tests/helpers.py", "", 1),
    ("machine-path", "docs/start.md", "Look.\nOpen /wor" + "k/main/README.md\n", 2),
    ("machine-path", "Makefile", "all:\n\tcp /tmp/brie" + "f/x .\n", 2),
    ("machine-path", "examples/x.yaml", "path: /home/" + "ana/data.csv\n", 1),
    ("pure-model", "src/ayni/ledger/model.py", "import uuid\nimport psycopg\n", 2),
    ("pure-model", "src/ayni/ledger/model.py", "from ayni.foundation import db\n", 1),
    ("pure-model", "src/ayni/ledger/model/limits.py", "from ayni.ledger import store\n", 1),
    ("pure-model", "src/ayni/ledger/model.py", "from . import errors\n", 1),
    ("pure-model", "src/ayni/ledger/model.py", "import time\n", 1),
    ("float", "src/ayni/ledger/model.py", "fee = 0.5\n", 1),
    ("float", "src/ayni/wallet/operations.py", "def fee(amount: float) -> int: ...\n", 1),
    ("float", "src/ayni/countries/peru/law.py", "rate = 1\nrate = float('0.1')\n", 2),
    ("float", "src/ayni/registry/model.py", "import numpy as np\nkind = np.float64\n", 2),
    ("float", "src/ayni/ledger/sql/tables.sql", "CREATE TABLE ledger.t (\n    fee double precision\n);\n", 2),
    ("float", "src/ayni/payments/sql/queries.sql", "SELECT 1::real;\n", 1),
    ("clock", "src/ayni/wallet/operations.py", "from datetime import datetime\nx = datetime.now()\n", 2),
    ("clock", "src/ayni/wallet/operations.py", "import datetime as d\nx = d.datetime.utcnow()\n", 2),
    ("clock", "src/ayni/foundation/db.py", "from datetime import date\nx = date.today()\n", 2),
    ("clock", "src/ayni/wallet/jobs.py", "from time import time as t\nmake = dict(default=t)\n", 2),
    ("clock", "src/ayni/wallet/sql/views.sql", "-- now()\nSELECT now();\n", 2),
    ("clock", "src/ayni/wallet/sql/views.sql", "SELECT current_date;\n", 1),
    ("clock", "src/ayni/wallet/sql/functions.sql", "SELECT pg_catalog.clock_timestamp();\n", 1),
    ("country", "src/ayni/registry/model.py", "KINDS = ('DNI',)\n", 1),
    ("country", "src/ayni/wallet/operations.py", "def f(amount):\n    return f'S/ {amount}'\n", 2),
    ("country", "src/ayni/wallet/operations.py", "def check_dni(text): ...\n", 1),
    ("country", "src/ayni/wallet/operations.py", "class DniNumber: ...\n", 1),
    ("country", "src/ayni/sandbox/city.py", "PREFIX = '+51'\n", 1),
    ("country", "src/ayni/registry/sql/tables.sql", "CREATE TABLE registry.p (\n    dni text\n);\n", 2),
    ("country", "src/ayni/ledger/sql/tables.sql", "SELECT 'PEN';\n", 1),
    ("country", "src/ayni/channels/web/page.html", "<p>\nsoles\n", 2),
    ("misplaced-sql", "src/ayni/wallet/operations.py", "x = 'SELECT 1'\n", 1),
    ("misplaced-sql", "src/ayni/wallet/queries.py", "x = f'''\n  select a from b where c = {d}'''\n", 1),
    ("misplaced-sql", "src/ayni/wallet/operations.py", "x = 'UPDATE wallet.a SET b = 1'\n", 1),
    ("misplaced-sql", "src/ayni/channels/cli/up.py", "x = 'create table t (a int)'\n", 1),
    ("misplaced-sql", "src/ayni/wallet/operations.py", "import psycopg\n", 1),
    ("misplaced-sql", "src/ayni/channels/sql/queries.sql", "SELECT 1;\n", 1),
    ("misplaced-sql", "src/ayni/wallet/queries.sql", "SELECT 1;\n", 1),
    ("undescribed-query", "src/ayni/wallet/sql/queries.sql", "-- name: find\nSELECT 1;\n", 1),
    ("undescribed-query", "src/ayni/wallet/sql/queries.sql", "-- name: find\n-- todo\nSELECT 1;\n", 1),
    (
        "undescribed-query",
        "src/ayni/wallet/sql/queries.sql",
        "-- name: Find-it\n-- Finds it.\nSELECT 1;\n",
        1,
    ),
    ("sql-wall", "src/ayni/registry/sql/queries.sql", "SELECT 1\nFROM ledger_api.accounts;\n", 2),
    ("sql-wall", "src/ayni/ledger/sql/queries.sql", "SELECT 1 FROM identity_api.people;\n", 1),
    ("sql-wall", "src/ayni/wallet/sql/queries.sql", "SELECT 1 FROM identity.people;\n", 1),
    ("sql-wall", "src/ayni/credit/sql/views.sql", 'SELECT 1 FROM "programmes_api"."cycles";\n', 1),
    ("sql-wall", "src/ayni/identity/sql/queries.sql", "SELECT wallet.open(1);\n", 1),
    ("sql-wall", "src/ayni/identity/sql/queries.sql", "SELECT 1\nFROM elsewhere.people;\n", 2),
    ("sql-wall", "src/ayni/identity/sql/queries.sql", "SELECT elsewhere.find(%(a)s);\n", 1),
    ("sql-wall", "src/ayni/identity/sql/tables.sql", "GRANT USAGE ON SCHEMA ledger TO ayni_app;\n", 1),
    ("sql-wall", "src/ayni/identity/sql/functions.sql", "SET search_path = identity, ledger;\n", 1),
    ("sql-wall", "src/ayni/wallet/store.py", "x = 1\ny = 'SELECT 1 FROM registry.people'\n", 2),
    (
        "sql-wall",
        "src/ayni/wallet/sql/tables.sql",
        "CREATE TABLE wallet.a (\n    id uuid REFERENCES foundation.clock (x)\n);\n",
        2,
    ),
    (
        "sql-wall",
        "src/ayni/wallet/sql/functions.sql",
        (
            "CREATE FUNCTION wallet.f() RETURNS int LANGUAGE plpgsql AS $$\nBEGIN\n"
            "    PERFORM 1 FROM registry.people;\n    RETURN 1;\nEND;\n$$;\n"
        ),
        3,
    ),
    (
        "sql-wall",
        "src/ayni/wallet/sql/functions.sql",
        (
            "CREATE FUNCTION wallet.f() RETURNS int LANGUAGE plpgsql AS $$\nBEGIN\n"
            "    EXECUTE 'DELETE FROM registry.people';\n    RETURN 1;\nEND;\n$$;\n"
        ),
        3,
    ),
    ("unprovoked", "src/ayni/wallet/errors.py", "\nclass TooMuch(ValueError):\n    code = 'too_much'\n", 2),
    ("unprovoked", "src/ayni/values/rate.py", "class NotARate(ValueError): ...\n", 1),
]


def tree_of(root: Path, files: dict[str, str]) -> Tree:
    for path, text in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return Tree(root)


@pytest.fixture
def plant(tmp_path: Path) -> Plant:
    """Writes files into an empty project and gives it back as the checks see it."""
    return lambda files: tree_of(tmp_path, files)


def lines(tree: Tree, check: str) -> list[tuple[str, int]]:
    return [(finding.path, finding.line) for finding in sorted(set(NAMED[check].find(tree)))]


@pytest.mark.parametrize(("check", "path", "text", "line"), CAUGHT)
def test_a_violation_is_caught_at_its_line(plant: Plant, check: str, path: str, text: str, line: int) -> None:
    tree = plant({path: text})
    reported = (
        path if check != "banned-name" or path.endswith(("utils.py", "helpers.py")) else "src/ayni/common"
    )
    assert lines(tree, check) == [(reported, line)]


def test_every_rule_has_a_violation_planted() -> None:
    assert {case[0] for case in CAUGHT} == set(NAMED)


LAWFUL: list[tuple[str, str, str]] = [
    ("long-file", "src/ayni/app.py", "x = 1\n" * 400),
    ("long-file", "docs/long.md", LONG),
    ("long-function", "src/ayni/app.py", "def f():\n" + "    x = 1\n" * 59),
    ("banned-name", "src/ayni/ledger/baseline.py", ""),
    (
        "machine-path",
        "docs/a.md",
        "See https://example.org/wor" + "k/main and /var/lib/ayni and net" + "work/x",
    ),
    ("pure-model", "src/ayni/ledger/model.py", "import re\nfrom ayni.values.money import Money\n"),
    ("pure-model", "src/ayni/ledger/model/limits.py", "from ayni.ledger.model.window import Window\n"),
    ("pure-model", "src/ayni/ledger/store.py", "import psycopg\n"),
    ("float", "src/ayni/foundation/jobs.py", "timeout_seconds: float = 0.5\n"),
    ("float", "src/ayni/ledger/model.py", 'note = "a float is refused"\nfloating = 1\n'),
    ("float", "src/ayni/ledger/sql/views.sql", "-- never real\nSELECT 'real' AS money_like;\n"),
    ("clock", "src/ayni/wallet/jobs.py", "import time\nstart = time.monotonic()\n"),
    ("clock", "src/ayni/wallet/operations.py", "def f(tx):\n    return tx.now, tx.today\n"),
    ("clock", "src/ayni/wallet/sql/views.sql", "SELECT foundation.now(), 'now()';\n"),
    ("clock", "src/ayni/foundation/sql/functions.sql", "SELECT clock_timestamp();\n"),
    ("country", "src/ayni/countries/peru/documents.py", "KINDS = ('DNI',)\n"),
    ("country", "src/ayni/values/money.py", '"""For soles: céntimos. Money.parse("1", "PEN")."""\n# S/ 1\n'),
    ("country", "src/ayni/wallet/operations.py", "opened = spend = climate = oscilla = 'OPEN PENDING'\n"),
    ("misplaced-sql", "src/ayni/wallet/store.py", "import psycopg\nx = 'SELECT 1'\n"),
    (
        "misplaced-sql",
        "src/ayni/wallet/errors.py",
        "do = 'Select a cycle from the list. Update it, and set a date.'\n",
    ),
    ("misplaced-sql", "src/ayni/wallet/operations.py", '"""SELECT is what this does not do."""\n'),
    (
        "undescribed-query",
        "src/ayni/wallet/sql/queries.sql",
        "-- name: find\n-- Finds a wallet,\n-- by phone.\nSELECT 1;\n",
    ),
    (
        "sql-wall",
        "src/ayni/wallet/sql/queries.sql",
        "SELECT a.id FROM ledger_api.accounts a, identity_api.people p;\n",
    ),
    (
        "sql-wall",
        "src/ayni/wallet/sql/queries.sql",
        "-- registry.people is not ours\nSELECT 1 FROM wallet.w;\n",
    ),
    ("sql-wall", "src/ayni/wallet/sql/queries.sql", "SELECT foundation.now(), pg_catalog.now();\n"),
    (
        "sql-wall",
        "src/ayni/wallet/sql/functions.sql",
        (
            "CREATE FUNCTION wallet.f() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$\n"
            "DECLARE v_row wallet.w%ROWTYPE;\nBEGIN\n    IF NEW.a <> OLD.a THEN v_row.a := 1; END IF;\n"
            "    RETURN NEW;\nEND;\n$$;\nGRANT SELECT ON ALL TABLES IN SCHEMA wallet TO ayni_app;\n"
        ),
    ),
]


@pytest.mark.parametrize(("check", "path", "text"), LAWFUL)
def test_what_is_lawful_is_left_alone(plant: Plant, check: str, path: str, text: str) -> None:
    assert lines(plant({path: text}), check) == []


WALLET_ERRORS = """
    class Refused(AyniError): ...
    class TooMuch(Refused):
        code = "too_much"
    class FarTooMuch(TooMuch):
        code: ClassVar[str] = "far_too_much"
    """

PROVOKING = [
    "def test():\n    with pytest.raises({name}):\n        spend()\n",
    "def test():\n    with pytest.raises(errors.{name}, match='x'):\n        spend()\n",
    "@pytest.mark.parametrize('error', [{name}])\ndef test(error): ...\n",
    "REFUSALS = [('spend too much', {name})]\n",
    "def test():\n    assert type(explain()) is {name}\n",
    "def test():\n    assert answer['code'] == '{code}'\n",
]


def provocation(form: str) -> str:
    names = (("TooMuch", "too_much"), ("FarTooMuch", "far_too_much"))
    return "\n".join(form.format(name=name, code=code) for name, code in names)


@pytest.mark.parametrize("form", PROVOKING)
def test_a_refusal_that_a_test_expects_is_provoked(plant: Plant, form: str) -> None:
    files = {
        "src/ayni/foundation/errors.py": "class AyniError(Exception): ...\n",
        "src/ayni/wallet/errors.py": textwrap.dedent(WALLET_ERRORS),
        "src/ayni/wallet/store.py": "def spend():\n    raise TooMuch\n",
    }
    unprovoked = [("src/ayni/wallet/errors.py", 3), ("src/ayni/wallet/errors.py", 5)]
    assert lines(plant(files), "unprovoked") == unprovoked
    mentioned = "from ayni.wallet.errors import TooMuch, FarTooMuch\nprint(TooMuch, FarTooMuch)\n"
    assert lines(plant({**files, "tests/test_spend.py": mentioned}), "unprovoked") == unprovoked
    assert lines(plant({**files, "tests/test_spend.py": provocation(form)}), "unprovoked") == []


def test_a_table_of_cases_in_yaml_provokes_what_it_names(plant: Plant) -> None:
    files = {"src/ayni/wallet/errors.py": "class TooMuch(ValueError): ...\n"}
    assert lines(plant(files), "unprovoked") != []
    assert lines(plant({**files, "tests/wallet/cases/limits.yaml": "- error: TooMuch\n"}), "unprovoked") == []


def test_all_findings_come_at_once(plant: Plant) -> None:
    tree = plant(
        {"src/ayni/ledger/model.py": "import psycopg\nfee = 0.5\nname = 'DNI'\n", "dev/base.py": "def (:"}
    )
    found = {check.name for check in find_all(tree)}
    assert {"syntax", "banned-name", "pure-model", "float", "country", "misplaced-sql"} == found


EXEMPT = '[[float]]\npath = "src/ayni/ledger/poster.py"\nline = "wait(0.5)"\nreason = "{reason}"\n'


def test_an_exception_covers_its_line_and_no_other(plant: Plant) -> None:
    tree = plant(
        {
            "src/ayni/ledger/poster.py": "wait(0.5)\nfee = 0.5\n",
            "dev/allowed.toml": EXEMPT.format(reason="Seconds, not money."),
        }
    )
    found = find_all(tree, [NAMED["float"]])
    assert [finding.line for finding in found[NAMED["float"]]] == [2]


@pytest.mark.parametrize(
    ("code", "allowed", "message"),
    [
        ("wait(0.5)\n", EXEMPT.format(reason=""), "gives no reason"),
        ("wait(1)\n", EXEMPT.format(reason="Seconds."), "any more"),
        ("wait(1)\n", EXEMPT.format(reason="Seconds.").replace("float", "flaot"), "no check called flaot"),
    ],
)
def test_an_exception_needs_a_reason_a_rule_and_a_use(
    plant: Plant, code: str, allowed: str, message: str
) -> None:
    found = find_all(plant({"src/ayni/ledger/poster.py": code, "dev/allowed.toml": allowed}))
    assert any(message in finding.message for findings in found.values() for finding in findings)


def test_files_that_are_not_text_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src/image.py").write_bytes(b"\x89PNG\0\0")
    (tmp_path / "src/latin.sql").write_bytes("SELECT 'ñ'".encode("latin-1"))
    assert find_all(Tree(tmp_path)) == {}
