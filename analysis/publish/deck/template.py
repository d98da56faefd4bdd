"""
Templates: which placeholder of a layout takes which part of a slide, and room for the other parts.

The default is ``template.pptx`` in this folder, which can be edited in an office program. In any
template a placeholder is found by its name, else by its type; a part that has no placeholder
becomes a text box in the room of the chart.
"""

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from analysis.errors import UsageError
from analysis.language.messages import say

EMU = 914_400
A = "http://schemas.openxmlformats.org/drawingml/2006/main"
P = "http://schemas.openxmlformats.org/presentationml/2006/main"
DEFAULT = Path(__file__).with_name("template.pptx")
Box = tuple[float, float, float, float]

# The parts of each layout in reading order. The last entry is the number of the slide.
ROLES = {
    "Cover": ("Title", "Subtitle", "Source"),
    "Figure": ("Title", "Subtitle", "Chart", "Side", "Caveat", "Source", "Stamp", "Number"),
    "Page": ("Title", "Table", "Words", "Number"),
    "Summary": ("Title", "Words", "Number"),
}
CONTENT = {
    "Cover": "",
    "Figure": "Chart",
    "Page": "Table",
    "Summary": "Words",
}  # takes the largest placeholder


class Style(NamedTuple):
    """The text of a part without a placeholder: size in points, theme colour, least height."""

    size: float
    colour: str = "tx1"
    height: float = 0.4


STYLES = {
    "Title": Style(28, height=1.0),
    "Subtitle": Style(14, "tx2", 0.36),
    "Side": Style(12, "tx2"),
    "Words": Style(18),
    "Caveat": Style(12, "tx2", 0.63),
    "Source": Style(12, "tx2", 0.42),
    "Stamp": Style(10, "tx2", 0.24),
}
_NORMAL = 12.1  # inches of the width of a text for which the heights above are meant
_ASIDE = {"Side": 0.32, "Words": 0.45}  # share of the width, for the text beside it


class Area(NamedTuple):
    """The room of a part on a slide, and the index of its placeholder if there is one."""

    box: Box
    idx: int | None = None


def empty(template: Path | None = None) -> Any:
    """
    Return a presentation without slides: the default, or *template* with its slides removed.

    Raises
    ------
    UsageError
        If *template* cannot be read or has no layout.
    """
    from analysis.figures import office

    path = template or DEFAULT
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(say("error.unreadable", path=path, error=error.strerror)) from error
    office.parts(data, path.name)
    with office.damage_reported(path.name):
        presentation = office.presentation(data)
        for entry in list(presentation.slides._sldIdLst):  # noqa: SLF001
            remove(presentation, entry)
        _make_presentation(presentation)
    if not _layouts(presentation):
        raise UsageError(say("deck.no_layout", path=path))
    return presentation


def remove(presentation: Any, entry: Any) -> None:
    """Remove a slide, given as its entry in the list of slides."""
    presentation.part.drop_rel(entry.rId)
    entry.getparent().remove(entry)


def _make_presentation(presentation: Any) -> None:
    """Turn a template (POTX) or slide show (PPSX) into a presentation."""
    from pptx.opc.constants import CONTENT_TYPE

    part = presentation.part
    if "macro" not in part._content_type.lower():  # noqa: SLF001
        part._content_type = CONTENT_TYPE.PML_PRESENTATION_MAIN  # noqa: SLF001


def _layouts(presentation: Any) -> list[Any]:
    return [layout for master in presentation.slide_masters for layout in master.slide_layouts]


def layout(presentation: Any, name: str) -> Any:
    """Return the layout for *name*, one of ``ROLES``: by its name, its placeholders or its type."""
    return max(_layouts(presentation), key=lambda candidate: _suitability(candidate, name))


_TYPES = {
    "Cover": ("title", "titleOnly"),
    "Figure": ("titleOnly", "obj", "tx"),
    "Page": ("titleOnly", "obj", "tx"),
    "Summary": ("obj", "tx", "titleOnly"),
}


def _suitability(candidate: Any, name: str) -> tuple[int, ...]:
    """Return how well a layout suits: named parts first, then its name, its type, its title."""
    roles = {folded(role) for role in ROLES[name]}
    named = roles & {folded(shape.name) for shape in candidate.placeholders}
    content = folded(CONTENT[name])
    kind = candidate._element.get("type", "")  # noqa: SLF001
    types = _TYPES[name]
    box = next((box_of(shape) for shape in candidate.placeholders if _is_title(shape)), None)
    high = _page(candidate)[1]
    across = box is not None and box[2] > box[3] and (name == "Cover" or box[1] < high * 0.35)
    return (
        int(len(named) > 1 and (not content or content in named)),
        int(folded(candidate.name) == folded(name)),
        int(across),
        len(types) - types.index(kind) if kind in types else 0,
        -len(list(candidate.placeholders)),
    )


def folded(name: str) -> str:
    """
    Return the name of a placeholder without case and blanks.

    >>> folded("sub Title"), folded("Chart")
    ('subtitle', 'chart')
    """
    return "".join(name.casefold().split())


def _type(shape: Any) -> str:
    return str(shape.element.ph.get("type", "obj"))


def _is_title(shape: Any) -> bool:
    return _type(shape) in {"title", "ctrTitle"}


_FOOT = {"dt", "ftr", "sldNum", "hdr"}


def placeholders(slide_layout: Any, name: str) -> dict[str, Any]:
    """Return the placeholders of a layout by the part that each takes on a slide for *name*."""
    shapes = list(slide_layout.placeholders)
    by_name = {folded(shape.name): shape for shape in reversed(shapes)}
    taken = {role: by_name[folded(role)] for role in ROLES[name] if folded(role) in by_name}
    for role, types in _by_type(name):
        free = [one for one in shapes if one not in taken.values() and _type(one) in types]
        if role not in taken and free:
            taken[role] = max(free, key=_size)
    return taken


def _by_type(name: str) -> Iterator[tuple[str, set[str]]]:
    """Yield the parts that are also found by type, each with the types that suit."""
    yield "Title", {"title", "ctrTitle"}
    if name == "Cover":
        yield "Subtitle", {"subTitle", "body"}
        return
    yield "Number", {"sldNum"}
    yield CONTENT[name], {"obj", "chart", "body", "tbl", "pic", "dgm", "media", "clipArt"}


def _size(shape: Any) -> float:
    return float((shape.width or 0) * (shape.height or 0))


def areas(slide_layout: Any, name: str, wanted: Collection[str]) -> dict[str, Area]:
    """
    Return the room of each wanted part on slides of a layout.

    Parameters
    ----------
    wanted
        The parts that have a content. Those without a placeholder get a strip of the room of the
        chart or the table, so that nothing overlaps and nothing is outside the slide.
    """
    taken = {
        role: Area(box_of(shape), shape.placeholder_format.idx)
        for role, shape in placeholders(slide_layout, name).items()
        if role in wanted
    }
    rooms = taken | dict(_strips(slide_layout, name, wanted, taken))
    content = CONTENT[name]
    for role in _ASIDE:
        if role in rooms and role != content and content in rooms:
            box = _level(rooms[role].box, rooms[content].box)
            rooms[role] = Area(box, rooms[role].idx)
    return rooms


def _level(beside: Box, content: Box) -> Box:
    """Return the box of a text beside a chart, cut to the height of the chart."""
    top = max(beside[1], content[1])
    low = min(beside[1] + beside[3], content[1] + content[3])
    return beside[0], top, beside[2], max(low - top, 0.5)


def canvas(slide: Any, name: str, wanted: Collection[str]) -> dict[str, tuple[Box, Any]]:
    """Return box and placeholder (or None) of each wanted part; drop other placeholders."""
    shapes = {shape.placeholder_format.idx: shape for shape in slide.placeholders}
    areas_of_layout = areas(slide.slide_layout, name, wanted)
    own = {role: shapes.pop(area.idx, None) for role, area in areas_of_layout.items()}
    for shape in shapes.values():
        shape._element.getparent().remove(shape._element)  # noqa: SLF001
    return {role: (area.box, own[role]) for role, area in areas_of_layout.items()}


def _strips(
    slide_layout: Any, name: str, wanted: Collection[str], taken: dict[str, Area]
) -> Iterator[tuple[str, Area]]:
    """Yield the room of parts without a placeholder."""
    page = _page(slide_layout)
    lost = [role for role in wanted if role not in taken]
    if "Title" in lost:
        yield "Title", Area((page[0] * 0.05, page[1] * 0.05, page[0] * 0.9, 1.0))
    left, top, width, height = _room(slide_layout, name, taken, page)
    tall = max(1.0, min(_NORMAL / width, 1.4))
    if "Subtitle" in lost:
        high = STYLES["Subtitle"].height * tall * (3 if name == "Cover" else 1)
        yield "Subtitle", Area((left, top, width, high))
        top, height = top + high + 0.05, height - high - 0.05
    for role in (role for role in ("Stamp", "Source", "Caveat") if role in lost):
        high = STYLES[role].height * tall
        yield role, Area((left, top + height - high, width, high))
        height -= high + 0.03
    for beside, share in _ASIDE.items():
        if beside in lost and beside != CONTENT[name]:
            yield beside, Area((left + width * (1 - share), top, width * share, height))
    if CONTENT[name] in wanted:
        idx = taken[CONTENT[name]].idx if CONTENT[name] in taken else None
        yield CONTENT[name], Area((left, top, width, height), idx)


def _page(slide_layout: Any) -> tuple[float, float]:
    presentation = slide_layout.part.package.presentation_part.presentation
    return presentation.slide_width / EMU, presentation.slide_height / EMU


def _room(slide_layout: Any, name: str, taken: dict[str, Area], page: tuple[float, float]) -> Box:
    """Return the room of the chart or table: its placeholder's, else what is below the title."""
    if CONTENT[name] in taken:
        return _inside(taken[CONTENT[name]].box, page)
    feet = [box_of(shape) for shape in slide_layout.placeholders if _type(shape) in _FOOT]
    bottom = min([page[1] - 0.3, *(box[1] for box in feet if box[1] > page[1] * 0.85)])
    heads = [taken[role].box for role in ("Title", "Subtitle") if role in taken]
    top = max((box[1] + box[3] for box in heads), default=page[1] * 0.05 + 1.0) + 0.1
    left = max(min((box[0] for box in heads), default=page[0] * 0.05), page[0] * 0.03)
    below = [taken[role].box[1] for role in ("Caveat", "Source", "Stamp") if role in taken]
    bottom = min([bottom, *(edge for edge in below if edge > top)])
    return left, top, page[0] - 2 * left, max(bottom - top, 1.0)


def _inside(box: Box, page: tuple[float, float]) -> Box:
    """Return the part of *box* that is on the page."""
    left, top = max(box[0], 0.0), max(box[1], 0.0)
    return left, top, min(box[2], page[0] - left), min(box[3], page[1] - top)


def box_of(shape: Any) -> Box:
    """Return the box of a shape in inches: left, top, width, height."""
    left, top, width, height = (
        (n or 0) / EMU for n in (shape.left, shape.top, shape.width, shape.height)
    )
    return left, top, width, height


def inherited(shape: Any, path: str, attribute: str) -> str | None:
    """Return the first value of an attribute along slide, layout and master of a placeholder."""
    for element in _bases(shape):
        for match in element.iterfind(path):
            if match.get(attribute) is not None:
                return str(match.get(attribute))
    return None


def _bases(shape: Any) -> Iterable[Any]:
    while shape is not None:
        yield shape._element  # noqa: SLF001
        shape = getattr(shape, "_base_placeholder", None)


def text_size(shape: Any) -> float | None:
    """Return the size in points that a placeholder inherits from its layout or master, if any."""
    if not shape.is_placeholder:
        return None
    size = inherited(shape, f".//{{{A}}}lstStyle/{{{A}}}lvl1pPr/{{{A}}}defRPr", "sz")
    if size is None:
        kind = "titleStyle" if _is_title(shape) else "bodyStyle"
        master = shape.part.slide_layout.slide_master._element  # noqa: SLF001
        path = f".//{{{P}}}{kind}/{{{A}}}lvl1pPr/{{{A}}}defRPr"
        sizes = [one.get("sz") for one in master.iterfind(path)]
        size = sizes[0] if sizes else None
    return None if size is None else int(size) / 100


def spacing(shape: Any) -> float:
    """Return the space in inches before each paragraph, which a placeholder inherits."""
    path = f".//{{{A}}}lstStyle/{{{A}}}lvl1pPr/{{{A}}}spcBef/{{{A}}}spcPts"
    points = inherited(shape, path, "val") if shape.is_placeholder else None
    return int(points or 0) / 7200


def insets(shape: Any) -> tuple[float, float]:
    """Return the margins of a text, across and down, in inches."""
    sides = {}
    for side, default in (("l", 91_440), ("r", 91_440), ("t", 45_720), ("b", 45_720)):
        value = inherited(shape, f".//{{{A}}}bodyPr", f"{side}Ins")
        sides[side] = (default if value is None else int(value)) / EMU
    return sides["l"] + sides["r"], sides["t"] + sides["b"]
