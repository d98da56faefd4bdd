"""One region's page as frames: outcomes, neighbours and what cannot be said."""

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


def test_outcomes_are_levels_and_what_has_no_level(rated, data, codes):
    """A percentage beside a count says nothing new; without a count it is all there is."""
    mine = profiles.of(rated, "chuxiong", data.themes, codes)
    nantong = profiles.outcomes(profiles.of(rated, "nantong", data.themes, codes))

    assert profiles.outcomes(mine)["measure"].eq("level").all()
    assert set(nantong["mark"]) == {"percent_only"}
    assert profiles.outcomes(profiles.of(rated, "yaohai", data.themes, codes)).empty


def test_counts_of_events_come_first(rated, data, codes):
    """What has an interval shares the axis; what has none stands below it."""
    shown = profiles.outcomes(profiles.of(rated, "chuxiong", data.themes, codes))
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

    assert list(profiles.outcomes(mine)["breakdown"]) == ["", "hazard:lightning"]


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
        "reported in this way by this region only",
        "others report it, but it may not be set beside theirs",
    ]
