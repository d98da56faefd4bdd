"""A deck is native, sourced, inert and the same each time."""

import io
import zipfile
from pathlib import Path

import pytest
from lxml import etree
from pptx import Presentation
from publications import HOSTILE, figure, hostile, refusal, row, written

from analysis.errors import UsageError
from analysis.explore import trace
from analysis.figures import carriers, office
from analysis.publish import content, fit
from analysis.publish.deck import chart as slide_charts
from analysis.publish.deck import slides

C = f"{{{slide_charts.C}}}"


@pytest.fixture(scope="module")
def figures(tmp_path_factory):
    """A folder of figures with a manifest."""
    return written(tmp_path_factory.mktemp("project"), more=[hostile(), hostile("en")])


@pytest.fixture(scope="module", params=["zh", "en"])
def deck(request, figures):
    """The deck in one language."""
    return slides.deck(figures, language=request.param)


def slide_of(data, figure):
    """The slide that shows *figure*."""
    for slide in Presentation(io.BytesIO(data)).slides:
        if any(carriers.owned(shape.name)[0].startswith(figure) for shape in slide.shapes):
            return slide
    raise AssertionError(figure)


def shape_of(slide, part):
    """The shape of ours that is *part* of a slide."""
    return next(shape for shape in slide.shapes if carriers.owned(shape.name)[1] == part)


@pytest.mark.parametrize(
    ("pattern", "told"),
    [
        ("trend-deths", "did you mean trend-deaths"),
        ("comparison-deth*", "did you mean comparison-deaths"),
        ("nothing", r"are known, of the kinds .*comparison, trend"),
    ],
)
def test_a_figure_that_is_not_there_names_the_nearest(figures, pattern, told):
    """Or, where none is near, the kinds that there are."""
    with pytest.raises(UsageError, match=f"no figure is called .*{told}"):
        slides.deck(figures, language="zh", patterns=["comparison-*", pattern])


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_same_manifest_gives_the_same_bytes(figures, language):
    """Dates, ids and order are fixed."""
    assert slides.deck(figures, language=language) == slides.deck(figures, language=language)


def test_charts_are_native_with_their_intervals(deck):
    """Three regions, two with an interval; error bars reach from lower to upper."""
    chart = shape_of(slide_of(deck, "comparison-deaths"), "chart").chart._chartSpace

    (series,) = chart.iter(f"{C}ser")
    values = [float(v.text) for v in series.find(f"{C}val").iter(f"{C}v")]
    plus = [float(v.text) for v in series.find(f"{C}errBars/{C}plus").iter(f"{C}v")]
    minus = [float(v.text) for v in series.find(f"{C}errBars/{C}minus").iter(f"{C}v")]
    assert values == [60, 45, 0]
    assert [v + p for v, p in zip(values, plus, strict=True)] == pytest.approx([83.4, 63.3, 3])
    assert [v - m for v, m in zip(values, minus, strict=True)] == pytest.approx([43.8, 32.85, 0])


def test_a_missing_year_stays_a_gap(tmp_path):
    """2023 is not there: its category is, its value is not."""
    rows = [row(value=53, year=2022), row(value=45, year=2024)]
    folder = written(tmp_path, more=[figure("trend-gap", rows)])
    data = slides.deck(folder, language="zh", patterns=["trend-gap"])
    chart = shape_of(slide_of(data, "trend-gap"), "chart").chart._chartSpace

    series = list(chart.iter(f"{C}ser"))[-1]
    assert [v.text for v in series.find(f"{C}cat").iter(f"{C}v")] == ["2022", "2023", "2024"]
    assert [p.get("idx") for p in series.find(f"{C}val").iter(f"{C}pt")] == ["0", "2"]
    assert chart.find(f".//{C}dispBlanksAs").get("val") == "gap"


def test_changes_without_counts_stand_in_a_table(deck):
    """A percentage has its diamond, a direction its arrow, and neither is on the axis."""
    slide = slide_of(deck, "trend-deaths")

    table = shape_of(slide, "table").table
    cells = [[cell.text_frame.text for cell in line.cells] for line in table.rows]
    assert [line[1:] for line in cells] == [["2023", "2024"], ["—", "◇−9.2%"], ["↓", "—"]]


def test_every_slide_says_caveat_source_and_evidence(deck):
    """Nothing that a chart needs beside it is lost on the way to the slide."""
    slide = slide_of(deck, "comparison-deaths")

    texts = {carriers.owned(s.name)[1]: s.text_frame.text for s in slide.shapes if s.has_text_frame}
    assert texts["caveat"] in {"精确泊松95%区间。", "Exact Poisson 95% interval."}
    assert texts["source"] in {"资料来源：某局《总结》", "Sources: a report"}
    assert (
        "瑶海：该报告只是计划" in texts["side"] or "Yaohai: the report is a plan" in texts["side"]
    )
    notes = slide.notes_slide.notes_text_frame.text
    assert "“发生事故若干起、死亡45人”" in notes
    assert "301" in notes
    alt = shape_of(slide, "chart")._element.xpath(".//p:cNvPr")[0].get("descr")
    assert alt in {"图中：楚雄45人。", "Shown: Chuxiong 45 people."}


def test_colours_and_fonts_are_those_of_the_theme(deck):
    """A template changes them all: no slide or chart names a colour or a font of its own."""
    with zipfile.ZipFile(io.BytesIO(deck)) as archive:
        for name in archive.namelist():
            if name.startswith(("ppt/slides/slide", "ppt/charts/chart")):
                text = archive.read(name).decode()
                assert "srgbClr" not in text
                assert 'typeface="+m' in text or "typeface" not in text


def test_every_mark_has_its_sentence(deck, tmp_path):
    """Charts, tables and pictures: each mark names a row, each row a phrase."""
    path = tmp_path / "renamed.pptx"
    path.write_bytes(deck)

    found = trace.pieces(path)

    assert {piece.carried["figure"].rpartition("-")[0] for piece in found} >= {
        "comparison-deaths", "trend-deaths", "year-on-year", "open-hazards",
        "parts-losses", "coverage-shared-1", "comparison-hostile",
    }  # fmt: skip
    assert trace.unsourced(found) == []
    assert all(piece.marks for piece in found)
    trend = next(p for p in found if p.carried["figure"].startswith("trend-deaths"))
    assert {one for _, one in trend.marks} == {row["id"] for row in trend.carried["rows"]}


def test_a_chart_pasted_into_another_deck_still_names_its_sentences(deck, tmp_path):
    """Its embedded workbook carries them."""
    chart = shape_of(slide_of(deck, "comparison-deaths"), "chart").chart
    path = tmp_path / "other.xlsx"
    path.write_bytes(chart.part.chart_workbook.xlsx_part.blob)

    (piece,) = trace.pieces(path)

    assert piece.carried["figure"].startswith("comparison-deaths")
    assert trace.unsourced([piece]) == []


def test_hostile_words_are_inert_and_legible(deck):
    """No formula, no link, no script; the words are there to read."""
    slide = slide_of(deck, "comparison-hostile")
    for words in HOSTILE[:3]:
        assert words in slide.notes_slide.notes_text_frame.text
    blob = shape_of(slide, "chart").chart.part.chart_workbook.xlsx_part.blob
    sheets = [part for name, part in office.parts(blob, "x").items() if "worksheets/" in name]
    assert not any(b"<f>" in part or b"hyperlink" in part for part in sheets)
    everything = office.parts(deck, "deck")
    assert not any("externalLink" in name or "vbaProject" in name for name in everything)
    for name, part in everything.items():
        if name.endswith(".rels"):
            assert b'TargetMode="External"' not in part
        if name.endswith(".xml") and not name.startswith("customXml"):
            assert "\u202e" not in part.decode()
            etree.fromstring(part)
    chart = shape_of(slide, "chart").chart._chartSpace
    categories = [v.text for v in next(chart.iter(f"{C}cat")).iter(f"{C}v")]
    assert max(map(len, categories)) < 60
    assert categories[4].startswith("安徽 safe")


@pytest.mark.parametrize(
    ("size", "width", "height"), [(26, 12.1, 0.92), (11, 12.1, 0.6), (12, 3.7, 4.0)]
)
def test_words_fit_their_box_or_are_cut(size, width, height):
    """A long text shrinks to ten points at most, then ends in an ellipsis."""
    for words in ("短", "word " * 40, "字" * 120, "字" * 5000):
        fitted, kept = slides.shapes.fit(words, width, height, size)
        lines = slides.shapes.lines_needed(kept, width, fitted)
        assert lines * fitted * 1.2 / 72 <= height + fitted * 1.2 / 72 * 0.01 or lines == 1
        assert fitted >= 10
        assert kept == words or kept.endswith("…")


def test_figures_are_chosen_by_name(figures):
    """By a name or a pattern."""
    data = slides.deck(figures, language="zh", patterns=["trend-*"])

    names = {
        carriers.owned(s.name)[0] for p in Presentation(io.BytesIO(data)).slides for s in p.shapes
    }
    assert "trend-deaths-zh" in names
    assert "comparison-deaths-zh" not in names


def test_refusals_and_sources_are_in_the_appendix(figures):
    """An indicator a line, each reason with its regions; each publication with its entries."""
    records = content.chosen(slides.manifest.load(figures), "zh")

    said = dict(content.refusals(records, "zh").lines)
    assert "瑶海：该报告只是计划，不含实绩" in said["生产安全事故死亡人数"].split("\n")
    assert ("楚雄应急管理局", "2024年工作总结", "2025-02-01") in [
        line[:3] for line in content.sources(records, "zh").lines
    ]


def test_nothing_is_lost_when_a_deck_is_read_and_saved(deck):
    """Every part is one that python-pptx can read and write again."""
    again = io.BytesIO()
    Presentation(io.BytesIO(deck)).save(again)

    assert set(office.parts(again.getvalue(), "again")) == set(office.parts(deck, "deck"))


def test_a_region_left_out_is_named_even_without_a_plot(tmp_path):
    """Nothing comparable: the slide of a picture, the reason in the notes."""
    one = figure("comparison-none", [row(), row("nantong")], refused=[refusal()], plot=[0, 0, 1, 1])
    folder = written(tmp_path, more=[one])

    data = slides.deck(folder, language="zh", patterns=["comparison-none"])

    assert "瑶海" in slide_of(data, "comparison-none").notes_slide.notes_text_frame.text
    assert Path(folder).is_dir()


def test_small_counts_have_no_halves_between_them(tmp_path):
    """Three parks and one: an axis of whole numbers, one by one."""
    plain = {"lower": None, "upper": None, "method": None}
    rows = [row("nantong", 3, **plain), row("chuxiong", 1, **plain)]
    folder = written(tmp_path, more=[figure("comparison-parks", rows)])
    data = slides.deck(folder, language="zh", patterns=["comparison-parks"])
    (axis,) = shape_of(slide_of(data, "comparison-parks"), "chart").chart._chartSpace.iter(
        f"{C}valAx"
    )

    assert axis.find(f"{C}majorUnit").get("val") == "1"
    assert axis.find(f"{C}numFmt").get("formatCode") == "0"
    assert float(axis.find(f"{C}scaling/{C}max").get("val")).is_integer()


def test_what_a_share_is_of_stands_under_it(tmp_path):
    """Hazards and major hazards of one campaign: two categories that cannot be mistaken."""
    shares = {
        "breakdown": "campaign:joint",
        "breakdown_zh": "联合检查",
        "breakdown_en": "Joint check",
    }
    counts = {"hazards_found": 195, "major_hazards_found": 3}
    rows = [
        row(value=n, open=0, cases=n, total=n, total_printed=f"{n}项", loop=loop, id=loop, **shares)
        for loop, n in counts.items()
    ]
    folder = written(tmp_path, more=[figure("open-hazards-joint", rows, kind="open_hazards")])
    data = slides.deck(folder, language="zh", patterns=["open-hazards-joint"])
    chart = shape_of(slide_of(data, "open-hazards-joint"), "chart").chart._chartSpace

    names = [v.text for v in next(chart.iter(f"{C}cat")).iter(f"{C}v")]
    assert [name.split("\n") for name in names] == [
        ["联合检查", "问题隐患"],
        ["联合检查", "重大隐患"],
    ]


def test_a_share_reads_in_a_native_chart_as_in_its_picture(tmp_path):
    """One decimal at both ends, and one percent sign."""
    rows = [row(value=195, cases=195, total=195, share=100.0, loop="hazards_found")]
    rows[0] |= {"lower": 98.127, "upper": 100.0}
    folder = written(tmp_path, more=[figure("parts-joint", rows, kind="parts", scale="share")])
    (record,) = content.chosen(slides.manifest.load(folder), "zh", ["parts-joint"])

    told = [point.label for point in content.content(record, "zh").plot.series[0].points]
    assert told == ["100%（98.1–100）"]


def test_bars_leave_room_for_names_and_labels(figures):
    """Name, bar, whisker and label share the width of the chart: never more than all of it."""
    made = content.content(
        content.chosen(slides.manifest.load(figures), "zh", ["parts-*"])[0], "zh"
    )
    plot = fit.fitted(made.plot, 7.85)
    left, wide = plot.frame
    end = fit.ceiling(plot)

    for point in plot.series[0].points:
        label = fit.ems_of(point.label) * 12 / 72 / 7.85
        assert left + wide * max(point.value, point.upper) / end + label <= 1
    assert left * 7.85 * 72 / 12 >= max(fit.ems_of(name) for name in plot.categories)


def test_what_cannot_be_compared_is_in_the_appendix_by_indicator():
    """An indicator a line; regions of one reason together."""
    why = {"reason_zh": "范围不同", "reason_en": "they cover different things"}
    pair = [row("nantong", 3, **why), row("chuxiong", 5, **why)]
    other = {"indicator": "parks", "indicator_zh": "园区", "indicator_en": "Parks"}
    single = row("anshan", 2, reason_zh="只有鞍山有实绩", reason_en="only Anshan", **other)

    said = dict(
        content.refusals(
            [figure("not-comparable", [*pair, single], kind="not_comparable", scale="none")], "zh"
        ).lines
    )

    assert said["生产安全事故死亡人数"] == "南通、楚雄：范围不同"
    assert said["园区"] == "鞍山：只有鞍山有实绩"
