"""
The state of a deck, stored in the deck: properties, provenance, marks and sections.

A later update reads what was written from here, and from the marks in the shapes themselves.
"""

import io
import itertools
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from lxml import etree

from analysis import files
from analysis.figures import carriers, manifest, office, provenance
from analysis.language.messages import say
from analysis.publish.content import Content

from . import shapes, tags
from .template import P

VERSION = "1"
PART = "regional-safety"
TITLE = say("slides.title")


def mark(figures: Path) -> str:
    """Return the first 16 digits of the hash of a manifest."""
    return files.digest((figures / manifest.MANIFEST).read_bytes())[:16]


def sealed(
    presentation: Any,
    contents: Iterable[Content],
    language: str,
    version: str,
    scope: Mapping[str, str] | None = None,
) -> bytes:
    """
    Return the bytes of a presentation, with its state and provenance stored in it.

    Parameters
    ----------
    version
        The mark of the manifest.
    scope
        What the deck was asked to show, for a later update.
    """
    contents = list(contents)
    core = presentation.core_properties
    core.title, core.subject = (scope or {}).get("title") or TITLE[language], PART
    core.author = core.last_modified_by = provenance.package()
    core.language, core.keywords, core.revision = shapes.LANGUAGES[language], version, 1
    properties = {PART: VERSION, f"{PART}.language": language, f"{PART}.manifest": version}
    for key, value in (scope or {}).items():
        properties |= pieces(f"{PART}.scope.{key}", value)
    states = written(presentation)
    properties |= {f"{PART}.figure.{name}": tags.noted(parts) for name, parts in states.items()}
    store(presentation, properties, {one.figure: carried(one) for one in contents})
    out = io.BytesIO()
    presentation.save(out)
    return office.normalised(out.getvalue())


def carried(slide_content: Content) -> dict[str, Any]:
    """Return the provenance of a slide, with the position of each mark in its chart and table."""
    places = [
        *(slide_content.plot.marks if slide_content.plot else ()),
        *(slide_content.table.marks if slide_content.table else ()),
    ]
    if not slide_content.plot and not slide_content.table:
        places = [(f"mark-{row['id']}", row["id"]) for row in slide_content.record["rows"]]
    return {**provenance.of(slide_content.record), "marks": places}


def written(presentation: Any) -> dict[str, dict[str, str]]:
    """Mark every part of each figure, and return a hash of each, used to detect later edits."""
    states: dict[str, dict[str, str]] = {}
    for slide in presentation.slides:
        names = (carriers.owned(shape.name)[0] for shape in slide.shapes)
        for name in dict.fromkeys(filter(None, names)):
            states.setdefault(name, {}).update(tags.sign(slide, name))
    return states


def store(presentation: Any, properties: Mapping[str, str], provenances: Mapping[str, Any]) -> None:
    """Write custom properties and provenance into a presentation, replacing earlier ones."""
    from pptx.opc.package import Part
    from pptx.opc.packuri import PackURI

    main = presentation.part
    text = json.dumps(provenances, ensure_ascii=False, sort_keys=True)

    def part(name: str, mime: str, blob: bytes) -> Any:
        return Part(PackURI(f"/{name}"), mime, main.package, blob)

    seal(main, part, properties, text)


def seal(
    main: Any, part: Callable[[str, str, bytes], Any], properties: Mapping[str, str], text: str
) -> None:
    """
    Write custom properties and provenance into an Office document, replacing earlier ones.

    Parameters
    ----------
    main
        The main part of the document.
    part
        Function that makes a part from its name, its type and its content.
    """
    package, props = main.package, office.property_part(properties)
    _drop(package, office.CUSTOM_RELATION)
    _drop(main, office.ITEM_RELATION)
    package.relate_to(part(office.CUSTOM, office.CUSTOM_TYPE, props), office.CUSTOM_RELATION)
    names = {str(one.partname) for one in package.iter_parts()}  # of other programs too
    number = next(n for n in itertools.count(1) if f"/customXml/item{n}.xml" not in names)
    item = part(f"customXml/item{number}.xml", "application/xml", office.item(text))
    main.relate_to(item, office.ITEM_RELATION)
    name, props = f"customXml/itemProps{number}.xml", office.item_properties()
    item.relate_to(part(name, office.ITEM_PROPERTIES_TYPE, props), f"{office.ITEM_RELATION}Props")


def _drop(owner: Any, kind: str) -> None:
    """Remove stored parts of an earlier version; custom XML of other programs is kept."""
    rels = owner.rels if hasattr(owner, "rels") else owner._rels  # noqa: SLF001
    for key, rel in list(rels.items()):
        if rel.reltype == kind and (kind != office.ITEM_RELATION or _is_ours(rel)):
            rels.pop(key)


def _is_ours(rel: Any) -> bool:
    return not rel.is_external and office.stored({office.ITEM: rel.target_part.blob}) is not None


_P14 = "http://schemas.microsoft.com/office/powerpoint/2010/main"
_SECTIONS = "{521415D9-36F7-43E2-AB2F-B90AF26B5E84}"  # the extension for sections


def divide(presentation: Any, sections: Iterable[tuple[str, Sequence[Any]]]) -> None:
    """Divide the slides of a presentation into named sections."""
    import uuid

    element = presentation.part._element  # noqa: SLF001
    ids = {entry.rId: entry.get("id") for entry in presentation.slides._sldIdLst}  # noqa: SLF001
    rels = presentation.part.rels.items()
    by_part = {rel.target_part: ids[key] for key, rel in rels if key in ids}
    listed = etree.Element(f"{{{_P14}}}sectionLst", nsmap={"p14": _P14})
    for number, (name, slides) in enumerate(sections):
        label = f"{{{str(uuid.uuid5(uuid.NAMESPACE_OID, f'{number} {name}')).upper()}}}"
        section = etree.SubElement(listed, f"{{{_P14}}}section", name=name, id=label)
        entries = etree.SubElement(section, f"{{{_P14}}}sldIdLst")
        for slide in slides:
            etree.SubElement(entries, f"{{{_P14}}}sldId", id=by_part[slide.part])
    extensions = element.find(f"{{{P}}}extLst")
    if extensions is None:
        extensions = etree.SubElement(element, f"{{{P}}}extLst")
    for old in extensions.findall(f"{{{P}}}ext[@uri='{_SECTIONS}']"):
        extensions.remove(old)
    extension = etree.SubElement(extensions, f"{{{P}}}ext", uri=_SECTIONS)
    extension.append(listed)


def join_section(presentation: Any, neighbour: str, slide: str) -> None:
    """Put the slide with an id into the section of its neighbour, if there are sections."""
    for entry in _in_sections(presentation, neighbour):
        added = etree.Element(entry.tag)
        added.set("id", slide)
        entry.addnext(added)


def leave_section(presentation: Any, slide: str) -> None:
    """Take the slide with an id out of its section."""
    for entry in _in_sections(presentation, slide):
        entry.getparent().remove(entry)


def _in_sections(presentation: Any, slide: str) -> list[Any]:
    entries = presentation.part._element.iter(f"{{{_P14}}}sldId")  # noqa: SLF001
    return [entry for entry in entries if entry.get("id") == slide]


_LONGEST = 240  # characters of a property; Office cuts those over 255


def pieces(key: str, value: str) -> dict[str, str]:
    """
    Return a text as properties that are short enough.

    >>> list(pieces("about", "x" * 300))
    ['about', 'about.1']
    """
    starts = range(0, max(len(value), 1), _LONGEST)
    parts = [value[start : start + _LONGEST] for start in starts]
    return {f"{key}.{number}" if number else key: part for number, part in enumerate(parts)}


def scope_of(properties: Mapping[str, str]) -> dict[str, str]:
    """Return what a deck was asked to show, as :func:`sealed` stored it."""
    head = f"{PART}.scope."
    texts: dict[str, str] = {}
    for key, value in properties.items():
        if key.startswith(head):
            name = key.removeprefix(head).partition(".")[0]
            texts[name] = texts.get(name, "") + value
    return texts
