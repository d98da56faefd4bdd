"""The drawing of the parts of a whole."""

import pytest
from drawings import Drawing
from tidy import frame, row

from analysis.charts import style
from analysis.charts.parts import parts as draw_parts
from analysis.comparability import findings
from analysis.statistics import wholes

FIGURES = [
    ("disaster_direct_loss", "zh", "page"),
    ("deaths", "en", "slide"),
    ("emergency_plans_revised", "en", "page"),
]


def drawn(data, rows, context, indicator, *, language="en", form="slide"):
    """The parts of *indicator*, as the notebook draws them."""
    pieces = wholes.composition(rows, context, indicator, data.breakdowns)
    wider = wholes.wider(pieces, context)
    with style.house_style():
        return Drawing(
            draw_parts(
                pieces,
                title=findings.parts(pieces),
                language=language,
                refused=wholes.whole_only(
                    rows, indicator, set(pieces["region"]), data.absence_rows
                ),
                wider=wider,
                tested=findings.against(wholes.against(pieces, wider)),
                form=form,
            )
        )


@pytest.fixture(scope="module", params=FIGURES, ids="-".join)
def parted(request, data, rows, context):
    """One of the real wholes."""
    indicator, language, form = request.param
    return drawn(data, rows, context, indicator, language=language, form=form)


def test_every_word_can_be_read(parted):
    """No text covers another, leaves the page or is struck by a bar."""
    assert not parted.faults


def test_bars_start_at_zero_and_end_at_their_share(parted):
    """One axis for all."""
    for part in parted.figure.rows.to_dict("records"):
        (bar,) = parted.named(f"mark-{part['id']}")
        assert bar.get_x() == 0
        assert bar.get_width() == pytest.approx(100 * part["value"] / part["whole"])
        assert bar.axes.get_xlim()[0] == 0


def test_intervals_come_from_the_rows(parted):
    """Counts of events have a line, money and plans have none."""
    for part in parted.figure.rows.to_dict("records"):
        lines = parted.named(f"interval-{part['id']}")
        ends = [list(line.get_xdata()) for line in lines]
        assert ends == ([[part["lower"], part["upper"]]] if part["method"] else [])


def test_parts_are_sorted_by_size_with_others_last(parted):
    """From the top down; the residual class is no part like the others."""
    for _, whole in parted.figure.rows.groupby("whole_id", sort=False):
        heights = [parted.named(f"mark-{id_}")[0].get_y() for id_ in whole["id"]]
        assert heights == sorted(heights, reverse=True)
        named = whole[~whole["piece"].str.endswith(":other")]
        assert named["value"].is_monotonic_decreasing
        assert list(whole["id"])[: len(named)] == list(named["id"])


def test_every_other_region_has_a_reason(parted):
    """The reasons and the plot are together all five regions."""
    left_out = [entry.region for entry in parted.figure.caption.left_out]

    assert left_out == ["anhui", "anshan", "nantong", "yaohai"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_difference_by_rounding_is_on_the_picture(data, rows, context, language):
    """The parts printed in 万元 add up to 26211.64, the printed whole is 26211.63."""
    said = drawn(data, rows, context, "disaster_direct_loss", language=language).said

    assert {"zh": "26211.64万元", "en": "262,116,400 yuan"}[language] in said


def test_the_dark_bars_are_the_parts_of_the_title(data, rows, context):
    """Two of six sectors; the subtitle says what the shades mean."""
    drawing = drawn(data, rows, context, "deaths")
    shades = [drawing.named(f"mark-{id_}")[0].get_alpha() for id_ in drawing.figure.rows["id"]]

    assert shades[:2] == [max(shades)] * 2
    assert max(shades[2:]) < shades[0]
    assert "dark: in the title" in drawing.figure.caption.subtitle.en


def test_amounts_are_printed_as_in_the_report(data, rows, context):
    """23.76万元 is no visible bar, and the parts add up to 0.01万元 more than the whole."""
    drawing = drawn(data, rows, context, "disaster_direct_loss", language="zh")

    assert {"23.76万元", "0.09%", "24868.91万元"} <= set(drawing.said.split("\n"))
    notes = " ".join(note.zh for note in drawing.figure.caption.notes)
    assert "26211.64万元" in notes
    assert "26211.63万元" in notes


@pytest.mark.parametrize(
    ("indicator", "zh", "en"),
    [
        (
            "deaths",
            "楚雄死亡45人，道路交通、建筑业占39人",
            "Chuxiong: 39 of 45 deaths in road traffic and construction",
        ),
        (
            "accidents",
            "楚雄事故42起，道路交通、建筑业占36起",
            "Chuxiong: 36 of 42 accidents in road traffic and construction",
        ),
        (
            "disaster_direct_loss",
            "楚雄灾害损失94.9%在农林牧渔业",
            "Chuxiong: farming, forestry and fishery 94.9% of disaster losses",
        ),
    ],
)
def test_the_title_counts_the_few_parts_that_are_most(data, rows, context, indicator, zh, en):
    """Road traffic 24 and construction 15 of 45; 21 and 15 of 42; 24868.91万 of 26211.63万."""
    title = drawn(data, rows, context, indicator).figure.caption.title

    assert (title.zh, title.en) == (zh, en)


def test_shares_of_other_seasons_are_drawn_but_not_tested(data, rows, context):
    """Yunnan's sectors of January to July 2023 beside Chuxiong's of the year 2024."""
    drawing = drawn(data, rows, context, "accidents")

    assert "Yunnan" in drawing.said.splitlines()
    assert not [note for note in drawing.figure.caption.notes if "Fisher" in note.en]


def test_nothing_to_divide_is_said(data, context):
    """A whole without parts is a reason, not an empty plot."""
    drawing = drawn(data, frame(row()), context.iloc[:0], "deaths")

    assert "nothing to draw" in drawing.said
    assert drawing.figure.caption.left_out[0].reason.en == "a whole only, without parts"


def test_the_source_names_the_report_of_the_whole(data, rows, context):
    """The sectors of the deaths come from a bulletin; their sum is the report's."""
    source = drawn(data, rows, context, "deaths").figure.caption.source.en

    assert source.startswith("Sources: Chuxiong report 2024")


def test_the_picture_says_what_the_lines_are_and_the_record_by_which_method(data, rows, context):
    """The name of a method means nothing to most readers; the method page explains it."""
    figure = drawn(data, rows, context, "deaths").figure
    notes = " ".join(note.en for note in figure.caption.notes)

    assert "lines: 95% confidence interval" in notes
    assert "Clopper" not in notes
    assert set(figure.rows["method"]) == {"clopper-pearson"}
