"""Which pairs may stand side by side, and that no region is lost without a reason."""

from itertools import pairwise

import pandas as pd
import pytest
from tidy import ABSENT, context, frame, joined, population, row

from analysis.comparability import findings
from analysis.comparability import rules as compare
from analysis.errors import WordError
from analysis.language.vocabulary import Rule, Verdict
from analysis.statistics import rates

PEOPLE = frame(
    population("anhui", 61_000_000, 2024),
    population("anshan", 3_300_000, 2024),
    population("chuxiong", 2_300_000, 2024),
    population("nantong", 7_700_000, 2024),
    population("yaohai", 860_000, 2024),
)


def rules(one, other):
    """What the rules say of a pair: the rule's code and its verdict."""
    return [(str(word.rule), str(word.verdict)) for word in compare.judge(one, other)]


HERE = row("chuxiong")
REFUSED, CAUTION = "not_comparable", "with_caution"
PERCENT = {"measure": "change_pct", "unit": "%"}
DRILLS = {"indicator": "drills_held", "theme": "drills"}
MINIMAL = [
    (HERE, row("nantong", indicator="accidents"), "indicator", REFUSED),
    (HERE, row("nantong", **PERCENT), "measure", REFUSED),
    (HERE, row("nantong", unit="起"), "unit", REFUSED),
    (HERE, row("nantong", status="target"), "status", REFUSED),
    (HERE, row("nantong", breakdown="sector:mining"), "coverage", REFUSED),
    (row(indicator="accidents"), row("nantong", indicator="accidents"), "counting", REFUSED),
    (row("anhui"), row("yaohai", level="province"), "part_of_whole", REFUSED),
    (HERE, row("nantong", year=2022), "year", REFUSED),
    (HERE, row("nantong", year=2023), "year", CAUTION),
    (row(**DRILLS), row("nantong", end="2024-11-30", **DRILLS), "length", CAUTION),
    (HERE, row("nantong", end="2024-11-30"), "length", REFUSED),
    (HERE, row("nantong") | {"rate": float("nan")}, "population", REFUSED),
    (HERE, row("anhui"), "level", CAUTION),
    (row(denominator=""), row("anhui", denominator=""), "level", REFUSED),
    (row(denominator=""), row("nantong", denominator=""), "size", CAUTION),
    (HERE, row("nantong", comparator=">="), "bound", CAUTION),
    (HERE, row("nantong", comparator="~"), "bound", CAUTION),
    (HERE, context("nantong", reliability="reprint"), "reprint", CAUTION),
    (row(**PERCENT), row("nantong", **PERCENT), "direction", CAUTION),
]


@pytest.mark.parametrize(("one", "other", "rule", "verdict"), MINIMAL)
def test_each_rule_fires_alone_on_a_minimal_pair(one, other, rule, verdict):
    """One difference, one rule; whichever side it is on."""
    assert rules(one, other) == [(rule, verdict)]
    assert rules(other, one) == [(rule, verdict)]


def test_every_rule_has_a_minimal_pair():
    """A new rule needs one too."""
    assert {rule for _, _, rule, _ in MINIMAL} == set(Rule) - {Rule.CAUTIONS}


def test_like_figures_of_like_regions_are_comparable():
    """No rule has anything to say."""
    assert rules(HERE, row("nantong")) == []
    assert compare.overall([]) == Verdict.COMPARABLE


def test_a_leap_day_makes_no_other_length():
    """366 and 365 days are both a year; January to November likewise."""
    assert rules(HERE, row("nantong", year=2023)) == [("year", CAUTION)]
    assert rules(
        row(end="2024-11-30"), row("nantong", year=2023, start="2023-01-01", end="2023-11-30")
    ) == [("year", CAUTION)]


def test_the_strictest_word_decides():
    """A refusal outweighs any number of cautions."""
    words = compare.judge(HERE, row("anhui", year=2023, comparator=">=", status="plan"))

    assert {str(word.rule) for word in words} == {"status", "year", "level", "bound"}
    assert compare.overall(words) == Verdict.NOT_COMPARABLE


@pytest.mark.parametrize(
    ("inner", "outer"), [("yaohai", "hefei"), ("yaohai", "anhui"), ("hefei", "anhui")]
)
def test_a_part_is_never_compared_with_its_whole(inner, outer):
    """Yaohai lies in Hefei, Hefei in Anhui: refused from either side, and said so."""
    for one, other in ((inner, outer), (outer, inner)):
        words = [w for w in compare.judge(row(one), row(other)) if w.rule == Rule.PART_OF_WHOLE]
        assert [w.verdict for w in words] == [Verdict.NOT_COMPARABLE]
        names = row(inner)["region_en"], row(outer)["region_en"]
        assert words[0].reason.en == "{} lies inside {}: not independent".format(*names)


def test_neighbours_are_no_part_of_each_other():
    """Hefei and Nantong share a country only."""
    assert rules(row("hefei"), row("nantong")) == []


def test_a_count_whose_people_are_unknown_is_no_relative_figure():
    """A province beside a prefecture needs rates; where one has none, the pair is refused."""
    known = row("anhui", **DRILLS) | {"rate": 1.0}
    unknown = row(**DRILLS) | {"rate": float("nan")}

    assert rules(known, unknown) == [("level", REFUSED)]


def test_a_count_of_events_without_people_names_the_row_that_is_missing():
    """Whatever the levels: the population that somebody has to add."""
    unknown = row("nantong") | {"rate": float("nan")}
    for other in (HERE, row("anhui")):
        reasons = [word.reason for word in compare.judge(other, unknown)]
        assert [reason.en for reason in reasons] == [
            "no population of Nantong in data/context.csv within two years"
        ]
        assert reasons[0].zh.startswith("data/context.csv 中没有南通的人口")


def test_three_cautions_are_a_refusal_that_lists_them():
    """Two are printed; a third weighs as much as a reason against."""
    other = {"year": 2023, "comparator": ">="}
    assert rules(HERE, row("nantong", **other)) == [("year", CAUTION), ("bound", CAUTION)]

    words = compare.judge(HERE, row("anhui", **other))
    assert (words[-1].rule, words[-1].verdict) == ("cautions", REFUSED)
    assert compare.overall(words) == Verdict.NOT_COMPARABLE
    assert all(word.reason.en in words[-1].reason.en for word in words[:-1])
    assert len(words) == 4


def test_reasons_say_what_differs_in_both_languages():
    """Both periods, both parts, in the order of the pair."""
    length = compare.judge(HERE, row("anshan", end="2024-11-30"))[0].reason
    part = compare.judge(HERE, row("anshan", breakdown="sector:mining"))[0].reason

    assert length.zh == "期间长短不同：2024年／2024年1—11月"
    assert length.en == "periods of different length: 2024 / Jan–Nov 2024"
    assert part.en == "different coverage: the whole / only mining"


def test_the_matrix_holds_every_pair_of_two_regions(rows):
    """No pair of one region, no pair of two indicators, every other one once."""
    found = compare.pairs(rows)
    sizes = rows.groupby("indicator").size()
    inside = rows.groupby(["indicator", "region"]).size()
    expected = (sizes * (sizes - 1) // 2).sum() - (inside * (inside - 1) // 2).sum()

    assert len(found) == expected
    assert found["region"].ne(found["other_region"]).all()
    assert set(found["verdict"]) <= set(Verdict)


def test_the_matrix_is_symmetric_under_swapping(rows):
    """Reversing the rows changes neither verdict nor rules."""
    some = rows[rows["indicator"].isin(["deaths", "accidents", "drills_held", "hazards_found"])]
    there = compare.pairs(some)
    back = compare.pairs(some.iloc[::-1])
    last = len(some) - 1
    turned = back.assign(one=last - back["other"], other=last - back["one"])
    key = ["indicator", "one", "other", "verdict", "rules"]

    pd.testing.assert_frame_equal(
        there[key].sort_values(["one", "other"], ignore_index=True),
        turned[key].sort_values(["one", "other"], ignore_index=True),
    )


def test_every_refusal_has_its_reason_in_both_languages(rows):
    """Never blank, never with a brace left in it."""
    found = compare.pairs(rows)
    said = found[found["verdict"].ne("comparable")]

    assert said[["reason_zh", "reason_en"]].ne("").all(axis=None)
    assert not said["reason_zh"].str.contains("{", regex=False).any()


class Read(dict):
    """A row that notes in *seen* which of its columns are read."""

    def __init__(self, row, seen):
        super().__init__(row)
        self.seen = seen

    def __getitem__(self, name):
        self.seen.add(name)
        return super().__getitem__(name)

    def get(self, name, default=None):
        """Note *name* too."""
        self.seen.add(name)
        return super().get(name, default)


def test_rows_are_grouped_by_every_column_that_a_rule_reads():
    """Of two rows alike in these, one speaks for both, but for where they lie."""
    seen = set()
    for one, other, *_ in MINIMAL:
        compare.judge(Read(one, seen), Read(other, seen))

    assert seen <= {*compare._JUDGED}
    # The same in all candidates, names, and what is looked at for each pair or as known or not.
    same = {"indicator", "theme", "measure", "status", "breakdown", "breakdown_zh", "breakdown_en"}
    each = {"region_zh", "region_en", "adcode", "ancestors", "rate"}
    assert seen - same - each == {*compare._TRAITS}


def compared(*rows, indicator="deaths"):
    """The comparison of the rows with the people above."""
    tidy = rates.rates(rates.limits(frame(*rows)), PEOPLE)
    return compare.comparable(tidy, indicator, ABSENT)


def test_every_reporting_region_is_kept_or_refused(rated, comparisons):
    """For every indicator of the tables; nobody is lost, nobody is there twice."""
    regions = set(rated["region"])
    for indicator, found in comparisons.items():
        shown = [*found.rows["region"], *found.refused["region"]]
        assert sorted(shown) == sorted(regions), indicator
        assert found.refused[["reason_zh", "reason_en", "rule"]].ne("").all(axis=None)


def test_no_pair_kept_was_refused(comparisons):
    """What stands side by side may stand side by side, for every indicator of the tables."""
    for indicator, found in comparisons.items():
        verdicts = set(compare.pairs(found.rows)["verdict"])
        assert Verdict.NOT_COMPARABLE not in verdicts, indicator


def test_order_is_level_then_adcode_and_never_value(comparisons):
    """Province, prefectures by adcode, districts; for every indicator."""
    for indicator, found in comparisons.items():
        for rows in (found.rows, found.refused):
            places = list(zip(rows["level_order"], rows["adcode"], strict=True))
            assert all(before <= after for before, after in pairwise(places)), indicator


@pytest.mark.parametrize("values", [(1, 2, 3), (3, 2, 1), (2, 3, 1)])
def test_order_does_not_follow_the_values(values):
    """However the values fall, Anshan stands before Nantong before Chuxiong."""
    regions = ("chuxiong", "nantong", "anshan")
    found = compared(*(row(r, v) for r, v in zip(regions, values, strict=True)))

    assert found.rows["region"].tolist() == ["anshan", "nantong", "chuxiong"]


def test_five_ways_to_report_leave_one_figure_and_four_reasons(five):
    """A direction, a part, a percentage and a target are each refused by name."""
    tidy = rates.rates(rates.limits(five), PEOPLE)

    found = compare.comparable(tidy, "deaths", ABSENT)

    assert found.rows["region"].tolist() == ["chuxiong"]
    assert dict(zip(found.refused["region"], found.refused["rule"], strict=True)) == {
        "anhui": "direction_only",
        "anshan": "part_only",
        "nantong": "percent_only",
        "yaohai": "target_only",
    }


def test_a_refused_figure_keeps_its_place_in_the_report():
    """Whoever asks why can be led to the sentence."""
    refused = compared(row(), row("nantong", value=-14.3, printed="14.3%", **PERCENT)).refused

    assert refused["start"].tolist() == [100]
    assert refused["evidence"].tolist() == ["死亡人数"]
    assert refused["report"].tolist() == ["nantong-2024"]


def test_the_year_that_most_regions_share_is_taken():
    """Two of 2024 keep out one of 2020."""
    found = compared(row("anshan", year=2020), row("nantong"), row("chuxiong"))

    assert found.rows["region"].tolist() == ["nantong", "chuxiong"]
    assert found.refused["rule"].tolist() == ["year"]


def test_a_part_of_a_whole_stays_out_of_the_set():
    """Yaohai beside Anhui: one of the two, never both."""
    found = compared(row("anhui"), row("yaohai"), row("chuxiong"))

    assert len({"anhui", "yaohai"} & set(found.rows["region"])) == 1
    assert "part_of_whole" in set(found.refused["rule"])


def test_a_part_never_stands_for_the_whole():
    """Two report mining, one the whole: the whole is compared, and the others say why not."""
    mining = {"breakdown": "sector:mining"}
    found = compared(row("nantong", **mining), row("chuxiong", **mining), row("anshan"))

    assert found.rows["region"].tolist() == ["anshan"]
    assert found.refused["rule"].tolist() == ["part_only", "part_only"]


def test_a_part_is_compared_where_nothing_else_is_reported():
    """No part was chosen over another."""
    mining = {"breakdown": "sector:mining"}

    assert len(compared(row("nantong", **mining), row("chuxiong", **mining)).rows) == 2


def test_no_part_is_chosen_among_several():
    """Neither the largest nor the first of the alphabet."""
    parts = [row("chuxiong", n, breakdown=f"sector:{name}") for n, name in ((9, "a"), (1, "b"))]
    found = compared(*parts, row("nantong", breakdown="sector:b"))

    assert found.rows.empty
    assert found.refused["rule"].tolist() == ["other_scope", "other_scope"]


@pytest.mark.parametrize(("indicator", "kept"), [("accidents", 1), ("injuries", 2)])
def test_counts_of_accidents_are_not_compared(indicator, kept):
    """Regions count accidents by different rules, but not the people hurt."""
    found = compared(
        row("nantong", indicator=indicator), row(indicator=indicator), indicator=indicator
    )

    assert len(found.rows) == kept
    assert set(found.refused["rule"]) == ({"counting"} if kept == 1 else set())


def test_the_latest_of_several_periods_is_taken():
    """A region enters once."""
    found = compared(row(year=2023), row(year=2024), row("nantong"))

    assert found.rows[["region", "report"]].to_numpy().tolist() == [
        ["nantong", "nantong-2024"],
        ["chuxiong", "chuxiong-2024"],
    ]


def test_length_and_year_are_printed_as_cautions():
    """Anshan's eleven months of the year before stay in the picture, with both differences said."""
    found = compared(
        row("anshan", year=2023, end="2023-11-30", **DRILLS),
        row("nantong", **DRILLS),
        row("chuxiong", **DRILLS),
        indicator="drills_held",
    )
    said = " ".join(caution.en for caution in found.cautions)

    assert len(found.rows) == 3
    assert "years apart: 1" in said
    assert "Jan–Nov 2023 / 2024" in said


def test_every_difference_of_length_is_printed():
    """Three lengths make three pairs; none hides another."""
    found = compared(
        row("anshan", end="2024-11-30", **DRILLS),
        row("nantong", end="2024-09-30", **DRILLS),
        row("chuxiong", **DRILLS),
        indicator="drills_held",
    )
    said = " ".join(caution.en for caution in found.cautions)

    assert said.count("periods of different length") == 3


def test_levels_are_compared_by_rate_and_said():
    """A province and a prefecture: per 100 000 people, with a caution."""
    found = compared(row("anhui", 900), row("chuxiong"))

    assert found.scale == "rate"
    assert any("levels differ" in caution.en for caution in found.cautions)


def test_counts_that_nothing_divides_keep_their_own_scale():
    """No rate of plans; the caution says that sizes differ."""
    plans = {"denominator": "", "indicator": "plans"}
    found = compared(row("nantong", **plans), row("chuxiong", **plans), indicator="plans")

    assert found.scale == "value"
    assert any("differ in size" in caution.en for caution in found.cautions)


def test_the_population_of_another_year_or_kind_is_said(rated):
    """Nantong's 2024 counts stand on the people of 2023."""
    found = compare.comparable(rated, "drills_held", ABSENT)

    assert any("Nantong is divided by its 2023" in caution.en for caution in found.cautions)


def test_an_indicator_that_nobody_reports_is_no_empty_comparison(rated):
    """A slip of the pen is named with what it is near to."""
    with pytest.raises(WordError, match="indicator 'deth' is not known; did you mean deaths"):
        compare.comparable(rated, "deth", ABSENT)


def test_of_two_levels_as_usual_the_one_with_rates_is_kept(rated):
    """A district without a population joins one prefecture: the rate stays, and says who left."""
    found = compare.comparable(joined(rated), "deaths", ABSENT)

    assert list(found.rows["region"]) == ["chuxiong"]
    assert "population" in set(found.refused[found.refused["region"].eq("qinghe")]["rule"])
    assert findings.comparison(found).zh.endswith("2地有数字，不能比较")
