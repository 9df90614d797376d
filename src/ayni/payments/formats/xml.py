"""XML as banks exchange it: read without trust, written without surprises."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from lxml import etree

from ayni.payments.errors.payouts import BadBankFile

MOST_BYTES = 64 * 2**20
"""A file of a day has a few megabytes."""

_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
_MOST_MINOR = 10**16
_MOST_LETTERS = 140


def parse(content: bytes) -> etree._Element:
    """The root of a document, without entities, document types or anything fetched. Raises BadBankFile."""
    if len(content) > MOST_BYTES:
        raise BadBankFile(reason="it is larger than any bank's file")
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False, remove_pis=True
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise BadBankFile(reason="it is no XML, or a damaged one") from error
    if root.getroottree().docinfo.doctype:
        raise BadBankFile(reason="it has a document type of its own, which no bank sends")
    return root


def namespace(root: etree._Element) -> str:
    """The last part of the root's namespace: "camt.053.001.08"."""
    return (etree.QName(root).namespace or "").rpartition(":")[2]


class Node:
    """An element whose children are named without their namespace. A path is of names parted by slashes."""

    def __init__(self, element: etree._Element) -> None:
        self.element = element
        space = etree.QName(element).namespace
        self._space = f"{{{space}}}" if space else ""

    def all(self, path: str) -> list[Node]:
        """Every element at a path."""
        found = self.element.findall("/".join(self._space + name for name in path.split("/")))
        return [Node(element) for element in found]

    def find(self, path: str) -> Node | None:
        """The first element at a path, or None."""
        found = self.all(path)
        return found[0] if found else None

    def get(self, path: str) -> Node:
        """The first element at a path. Raises BadBankFile."""
        found = self.find(path)
        if found is None:
            name = etree.QName(self.element).localname
            raise BadBankFile(reason=f"there is no {path} in its {name}")
        return found

    def text(self, path: str = "") -> str:
        """The text at a path, without spaces around it; empty where there is none."""
        found = self if not path else self.find(path)
        return "" if found is None else (found.element.text or "").strip()

    def needed(self, path: str) -> str:
        """The text at a path. Raises BadBankFile when it is empty, or longer than any name or number."""
        text = self.get(path).text()
        if not text or len(text) > _MOST_LETTERS:
            raise BadBankFile(reason=f"its {path} is {'far too long' if text else 'empty'}")
        return text


def minor(node: Node, path: str, *, currency: str) -> int:
    """An amount in minor units. Raises BadBankFile for another currency, or for more than two decimals."""
    amount = node.get(path)
    if amount.element.get("Ccy") != currency:
        raise BadBankFile(reason=f"an amount is not in {currency}")
    return read_minor(amount.text())


def read_minor(text: str) -> int:
    """A decimal as minor units. Raises BadBankFile."""
    try:
        value = Decimal(text) * 100
    except InvalidOperation:
        raise BadBankFile(reason="an amount is no number") from None
    if not value.is_finite() or not 0 <= value < _MOST_MINOR or value != value.to_integral_value():
        raise BadBankFile(reason="an amount is not one that can be paid")
    return int(value)


def instant(node: Node, path: str, *, zone: ZoneInfo) -> datetime:
    """An instant from `Dt` or `DtTm` at a path; a day begins in the country's time. Raises BadBankFile."""
    place = node.get(path)
    try:
        if stamp := place.text("DtTm"):
            at = datetime.fromisoformat(stamp)
            return at if at.tzinfo else at.replace(tzinfo=zone)
        return datetime.combine(date.fromisoformat(place.needed("Dt")[:10]), time(), zone)
    except ValueError:
        raise BadBankFile(reason=f"its {path} is no day") from None


def read_instant(text: str, *, zone: ZoneInfo) -> datetime:
    """An instant as ISO 8601 writes it; without an offset it is the country's. Raises BadBankFile."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise BadBankFile(reason="an instant is none") from None
    return at if at.tzinfo else at.replace(tzinfo=zone)


def show_minor(amount_minor: int) -> str:
    """An amount with two decimals and a point."""
    return f"{amount_minor // 100}.{amount_minor % 100:02d}"


def clean(text: str, most: int) -> str:
    """A text as XML can hold it, cut where the schema ends."""
    return " ".join(_UNPRINTABLE.sub(" ", text).split())[:most].strip() or "-"


def add(parent: etree._Element, path: str, text: str | None = None, **attributes: str) -> etree._Element:
    """Add elements one inside the other, in the parent's namespace; gives the innermost."""
    space = etree.QName(parent).namespace
    for name in path.split("/"):
        parent = etree.SubElement(parent, f"{{{space}}}{name}")
    if text is not None:
        parent.text = text
    for name, value in attributes.items():
        parent.set(name, value)
    return parent


def document(kind: str) -> etree._Element:
    """An empty document of a kind: "pain.001.001.09"."""
    space = f"urn:iso:std:iso:20022:tech:xsd:{kind}"
    return etree.Element(f"{{{space}}}Document", nsmap={None: space})


def write(root: etree._Element) -> bytes:
    """The document as bytes, in UTF-8."""
    return etree.tostring(root, xml_declaration=True, encoding="utf-8")
