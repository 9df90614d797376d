"""Files that an operator names, read and written as a whole."""

from __future__ import annotations

from pathlib import Path

from ayni.foundation.errors import BadInput


class UnusableFile(BadInput):
    """A file that cannot be read or written."""

    code = "unusable_file"
    what = "The file {file} cannot be used: {reason}."
    means = "It was neither read nor written."
    do = "Check its name, and who may read and write it; then do the same again."


def read_file(path: Path) -> bytes:
    """What is in a file. Raises UnusableFile."""
    try:
        return path.read_bytes()
    except (OSError, ValueError) as error:
        raise UnusableFile(file=path, reason=_why(error)) from error


def read_text(path: Path) -> str:
    """A file as text. Raises UnusableFile."""
    try:
        return read_file(path).decode("utf-8")
    except UnicodeDecodeError as error:
        raise UnusableFile(file=path, reason="it is not text in UTF-8") from error


def write_file(path: Path, content: bytes) -> None:
    """Write a file, and the folder that it is in if there is none. Raises UnusableFile."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except (OSError, ValueError) as error:
        raise UnusableFile(file=path, reason=_why(error)) from error


def _why(error: OSError | ValueError) -> str:
    return (getattr(error, "strerror", None) or "it is no name for a file").lower()
