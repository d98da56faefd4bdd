"""
Marks of generated shapes, and the search for them after a deck was edited elsewhere.

A part of a figure is known by the mark in its alternative text, by the provenance in its workbook
or picture, by its name, or by its content, whichever the last program kept.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from analysis import files
from analysis.errors import AnalysisError
from analysis.figures import carriers
from analysis.figures.carriers import Mark

from . import graft, shapes

DRAWN = ("chart", "picture", "table")  # the parts that show the values
TEXTS = ("title", "subtitle", "words", "caveat", "source", "stamp")
ORDER = shapes.READING
DESCRIBED = ("chart", "picture")
STALE = "stale"
PAGES = ("cover", "summary", "key", "apart", "refusals", "sources")
_STAMP = re.compile(r"(?:图号|Figure) ([a-z0-9][a-z0-9_-]*) · ([0-9a-f]{16})")


def page_of(figure: str) -> str:
    """
    Return the kind of page that a mark names instead of a figure, or an empty text.

    >>> page_of("sources-2"), page_of("cover"), page_of("trend-deaths-zh")
    ('sources', 'cover', '')
    """
    stem = figure.rstrip("0123456789").removesuffix("-")
    return stem if stem in PAGES else ""


def state(shape: Any) -> str:
    """Return a short hash of the content of a shape: its text, cells, values or pixels."""
    if getattr(shape, "has_chart", False):
        return short(graft.signature(shape.chart._chartSpace))  # noqa: SLF001
    if getattr(shape, "has_table", False):
        cells = [cell.text_frame.text for row in shape.table.rows for cell in row.cells]
        return short("\n".join(cells))
    if shape.has_text_frame:
        return short(shape.text_frame.text)
    blob = carriers.image(shape)
    if blob is None:
        return ""
    wide, high = shapes.shown(shape)
    return short(f"{files.digest(blob)} {wide:.3f} {high:.3f}")


def described(shape: Any) -> str:
    """Return the alternative text of a shape."""
    return str(carriers.properties(shape).get("descr", ""))


def spoken(slide: Any) -> str:
    """Return the speaker notes of a slide."""
    frame = slide.notes_slide.notes_text_frame if slide.has_notes_slide else None
    return "" if frame is None else str(frame.text)


def short(words: str) -> str:
    """Return the first eight digits of the hash of *words*, ignoring differences in white space."""
    return files.digest("\n".join(words.split()).encode())[:8]


def sign(slide: Any, figure: str) -> dict[str, str]:
    """Write the mark of each part of *figure* on a slide, and return the hash of each."""
    states: dict[str, str] = {}
    for shape in carriers.walk(slide.shapes):
        owner, part = carriers.owned(shape.name)
        if owner == figure:
            states.setdefault(part, state(shape))
            carriers.put_mark(shape, figure, part, state(shape))
            if part in DESCRIBED:
                states.setdefault("alt", short(described(shape)))
    if "stamp" in states and slide.has_notes_slide:
        states["notes"] = short(spoken(slide))
        sign_notes(slide, figure, states["notes"])
    return states


def sign_notes(slide: Any, figure: str, state: str) -> None:
    """Write the mark of the speaker notes into their placeholder."""
    shape = slide.notes_slide.notes_placeholder
    if shape is not None:
        carriers.put_mark(shape, figure, "notes", state)


def _noted_by(slide: Any) -> Mark:
    """Return the mark of the speaker notes of a slide."""
    shape = slide.notes_slide.notes_placeholder if slide.has_notes_slide else None
    return Mark() if shape is None else carriers.mark(shape)


def noted(parts: Mapping[str, str]) -> str:
    """
    Return the hashes of a slide's parts as one property; Office cuts those over 255 characters.

    >>> noted({"title": "0a1b2c3d", "chart": "ffffffff"})
    'title=0a1b2c3d chart=ffffffff'
    """
    return " ".join(f"{part}={mark}" for part, mark in parts.items())


def parsed(value: str) -> dict[str, str]:
    """
    Return the hashes that :func:`noted` wrote.

    >>> parsed("title=0a1b2c3d chart=ffffffff")["chart"]
    'ffffffff'
    """
    pairs = (pair.partition("=") for pair in value.split())
    return {part: mark for part, _, mark in pairs}


@dataclass(slots=True)
class Part:
    """A shape that is a part of a figure, with its hash as last written (None if not known)."""

    name: str
    shape: Any
    state: str | None

    @property
    def edited(self) -> bool:
        """Whether its content was edited since it was written."""
        return self.state is not None and state(self.shape) != self.state


@dataclass(slots=True)
class Shown:
    """A figure on a slide: its parts there, and the names of those that are expected."""

    figure: str
    parts: list[Part] = field(default_factory=list)
    expected: dict[str, str] = field(default_factory=dict)
    carried: dict[str, Any] = field(default_factory=dict)
    fingerprint: str = ""

    def names(self) -> set[str]:
        """Return the names of the parts on the slide."""
        return {part.name for part in self.parts}

    def missing(self) -> list[str]:
        """Return the names of the expected parts that are not on the slide."""
        names = self.names()
        drawn = {*DRAWN} & {*self.expected, *names}
        expected = {*self.expected} | (set() if drawn or page_of(self.figure) else {"chart"})
        return [name for name in ORDER if name in expected and name not in names]

    @property
    def alone(self) -> bool:
        """Whether only the drawing is here, as when a chart was pasted on a slide of another."""
        return bool(self.parts) and self.names() <= {*DRAWN, STALE}

    def add(self, name: str, shape: Any, known: str | None) -> None:
        """Add a part; its hash is *known*, or the one expected for it."""
        self.parts.append(Part(name, shape, known or self.expected.get(name)))


@dataclass(slots=True)
class Contents:
    """The figures on a slide, and the shapes that belong to none of them."""

    figures: dict[str, Shown]
    loose: list[Any]


Baseline = Mapping[str, Mapping[str, str]]


def find(slide: Any, baseline: Baseline, version: str = "") -> Contents:
    """
    Return the figures on a slide.

    Parameters
    ----------
    baseline
        The hashes of the parts of each figure of the deck, as last written.
    version
        The mark of the manifest that the deck was made from, which is printed on its cover.
    """
    contents = Contents({}, [])
    for shape in carriers.walk(slide.shapes):
        mark, carried = _identified(shape)
        if not mark.figure:
            contents.loose.append(shape)
            continue
        shown = _shown(contents, mark.figure, baseline)
        if carried:
            shown.carried = carried
            shown.expected = {**shown.expected, **carried.get("parts", {})}
        shown.add(mark.part, shape, mark.state or None)
    _by_words(contents, baseline, version)
    notes = _noted_by(slide)
    if notes.figure in contents.figures:
        contents.figures[notes.figure].expected.setdefault("notes", notes.state)
    for shown in contents.figures.values():
        for part in shown.parts:
            part.state = part.state or shown.expected.get(part.name)
        if not shown.alone:
            _by_content(contents, shown)
        shown.fingerprint = shown.fingerprint or str(shown.carried.get("fingerprint", ""))
    return contents


def _shown(contents: Contents, figure: str, baseline: Baseline) -> Shown:
    if figure not in contents.figures:
        contents.figures[figure] = Shown(figure, expected=dict(baseline.get(figure, {})))
    return contents.figures[figure]


def _identified(shape: Any) -> tuple[Mark, dict[str, Any]]:
    """Return the mark of a shape and the provenance in it, as far as it has them."""
    mark = carriers.mark(shape)
    try:
        carried = carriers.carried(shape) or {}
    except AnalysisError:  # saved by another program; the chart has the numbers too
        carried = {}
    if mark.figure and _suits(shape, mark.part):
        same = carried.get("figure") in {None, mark.figure}
        return mark, carried if same else {}
    if not carried:
        return Mark(), {}
    part = "chart" if getattr(shape, "has_chart", False) else "picture"
    stored = carried.get("parts", {}).get(part, "")
    return Mark(carried["figure"], part, stored), carried


def _suits(shape: Any, part: str) -> bool:
    """Return whether a shape is of the sort that the part of its mark needs."""
    if part == "chart":
        return bool(getattr(shape, "has_chart", False)) and _readable(shape)
    if part == "table":
        return bool(getattr(shape, "has_table", False))
    if part in {"picture", "code"}:
        return carriers.image(shape) is not None
    return bool(shape.has_text_frame)


def _readable(shape: Any) -> bool:
    try:
        return shape.chart is not None
    except (KeyError, ValueError, AttributeError):
        return False


def _by_words(contents: Contents, baseline: Baseline, version: str) -> None:
    """Find figures by their stamp, charts by their values, and pages by their text."""
    for shape in list(contents.loose):
        match = _STAMP.fullmatch(_text(shape).strip())
        if match:
            shown = _shown(contents, match[1], baseline)
            shown.fingerprint = match[2]
            _take(contents, shown, "stamp", shape)
    for shown in contents.figures.values():
        stamps = [_STAMP.search(_text(part.shape)) for part in shown.parts if part.name == "stamp"]
        shown.fingerprint = next((match[2] for match in stamps if match), shown.fingerprint)
    if not contents.figures:
        _by_values(contents, baseline)
    if not contents.figures:
        _by_page(contents, baseline, version)


def _by_values(contents: Contents, baseline: Baseline) -> None:
    for shape in [one for one in contents.loose if getattr(one, "has_chart", False)]:
        mark = state(shape) if _readable(shape) else ""
        owners = [name for name, parts in baseline.items() if mark == parts.get("chart")]
        if len(owners) == 1:
            _take(contents, _shown(contents, owners[0], baseline), "chart", shape)


def _by_page(contents: Contents, baseline: Baseline, version: str) -> None:
    """Find a page whose marks were all dropped: by a text of its own, or as the cover."""
    texts = {short(_text(shape)) for shape in contents.loose if _text(shape)}
    for name, parts in baseline.items():
        others = {one for other in baseline if other != name for one in baseline[other].values()}
        if page_of(name) and texts & ({*parts.values()} - others):
            _shown(contents, name, baseline)
            return
    if version and any(version in _text(shape) for shape in contents.loose):
        contents.figures["cover"] = Shown(
            "cover", expected=dict.fromkeys(("title", "subtitle"), "")
        )
        source = next(shape for shape in contents.loose if version in _text(shape))
        _take(contents, contents.figures["cover"], "source", source)


def _take(contents: Contents, shown: Shown, name: str, shape: Any) -> None:
    contents.loose.remove(shape)
    shown.add(name, shape, None)


def _text(shape: Any) -> str:
    return str(shape.text_frame.text) if shape.has_text_frame else ""


def _by_content(contents: Contents, shown: Shown) -> None:
    """Find missing parts among loose shapes: by content, as the title, in order."""
    for name in shown.missing():
        for shape in contents.loose:
            if _state(shape) == shown.expected.get(name, "?"):
                _take(contents, shown, name, shape)
                break
    titles = [shape for shape in contents.loose if _placeholder(shape) in {"title", "ctrTitle"}]
    if "title" in shown.missing() and titles:
        _take(contents, shown, "title", titles[0])
    missing = [name for name in shown.missing() if name in TEXTS]
    places = [
        shape for shape in contents.loose if _placeholder(shape) in {"body", "obj", "subTitle"}
    ]
    if len(places) == len(missing):
        for name, shape in zip(missing, places, strict=True):
            _take(contents, shown, name, shape)


def _state(shape: Any) -> str:
    return state(shape) if not getattr(shape, "has_chart", False) or _readable(shape) else ""


def _placeholder(shape: Any) -> str:
    """Return the type of a placeholder, or an empty text for other shapes."""
    return str(shape.element.ph.get("type", "obj")) if shape.is_placeholder else ""


def candidates(loose: Iterable[Any], part: str) -> Iterator[Any]:
    """Yield the loose shapes that may be a lost *part*: texts for a text, else drawings."""
    for shape in loose:
        kind = _placeholder(shape)
        if part in DRAWN:
            if not kind and not _text(shape):
                yield shape
        elif _text(shape).strip() and kind not in {"sldNum", "dt", "ftr"}:
            yield shape
