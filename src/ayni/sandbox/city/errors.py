"""Why a city can't be made up."""

from __future__ import annotations

from ayni.foundation.errors import AyniError, BadInput


class NotACity(BadInput):
    """Fewer than one person was asked for."""

    code = "not_a_city"
    what = "A city of {people} people can't be made."
    means = "No file was written."
    do = "Ask for one person or more."


class CityTooLarge(BadInput):
    """The series of a document has no numbers left for a year of birth."""

    code = "city_too_large"
    what = "There are only {available} numbers of the document {kind} for people born in {year}."
    means = "No file was written: numbers would have to be used twice."
    do = "Ask for fewer people."


class CannotWrite(AyniError):
    """The folder is missing, full or not ours."""

    code = "cannot_write"
    http_status = 500
    what = "The file {file} can't be written: {reason}."
    means = "A file of that name that was there before is unchanged."
    do = "Choose another place for it."
