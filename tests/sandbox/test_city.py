"""A made-up city is the same for the same seed, hangs together like a real one, and its truth is true."""

from __future__ import annotations

import csv
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pytest

from ayni.countries.peru.city import profile
from ayni.foundation.tabular import read_rows
from ayni.sandbox import city
from ayni.values.city_profile import BadProfile, CityProfile, DocumentSeries

ON = date(2025, 5, 1)
PEOPLE = 12_000


@dataclass(frozen=True)
class Drawn:
    summary: city.Summary
    rows: list[dict[str, str]]
    truth: list[dict[str, str]]

    def households(self) -> Iterator[list[dict[str, str]]]:
        by_code: dict[str, list[dict[str, str]]] = defaultdict(list)
        for row in self.rows:
            by_code[row["household_code"]].append(row)
        yield from by_code.values()

    def pairs(self, kind: str) -> list[tuple[dict[str, str], dict[str, str]]]:
        """(the earlier row, the later one that resembles it)."""
        first = {}
        for truth, row in zip(self.truth, self.rows, strict=True):
            first.setdefault(truth["person_key"], row)
        return [
            (first[truth["resembles"]], row)
            for truth, row in zip(self.truth, self.rows, strict=True)
            if truth["kind"] == kind
        ]


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def draw(folder: Path, people: int, seed: int = 1, **changes: object) -> Drawn:
    summary = city.generate(
        people=people,
        seed=seed,
        profile=replace(profile(), **changes),
        out=folder / "padron.csv",
        on=ON,
    )
    return Drawn(summary, rows_of(summary.padron), rows_of(summary.truth))


@pytest.fixture(scope="module")
def lima(tmp_path_factory: pytest.TempPathFactory) -> Drawn:
    return draw(tmp_path_factory.mktemp("lima"), PEOPLE)


def born(row: dict[str, str]) -> date:
    return date.fromisoformat(row["birth_on"])


def age(row: dict[str, str]) -> int:
    return ON.year - born(row).year - ((ON.month, ON.day) < (born(row).month, born(row).day))


def years_between(older: dict[str, str], younger: dict[str, str]) -> float:
    return (born(younger) - born(older)).days / 365.2425


def is_original(drawn: Drawn) -> dict[int, bool]:
    return {id(row): truth["kind"] != "duplicate" for truth, row in zip(drawn.truth, drawn.rows, strict=True)}


def folded(row: dict[str, str], *names: str) -> set[str]:
    """What is written there, without accents and capitals."""
    texts = (unicodedata.normalize("NFD", row[name].lower()) for name in names)
    return {"".join(c for c in text if not unicodedata.combining(c)) for text in texts if text}


# The files


def test_the_same_seed_gives_the_same_bytes_and_another_seed_does_not(tmp_path: Path) -> None:
    made = []
    for name, seed in (("a", 7), ("b", 7), ("c", 8)):
        folder = tmp_path / name
        folder.mkdir()
        summary = draw(folder, 500, seed).summary
        made.append((summary.padron.read_bytes(), summary.truth.read_bytes()))
    assert made[0] == made[1]
    assert made[0][0] != made[2][0]


@pytest.mark.parametrize("people", [1, 2, 3, 50, 4_321])
def test_there_are_exactly_as_many_rows_as_asked(tmp_path: Path, people: int) -> None:
    drawn = draw(tmp_path, people)
    assert len(drawn.rows) == len(drawn.truth) == drawn.summary.people == people
    assert [truth["row"] for truth in drawn.truth] == [str(n) for n in range(1, people + 1)]


@pytest.mark.parametrize("people", [0, -5])
def test_a_city_without_people_is_refused(tmp_path: Path, people: int) -> None:
    with pytest.raises(city.NotACity, match=str(people)):
        draw(tmp_path, people)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_told_and_nothing_is_left(tmp_path: Path) -> None:
    with pytest.raises(city.CannotWrite, match="no such file"):
        draw(tmp_path / "none", 5)


def test_a_failure_leaves_the_file_of_before(tmp_path: Path) -> None:
    before = draw(tmp_path, 5).summary.padron.read_bytes()
    short = tuple(
        replace(s, last=s.first + 20 * (s.born_until - s.born_from)) for s in profile().national_documents
    )
    with pytest.raises(city.CityTooLarge):
        draw(tmp_path, 20_000, national_documents=short)
    assert (tmp_path / "padron.csv").read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 2


def test_progress_is_told_and_ends_at_all(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    city.generate(
        people=12_000,
        seed=1,
        profile=profile(),
        out=tmp_path / "p.csv",
        on=ON,
        progress=lambda done, of: told.append((done, of)),
    )
    assert told == sorted(told)
    assert len(told) >= 2
    assert told[-1] == (12_000, 12_000)


def test_the_registrys_reader_reads_it(lima: Drawn) -> None:
    needed = ["household_code", "first_surname", "given_names"]
    assert [row.values for row in read_rows(lima.summary.padron, needed=needed)] == lima.rows


def test_every_identity_is_marked_as_made_up(lima: Drawn) -> None:
    assert {row["person.synthetic_identity"] for row in lima.rows} == {"yes"}


# Households


def test_each_household_begins_with_its_only_head(lima: Drawn) -> None:
    for members in lima.households():
        assert [row["relationship"] == "head" for row in members] == [True] + [False] * (len(members) - 1)


def test_facts_of_a_household_agree_on_all_of_its_rows(lima: Drawn) -> None:
    shared = [name for name in lima.rows[0] if name.startswith("household") or name in ("ubigeo", "address")]
    for members in lima.households():
        assert len({tuple(row[name] for name in shared) for row in members}) == 1


def test_children_are_15_to_50_years_younger_than_both_parents(lima: Drawn) -> None:
    original, checked = is_original(lima), 0
    for members in lima.households():
        parents = [row for row in members if row["relationship"] in ("head", "spouse") and original[id(row)]]
        for child in members:
            if child["relationship"] == "child" and original[id(child)]:
                for parent in parents:
                    assert 15 <= years_between(parent, child) <= 50.1, (parent, child)
                    checked += 1
            if child["relationship"] == "parent" and original[id(child)]:
                assert 15 <= years_between(child, members[0]) <= 50.1
    assert checked > PEOPLE / 4


def test_children_bear_the_first_surnames_of_their_father_and_mother(lima: Drawn) -> None:
    original, checked = is_original(lima), 0
    for members in lima.households():
        pair = {row["sex"]: row for row in members if row["relationship"] in ("head", "spouse")}
        for child in members:
            if child["relationship"] != "child" or not original[id(child)]:
                continue
            if len(pair) == 2:
                expected = (pair["male"]["first_surname"], pair["female"]["first_surname"])
                assert (child["first_surname"], child["second_surname"]) == expected
                checked += 1
            else:
                mother = pair["female"]["first_surname"]
                assert mother in (child["first_surname"], child["second_surname"])
    assert checked > PEOPLE / 6


def test_a_wife_keeps_her_own_surnames(lima: Drawn) -> None:
    couples = [
        (members[0], members[1])
        for members in lima.households()
        if len(members) > 1 and members[1]["relationship"] == "spouse"
    ]
    same = sum(a["first_surname"] == b["first_surname"] for a, b in couples)
    assert same < len(couples) * 0.05


def test_households_are_about_as_large_as_limas(lima: Drawn) -> None:
    sizes = [len(members) for members in lima.households()]
    assert 3.1 < sum(sizes) / len(sizes) < 3.8
    assert max(sizes) <= 16


def test_nobody_is_unborn_or_older_than_people_become(lima: Drawn) -> None:
    assert all(0 <= age(row) <= 108 for row in lima.rows)


def test_young_and_old_are_there(lima: Drawn) -> None:
    shares = Counter("child" if age(r) < 18 else "old" if age(r) >= 65 else "adult" for r in lima.rows)
    assert 0.25 < shares["child"] / PEOPLE < 0.42
    assert 0.05 < shares["old"] / PEOPLE < 0.15


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
