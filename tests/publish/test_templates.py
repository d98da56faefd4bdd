"""Decks in templates of others: nothing is dropped, nothing is outside its slide."""

import io
import itertools
import re
import shutil

import pytest
from pptx import Presentation
from pptx.util import Inches
from publications import figure, refusal, row, stated, written

from analysis.charts import style
from analysis.errors import UsageError
from analysis.figures import carriers, office
from analysis.publish.deck import slides, template

LONG = {
    "zh": "按人口折算楚雄生产安全事故死亡人数为南通的1.14倍（1.11–1.17），差别非偶然",
    "en": "Per person, Chuxiong has 1.14 times the deaths of Nantong (1.11–1.17), beyond chance",
}


@pytest.fixture(scope="module")
def figures(tmp_path_factory):
    """A chart with a list beside it, a chart with a table, and a picture."""
    gaps = [refusal(region) for region in ("anhui", "anshan", "yaohai")]
    crowded = figure("comparison-crowded", [row(), row("nantong")], title=LONG, refused=gaps)
    return written(tmp_path_factory.mktemp("project"), more=[crowded])


def stock(path):
    """The default of python-pptx: 4:3, layouts and placeholders of Office."""
    Presentation().save(path)


def chinese(path):
    """The same with the names that a Chinese Office gives."""
    deck = Presentation()
    names = ("标题幻灯片", "标题和内容", "节标题", "两栏内容", "比较", "仅标题", "空白")
    for layout, name in zip(deck.slide_layouts, names, strict=False):
        layout.name = name
        for number, shape in enumerate(layout.placeholders):
            shape.name = f"占位符 {number}"
    deck.save(path)


def standard(path):
    """4:3 with our names."""
    _sized(path, 10, 7.5)


def a4(path):
    """A4 across, with our names."""
    _sized(path, 10.83, 7.5)


def _sized(path, width, height):
    deck = Presentation(str(template.DEFAULT))
    across, down = width / 13.333, height / 7.5
    deck.slide_width, deck.slide_height = Inches(width), Inches(height)
    for owner in (deck.slide_master, *deck.slide_layouts):
        for shape in owner.placeholders:
            box = shape.left, shape.top, shape.width, shape.height
            scaled = zip(box, (across, down, across, down), strict=True)
            shape.left, shape.top, shape.width, shape.height = (round(n * k) for n, k in scaled)
    deck.save(path)


def without_chart(path):
    """No placeholder for a chart, nor for a caveat."""
    deck = Presentation(str(template.DEFAULT))
    for layout in deck.slide_layouts:
        for shape in list(layout.placeholders):
            if shape.name in {"Chart", "Caveat", "Stamp"}:
                shape._element.getparent().remove(shape._element)
    deck.save(path)


def title_only(path):
    """A company's template with one layout, which has a title."""
    deck = Presentation()
    for layout in list(deck.slide_layouts):
        if layout.name != "Title Only":
            deck.slide_layouts.remove(layout)
    deck.save(path)


def lower_case(path):
    """Our names in small letters."""
    deck = Presentation(str(template.DEFAULT))
    for layout in deck.slide_layouts:
        layout.name = layout.name.lower()
        for shape in layout.placeholders:
            shape.name = shape.name.lower()
    deck.save(path)


def other_master(path):
    """The title at the left of a dark band, a footer, 16:9, saved as a template."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = Inches(13.333), Inches(7.5)
    master = deck.slide_master
    for shape in master.placeholders:
        if shape.placeholder_format.type == 1:
            shape.left, shape.top, shape.width = Inches(1), Inches(0.3), Inches(9)
            shape.height = Inches(0.8)
    deck.save(path)
    parts = office.parts(path.read_bytes(), "x")
    types = parts["[Content_Types].xml"]
    types = types.replace(b"presentation.main+xml", b"template.main+xml")
    path.write_bytes(office.packed(parts | {"[Content_Types].xml": types}))


TEMPLATES = [stock, chinese, standard, a4, without_chart, title_only, lower_case, other_master]
PARTS = {"title", "subtitle", "chart", "side", "caveat", "source", "stamp"}


def decks(figures, make, tmp_path):
    """The deck in a template."""
    path = tmp_path / "template.pptx"
    make(path)
    data = slides.deck(figures, language="zh", template=path)
    return Presentation(io.BytesIO(data))


def parts_of(slide):
    """The shapes of ours by part."""
    return {carriers.owned(s.name)[1]: s for s in slide.shapes if carriers.owned(s.name)[0]}


@pytest.mark.parametrize("make", TEMPLATES)
def test_nothing_is_dropped_in_a_template(figures, make, tmp_path):
    """Each part is on the slide with its text; no placeholder is left empty."""
    deck = decks(figures, make, tmp_path)
    slide = next(s for s in deck.slides if any("crowded" in shape.name for shape in s.shapes))
    parts = parts_of(slide)

    assert set(parts) == PARTS
    assert parts["title"].text_frame.text == LONG["zh"]
    assert parts["side"].text_frame.text.count("\n") == 3
    for page in deck.slides:
        for shape in page.placeholders:
            assert shape.text_frame.text or shape.placeholder_format.type == 13
    cover, key = deck.slides[0], deck.slides[1]
    assert {"title", "subtitle", "source"} <= set(parts_of(cover))
    assert {"title", "table", "words"} <= set(parts_of(key))


@pytest.mark.parametrize("make", TEMPLATES)
def test_nothing_is_outside_its_slide_or_over_the_chart(figures, make, tmp_path):
    """Every box is on its slide; chart, table and texts have rooms of their own."""
    deck = decks(figures, make, tmp_path)

    for number, slide in enumerate(deck.slides, 1):
        boxes = {}
        for part, shape in parts_of(slide).items():
            box = (shape.left, shape.top, shape.left + shape.width, shape.top + shape.height)
            assert min(box) >= 0, (number, part)
            assert box[2] <= deck.slide_width + 9, (number, part)
            assert box[3] <= deck.slide_height + 9, (number, part)
            boxes[part] = box
        for one, other in itertools.combinations(boxes, 2):
            assert _overlap(boxes[one], boxes[other]) < 0.02, (number, one, other)


def _overlap(one, other):
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)]
    return max(wide, 0) * max(high, 0) / max(min(areas), 1)


@pytest.mark.parametrize("make", [stock, title_only])
def test_text_boxes_take_the_colours_of_the_theme(figures, make, tmp_path):
    """No text box has a colour of its own."""
    deck = decks(figures, make, tmp_path)

    for slide in deck.slides:
        for shape in slide.shapes:
            assert not shape._element.xpath(".//a:srgbClr")


def test_the_built_in_template_is_a_file_to_edit(figures, tmp_path):
    """A copy with another name and a moved chart is followed."""
    own = tmp_path / "own.pptx"
    shutil.copy(template.DEFAULT, own)
    deck = Presentation(str(own))
    layout = next(one for one in deck.slide_layouts if one.name == "Figure")
    layout.name = "Firmenfolie"
    for shape in layout.placeholders:
        if shape.name == "Chart":
            shape.left, shape.width = 0, 6_000_000
    deck.save(own)

    made = Presentation(io.BytesIO(slides.deck(figures, language="zh", template=own)))

    slide = next(s for s in made.slides if any("crowded" in shape.name for shape in s.shapes))
    assert slide.slide_layout.name == "Firmenfolie"
    assert parts_of(slide)["chart"].left == 0


def test_the_built_in_template_has_the_colours_of_the_charts():
    """Accents 1 to 5 are those of the regions."""
    theme = next(
        part for name, part in office.parts(template.DEFAULT.read_bytes(), "x").items()
        if name.startswith("ppt/theme/theme")
    )  # fmt: skip
    accents = re.findall(rb'<a:accent[1-5]><a:srgbClr val="([0-9A-Fa-f]{6})"', theme)
    colours = [colour.lstrip("#").lower() for colour in style.REGIONS.values()]
    assert [accent.decode().lower() for accent in accents] == colours


def test_a_template_without_layouts_is_refused(figures, tmp_path):
    """The message says what to add."""
    path = tmp_path / "bare.pptx"
    deck = Presentation()
    for layout in list(deck.slide_layouts):
        deck.slide_layouts.remove(layout)
    deck.save(path)

    with pytest.raises(UsageError, match="slide master"):
        slides.deck(figures, language="zh", template=path)


def test_a_screen_reader_reads_in_order(figures):
    """Title, subtitle, chart, what is beside it, caveat, source, stamp."""
    deck = Presentation(io.BytesIO(slides.deck(figures, language="zh")))
    slide = next(s for s in deck.slides if any("crowded" in shape.name for shape in s.shapes))

    order = [carriers.owned(shape.name)[1] for shape in slide.shapes]
    assert [part for part in order if part] == [
        "title", "subtitle", "chart", "side", "caveat", "source", "stamp",
    ]  # fmt: skip


def test_changes_without_counts_keep_their_table(tmp_path):
    """In a template of others too."""
    rows = [row(), row(value=51, year=2023), stated()]
    folder = written(tmp_path, more=[figure("trend-own", rows)])
    path = tmp_path / "stock.pptx"
    stock(path)
    data = slides.deck(folder, language="zh", template=path, patterns=["trend-own"])

    slide = Presentation(io.BytesIO(data)).slides[2]
    assert {"chart", "table", "heading"} <= set(parts_of(slide))
