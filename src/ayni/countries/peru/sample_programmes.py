"""What to try Ayni with: programmes that a municipality of Lima might promise, and accounts at a bank.

Made up, and no law.
"""

from __future__ import annotations

from importlib.resources import files


def sample_programmes() -> dict[str, str]:
    """The programmes' YAML by code."""
    folder = files("ayni.countries.peru") / "samples"
    return {
        entry.name.removesuffix(".yaml"): entry.read_text(encoding="utf-8")
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith(".yaml")
    }


def sample_bank_accounts() -> tuple[str, str]:
    """A trust account and a shop's: two published examples of the interbank number, whose digits check."""
    return "01124100019000658270", "01136600010003254221"
