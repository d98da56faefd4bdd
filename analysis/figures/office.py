"""
The package that a deck or a workbook is: read with suspicion, written to the same bytes each time.

It knows parts, properties and zip archives; what the parts say is for ``slides`` and ``workbook``.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lxml import etree

from analysis.errors import AnalysisError

WHEN = "2000-01-01T00:00:00Z"  # a date that never changes: when it was made is no part of it
CUSTOM = "docProps/custom.xml"
CUSTOM_TYPE = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
CUSTOM_RELATION = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships/custom-properties"
)
_PROPERTIES = "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"
_TYPES = "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"
_FORMAT = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"
_DATES = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:\2>)")
_MOST_BYTES = 400 << 20
_MOST_RATIO = 400  # a sheet of zeros packs well, a bomb packs better
_MOST_PARTS = 20_000


# What python-pptx and the parsers below it raise at a part that is missing or makes no sense.
_DAMAGE = (
    ArithmeticError, AssertionError, AttributeError, LookupError, NotImplementedError, RuntimeError,
    SyntaxError, TypeError, ValueError, zlib.error,
)  # fmt: skip


@contextmanager
def damage_told(name: str) -> Iterator[None]:
    """Whatever a library stumbles over in the file *name* becomes one error of ours."""
    from pptx.exc import PythonPptxError

    try:
        yield
    except (*_DAMAGE, PythonPptxError) as error:
        raise AnalysisError(f"{name} is damaged: {type(error).__name__}: {error}") from error


def parts(data: bytes, name: str) -> dict[str, bytes]:
    """
    Every part of the package *data*, in its order.

    Parameters
    ----------
    name
        What the file is called in an error.

    Raises
    ------
    AnalysisError
        When it is no package, is cut off, unpacks to too much, or declares a document type.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _unpacked(archive, name)
    except (zipfile.BadZipFile, EOFError, RuntimeError, OSError, zlib.error) as error:
        raise AnalysisError(f"{name} is no whole deck or workbook: {error}") from error


def _unpacked(archive: zipfile.ZipFile, name: str) -> dict[str, bytes]:
    entries = archive.infolist()
    names = {entry.filename for entry in entries}
    if len(entries) > _MOST_PARTS or len(names) != len(entries):
        raise AnalysisError(f"{name} has {len(entries)} parts, some of one name: not of ours")
    found, total = {}, 0
    for entry in entries:
        if entry.filename.startswith(("/", "\\")) or ".." in entry.filename.split("/"):
            raise AnalysisError(f"{name} holds a part that points outside: {entry.filename!r}")
        with archive.open(entry) as stream:  # streamed, because declared sizes are not trusted
            room = min(_MOST_BYTES - total, _MOST_RATIO * max(entry.compress_size, 1 << 14))
            part = stream.read(room + 1)
        if len(part) > room:
            raise AnalysisError(f"{name}: {entry.filename} unpacks to more than {room} bytes")
        if entry.filename.endswith((".xml", ".rels")) and _declares(part):
            raise AnalysisError(f"{name}: {entry.filename} declares a document type")
        found[entry.filename] = part
        total += len(part)
    return found


def _declares(part: bytes) -> bool:
    """Whether an XML part declares a type or entities, or is written to hide that it does."""
    return b"<!DOCTYPE" in part or b"<!ENTITY" in part or part[:2] in {b"\xff\xfe", b"\xfe\xff"}


def normalised(data: bytes) -> bytes:
    """*data* with the same parts, fixed dates and fixed zip entries, embedded packages too."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        found = [(entry.filename, archive.read(entry)) for entry in archive.infolist()]
    return packed({name: _settled(name, part) for name, part in found})


def _settled(name: str, part: bytes) -> bytes:
    if name == "docProps/core.xml":
        return _DATES.sub(rb"\g<1>" + WHEN.encode() + rb"\g<3>", part)
    return normalised(part) if name.endswith(".xlsx") else part


def packed(found: Mapping[str, bytes]) -> bytes:
    """The package of these parts; equal parts give equal bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, part in found.items():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type, entry.create_system, entry.external_attr = 8, 0, 0
            archive.writestr(entry, part, compresslevel=6)
    return out.getvalue()


def properties(found: Mapping[str, bytes]) -> dict[str, str]:
    """The custom properties among the parts of a package."""
    part = found.get(CUSTOM)
    if part is None:
        return {}
    try:
        root = etree.fromstring(part, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as error:
        raise AnalysisError(f"its custom properties are damaged: {error}") from error
    return {
        str(one.get("name")): "".join(map(str, one.itertext()))
        for one in root
        if one.get("name") is not None
    }


def property_part(given: Mapping[str, str]) -> bytes:
    """The part that holds custom properties."""
    names: Any = {None: _PROPERTIES, "vt": _TYPES}
    root = etree.Element(f"{{{_PROPERTIES}}}Properties", nsmap=names)
    for place, (name, value) in enumerate(given.items(), 2):
        one = etree.SubElement(root, f"{{{_PROPERTIES}}}property")
        one.set("fmtid", _FORMAT)
        one.set("pid", str(place))
        one.set("name", name)
        etree.SubElement(one, f"{{{_TYPES}}}lpwstr").text = value
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def refuse_unwritable(path: Path) -> None:
    """
    Refuse a file that is read-only or open in another program, before anything is done.

    Raises
    ------
    AnalysisError
        Saying who holds it, as far as that can be seen.
    """
    for lock in _locks(path):
        if lock.exists():
            raise AnalysisError(f"{path} is open elsewhere ({lock.name}): close it there first")
    if not path.stat().st_mode & 0o222:
        raise AnalysisError(f"{path} is read-only: make it writable, or update a copy")


def _locks(path: Path) -> Iterable[Path]:
    """The files that PowerPoint, Excel and LibreOffice keep beside a file that is open."""
    yield path.with_name(f"~${path.name}")
    yield path.with_name(f"~${path.name[2:]}")  # Office drops two letters of a long name
    yield path.with_name(f".~lock.{path.name}#")


ITEM = "customXml/item1.xml"
ITEM_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/customXml"
_STORE = "urn:regional-safety:store"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"


def item(text: str) -> bytes:
    """A custom XML part that holds *text*: Office keeps it, and copies it with an embedded file."""
    names: Any = {None: _STORE}
    root = etree.Element(f"{{{_STORE}}}store", nsmap=names)
    root.text = text
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def stored(found: Mapping[str, bytes]) -> str | None:
    """The text that :func:`item` put among these parts; None where there is none."""
    for name, part in found.items():
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
    """The workbook *data* with *text* stored in it, normalised."""
    found = parts(data, "the workbook")
    rels = etree.fromstring(found["xl/_rels/workbook.xml.rels"])
    relation = etree.SubElement(rels, f"{{{_RELATIONS}}}Relationship")
    relation.set("Id", "rIdStore")
    relation.set("Type", ITEM_RELATION)
    relation.set("Target", f"../{ITEM}")
    found["xl/_rels/workbook.xml.rels"] = etree.tostring(
        rels, xml_declaration=True, encoding="UTF-8", standalone=True
    )
    found[ITEM] = item(text)
    return packed({name: _settled(name, part) for name, part in found.items()})
