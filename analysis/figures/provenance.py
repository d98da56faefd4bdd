"""
The provenance of a figure, written into its file and read back from it.

Handles SVG, PNG and PDF; decks and workbooks store the same text in parts of their own. A picture
that was renamed, or pasted unchanged into another document, keeps its provenance.
"""

import io
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from importlib.metadata import version
from typing import Any, cast

from lxml import etree

from analysis import validation
from analysis.errors import AnalysisError
from analysis.files import canonical, digest
from analysis.language import labels
from analysis.language.messages import say

from . import fields, pictures

KEY = fields.PACKAGE
SPACE = "urn:regional-safety:provenance"
_SVG = "http://www.w3.org/2000/svg"
_PIECE = 200_000  # characters per chunk: PNG readers refuse chunks over a megabyte
_LONGEST = 32 << 20  # bytes; no provenance is nearly as long
SOURCE = ("origin", "report", "publisher", "title", "published", "url")
FIELDS = (
    "id", "region", "region_zh", "region_en", "indicator", "indicator_zh", "indicator_en",
    "breakdown", "breakdown_zh", "breakdown_en", "period_start", "period_end", "dated", "status",
    "measure", "mark", "comparator", "value", "unit", "unit_en", "unit_one", "percent", "direction",
    "lower", "upper", "ratio", "share", "method", "basis", "printed", "start", "end", "evidence",
    "note", "expected", "of_zh", "of_en", "usual_lower", "usual_upper", "population",
    "population_year", "behind",
)  # fmt: skip
REFUSED = (
    "region", "region_zh", "region_en", "indicator", "rule", "reason_zh", "reason_en", "report",
    "start", "evidence",
)  # fmt: skip
Provenance = dict[str, Any]


@cache
def package() -> str:
    """Return name and version of this package."""
    return f"regional-safety {version('regional-safety')}"


def fingerprint(record: Mapping[str, Any]) -> str:
    """
    Return a short hash of the content of a figure: its texts, rows and refusals.

    >>> fingerprint({"name": "a", "rows": []}) == fingerprint({"name": "a", "rows": [{"id": "b"}]})
    False
    """
    shown = ("name", "language", "title", "subtitle", "source", "notes", "alt", "rows", "refused")
    parts = {part: record[part] for part in shown if part in record}
    if "notes" in parts:
        parts["notes"] = _worded(parts["notes"])
    return digest(canonical(parts))[:16]


def _worded(notes: Iterable[Mapping[str, str]]) -> list[dict[str, str]]:
    """Return *notes* without their ids, which are not shown to readers."""
    return [{language: note[language] for language in ("zh", "en")} for note in notes]


def of(record: Mapping[str, Any]) -> Provenance:
    """Return the provenance for files made from *record*: rows, sources and refusals."""
    rows = [*record["rows"], *record.get("beside", ())]
    sources = list({canonical(_part(row, SOURCE)): _part(row, SOURCE) for row in rows}.values())
    indices = {canonical(source): index for index, source in enumerate(sources)}
    origin = ("job", "notebook", "parameters", "inputs")
    return {
        "package": package(),
        "figure": record["name"],
        "language": record["language"],
        "fingerprint": record.get("fingerprint") or fingerprint(record),
        **{part: record[part] for part in ("title", "subtitle", "source")},
        "notes": _worded(record["notes"]),
        **{part: record[part] for part in origin if part in record},
        "sources": sources,
        "rows": [
            _part(row, FIELDS) | {"source": indices[canonical(_part(row, SOURCE))]} for row in rows
        ],
        "refused": [_part(row, REFUSED) for row in record["refused"]],
    }


def _part(row: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: row[name] for name in names if name in row}


def rows(carried: Provenance) -> list[dict[str, Any]]:
    """Return the rows of a provenance, each with its publication."""
    sources = carried["sources"]
    return [{**row, **sources[row["source"]]} for row in carried["rows"]]


def text(carried: Provenance) -> str:
    """Return the text form of a provenance."""
    return canonical(carried).decode()


def parsed(data: str | bytes) -> Provenance:
    """
    Parse a provenance from its text, which may come from an untrusted file.

    Raises
    ------
    AnalysisError
        If it is not a valid provenance of this package.
    """
    if len(data) > _LONGEST:
        raise AnalysisError(say("provenance.too_large"))
    text = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
    try:
        carried = validation.parsed(text, fields.Provenance)
    except ValueError as error:
        raise AnalysisError(say("provenance.damaged", error=error)) from error
    if not all(0 <= row["source"] < len(carried["sources"]) for row in carried["rows"]):
        raise AnalysisError(say("provenance.damaged", error=say("provenance.no_source")))
    return cast("Provenance", carried)


def stamped(data: bytes, kind: str, record: Mapping[str, Any]) -> bytes:
    """Return the figure file *data* with title, description and provenance written into it."""
    return _STAMP[kind](data, record)


def _words(record: Mapping[str, Any]) -> tuple[str, str]:
    language = str(record["language"])
    return labels.both(record["title"])[language], labels.both(record["alt"])[language]


def _stamped_svg(data: bytes, record: Mapping[str, Any]) -> bytes:
    """Give an SVG a title and each mark its evidence as a tooltip."""
    root = etree.fromstring(data, _parser())
    title, alt = _words(record)
    root.set("role", "img")
    root.set("aria-label", title)
    metadata = root.find(f"{{{_SVG}}}metadata")
    if metadata is None:
        metadata = etree.Element(f"{{{_SVG}}}metadata")
        root.insert(0, metadata)
    holder = etree.SubElement(metadata, f"{{{SPACE}}}provenance", nsmap={"rs": SPACE})
    holder.text = text(of(record))
    for index, (tag, words) in enumerate((("title", title), ("desc", alt))):
        _named(root, tag, words, index)
    by_id = {row["id"]: row for row in (*record["rows"], *record.get("beside", ()))}
    for mark in root.iter(f"{{{_SVG}}}g"):
        row = by_id.get(mark.get("id", "").partition("mark-")[2])
        if row is not None:
            reading, citation = labels.reading(row), labels.citation(row)
            language = str(record["language"])
            _named(mark, "title", f"{reading[language]}\n{citation[language]}", 0)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8") + b"\n"


def _named(parent: Any, tag: str, words: str, index: int) -> None:
    element = etree.Element(f"{{{_SVG}}}{tag}")
    element.text = words
    parent.insert(index, element)


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)


def _stamped_png(data: bytes, record: Mapping[str, Any]) -> bytes:
    """Insert text chunks after the PNG header, without compressing the pixels again."""
    title, alt = _words(record)
    whole = text(of(record))
    pieces = [whole[at : at + _PIECE] for at in range(0, len(whole), _PIECE)]
    # Pillow and ImageMagick copy a comment into the JPEG that they make of a PNG.
    stamp = f"{record['name']} · {record.get('fingerprint') or fingerprint(record)}"
    chunks = {"Title": title, "Description": alt, "comment": stamp}
    chunks |= {_key(number): piece for number, piece in enumerate(pieces)}
    at = 8 + 25  # length of the signature and the IHDR chunk
    return data[:at] + b"".join(_itxt(*chunk) for chunk in chunks.items()) + data[at:]


def _key(number: int) -> str:
    return KEY if number == 0 else f"{KEY}-{number}"


def _itxt(key: str, words: str) -> bytes:
    import zlib

    from analysis.charts import png

    body = key.encode("latin-1") + b"\0\1\0\0\0" + zlib.compress(words.encode(), 9)
    return png.chunk(b"iTXt", body)


def _stamped_pdf(data: bytes, record: Mapping[str, Any]) -> bytes:
    import pikepdf

    title, alt = _words(record)
    with pikepdf.open(io.BytesIO(data)) as pdf:
        with pdf.open_metadata(set_pikepdf_as_editor=False) as xmp:
            xmp.register_xml_namespace(SPACE, "rs")
            xmp["dc:title"], xmp["dc:description"] = title, alt
            xmp["dc:language"] = {str(record["language"])}
            xmp[f"{{{SPACE}}}provenance"] = text(of(record))
        pdf.Root.Lang = pikepdf.String(str(record["language"]))
        pdf.docinfo["/Title"] = title
        out = io.BytesIO()
        pdf.save(out, deterministic_id=True)
    return out.getvalue()


_STAMP: dict[str, Callable[[bytes, Mapping[str, Any]], bytes]] = {
    "svg": _stamped_svg,
    "png": _stamped_png,
    "pdf": _stamped_pdf,
}


def read(data: bytes) -> Provenance | None:
    """
    Return the provenance in the file of a figure, or None.

    Raises
    ------
    AnalysisError
        If the file is not SVG, PNG or PDF, or is damaged.
    """
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return _read_png(data)
    if data.startswith(b"%PDF-"):
        return _read_pdf(data)
    return _read_svg(data)


def _read_svg(data: bytes) -> Provenance | None:
    if b"<!ENTITY" in data:
        raise AnalysisError(say("provenance.entities"))
    try:
        root = etree.fromstring(data, _parser())
    except (etree.XMLSyntaxError, ValueError) as error:
        raise AnalysisError(say("provenance.unreadable", error=error)) from error
    element = root.find(f".//{{{SPACE}}}provenance")
    return None if element is None or not element.text else parsed(element.text)


def _read_png(data: bytes) -> Provenance | None:
    with pictures.opened(data, "this PNG") as image:
        image.load()
        texts = getattr(image, "text", {})
        pieces = [str(texts[_key(number)]) for number in range(len(texts)) if _key(number) in texts]
    return parsed("".join(pieces)) if pieces else None


def _read_pdf(data: bytes) -> Provenance | None:
    import pikepdf

    try:
        with pikepdf.open(io.BytesIO(data)) as pdf, pdf.open_metadata() as xmp:
            value = xmp.get(f"{{{SPACE}}}provenance")
    except (pikepdf.PdfError, ValueError) as error:
        raise AnalysisError(say("provenance.pdf", error=error)) from error
    return None if value is None else parsed(str(value))


def marked(data: bytes) -> list[str]:
    """Return the row ids of the marks in an SVG, in drawing order."""
    root = etree.fromstring(data, _parser())
    ids = (mark.get("id", "") for mark in root.iter(f"{{{_SVG}}}g"))
    return [
        one.partition("-")[2]
        for one in ids
        if one.startswith(("mark-", "benchmark-"))  # benchmark lines belong to no row
    ]
