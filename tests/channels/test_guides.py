"""The guides are real: their commands are typed again, in order, and what they print is compared.

With AYNI_TEST_RECORD=1 what they print is written into the guide instead: read the difference before it goes
in. A new command may then name something by the order in which ids of its kind were printed: per_01, cyc_02;
id_01 for what has a uuid, and num_01 for a number of eight digits.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.channels.conftest import Ayni

ROOT = Path(__file__).parents[2]
GUIDES = [ROOT / "docs" / "guides" / "build-a-registry.md"]
"""Those that stand on this file's home; each other guide has a file and a home of its own."""
_BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)
_UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_ID = re.compile(rf"\b(?:(per|hh|off|cyc|ent|grv|trf|evt|whk|id|num)_[0-9a-z]+|{_UUID}|[0-9]{{8}})\b")


class Player:
    """Types a guide's commands. Ids differ in each run: those of the guide are told by where they stand."""

    def __init__(self, ayni: Ayni, folder: Path) -> None:
        self._ayni = ayni
        self._folder = folder
        self.ids: dict[str, str] = {}
        self.printed: dict[str, list[str]] = {}

    def _id(self, found: re.Match[str]) -> str:
        number = re.fullmatch(r"(per|cyc|ent|grv|id|num)_(\d\d)", found[0])
        if number:
            return self.printed[number[1]][int(number[2]) - 1]
        return self.ids.get(found[0], found[0])

    def type(self, command: str) -> list[str]:
        """Run one command, with the guide's ids in it replaced by those of this run."""
        command, _, file = _ID.sub(self._id, command).partition(" > ")
        words = shlex.split(command)
        if words[0] == "ayni":
            told = self._ayni(*words[1:])
            assert (told.status == 0) == (not told.err), command
            out, err = told.out, told.err
        else:
            words[0] = sys.executable if words[0] == "python3" else words[0]
            done = subprocess.run(words, cwd=self._folder, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stderr
            out, err = done.stdout, done.stderr
        if file:
            (self._folder / file).write_text(out, encoding="utf-8")
            out = ""
        # What a program says of itself, it says before its answer.
        lines = (err + out).splitlines()
        for found in _ID.finditer("\n".join(lines)):
            kind = found[1] or ("num" if found[0].isdigit() else "id")
            printed = self.printed.setdefault(kind, [])
            if found[0] not in printed:
                printed.append(found[0])
        return [line.rstrip() for line in lines if line.strip()]

    def learn(self, wanted: list[str], told: list[str]) -> None:
        """Take in the ids that stand at the same places."""
        for ours, theirs in zip(wanted, told, strict=False):
            for one, other in zip(_ID.finditer(ours), _ID.finditer(theirs), strict=False):
                self.ids.setdefault(one[0], other[0])

    def spelled(self, command: str) -> str:
        """The command with the ids of this run."""
        return _ID.sub(self._id, command)

    def in_the_guides_ids(self, lines: list[str]) -> list[str]:
        """Lines with the ids of this run replaced by the guide's."""
        known = {theirs: ours for ours, theirs in self.ids.items()}
        return [_ID.sub(lambda found: known.get(found[0], found[0]), line) for line in lines]


def _steps(block: str) -> list[tuple[str, list[str]]]:
    steps = []
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, *wanted = part.rstrip().splitlines()
        steps.append((command, [line.rstrip() for line in wanted]))
    return steps


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.stem)
def test_a_guide_says_what_its_commands_print(
    ayni: Ayni, guide: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("splink", reason="the group `linkage` is not installed")
    shutil.copytree(ROOT / "examples" / "register", tmp_path, dirs_exist_ok=True)
    assert replay(ayni, guide, tmp_path, monkeypatch) == []


def test_every_guide_is_replayed() -> None:
    here = (ROOT / "tests" / "channels").glob("test_guide*.py")
    told = "".join(file.read_text(encoding="utf-8") for file in here)
    for guide in (ROOT / "docs" / "guides").glob("*.md"):
        assert f'"{guide.name}"' in told, guide


Otherwise = tuple[str, list[str], list[str]]
"""A command, what it printed, and what the guide says."""


def replay(
    ayni: Ayni,
    guide: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    prepare: Callable[[str], str] = str,
) -> list[Otherwise]:
    """Type a guide's commands; gives those that print something else. Or record what they print.

    `prepare` is given each command, and gives it as it is to be typed here.
    """
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    player = Player(ayni, tmp_path)
    text = guide.read_text(encoding="utf-8")
    blocks = _BLOCK.findall(text)
    assert blocks
    recorded, otherwise = [], []
    for block in blocks:
        lines = []
        for command, wanted in _steps(block):
            told = player.type(prepare(command))
            player.learn(wanted, _shortened(command, told))
            if os.environ.get("AYNI_TEST_RECORD"):
                lines += player.in_the_guides_ids(
                    [f"$ {player.spelled(command)}", *_shortened(command, told)]
                )
                continue
            printed = player.in_the_guides_ids(_shortened(command, told))
            if printed != wanted:
                otherwise.append((command, printed, wanted))
        recorded.append("\n".join(lines))
    if os.environ.get("AYNI_TEST_RECORD"):
        parts = iter(recorded)
        guide.write_text(_BLOCK.sub(lambda _: f"```console\n{next(parts)}\n```", text), encoding="utf-8")
    return otherwise


def _shortened(command: str, told: list[str]) -> list[str]:
    """What a migration says changes with each version, and names the folder."""
    return [] if command.startswith("ayni migrate") else told
