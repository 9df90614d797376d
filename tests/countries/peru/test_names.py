"""Names as they sound: what has one key, and what must keep its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ayni.countries.peru.errors import BadCountryData
from ayni.countries.peru.names import NameKeys
from ayni.foundation.country import Country


@pytest.mark.parametrize(
    "names",
    [
        ("Huamaní", "Guamani", "WAMANI", "huamanni"),
        ("Quispe", "Quizpe", "Kispe", "QUISPE", "Qispe"),
        ("Condori", "Kondori", "Ccondori"),
        ("Cecilia", "Sesilia", "Zesilia"),
        ("Vargas", "Bargas"),
        ("Ñahui", "Nahui", "Nawi"),
        ("Yupanqui", "Llupanqui", "Yupanki"),
        ("Sofía", "Sophia"),
        ("Hernán", "Ernan"),
        ("Jhon", "Jon"),
        ("Jenny", "Yenny", "Yeny", "Jeny"),
        ("María Elena", "Ma. Elena", "Mª Elena", "M° Elena", "MARIA ELENA"),
        ("De la Cruz", "Cruz", "Delacruz", "de la Crus"),
        ("Ximena", "Jimena", "Gimena"),
        ("D'Angelo", "Dangelo", "D´Angelo"),
        ("Mamani", "Mammani", "mamanní"),
        ("Ayma", "Aima"),
        ("Guillermo", "Gmo."),
    ],
)
def test_one_name_has_one_key_however_it_is_written(country: Country, names: tuple[str, ...]) -> None:
    assert len({country.name_key(name) for name in names}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Rojas", "Rosas"),
        ("Chavez", "Cabezas"),
        ("Guerra", "Huerta"),
        ("Juana", "Juan"),
        ("Luis", "Luisa"),
        ("Rosa Elena", "Elena Rosa"),
        ("Ríos", "Ruiz"),
        ("Peña", "Piña"),
        ("Choque", "Coque"),
        ("Guevara", "Jebara"),
    ],
)
def test_other_names_keep_their_own_keys(country: Country, one: str, other: str) -> None:
    assert country.name_key(one) != country.name_key(other)


@pytest.mark.parametrize("name", ["H", "Y", "de la", "Ha", "阿", "Иван", "A" * 200, "Ll"])
def test_every_name_with_a_letter_has_a_key(country: Country, name: str) -> None:
    assert country.name_key(name)


@given(st.text(max_size=60))
def test_a_key_is_words_with_single_spaces_for_any_text(country: Country, text: str) -> None:
    key = country.name_key(text)
    assert key == " ".join(key.split())
    assert bool(key) or not any(sign.isalpha() for sign in text)


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyzñáéíóúü ", max_size=40))
def test_capitals_do_not_change_a_key(country: Country, text: str) -> None:
    assert country.name_key(text.upper()) == country.name_key(text)


@pytest.mark.parametrize(
    "text",
    [
        "rules: []\nparticles: []\nabbreviations: {}\n",
        "source: x\nconfidence: H\nparticles: []\nabbreviations: {}\n",
        "source: x\nconfidence: H\nrules: [{from: a, to: b}]\nparticles: []\nabbreviations: {}\n",
        'source: x\nconfidence: H\nrules: [{from: "(", to: b, why: c}]\nparticles: []\nabbreviations: {}\n',
    ],
)
def test_rules_that_say_too_little_are_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "names.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BadCountryData):
        NameKeys(file)
