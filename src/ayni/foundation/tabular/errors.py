"""Why a table, or one row of it, can't be used. None of them carries what a cell says: it may be personal."""

from __future__ import annotations

from ayni.foundation.errors import BadInput


class UnusableTable(BadInput):
    """The file as a whole: missing, not a table, or not what its name says."""

    code = "unusable_table"
    what = "The file {file} can't be read as a table: {reason}."
    means = "Nothing was read."
    do = "Save it anew as CSV (UTF-8) or XLSX and try again."


class TableNotOpened(UnusableTable):
    """No such file, no right to read it, or something that is no file: a folder, a pipe, a device."""

    code = "table_not_opened"
    what = "The file {file} can't be opened: {reason}."
    do = "Check its name and who may read it; what comes through a pipe is written to a file first."


class EmptyTable(UnusableTable):
    """No header row."""

    code = "empty_table"
    what = "The file {file} is empty: it has no header row."
    do = "Check that the export finished, and that this is the right file."


class WhichSheet(UnusableTable):
    """Several sheets have something in them, and nobody guesses which is the list."""

    code = "which_sheet"
    what = "The workbook {file} has several sheets with something in them: {sheets}."
    do = "Name the one that holds the list (--sheet), or save it alone. Hidden sheets are not looked at."


class HiddenSheet(UnusableTable):
    """Only hidden sheets have something in them, and nobody guesses that one of them is meant."""

    code = "hidden_sheet"
    what = "In the workbook {file} only hidden sheets have something in them: {sheets}."
    do = "Name the one that holds the list (--sheet), or make it visible and save the workbook."


class UnknownSheet(UnusableTable):
    """No sheet of that name."""

    code = "unknown_sheet"
    what = "The workbook {file} has no sheet of that name; it has {sheets}."
    do = "Write the name as the workbook has it. A CSV file has no sheets."


class Undecodable(UnusableTable):
    """Bytes that are no text in the encoding that the rest of the file has."""

    code = "undecodable_table"
    what = "Line {line} of {file} is not text in {encoding}."
    do = "Save the file anew as UTF-8, or state its encoding in the mapping file."


class MissingColumns(UnusableTable):
    """The header lacks columns that are needed."""

    code = "missing_columns"
    what = "The file {file} lacks the column(s) {missing}."
    do = "Compare its first row with docs/padron.md, or write a mapping file for this layout."


class DuplicateColumns(UnusableTable):
    """Two columns with one name."""

    code = "duplicate_columns"
    what = "The file {file} has more than one column called {columns}."
    do = "Rename or remove one of them: nobody can say which is meant."


class BadMapping(BadInput):
    """A mapping file that does not say what to do."""

    code = "bad_mapping"
    what = "The mapping file {file} is not usable at {where}: {reason}."
    means = "Nothing was read."
    do = "Compare it with the description of the mapping file in docs/padron.md."


class BadRow(BadInput):
    """One row that can't be used; the rows around it can. `column` is empty where the whole row is meant."""

    code = "bad_row"
    what = "Line {line} can't be used."
    means = "This row was left out; the others were not touched."
    do = "Correct the row in its source and import the file again."


class WrongCellCount(BadRow):
    """More or fewer cells than the header has."""

    code = "wrong_cell_count"
    what = "Line {line} has {found} cells where the header has {expected}."


class RepeatedHeader(BadRow):
    """The header once more: two lists were put one below the other, or a page break was saved with them."""

    code = "repeated_header"
    what = "Line {line} is the header once more, and nobody."
    do = "Nothing is lost. Where two lists were joined, check that the lower one is whole."


class NulCharacter(BadRow):
    """A NUL character, which no text has."""

    code = "nul_character"
    what = "Line {line} has a NUL character in the column {column}."


class TooLong(BadRow):
    """A cell or a row longer than any true one."""

    code = "too_long"
    what = "Line {line} (to {until}) has a cell of more than {limit} characters in the column {column}."


class BrokenQuotes(BadRow):
    """A quotation mark that is opened and never closed, or closed in the middle of a cell."""

    code = "broken_quotes"
    what = "Line {line} (to {until}) has a quotation mark that does not close where a cell ends."


class BadCell(BadRow):
    """A cell that the mapping can't turn into ours."""

    code = "bad_cell"
    what = "Line {line} has in the column {column} {reason}."


class AmbiguousColumns(BadRow):
    """Several columns say yes where exactly one may."""

    code = "ambiguous_columns"
    what = "Line {line} says yes in {found} of the columns that make {column}, where one may."
