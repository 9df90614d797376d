"""The districts of Metropolitan Lima, found by either of their two codes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib.resources.abc import Traversable

from ayni.countries.peru.errors import BadCountryData, UnknownDistrict
from ayni.countries.peru.reader import CONFIDENCES, read_decimal, read_yaml
from ayni.countries.peru.units import BadUnit
from ayni.foundation.country import District

_CODE = re.compile("[0-9]{6}")


class Districts:
    """The list of districts, loaded and checked once."""

    def __init__(self, file: Traversable) -> None:
        data = read_yaml(file)
        if not data.get("source") or data.get("confidence") not in CONFIDENCES:
            raise BadCountryData(file=file.name, row="the file", reason="it lacks its source or confidence")
        if not isinstance(data.get("districts"), list):
            raise BadCountryData(file=file.name, row="the file", reason="it lacks the list of districts")
        self._by_code: dict[str, District] = {}
        found = []
        for number, line in enumerate(data["districts"], 1):
            try:
                district = _district(line)
            except BadUnit as error:
                raise BadCountryData(file=file.name, row=f"row {number}", reason=str(error)) from None
            for code in (district.code, district.register_code):
                if code in self._by_code:
                    raise BadCountryData(file=file.name, row=f"row {number}", reason=f"{code} stands twice")
                self._by_code[code] = district
            found.append(district)
        self._all = tuple(sorted(found, key=lambda district: district.code))

    def all(self) -> Sequence[District]:
        """Every district, by its statistical code."""
        return self._all

    def find(self, code: str) -> District | None:
        """The district with this INEI or RENIEC code, or None."""
        return self._by_code.get(code)

    def get(self, code: str) -> District:
        """The district with this INEI or RENIEC code; raises UnknownDistrict."""
        district = self.find(code)
        if district is None:
            raise UnknownDistrict(district=code if _CODE.fullmatch(str(code)) else "that was given")
        return district


def _district(line: object) -> District:
    if not isinstance(line, list) or len(line) != 6:
        raise BadUnit("a district is two codes, a name, latitude, longitude and poverty in per cent")
    code, register_code, name, *numbers = line
    if not all(isinstance(text, str) and _CODE.fullmatch(text) for text in (code, register_code)):
        raise BadUnit("a code is six digits in quotes")
    if not isinstance(name, str) or not name.strip():
        raise BadUnit("a district has a name")
    latitude, longitude, poverty = map(read_decimal, numbers)
    if not (abs(latitude) <= 90 and abs(longitude) <= 180 and 0 <= poverty <= 100):
        raise BadUnit("a position or a share is out of its range")
    return District(code, register_code, name, latitude, longitude, poverty.scaleb(-2))
