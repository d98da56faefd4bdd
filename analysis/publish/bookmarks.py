"""
Bookmarks of the blocks of a Word document, by which an update finds them.

The name of a bookmark has the part, the number of the block in it, and the hash of its content as
written. Names that begin with an underscore are hidden in Word.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from analysis import files

from .deck import tags

_NAME = re.compile(r"_rs_(?P<part>(?P<sort>[a-z]+)\d*)_(?P<block>\d+)_(?P<state>[0-9a-f]{8})")
_FLAG = "_rs_stale_"


class Sort(StrEnum):
    """The sorts of numbered parts and tables, the first word of the names of parts."""

    TABLE = "table"
    LIST = "list"
    FIGURE = "figure"


_GRIDS = {Sort.TABLE, Sort.LIST}


@dataclass(frozen=True, slots=True)
class Found:
    """A block in a document: its element, and the hash of its content as last written."""

    element: Any
    state: str


Blocks = dict[str, dict[int, Found]]


def content(document: Any, element: Any) -> str:
    """Return what a block shows: the words of its paragraphs, or the digest of its picture."""
    from docx.oxml.ns import qn

    keys = [blip.get(qn("r:embed")) for blip in element.iter(qn("a:blip"))]
    if keys:
        part = document.part.related_parts.get(keys[0])
        return files.digest(part.blob) if part is not None else ""
    return "\n".join(paragraph.text for paragraph in element.iter(qn("w:p")))


def size(document: Any) -> int:
    """Return the number of paragraphs and bookmarks, which an update passes many times."""
    from docx.oxml.ns import qn

    return sum(1 for _ in document.element.body.iter(qn("w:p"), qn("w:bookmarkStart")))


def is_edited(document: Any, found: Found) -> bool:
    """Return whether a block was edited since it was written, also by tracked changes."""
    if found.element.xpath(".//w:ins|.//w:del|.//w:hyperlink|.//w:fldSimple"):
        return True
    return tags.short(content(document, found.element)) != found.state


def put(document: Any, found: Found, part: str, number: int) -> None:
    """Put the bookmark of a block on its first paragraph, in place of an earlier one."""
    from docx.oxml.ns import qn

    paragraph = next(found.element.iter(qn("w:p")))
    head = f"_rs_{part}_{number}_"
    for start in _starts(document):
        if _name(start).startswith(head):
            _remove(document, start)
    _add(document, paragraph, head + found.state)


def _add(document: Any, paragraph: Any, name: str) -> None:
    from docx.oxml.ns import qn

    used = (int(start.get(qn("w:id"))) for start in _starts(document))
    key = {qn("w:id"): str(1 + max(used, default=0))}
    start = paragraph.makeelement(qn("w:bookmarkStart"), {**key, qn("w:name"): name})
    paragraph.insert(0 if paragraph.pPr is None else 1, start)
    paragraph.append(paragraph.makeelement(qn("w:bookmarkEnd"), key))


def _starts(document: Any) -> list[Any]:
    return list(document.element.body.xpath(".//w:bookmarkStart"))


def _name(start: Any) -> str:
    from docx.oxml.ns import qn

    return str(start.get(qn("w:name"), ""))


def _remove(document: Any, start: Any) -> None:
    """Remove a bookmark, given as its start."""
    from docx.oxml.ns import qn

    key = start.get(qn("w:id"))
    for element in (start, *document.element.body.xpath(".//w:bookmarkEnd")):
        if element.get(qn("w:id")) == key:
            element.getparent().remove(element)


def found(document: Any, written: Mapping[str, Sequence[str]]) -> Blocks:
    """
    Return the blocks of each part: by their bookmarks, else by the content that was written.

    Parameters
    ----------
    written
        The hashes of the blocks of each part.
    """
    from docx.oxml.ns import qn

    blocks: Blocks = {}
    for start in _starts(document):
        match = _NAME.fullmatch(_name(start))
        kinds = ("w:tbl", "w:p") if match and match["sort"] in _GRIDS else ("w:p",)
        around = (one for kind in kinds for one in start.iterancestors(qn(kind)))
        element = next(around, None)
        if match and element is not None:
            block = Found(element, match["state"])
            blocks.setdefault(match["part"], {}).setdefault(int(match["block"]), block)
    others = {tags.short(content(document, one)): one for _, one in loose(document, blocks)}
    for part, states in written.items():
        for number, state in enumerate(states):
            if number not in blocks.get(part, {}) and state in others:
                blocks.setdefault(part, {})[number] = Found(others.pop(state), state)
    return blocks


def loose(document: Any, blocks: Blocks) -> Iterator[tuple[str, Any]]:
    """Yield the paragraphs and tables of the author, each with the part that it follows."""
    from docx.oxml.ns import qn

    owners = {found.element: part for part, own in blocks.items() for found in own.values()}
    part = ""
    for element in document.element.body.iter(qn("w:p"), qn("w:tbl")):
        part = owners.get(element, part)
        inside = any(one in owners for one in (element, *element.iterancestors()))
        if not inside and not element.xpath(f".//w:bookmarkStart[starts-with(@w:name,'{_FLAG}')]"):
            yield part, element


def flags(document: Any, part: str) -> list[Any]:
    """Return the paragraphs that mark a part as not up to date."""
    from docx.oxml.ns import qn

    starts = [start for start in _starts(document) if _name(start) == f"{_FLAG}{part}"]
    return [next(start.iterancestors(qn("w:p"))) for start in starts]


def flag(document: Any, part: str, element: Any, before: Any) -> None:
    """Insert a paragraph before a part that marks it as not up to date."""
    before.addprevious(element)
    _add(document, element, f"{_FLAG}{part}")
