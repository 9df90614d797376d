"""Builds the running system: which country, which modules, which channels. Only this file joins them."""

from __future__ import annotations

from importlib import import_module

from ayni.foundation.country import Country
from ayni.foundation.settings import BadSetting

MODULES = ("foundation", "identity", "ledger", "payments", "registry", "wallet", "programmes", "credit")
"""Modules that own tables, lowest layer first: the order of migration."""

_COUNTRIES = {"peru": "ayni.countries.peru"}


def load_country(name: str) -> Country:
    """The country pack called `name`; raises BadSetting for one that does not exist."""
    if name not in _COUNTRIES:
        raise BadSetting(name="AYNI_COUNTRY", reason=f"there are {', '.join(sorted(_COUNTRIES))}")
    country: Country = import_module(_COUNTRIES[name]).COUNTRY
    return country
