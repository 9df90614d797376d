"""What the registry refuses. Refusals of single rows of a file are in its report (`formats.REASONS`)."""

from __future__ import annotations

from typing import Any

from ayni.foundation.errors import BadInput, NotFound, Refused


class UnknownColumns(BadInput):
    """A file has columns that are neither ours nor declared facts."""

    code = "unknown_columns"
    what = "The file has columns that are not known: {columns}."
    means = "Nothing was imported, because what they say would have been lost."
    do = "Correct their names, remove them, or declare them under facts: in a mapping file (docs/padron.md)."


class ReportNotWritable(BadInput):
    """There is no place for the report; found before anything is read."""

    code = "report_not_writable"
    what = "The report can't be written to {path}: {reason}."
    means = "Nothing was read and nothing was imported."
    do = "Name a file in a folder that is there and may be written (--report), other than the list itself."


class ReportLost(Refused):
    """The rows are in, and the disk then said no."""

    code = "report_lost"
    http_status = 500
    what = "The rows were imported, but the report could not be written to {path}: {reason}."
    means = "What was not used is told nowhere yet. No row of the list is lost or doubled."
    do = "Make room, and import the same list again: it changes nothing, and writes the report."


class FactDeclaredOtherwise(Refused):
    """A fact's type never changes."""

    code = "fact_declared_otherwise"
    what = "The fact {fact} is already declared, with the type {type}."
    means = "Nothing was done. What was recorded under this name keeps its meaning."
    do = "Use another name, or the type that it has."


class BadFactDeclaration(BadInput):
    """A declaration that cannot be understood."""

    code = "bad_fact_declaration"
    what = "The fact {fact} cannot be declared: {reason}."
    means = "Nothing was done."
    do = "Write person.name or household.name in small letters, with a type and a meaning."


class FactRefused(BadInput):
    """A fact without a declared name, or with a value of another type."""

    code = "fact_refused"
    what = "The fact {fact} is not declared, or its value is not of its type."
    means = "Nothing was recorded."
    do = "Compare it with the list of facts (registry_api.fact_names)."


class ListNotWritable(BadInput):
    """There is no place for the list."""

    code = "list_not_writable"
    what = "The list cannot be written to {path}: {reason}."
    means = "There is no list."
    do = "Name a new .csv or .xlsx in a folder that is there, or add --replace."


class ObservedInFuture(BadInput):
    """Nothing is observed before it happens."""

    code = "observed_in_future"
    what = "The day {on} has not come yet."
    means = "Nothing was recorded."
    do = "Give the day on which it was observed."


class ImportAlreadyRunning(Refused):
    """One import at a time."""

    code = "import_already_running"
    what = "Another import is running."
    means = "Nothing was read."
    do = "Wait until it has ended, and start this one again."


class UnknownHousehold(NotFound):
    """No such household."""

    code = "unknown_household"
    what = "There is no such household."
    means = "Nothing was done."
    do = "Look it up again by its code or by a member."


class HouseholdCodeTaken(Refused):
    """A source's code belongs to one household."""

    code = "household_code_taken"
    what = "This source has already given this code to a household."
    means = "No household was registered."
    do = "Use the household that exists, or another code."


class HouseholdRefused(BadInput):
    """A household or membership cannot be stored as it is."""

    code = "household_refused"
    what = "This cannot be registered: {rule}."
    means = "Nothing was done."
    do = "Correct it, and send the request again."


class AlreadyInHousehold(Refused):
    """A person belongs to one household at a time."""

    code = "already_in_household"
    what = "This person belongs to {household} on that day, as {role}, since {since}."
    means = "Nobody was added to a household."
    do = "Move the person, or end the other membership first, with its last day."

    def __init__(self, **numbers: Any) -> None:
        usual = {"household": "another household", "role": "a member", "since": "an earlier day"}
        super().__init__(**{**usual, **numbers})


class HouseholdHasHead(Refused):
    """A household has one head at a time."""

    code = "household_has_head"
    what = "This household has a head on that day."
    means = "Nobody was added to the household."
    do = "End the membership of the head first, or give this person another role."


class NotInHousehold(Refused):
    """There is no present membership to end."""

    code = "not_in_household"
    what = "This person belongs to no household at present."
    means = "Nothing was ended."
    do = "Look up where the person lived, and on which days."


class EndsBeforeItBegan(BadInput):
    """A membership's last day lies before its first."""

    code = "ends_before_it_began"
    what = "The last day lies before the first day of this membership."
    means = "Nothing was ended."
    do = "Give a later day; for a membership that was a mistake, the day before its first."


class UnknownPair(NotFound):
    """Nobody suspects these two."""

    code = "unknown_pair"
    what = "These two files are not among the suspected duplicates."
    means = "Nothing was decided."
    do = "Look at the list (ayni duplicates list); or put the two forward: ayni duplicates put-forward"


class PairRefused(BadInput):
    """A pair or a verdict that cannot be stored as it is."""

    code = "pair_refused"
    what = "This cannot be recorded: {rule}."
    means = "Nothing was recorded."
    do = "Correct it, and send the request again."


class AlreadyDecided(Refused):
    """Somebody was first, or it is long decided."""

    code = "already_decided"
    what = "{who} decided on {on} that these two are: {verdict}."
    means = "Your verdict was not recorded; theirs holds."
    do = "If it is wrong, take it back with a reason (ayni duplicates undo), and decide again."


class NothingDecided(Refused):
    """There is no verdict to take back."""

    code = "nothing_decided"
    what = "Nobody has decided yet whether these two are the same."
    means = "Nothing was taken back."
    do = "Decide it: same, different or unsure."


class ContradictsVerdict(Refused):
    """A verdict that cannot be true together with another."""

    code = "contradicts_verdict"
    what = "By another verdict these are {said}: {low} and {high}."
    means = "Your verdict was not recorded: both cannot be right."
    do = "Look at that pair, and take back the verdict that is wrong."


class LinkageNotInstalled(Refused):
    """Duplicates are sought by likeness with packages that are installed only where they are wanted."""

    code = "linkage_not_installed"
    http_status = 501
    what = "The packages that compare people by likeness (splink, DuckDB) are not installed here."
    means = "Nobody was compared. Duplicates that rules find at import are found all the same."
    do = "Install the group `linkage` (uv sync --group linkage), and ask again."


class NotEnoughMemory(Refused):
    """A search for duplicates needs more memory than it was allowed, in spite of what it put on disk."""

    code = "not_enough_memory"
    http_status = 507
    what = "{memory_mib} MiB of memory, or the disk behind it, were not enough to compare everybody."
    means = "Nothing was added to the queue."
    do = "Allow more memory, or make room on the disk for temporary files, and ask again."


class OwnHousehold(Refused):
    """Nobody decides on the household in which they live or lived."""

    code = "own_household"
    what = "This officer belongs or belonged to the household, or holds the same document as a member."
    means = "Nothing was done: nobody decides on their own household, whichever account they use."
    do = "Ask another officer to do it."


class NoSuchFlag(NotFound):
    """A flag that is not open."""

    code = "no_such_flag"
    what = "This household has no open flag {flag}."
    means = "Nothing was settled; perhaps somebody has settled it before."
    do = "Look at what is open: ayni household show"


class ReasonMissing(BadInput):
    """A change without a reason."""

    code = "reason_missing"
    what = "A change of a household needs a reason of 1 to 500 characters."
    means = "Nothing was done."
    do = "Say why, in a sentence, without names."


class UnknownClass(BadInput):
    """A class that the country's classification does not have."""

    code = "unknown_class"
    what = "There is no such socio-economic class; there are {known}."
    means = "Nothing was recorded."
    do = "Write it as the classification does."
