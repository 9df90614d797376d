"""Lima as the sandbox draws it: names, districts, households, dwellings; `city/*.yaml` tells the sources."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any

import yaml

from ayni.values.city_profile import (
    AddressForms,
    CityProfile,
    DistrictShare,
    DocumentSeries,
    NameShare,
)


def _read(name: str) -> dict[str, Any]:
    text = resources.files("ayni.countries.peru").joinpath("city").joinpath(name).read_text(encoding="utf-8")
    content: dict[str, Any] = yaml.safe_load(text)
    return content


def _districts() -> tuple[DistrictShare, ...]:
    return tuple(
        DistrictShare(d["code"], d["name"], d["people"], d["poor"], d["extreme"], d["quechua"])
        for d in _read("districts.yaml")["districts"]
    )


def _surnames() -> tuple[NameShare, ...]:
    return tuple(
        NameShare(text, weight, indigenous=group["andean"])
        for group in _read("surnames.yaml")["groups"]
        for text, weight in group["weights"].items()
    )


def _given_names() -> dict[str, tuple[NameShare, ...]]:
    groups = _read("given_names.yaml")["groups"]
    return {
        sex: tuple(
            NameShare(text, weight, mean_age)
            for group in groups
            if group["sex"] == sex
            for text, (weight, mean_age) in group["names"].items()
        )
        for sex in ("female", "male")
    }


def _by_class(table: dict[Any, list[int]]) -> dict[Any, tuple[int, int, int]]:
    return {name: (a, b, c) for name, (a, b, c) in table.items()}


@cache
def profile() -> CityProfile:
    """Lima's profile; every call gives the same object."""
    said = _read("people.yaml")
    papers, address = said["documents"], said["addresses"]
    return CityProfile(
        districts=_districts(),
        district_weight_floor=said["district_weight_floor"],
        surnames=_surnames(),
        given_names=_given_names(),
        respellings=tuple((a, b) for a, b in said["respellings"]),
        national_documents=tuple(
            DocumentSeries(kind=papers["national"], digits=papers["digits"], **series)
            for series in papers["series"]
        ),
        foreign_documents=tuple(DocumentSeries(**series) for series in papers["foreign"]),
        foreign_households=papers["foreign_households"],
        adults_without_document=papers["adults_without"],
        children_without_document=papers["children_without"],
        phone_prefix=said["phone"]["prefix"],
        phone_digits=said["phone"]["digits"],
        languages=(said["languages"][0], said["languages"][1]),
        addresses=AddressForms(
            streets=tuple(address["streets"]),
            street_names=tuple(address["street_names"]),
            settlements=tuple(address["settlements"]),
            settlement_names=tuple(address["settlement_names"]),
        ),
        poor=said["poor"],
        extreme=said["extreme"],
        poverty_line_minor=said["poverty_line_minor"],
        extreme_line_minor=said["extreme_line_minor"],
        classes=(said["classes"][0], said["classes"][1], said["classes"][2]),
        class_fact=said["class_fact"],
        class_on_fact=said["class_on_fact"],
        class_age_days=said["class_age_days"],
        unclassified=said["unclassified"],
        structures=_by_class(said["structures"]),
        children=_by_class(said["children"]),
        dwelling={fact: _by_class(kinds) for fact, kinds in said["dwelling"].items()},
        has=_by_class(said["has"]),
    )
