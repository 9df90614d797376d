"""A second little city with another hand's errors, so that nothing is fitted to the first one's.

Here a family is listed twice, by two offices: the second one forgets, types, hears names, and has other
addresses.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

_SURNAMES = """
Quispe Mamani Flores Huamán Sánchez Condori Rojas Choque Ramos Apaza Vilca Cruz Chávez Ccori Paucar
Yupanqui Ñahui Salas Tello Bravo Núñez Ochoa Poma Rímac Sulca Ticona Uribe Valdez Zárate Lazo Ibarra
Farfán Elguera Durand Carhuas Bellido Arce Gómez Jiménez Olaya Meza Lovera Quiñones Tipacti Alata Puma
Cárdenas Inga Soto Vera
"""
_FEMALE = """
María Rosa Luz Elena Ana Carmen Juana Teresa Flor Julia Gloria Nélida Yesenia Milagros Karina Sonia Delia
Hilda Victoria Ruth Norma Edith Zoila Irma Pilar Lidia Silvia Maribel Roxana Jessica
"""
_MALE = """
José Juan Luis Carlos Jorge Víctor Julio César Pedro Miguel Ángel Raúl Percy Wilder Édgar Hugo Félix
Rubén Walter Óscar Alberto Marcos Daniel Iván Nelson Wilmer Efraín Teodoro Saúl Elmer
"""
SURNAMES, FEMALE, MALE = _SURNAMES.split(), _FEMALE.split(), _MALE.split()


def names_of(sex: str) -> list[str]:
    return FEMALE if sex == "female" else MALE


@dataclass(frozen=True)
class Resident:
    """One row of a list. `human` is the truth, and `kind` why somebody may be mistaken for somebody else."""

    human: int
    household: str
    given_names: str
    first_surname: str | None
    second_surname: str | None
    birth_on: date | None
    sex: str
    document_kind: str | None
    document_number: str | None
    phone: str | None
    district_code: str
    address_line: str
    birth_estimated: bool = False
    kind: str = "nobody"


class OtherCity:
    """Draws families, and writes some of their members down again."""

    def __init__(self, seed: int) -> None:
        self.dice = Random(seed)
        self.rows: list[Resident] = []
        self.humans = self.households = 0
        self.weights = [1 / (n + 3) for n in range(len(SURNAMES))]

    def build(self, families: int, again: int = 6) -> list[Resident]:
        """That many families; `again` hundredths of the people are listed once more."""
        for _ in range(families):
            self.family()
        humans = list(self.rows)
        for person in self.dice.sample(humans, len(humans) * again // 100):
            self.rows.append(self.anew(person))
        self.dice.shuffle(self.rows)
        return self.rows

    def surname(self) -> str:
        return self.dice.choices(SURNAMES, self.weights)[0]

    def given(self, sex: str, number: int = 2) -> str:
        return " ".join(self.dice.sample(names_of(sex), number))

    def family(self) -> None:
        dice, self.households = self.dice, self.households + 1
        code = f"A{self.households}"
        where = (f"1501{dice.randint(1, 43):02d}", f"Jr. Los {dice.choice(FEMALE)} {dice.randint(1, 999)}")
        phone = f"+519{dice.randint(0, 99_999_999):08d}"
        father = self.person(
            code, "male", self.surname(), self.surname(), dice.randint(1945, 1999), phone, where
        )
        mother = self.person(
            code, "female", self.surname(), self.surname(), dice.randint(1945, 1999), phone, where
        )
        names = (str(father.first_surname), str(mother.first_surname))
        child: Resident | None = None
        for _ in range(dice.choice((0, 1, 2, 2, 3, 4))):
            sex = dice.choice(("female", "male"))
            if child and child.kind != "twin" and child.document_number and dice.random() < 0.08:
                # A twin, whose document was issued right after the first one's.
                own = self.dice.choice(
                    [name for name in names_of(child.sex) if name not in child.given_names]
                )
                shared = f"{child.given_names.split()[0]} {own}"
                number = f"{int(child.document_number) + 1:08d}"
                self.humans += 1
                twin = replace(
                    child, human=self.humans, given_names=shared, document_number=number, kind="twin"
                )
                self.rows.append(twin)
                child = twin
                continue
            child = self.person(code, sex, *names, dice.randint(1975, 2024), phone, where)
            if sex == "male" and dice.random() < 0.1:
                self.rows[-1] = child = replace(child, given_names=father.given_names, kind="junior")
            elif dice.random() < 0.1:
                first = (father if sex == "male" else mother).given_names.split()[0]
                self.rows[-1] = child = replace(
                    child, given_names=f"{first} {self.given(sex, 1)}", kind="namesake"
                )
        if dice.random() < 0.05:
            # A stranger of the same names in the same district.
            like = dice.choice(self.rows)
            year = like.birth_on.year + dice.randint(-4, 4) if like.birth_on else 1980
            other = self.person(
                code, like.sex, str(like.first_surname), str(like.second_surname), year, phone, where
            )
            self.rows[-1] = replace(
                other, given_names=like.given_names, district_code=like.district_code, kind="homonym"
            )

    def person(
        self, code: str, sex: str, first: str, second: str, year: int, phone: str, where: tuple[str, str]
    ) -> Resident:
        self.humans += 1
        dice = self.dice
        born = date(min(year, 2024), 1, 1) + timedelta(days=dice.randint(0, 364))
        number = f"{dice.randint(10_000_000, 79_999_999)}" if dice.random() < 0.95 else None
        given = self.given(sex, 1 if dice.random() < 0.25 else 2)
        kind = "DNI" if number else None
        self.rows.append(
            Resident(self.humans, code, given, first, second, born, sex, kind, number, phone, *where)
        )
        return self.rows[-1]

    def anew(self, person: Resident) -> Resident:
        """The same human as the second office has them."""
        dice, self.households = self.dice, self.households + 1
        draw = dice.random()
        changes: dict[str, object] = {"kind": "again"}
        if draw < 0.55:
            changes |= {"household": f"B{self.households}", "address_line": f"Mz {dice.randint(1, 99)} Lt 4"}
            changes |= {"district_code": f"1501{dice.randint(1, 43):02d}"}
        elif draw < 0.9:
            changes |= {
                "household": f"B{self.households}",
                "address_line": person.address_line.upper() + "-A",
            }
        changes |= self.number_anew(person)
        if dice.random() < 0.4:
            changes["phone"] = f"+519{dice.randint(0, 99_999_999):08d}" if dice.random() < 0.7 else None
        anew = replace(person, **changes)  # type: ignore[arg-type]
        for _ in range(dice.choice((1, 1, 2, 2, 3))):
            mistake = dice.choice((self.letter, self.letter, self.names, self.surnames, self.born))
            anew = mistake(anew)
        return anew

    def number_anew(self, person: Resident) -> dict[str, object]:
        number, dice = person.document_number, self.dice
        draw = dice.random()
        if number is None or draw < 0.35:
            return {"document_number": None, "document_kind": None}
        at = dice.randint(1, 6)
        if draw < 0.6:
            return {"document_number": number[:at] + number[at + 1] + number[at] + number[at + 2 :]}
        if draw < 0.85:
            return {"document_number": number[:at] + str((int(number[at]) + 3) % 10) + number[at + 1 :]}
        if draw < 0.95:
            return {"document_number": number[:at] + number[at + 1 :]}
        return {"document_number": f"00{dice.randint(1_000_000, 9_999_999)}", "document_kind": "CE"}

    def letter(self, person: Resident) -> Resident:
        """One letter more, less, or another, in one of the names."""
        field = self.dice.choice(("given_names", "first_surname", "second_surname"))
        text = getattr(person, field)
        if not text or len(text) < 4:
            return person
        at = self.dice.randint(1, len(text) - 1)
        put = self.dice.choice(("", text[at] * 2, self.dice.choice("aeioulnrs")))
        return replace(person, **{field: text[:at] + put + text[at + 1 :]})

    def names(self, person: Resident) -> Resident:
        first, _, rest = person.given_names.partition(" ")
        if not rest:
            return replace(person, given_names=person.given_names.upper())
        forms = (
            first,
            rest,
            f"{rest} {first}",
            f"{first} {rest[0]}.",
            f"{first[0]}. {rest}",
            f"{first}  {rest}",
        )
        return replace(person, given_names=self.dice.choice(forms))

    def surnames(self, person: Resident) -> Resident:
        first, second = person.first_surname, person.second_surname
        if not first or not second:
            return person
        forms = ((second, first), (first, None), (first, second[0]), (first.lower(), second.upper()))
        married = (first, f"{second} de {self.surname()}") if person.sex == "female" else (first, second)
        one, other = self.dice.choice((*forms, married))
        return replace(person, first_surname=one, second_surname=other)

    def born(self, person: Resident) -> Resident:
        born, dice = person.birth_on, self.dice
        if born is None:
            return person
        draw = dice.random()
        if draw < 0.15:
            return replace(person, birth_on=None)
        if draw < 0.35:
            return replace(person, birth_on=date(born.year + dice.randint(-1, 1), 1, 1), birth_estimated=True)
        if draw < 0.6 and born.day <= 12:
            return replace(person, birth_on=born.replace(month=born.day, day=born.month))
        if draw < 0.8:
            return replace(person, birth_on=born.replace(year=born.year - 10, day=min(born.day, 28)))
        return replace(person, birth_on=born.replace(day=born.day % 9 + 1 + 10 * (born.day // 10 % 2)))
