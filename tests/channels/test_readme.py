"""The README's transcript is real: its commands are run again, and what they print is compared."""

from __future__ import annotations

import re
from pathlib import Path

from tests.channels.conftest import Ayni

README = Path(__file__).parents[2] / "README.md"
# What people buy, and how long it takes, differs from run to run.
_CHANCE = (
    *("spent in shops", "cashed out at agents", "orders refused", "refused, with their reasons"),
    *("sent to merchants", "earned by agents", "put into goals", "on the trust account"),
    *("e-money outstanding", "seconds"),
)


def _steady(lines: list[str]) -> list[str]:
    return [
        re.sub(r"[\d,.]+$", "#", line) if line.startswith(_CHANCE) else line
        for line in (re.sub(r" +", " ", line.strip()) for line in lines)
        if line
    ]


def test_the_transcript_is_what_the_commands_print(ayni: Ayni) -> None:
    transcripts = re.findall(r"```console\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert transcripts
    for transcript in transcripts:
        for part in re.split(r"^\$ ", transcript, flags=re.MULTILINE)[1:]:
            command, *wanted = part.rstrip().splitlines()
            assert command.startswith("ayni ")
            told = ayni(*command.split()[1:])
            assert told.status == 0
            assert _steady(told.out.splitlines()) == _steady(wanted)
