"""Earlier years, yearly series, changes and chains; expected values printed or worked by hand."""

import math

import pandas as pd
import pytest
from tidy import context, frame, row

from analysis.errors import WordError
from analysis.statistics import dates, years

PERCENT = {"measure": "change_pct", "unit": "%"}


def earlier(now, change, printed):
    """The year before *now*, back-calculated from one printed percentage."""
    rows = frame(row(value=now), row(value=change, printed=printed, **PERCENT))
    return years.prior_years(rows).iloc[0]


@pytest.mark.parametrize(
    ("now", "change", "printed", "before"),
    [(42, -6.7, "6.7%", 45), (45, -11.8, "11.8%", 51), (15, 7.1, "7.1%", 14)],
)
def test_a_sharp_percentage_leaves_one_number(now, change, printed, before):
    """Chuxiong's 42 and -6.7 % leave 45 only, 45 and -11.8 % leave 51 only."""
    found = earlier(now, change, printed)

    assert found["settled"]
    assert (found["value"], found["value_low"], found["value_high"]) == (before,) * 3
    assert found["basis"] == "from_percent"


@pytest.mark.parametrize(
    ("now", "change", "printed", "low", "high"),
    [
        (98, -12.5, "12.5%", 98 / 0.8755, 98 / 0.8745),  # 111.9-112.1: 112 only
        (980, -12.5, "12.5%", 980 / 0.8755, 980 / 0.8745),
        (420, -7, "7%", 420 / 0.935, 420 / 0.925),
    ],
)
def test_a_blunt_percentage_leaves_a_range(now, change, printed, low, high):
    """-12.5 % is anything from -12.45 to -12.55 %; a whole percentage ten times as much."""
    found = earlier(now, change, printed)
    whole = math.floor(high) - math.ceil(low) + 1

    assert found["settled"] == (whole == 1)
    if whole > 1:
        assert (found["value_low"], found["value_high"]) == pytest.approx((low, high))


def test_a_printed_difference_gives_the_year_before_as_it_stands():
    """42, three fewer than the year before: 45."""
    rows = frame(row(value=42), row(value=-3, measure="change_abs"))

    found = years.prior_years(rows).iloc[0]

    assert (found["value"], found["basis"], found["settled"]) == (45, "from_difference", True)
    assert found["period_end"] == pd.Timestamp("2023-12-31")
    assert found["measure"] == "level"


def test_a_rounded_amount_leaves_a_range_of_the_year_before():
    """1.2亿元, up 20 %: between 1.15/1.205 and 1.25/1.195 of a hundred million."""
    money = {"indicator": "fines", "quantity": "money", "unit": "元"}
    rows = frame(
        row(value=1.2e8, printed="1.2亿元", **money),
        row(value=20, printed="20%", **(money | PERCENT)),
    )

    found = years.prior_years(rows).iloc[0]

    assert not found["settled"]
    assert found["value_low"] == pytest.approx(1.15e8 / 1.205)
    assert found["value_high"] == pytest.approx(1.25e8 / 1.195)


def test_a_difference_of_rounded_amounts_is_not_settled_either():
    """1.2亿元, 0.3亿元 more: 0.8 to 1.0."""
    money = {"indicator": "fines", "quantity": "money", "unit": "元"}
    rows = frame(
        row(value=1.2e8, printed="1.2亿元", **money),
        row(value=0.3e8, printed="0.3亿元", **(money | {"measure": "change_abs"})),
    )

    found = years.prior_years(rows).iloc[0]

    assert not found["settled"]
    assert (found["value_low"], found["value_high"]) == pytest.approx((0.8e8, 1.0e8))


@pytest.mark.parametrize("which", [0, 1])
def test_a_bound_gives_no_year_before(which):
    """3000余 and -10 % is no number, nor is 3000 and 一成多."""
    signs = ["=", "="]
    signs[which] = ">="
    rows = frame(
        row(value=3000, comparator=signs[0]),
        row(value=-10, comparator=signs[1], printed="10%", **PERCENT),
    )

    assert years.prior_years(rows).empty


def test_a_fall_to_nothing_says_nothing_of_before():
    """0 and -100 % fit every earlier number."""
    assert not earlier(0, -100, "100%")["settled"]


def test_the_year_before_of_the_reports_is_45_51_and_14(rows):
    """Accidents, deaths and injuries of Chuxiong, from the difference and from the percentage."""
    found = years.prior_years(rows)
    found = found[found["region"].eq("chuxiong")].groupby("indicator")["value"].agg(["min", "max"])

    assert found.loc["accidents"].tolist() == [45, 45]
    assert found.loc["deaths"].tolist() == [51, 51]
    assert found.loc["injuries"].tolist() == [14, 14]


def known(*rows, other=()):
    """The series of the rows, with the rows of other publications."""
    empty = frame(context(year=1990)).iloc[:0]
    return years.series(frame(*rows), frame(*other) if other else empty)


def test_the_report_goes_before_context_and_context_before_calculation():
    """Of four sources of one year the report's own is kept."""
    now = [row(value=45), row(value=-6, measure="change_abs"), row(value=51, year=2023)]
    printed = context(value=50, year=2023, basis="printed", id="printed")
    made = context(value=52, year=2023, basis="derived", id="derived")

    first = known(*now, other=[made, printed])
    second = known(*now[:2], other=[made, printed])
    third = known(*now[:2], other=[made])
    fourth = known(*now[:2])

    assert first["value"].tolist() == [51, 45]
    assert second["value"].tolist() == [50, 45]
    assert third["value"].tolist() == [52, 45]
    assert fourth["value"].tolist() == [51, 45]
    assert fourth["basis"].tolist() == ["from_difference", "printed"]


def test_agreeing_and_disputing_sources_are_counted():
    """Two say 51, one says 50: two sources agree with the one kept, one disputes it."""
    found = known(
        row(value=45),
        row(value=-6, measure="change_abs"),
        row(value=51, year=2023),
        other=[context(value=50, year=2023, basis="printed")],
    )

    assert found[["sources", "disputed"]].to_numpy().tolist() == [[2, 1], [1, 0]]


def test_a_range_never_becomes_a_point_of_a_series():
    """420 and -7 % leave 450 to 454: the year before stays unknown."""
    found = known(row(value=420), row(value=-7, printed="7%", **PERCENT))

    assert found["value"].tolist() == [420]


def test_eleven_months_are_no_year():
    """Anshan's report runs to 30 November."""
    assert known(row("anshan", end="2024-11-30")).empty


def test_a_year_of_zero_is_drawn_as_zero_and_not_as_missing():
    """Three deaths, three more than the year before: that year had none."""
    found = known(row(value=3), row(value=3, measure="change_abs"))

    assert found["mark"].astype(str).tolist() == ["zero", "exact"]


def changed(*rows, other=()):
    """The changes of the rows, with the rows of other publications."""
    empty = frame(context(year=1990)).iloc[:0]
    return years.changes(frame(*rows), frame(*other) if other else empty)


@pytest.mark.parametrize(
    ("now", "before", "ratio", "at_most", "at_least"),
    [(42, 45, "0.93 (0.60-1.45)", 27, 67), (45, 51, "0.88 (0.58-1.34)", 32, 74)],
)
def test_counted_changes_are_the_printed_ratios(now, before, ratio, at_most, at_least):
    """The examples of the notes, with the counts that a change would have taken."""
    found = changed(row(value=now), row(value=before, year=2023)).iloc[-1]

    said = f"{found['ratio']:.2f} ({found['lower']:.2f}-{found['upper']:.2f})"
    assert (said, found["at_most"], found["at_least"]) == (ratio, at_most, at_least)
    assert (found["value"], found["before"]) == (now, before)
    assert found["method"] == "exact-conditional"


def test_a_missing_year_gives_no_change_over_two_years():
    """2022 and 2024 without 2023: nothing to compare."""
    assert changed(row(year=2022), row(year=2024)).empty


def test_a_percentage_is_stated_only_where_nothing_was_counted():
    """A counted change replaces its printed percentage; both would be said twice."""
    counted = [row(value=45), row(value=51, year=2023), row(value=-11.8, **PERCENT)]

    assert changed(*counted)["mark"].tolist() == ["exact"]
    assert changed(counted[0], counted[2])["mark"].astype(str).tolist() == ["exact"]
    assert changed(counted[2])["mark"].tolist() == ["percent_only"]


def test_stated_changes_carry_a_percentage_or_a_direction_and_no_value():
    """No position on the scale of counts."""
    found = changed(
        row("nantong", value=-14.3, printed="14.3%", **PERCENT),
        row("anhui", value=-1, measure="direction", unit="", printed="下降"),
    )

    assert found["value"].isna().all()
    assert found["mark"].tolist() == ["direction_only", "percent_only"]
    assert found["direction"].tolist() == [-1, -1]
    assert found["percent"].tolist()[1] == -14.3


def test_targets_are_no_changes():
    """逐年下降 as an aim has not happened."""
    assert changed(row("anshan", value=-1, measure="direction", unit="", status="target")).empty


def test_a_single_year_is_no_line_of_levels(rows, context):
    """Chuxiong and Nantong have deaths of two years or more; every point leads to its source."""
    found = years.levels(rows, context, "deaths", first_year=2020)
    points = found.groupby("region", sort=False)[["value", "origin"]].agg(list)

    assert points.loc["chuxiong"].tolist() == [[53, 51, 45], ["context", "context", "report"]]
    assert points.loc["nantong"].tolist() == [[136, 74], ["context", "context"]]
    assert len(points) == 2


def test_no_change_is_computed_across_a_declared_break():
    """A year of the older scope is no base of the next."""
    older = context(value=336, year=2019, basis="printed", segment=1)
    newer = context(value=136, year=2020, basis="printed", segment=0)
    last = context(value=74, year=2021, basis="printed", segment=0)
    found = years.changes(frame(row(year=2024)), frame(older, newer, last))

    assert found["period_end"].dt.year.tolist() == [2021]


def test_nantongs_scope_breaks_between_2018_and_2020(context):
    """336 deaths of 2018 lie before the break, 136 of 2020 do not."""
    deaths = context[context["region"].eq("nantong") & context["indicator"].eq("deaths")]
    levels = deaths[deaths["measure"].eq("level") & deaths["breakdown"].eq("")]

    assert levels.set_index("value")["segment"].to_dict() == {336: 1, 136: 0, 74: 0}


def test_the_printed_and_the_published_year_before_agree(rows, context):
    """Chuxiong's 2023: three sources, none disputed."""
    found = years.series(rows, context)
    year = found["period_end"].dt.year.eq(2023) & found["region"].eq("chuxiong")

    for indicator in ("accidents", "deaths"):
        kept = found[year & found["indicator"].eq(indicator) & found["breakdown"].eq("")].iloc[0]
        assert kept["disputed"] == 0
        assert kept["sources"] >= 3


def test_no_year_is_known_twice(rows, context):
    """One row a region, indicator, part and year."""
    found = years.series(rows, context)

    assert not found.duplicated(["region", "indicator", "breakdown", "period_end"]).any()
    assert dates.whole_year(found).all()


@pytest.mark.parametrize("question", [years.levels, years.changes_of])
def test_an_indicator_that_nobody_reports_is_no_empty_finding(rows, context, question):
    """A slip of the pen is named with what it is near to; it never draws a page of reasons."""
    with pytest.raises(WordError, match="indicator 'deth' is not known; did you mean deaths"):
        question(rows, context, "deth", first_year=2020)


def test_a_count_calculated_back_from_a_percentage_is_told_in_the_unit_of_the_count():
    """29 people after 6.5 % fewer: 31 people, not 31 %."""
    share = {"measure": "change_pct", "unit": "%", "unit_en": "%"}
    found = years.prior_years(frame(row(value=29), row(value=-6.5, **share))).iloc[0]

    assert (found["value"], found["unit"], found["unit_en"]) == (31, "人", "people")


def test_years_before_the_first_one_asked_for_are_no_years(rows, context):
    """Empty frames with their columns, and no crash."""
    levels = years.levels(rows, context, "deaths", first_year=2090)
    changes = years.changes_of(rows, context, "deaths", first_year=2090)

    assert levels.empty
    assert changes.empty
    assert {"region", "value", "period_end"} <= set(levels.columns)
