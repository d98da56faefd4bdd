"""
The default template: 16:9, theme colours and fonts, and three layouts with named placeholders.

It is built from the default of python-pptx, so that the repository needs no binary file. Another
template can be used if its layouts have placeholders of the same names.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from lxml import etree

from analysis.charts import style
from analysis.errors import UsageError

EMU = 914_400
WIDTH, HEIGHT = 13.333, 7.5
MARGIN = 0.6
P = "http://schemas.openxmlformats.org/presentationml/2006/main"
A = "http://schemas.openxmlformats.org/drawingml/2006/main"
LATIN, EAST_ASIAN = "Arial", "Microsoft YaHei"


class Place(NamedTuple):
    """A named placeholder: its box in inches and its text style."""

    name: str
    left: float
    top: float
    width: float
    height: float
    size: float
    colour: str = "tx1"
    kind: str = "body"
    anchor: str = "t"
    gap: float = 0.0  # points between paragraphs


_WIDE = WIDTH - 2 * MARGIN
FIGURE = (
    Place("Title", MARGIN, 0.42, _WIDE, 0.92, 26, kind="title", anchor="b"),
    Place("Subtitle", MARGIN, 1.38, _WIDE, 0.36, 14, "tx2"),
    Place("Chart", MARGIN, 1.8, _WIDE, 4.16, 12),
    Place("Side", 8.8, 1.86, WIDTH - MARGIN - 8.8, 4.06, 12),
    Place("Caveat", MARGIN, 6.0, _WIDE, 0.58, 11, "tx2", anchor="b"),
    Place("Source", MARGIN, 6.62, _WIDE, 0.4, 10, "tx2"),
    Place("Stamp", MARGIN, 7.06, 9.0, 0.24, 10, "tx2"),
    Place("Number", WIDTH - MARGIN - 1.2, 7.06, 1.2, 0.24, 10, "tx2", kind="sldNum"),
)
COVER = (
    Place("Title", MARGIN, 2.2, _WIDE, 1.4, 40, kind="ctrTitle", anchor="b"),
    Place("Subtitle", MARGIN, 3.75, _WIDE, 1.4, 18, "tx2"),
    Place("Source", MARGIN, 6.1, _WIDE, 0.9, 12, "tx2", anchor="b"),
)
PAGE = (
    Place("Title", MARGIN, 0.42, _WIDE, 0.92, 26, kind="title", anchor="b"),
    Place("Table", MARGIN, 1.55, _WIDE, 5.3, 12),
    Place("Words", 7.0, 1.55, WIDTH - MARGIN - 7.0, 5.0, 16, gap=10),
    Place("Number", WIDTH - MARGIN - 1.2, 7.06, 1.2, 0.24, 10, "tx2", kind="sldNum"),
)
LAYOUTS = {"Cover": COVER, "Figure": FIGURE, "Page": PAGE}
REQUIRED = ("Title", "Chart")  # of the figure layout; other placeholders are optional


def empty(template: Path | None = None) -> Any:
    """
    Return a presentation without slides: the default, or *template* with its slides removed.

    Raises
    ------
    UsageError
        If *template* has no layout with the required placeholders.
    """
    from pptx import Presentation

    if template is None:
        return _ours(Presentation())
    from analysis.figures import office

    try:
        data = template.read_bytes()
    except OSError as error:
        raise UsageError(f"{template} cannot be read: {error.strerror}") from error
    office.parts(data, template.name)
    with office.damage_reported(template.name):
        presentation = Presentation(str(template))
        _remove_slides(presentation)
    layout(presentation, "Figure")
    return presentation


def layout(presentation: Any, name: str) -> Any:
    """
    Return the layout called *name*, or one that has its placeholders.

    Raises
    ------
    UsageError
        If there is none; the message names the missing placeholders.
    """
    wanted = {place.name for place in LAYOUTS[name]}
    needed = set(REQUIRED) if name == "Figure" else {"Title"}
    layouts = sorted(
        (
            candidate
            for candidate in presentation.slide_layouts
            if needed <= _named(candidate).keys()
        ),
        key=lambda candidate: (candidate.name != name, -len(wanted & _named(candidate).keys())),
    )
    if not layouts:
        available = sorted(
            {
                placeholder
                for candidate in presentation.slide_layouts
                for placeholder in _named(candidate)
            }
        )
        raise UsageError(
            f"no layout of the template has placeholders named {', '.join(sorted(needed))}; "
            f"it has {', '.join(available)[:300]}: name them in the slide master's selection pane"
        )
    return layouts[0]


def _named(slide_layout: Any) -> dict[str, int]:
    """Return the placeholders of a layout by name; the title counts as ``Title``."""
    indices = {shape.name: shape.placeholder_format.idx for shape in slide_layout.placeholders}
    titles = [
        shape
        for shape in slide_layout.placeholders
        if shape.placeholder_format.type in _title_kinds()
    ]
    return indices | ({"Title": titles[0].placeholder_format.idx} if titles else {})


def _title_kinds() -> tuple[Any, ...]:
    from pptx.enum.shapes import PP_PLACEHOLDER

    return PP_PLACEHOLDER.TITLE, PP_PLACEHOLDER.CENTER_TITLE


def places(slide: Any) -> dict[str, Any]:
    """Return the placeholders of *slide* by their names in the layout."""
    names = {index: name for name, index in _named(slide.slide_layout).items()}
    return {
        names[shape.placeholder_format.idx]: shape
        for shape in slide.placeholders
        if shape.placeholder_format.idx in names
    }


def _remove_slides(presentation: Any) -> None:
    listed = presentation.slides._sldIdLst  # noqa: SLF001  no public way to remove a slide
    for entry in list(listed):
        presentation.part.drop_rel(entry.rId)
        listed.remove(entry)


def _ours(presentation: Any) -> Any:
    presentation.slide_width, presentation.slide_height = round(WIDTH * EMU), round(HEIGHT * EMU)
    for slide_layout in list(presentation.slide_layouts)[len(LAYOUTS) :]:
        presentation.slide_layouts.remove(slide_layout)
    for slide_layout, (name, placeholders) in zip(
        presentation.slide_layouts, LAYOUTS.items(), strict=True
    ):
        _rebuild(slide_layout, name, placeholders)
    master = presentation.slide_master
    _rebuild_tree(master, (*FIGURE[:2], FIGURE[-1]), master=True)
    _restyle_master(master)
    _band(presentation.slide_layouts[0])
    _retheme(master)
    _drop_leftovers(presentation)
    return presentation


def _rebuild(slide_layout: Any, name: str, placeholders: tuple[Place, ...]) -> None:
    slide_layout._element.cSld.set("name", name)  # noqa: SLF001
    slide_layout._element.attrib.pop("type", None)  # noqa: SLF001  the type implies other placeholders
    _rebuild_tree(slide_layout, placeholders)


def _rebuild_tree(owner: Any, placeholders: tuple[Place, ...], *, master: bool = False) -> None:
    tree = owner.shapes._spTree  # noqa: SLF001
    for shape in list(owner.shapes):
        tree.remove(shape._element)  # noqa: SLF001
    for number, place in enumerate(placeholders, 2):
        tree.append(etree.fromstring(_placeholder(number, place, master=master)))
    from pptx.oxml import parse_xml

    # Parse with python-pptx, so that elements are of its own classes.
    for element in list(tree)[-len(placeholders) :]:
        tree.replace(element, parse_xml(etree.tostring(element)))


def _placeholder(number: int, place: Place, *, master: bool) -> str:
    left, top, width, height = (round(n * EMU) for n in place[1:5])
    kind = "title" if master and place.kind == "ctrTitle" else place.kind
    index = "" if kind in {"title", "ctrTitle"} else f' idx="{10 + number}"'
    field = (
        '<a:fld id="{B6F15528-21DE-4FAA-801E-634DDDAF4B2B}" type="slidenum">'
        '<a:rPr lang="en-US"/><a:t>‹#›</a:t></a:fld>'
    )
    body = field if kind == "sldNum" else f'<a:r><a:rPr lang="en-US"/><a:t>{place.name}</a:t></a:r>'
    side = ' algn="r"' if kind == "sldNum" else ""
    return f"""
<p:sp xmlns:p="{P}" xmlns:a="{A}">
  <p:nvSpPr><p:cNvPr id="{number}" name="{place.name}"/>
    <p:cNvSpPr><a:spLocks noGrp="1"/></p:cNvSpPr>
    <p:nvPr><p:ph type="{kind}"{index}/></p:nvPr></p:nvSpPr>
  <p:spPr><a:xfrm><a:off x="{left}" y="{top}"/><a:ext cx="{width}" cy="{height}"/></a:xfrm>
    <a:prstGeom prst="rect"><a:avLst/></a:prstGeom></p:spPr>
  <p:txBody><a:bodyPr vert="horz" wrap="square" lIns="0" tIns="0" rIns="0" bIns="0"
      anchor="{place.anchor}"><a:normAutofit/></a:bodyPr>
    <a:lstStyle><a:lvl1pPr marL="0" indent="0"{side}>
      <a:lnSpc><a:spcPct val="100000"/></a:lnSpc>
      <a:spcBef><a:spcPts val="{round(place.gap * 100)}"/></a:spcBef><a:buNone/>
      <a:defRPr sz="{round(place.size * 100)}" b="0">
      <a:solidFill><a:schemeClr val="{place.colour}"/></a:solidFill>
      <a:latin typeface="+mn-lt"/><a:ea typeface="+mn-ea"/></a:defRPr></a:lvl1pPr>
    </a:lstStyle><a:p>{body}</a:p></p:txBody>
</p:sp>"""


def _restyle_master(master: Any) -> None:
    """Align the title of the master to the left."""
    namespace = {"p": P, "a": A}
    for line in master._element.findall(".//p:titleStyle/a:lvl1pPr", namespace):  # noqa: SLF001
        line.set("algn", "l")


def _band(cover: Any) -> None:
    """Add five small squares above the title of the cover, in the colours of the regions."""
    from pptx.oxml import parse_xml

    for index in range(len(style.REGIONS)):
        left, top, side = (round(n * EMU) for n in (MARGIN + 0.34 * index, 1.78, 0.2))
        square = f"""
<p:sp xmlns:p="{P}" xmlns:a="{A}">
  <p:nvSpPr><p:cNvPr id="{30 + index}" name="Square {index + 1}" descr=""/><p:cNvSpPr/>
    <p:nvPr userDrawn="1"/></p:nvSpPr>
  <p:spPr><a:xfrm><a:off x="{left}" y="{top}"/><a:ext cx="{side}" cy="{side}"/></a:xfrm>
    <a:prstGeom prst="rect"><a:avLst/></a:prstGeom>
    <a:solidFill><a:schemeClr val="accent{index + 1}"/></a:solidFill>
    <a:ln><a:noFill/></a:ln></p:spPr></p:sp>"""
        cover.shapes._spTree.append(parse_xml(square))  # noqa: SLF001


_SCHEME = {
    "dk1": style.INK,
    "lt1": "#FFFFFF",
    "dk2": "#4B5563",
    "lt2": style.BAND,
    **{f"accent{place}": colour for place, colour in enumerate(style.REGIONS.values(), 1)},
    "accent6": style.GREY,
    "hlink": style.REGIONS["anhui"],
    "folHlink": style.REGIONS["nantong"],
}


def _retheme(master: Any) -> None:
    """Put colours and fonts into the theme, so that changing the theme changes the deck."""
    part = next(
        rel.target_part for rel in master.part.rels.values() if rel.reltype.endswith("/theme")
    )
    root = etree.fromstring(part.blob)
    for name, colour in _SCHEME.items():
        (slot,) = root.iter(f"{{{A}}}{name}")
        for old in list(slot):
            slot.remove(old)
        etree.SubElement(slot, f"{{{A}}}srgbClr").set("val", colour.lstrip("#"))
    for face in _faces(root):
        for tag, typeface in (("latin", LATIN), ("ea", EAST_ASIAN)):
            (slot,) = face.findall(f"{{{A}}}{tag}")
            slot.attrib.clear()
            slot.set("typeface", typeface)
        for script in face.findall(f"{{{A}}}font[@script='Hans']"):
            script.set("typeface", EAST_ASIAN)
    root.set("name", "Regional safety")
    part._blob = etree.tostring(  # noqa: SLF001  the theme is a part without an API
        root, xml_declaration=True, encoding="UTF-8", standalone=True
    )


def _faces(root: Any) -> Iterator[Any]:
    for tag in ("majorFont", "minorFont"):
        yield from root.iter(f"{{{A}}}{tag}")


def _drop_leftovers(presentation: Any) -> None:
    """Remove the thumbnail and the printer settings of the default presentation."""
    package = presentation.part.package
    for owner in (package, presentation.part):
        rels = owner._rels  # noqa: SLF001
        for key, rel in list(rels.items()):
            if rel.reltype.endswith(("/thumbnail", "/printerSettings")):
                rels.pop(key)
