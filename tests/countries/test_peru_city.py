"""What the sandbox knows of Lima, against facts that can be checked elsewhere."""

from __future__ import annotations

import re

from ayni.countries.peru.city import profile


def test_lima_has_its_43_districts() -> None:
    codes = [district.code for district in profile().districts]
    assert codes == [f"1501{n:02d}" for n in range(1, 44)]


def test_lima_has_about_eight_and_a_half_million_people() -> None:
    assert 8_300_000 < sum(d.people for d in profile().districts) < 8_900_000


def test_san_juan_de_lurigancho_is_the_largest_district_and_pucusana_the_poorest() -> None:
    assert max(profile().districts, key=lambda d: d.people).name == "San Juan de Lurigancho"
    assert max(profile().districts, key=lambda d: d.poor).name == "Pucusana"


def test_chosica_speaks_the_most_quechua() -> None:
    assert max(profile().districts, key=lambda d: d.second_language).name == "Lurigancho"


def test_poverty_in_all_districts_together_is_the_citys() -> None:
    lima = profile()
    people = sum(d.people for d in lima.districts)
    poor = sum(d.people * lima.class_shares(d)[0] for d in lima.districts) / people
    extreme = sum(d.people * lima.class_shares(d)[1] for d in lima.districts) / people
    assert abs(poor - 2_760) < 10
    assert abs(extreme - 330) < 10


def test_surnames_and_given_names_are_many_and_well_formed() -> None:
    lima = profile()
    assert len(lima.surnames) >= 400
    assert all(len(lima.given_names[sex]) >= 280 for sex in ("female", "male"))
    for names in (lima.surnames, *lima.given_names.values()):
        texts = [name.text for name in names]
        assert all(name.weight > 0 for name in names)
        assert all(
            re.fullmatch(r"[A-ZÁÉÍÓÚÑ][a-záéíóúñü]+( (de|la|del|[A-ZÁÉÍÓÚÑ][a-záéíóúñü]+))*", t)
            for t in texts
        )
        assert not [text for text in texts if texts.count(text) > 1]


def test_andean_surnames_are_marked() -> None:
    andean = {name.text for name in profile().surnames if name.indigenous}
    assert {"Quispe", "Mamani", "Huamán", "Condori", "Choque", "Ccori", "Apaza", "Huanca"} <= andean
    assert not {"García", "Flores", "Rodríguez"} & andean


def test_documents_cover_every_year_of_birth_of_a_living_person() -> None:
    years = {y for s in profile().national_documents for y in range(s.born_from, s.born_until + 1)}
    assert set(range(1900, 2027)) <= years
    assert all(len(str(s.last)) <= s.digits for s in profile().national_documents)
