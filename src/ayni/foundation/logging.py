"""Logs: one JSON object a line on standard error, and never a person in it.

Only fields that are named here are written, and each only in its own narrow form. Free text is not written at
all: an exception appears as its class, its code and the places it passed, never with its message, because
messages quote what people typed. Other libraries' records keep their logger's name and level only.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import traceback
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import Any, TextIO

import structlog

_NAME = re.compile(r"[A-Za-z_][A-Za-z_.<>-]*[A-Za-z_0-9.<>-]{0,3}")
_ID = re.compile(r"[a-z]{2,5}_[0-9a-hjkmnp-tv-z]{26}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
_CODE = re.compile(r"[A-Z0-9]{5}")
_WITHHELD = "[withheld]"
_LONGEST_NAME = 100

_FIELDS = {
    **dict.fromkeys(
        [
            "event",
            "level",
            "source",
            "job",
            "module",
            "invariant",
            "code",
            "error",
            "constraint",
            "table",
            "schema",
            "action",
            "purpose",
            "signal",
            "channel",
            "country",
            "database",
        ],
        _NAME,
    ),
    **dict.fromkeys(("actor", "account", "transfer", "programme", "cycle", "subject_id"), _ID),
    "at": _TIME,
    "sqlstate": _CODE,
}
_NUMBERS = frozenset(
    [
        "job_number",
        "attempt",
        "count",
        "violations",
        "seconds",
        "milliseconds",
        "pid",
        "port",
        "status",
        "version",
        "worker",
        "exit_code",
    ]
)
_MOST = 10_000_000
"""A count above this may be a document number, so it is not written."""


def clean(fields: Mapping[str, Any]) -> dict[str, Any]:
    """What of `fields` may be written: known names, each in its own form; the rest is counted."""
    kept: dict[str, Any] = {}
    dropped = 0
    for key, value in fields.items():
        if key == "stack" and isinstance(value, list):
            kept[key] = [_place(place) for place in value]
        elif key in _NUMBERS and isinstance(value, int) and abs(value) < _MOST:
            kept[key] = value
        elif key in _FIELDS:
            fits = isinstance(value, str) and len(value) <= _LONGEST_NAME and _FIELDS[key].fullmatch(value)
            kept[key] = value if fits else _WITHHELD
        else:
            dropped += 1
    if dropped:
        kept["withheld"] = dropped
    return kept


def _place(text: object) -> str:
    found = isinstance(text, str) and re.fullmatch(r"[\w.-]+\.py:\d{1,6}:[\w<>]+", text)
    return str(text) if found else _WITHHELD


def describe(error: BaseException) -> dict[str, Any]:
    """An exception without its words: class, stable code, SQLSTATE, constraint, and the places it passed."""
    frames = traceback.extract_tb(error.__traceback__)
    told: dict[str, Any] = {
        "error": type(error).__name__,
        "stack": [f"{Path(f.filename).name}:{f.lineno}:{f.name}" for f in frames[-20:]],
    }
    seen: BaseException | None = error
    while seen is not None:
        for field, value in (
            ("code", getattr(seen, "code", None)),
            ("sqlstate", getattr(seen, "sqlstate", None)),
            ("constraint", getattr(getattr(seen, "diag", None), "constraint_name", None)),
        ):
            if isinstance(value, str):
                told.setdefault(field, value)
        seen = seen.__cause__
    return told


def _add_exception(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    info = event.pop("exc_info", None)
    if info is True:
        info = sys.exc_info()
    error = info[1] if isinstance(info, tuple) else info
    if isinstance(error, BaseException):
        event.update(describe(error))
    return event


def _render(_: Any, __: str, event: MutableMapping[str, Any]) -> str:
    return json.dumps(clean(event))


class _Foreign(logging.Handler):
    """Other libraries' records: who spoke and how loudly, not what was said."""

    def emit(self, record: logging.LogRecord) -> None:
        logger = structlog.get_logger()
        action = getattr(record, "action", None)
        event = action if isinstance(action, str) else "library_record"
        logger.log(record.levelno, event, source=record.name, exc_info=record.exc_info or None)


def configure(level: str = "info", stream: TextIO | None = None) -> None:
    """Send Ayni's logs and, in that form, every library's to `stream` (standard error) from `level` on."""
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
            _add_exception,
            _render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(stream or sys.stderr),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers = [_Foreign()]
    # Libraries tell the course of their own affairs at info; only what is wrong concerns an operator.
    root.setLevel(max(number, logging.WARNING))
    logging.captureWarnings(True)
    sys.excepthook = _uncaught


def _uncaught(kind: type[BaseException], error: BaseException, _: Any) -> None:
    get_logger("ayni").critical("uncaught", exc_info=error)


def get_logger(name: str) -> Any:
    """A logger of Ayni's; events are names (`cycle_closed`), facts are named fields."""
    # Bound when it is first used, not when its file is loaded: by then logs have been told their form.
    return structlog.get_logger(source=name)
