"""Decks edited by hand and saved by other programs: no slide shows values of two versions."""

import copy
import io
import re

import pytest
from lxml import etree
from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.util import Pt
from publications import figure, row, written

from analysis.figures import carriers, manifest, office, qr
from analysis.publish.deck import chart as slide_charts
from analysis.publish.deck import refresh, slides, tags

C = f"{{{slide_charts.C}}}"
NAME = "comparison-deaths-zh"
RED = RGBColor(0xCC, 0, 0)


def raised(one):
    """Chuxiong's 45 deaths of 2024 become 46, and the title names the number."""
    if one["name"].startswith("comparison-deaths"):
        one["title"] = {"zh": "楚雄死亡46人", "en": "Chuxiong 46"}
        one["alt"] = {"zh": "图中：楚雄46人。", "en": "Shown: 46"}
        for each in one["rows"]:
            if each["value"] == 45:
                each |= {"value": 46, "printed": "46人", "evidence": "死亡46人", "upper": 64}


def before(one):
    """The title names the number of the version before."""
    if one["name"].startswith("comparison-deaths"):
        one["title"] = {"zh": "楚雄死亡45人", "en": "Chuxiong 45"}


def gone(one):
    """The figure has another name now, so that none of its old name is made."""
    if one["name"].startswith("comparison-deaths"):
        one["name"] = one["name"].replace("deaths", "losses")


def changed_kind(one):
    """So many regions that only a picture shows them."""
    raised(one)
    if one["name"].startswith("comparison-deaths"):
        one["rows"] += [row(f"r{number}", 10 + number) for number in range(30)]


@pytest.fixture(scope="module")
def figures(tmp_path_factory):
    """The figures of now, by the way in which they changed."""
    return {
        edit: written(tmp_path_factory.mktemp(edit.__name__), edit=edit)
        for edit in (raised, gone, changed_kind, before)
    }


@pytest.fixture(scope="module")
def original(figures):
    """The deck of the version before."""
    return slides.deck(figures[before], language="zh")


@pytest.fixture(scope="module")
def short(figures):
    """The deck of the version before with two of its figures, for tests of many edits."""
    return slides.deck(figures[before], language="zh", patterns=["comparison-*", "trend-*"])


def slide_with(deck, figure_name=NAME):
    """The first slide of a figure, and its shapes by part."""
    for slide in deck.slides:
        parts = {
            carriers.owned(shape.name)[1]: shape
            for shape in carriers.walk(slide.shapes)
            if carriers.owned(shape.name)[0] == figure_name
        }
        if parts:
            return slide, parts
    raise AssertionError(figure_name)


def nothing(_deck):
    """No edit at all."""


def moved(deck):
    """The chart is elsewhere."""
    slide_with(deck)[1]["chart"].left = 111_111


def resized(deck):
    """The chart is smaller."""
    slide_with(deck)[1]["chart"].width = 5_000_000


def grouped(deck):
    """Chart and list are a group."""
    slide, parts = slide_with(deck)
    slide.shapes.add_group_shape([parts["side"]])
    group = slide.shapes[-1]
    group._element.append(parts["chart"]._element)


def ungrouped(deck):
    """A group that was taken apart again."""
    grouped(deck)
    slide, parts = slide_with(deck)
    for part in ("chart", "side"):
        slide.shapes._spTree.append(parts[part]._element)
    group = next(shape for shape in slide.shapes if shape.shape_type == 6)
    slide.shapes._spTree.remove(group._element)


def renamed(deck):
    """Every shape has another name."""
    for number, shape in enumerate(slide_with(deck)[0].shapes):
        shape.name = f"形状 {number}"


def copied(deck):
    """A second chart of the same data on the slide."""
    slide, parts = slide_with(deck)
    slide.shapes._spTree.append(copy.deepcopy(parts["chart"]._element))


def reordered(deck):
    """The slides are in reverse."""
    entries = deck.slides._sldIdLst
    for entry in list(entries):
        entries.insert(0, entry)


def deleted(deck):
    """The caveat was removed."""
    caveat = slide_with(deck)[1]["caveat"]._element
    caveat.getparent().remove(caveat)


def retitled(deck):
    """A title of the author."""
    slide_with(deck)[1]["title"].text_frame.text = "我的标题"


def retitled_with_number(deck):
    """A title of the author that names the old number."""
    slide_with(deck)[1]["title"].text_frame.text = "去年45人，我们怎么看"


def called_out(deck):
    """A text of the author that names the old number."""
    slide_with(deck)[0].shapes.add_textbox(0, 0, 999_999, 99_999).text_frame.text = "仍有45人"


def formatted(deck):
    """The title is red and large."""
    run = slide_with(deck)[1]["title"].text_frame.paragraphs[0].runs[0]
    run.font.size, run.font.bold, run.font.color.rgb = Pt(20), True, RED


def recoloured(deck):
    """A point and a series are red."""
    plot = slide_with(deck)[1]["chart"].chart.plots[0]
    for format_ in (plot.series[0].points[1].marker.format, plot.series[0].marker.format):
        format_.fill.solid()
        format_.fill.fore_color.rgb = RED


def annotated(deck):
    """A comment."""
    from pptx.opc.package import Part
    from pptx.opc.packuri import PackURI

    slide = slide_with(deck)[0]
    mime = "application/vnd.openxmlformats-officedocument.presentationml.comments+xml"
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/comments"
    name = PackURI("/ppt/comments/comment1.xml")
    slide.part.relate_to(Part(name, mime, slide.part.package, b"<p/>"), relation)


def animated(deck):
    """The chart flies in."""
    slide, parts = slide_with(deck)
    space = "http://schemas.openxmlformats.org/presentationml/2006/main"
    target = f'<p:timing xmlns:p="{space}"><p:spTgt spid="{parts["chart"].shape_id}"/></p:timing>'
    slide._element.append(etree.fromstring(target))


def linked(deck):
    """The chart's data are in a workbook outside."""
    chart = slide_with(deck)[1]["chart"].chart
    relation = next(iter(chart.part.rels.values()))
    chart.part.rels.pop(relation.rId)
    key = chart.part.relate_to("file:///c:/data.xlsx", relation.reltype, is_external=True)
    chart._chartSpace.find(f"{C}externalData").rId = key


def pictured(deck):
    """The chart was replaced by a picture of it."""
    from PIL import Image

    slide, parts = slide_with(deck)
    out = io.BytesIO()
    Image.new("RGB", (40, 20), "white").save(out, "PNG")
    slide.shapes.add_picture(out, 0, 0)
    parts["chart"]._element.getparent().remove(parts["chart"]._element)


def redrawn(deck):
    """Another master: its layouts and theme have other names."""
    for layout in deck.slide_layouts:
        layout.name = f"母版 {layout.name}"


EDITS = [
    nothing, moved, resized, grouped, ungrouped, renamed, copied, reordered, deleted, retitled,
    retitled_with_number, called_out, formatted, recoloured, annotated, animated, linked, pictured,
    redrawn,
]  # fmt: skip


def powerpoint(data):
    """Saved as it is."""
    return data


def libreoffice(data):
    """Placeholders renamed; alternative text of most shapes, workbooks and custom XML dropped."""
    deck = office.presentation(data)
    for slide in deck.slides:
        for number, shape in enumerate(carriers.walk(slide.shapes), 1):
            named = carriers.properties(shape)
            named.attrib.pop("title", None)
            named.set("id", str(1000 + number))
            if shape.is_placeholder:
                shape.name = f"PlaceHolder {number}"
                shape.element.ph.attrib.pop("idx", None)
            if shape.is_placeholder or getattr(shape, "has_chart", False):
                named.attrib.pop("descr", None)
            if getattr(shape, "has_chart", False):
                _without_workbook(shape.chart)
    return _dropped(deck, office.ITEM_RELATION)


def _without_workbook(chart):
    data = chart._chartSpace.find(f"{C}externalData")
    if data is not None:
        chart._chartSpace.remove(data)
        for key in list(chart.part.rels):
            chart.part.rels.pop(key)


def wps(data):
    """Shapes renamed and numbered anew; properties, custom XML and extensions of shapes dropped."""
    deck = office.presentation(data)
    for slide in deck.slides:
        for number, shape in enumerate(carriers.walk(slide.shapes), 1):
            shape.name = f"形状 {number}"
            carriers.properties(shape).set("id", str(100 + number))
    return _dropped(deck, office.ITEM_RELATION, office.CUSTOM_RELATION)


def _dropped(deck, *kinds):
    for owner in (deck.part, deck.part.package):
        for key, relation in list(owner._rels.items()):
            if relation.reltype in kinds:
                owner._rels.pop(key)
    out = io.BytesIO()
    deck.save(out)
    return out.getvalue()


def edited(data, edit):
    """The deck after an edit."""
    deck = office.presentation(data)
    edit(deck)
    out = io.BytesIO()
    deck.save(out)
    return out.getvalue()


def versions(slide):
    """The versions of the numbers that a slide shows: of its texts, charts and notes."""
    words = [s.text_frame.text for s in carriers.walk(slide.shapes) if s.has_text_frame]
    if slide.has_notes_slide:
        words.append(slide.notes_slide.notes_text_frame.text)
    values = {
        value.text.removesuffix(".0")
        for shape in carriers.walk(slide.shapes)
        if getattr(shape, "has_chart", False)
        for part in shape.chart._chartSpace.iter(f"{C}val")
        for value in part.iter(f"{C}v")
    }
    shown = values | {number for text in words for number in re.findall(r"(\d+)人", text)}
    return shown & {"45", "46"}


def stale(slide):
    """Whether a slide is marked as not up to date."""
    texts = [s.text_frame.text for s in carriers.walk(slide.shapes) if s.has_text_frame]
    return "本页尚未更新" in texts


def of_figure(deck):
    """The slides that show the figure, whatever the names of their shapes are."""
    stamp = f"图号 {NAME}"
    return [
        slide
        for slide in deck.slides
        if any(s.has_text_frame and stamp in s.text_frame.text for s in carriers.walk(slide.shapes))
    ]


def updated(data, figures, tmp_path, name="deck.pptx"):
    """The deck after an update, and the report."""
    path = tmp_path / name
    path.write_bytes(data)
    report = refresh.update(path, figures)
    return office.presentation(path.read_bytes()), report


BLOCKED = {retitled_with_number, called_out, pictured}


@pytest.mark.parametrize("saved", [powerpoint, libreoffice, wps])
@pytest.mark.parametrize("edit", EDITS)
def test_a_slide_shows_one_version(short, figures, tmp_path, edit, saved):
    """Renewed as a whole, or left as it was with a mark that can be seen."""
    deck, report = updated(saved(edited(short, edit)), figures[raised], tmp_path)

    (slide,) = of_figure(deck)
    old = edit in BLOCKED
    assert versions(slide) == ({"45"} if old else {"46"}), "\n".join(report.lines())
    assert stale(slide) == old
    assert report.count["missing" if edit is pictured else "kept"] == int(old)
    (again, second) = updated((tmp_path / "deck.pptx").read_bytes(), figures[raised], tmp_path)
    assert not second.changed
    assert len(again.slides) == len(deck.slides)


def test_formats_and_places_set_by_hand_stay(original, figures, tmp_path):
    """Place, size, colour of a point and of a title, and the text of the author."""
    data = original
    for edit in (moved, resized, formatted, recoloured):
        data = edited(data, edit)

    deck, _ = updated(data, figures[raised], tmp_path)

    _, parts = slide_with(deck)
    assert (parts["chart"].left, parts["chart"].width) == (111_111, 5_000_000)
    series = parts["chart"].chart.plots[0].series[0]
    assert series.points[1].marker.format.fill.fore_color.rgb == RED
    runs = parts["title"].text_frame.paragraphs[0].runs
    assert "".join(run.text for run in runs) == "楚雄死亡46人"
    assert {(run.font.size, run.font.bold, run.font.color.rgb) for run in runs} == {
        (Pt(20), True, RED)
    }


def test_a_colour_stays_with_its_region(original, figures, tmp_path):
    """A region that comes in before it does not take its colour."""

    def joined(one):
        raised(one)
        if one["name"].startswith("comparison-deaths"):
            one["rows"].insert(0, row("anhui", 70))

    folder = written(tmp_path / "joined", edit=joined)
    deck, _ = updated(edited(original, recoloured), folder, tmp_path)

    chart = slide_with(deck)[1]["chart"].chart
    categories = list(chart.plots[0].categories)
    red = [
        categories[int(point.find(f"{C}idx").get("val"))]
        for point in chart._chartSpace.iter(f"{C}dPt")
        if "CC0000" in etree.tostring(point).decode()
    ]
    assert [name.split("\n")[0] for name in red] == ["楚雄"]
    del figures


def test_a_retitled_slide_keeps_its_title(original, figures, tmp_path):
    """And what it would say is reported."""
    deck, report = updated(edited(original, retitled), figures[raised], tmp_path)

    assert slide_with(deck)[1]["title"].text_frame.text == "我的标题"
    assert any("现应为: 楚雄死亡46人" in line for line in report.kept)


@pytest.mark.parametrize("saved", [powerpoint, libreoffice, wps])
def test_a_figure_that_is_no_longer_made_keeps_its_slide(short, figures, tmp_path, saved):
    """With the mark, which a second update does not put twice and a later one removes."""
    deck, report = updated(saved(short), figures[gone], tmp_path)

    (slide,) = of_figure(deck)
    assert versions(slide) == {"45"}
    assert stale(slide)
    assert any("已不再制作" in line for line in report.kept)
    assert "未找到1页" in list(report.lines())[-1]
    data = (tmp_path / "deck.pptx").read_bytes()
    assert not updated(data, figures[gone], tmp_path)[1].changed
    deck, _ = updated(data, figures[raised], tmp_path)
    assert not any(stale(slide) for slide in deck.slides)
    assert versions(of_figure(deck)[0]) == {"46"}


@pytest.mark.parametrize("saved", [powerpoint, libreoffice, wps])
@pytest.mark.parametrize("edit", [nothing, grouped, animated])
def test_a_figure_of_another_kind_is_replaced_as_a_whole(short, figures, tmp_path, edit, saved):
    """The picture takes the frame of chart and list, and its id; nothing of the chart is left."""
    deck, _ = updated(saved(edited(short, edit)), figures[changed_kind], tmp_path)

    (slide,) = of_figure(deck)
    shapes = list(carriers.walk(slide.shapes))
    assert not any(getattr(shape, "has_chart", False) for shape in shapes)
    assert [carriers.mark(shape).part for shape in shapes].count("picture") == 1
    assert versions(slide) == {"46"}
    ids = [shape.shape_id for shape in shapes]
    assert len(set(ids)) == len(ids)
    if edit is animated and saved is powerpoint:
        assert int(slide._element.xpath("//p:spTgt")[0].get("spid")) in ids


@pytest.mark.parametrize("saved", [powerpoint, libreoffice, wps])
@pytest.mark.parametrize("alone", [True, False])
def test_what_is_pasted_into_another_deck_is_renewed(short, figures, tmp_path, alone, saved):
    """A chart alone, or a whole slide: the deck has no property of ours."""
    source = office.presentation(short)
    slide, parts = slide_with(source)
    if alone:
        for part, shape in parts.items():
            if part != "chart":
                shape._element.getparent().remove(shape._element)
        for shape in list(slide.placeholders):
            shape._element.getparent().remove(shape._element)
        slide.shapes.add_textbox(0, 0, 999_999, 99_999).text_frame.text = "别的稿子，别的标题"
        slide.notes_slide.notes_text_frame.text = "别的备注"
    entries = source.slides._sldIdLst
    for entry, page in zip(list(entries), list(source.slides), strict=True):
        if page.slide_id != slide.slide_id:
            source.part.drop_rel(entry.rId)
            entries.remove(entry)
    data = _dropped(source, office.ITEM_RELATION, office.CUSTOM_RELATION)

    deck, report = updated(saved(data), figures[raised], tmp_path)

    (page,) = deck.slides
    # The marks of a title are lost twice over, so that it might be one of the author.
    left = saved is libreoffice and not alone
    assert versions(page) == ({"45"} if left else {"46"}), "\n".join(report.lines())
    assert stale(page) == left
    assert ("保留1页" if left else "更新1页") in list(report.lines())[-1]


@pytest.mark.parametrize("saved", [powerpoint, libreoffice, wps])
def test_merged_decks_are_renewed(short, figures, tmp_path, saved):
    """A copy of the whole slide, as when two decks are put together."""
    deck = office.presentation(short)
    slide, parts = slide_with(deck)
    added = deck.slides.add_slide(slide.slide_layout)
    for shape in list(added.placeholders):
        shape._element.getparent().remove(shape._element)
    chart = slide.part.related_part(parts["chart"]._element.chart_rId)
    for shape in slide.shapes:
        added.shapes._spTree.append(copy.deepcopy(shape._element))
    key = added.part.relate_to(
        chart, "http://schemas.openxmlformats.org/officeDocument/2006/relationships/chart"
    )
    next(one for one in added.shapes if getattr(one, "has_chart", False))._element.xpath(
        ".//c:chart"
    )[0].set(f"{{{slide_charts.R}}}id", key)
    out = io.BytesIO()
    deck.save(out)

    deck, _ = updated(saved(out.getvalue()), figures[raised], tmp_path)

    assert [versions(page) for page in of_figure(deck)] == [{"46"}, {"46"}]


@pytest.mark.parametrize("saved", [powerpoint, libreoffice, wps])
def test_a_slide_show_stays_a_slide_show(short, figures, tmp_path, saved):
    """The type of the file is kept."""
    parts = office.parts(saved(short), "x")
    types = parts["[Content_Types].xml"]
    show = types.replace(b"presentation.main+xml", b"slideshow.main+xml")
    data = office.packed(parts | {"[Content_Types].xml": show})

    deck, _ = updated(data, figures[raised], tmp_path, "show.ppsx")

    assert versions(of_figure(deck)[0]) == {"46"}
    saved = office.parts((tmp_path / "show.ppsx").read_bytes(), "x")["[Content_Types].xml"]
    assert b"slideshow.main+xml" in saved


def test_old_pictures_and_charts_leave_the_file(original, tmp_path):
    """Nothing that no slide shows stays in the package."""

    def edit(one):
        changed_kind(one)
        if one["name"].startswith("coverage-shared"):
            one["rows"][0]["evidence"] = "另一句"

    folder = written(tmp_path / "new", edit=edit)
    updated(original, folder, tmp_path)

    parts = office.parts((tmp_path / "deck.pptx").read_bytes(), "x")
    old = office.parts(original, "x")
    charts = [name for name in parts if re.fullmatch(r"ppt/charts/chart\d+\.xml", name)]
    assert len(charts) == len([n for n in old if re.fullmatch(r"ppt/charts/chart\d+\.xml", n)]) - 1
    picture = slide_with(office.presentation(original), "coverage-shared-1-zh")[1]["picture"]
    assert picture.image.blob in old.values()
    assert picture.image.blob not in parts.values()


def test_cover_and_appendix_are_renewed(original, tmp_path):
    """The version of the data, the number of entries, and a new source."""

    def edit(one):
        raised(one)
        if one["name"].startswith("comparison-deaths"):
            one["rows"].append(row("anhui", 70, publisher="新发布者"))

    folder = written(tmp_path / "new", edit=edit)
    deck, _ = updated(original, folder, tmp_path)

    texts = [s.text_frame.text for s in deck.slides[0].shapes if s.has_text_frame]
    assert any("12条" in text for text in texts)
    version = slides.store.mark(folder)
    assert any(version in text for text in texts)
    cells = [
        cell.text_frame.text
        for slide in deck.slides
        for shape in slide.shapes
        if getattr(shape, "has_table", False)
        for line in shape.table.rows
        for cell in line.cells
    ]
    assert "新发布者" in cells


def test_an_appendix_that_grows_gets_more_pages(original, tmp_path):
    """In their place, in the section of the appendix; and they go when it shrinks again."""
    many = [row("anhui", 70, id=f"a{n}", publisher=f"发布者{n:02}") for n in range(40)]

    def edit(one):
        if one["name"].startswith("coverage-shared"):
            one["rows"] += many

    count = len(office.presentation(original).slides)
    folder = written(tmp_path / "new", edit=edit)
    deck, _ = updated(original, folder, tmp_path)

    assert len(deck.slides) > count
    assert (
        b"sldIdLst"
        in office.parts((tmp_path / "deck.pptx").read_bytes(), "x")["ppt/presentation.xml"]
    )
    listed = deck.part._element.xpath("//*[local-name()='sectionLst']//@id")
    ids = [str(slide.slide_id) for slide in deck.slides]
    assert [one for one in listed if one.isdigit()] == ids
    folder = written(tmp_path / "back", edit=before)
    deck, _ = updated((tmp_path / "deck.pptx").read_bytes(), folder, tmp_path)
    assert len(deck.slides) == count


def test_a_dry_run_writes_nothing(original, figures, tmp_path):
    """Not the deck, not a backup, not its time."""
    path = tmp_path / "deck.pptx"
    path.write_bytes(original)
    path.chmod(0o444)
    state = path.stat().st_mtime_ns, sorted(tmp_path.iterdir())

    report = refresh.update(path, figures[raised], dry_run=True)

    assert report.changed
    assert (path.stat().st_mtime_ns, sorted(tmp_path.iterdir())) == state
    assert path.read_bytes() == original


def test_a_note_of_the_author_stays_beside_the_new_notes(original, figures, tmp_path):
    """Lines before and after the generated notes."""
    deck = office.presentation(original)
    frame = slide_with(deck)[0].notes_slide.notes_text_frame
    frame.text = f"先问一句\n{frame.text}\n我的备注"
    out = io.BytesIO()
    deck.save(out)

    deck, _ = updated(out.getvalue(), figures[raised], tmp_path)

    words = slide_with(deck)[0].notes_slide.notes_text_frame.text
    assert words.startswith("先问一句\n")
    assert words.endswith("\n我的备注")
    assert "死亡46人" in words
    assert "45人" not in words


def test_a_new_caveat_gets_a_text_box(original, tmp_path):
    """A figure without a note that has one now."""
    bare = figure("comparison-bare", [row(), row("nantong", 60)], notes=[])
    noted = figure("comparison-bare", [row(), row("nantong", 60)])
    data = slides.deck(written(tmp_path / "old", more=[bare]), language="zh")

    deck, _ = updated(data, written(tmp_path / "new", more=[noted]), tmp_path)

    _, parts = slide_with(deck, "comparison-bare-zh")
    assert parts["caveat"].text_frame.text == "精确泊松95%区间。"
    del original


def test_marks_are_in_the_alternative_text(original):
    """Each part names its figure, itself and its content."""
    _, parts = slide_with(Presentation(io.BytesIO(original)))

    for part, shape in parts.items():
        mark = carriers.mark(shape)
        assert (mark.figure, mark.part, mark.state) == (NAME, part, tags.state(shape))


def test_a_deck_has_codes_that_are_renewed(figures, tmp_path):
    """A QR code with the fingerprint of now on the slide of a figure."""

    def fingerprint(folder):
        return next(one for one in manifest.load(folder)["figures"] if one["name"] == NAME)[
            "fingerprint"
        ]

    data = slides.deck(figures[before], language="zh", mark="qr")
    assert slide_with(office.presentation(data))[1]["code"].image.blob == qr.png(
        fingerprint(figures[before])
    )

    deck, _ = updated(data, figures[raised], tmp_path)

    assert slide_with(deck)[1]["code"].image.blob == qr.png(fingerprint(figures[raised]))
