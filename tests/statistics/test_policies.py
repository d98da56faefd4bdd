"""Instruments and commitments as rows: groups, pages and what is left out."""

import pandas as pd
import pytest

from analysis.language.vocabulary import Promise
from analysis.statistics import policies


@pytest.fixture(scope="module")
def standings(data):
    """Every instrument in every region of the real tables."""
    return policies.standings(data)


@pytest.fixture(scope="module")
def commitments(data):
    """Every commitment of the real tables."""
    return policies.commitments(data)


def test_every_instrument_has_a_row_in_every_region(standings, data):
    """The grid is whole: silence is a row too."""
    grid = standings.groupby(["region", "indicator"]).size()

    assert grid.eq(1).all()
    assert len(grid) == len(data.instruments) * data.reports["region"].nunique()


def test_rows_lead_to_their_sentence(standings, commitments):
    """What is mentioned has a place and a phrase; an id names one row."""
    known = standings[standings["status"].ne("not_mentioned")]

    for rows in (known, commitments):
        assert rows["id"].is_unique
        assert rows["start"].lt(rows["end"]).all()
        assert rows["evidence"].ne("").all()
        assert rows["report"].str.rpartition("-")[0].eq(rows["region"]).all()
    assert standings.loc[standings["status"].eq("not_mentioned"), "evidence"].eq("").all()


def test_regions_stand_in_house_order(standings):
    """By level, then adcode: never by how much they have."""
    order = list(dict.fromkeys(standings["region"]))

    assert order == ["anhui", "anshan", "nantong", "chuxiong", "yaohai"]


def test_patterns_are_the_sets_of_reports_the_widest_first(standings):
    """Each instrument has the regions that mention it, in house order, and their number."""
    found = policies.patterns(standings)
    known = standings[standings["status"].ne("not_mentioned")]
    regions = known.groupby("indicator")["region"].agg(list)

    assert len(found) == len(standings)
    assert found["reports"].is_monotonic_decreasing
    for row in found.drop_duplicates("indicator").to_dict("records"):
        assert row["pattern"].split() == regions[row["indicator"]]
        assert row["reports"] == len(regions[row["indicator"]])
    often = found.drop_duplicates("indicator").groupby("reports", sort=False)["pattern"]
    for _, group in often:
        sizes = group.value_counts()[group.drop_duplicates()]
        assert sizes.is_monotonic_decreasing


def test_containment_counts_the_instruments_of_one_report_in_another():
    """Two of Anhui's three are Anshan's too, which has no other: 67 % and 100 %."""
    cells = [("a", "anhui"), ("a", "anshan"), ("b", "anhui"), ("b", "anshan"), ("c", "anhui")]
    rows = pd.DataFrame(cells, columns=["indicator", "region"]).assign(
        status="in_use", level_order=2, adcode="1", region_zh="", region_en=""
    )
    found = policies.containment(rows).set_index(["region", "other"])

    assert found["count"].to_dict() == {
        ("anhui", "anhui"): 3,
        ("anhui", "anshan"): 2,
        ("anshan", "anhui"): 2,
        ("anshan", "anshan"): 2,
    }
    assert found["share"].round().to_list() == [100, 67, 100, 100]


def test_order_is_by_theme_then_name(standings, data):
    """By pinyin, the same in both languages; never by how many regions have an instrument."""
    rows = policies.ordered(standings, data.themes).drop_duplicates("indicator")
    themes = [theme for theme in data.themes["theme"] if theme in set(rows["theme"])]

    assert list(dict.fromkeys(rows["theme"])) == themes
    some = rows["indicator_zh"].str[0].isin(list("安防灾"))  # an, fang, zai
    for _, group in rows[some].groupby("theme"):
        first = ["安防灾".index(name[0]) for name in group["indicator_zh"]]
        assert first == sorted(first)


def test_what_could_be_checked_is_named(data):
    """A number, a date, both, or only words."""
    rows = policies.commitments(data)
    numbered, dated = rows["value"].notna(), rows["deadline"].notna()

    assert rows.loc[numbered & dated, "status"].eq(Promise.NUMBER_AND_DATE).all()
    assert rows.loc[numbered & ~dated, "status"].eq(Promise.NUMBER).all()
    assert rows.loc[~numbered & dated, "status"].eq(Promise.DATE).all()
    assert rows.loc[~numbered & ~dated, "status"].eq(Promise.WORDS).all()
    assert len(policies.checkable(rows)) == (numbered | dated).sum()


def test_regions_without_numbers_are_left_out_with_a_count(commitments):
    """Whoever promises in words only is named with how many promises there are."""
    loose = policies.worded(commitments)
    checkable = policies.checkable(commitments)

    assert set(loose["region"]) == set(commitments["region"]) - set(checkable["region"])
    for row in loose.to_dict("records"):
        count = commitments["region"].eq(row["region"]).sum()
        assert str(count) in row["reason_zh"]
        assert str(count) in row["reason_en"]


def test_a_report_without_entries_is_left_out_with_a_reason(data, commitments):
    """A new report whose commitments are not in the tables yet does not vanish."""
    assert policies.unlisted(data, commitments).empty

    (row,) = policies.unlisted(data, commitments[commitments["region"].ne("nantong")]).to_dict(
        "records"
    )
    assert (row["region"], row["region_en"]) == ("nantong", "Nantong")
    assert row["reason_zh"]
    assert row["reason_en"]
