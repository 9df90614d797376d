"""Reads tables that other people made: CSV in any usual encoding and delimiter, XLSX, foreign layouts.

`read_rows(path, mapping)` streams a file of any size. What makes the whole file unusable is raised; what
is wrong with one row comes with that row, so that the others can be used. `docs/padron.md` describes the
mapping file.
"""

from ayni.foundation.tabular.errors import (
    AmbiguousColumns,
    BadCell,
    BadMapping,
    BadRow,
    BrokenQuotes,
    DuplicateColumns,
    EmptyTable,
    HiddenSheet,
    MissingColumns,
    NulCharacter,
    RepeatedHeader,
    TableNotOpened,
    TooLong,
    Undecodable,
    UnknownSheet,
    UnusableTable,
    WhichSheet,
    WrongCellCount,
)
from ayni.foundation.tabular.guarding import guarded, unguarded
from ayni.foundation.tabular.mapping import Mapping, load_mapping
from ayni.foundation.tabular.reader import Row, Table, check_table_file, open_table, read_rows
from ayni.foundation.tabular.sizes import MAX_COLUMNS, MAX_FIELD, MAX_RECORD, list_some

__all__ = [
    "MAX_COLUMNS",
    "MAX_FIELD",
    "MAX_RECORD",
    "AmbiguousColumns",
    "BadCell",
    "BadMapping",
    "BadRow",
    "BrokenQuotes",
    "DuplicateColumns",
    "EmptyTable",
    "HiddenSheet",
    "Mapping",
    "MissingColumns",
    "NulCharacter",
    "RepeatedHeader",
    "Row",
    "Table",
    "TableNotOpened",
    "TooLong",
    "Undecodable",
    "UnknownSheet",
    "UnusableTable",
    "WhichSheet",
    "WrongCellCount",
    "check_table_file",
    "guarded",
    "list_some",
    "load_mapping",
    "open_table",
    "read_rows",
    "unguarded",
]
