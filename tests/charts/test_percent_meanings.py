"""The drawing of the whole numbers behind published percentages."""

import pytest
from album import drawings
from drawings import Drawing
from tidy import ABSENT, context, frame, row

from analysis.charts import style
from analysis.charts.percent_meanings import percent_meanings as draw_percent_meanings
from analysis.comparability import findings
from analysis.errors import CrowdedError
from analysis.statistics import gaps, percents

FORMS = [("zh", "slide"), ("zh", "page"), ("en", "slide"), ("en", "page")]
NOTHING = frame(context(year=1990)).iloc[:0]
CODES = ("deaths", "accidents")


def drawn(rows, others=NOTHING, *, language="en", form="slide"):
    """The figure of the percentages, as the call draws it."""
    meanings = percents.meanings(rows, others, CODES)
    shown = {region for meaning in meanings for region in meaning.rows["region"]}
    with style.house_style():
        return Drawing(
            draw_percent_meanings(
                meanings,
                title=findings.percent_meanings(meanings),
                language=language,
                refused=gaps.regions(rows, "deaths", shown, ABSENT),
                form=form,
            )
        )


def percent(value, year, **more):
    """A published change of Nantong's deaths, of which the digits are printed."""
    return row("nantong", value, year=year, measure="change_pct", unit="%") | {
        "printed": f"{abs(value)}%"
    } | more  # fmt: skip


def said(drawing):
    """The words of the figure in one line."""
    return " ".join(drawing.said.split("\n"))


@pytest.fixture(scope="module", params=FORMS, ids="-".join)
def drawing(request):
    """The figure of the real tables."""
    language, form = request.param
    (drawing,) = drawings("percent_meanings", language, form)
    return drawing


def test_nantongs_prints_contradict_one_another(drawing):
    """75-65-59 and 150-130-118 fit the percentages; 68 accidents to 24 December fit neither."""
    rows = drawing.figure.rows
    accidents = rows[rows["region"].eq("nantong") & rows["indicator"].eq("accidents")]

    assert set(accidents["fits"]) == {"75–65–59; 150–130–118"}
    assert "均与68（至12月24日）不符" in said(drawing) or "none: 68 to 24 Dec" in said(drawing)


def test_counts_that_a_print_contradicts_are_crosses(drawing):
    """Crosses at 59 and 118, beside the count of 68; ticks for the nine counts of the others."""
    shapes = [fit.get_marker() for fit in drawing.named("fit")]

    assert (shapes.count("x"), shapes.count("|")) == (2, 9)
    assert {"59", "118", "42", "84", "126"} <= set(drawing.said.split("\n"))


def test_the_title_is_about_a_region_without_contradictions(drawing):
    """417-280-263-233 is the only series of Anhui's deaths up to 500."""
    deaths = drawing.figure.rows.query("region == 'anhui' and indicator == 'deaths'")
    title = drawing.figure.caption.title

    assert set(deaths["fits"]) == {"417–280–263–233"}
    assert title.en == "Anhui's percentages cannot give its deaths: 233 or more fit"
    assert title.zh == "安徽百分比推不出死亡数，≥233都可能"


def test_a_contradiction_is_the_title_where_nothing_else_is_sound():
    """Nantong alone."""
    import analysis as rs

    rows = rs.load().rows
    figure = rs.percent_meanings(rows=rows[rows["region"].eq("nantong")], language="en")

    title = "Nantong: 68 accidents and the percentages are not one series"
    assert figure.caption.title.en == title


def test_deaths_of_nantong_fit_only_a_mixture_of_readings(drawing):
    """54-49-42: -9.25 is cut off (9.259), -14.3 is rounded (14.286)."""
    rows = drawing.figure.rows
    deaths = rows[rows["region"].eq("nantong") & rows["indicator"].eq("deaths")]

    assert deaths["fits"].iloc[0].startswith("54–49–42; ")
    assert "部分四舍五入、部分截尾" in said(drawing) or "some were rounded" in said(drawing)


def test_every_answer_states_its_reading(drawing):
    """Anhui in 2024: at least 185 accidents by rounding, 233 deaths by cutting off."""
    words = {
        "zh": ["2024年至少185 按四舍五入", "2024年至少233 按截尾"],
        "en": ["at least 185 in 2024 if rounded", "at least 233 in 2024 if digits were cut off"],
    }

    assert all(text in said(drawing) for text in words[drawing.figure.language])


def test_every_percentage_and_partial_count_leads_to_its_row(drawing):
    """Ten percentages of four chains, and the count to 24 December."""
    assert set(drawing.marks) == set(drawing.figure.rows["id"])
    assert len(drawing.marks) == 11


def test_regions_with_counts_are_told_apart():
    """Chuxiong needs no inference."""
    import analysis as rs

    figure = rs.percent_meanings(language="en")
    reasons = {entry.region: entry.reason.en for entry in figure.caption.left_out}

    assert reasons["chuxiong"] == "counts are published"


def test_a_single_percentage_is_no_chain():
    """Nor are two with a year between them."""
    for rows in (
        [percent(-9.2, 2024)],
        [percent(-9.2, 2024), percent(-5.1, 2022)],
    ):
        drawing = drawn(frame(*rows))
        assert drawing.marks == {}
        assert drawing.faults == {}


def test_a_chain_of_known_counts_is_not_searched():
    """A yearly count is printed."""
    rows = frame(percent(-9.2, 2024), percent(-13.33, 2023), row("nantong", 59))

    assert percents.meanings(rows, NOTHING, CODES) == []


def test_the_printed_digits_decide():
    """-10.0 % needs a base of 10 or a multiple; -10 % also fits 19 after 21."""
    ten = percents.meanings(frame(percent(-10.0, 2024), percent(-50.0, 2023)), NOTHING, ["deaths"])[
        0
    ]
    whole = percents.meanings(
        frame(percent(-10, 2024) | {"printed": "10%"}, percent(-50, 2023) | {"printed": "50%"}),
        NOTHING,
        ["deaths"],
    )[0]

    assert len(whole.answer.chains) > len(ten.answer.chains)


def test_more_chains_than_fit_are_refused():
    """Twenty regions with two percentages each."""
    rows = [
        percent(-9.2, year) | {"region": f"r{n}", "adcode": f"{n:02}", "id": f"{n}-{year}"}
        for n in range(20)
        for year in (2023, 2024)
    ]

    with pytest.raises(CrowdedError, match="20 lines"):
        drawn(frame(*rows))
