"""
The empty deck: 16:9, our theme colours and fonts, and three layouts with named placeholders.

It is built from the default of python-pptx, so no binary lies in the repository. A deck of one's
own takes its place when its layouts have placeholders of the same names.
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
    """A named placeholder: where it stands in inches, and how its text looks."""

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
REQUIRED = ("Title", "Chart")  # of the figure layout; what else a template lacks is left out


def empty(template: Path | None = None) -> Any:
    """
    A presentation without slides: ours, or *template* with its slides removed.

    Raises
    ------
    UsageError
        When *template* has no layout with the placeholders that a figure needs.
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
    with office.damage_told(template.name):
        made = Presentation(str(template))
        _remove_slides(made)
    layout(made, "Figure")
    return made


def layout(presentation: Any, name: str) -> Any:
    """
    The layout for slides of the kind *name*: called so, or with the placeholders of one.

    Raises
    ------
    UsageError
        Naming the placeholders that no layout has.
    """
    wanted = {place.name for place in LAYOUTS[name]}
    needed = set(REQUIRED) if name == "Figure" else {"Title"}
    found = sorted(
        (one for one in presentation.slide_layouts if needed <= _named(one).keys()),
        key=lambda one: (one.name != name, -len(wanted & _named(one).keys())),
    )
    if not found:
        have = sorted({held for one in presentation.slide_layouts for held in _named(one)})
        raise UsageError(
            f"no layout of the template has placeholders named {', '.join(sorted(needed))}; "
            f"it has {', '.join(have)[:300]}: name them in the slide master's selection pane"
        )
    return found[0]


def _named(one: Any) -> dict[str, int]:
    """The placeholders of a layout by name; a title is one whatever it is called."""
    held = {shape.name: shape.placeholder_format.idx for shape in one.placeholders}
    titles = [
        shape for shape in one.placeholders if shape.placeholder_format.type in _title_kinds()
    ]
    return held | ({"Title": titles[0].placeholder_format.idx} if titles else {})


def _title_kinds() -> tuple[Any, ...]:
    from pptx.enum.shapes import PP_PLACEHOLDER

    return PP_PLACEHOLDER.TITLE, PP_PLACEHOLDER.CENTER_TITLE


def places(slide: Any) -> dict[str, Any]:
    """The placeholders of *slide* by the names that its layout gives them."""
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
    for one in list(presentation.slide_layouts)[len(LAYOUTS) :]:
        presentation.slide_layouts.remove(one)
    for one, (name, held) in zip(presentation.slide_layouts, LAYOUTS.items(), strict=True):
        _rebuild(one, name, held)
    master = presentation.slide_master
    _rebuild_tree(master, (*FIGURE[:2], FIGURE[-1]), master=True)
    _restyle_master(master)
    _band(presentation.slide_layouts[0])
    _retheme(master)
    _drop_leftovers(presentation)
    return presentation


def _rebuild(one: Any, name: str, held: tuple[Place, ...]) -> None:
    one._element.cSld.set("name", name)  # noqa: SLF001
    one._element.attrib.pop("type", None)  # noqa: SLF001  the stock type promises other places
    _rebuild_tree(one, held)


def _rebuild_tree(one: Any, held: tuple[Place, ...], *, master: bool = False) -> None:
    tree = one.shapes._spTree  # noqa: SLF001
    for shape in list(one.shapes):
        tree.remove(shape._element)  # noqa: SLF001
    for number, place in enumerate(held, 2):
        tree.append(etree.fromstring(_placeholder(number, place, master=master)))
    from pptx.oxml import parse_xml

    # Parsed anew, so that python-pptx sees its own kinds of elements.
    for element in list(tree)[-len(held) :]:
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
    """The title of the stock master is centred and huge; ours stands left."""
    namespace = {"p": P, "a": A}
    for line in master._element.findall(".//p:titleStyle/a:lvl1pPr", namespace):  # noqa: SLF001
        line.set("algn", "l")


def _band(cover: Any) -> None:
    """Five small squares over the title of the cover, one a region's colour."""
    from pptx.oxml import parse_xml

    for place in range(len(style.REGIONS)):
        left, top, side = (round(n * EMU) for n in (MARGIN + 0.34 * place, 1.78, 0.2))
        square = f"""
<p:sp xmlns:p="{P}" xmlns:a="{A}">
  <p:nvSpPr><p:cNvPr id="{30 + place}" name="Square {place + 1}" descr=""/><p:cNvSpPr/>
    <p:nvPr userDrawn="1"/></p:nvSpPr>
  <p:spPr><a:xfrm><a:off x="{left}" y="{top}"/><a:ext cx="{side}" cy="{side}"/></a:xfrm>
    <a:prstGeom prst="rect"><a:avLst/></a:prstGeom>
    <a:solidFill><a:schemeClr val="accent{place + 1}"/></a:solidFill>
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
    """Put our colours and fonts into the theme, so that a deck follows when they are changed."""
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
    """The stock file carries a thumbnail of other slides and settings of a printer."""
    package = presentation.part.package
    for owner in (package, presentation.part):
        rels = owner._rels  # noqa: SLF001
        for key, rel in list(rels.items()):
            if rel.reltype.endswith(("/thumbnail", "/printerSettings")):
                rels.pop(key)
