"""
Office packages (decks and workbooks): read with size limits, written reproducibly.

Handles parts, properties and zip archives; ``slides`` and ``workbook`` handle their contents.
"""

import io
import re
import uuid
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lxml import etree

from analysis import files
from analysis.errors import AnalysisError, UsageError
from analysis.language.messages import say

WHEN = "2000-01-01T00:00:00Z"  # a fixed date, so that files do not depend on the time
CUSTOM = "docProps/custom.xml"
CUSTOM_TYPE = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
CUSTOM_RELATION = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships/custom-properties"
)
_PROPERTIES = "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"
_TYPES = "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"
_FORMAT = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"
_DATES = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:\2>)")
_ENCODING = re.compile(rb"(?:\xef\xbb\xbf)?<\?xml[^>]*?encoding\s*=\s*[\"']([^\"']*)")
_MOST_BYTES = 400 << 20
_MOST_RATIO = 400  # above that of a sheet of zeros, below that of a zip bomb
_MOST_PARTS = 20_000


# Exceptions that python-pptx and its parsers raise for missing or invalid parts.
DAMAGE = (
    ArithmeticError, AssertionError, AttributeError, LookupError, NotImplementedError, RuntimeError,
    SyntaxError, TypeError, ValueError, zlib.error,
)  # fmt: skip


@contextmanager
def damage_reported(name: str) -> Iterator[None]:
    """Raise an :class:`AnalysisError` for any error of a library that reads the file *name*."""
    from pptx.exc import PythonPptxError

    try:
        yield
    except (*DAMAGE, PythonPptxError) as error:
        found = f"{type(error).__name__}: {error}"
        raise AnalysisError(say("office.damaged", name=name, error=found)) from error


def presentation(data: bytes) -> Any:
    """Return the presentation in *data*, which may also be a slide show or a template."""
    from pptx.package import Package

    part = Package.open(io.BytesIO(data)).main_document_part
    if not hasattr(part, "presentation"):
        raise ValueError(f"its main part is {part.content_type}")
    return part.presentation


def parts(data: bytes, name: str) -> dict[str, bytes]:
    """
    Return every part of the package *data*, in its order.

    Parameters
    ----------
    name
        The name of the file for error messages.

    Raises
    ------
    AnalysisError
        If it is not a package, is truncated, unpacks to too much, or declares a document type.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _unpacked(archive, name)
    except (zipfile.BadZipFile, EOFError, RuntimeError, OSError, zlib.error) as error:
        raise AnalysisError(say("office.no_package", name=name, error=error)) from error


def _unpacked(archive: zipfile.ZipFile, name: str) -> dict[str, bytes]:
    entries = archive.infolist()
    names = {entry.filename for entry in entries}
    if len(entries) > _MOST_PARTS or len(names) != len(entries):
        raise AnalysisError(say("office.many_parts", name=name, count=len(entries)))
    unpacked, total = {}, 0
    for entry in entries:
        if entry.filename.startswith(("/", "\\")) or ".." in entry.filename.split("/"):
            raise AnalysisError(say("office.outside", name=name, part=entry.filename))
        with archive.open(entry) as stream:  # streamed, because declared sizes are not trusted
            room = min(_MOST_BYTES - total, _MOST_RATIO * max(entry.compress_size, 1 << 14))
            part = stream.read(room + 1)
        if len(part) > room:
            raise AnalysisError(say("office.large_part", name=name, part=entry.filename, most=room))
        if entry.filename.endswith((".xml", ".rels")) and _declares(part):
            raise AnalysisError(say("office.document_type", name=name, part=entry.filename))
        unpacked[entry.filename] = part
        total += len(part)
    return unpacked


def _declares(part: bytes) -> bool:
    """Return whether an XML part declares a type or entities, or may hide them in its encoding."""
    named = _ENCODING.match(part)
    hidden = part[:2] in {b"\xff\xfe", b"\xfe\xff"} or b"\0" in part[:4]
    known = named is None or named[1].lower() in {b"utf-8", b"us-ascii"}
    return b"<!DOCTYPE" in part or b"<!ENTITY" in part or hidden or not known


def normalised(data: bytes) -> bytes:
    """Return *data* with fixed dates and zip entries, also in embedded packages."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = [(entry.filename, archive.read(entry)) for entry in archive.infolist()]
    return packed({name: _settled(name, part) for name, part in entries})


def _settled(name: str, part: bytes) -> bytes:
    if name == "docProps/core.xml":
        return _DATES.sub(rb"\g<1>" + WHEN.encode() + rb"\g<3>", part)
    return normalised(part) if name.endswith(".xlsx") else part


def packed(parts: Mapping[str, bytes]) -> bytes:
    """Return the package of these parts; equal parts give equal bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, part in parts.items():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type, entry.create_system, entry.external_attr = 8, 0, 0
            archive.writestr(entry, part, compresslevel=6)
    return out.getvalue()


def properties(parts: Mapping[str, bytes]) -> dict[str, str]:
    """Return the custom properties of a package."""
    part = parts.get(CUSTOM)
    if part is None:
        return {}
    try:
        root = etree.fromstring(part, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as error:
        raise AnalysisError(say("office.properties", error=error)) from error
    return {
        str(element.get("name")): "".join(map(str, element.itertext()))
        for element in root
        if element.get("name") is not None
    }


def property_part(properties: Mapping[str, str]) -> bytes:
    """Return the part with custom properties."""
    names: Any = {None: _PROPERTIES, "vt": _TYPES}
    root = etree.Element(f"{{{_PROPERTIES}}}Properties", nsmap=names)
    for number, (name, value) in enumerate(properties.items(), 2):
        element = etree.SubElement(root, f"{{{_PROPERTIES}}}property")
        element.set("fmtid", _FORMAT)
        element.set("pid", str(number))
        element.set("name", name)
        etree.SubElement(element, f"{{{_TYPES}}}lpwstr").text = value
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def refuse_unwritable(path: Path) -> None:
    """
    Raise an error for a file that is read-only or open in another program.

    Raises
    ------
    AnalysisError
        With the lock file, if there is one.
    """
    for lock in _locks(path):
        if lock.exists():
            raise AnalysisError(say("office.locked", path=path, lock=lock.name))
    if not path.stat().st_mode & 0o222:
        raise AnalysisError(say("office.read_only", path=path))


def contents(path: Path) -> tuple[Path, bytes]:
    """
    Return the real path and the bytes of an office file that will be updated.

    Raises
    ------
    UsageError
        If it cannot be read.
    """
    try:
        path = path.resolve(strict=True)
        return path, path.read_bytes()
    except OSError as error:
        raise UsageError(say("error.unreadable", path=path, error=error.strerror)) from error


def replace(path: Path, before: bytes, after: bytes) -> None:
    """Replace a file and keep *before* beside it as ``.bak``, unless another program changed it."""
    refuse_unwritable(path)
    if path.read_bytes() != before:
        raise AnalysisError(say("office.changed", path=path))
    mode = path.stat().st_mode
    files.write(path.with_name(f"{path.name}.bak"), before)
    files.write(path, after)
    path.chmod(mode)


def _locks(path: Path) -> Iterable[Path]:
    """Yield the lock files that PowerPoint, Excel and LibreOffice create for an open file."""
    yield path.with_name(f"~${path.name}")
    yield path.with_name(f"~${path.name[2:]}")  # Office omits the first two letters of a long name
    yield path.with_name(f".~lock.{path.name}#")


ITEM = "customXml/item1.xml"
ITEM_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/customXml"
_STORE = "urn:regional-safety:store"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"


def item(text: str) -> bytes:
    """Return a custom XML part with *text*, which Office keeps and copies with embedded files."""
    names: Any = {None: _STORE}
    root = etree.Element(f"{{{_STORE}}}store", nsmap=names)
    root.text = text
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


ITEM_PROPERTIES_TYPE = "application/vnd.openxmlformats-officedocument.customXmlProperties+xml"
_ITEM_PROPERTIES = "http://schemas.openxmlformats.org/officeDocument/2006/customXml"


def item_properties() -> bytes:
    """Return the part with the id of a custom XML part, which Word expects beside it."""
    key = f"{{{str(uuid.uuid5(uuid.NAMESPACE_URL, _STORE)).upper()}}}"
    names: Any = {"ds": _ITEM_PROPERTIES}
    root = etree.Element(f"{{{_ITEM_PROPERTIES}}}datastoreItem", nsmap=names)
    root.set(f"{{{_ITEM_PROPERTIES}}}itemID", key)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def stored(parts: Mapping[str, bytes]) -> str | None:
    """Return the text that :func:`item` stored in these parts, or None."""
    for name, part in parts.items():
        if name.startswith("customXml/item") and _STORE.encode() in part:
            try:
                root = etree.fromstring(
                    part, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
                )
            except etree.XMLSyntaxError:
                continue
            if root.tag == f"{{{_STORE}}}store":
                return root.text or ""
    return None


def with_item(data: bytes, text: str) -> bytes:
    """Return the workbook *data* with *text* stored in a custom XML part, normalised."""
    package = parts(data, "the file")
    place = "xl/_rels/workbook.xml.rels"
    rels = etree.fromstring(package[place])
    relation = etree.SubElement(rels, f"{{{_RELATIONS}}}Relationship")
    relation.set("Id", "rIdStore")
    relation.set("Type", ITEM_RELATION)
    relation.set("Target", f"../{ITEM}")
    package[place] = etree.tostring(rels, xml_declaration=True, encoding="UTF-8", standalone=True)
    package[ITEM] = item(text)
    return packed({name: _settled(name, part) for name, part in package.items()})
