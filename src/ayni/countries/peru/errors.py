"""What this country pack refuses beyond the refusals that every country shares."""

from __future__ import annotations

from ayni.foundation.errors import AyniError, BadInput, NotFound


class BadCountryData(AyniError):
    """A data file of the country breaks a rule of its own format; found when it is loaded."""

    code = "bad_country_data"
    http_status = 500
    what = "{file}, {row}: {reason}."
    means = "The country was not loaded, so nothing that depends on its law can run."
    do = "Correct the row; the README beside the parameter files says how they are written."


class UnknownDistrict(NotFound):
    """No district of the city has this code, in either coding."""

    code = "unknown_district"
    what = "No district of the city has the code {district}."
    means = "The address could not be placed."
    do = "Use the six digits of the statistical or of the civil register's code."


class DayOutOfReach(BadInput):
    """A count of business days that leaves the calendar."""

    code = "day_out_of_reach"
    what = "Counting {days} business days from {on} leaves the calendar."
    means = "No day was found."
    do = "Count from a nearer day, at most {most} business days."
