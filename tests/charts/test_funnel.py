"""The drawing of counts within limits around an outside rate."""

import pandas as pd
import pytest
from drawings import Drawing
from tidy import ABSENT

from analysis import charts
from analysis.charts import style
from analysis.comparability import findings, many
from analysis.statistics import gaps, rates, standardised, years
from analysis.tables import panel, simulated

FORMS = [("zh", "page"), ("en", "slide")]


def drawn(rows, context, *, language, form):
    """The funnel of the real deaths, as the notebook draws it."""
    every = years.series(rows, context)
    levels = years.levels(rows, context, "deaths", first_year=2020)
    counts = standardised.funnel(levels, rates.expected(levels, every, context, "deaths"))
    unplaced = standardised.without_population(every, rows, counts, context, "deaths")
    silent = gaps.regions(rows, "deaths", set(counts["region"]), ABSENT)
    with style.house_style():
        return Drawing(
            charts.funnel(
                counts,
                title=findings.funnel(counts),
                language=language,
                limits=standardised.curves(counts),
                refused=pd.concat([silent, unplaced], ignore_index=True),
                form=form,
            )
        )


@pytest.fixture(scope="module", params=FORMS, ids="-".join)
def drawing(request, rows, context):
    """The funnel in one language and one form."""
    language, form = request.param
    return drawn(rows, context, language=language, form=form)


def test_every_word_can_be_read(drawing):
    """No text covers another, leaves the page or is struck by a mark."""
    assert not drawing.faults


def test_each_dot_is_a_count_over_what_was_expected(drawing):
    """One dot a region and year, at (expected, counted)."""
    for row in drawing.figure.rows.to_dict("records"):
        (dot,) = drawing.named(f"mark-{row['id']}")
        assert (dot.get_xdata()[0], dot.get_ydata()[0]) == (row["expected"], row["value"])
        assert (dot.get_markerfacecolor() == "white") == (row["origin"] == "context")


def test_the_middle_is_the_outside_rate_and_not_the_mean_of_the_dots(drawing):
    """The reference line is count = expected; every dot of a region may lie on one side of it."""
    (middle,) = drawing.named("benchmark")

    assert list(middle.get_xdata()) == list(middle.get_ydata())
    rows = drawing.figure.rows
    above = rows["value"].gt(rows["expected"]).groupby(rows["region"]).agg(list)
    assert above.to_dict() == {"nantong": [False], "chuxiong": [True] * 3}


def test_the_limits_are_drawn_as_they_come(drawing):
    """Two solid limits on each side, and a dashed one for clustered events between them."""
    curves = standardised.curves(drawing.figure.rows)

    for name in ("lower", "upper", "outer_lower", "outer_upper"):
        (line,) = (one for one in drawing.named(name) if one.get_gid() == name)
        assert list(line.get_ydata()) == list(curves[name])
        assert line.get_linestyle() == "-"
    for side in ("lower", "upper"):
        (line,) = drawing.named(f"loose_{side}")
        assert line.get_linestyle() == "--"


def test_every_region_without_a_dot_has_a_reason(drawing, rows):
    """Three reports give no count, nor does another publication."""
    left_out = [entry.region for entry in drawing.figure.caption.left_out]

    assert left_out == ["anhui", "anshan", "yaohai"]
    assert set(left_out) | set(drawing.figure.rows["region"]) == set(rows["region"])


def test_the_notes_say_what_hangs_on_clustering(drawing):
    """Chuxiong's three years lie outside the plain limits, none outside those for twice these."""
    notes = " ".join(note.en for note in drawing.figure.caption.notes)

    assert "0 of 4 would lie outside 95%" in notes
    assert "never around the mean of those shown" in notes


def test_the_counts_are_written_out(drawing):
    """Each dot's count and expectation can be read without an axis."""
    said = drawing.said

    assert "45" in said
    assert "32.4" in said


def test_nothing_expected_is_said(rows, context):
    """Without a national figure there is no funnel, and every region is in the strip."""
    levels = years.levels(rows, context, "injuries", first_year=2020)
    every = years.series(rows, context)
    counts = standardised.funnel(levels, rates.expected(levels, every, context, "injuries"))
    with style.house_style():
        drawing = Drawing(
            charts.funnel(
                counts,
                title=findings.funnel(counts),
                language="zh",
                limits=standardised.curves(counts),
                refused=gaps.regions(rows, "injuries", set(), ABSENT),
            )
        )

    assert "没有可画的数字" in drawing.said
    assert len(drawing.figure.caption.left_out) == 5


@pytest.fixture(scope="module", params=FORMS, ids="-".join)
def crowd(request, tmp_path_factory):
    """The funnel of a made-up country of 400 regions, around the rate of the whole country."""
    folder = tmp_path_factory.mktemp("national")
    simulated.simulate(folder, regions=400, years=2, indicators=2)
    held = panel.Panel(folder)
    found = many.comparable(held, held.of("deaths"), "deaths")
    levels = found.rows[found.rows["comparator"].eq("=")]
    nation = rates.marks(held.tables(["simcountry"]).context_rows)
    expected = rates.expected(levels, nation, nation, "deaths", region="simcountry")
    counts = standardised.funnel(levels, expected)
    language, form = request.param
    with style.house_style():
        return Drawing(
            charts.funnel(
                counts,
                title=findings.funnel(counts),
                language=language,
                limits=standardised.curves(counts),
                refused=found.refused,
                form=form,
            )
        )


def test_a_crowd_is_expected_what_the_nation_had(crowd):
    """The expected counts share out the published national count, by population."""
    rows = crowd.figure.rows
    latest = rows[rows["period_end"].dt.year.eq(2024)]
    rate = latest["expected"] / latest["population"]

    assert rate.max() == pytest.approx(rate.min(), rel=1e-9)
    assert latest["value"].sum() == pytest.approx(latest["expected"].sum(), rel=0.05)


def test_a_crowd_has_a_dot_each_and_no_names(crowd):
    """Each dot can be traced; a list of names beside them would be a league table."""
    rows = crowd.figure.rows
    assert len(rows) > 350
    for row in rows.to_dict("records"):
        (dot,) = crowd.named(f"mark-{row['id']}")
        assert (dot.get_xdata()[0], dot.get_ydata()[0]) == (row["expected"], row["value"])
        assert (dot.get_color() == style.INK) == (row["place"] == "far_outside")
    names = {*rows["region_zh"], *rows["region_en"]}
    assert [name for name in names if name in crowd.said] == []


def test_a_crowd_reads_without_fault_and_counts_those_left_out(crowd):
    """Every word can be read; absent regions are counted by reason; chance is told."""
    assert not crowd.faults
    left_out = crowd.figure.caption.left_out
    notes = " ".join(note.en for note in crowd.figure.caption.notes)
    count, refused = len(crowd.figure.rows), len(crowd.figure.refusals)

    assert sum(int(entry.name.en.partition(" ")[0]) for entry in left_out) == refused
    assert f"up to about {round(count * 0.05)} of {count} outside 95%" in notes
