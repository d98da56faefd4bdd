"""The sentence a figure may claim: computed, careful, and naming no winner."""

import re

import pandas as pd
import pytest
from tidy import ABSENT, context, frame, population, row

import analysis as rs
from analysis.comparability import families, findings, profiles, rules
from analysis.language.messages import say
from analysis.language.text import Text
from analysis.statistics import rates, years

PEOPLE = frame(
    population("anhui", 60_000_000, 2024),
    population("anshan", 3_000_000, 2024),
    population("chuxiong", 2_000_000, 2024),
    population("nantong", 8_000_000, 2024),
)
NOTHING = frame(context(year=1990)).iloc[:0]
TOO_FEW = say("term.too_few")
NO_PROMISES = pd.DataFrame()


def compared(*rows, indicator="deaths"):
    """The comparison of the rows with the people above."""
    tidy = rates.rates(rates.limits(frame(*rows)), PEOPLE)
    return rules.comparable(tidy, indicator, ABSENT)


def test_a_difference_beyond_chance_is_given_as_a_ratio_with_its_interval():
    """100 among two million, 100 among eight: four times; scipy's binomtest gives 3.00-5.33."""
    said = findings.comparison(compared(row("nantong", 100), row("chuxiong", 100)))

    assert said.zh == "死亡人数：按人口折算，楚雄为南通的4.00倍（3.00–5.33），差别超出随机波动"
    assert said.en == (
        "Deaths: per person, Chuxiong has 4.00 times the figure of Nantong (3.00–5.33), "
        "beyond chance"
    )


def test_a_difference_within_chance_is_no_difference():
    """12 among two million against 40 among eight is 1.2 times, and nothing."""
    said = findings.comparison(compared(row("nantong", 40), row("chuxiong", 12)))

    assert said == say("finding.no_difference", name=Text("死亡人数", "Deaths"))


def test_the_extremes_of_many_pairs_need_more_than_one_test_at_95_percent():
    """15 and 28 of two and eight million differ at 95 %; as the extremes of three they do not."""
    alone = [row("chuxiong", 15), row("nantong", 28)]
    third = row("anshan", 15)

    assert "2.14倍" in findings.comparison(compared(*alone)).zh
    assert TOO_FEW.zh in findings.comparison(compared(*alone, third)).zh


def test_rounded_counts_are_tested_by_their_nearer_ends():
    """42 000 and 10 000 of eight and two million differ; 4.2万 may be 41 500 and 1.0万 10 500."""
    full = findings.comparison(compared(row("nantong", 42_000), row("chuxiong", 10_000)))
    rounded = findings.comparison(
        compared(
            row("nantong", 42_000, printed="4.2万人"), row("chuxiong", 10_000, printed="1.0万人")
        )
    )

    assert "南通为楚雄的1.05倍" in full.zh
    assert TOO_FEW.zh in rounded.zh


def test_bounds_and_unlike_sizes_are_listed_and_not_tested():
    """At least 100 and 45: values side by side, with the sign of the bound."""
    bound = findings.comparison(compared(row("nantong", 100, comparator=">="), row("chuxiong", 46)))
    plans = {"denominator": "", "indicator": "plans", "indicator_en": "Plans", "unit": "项"}
    sizes = findings.comparison(
        compared(row("nantong", 12, **plans), row("chuxiong", 3, **plans), indicator="plans")
    )

    assert bound.en == "Deaths per 100,000 people: Nantong ≥1.25, Chuxiong 2.3"
    assert bound.zh == "每10万人死亡人数南通≥1.25、楚雄2.3"
    assert sizes.en == "Plans: Nantong 12 items, Chuxiong 3 items"


def test_one_region_or_none_is_said_so():
    """No comparison is claimed where there is none; the indicator keeps its name."""
    one = findings.comparison(compared(row()))
    none = findings.comparison(compared(row(value=-9.2, measure="change_pct", unit="%")))

    assert one.en == "Deaths: only Chuxiong reports a figure of this kind"
    assert none == Text(
        "死亡人数：没有两地的数字可以比较", "Deaths: no two reports can be compared"
    )


def told(*rows, other=NOTHING):
    """What the trend of the rows says."""
    tidy = frame(*rows)
    changes = years.changes_of(tidy, other, "deaths", first_year=2000)
    levels = rates.limits(years.levels(tidy, other, "deaths", first_year=2000))
    return findings.trend(levels, changes[changes["mark"].ne("exact")], changes)


@pytest.mark.parametrize(
    ("now", "before", "zh"),
    [
        (45, 51, f"楚雄死亡51→45：{TOO_FEW.zh}"),
        (51, 45, f"楚雄死亡45→51：{TOO_FEW.zh}"),
        (20, 51, "楚雄死亡51→20：变化可以识别"),
        (100, 51, "楚雄死亡51→100：变化可以识别"),
        (51, 51, f"楚雄死亡51→51：{TOO_FEW.zh}"),
    ],
)
def test_a_trend_says_which_way_and_whether_chance_explains_it(now, before, zh):
    """Both counts, and whether a change can be told; the same count twice is no proof of none."""
    assert told(row(value=now), row(value=before, year=2023)).zh == zh


def test_a_trend_of_percentages_says_that_counts_are_missing():
    """Nantong: changes, no counts."""
    said = told(row("nantong", value=-14.3, measure="change_pct", unit="%"))

    assert said.en == "Deaths: percentages or directions only"


def test_amounts_over_the_years_are_listed_and_not_tested():
    """Money is no count of events: values, and no word of chance."""
    money = {"quantity": "money", "unit": "元"}

    said = told(row(value=5e6, **money), row(value=4e6, year=2023, **money))

    assert said.en == "Deaths by year"


def test_the_trend_of_several_regions_speaks_of_all_of_them():
    """Two changes within chance; then one of the two far outside."""
    both = [row(value=45), row(value=51, year=2023), row("nantong", value=40)]

    calm = told(*both, row("nantong", value=44, year=2023)).en
    wild = told(*both, row("nantong", value=440, year=2023)).en

    assert calm == f"Deaths: {TOO_FEW.en} in 2 regions"
    assert wild == "Deaths: a detectable change in 1 of 2 regions"


def test_nothing_over_the_years_is_said_too():
    """A single year is no trend, and no crash."""
    assert "No two years in a row" in told(row()).en


def test_coverage_counts_the_shared_indicators_that_compare():
    """Two of three; the other table says the same from the other side."""
    comparable = {"deaths": True, "drills_held": True, "hazards_found": False}

    assert findings.coverage(comparable).en == "2 of 3 shared indicators can be compared"
    assert findings.not_comparable(comparable).zh == "3项中1项各地所报内容不同"


def test_reading_gives_the_latest_change_first(rows, context):
    """One sentence a region and year: two of Chuxiong, one of Nantong."""
    changes = years.changes_of(rows, context, "deaths", first_year=2020)
    said = findings.reading(changes).en

    assert said.startswith("Chuxiong, deaths in work-safety accidents: 45 against 51")
    assert said.count("ratio") == 3
    stated = changes[changes["mark"].ne("exact")]
    assert "These reports print no counts" in findings.reading(stated).en
    assert "No change was chosen" in findings.reading(changes.iloc[:0]).en


PRAISE = re.compile(
    r"improv|better|worse|best|worst|rank|deteriorat|好转|改善|恶化|最好|最差|排名|第一"
)


def test_no_finding_of_the_tables_praises_blames_or_ranks(comparisons, rows, context):
    """Every title that the tables can make, in both languages."""
    said = [findings.comparison(found) for found in comparisons.values()]
    for indicator in ("deaths", "accidents", "injuries"):
        changes = years.changes_of(rows, context, indicator, first_year=2020)
        levels = rates.limits(years.levels(rows, context, indicator, first_year=2020))
        said.append(findings.trend(levels, changes[changes["mark"].ne("exact")], changes))

    # An indicator may have such a word in its own name.
    names = {*rows["indicator_zh"], *rows["indicator_en"]}
    for text in said:
        for words in (text.zh, text.en):
            bare = words
            for name in names:
                bare = bare.replace(name, "")
            assert not PRAISE.search(bare), words


def test_the_example_of_the_reports_is_within_chance(rows, context):
    """45 after 51, and the percentage of Nantong: the title of deaths; the verdict is below."""
    changes = years.changes_of(rows, context, "deaths", first_year=2020)
    levels = rates.limits(years.levels(rows, context, "deaths", first_year=2020))

    said = findings.trend(levels, changes[changes["mark"].ne("exact")], changes)

    assert said.zh == "死亡：楚雄51→45，南通下降14.3%"
    assert findings.latest_change(changes).zh.startswith(f"楚雄：{TOO_FEW.zh}")


def test_instruments_are_counted_once():
    """Two in all: both in Anhui's report, one of them there alone."""
    names = {"anhui": ("安徽", "Anhui"), "anshan": ("鞍山", "Anshan")}
    cells = [
        ("drills", 2, "anhui", "in_use"),
        ("drills", 2, "anshan", "planned"),
        ("maps", 1, "anhui", "in_use"),
        ("maps", 1, "anshan", "not_mentioned"),
        ("codes", 0, "anshan", "not_mentioned"),
    ]
    rows = pd.DataFrame(
        [(*cell, *names[cell[2]]) for cell in cells],
        columns=["indicator", "reports", "region", "status", "region_zh", "region_en"],
    )

    assert findings.instruments(rows).en == "1 of 2 instruments is in all 2 reports"
    assert findings.instruments_of_one(rows).zh == "2项举措安徽2项，1项他地未提"


def test_commitments_that_can_be_checked_are_counted():
    """Of three, one has a number and one a date."""
    rows = pd.DataFrame(
        {
            "status": ["words", "number", "date"],
            "region": ["anhui", "anshan", "anshan"],
            "region_zh": ["安徽", "鞍山", "鞍山"],
            "region_en": ["Anhui", "Anshan", "Anshan"],
        }
    )

    assert findings.commitments(rows).en == "Anhui: 2 of 3 tasks have a number or date"
    assert "没有" in findings.commitments(rows[:0]).zh


@pytest.mark.parametrize(
    ("cells", "title"),
    [
        ({"measure": "change_pct", "unit": "%", "value": -9.2}, "Chuxiong: deaths 9.2% down"),
        ({"measure": "direction", "unit": "", "value": -1}, "Chuxiong: deaths down"),
        (
            {"status": "target", "value": 0},
            "Chuxiong's target: deaths 0 people (implied); no counts",
        ),
        ({"value": 0, "printed": "0人"}, "Chuxiong: deaths 0 people"),
        ({}, "Chuxiong: deaths 45 people"),
    ],
)
def test_a_region_claims_what_its_report_has(cells, title):
    """A percentage is no count, a target no result."""
    outcomes = frame(row(**cells))

    assert findings.profile(outcomes, outcomes.iloc[0].to_dict(), None, NO_PROMISES).en == title


def test_a_region_without_outcomes_says_so():
    """A report about work only has no outcomes to speak of; a plan has no results at all."""
    nothing = frame(row()).iloc[:0]

    said = findings.profile(nothing, row(), None, NO_PROMISES)
    assert said.en == "Chuxiong report 2024: no results for accidents or disasters"
    assert (
        findings.profile(nothing, row(kind="plan"), None, NO_PROMISES).zh
        == "楚雄2024年报告：只有计划，没有结果"
    )


def test_promises_in_words_are_counted():
    """One with a number is written out, the two others are a number."""
    commitment = {"indicator_zh": "演练", "indicator_en": "Drills", "unit": "次", "per": ""}
    commitment |= {"evidence": "演练不少于2次"}
    commitment |= {"unit_en": "times", "unit_one": "time", "comparator": ">=", "value": 2.0}
    rows = pd.DataFrame(
        [commitment | {"status": "number", "deadline": pd.NaT}]
        + [commitment | {"status": "words", "value": float("nan"), "deadline": pd.NaT}] * 2
    )

    lines, last = findings.promised_lines(rows)
    assert [line.en for line in lines] == ["Drills: ≥2 times"]
    assert last.en == "2 more in words only"


def test_lines_of_families_are_ratios_and_sums():
    """590 hazards in 187 mines, special plans alone, and heads of firms with their workers."""
    tables = rs.load()
    rows = tables.rows.safety.rate()
    codes = ("hazards_per_mine_visited", "own_level_plans", "heads_and_workers_trained")
    compared = [families.comparable(rows, code, tables) for code in codes]
    lines, _ = findings.comparable_lines(profiles.beside(compared, "chuxiong"), rows.iloc[:0])

    assert lines[0].en.endswith("Anshan 3.2, Chuxiong 2.5")
    assert lines[1].en.endswith("Anhui 21, Nantong 49, Chuxiong 15")
    assert lines[2].en.endswith("Chuxiong 157,329 people")  # 57,628 heads and 99,701 workers
