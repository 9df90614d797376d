"""The mapping file: how a foreign layout becomes ours. Described in docs/padron.md."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import yaml

from ayni.foundation.tabular.errors import AmbiguousColumns, BadCell, BadMapping
from ayni.foundation.tabular.sizes import find_obstacle

_KEYS = {
    "name",
    "delimiter",
    "encoding",
    "sheet",
    "on",
    "columns",
    "truth",
    "facts",
    "skip",
    "household_size",
}
_RULE_KEYS = {"from", "one_of", "value", "values", "as", "format", "default", "where"}
_YES = frozenset({"1", "1.0", "yes", "y", "true", "t", "si", "sí", "s", "x"})
_NO = frozenset({"0", "0.0", "no", "n", "false", "f", ""})

Convert = Callable[[str], str]


class _NotConvertible(Exception):
    """A clause in plain words, without the value."""


@dataclass(frozen=True)
class Rule:
    """How one column of ours is made from theirs."""

    column: str
    source: str | None = None
    one_of: tuple[tuple[str, str], ...] = ()
    constant: str | None = None
    values: dict[str, str] | None = None
    convert: Convert | None = None
    default: str = ""

    def sources(self) -> Iterable[str]:
        """The columns of theirs that it reads."""
        return [name for name, _ in self.one_of] if self.one_of else [self.source] if self.source else []

    def says_nothing(self, theirs: dict[str, str]) -> bool:
        """Whether a constant is left out, because the column of theirs that it goes with is empty."""
        return self.source is not None and not theirs[self.source].strip()

    def apply(self, theirs: dict[str, str], line: int) -> str:
        """Our value; raises BadCell or AmbiguousColumns."""
        if self.constant is not None:
            return "" if self.says_nothing(theirs) else self.constant
        if self.one_of:
            found = [ours for name, ours in self.one_of if theirs[name].strip().lower() in _YES]
            if len(found) > 1:
                raise AmbiguousColumns(line=line, column=self.column, found=len(found))
            return found[0] if found else self.default
        value = theirs[self.source or ""].strip()
        if not value:
            return self.default
        try:
            if self.values is not None:
                if value not in self.values:
                    raise _NotConvertible("a value that the mapping does not list")
                return self.values[value]
            return self.convert(value) if self.convert else value
        except _NotConvertible as error:
            raise BadCell(line=line, column=self.source, reason=str(error)) from None


@dataclass(frozen=True)
class Mapping:
    """A foreign layout. `facts` declares named facts of its own: {name: {type, meaning}}."""

    rules: tuple[Rule, ...]
    truth: tuple[Rule, ...] = ()
    delimiter: str | None = None
    encoding: str | None = None
    sheet: str | None = None
    skip: dict[str, frozenset[str]] = field(default_factory=dict)
    facts: dict[str, dict[str, str]] = field(default_factory=dict)
    household_size: str | None = None
    on: date | None = None

    def sources(self) -> tuple[str, ...]:
        """Every column of theirs that must be there."""
        named = [name for rule in self.rules + self.truth for name in rule.sources()]
        extra = [self.household_size] if self.household_size else []
        return tuple(dict.fromkeys([*named, *self.skip, *extra]))

    def skips(self, theirs: dict[str, str]) -> bool:
        """Whether this row is to be left out."""
        return any(theirs[name].strip() in values for name, values in self.skip.items())


def _yes_no(value: str) -> str:
    if value.lower() in _YES:
        return "yes"
    if value.lower() in _NO:
        return "no"
    raise _NotConvertible("neither yes nor no")


def _decimal(value: str) -> Decimal:
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise _NotConvertible("no number") from None
    if not number.is_finite() or abs(number.adjusted()) > 18:
        raise _NotConvertible("no number of a usable size")
    return number


def _integer(value: str) -> str:
    number = _decimal(value)
    if number != number.to_integral_value():
        raise _NotConvertible("no whole number")
    return str(int(number))


def _minor(value: str) -> str:
    """Whole units with two decimals become hundredths; a third decimal is refused, not rounded."""
    return _integer(str(_decimal(value) * 100))


def _age_years(on: date) -> Convert:
    def convert(value: str) -> str:
        years = int(_integer(value))
        if not 0 <= years <= 130:
            raise _NotConvertible("no age of a living person")
        # The middle of the year of births that gives this age on that day.
        return (on.replace(year=on.year - years, day=min(on.day, 28)) - timedelta(days=182)).isoformat()

    return convert


def _date(pattern: str) -> Convert:
    def convert(value: str) -> str:
        try:
            return datetime.strptime(value, pattern).date().isoformat()  # noqa: DTZ007
        except ValueError:
            raise _NotConvertible(f"no date of the form {pattern}") from None

    return convert


def _text(value: Any) -> str:
    """YAML reads digits as numbers: here all is the text that was meant."""
    return "" if value is None else str(value)


class _Yaml(yaml.SafeLoader):
    """YAML in which yes, no, on and off are words: they are what a mapping speaks of."""


_Yaml.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


class _Loader:
    def __init__(self, file: str) -> None:
        self.file = file

    def refuse(self, where: str, reason: str) -> BadMapping:
        return BadMapping(file=self.file, where=where, reason=reason)

    def table(self, raw: Any, where: str) -> dict[str, Any]:
        if raw is None:
            return {}
        if not isinstance(raw, dict):
            raise self.refuse(where, "expected names with a colon after each")
        return {_text(key): value for key, value in raw.items()}

    def rule(self, column: str, raw: Any, on: date | None) -> Rule:
        where = f"columns.{column}"
        said = {"from": raw} if isinstance(raw, str) else self.table(raw, where)
        if unknown := set(said) - _RULE_KEYS:
            raise self.refuse(where, f"unknown word {sorted(unknown)[0]}")
        if len(said.keys() & {"from", "one_of", "value"}) != 1:
            raise self.refuse(where, "exactly one of from, one_of and value is needed")
        if "where" in said and "value" not in said:
            raise self.refuse(where, "where goes with value: it names the column that must not be empty")
        if "value" in said:
            return Rule(column, constant=_text(said["value"]), source=_text(said.get("where")) or None)
        default = _text(said.get("default"))
        if "one_of" in said:
            group = self.table(said["one_of"], where)
            if not group:
                raise self.refuse(where, "one_of names no columns")
            return Rule(
                column, one_of=tuple((name, _text(ours)) for name, ours in group.items()), default=default
            )
        values = (
            {key: _text(v) for key, v in self.table(said["values"], where).items()}
            if "values" in said
            else None
        )
        convert = self.convert(where, said, on) if "as" in said else None
        return Rule(column, source=_text(said["from"]), values=values, convert=convert, default=default)

    def convert(self, where: str, said: dict[str, Any], on: date | None) -> Convert:
        kind = _text(said["as"])
        if kind == "age_years":
            if on is None:
                raise self.refuse(where, "age_years needs the day of the survey (on: 2025-05-01)")
            return _age_years(on)
        if kind == "date":
            return _date(_text(said.get("format", "%Y-%m-%d")))
        simple: dict[str, Convert] = {"yes_no": _yes_no, "integer": _integer, "minor": _minor}
        if kind not in simple:
            raise self.refuse(where, "as is one of age_years, date, integer, minor, yes_no")
        return simple[kind]

    def skip(self, raw: Any) -> dict[str, frozenset[str]]:
        return {
            name: frozenset(_text(v) for v in (values if isinstance(values, list) else [values]))
            for name, values in self.table(raw, "skip").items()
        }

    def facts(self, raw: Any) -> dict[str, dict[str, str]]:
        facts = {}
        for name, said in self.table(raw, "facts").items():
            facts[name] = {key: _text(v) for key, v in self.table(said, f"facts.{name}").items()}
            if set(facts[name]) != {"type", "meaning"}:
                raise self.refuse(f"facts.{name}", "a fact has a type and a meaning")
        return facts

    def mapping(self, raw: Any) -> Mapping:
        said = self.table(raw, "its start")
        if unknown := set(said) - _KEYS:
            raise self.refuse(sorted(unknown)[0], "unknown word")
        on = said.get("on")
        if on is not None and (not isinstance(on, date) or isinstance(on, datetime)):
            raise self.refuse("on", "expected a day such as 2025-05-01")
        columns = self.table(said.get("columns"), "columns")
        if not columns:
            raise self.refuse("columns", "no column is mapped")
        delimiter = _text(said.get("delimiter")) or None
        if delimiter is not None and (len(delimiter) != 1 or delimiter in '"\r\n'):
            raise self.refuse("delimiter", "one character")
        encoding = _text(said.get("encoding")) or None
        try:
            "".encode(encoding or "utf-8")
        except LookupError:
            raise self.refuse("encoding", "no encoding has this name") from None
        return Mapping(
            rules=tuple(self.rule(name, rule, on) for name, rule in columns.items()),
            truth=tuple(self.rule(name, r, on) for name, r in self.table(said.get("truth"), "truth").items()),
            delimiter=delimiter,
            encoding=encoding,
            sheet=_text(said.get("sheet")) or None,
            skip=self.skip(said.get("skip")),
            facts=self.facts(said.get("facts")),
            household_size=_text(said.get("household_size")) or None,
            on=on,
        )


def load_mapping(path: Path) -> Mapping:
    """The mapping in a YAML file; raises BadMapping, which names the place."""
    loader = _Loader(path.name)
    obstacle = find_obstacle(path)
    if obstacle is not None:
        raise loader.refuse("its start", obstacle)
    try:
        raw = yaml.load(path.read_text(encoding="utf-8"), Loader=_Yaml)  # noqa: S506
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        raise loader.refuse(f"line {mark.line + 1}" if mark else "its start", "not YAML") from None
    return loader.mapping(raw)
