"""Wholes that are taken apart, and loops that close or do not."""

import pandas as pd
import pytest
from tidy import ABSENT, context, frame, row

from analysis.comparability import findings
from analysis.statistics import wholes

NAMES = pd.DataFrame(
    {
        "breakdown": ["sector:mining", "sector:road", "sector:other", "kind:special"],
        "dimension": ["sector", "sector", "sector", "kind"],
        "name_zh": ["采矿", "道路", "其他", "专项"],
        "name_en": ["Mining", "Road", "Other", "Special"],
    }
)
EMPTY = frame(context()).iloc[:0]


def piece(value, code="sector:mining", **changes):
    """A part of the deaths of a year."""
    return row(value=value, breakdown=code, **changes)


def taken_apart(*rows, others=EMPTY):
    """What can be taken apart of *rows*."""
    return wholes.composition(frame(*rows), others, "deaths", NAMES)


def test_parts_that_add_up_are_shares_of_the_printed_whole():
    """30 and 15 of 45 are two thirds and a third, with the names of the parts."""
    found = taken_apart(row(), piece(15), piece(30, "sector:road") | {"start": 101})

    assert found["share"].round(1).tolist() == [66.7, 33.3]
    assert found["part_en"].tolist() == ["Road", "Mining"]
    assert found["whole"].tolist() == [45, 45]


def test_the_share_of_a_count_has_the_interval_of_the_chosen_method():
    """15 of 45: the limits of R's binom.test, and of prop.test without correction."""
    limits = {"clopper-pearson": "20.0 49.0", "wilson": "21.4 47.9"}
    found = taken_apart(row(), piece(15), piece(30, "sector:road"))
    first = found[found["value"].eq(15)].iloc[0]

    assert f"{first['lower']:.1f} {first['upper']:.1f}" == limits[first["method"]]


def test_money_has_no_interval():
    """An amount of money is no count of cases: chance has no say in its shares."""
    money = {"quantity": "money", "unit": "元", "theme": "disaster_losses"}
    found = taken_apart(
        row(value=45, **money), piece(15, **money), piece(30, "sector:road", **money)
    )

    assert found["lower"].isna().all()
    assert found["method"].eq("").all()


@pytest.mark.parametrize(
    "pieces",
    [
        [piece(15), piece(29, "sector:road")],
        [piece(45)],
        [piece(15), piece(30, "kind:special")],
        [piece(15), piece(30, "sector:road", status="plan")],
        [piece(15), piece(30, "sector:road", comparator=">=")],
        [piece(15), piece(30, "sector:road", year=2023)],
    ],
    ids=["sum is short", "one part", "two dimensions", "a plan", "a bound", "another year"],
)
def test_what_does_not_add_up_is_not_taken_apart(pieces):
    """A whole is shown only with parts of one kind that make it up."""
    assert taken_apart(row(), *pieces).empty


def test_rounding_of_the_print_is_allowed_for():
    """Parts printed to 0.01万 may differ from their whole by what that rounds away."""
    money = {"quantity": "money", "unit": "元"}
    whole = row(value=30_000, printed="3.00万元", **money)
    one = piece(10_100, printed="1.01万元", **money)
    within = piece(20_000, "sector:road", printed="2.00万元", **money)
    beyond = piece(20_200, "sector:road", printed="2.02万元", **money)

    assert len(taken_apart(whole, one, within)) == 2
    assert taken_apart(whole, one, beyond).empty


def test_parts_may_come_from_another_publication_of_the_same_region():
    """The report's whole stays the report's, and each part says where it is from."""
    others = frame(
        context(value=15, breakdown="sector:mining"),
        context(value=30, breakdown="sector:road"),
        context("nantong", value=1, breakdown="sector:mining"),
    )
    found = taken_apart(row(), others=others)

    assert found["origin"].tolist() == ["context", "context"]
    assert found["whole_origin"].unique().tolist() == ["report"]
    assert found["region"].unique().tolist() == ["chuxiong"]


def test_chuxiongs_losses_close_within_rounding(data, rows, context):
    """The five parts come to 26211.64 against a printed 26211.63, in 万元."""
    found = wholes.composition(rows, context, "disaster_direct_loss", data.breakdowns)

    assert len(found) == 5
    assert found["parts_sum"].unique().tolist() == [262_116_400]
    assert found["whole"].unique().tolist() == [262_116_300]


def test_wholes_of_other_publications_are_not_taken_apart():
    """Another year, and the half of a year, that no report prints."""
    half = {"start": "2024-01-01", "end": "2024-06-30"}
    for period in (half, {"year": 2023}):
        others = frame(
            context(value=20, **period),
            context(value=5, breakdown="sector:mining", **period),
            context(value=15, breakdown="sector:road", **period),
        )
        assert taken_apart(row(), others=others).empty


def test_chuxiongs_plans_are_two_wholes_the_largest_part_first(data, rows, context):
    """70 = 54 + 15 + 1 of the prefecture stands before 652 = 472 + 171 + 9 of the counties."""
    found = wholes.composition(rows, context, "emergency_plans_revised", data.breakdowns)

    assert found["value"].tolist() == [54, 15, 1, 472, 171, 9]
    assert found["whole"].tolist() == [70] * 3 + [652] * 3


def test_the_residual_class_is_last_whatever_its_size():
    """Others are no sector like the others."""
    found = taken_apart(row(), piece(10), piece(5, "sector:road"), piece(30, "sector:other"))

    assert found["value"].tolist() == [10, 5, 30]


def in_province(value, code="", **changes):
    """A count of the province that Chuxiong lies in."""
    place = {"adcode": "530000", "region": "530000", "region_zh": "云南", "region_en": "Yunnan"}
    period = {"year": 2023} | changes
    return context(value=value, breakdown=code, **period) | place


def test_shares_of_the_province_are_those_of_the_same_parts_and_period():
    """A residual class is another thing in every publication."""
    pieces = taken_apart(row(), piece(10), piece(5, "sector:road"), piece(30, "sector:other"))
    counts = (20, "sector:mining"), (50, "sector:other"), (30, "sector:road")
    above = frame(in_province(100), *(in_province(*count) for count in counts))
    alone = in_province(7, "sector:mining", year=2022)  # of a year without a whole

    found = wholes.wider(pieces, frame(*above.to_dict("records"), alone))
    assert found[["piece", "share"]].to_numpy().tolist() == [
        ["sector:mining", 20.0],
        ["sector:road", 30.0],
    ]
    assert wholes.wider(pieces, above[above["adcode"].eq("1")]).empty


def test_a_share_is_tested_against_the_latest_period_that_does_not_overlap():
    """10 of 45 against 20 of 100: scipy's fisher_exact gives 0.826; two parts are compared."""
    pieces = taken_apart(row(), piece(10), piece(35, "sector:road"))
    counts = (20, "sector:mining"), (80, "sector:road")
    years = [
        in_province(*count, year=year)
        for year in (2022, 2023, 2024)
        for count in ((100, ""), *counts)
    ]
    found = wholes.against(pieces, wholes.wider(pieces, frame(*years)))
    mining = next(pair for pair in found if pair.part["piece"] == "sector:mining")

    assert {pair.wider["period_end"].year for pair in found} == {2023}
    assert mining.comparisons == 2
    assert mining.p_value == pytest.approx(0.826, abs=0.001)
    assert not mining.differ


def test_every_other_region_says_why_it_has_no_parts(data, rows, context):
    """Direction, target, percentage and plan each have their own reason."""
    found = wholes.composition(rows, context, "deaths", data.breakdowns)
    absent = wholes.whole_only(rows, "deaths", set(found["region"]), ABSENT)

    assert absent["region"].tolist() == ["anhui", "anshan", "nantong", "yaohai"]
    assert absent["reason_zh"].nunique() == 4


@pytest.mark.parametrize(
    ("rows", "told"),
    [([row(breakdown="")], "without parts"), ([piece(3)], "parts only (mining: 3 people)")],
)
def test_a_whole_and_a_part_alone_say_so(rows, told):
    """Neither is a composition, and the reason tells them apart."""
    assert told in wholes.whole_only(frame(*rows), "deaths", set(), ABSENT)["reason_en"].iloc[0]


def hazards(indicator, value, **changes):
    """A figure of the loop from found to rectified."""
    names = {"indicator_zh": indicator, "indicator_en": indicator, "theme": "hazards"}
    kind = {"unit": "项", "quantity": "count"}
    return row(indicator=indicator, value=value, **(names | kind | changes))


@pytest.mark.parametrize(
    ("figures", "told"),
    [
        ([hazards("hazards_found_and_rectified", 9)], "in one figure (9 items)"),
        (
            [hazards("hazards_found", 9, breakdown="a:b"), hazards("hazards_rectified", 8)],
            "belong to different campaigns",
        ),
        ([hazards("hazards_found", 9)], "found only (9 items)"),
        (
            [hazards("hazards_found", 9), hazards("major_hazards_found", 4)],
            "found only (9 items; 4 items)",
        ),
        ([hazards("hazards_rectified", 8)], "rectified only (8 items)"),
        ([hazards("hazard_rectification_rate", 97, unit="%")], "without counts (97%)"),
        ([hazards("drills_held", 97)], "not yet looked for"),
        ([hazards("hazards_found", 97, status="target", kind="plan")], "a plan"),
    ],
)
def test_an_open_loop_says_which_end_is_missing(figures, told):
    """Each way in which a share cannot be made has its own words."""
    found = wholes.unclosed(frame(*figures), set(), ABSENT, every=True)

    assert told in found["reason_en"].iloc[0]


def test_a_note_of_a_picture_names_the_first_figure_only():
    """So that there is room for the reasons of the other regions."""
    figures = [hazards("hazards_found", 9), hazards("major_hazards_found", 4)]

    found = wholes.unclosed(frame(*figures), set(), ABSENT)

    assert "found only (9 items)" in found["reason_en"].iloc[0]


def test_only_regions_that_are_not_drawn_are_explained(rows):
    """Chuxiong's loops close; the other four say why theirs do not."""
    found = wholes.unclosed(rows, {"chuxiong"}, ABSENT)

    assert found["region"].tolist() == ["anhui", "anshan", "nantong", "yaohai"]
    assert "3586" in found.set_index("region")["reason_zh"]["nantong"]


def test_the_campaign_with_the_largest_difference_comes_first():
    """Within its region; regions keep house order."""
    rows = campaigns(adcode=["2", "1", "1"], open=[9, 1, 5], loop="hazards_found")

    assert wholes.most_open(rows)["open"].tolist() == [5, 1, 9]


def test_major_hazards_are_among_the_hazards_of_the_same_campaign_only():
    """195 hazards, 3 of them major; the 44 of another campaign are a row of their own."""
    rows = campaigns(
        total=[195, 3, 44],
        loop=["hazards_found", "major_hazards_found", "major_hazards_found"],
        breakdown=["campaign:joint", "campaign:joint", "campaign:listed"],
    )

    kept = wholes.most_open(rows)

    assert kept["total"].tolist() == [195, 44]
    assert kept["major"].fillna(0).tolist() == [3, 0]


def campaigns(**columns):
    """Three rows as of ``rates.shares``."""
    first, last = pd.Timestamp("2024-01-01"), pd.Timestamp("2024-12-31")
    common = {"region": "chuxiong", "breakdown": "", "level_order": 2, "adcode": "1"}
    common |= {"period_start": first, "period_end": last, "total": 10, "open": 0}
    return pd.DataFrame(common | {"id": ["a", "b", "c"]} | columns)


def test_the_finding_counts_the_few_parts_that_are_most():
    """40 of 45 are more than four fifths, 24 are not."""
    near = taken_apart(row(value=39), piece(24), piece(15, "sector:road"))
    far = taken_apart(row(), piece(40), piece(5, "sector:road"))

    assert findings.parts(near).en == "Chuxiong: 39 of 39 deaths in mining and road"
    assert findings.parts(far).zh == "楚雄死亡88.9%在采矿"
