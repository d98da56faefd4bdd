"""The drawing of observed over expected counts, and of peers in a funnel."""

import pytest
from album import drawings

import analysis as rs
from analysis.errors import UsageError
from analysis.statistics import spread


@pytest.fixture(scope="module", params=[("zh", "page"), ("en", "slide")], ids="-".join)
def drawing(request):
    """The ratios of deaths and accidents in one language and one form."""
    language, form = request.param
    (drawing,) = drawings("expected", language, form)
    return drawing


@pytest.fixture(scope="module", params=[("zh", "page"), ("en", "slide")], ids="-".join)
def funnel(request):
    """The peers in one language and one form."""
    language, form = request.param
    (drawing,) = drawings("peers", language, form)
    return drawing


def test_each_mark_is_a_ratio_with_its_exact_interval(drawing):
    """One mark a row at its ratio; hollow where the count is from another publication."""
    for row in drawing.figure.rows.to_dict("records"):
        mark = drawing.marks[row["id"]]
        named = drawing.named(f"interval-{row['id']}")
        line = next(one for one in named if one.get_gid() == f"interval-{row['id']}")
        assert mark.get_xdata()[0] == row["ratio"] == row["value"] / row["expected"]
        assert list(line.get_xdata()) == [row["lower"], row["upper"]]
        other = row["origin"] == "context" or row["chained"]
        assert (mark.get_markerfacecolor() == "white") == other


def test_the_usual_range_is_behind_the_rows_of_prefectures_against_the_nation(drawing):
    """Peers are prefectures, their ratios are to the nation, and they count the present scope."""
    axes = drawing.figure.page.axes[0]
    spans = [band.get_paths()[0].get_extents() for band in axes.collections]
    heights = {name: mark.get_ydata()[0] for name, mark in drawing.marks.items()}

    for row in drawing.figure.rows.to_dict("records"):
        behind = any(span.y0 < heights[row["id"]] < span.y1 for span in spans)
        prefecture = row["of"] == "china" and row["level"] == "prefecture"
        assert behind == (prefecture and row["segment"] == 0)


def test_counts_before_a_break_are_marked_as_such(drawing):
    """Nantong's 2018 is of an older scope."""
    word = "2018年（旧口径）" if drawing.figure.language == "zh" else "2018 (old scope)"
    assert word in drawing.said


def test_what_cannot_be_expected_or_placed_stops_with_the_reason():
    """Drills have no national count; accidents are counted differently from place to place."""
    with pytest.raises(UsageError, match="no yearly count of drills_held in the nation"):
        rs.expected("drills_held")
    for call in (rs.expected, rs.peers):
        with pytest.raises(UsageError, match="accidents does not compare between regions: ask dea"):
            call("accidents")


def test_a_region_without_counts_is_told_why():
    """Yaohai alone: a page with the reason, no blank."""
    rows = rs.load().rows
    alone = rs.expected("deaths", rows=rows[rows["region"].eq("yaohai")], language="en")

    assert alone.rows.empty
    assert alone.refusals["region"].tolist() == ["yaohai"]


def test_peers_stay_unnamed_and_own_regions_are_named(funnel):
    """A name beside each dot would make it a league table."""
    names = funnel.figure.rows[["region_zh", "region_en"]].set_axis(["zh", "en"], axis=1)
    peers = names[funnel.figure.rows["id"].str.startswith("peer-")][funnel.figure.language]

    assert len(peers) == 11
    assert not [name for name in peers if name in funnel.said]
    for name in ("楚雄", "云南", "南通") if funnel.figure.language == "zh" else ("Chuxiong",):
        assert name in funnel.said


def test_the_limits_of_chance_lie_inside_those_with_the_spread(funnel):
    """Around 1, by the exact limits of Poisson counts."""
    inner, usual = funnel.named("upper")[0], funnel.named("usual_upper")[0]
    expected = inner.get_xdata()

    assert (inner.get_ydata() == spread.funnel(expected).upper).all()
    assert (usual.get_ydata() > inner.get_ydata()).all()


def test_a_count_computed_from_a_change_is_hollow(funnel):
    """Nantong's 136 of 2020 are computed from -45.59 %, and the national rate of 2021 is."""
    own = funnel.figure.beside.dropna(subset="named").set_index("id")
    hollow = [name for name in own.index if funnel.marks[name].get_markerfacecolor() == "white"]

    assert [own["named"][name].en for name in hollow] == ["Nantong 2020", "Nantong 2021"]


def test_hollow_points_are_the_rough_ones(funnel):
    """Part of a year, an old population or a chained rate."""
    for row in funnel.figure.rows.to_dict("records"):
        mark = funnel.marks[row["id"]]
        assert (mark.get_markerfacecolor() == "white") == row["rough"]
