"""Any file that the bank sends us, by what it says it is."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

from lxml import etree

from ayni.payments.errors.payouts import BadBankFile
from ayni.payments.formats import camt053, pain002
from ayni.payments.formats.xml import Node, namespace, parse
from ayni.payments.model.payouts import StatementFile, StatusReport


def parse_bank_file(
    content: bytes, *, currency: str, zone: ZoneInfo, schemas: Path | None = None
) -> tuple[str, StatusReport | StatementFile]:
    """A pain.002 or a camt.053, and which of them it is. With `schemas`, a folder of ISO 20022's own, it must
    also be valid by them.

    Raises BadBankFile.
    """
    root = parse(content)
    kind = namespace(root)
    if schemas is not None:
        check(root, schemas)
    if kind == pain002.KIND:
        return "pain.002", pain002.read_report(Node(root))
    if kind == camt053.KIND:
        return "camt.053", camt053.read_statements(Node(root), currency=currency, zone=zone)
    raise BadBankFile(reason="it is neither pain.002.001.10 nor camt.053.001.08")


def check(root: etree._Element, schemas: Path) -> None:
    """Raises BadBankFile when a document is not valid by its schema, or when there is none for it."""
    path = schemas / f"{namespace(root)}.xsd"
    try:
        schema = etree.XMLSchema(etree.parse(path))
    except (OSError, etree.XMLSchemaParseError, etree.XMLSyntaxError) as error:
        raise BadBankFile(reason=f"there is no usable schema {path.name} for it") from error
    if not schema.validate(root):
        lines = sorted({entry.line for entry in schema.error_log})[:5]
        raise BadBankFile(reason=f"it is not valid by {path.name} (lines {', '.join(map(str, lines))})")
