"""Programmes to try Ayni with: what a municipality of Lima might promise. Made up, and no law."""

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
