"""A made-up city looks like its profile, and its truth is true."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from ayni.countries.peru.city import profile
from ayni.sandbox import city
from ayni.values.city_profile import BadProfile, CityProfile, DocumentSeries
from tests.sandbox.drawn import (
    ON,
    PEOPLE,
    Drawn,
    age,
    folded,
    is_original,
    rows_of,
)

# Places and poverty


def test_districts_come_up_by_people_and_poverty(lima: Drawn) -> None:
    households = [members[0] for members in lima.households()]
    weights = {d.code: d.people * (profile().district_weight_floor + d.poor) for d in profile().districts}
    found = Counter(row["ubigeo"] for row in households)
    for code, weight in weights.items():
        expected = weight / sum(weights.values()) * len(households)
        assert abs(found[code] - expected) < 5 * (expected + 1) ** 0.5, code


def test_poor_districts_are_poor_in_the_file_too(lima: Drawn) -> None:
    poor, all_of_them = 0.0, 0
    for district in profile().districts:
        heads = [m[0] for m in lima.households() if m[0]["ubigeo"] == district.code and m[0]["household.cse"]]
        share = profile().class_shares(district)[0] / 10_000
        found = sum(row["household.cse"] != "no_pobre" for row in heads)
        assert abs(found - share * len(heads)) < 5 * (share * len(heads) + 1) ** 0.5, district.name
        poor, all_of_them = poor + found, all_of_them + len(heads)
    assert 0.25 < poor / all_of_them < 0.45


def test_a_class_has_its_day_and_some_households_have_none(lima: Drawn) -> None:
    heads = [members[0] for members in lima.households()]
    for row in heads:
        assert bool(row["household.cse"]) == bool(row["household.cse_on"])
        assert not row["household.cse_on"] or date.fromisoformat(row["household.cse_on"]) <= ON
    assert 0.03 < sum(not row["household.cse"] for row in heads) / len(heads) < 0.1


def test_income_per_head_keeps_to_the_poverty_lines(lima: Drawn) -> None:
    lines = {"pobre": profile().poverty_line_minor, "pobre_extremo": profile().extreme_line_minor}
    for members in lima.households():
        poverty = members[0]["household.cse"]
        if poverty in lines:
            income = sum(int(row["person.monthly_income_minor"] or 0) for row in members)
            # A member who is registered elsewhere too brings that income along.
            if len(members) == 1 or "other_relative" not in {row["relationship"] for row in members}:
                assert income / len(members) <= lines[poverty] or len(members) == 1


def test_the_poor_live_in_poorer_dwellings(lima: Drawn) -> None:
    floors: dict[str, Counter[str]] = defaultdict(Counter)
    for members in lima.households():
        floors[members[0]["household.cse"]][members[0]["household.floor"]] += 1
    earth = {poverty: count["earth"] / count.total() for poverty, count in floors.items()}
    assert earth["no_pobre"] < earth["pobre"] < earth["pobre_extremo"]


# Names, documents, telephones


def test_surnames_come_up_as_often_as_the_profile_says(lima: Drawn) -> None:
    indigenous = {name.text for name in profile().surnames if name.indigenous}
    heads = [members[0] for members in lima.households()]
    assert 0.15 < sum(row["first_surname"] in indigenous for row in heads) / len(heads) < 0.4
    assert Counter(row["first_surname"] for row in heads).most_common(1)[0][0] == "Quispe"


def test_indigenous_surnames_are_more_frequent_where_the_language_is(lima: Drawn) -> None:
    indigenous = {name.text for name in profile().surnames if name.indigenous}
    high = {d.code for d in profile().districts if d.second_language > 1_000}
    shares = {}
    for wanted in (True, False):
        rows = [row for row in lima.rows if (row["ubigeo"] in high) is wanted]
        shares[wanted] = sum(row["first_surname"] in indigenous for row in rows) / len(rows)
    assert shares[True] > shares[False] * 1.2


def test_no_document_is_there_twice_but_for_the_planted_ones(lima: Drawn) -> None:
    owners: dict[tuple[str, str], list[int]] = defaultdict(list)
    for number, row in enumerate(lima.rows):
        if row["document_number"]:
            owners[row["document_kind"], row["document_number"]].append(number)
    shared = [numbers for numbers in owners.values() if len(numbers) > 1]
    assert 0.0002 < len(shared) / PEOPLE < 0.003
    for first, second in shared:
        assert lima.truth[second]["kind"] == "duplicate"
        assert lima.truth[second]["person_key"] == lima.truth[first]["person_key"]


def test_documents_look_like_their_kind(lima: Drawn) -> None:
    kinds = Counter(row["document_kind"] for row in lima.rows)
    assert set(kinds) == {"DNI", "CE", "PTP", ""}
    for row in lima.rows:
        assert bool(row["document_kind"]) == bool(row["document_number"])
        if row["document_kind"]:
            digits = 8 if row["document_kind"] == "DNI" else 9
            assert row["document_number"].isascii()
            assert row["document_number"].isdigit()
            assert len(row["document_number"]) == digits
    assert 0.01 < kinds[""] / PEOPLE < 0.06


def test_telephones_are_mobile_and_shared_within_a_household_only(lima: Drawn) -> None:
    homes: dict[str, set[str]] = defaultdict(set)
    original = is_original(lima)
    for row in lima.rows:
        if row["phone"]:
            assert row["phone"].startswith("9")
            assert len(row["phone"]) == 9
            if original[id(row)]:
                homes[row["phone"]].add(row["household_code"])
    assert all(len(codes) == 1 for codes in homes.values())
    assert any(not row["phone"] and age(row) >= 18 for row in lima.rows)


# The truth


def test_the_truth_counts_what_the_summary_says(lima: Drawn) -> None:
    kinds = Counter(truth["kind"] for truth in lima.truth)
    summary = lima.summary
    assert kinds == {
        "duplicate": summary.duplicates,
        "twin": summary.twins,
        "sibling_lookalike": summary.sibling_lookalikes,
        "homonym": summary.homonyms,
        "original": PEOPLE
        - summary.duplicates
        - summary.twins
        - summary.sibling_lookalikes
        - summary.homonyms,
    }
    assert len({truth["person_key"] for truth in lima.truth}) == summary.humans
    assert len({row["household_code"] for row in lima.rows}) == summary.households
    assert sum(summary.by_class.values()) == summary.households
    assert sum(not row["document_number"] for row in lima.rows) == summary.without_document


def test_about_two_in_a_hundred_are_there_twice_in_another_household(lima: Drawn) -> None:
    pairs = lima.pairs("duplicate")
    assert 0.015 < len(pairs) / PEOPLE < 0.025
    assert all(a["household_code"] != b["household_code"] for a, b in pairs)
    for truth in lima.truth:
        if truth["kind"] == "duplicate":
            assert truth["resembles"] == truth["person_key"]


def test_every_duplicate_differs_from_its_original_but_not_beyond_recognition(lima: Drawn) -> None:
    for original, again in lima.pairs("duplicate"):
        assert original["sex"] == again["sex"]
        assert (
            original["birth_on"] == again["birth_on"]
            or folded(original, "given_names") == folded(again, "given_names")
            or folded(original, "first_surname", "second_surname")
            & folded(again, "first_surname", "second_surname")
        )
    written = ("first_surname", "second_surname", "given_names", "birth_on", "document_number", "phone")
    identical = sum(all(a[name] == b[name] for name in written) for a, b in lima.pairs("duplicate"))
    assert identical <= len(lima.pairs("duplicate")) * 0.03


def test_twins_share_day_and_surnames_and_not_the_name(lima: Drawn) -> None:
    assert lima.pairs("twin")
    for first, second in lima.pairs("twin"):
        assert (first["birth_on"], first["first_surname"]) == (second["birth_on"], second["first_surname"])
        assert first["household_code"] == second["household_code"]
        assert first["given_names"] != second["given_names"]


def test_brothers_and_sisters_who_look_alike_share_a_name(lima: Drawn) -> None:
    assert lima.pairs("sibling_lookalike")
    for first, second in lima.pairs("sibling_lookalike"):
        assert set(first["given_names"].split()) & set(second["given_names"].split())
        assert first["given_names"] != second["given_names"]


def test_homonyms_are_strangers_of_one_name(lima: Drawn) -> None:
    assert lima.pairs("homonym")
    for first, second in lima.pairs("homonym"):
        names = ("first_surname", "second_surname", "given_names", "sex")
        assert [first[n] for n in names] == [second[n] for n in names]
        assert first["household_code"] != second["household_code"]
        assert not first["document_number"] or first["document_number"] != second["document_number"]


# The profile


@pytest.mark.parametrize(
    "changes",
    [
        {"districts": ()},
        {"surnames": ()},
        {"given_names": {"female": profile().given_names["female"]}},
        {"structures": {"couple": (1, 1, 1)}},
        {"national_documents": ()},
        {
            "national_documents": (
                DocumentSeries("A", 1, 9, 1, 1900, 1950),
                DocumentSeries("A", 9, 20, 2, 1951, 2030),
            )
        },
        {
            "national_documents": (
                DocumentSeries("A", 1, 8, 1, 1900, 1950),
                DocumentSeries("A", 9, 20, 2, 1952, 2030),
            )
        },
        {"districts": (replace(profile().districts[0], extreme=9_000),)},
    ],
)
def test_a_profile_that_makes_no_sense_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(BadProfile):
        replace(profile(), **changes)


def test_a_city_of_one_district_and_few_names_can_be_drawn(tmp_path: Path) -> None:
    lima = profile()
    few: CityProfile = replace(
        lima,
        districts=lima.districts[:1],
        surnames=lima.surnames[:1],
        given_names={sex: names[:2] for sex, names in lima.given_names.items()},
    )
    summary = city.generate(people=300, seed=1, profile=few, out=tmp_path / "p.csv", on=ON)
    assert {row["ubigeo"] for row in rows_of(summary.padron)} == {"150101"}
