"""One region's page as frames: outcomes, neighbours and what cannot be said."""

from dataclasses import replace

import pandas as pd
import pytest
from tidy import UNDECLARED, frame, joined, row

from analysis.comparability import profiles
from analysis.errors import WordError
from analysis.statistics import rates, years

REGIONS = ["anhui", "anshan", "chuxiong", "nantong", "yaohai"]


@pytest.fixture(scope="module")
def codes(data):
    """The indicators in the order of their table."""
    return list(data.indicators["indicator"])


@pytest.fixture(scope="module")
def compared(rated, codes, data):
    """Every comparison of the real tables."""
    return profiles.compared(rated, codes, data)


def test_a_report_of_two_regions_counts_for_each_only_its_own_figures(data):
    """As many for each as when the regions had a report each."""
    both = data.reports["report"].eq("anshan-2023")
    reports = data.reports.assign(region=data.reports["region"].mask(both, "anshan+anhui"))
    reports = reports[reports["report"].ne("anhui-2023")]
    moved = data.observations["report"].replace("anhui-2023", "anshan-2023")
    joint = replace(data, reports=reports, observations=data.observations.assign(report=moved))

    figures = profiles.reporting(joint, joint.rows).set_index("region")["figures"]

    assert figures.to_dict() == data.rows.groupby("region").size().to_dict()


def test_a_region_without_report_is_refused(rated, data, codes):
    """The mistake is named, with the regions there are."""
    with pytest.raises(WordError, match="chuxiong"):
        profiles.of(rated, "chuxion", data.themes, codes)


@pytest.mark.parametrize("region", REGIONS)
def test_the_page_holds_every_row_of_the_report(rated, data, codes, region):
    """Nothing is dropped, nothing of another region is in it."""
    mine = profiles.of(rated, region, data.themes, codes)

    assert sorted(mine["id"]) == sorted(rated.loc[rated["region"].eq(region), "id"])
    assert mine["theme_zh"].notna().all()
    assert mine["theme_en"].notna().all()


@pytest.fixture(scope="module")
def outcomes(rated, rows, context, data, codes):
    """The outcomes of a region."""
    changes, series = years.changes(rows, context), years.series(rows, context)

    def of(region):
        mine = profiles.of(rated, region, data.themes, codes)
        return profiles.outcomes(mine, profiles.changed(changes, region), series, context)

    return of


def test_outcomes_are_levels_and_what_has_no_level(outcomes):
    """A percentage beside a count says nothing new; without a count it is all the report has."""
    nantong = outcomes("nantong")

    assert outcomes("chuxiong")["measure"].eq("level").all()
    assert set(nantong.loc[nantong["origin"].eq("report"), "mark"]) == {"percent_only"}
    assert outcomes("yaohai").empty


def test_a_count_of_a_part_of_the_year_follows_percentages(outcomes):
    """68 accidents to 24 December 2024 in Nantong; none for Chuxiong, which has whole years."""
    nantong = outcomes("nantong")
    part = nantong[nantong["origin"].eq("context")]

    assert part[["indicator", "value"]].to_numpy().tolist() == [["accidents", 68.0]]
    assert str(part["period_end"].item().date()) == "2024-12-24"
    assert outcomes("chuxiong")["origin"].eq("report").all()


def test_counts_have_the_year_before_and_what_the_nation_would_give(outcomes):
    """51 before 45; 32.4 at the national rate of 2024, and 0.015 serious accidents."""
    found = outcomes("chuxiong").set_index("indicator")

    assert found["before"].dropna().to_dict() == {"accidents": 45, "deaths": 51, "injuries": 14}
    assert found.loc["deaths", ["at_most", "at_least"]].tolist() == [32, 74]
    assert found.loc["deaths", "expected"] == pytest.approx(32.39, abs=0.01)
    assert found.loc["serious_and_major_accidents", "expected"] == pytest.approx(0.015, abs=0.001)
    assert found.loc["disaster_direct_loss", "expected"] != found.loc["deaths", "expected"]
    assert pd.isna(found.loc["disaster_direct_loss", "expected"])


def test_counts_of_events_come_first(outcomes):
    """What has an interval is above what has none."""
    shown = outcomes("chuxiong")
    bare = shown["lower"].isna().to_list()

    assert bare == sorted(bare)
    assert list(shown["indicator"][:3]) == ["accidents", "deaths", "injuries"]


def test_a_part_is_shown_only_without_its_whole(data):
    """Deaths by sector beside the deaths of all would be counted twice by the eye."""
    rows = rates.limits(
        frame(
            row(value=45),
            row(value=30, breakdown="sector:mining"),
            row(value=1, breakdown="hazard:lightning", indicator="disaster_deaths"),
        )
    )
    mine = profiles.of(rows, "chuxiong", data.themes, ["deaths", "disaster_deaths"])

    shown = mine[mine["outcome"].notna()].sort_values("outcome")
    assert list(shown["breakdown"]) == ["", "hazard:lightning"]


def test_changes_are_the_last_ones_of_its_own_report(rows, context):
    """Chuxiong's three of 2024; the earlier ones come from other publications."""
    every = years.changes(rows, context)
    found = profiles.changed(every, "chuxiong")

    assert set(found["indicator"]) == {"accidents", "deaths", "injuries"}
    assert set(found["period_end"].dt.year) == {2024}
    assert profiles.changed(every, "nantong").empty


@pytest.mark.parametrize("region", REGIONS)
def test_neighbours_are_only_what_compare_kept(compared, region):
    """No figure that was refused stands beside another."""
    shown = profiles.beside(compared, region)
    kept = {(c.indicator, id_) for c in compared for id_ in c.rows["id"] if len(c.rows) > 1}

    assert set(shown[["indicator", "id"]].itertuples(index=False, name=None)) <= kept
    for _, group in shown.groupby("indicator"):
        assert region in set(group["region"])
        assert len(set(group["region"])) > 1


@pytest.mark.parametrize("region", REGIONS)
def test_every_shared_indicator_is_shown_or_explained(compared, region):
    """What stands beside others and what cannot be said are together all of them."""
    shown = profiles.beside(compared, region)
    unsaid = profiles.unsaid(compared, region)
    beside = set(shown["indicator"]) if len(shown) else set()

    assert not beside & set(unsaid["indicator"])
    assert beside | set(unsaid["indicator"]) == {c.indicator for c in compared}
    for column in ("reason_zh", "reason_en", "indicator_zh", "indicator_en"):
        assert unsaid[column].ne("").all()


def test_a_figure_that_others_report_but_may_not_stand_beside_is_not_called_alone(rated):
    """A district without a population reports deaths too: the reason says so."""
    reasons = [
        profiles.unsaid(profiles.compared(rows, ["deaths"], UNDECLARED), "chuxiong")[
            "reason_en"
        ].item()
        for rows in (rated, joined(rated))
    ]

    assert reasons == [
        "only this region reports it with this scope",
        "others report it, too, but not comparably",
    ]
