"""A deck is brought up to date in place: hand edits stay, and only what changed changes."""

import io
import random
import shutil
import time
from contextlib import suppress
from functools import partial
from zipfile import ZipFile

import pytest
from lxml import etree
from pptx import Presentation
from pptx.oxml.ns import qn
from publications import figure, refusal, row, written

from analysis.errors import AnalysisError
from analysis.explore import trace
from analysis.figures import carriers, office
from analysis.publish.deck import chart as slide_charts
from analysis.publish.deck import refresh, renew, slides

C = f"{{{slide_charts.C}}}"


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    """A folder of figures and the deck made from it."""
    folder = written(tmp_path_factory.mktemp("project"))
    return folder, slides.deck(folder, language="zh")


@pytest.fixture
def deck(original, tmp_path):
    """A copy of the deck to work on."""
    path = tmp_path / "简报.pptx"
    path.write_bytes(original[1])
    return path


def raised(one):
    """Chuxiong's 45 of 2024 becomes 46 in the comparison of deaths."""
    if one["name"].startswith("comparison-deaths"):
        for each in one["rows"]:
            if each["value"] == 45:
                each |= {"value": 46, "printed": "46人", "evidence": "死亡46人", "upper": 64}


def shapes_of(path, figure_name):
    """The shapes of ours on the slides of a figure, by part."""
    return {
        carriers.owned(shape.name)[1]: shape
        for slide in Presentation(str(path)).slides
        for shape in slide.shapes
        if carriers.owned(shape.name)[0] == figure_name
    }


def values(shape):
    """The values of a chart."""
    chart = shape.chart._chartSpace
    return [float(v.text) for val in chart.iter(f"{C}val") for v in val.iter(f"{C}v")]


def test_nothing_to_do_writes_nothing(original, deck):
    """The bytes stay, and no copy is made."""
    report = refresh.update(deck, original[0])

    assert deck.read_bytes() == original[1]
    assert not report.changed
    assert list(deck.parent.iterdir()) == [deck]


def test_a_changed_value_changes_its_chart_caption_and_notes_only(original, deck, tmp_path):
    """Every other part of the package is as it was, byte for byte or element for element."""
    folder = written(tmp_path / "new", edit=raised)

    report = refresh.update(deck, folder)

    assert values(shapes_of(deck, "comparison-deaths-zh")["chart"]) == [60, 46, 0]
    told = "\n".join(report.changed)
    assert "45人 → 46人" in told
    assert "“死亡46人”" in told
    before, after = (office.parts(data, "x") for data in (original[1], deck.read_bytes()))
    changed = {
        name
        for name in before.keys() | after.keys()
        if not _same(name, before.get(name), after.get(name))
    }
    kinds = sorted({name.rstrip("0123456789.xmls") for name in changed})
    assert kinds == [
        "customXml/ite", "docProps/custo", "ppt/charts/chart",
        "ppt/embeddings/Microsoft_Excel_Sheet", "ppt/notesSlides/notesSlide", "ppt/slides/slide",
    ]  # fmt: skip
    slides_changed = {name for name in changed if "slides/slide" in name}
    shown = next(
        slide.part.partname.lstrip("/")
        for slide in Presentation(str(deck)).slides
        if any(shape.name.startswith("rs:comparison-deaths") for shape in slide.shapes)
    )
    assert slides_changed == {"ppt/slides/slide1.xml", shown}  # with the version on the cover
    assert deck.with_name("简报.pptx.bak").read_bytes() == original[1]


def _same(name, one, other):
    if one is None or other is None or not name.endswith((".xml", ".rels")):
        return one == other
    return etree.tostring(etree.fromstring(one), method="c14n") == etree.tostring(
        etree.fromstring(other), method="c14n"
    )


def test_hand_edits_survive(deck, tmp_path):
    """Moved, retyped, recoloured, added and deleted: all still there after an update."""
    made = Presentation(str(deck))
    by = {}
    for slide in made.slides:
        for shape in slide.shapes:
            by[carriers.owned(shape.name)] = (slide, shape)
    slide, chart = by["comparison-deaths-zh", "chart"]
    chart.left, chart.width = 111_111, 5_555_555
    fill = chart.chart.plots[0].series[0].points[0].marker.format.fill
    fill.solid()
    fill.fore_color.rgb = _red()
    by["comparison-deaths-zh", "title"][1].text_frame.text = "我的标题"
    own = slide.shapes.add_textbox(0, 0, 999, 999)
    own.text_frame.text = "我的批注"
    added = made.slides.add_slide(made.slide_layouts[2])
    added.shapes.title.text = "我加的一页"
    trend = made.slides.index(by["trend-deaths-zh", "chart"][0])
    entry = made.slides._sldIdLst[trend]
    made.part.drop_rel(entry.rId)
    made.slides._sldIdLst.remove(entry)
    note = by["open-hazards-zh", "title"][0].notes_slide.notes_text_frame
    note.text += "\n我的备注"
    made.save(str(deck))

    report = refresh.update(deck, written(tmp_path / "new", edit=raised))

    after = shapes_of(deck, "comparison-deaths-zh")
    assert (after["chart"].left, after["chart"].width) == (111_111, 5_555_555)
    assert values(after["chart"]) == [60, 46, 0]
    marker = after["chart"].chart.plots[0].series[0].points[0].marker
    assert str(marker.format.fill.fore_color.rgb) == "CC0000"
    assert after["title"].text_frame.text == "我的标题"
    texts = [
        shape.text_frame.text
        for page in Presentation(str(deck)).slides
        for shape in page.shapes
        if shape.has_text_frame
    ]
    assert "我的批注" in texts
    assert "我加的一页" in texts
    assert not shapes_of(deck, "trend-deaths-zh")
    kept = "\n".join(report.kept)
    assert "trend-deaths-zh: 幻灯片已被手工删除" in kept
    loop = next(
        page
        for page in Presentation(str(deck)).slides
        if any(s.name.startswith("rs:open-hazards") for s in page.shapes)
    )
    assert "我的备注" in loop.notes_slide.notes_text_frame.text


def _red():
    from pptx.dml.color import RGBColor

    return RGBColor(0xCC, 0, 0)


def test_an_edited_title_is_told_what_it_would_say(deck, tmp_path):
    """The words of the author stay; the finding that changed under them is said."""
    made = Presentation(str(deck))
    for slide in made.slides:
        for shape in slide.shapes:
            if shape.name == "rs:comparison-deaths-zh:title":
                shape.text_frame.text = "我的标题"
    made.save(str(deck))

    def retitled(one):
        raised(one)
        if one["name"].startswith("comparison-deaths"):
            one["title"] = {"zh": "新的发现", "en": "a new finding"}

    report = refresh.update(deck, written(tmp_path / "new", edit=retitled))

    assert any("title: 保留手工改动; 现应为: 新的发现" in line for line in report.kept)
    assert shapes_of(deck, "comparison-deaths-zh")["title"].text_frame.text == "我的标题"


def test_numbers_typed_into_a_chart_stay(deck, tmp_path):
    """A chart whose data were edited by hand is left alone, and said."""
    made = Presentation(str(deck))
    for slide in made.slides:
        for shape in slide.shapes:
            if shape.name == "rs:comparison-deaths-zh:chart":
                next(shape.chart._chartSpace.iter(f"{C}val")).find(f".//{C}v").text = "61"
    made.save(str(deck))

    report = refresh.update(deck, written(tmp_path / "new", edit=raised))

    assert values(shapes_of(deck, "comparison-deaths-zh")["chart"]) == [61, 45, 0]
    assert any("chart: 保留手工改动" in line for line in report.kept)


def test_an_updated_deck_can_be_updated_again(original, deck, tmp_path):
    """What an update wrote counts as ours the next time, and leads back to its sentence."""
    refresh.update(deck, written(tmp_path / "new", edit=raised))

    again = refresh.update(deck, tmp_path / "new" / "figures")
    back = refresh.update(deck, original[0])

    assert not again.changed
    assert values(shapes_of(deck, "comparison-deaths-zh")["chart"]) == [60, 45, 0]
    assert back.changed
    assert trace.unsourced(trace.pieces(deck)) == []


def joined(one):
    """A second region with counts over the years: each has a scale of its own now."""
    if one["name"].startswith("trend-deaths"):
        one["rows"] += [row("anshan", 30, 2023), row("anshan", 31, 2024)]


def test_a_region_that_joins_a_trend_puts_its_picture_in_the_place_of_the_chart(deck, tmp_path):
    """A native chart has one axis; the picture also shows what stood in the table beside it."""
    before = shapes_of(deck, "trend-deaths-zh")
    figures = written(tmp_path / "new", edit=joined)
    report = refresh.update(deck, figures)

    after = shapes_of(deck, "trend-deaths-zh")
    assert any("图已重建" in line for line in report.changed)
    assert {"chart", "table", "heading"} <= set(before)
    assert set(after) == {*before, "picture"} - {"chart", "table", "heading"}
    picture, chart, table = after["picture"], before["chart"], before["table"]
    assert chart.left <= picture.left
    assert picture.left + picture.width <= table.left + table.width
    assert refresh.update(deck, figures).changed == []
    assert trace.unsourced(trace.pieces(deck)) == []


def test_an_edited_chart_that_a_picture_would_replace_stays(deck, tmp_path):
    """And the report says so."""
    made = Presentation(str(deck))
    every = {shape.name: shape for page in made.slides for shape in page.shapes}
    space = every["rs:trend-deaths-zh:chart"].chart._chartSpace
    next(space.iter(f"{C}val")).find(f".//{C}v").text = "61"
    made.save(str(deck))

    report = refresh.update(deck, written(tmp_path / "new", edit=joined))

    assert "chart" in shapes_of(deck, "trend-deaths-zh")
    assert any("图的种类变了，保持原样" in line for line in report.kept)


def test_a_region_that_joins_a_comparison_rebuilds_its_chart_in_place(deck, tmp_path):
    """Another dot: the frame stays where it was put."""

    def more(one):
        if one["name"].startswith("comparison-deaths"):
            one["rows"] += [row("anhui", 70)]

    where = shapes_of(deck, "comparison-deaths-zh")["chart"]
    refresh.update(deck, written(tmp_path / "new", edit=more))

    chart = shapes_of(deck, "comparison-deaths-zh")["chart"]
    assert (chart.left, chart.top, chart.width) == (where.left, where.top, where.width)
    assert "安徽" in "".join(chart.chart._chartSpace.itertext())
    Presentation(str(deck))


def test_a_new_refusal_joins_the_list_beside_the_chart(deck, tmp_path):
    """The list of regions left out grows by a line that looks like the others."""

    def more(one):
        if one["name"].startswith("comparison-deaths"):
            one["refused"] += [refusal("anhui", "只报升降方向，无数字", "direction only")]

    refresh.update(deck, written(tmp_path / "new", edit=more))

    words = shapes_of(deck, "comparison-deaths-zh")["side"].text_frame.text
    assert words.split("\n")[1:] == ["瑶海：该报告只是计划，不含实绩", "安徽：只报升降方向，无数字"]


def repictured(one):
    """The picture of the shared indicators says something else, and its plot is lower."""
    if one["name"].startswith("coverage-shared"):
        one["rows"][0]["evidence"] = "另一句"
        one["plot"] = [0.04, 0.3, 0.92, 0.4]


def shape_on_page(picture):
    """How wide a pixel is drawn beside how high it is."""
    across = picture.image.size[0] * (1 - picture.crop_left - picture.crop_right)
    down = picture.image.size[1] * (1 - picture.crop_top - picture.crop_bottom)
    return picture.width / across / (picture.height / down)


def test_a_new_picture_shows_its_own_plot(deck, tmp_path):
    """Cut where the new drawing has its words, as wide as before, nothing stretched."""
    before = shapes_of(deck, "coverage-shared-1-zh")["picture"]

    refresh.update(deck, written(tmp_path / "new", edit=repictured))

    after = shapes_of(deck, "coverage-shared-1-zh")["picture"]
    assert after.image.blob != before.image.blob
    assert (after.crop_top, after.crop_bottom) == pytest.approx((0.3, 0.3), abs=1e-4)
    assert after.width == before.width
    assert shape_on_page(after) == pytest.approx(shape_on_page(before), rel=1e-3)


def test_a_picture_cropped_by_hand_stays(deck, tmp_path):
    """Whoever cut it chose what to show."""
    made = Presentation(str(deck))
    for slide in made.slides:
        for shape in slide.shapes:
            if shape.name == "rs:coverage-shared-1-zh:picture":
                shape.crop_right = 0.5
    made.save(str(deck))

    report = refresh.update(deck, written(tmp_path / "new", edit=repictured))

    kept = shapes_of(deck, "coverage-shared-1-zh")["picture"]
    assert kept.crop_right == pytest.approx(0.5)
    assert any("coverage-shared-1-zh, picture: 保留手工改动" in line for line in report.kept)


def test_a_shape_of_no_known_type_is_passed_by(original, deck):
    """Other programs write shapes without a geometry; they are nobody's figure."""
    presentation = Presentation(str(deck))
    shape = presentation.slides[0].shapes.add_shape(1, 0, 0, 9, 9)
    geometry = shape._element.spPr.find(qn("a:prstGeom"))
    shape._element.spPr.remove(geometry)
    presentation.save(str(deck))

    assert not refresh.update(deck, original[0]).changed


def test_dry_run_changes_nothing(original, deck, tmp_path):
    """It says what an update would do."""
    report = refresh.update(deck, written(tmp_path / "new", edit=raised), dry_run=True)

    assert report.changed
    assert deck.read_bytes() == original[1]


def test_a_new_figure_is_named_but_not_added(deck, tmp_path):
    """A deck belongs to its author: pages come only by hand."""
    more = figure("comparison-new", [row(), row("nantong", 60)])

    report = refresh.update(deck, written(tmp_path / "new", more=[more]))

    assert not shapes_of(deck, "comparison-new-zh")
    assert any("另有1张图不在本稿中，未加入：comparison-new-zh" in line for line in report.kept)


def foreign(path):
    """A deck that python-pptx made for someone else."""
    Presentation().save(str(path))


def cut(path):
    """Half a file."""
    path.write_bytes(path.read_bytes()[:-2000])


def garbled(path):
    """One byte in the middle of the largest part is another."""
    with ZipFile(path) as package:
        part = max(package.infolist(), key=lambda one: one.compress_size)
    begin = part.header_offset + 30 + len(part.filename)  # the local header is 30 bytes and a name
    data = bytearray(path.read_bytes())
    data[begin + part.compress_size // 2] ^= 0xFF
    path.write_bytes(bytes(data))


def opened(path):
    """PowerPoint has it open."""
    path.with_name("~$" + path.name).write_text("who")


def opened_elsewhere(path):
    """LibreOffice has it open."""
    path.with_name(f".~lock.{path.name}#").write_text("who")


def read_only(path):
    """Its owner does not want it changed."""
    path.chmod(0o444)


def bombed(path):
    """A part that unpacks to eighty megabytes."""
    parts = office.parts(path.read_bytes(), "x") | {"ppt/media/bomb.xml": b"0" * (80 << 20)}
    path.write_bytes(office.packed(parts))


def typed(path):
    """A part that declares a document type."""
    parts = office.parts(path.read_bytes(), "x")
    parts["ppt/presentation.xml"] = b"<!DOCTYPE a><a/>"
    path.write_bytes(office.packed(parts))


def hidden(path):
    """A document type in an encoding in which it does not look like one."""
    parts = office.parts(path.read_bytes(), "x")
    words = '<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE a+AD4-<a/>'
    parts["ppt/presentation.xml"] = words.encode()
    path.write_bytes(office.packed(parts))


def stored(text):
    """A stored provenance of other content."""

    def harm(path):
        parts = office.parts(path.read_bytes(), "x")
        name = next(n for n in parts if n.startswith("customXml/") and b":store" in parts[n])
        parts[name] = office.item(text)
        path.write_bytes(office.packed(parts))

    harm.__name__ = f"stored {text[:5]}"
    return harm


STORES = ["[" * 100_000, '{"a":' * 100_000, "null", "[]", '{"a": NaN}', '{"a": {}}', "x" * 99]


@pytest.mark.parametrize(
    "harm",
    [foreign, cut, garbled, opened, opened_elsewhere, read_only, bombed, typed, hidden]
    + [stored(text) for text in STORES],
)
def test_what_is_not_ours_or_not_free_is_refused_untouched(deck, tmp_path, harm):
    """One error of our own; the file, its time and its folder are as they were."""
    folder = written(tmp_path / "new", edit=raised)
    harm(deck)
    before = deck.read_bytes(), deck.stat().st_mtime_ns, sorted(deck.parent.iterdir())

    with pytest.raises(AnalysisError):
        refresh.update(deck, folder)

    assert (deck.read_bytes(), deck.stat().st_mtime_ns, sorted(deck.parent.iterdir())) == before


def test_any_damage_is_told_in_our_own_words(original, tmp_path):
    """A part cut, altered, emptied or gone: an error of ours or a deck that still reads."""
    rng = random.Random(7)  # noqa: S311  the same damage each time
    parts = office.parts(original[1], "deck")
    names = [name for name in parts if name.endswith((".xml", ".rels"))]
    path = tmp_path / "deck.pptx"
    for _ in range(30):
        name = rng.choice(names)
        harmed, part = dict(parts), bytearray(parts[name])
        part[rng.randrange(len(part))] = rng.randrange(32, 127)
        harmed[name] = rng.choice([bytes(part), bytes(part)[: rng.randrange(len(part))], b""])
        path.write_bytes(office.packed(harmed))
        for read in (trace.pieces, partial(refresh.update, figures=original[0], dry_run=True)):
            with suppress(AnalysisError):
                read(path)


def test_a_deck_of_the_other_language_stays_in_it(original, tmp_path):
    """The language is the deck's own."""
    path = tmp_path / "en.pptx"
    path.write_bytes(slides.deck(original[0], language="en"))

    report = refresh.update(path, written(tmp_path / "new", edit=raised))

    assert any("values updated" in line for line in report.changed)
    shutil.rmtree(tmp_path / "new")
    Presentation(io.BytesIO(path.read_bytes()))


def test_a_deck_without_measure_is_refused(deck, tmp_path):
    """Each part of a figure is looked for among all shapes; a hundred thousand take minutes."""
    presentation = Presentation(str(deck))
    tree = presentation.slides[0].shapes._spTree
    shape = etree.tostring(presentation.slides[0].shapes[0]._element)
    for _ in range(refresh.MOST):
        tree.append(etree.fromstring(shape))
    presentation.save(str(deck))
    before = deck.read_bytes()

    with pytest.raises(AnalysisError, match="more than 20,000 shapes"):
        refresh.update(deck, written(tmp_path / "new", edit=raised))

    assert deck.read_bytes() == before


def test_long_texts_are_compared_by_their_beginnings():
    """Each loose text of a slide may be a lost caption; letter by letter two take minutes."""
    start = time.process_time()

    assert renew.alike("甲乙丙丁" * 50_000, "乙甲丁丙" * 50_000)
    assert not renew.alike("甲乙丙丁" * 50_000, "戊己" * 50_000)
    assert time.process_time() - start < 10
