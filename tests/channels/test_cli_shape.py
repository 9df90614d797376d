"""Every command explains itself, and every failure is three sentences and a status."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import typer

from ayni.app import WIRING, load_city_profile, load_country
from ayni.channels import cli
from ayni.foundation.country import Country
from ayni.foundation.settings import BadSetting
from tests.channels.conftest import Answer, Ayni, program

ROOT = typer.main.get_command(cli.build(WIRING))


def _walk(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    yield path, command
    if hasattr(command, "list_commands"):
        context = command.context_class(command, info_name="ayni")
        for name in command.list_commands(context):
            yield from _walk(command.get_command(context, name), (*path, name))


COMMANDS = list(_walk(ROOT))
LEAVES = [(path, command) for path, command in COMMANDS if not hasattr(command, "list_commands")]


def test_there_are_the_commands_that_an_operator_needs() -> None:
    found = {" ".join(path) for path, _ in LEAVES}
    assert found >= {
        *("up", "worker", "migrate", "check", "clock show", "clock set", "backup", "restore", "version"),
        *("keys list", "keys rotate", "registry import", "city generate", "city dress"),
    }


@pytest.mark.parametrize(
    ("path", "command"), COMMANDS, ids=lambda value: " ".join(value) if isinstance(value, tuple) else ""
)
def test_every_command_has_help_with_an_example(ayni: Ayni, path: tuple[str, ...], command: Any) -> None:
    answer = ayni(*path, "--help")
    assert answer.status == 0
    lines = [line.strip() for line in answer.out.splitlines()]
    example = lines[lines.index("Example:") + 1 :]
    assert any(" ".join(("ayni", *path)) in line for line in example[:2])
    for option in command.params:
        assert option.name == "help" or getattr(option, "help", None) or option.param_type_name == "argument"


@pytest.mark.parametrize("name", [name for name, _ in cli.COMMANDS])
def test_help_speaks_of_the_command_and_not_of_the_shell(ayni: Ayni, name: str) -> None:
    """A bug: each group offered to install completion, which none of them did."""
    assert "completion" not in ayni(name, "--help").out


@pytest.mark.parametrize(
    ("path", "command"), LEAVES, ids=lambda value: " ".join(value) if isinstance(value, tuple) else ""
)
def test_every_command_can_answer_a_machine(path: tuple[str, ...], command: Any) -> None:
    assert "--json" in {name for option in command.params for name in option.opts}


@pytest.mark.parametrize(
    "arguments",
    [
        *([], ["nonsense"], ["clock"], ["clock", "nonsense"], ["check", "too", "many"], ["--nonsense"]),
        *(["backup"], ["city", "generate", "--people", "many", "--out", "x"], ["keys", "rotate", "love"]),
        *(["registry", "import", "x.csv"], ["clock", "set", "never"], ["clock", "set", ""]),
        *(["up", "--simulated", "2025-02-30"], ["city", "generate", "--people", "0", "--out", "x"]),
        *(["clock", "set", "9999-12-31T23:59"], ["up", "--simulated", "0001-01-01"]),
        *(["jobs", "retry", "99999999999999999999999"], ["jobs", "retry", "0"], ["jobs", "retry", "x"]),
        *(["jobs", "list", "--state", "lost"], ["jobs", "list", "--most", "0"]),
        ["city", "generate", "--people", "99999999999999999999", "--out", "x"],
        ["city", "generate", "--people", "1", "--on", "0001-01-01", "--out", "x"],
    ],
    ids=" ".join,
)
def test_what_is_not_understood_ends_with_2_and_no_traceback(ayni: Ayni, arguments: list[str]) -> None:
    answer = ayni(*arguments)
    assert answer.status == 2
    assert answer.err.strip()
    assert "Traceback" not in answer.err + answer.out
    told = ayni(*arguments, "--json")
    assert told.status == 2
    assert {"code", "status", "what", "means", "do", "numbers"} == set(told.data["error"])


def test_a_time_that_cannot_be_read_is_named(ayni: Ayni) -> None:
    assert ayni("clock", "set", "31/05/2025", "--json").code == "not_an_instant"


@pytest.mark.parametrize(
    "environment",
    [{"AYNI_HOEM": "/tmp/x"}, {"AYNI_COUNTRY": "atlantis"}, {"AYNI_DATABASE_URL": "mysql://x"}],
    ids=str,
)
def test_a_setting_that_cannot_be_meant_ends_with_2(ayni: Ayni, environment: dict[str, str]) -> None:
    answer = ayni("city", "generate", "--people", "1", "--out", "x", "--json", environment=environment)
    assert (answer.status, answer.code) == (2, "bad_setting")


def test_a_country_that_does_not_exist_has_no_city_either() -> None:
    for load in (load_country, load_city_profile):
        with pytest.raises(BadSetting):
            load("atlantis")


def test_a_server_that_is_away_is_told_at_once_and_its_password_is_not(ayni: Ayni, tmp_path: Path) -> None:
    url = f"postgresql://ana:secreto@/ayni?host={tmp_path}"
    for command in (["check"], ["worker", "--once"], ["clock", "show"], ["backup", str(tmp_path / "x")]):
        answer = ayni(*command, "--json", environment={"AYNI_DATABASE_URL": url})
        assert (answer.status, answer.code) == (1, "database_unreachable")
        assert "secreto" not in answer.out + answer.err


_BROKEN = """
from dataclasses import replace
def broken(_):
    raise RuntimeError("Rosa Quispe, 10117410")
app.WIRING = replace(app.WIRING, city_profile=broken)
"""


@pytest.mark.parametrize("more", [[], ["--json"]], ids=["for people", "for machines"])
def test_what_nobody_expected_ends_with_70_and_its_words_are_not_shown(
    tmp_path: Path, more: list[str]
) -> None:
    arguments = ["city", "generate", "--people", "1", "--out", "x", *more]
    with program(tmp_path, *arguments, before=_BROKEN) as process:
        out, err = process.communicate()
    assert process.returncode == 70
    assert "RuntimeError" in (out if more else err)
    assert json.loads(err.splitlines()[0])["event"] == "uncaught"
    if more:
        assert json.loads(out)["error"]["code"] == "unexpected"
    assert "Traceback" not in out + err
    assert "Quispe" not in out + err


@pytest.mark.parametrize("stop", [KeyboardInterrupt(), typer.Abort()], ids=["Ctrl-C", "declined"])
def test_stopped_by_hand_ends_with_130(stop: BaseException, capfd: pytest.CaptureFixture[str]) -> None:
    def stopped(_: str) -> Country:
        raise stop

    wiring = replace(WIRING, city_profile=stopped, environment={})
    assert cli.run(wiring, ["city", "generate", "--people", "1", "--out", "x", "--json"]) == 130
    assert Answer(130, *capfd.readouterr()).code == "stopped"
