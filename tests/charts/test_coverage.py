"""What the reports give and what they do not, read back from the matrices."""

import numpy as np
import pandas as pd
import pytest
from drawings import Drawing
from tidy import frame, row

from analysis import charts
from analysis.charts import style
from analysis.comparability import findings, rules
from analysis.language.vocabulary import Gap, Mark
from analysis.statistics import gaps as absence

FORMS = [(language, form) for language in ("zh", "en") for form in ("slide", "page")]
PER_PAGE = 19  # of the notebook
THEMES = pd.DataFrame(
    {
        "theme": ["outcomes", "drills", "training"],
        "name_zh": ["事故结果", "应急演练", "培训"],
        "name_en": ["Outcomes", "Drills", "Training"],
    }
)


def themes(rows, given=THEMES, language="zh", form="slide"):
    """The drawing of the figures by theme."""
    with style.house_style():
        title = findings.coverage(rows)
        picture = charts.coverage(rows, title=title, language=language, themes=given, form=form)
    return Drawing(picture)


def shared(rows, codes, language="zh", form="slide"):
    """The drawing of indicators by region, as the notebook makes it."""
    shown = rules.indicators(rules.best(rows), codes)
    gaps = absence.cells(rows, codes)
    with style.house_style():
        title = findings.shared(shown)
        picture = charts.shared(shown, title=title, language=language, gaps=gaps, form=form)
    return Drawing(picture)


@pytest.fixture
def some():
    """Two figures of Anhui, one of Chuxiong in another theme, none of drills."""
    return frame(
        row("anhui", 3),
        row("anhui", 4, indicator="accidents"),
        row("chuxiong", 5, theme="training", indicator="sessions"),
    )


def test_each_cell_holds_the_number_of_figures(some):
    """Two outcomes of Anhui, one training of Chuxiong; themes nobody mentions are left out."""
    drawing = themes(some)
    numbers = [text for text, _ in drawing.words if text.isdigit()]

    assert sorted(numbers) == ["1", "2"]
    assert "培训" in drawing.said
    assert "应急演练" not in drawing.said


def test_no_figure_is_a_dash_and_never_a_zero(some):
    """Two empty cells, two dashes, no 0."""
    drawing = themes(some)

    assert len(drawing.named("gap")) == 2
    assert "0" not in [text for text, _ in drawing.words]


def test_the_shade_follows_the_number_and_an_empty_cell_has_none(some):
    """Missing is masked, not shaded as little."""
    (axes,) = themes(some).picture.axes
    values = axes.collections[0].get_array()

    assert np.ma.getmaskarray(values).sum() == 2
    assert values.compressed().tolist() == pytest.approx([2**0.5, 1])


def test_the_totals_in_words_are_those_of_the_rows(some):
    """Anhui two, Chuxiong one; and that more is not better."""
    alt = themes(some).figure.caption.alt

    assert "安徽2个、楚雄1个" in alt.zh
    assert "More figures is not better safety" in alt.en


def test_regions_stand_in_house_order_in_both_matrices(rows):
    """Anhui, Anshan, Nantong, Chuxiong, Yaohai from left to right."""
    for drawing in (themes(rows, THEMES.iloc[:1]), shared(rows, ["deaths"])):
        places = {t: box.x0 for t, box in drawing.words}
        names = ["安徽", "鞍山", "南通", "楚雄", "瑶海"]
        assert sorted(names, key=places.get) == names


def test_every_cell_has_a_mark_or_a_reason(five):
    """Deaths in five ways, accidents in none: five marks, five gaps."""
    rows = pd.concat([five, frame(row(indicator="accidents"))], ignore_index=True)
    drawing = shared(rows, ["deaths", "accidents"])

    assert len(drawing.marks) == 6
    assert len(drawing.named("gap")) == 3  # not reported; the plan is named in words
    assert drawing.said.split("\n").count("计划文本") == 1


def test_each_kind_of_evidence_keeps_its_mark_in_the_matrix(five):
    """Arrow, dot, diamond, square: as in every other chart."""
    found = {}
    for name, mark in shared(five, ["deaths"]).marks.items():
        shape = mark.get_marker() if hasattr(mark, "get_marker") else mark.get_text()
        found[name.split("-")[0]] = shape

    assert found == {"anhui": "↓", "anshan": "o", "nantong": "D", "chuxiong": "o", "yaohai": "s"}


@pytest.mark.parametrize(("direction", "arrow"), [(-1, "↓"), (1, "↑"), (0, "→")])
def test_an_arrow_of_the_matrix_points_the_way_of_the_change(direction, arrow):
    """Nothing changed is level, not up."""
    rows = frame(row("anhui", measure="direction", value=direction, unit=""), row())
    (sign,) = [m for n, m in shared(rows, ["deaths"]).marks.items() if n.startswith("anhui")]

    assert sign.get_text() == arrow


def test_a_part_is_starred_and_the_star_explained(five):
    """Anshan reports mining only."""
    told = shared(five, ["deaths"]).said

    assert "30人*" in told
    assert "* 只是其中一部分" in told


def test_the_key_explains_the_marks_that_are_used_and_no_others(five):
    """No triangle in the picture, none in the key."""
    told = shared(five, ["deaths"]).said

    assert "◇ 仅有百分比变化" in told
    assert "△" not in told


def test_a_matrix_has_no_scale(five):
    """No ticks, no numbers on an axis."""
    (axes,) = shared(five, ["deaths"]).picture.axes

    assert axes.get_xticks().tolist() == axes.get_yticks().tolist() == []


def test_the_picture_carries_its_rows_and_its_gaps(five):
    """What the manifest and the slides read."""
    figure = shared(five, ["deaths", "accidents"]).figure

    assert len(figure.rows) == 5
    assert figure.refusals["gap"].isin(list(Gap)).all()
    assert len(figure.refusals) == 5


@pytest.mark.parametrize(("language", "form"), FORMS)
def test_the_themes_of_the_tables_are_laid_out_without_a_fault(data, rows, language, form):
    """Each text inside the page, none over another."""
    drawing = themes(rows, data.themes, language, form)
    said = drawing.said.split("\n")
    used = data.themes[data.themes["theme"].isin(rows["theme"])]

    assert drawing.faults == {}
    assert set(used[f"name_{language}"]) <= set(said)
    assert sum(int(text) for text in said if text.isdigit()) == len(rows)


@pytest.mark.parametrize(("language", "form"), FORMS)
def test_the_shared_indicators_are_laid_out_without_a_fault(data, rows, language, form):
    """Every page: each name in full, each cell marked or explained, no text over another."""
    regions = rows.groupby("indicator")["region"].nunique()
    codes = [c for c in data.indicators["indicator"] if regions.get(c, 0) > 1]
    names = data.indicators.set_index("indicator")[f"name_{language}"]
    glue = " " if language == "en" else ""
    for at in range(0, len(codes), PER_PAGE):
        page = codes[at : at + PER_PAGE]
        drawing = shared(rows, page, language, form)
        said = {text.replace("\n", glue) for text, _ in drawing.words}
        assert drawing.faults == {}, page
        assert set(names[page]) <= said
        assert len(drawing.marks) + len(drawing.figure.refusals) == 5 * len(page)


def test_all_five_regions_appear_with_what_they_give_and_why_the_rest_is_empty(rows):
    """The first page: Yaohai by its plan, Anhui by its directions, Chuxiong by its counts."""
    codes = ["accidents", "deaths", "drills_held"]
    drawing = shared(rows, codes)
    by_region = {name.split("-")[0] for name in drawing.marks}

    assert by_region == {"anhui", "anshan", "nantong", "chuxiong", "yaohai"}
    assert set(drawing.figure.refusals["reason_zh"]) == {
        "报告未提及",
        "该报告只是计划，不含实绩",
    }


def test_every_mark_of_the_tables_can_be_drawn(rows):
    """No kind of row is without a shape or a sign."""
    assert set(rows["mark"]) <= set(charts.marks.SHAPES) | {Mark.DIRECTION_ONLY}
