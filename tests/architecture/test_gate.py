"""The gate: make explains itself, and says plainly what a bare machine lacks."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BOOTSTRAP = ROOT / "dev" / "bootstrap.sh"


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )


def bootstrap(python: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return run("/bin/sh", str(BOOTSTRAP), str(folder), PYTHON=python)


def fake_python(folder: Path, *, refuses: str, version: str) -> str:
    """A program that answers as a Python does which cannot run a script that mentions `refuses`."""
    path = folder / "python"
    path.write_text(f'#!/bin/sh\ncase "$*" in *--version*) echo "{version}";; *{refuses}*) exit 1;; esac\n')
    path.chmod(0o755)
    return str(path)


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed here")
def test_make_called_bare_names_every_target_with_a_sentence() -> None:
    targets = re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    shown = run("make", "--no-print-directory").stdout
    for target in targets:
        assert re.search(rf"^  make {target} +\S+ \S+", shown, re.MULTILINE), target


def test_a_python_that_is_too_old_is_named(tmp_path: Path) -> None:
    old = fake_python(tmp_path, refuses="version_info", version="Python 3.9.2")
    result = bootstrap(old, tmp_path / "uv")
    assert result.returncode == 1
    assert "needs Python 3.11 or newer, and this machine has: Python 3.9.2" in result.stderr
    assert not (tmp_path / "uv").exists()


def test_no_python_at_all_is_said(tmp_path: Path) -> None:
    result = bootstrap(str(tmp_path / "nowhere"), tmp_path / "uv")
    assert result.returncode == 1
    assert "needs Python 3.11 or newer" in result.stderr


def test_a_python_without_venv_is_told_which_package_to_install(tmp_path: Path) -> None:
    bare = fake_python(tmp_path, refuses="ensurepip", version="Python 3.11.2")
    result = bootstrap(bare, tmp_path / "uv")
    assert result.returncode == 1
    assert "apt install python3-venv" in result.stderr
    assert not (tmp_path / "uv").exists()


def test_an_installation_that_fails_leaves_no_half_behind(tmp_path: Path) -> None:
    nowhere = {"PIP_INDEX_URL": "http://127.0.0.1:9/", "PIP_RETRIES": "0", "PIP_FIND_LINKS": ""}
    result = run("/bin/sh", str(BOOTSTRAP), str(tmp_path / "uv"), PYTHON=sys.executable, **nowhere)
    assert result.returncode == 1
    assert "is the internet reachable" in result.stderr
    assert not (tmp_path / "uv").exists()


def test_ci_runs_the_gate_without_asking_anybody() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert {"set -euo pipefail", "exec </dev/null", "exec make check"} <= {*script.read_text().splitlines()}
