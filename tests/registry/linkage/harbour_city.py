"""A third little city: a harbour district, copied from paper by machines and tired hands.

Three generations live in one house, cousins share surnames, newcomers have one surname and another kind of
document. The errors are those of reading machines and keyboards: digits that look alike, neighbouring keys,
names cut off, joined and put into the wrong column, and values that stand for "I do not know".
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from random import Random

from tests.registry.linkage.other_city import Resident

_SURNAMES = """
García Rodríguez López Torres Díaz Castillo Vásquez Guerrero Espinoza Aguilar Medina Palacios Bustamante
Olivares Samaniego Villanueva Zavaleta Carbajal Benavides Montoya Saavedra Arévalo Tuanama Shapiama Pacaya
Murayari Tapullima Ahuanari Cahuaza Isuiza Llerena Machaca Layme Chambi Huanca Ccallo Cutipa Pari Chura
Catacora De-la-Cruz Del-Águila De-los-Santos
"""
_FEMALE = """
Guadalupe Esperanza Consuelo Fátima Brenda Vanessa Katherine Leslie Mayra Shirley Xiomara Yolanda Beatriz
Cecilia Dora Estela Graciela Inés Jacinta Liliana Nancy Olga Patricia Rocío Susana Tania Úrsula Violeta
Wendy Zenobia
"""
_MALE = """
Abel Benjamín Cristian Dante Eduardo Fernando Gustavo Héctor Ismael Joaquín Kevin Leonardo Mauricio Nicolás
Orlando Pablo Ricardo Sebastián Tomás Ulises Vicente William Yonatan Zacarías Bruno Camilo Darío Esteban
Fidel Gonzalo
"""
_SEXES = ("male", "female")
SURNAMES, FEMALE, MALE = _SURNAMES.split(), _FEMALE.split(), _MALE.split()
_LOOKS = {"0": "8", "1": "7", "2": "7", "3": "8", "4": "9", "5": "6", "6": "5", "7": "1", "8": "3", "9": "4"}
_KEYS = {
    "a": "s", "b": "v", "c": "x", "d": "f", "e": "r", "i": "o", "l": "k", "m": "n", "n": "m", "o": "i",
    "p": "o", "r": "t", "s": "a", "t": "y", "u": "y", "v": "c", "z": "s",
}  # fmt: skip
NOBODYS_PHONE = "+51999999999"


class HarbourCity:
    """Draws houses, and copies some of who lives there a second time."""

    def __init__(self, seed: int) -> None:
        self.dice = Random(seed)
        self.rows: list[Resident] = []
        self.humans = self.houses = 0
        self.share = [1 / (n + 2) for n in range(len(SURNAMES))]

    def build(self, houses: int, again: int = 6) -> list[Resident]:
        """So many houses; of hundred people `again` are copied."""
        for _ in range(houses):
            self.house()
        for one in self.dice.sample(self.rows, len(self.rows) * again // 100):
            self.rows.append(self.copied(one))
        self.rows = [self.placeholders(one) for one in self.rows]
        self.dice.shuffle(self.rows)
        return self.rows

    def surname(self) -> str:
        return self.dice.choices(SURNAMES, self.share)[0].replace("-", " ")

    def house(self) -> None:
        dice, self.houses = self.dice, self.houses + 1
        where = (f"0701{dice.randint(1, 7):02d}", f"Psje. {dice.choice(FEMALE)} {dice.randint(1, 400)}")
        phone = f"+519{dice.randint(0, 99_999_999):08d}"
        old = [self.person(phone, where, sex, dice.randint(1940, 1960)) for sex in ("male", "female")]
        names = (str(old[0].first_surname), str(old[1].first_surname))
        for _ in range(dice.randint(1, 3)):
            uncle = self.person(
                phone, where, dice.choice(("male", "female")), dice.randint(1962, 1985), names
            )
            other = self.surname()
            cousins = (
                (str(uncle.first_surname), other)
                if uncle.sex == "male"
                else (other, str(uncle.first_surname))
            )
            for number in range(dice.choice((0, 1, 2, 3))):
                sex = dice.choice(("male", "female"))
                child = self.person(phone, where, sex, dice.randint(1990, 2022), cousins)
                if sex == uncle.sex and number == 0 and dice.random() < 0.15:
                    self.rows[-1] = replace(child, given_names=uncle.given_names, kind="junior")
                elif dice.random() < 0.03 and child.document_number:
                    self.humans += 1
                    own = dice.choice([name for name in self.names(sex) if name not in child.given_names])
                    self.rows.append(
                        replace(
                            child,
                            human=self.humans,
                            given_names=f"{child.given_names.split()[0]} {own}",
                            document_number=f"{int(child.document_number) + dice.randint(1, 2):08d}",
                            kind="twin",
                        )
                    )

    def names(self, sex: str) -> list[str]:
        return FEMALE if sex == "female" else MALE

    def person(
        self, phone: str, where: tuple[str, str], sex: str, year: int, surnames: tuple[str, str] | None = None
    ) -> Resident:
        dice = self.dice
        self.humans += 1
        newcomer = surnames is None and dice.random() < 0.1
        first, second = surnames or (self.surname(), None if newcomer else self.surname())
        kind = "CE" if newcomer else None if dice.random() < 0.06 else "DNI"
        number = (
            f"00{dice.randint(1_000_000, 9_999_999)}" if newcomer else str(dice.randint(10**7, 8 * 10**7))
        )
        self.rows.append(
            Resident(
                self.humans,
                f"C{self.houses}",
                " ".join(dice.sample(self.names(sex), dice.choice((1, 2, 2, 2, 3)))),
                first,
                second,
                date(year, 1, 1) + timedelta(days=dice.randint(0, 364)),
                sex,
                kind,
                number if kind else None,
                phone if dice.random() < 0.7 else None,
                *where,
            )
        )
        return self.rows[-1]

    def copied(self, one: Resident) -> Resident:
        """The same human from another sheet of paper: another house's number, often no telephone."""
        dice, self.houses = self.dice, self.houses + 1
        anew = replace(one, household=f"P{self.houses}", kind="copied")
        if dice.random() < 0.5:
            anew = replace(
                anew,
                address_line=f"A.H. {dice.choice(MALE)} Mz {dice.choice('ABCDEFG')}",
                district_code=f"0701{dice.randint(1, 7):02d}",
            )
        if dice.random() < 0.5:
            anew = replace(anew, phone=None)
        anew = replace(anew, **self.number(one))  # type: ignore[arg-type]
        for mistake in dice.sample(
            (self.key, self.cut, self.joined, self.column, self.born), dice.choice((1, 1, 2))
        ):
            anew = mistake(anew)
        return anew

    def number(self, one: Resident) -> dict[str, str | None]:
        number, draw = one.document_number, self.dice.random()
        if number is None or draw < 0.25:
            return {"document_kind": None, "document_number": None}
        at = self.dice.randrange(len(number))
        if draw < 0.65:
            return {"document_number": number[:at] + _LOOKS[number[at]] + number[at + 1 :]}
        if draw < 0.8:
            at = max(1, at)
            return {"document_number": number[: at - 1] + number[at] + number[at - 1] + number[at + 1 :]}
        return {}

    def key(self, one: Resident) -> Resident:
        """A neighbouring key in one name."""
        field = self.dice.choice(("given_names", "first_surname", "second_surname"))
        text = getattr(one, field) or ""
        places = [n for n, sign in enumerate(text) if n and sign in _KEYS]
        if not places:
            return one
        at = self.dice.choice(places)
        return replace(one, **{field: text[:at] + _KEYS[text[at]] + text[at + 1 :]})

    def cut(self, one: Resident) -> Resident:
        """The paper's column was too narrow."""
        return replace(
            one,
            given_names=one.given_names[:12].strip(),
            first_surname=(one.first_surname or "")[:8].strip() or None,
        )

    def joined(self, one: Resident) -> Resident:
        return replace(one, given_names=one.given_names.replace(" ", "", 1).upper())

    def column(self, one: Resident) -> Resident:
        """Both surnames in the first column, or one exchanged with the other."""
        if one.second_surname is None:
            return one
        if self.dice.random() < 0.5:
            return replace(one, first_surname=one.second_surname, second_surname=one.first_surname)
        return replace(one, first_surname=f"{one.first_surname} {one.second_surname}", second_surname=None)

    def born(self, one: Resident) -> Resident:
        born, dice = one.birth_on, self.dice
        if born is None:
            return one
        draw = dice.random()
        if draw < 0.3 and born.day <= 12:
            return replace(one, birth_on=born.replace(month=born.day, day=born.month))
        if draw < 0.6:
            return replace(one, birth_on=born.replace(day=int(_LOOKS[str(born.day % 10)]) % 9 + 1))
        if draw < 0.8:
            return replace(
                one, birth_on=born.replace(year=born.year + dice.choice((-1, 1)), day=min(born.day, 28))
            )
        return replace(one, birth_on=None)

    def placeholders(self, one: Resident) -> Resident:
        """What is written where nothing is known: by many, so that it says nothing."""
        draw = self.dice.random()
        if draw < 0.03:
            return replace(one, phone=NOBODYS_PHONE)
        if draw < 0.05:
            return replace(one, birth_on=date(1900, 1, 1))
        if draw < 0.07:
            return replace(one, document_kind="DNI", document_number="00000000")
        return one
