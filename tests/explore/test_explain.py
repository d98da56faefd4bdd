"""An explanation leads to the sentence, says what may be compared, or why there is nothing."""

import re
import shutil
from pathlib import Path

import minimal
import pandas as pd
import pytest

import analysis as rs
from analysis.comparability import families
from analysis.errors import UsageError, WordError
from analysis.explore.explain import _Explanation, brief, explain, sentence_at
from analysis.explore.pairs import compare
from analysis.figures.source import code_of
from analysis.language.messages import label, say
from analysis.language.vocabulary import Gap
from analysis.tables import load

DATA = Path(__file__).parents[2] / "data"


def test_a_figure_comes_with_its_evidence_place_and_interval(data):
    """The count of deaths in Chuxiong, in both languages."""
    row = data.rows[data.rows["region"].eq("chuxiong") & data.rows["indicator"].eq("deaths")]
    level = row[row["measure"].eq("level")].iloc[0]

    for language, words in (("zh", "45人"), ("en", "45 people")):
        told = explain(data, "chuxiong", "deaths", "2024", language=language)
        assert words in told
        assert level["evidence"] in told
        assert f"{level['start']}–{level['end']}" in told
        assert "chuxiong-2024" in told
        assert "32.8–60.2" in told


@pytest.mark.parametrize(
    ("region", "indicator", "period"),
    [("chuxiong", "deaths", 2023), ("nantong", "accidents", None), ("anhui", "deaths", 2013)],
)
def test_what_is_chinese_in_english_output_is_marked(data, region, indicator, period):
    """Phrases and titles stay as printed, notes name their language, publishers are English."""
    told = explain(data, region, indicator, period, language="en", every=True)

    assert "note: (in Chinese) " in told
    plain = re.sub(r"“[^”]*”|《.*?》|\(in Chinese\).*", "", told)
    assert re.findall("[\u4e00-\u9fff]+", plain) == []


def test_each_other_region_has_a_verdict_or_a_reason(data):
    """Nantong's percentage is not a count, and Yaohai's report is a plan."""
    told = explain(data, "chuxiong", "deaths", language="en").split("\n\n")[0]

    compared = (
        "14.3% down (All work-safety accidents of the city, 2024, percentage only in the report)"
    )
    assert (
        f"↔ Nantong 2024 {compared}: comparable with caution (not compared: percent change" in told
    )
    assert f"(not compared: {label(Gap.DIRECTION_ONLY).en})" in told
    assert f"× Yaohai: {label(Gap.PLAN_REPORT).en}" in told


def test_the_verdict_comes_first(data):
    """The change, what could have been seen, and the level beside nation, province and peers."""
    lines = explain(data, "chuxiong", "deaths", "2024", language="en").split("\n")

    too_few = say("term.too_few").en
    assert lines[0].endswith("2024: 45 people")
    assert f"45 against 51 the year before; ratio 0.88 (0.58–1.34), {too_few}" in lines[1]
    assert lines[1].endswith("≤32 or ≥74")
    assert "1.42 times (1.20–1.66). Yunnan is as high" in lines[2]
    assert "no verdict on Chuxiong" in lines[2]


def test_every_other_region_has_one_line(data):
    """Nantong's count is refused and its percentage compared; road traffic is a caution."""
    told = explain(data, "chuxiong", "deaths", "2024", language="en").split("\n")
    lines = [line for line in told if line.startswith(("  ×", "  ↔"))]

    names = [line.split()[1].strip(":") for line in lines]
    assert names == ["Anhui", "Anshan", "Nantong", "Yaohai"]
    assert lines[2].startswith("  ↔ Nantong 2024 14.3% down (All work-safety accidents")
    assert all(not {"↔", "×"} <= {*line} for line in lines)
    assert any(
        line.startswith("  ! 24 of Chuxiong's 45 deaths are of road traffic") for line in told
    )


@pytest.fixture(scope="module")
def explanation(data, rated):
    """What explains the figures of all reports."""
    return _Explanation(data, rated, None)


def said(explanation, row):
    """The lines on other regions of the explanation of a figure, in English."""
    return "\n".join(line.en for line in explanation.comparisons([row]))


@pytest.mark.parametrize("family", pd.read_csv(DATA / "families.csv")["family"])
def test_explain_lists_what_the_picture_of_a_family_shows(data, explanation, family):
    """Every figure beside another with its scope, and every region without one with the reason."""
    pages = rs.comparison(family, rows=data.rows, language="en")
    shown = pd.concat([page.rows for page in pages])
    absent = pd.concat([page.refusals for page in pages])
    absent = absent[~absent["region"].isin(shown["region"])]

    for row in shown.to_dict("records"):
        lines = said(explanation, row)
        for other in shown[shown["region"].ne(row["region"])].to_dict("records"):
            assert brief(other).en in lines
            assert other["scope_en"] in lines or pages[0].scale != "none"
        for gap in absent.to_dict("records"):
            (line,) = [x for x in lines.split("\n") if x.startswith(f"  × {gap['region_en']}: ")]
            assert gap["reason_en"] in line


def test_explain_compares_nothing_that_the_picture_keeps_apart(data, rated, explanation):
    """For every shared indicator that cannot be compared, and every figure of it."""
    pages = rs.not_comparable(rows=data.rows, language="en")
    shown = pd.concat([page.rows for page in pages])
    codes = list(data.indicators["indicator"])
    shared = families.shared(rated, data, codes)
    assert set(shown["indicator"]) == {code for code, may in shared.items() if not may}

    for row in shown[~shown["elsewhere"]].to_dict("records"):
        lines = said(explanation, row)
        others = shown[shown["indicator"].eq(row["indicator"]) & shown["region"].ne(row["region"])]
        assert ": comparable" not in lines
        assert all(f" {name}" in lines for name in others["region_en"])


def test_a_region_without_a_report_is_answered_from_other_publications(data):
    """Hefei has two populations in the tables and nothing else; the country has deaths."""
    hefei = explain(data, "hefei", "deaths", language="en")
    china = explain(data, "china", "deaths", "2024", language="en")

    assert hefei.startswith("Hefei: no report here; other publications have Resident population")
    assert china.startswith("China · Deaths in work-safety accidents · 2024: ")
    assert "not one of the reports (context.csv)" in china
    head, other = explain(data, "china", "deaths", language="en").split("\n")[:2]
    assert head == "China: no report here"
    years = "  other publications have Deaths in work-safety accidents: 2018–2025"
    assert other == f"{years} (add a year to see its figure)"


def test_a_comparable_figure_is_said_to_be(data):
    """Drills of two prefectures in the same year, of a family with a caution."""
    told = explain(data, "nantong", "drills_held", language="en")

    assert "↔ Chuxiong 2024 8,574 events (Work-safety and natural-hazard drills" in told
    assert "2024): comparable with caution" in told
    assert "compared as: Emergency drills" in told
    assert "! Organisers and sizes differ" in told


def test_an_empty_cell_says_why(data):
    """And who has a figure instead."""
    zh = explain(data, "yaohai", "deaths")
    en = explain(data, "anshan", "drills_held", language="en")

    assert zh.startswith(f"瑶海 · 生产安全事故死亡人数：无数字：{label(Gap.PLAN_REPORT).zh}")
    assert "楚雄 2024年 45人" in zh
    assert en.startswith("Anshan · Emergency drills held: no figure: mentioned, without")
    assert "printed: “组织开展系列应急救援演练”" in en


@pytest.mark.parametrize(
    ("words", "near"),
    [
        (("chuxion", "deaths"), "did you mean chuxiong"),
        (("chuxio", "deaths"), "5 are known"),
        (("chuxiong", "death"), "did you mean deaths"),
        (("chuxiong", "死亡人"), r"did you mean .*, deaths \(Deaths in work-safety accidents\), "),
        (("chuxiong", "deaths in safety accidents"), r"did you mean deaths \("),
    ],
)
def test_an_unknown_word_names_the_nearest(data, words, near):
    """In the language asked for."""
    with pytest.raises(WordError, match=near):
        explain(data, *words)


@pytest.mark.parametrize(
    ("language", "told"),
    [
        (
            "en",
            (
                "Chuxiong · Deaths in work-safety accidents: no figure of 2027; there are figures"
                " of 2011, 2021–2024"
            ),
        ),
        ("zh", "楚雄 · 生产安全事故死亡人数：2027没有数字；有数字的年份：2011, 2021–2024"),
    ],
)
def test_a_year_without_a_figure_names_those_that_have_one(data, monkeypatch, language, told):
    """Of the reports and of other publications, in the language of messages."""
    monkeypatch.setenv("REGIONAL_SAFETY_LANGUAGE", language)
    with pytest.raises(UsageError) as refused:
        explain(data, "chuxiong", "deaths", "2027")
    assert str(refused.value) == told


@pytest.mark.parametrize(
    "words",
    [
        ("楚雄州", "死亡人数"),
        ("楚雄彝族自治州", "死亡人数"),
        ("Chuxiong Prefecture", "deaths"),
        ("deaths", "chuxiong"),
        ("死亡人数", "楚雄"),
    ],
)
def test_full_names_and_either_order_are_understood(data, words):
    """A region may be named as officials write it; indicator and region in either order."""
    assert explain(data, *words, "2024年") == explain(data, "chuxiong", "deaths", 2024)


def test_a_year_inside_a_longer_period_finds_its_figure(data):
    """The target of Anshan is for 2023 to 2025."""
    told = explain(data, "anshan", "deaths", 2024, language="en")

    assert told.startswith("Anshan · Deaths in work-safety accidents · 2023–2025: target down")
    with pytest.raises(UsageError, match="no figure of 2022"):
        explain(data, "anshan", "deaths", 2022, language="en")


@pytest.mark.parametrize("word", ["未整改", "open hazards", "open_hazards", "Not rectified"])
def test_open_hazards_are_found_by_their_words(data, word):
    """2452 found and 97.35 % rectified on time leave 65; 2802 less 2739 are 63."""
    told = explain(data, "chuxiong", word, language="en")

    assert "97.35% of 2,452 hazards rectified on time; 65 not, as computed" in told
    assert "2,739 of 2,802 major hazards rectified; difference 63, computed" in told
    assert "printed: “排查重大隐患2802个、整改2739个”" in told
    assert "campaigns differ in scope and do not compare" in told


def test_open_hazards_have_their_places_and_name_what_was_rectified(data):
    """Anshan's report gives 590, 32 and 458 found; all of two lists of Chuxiong were rectified."""
    anshan = explain(data, "anshan", "未整改").split("\n")
    chuxiong = explain(data, "chuxiong", "未整改").split("\n")

    assert [number for number in ("590项", "32项", "458项") if number not in anshan[1]] == []
    at = anshan.index("  原文：“排查重大隐患458项”")
    assert "（anshan-2023），第1935–1938字符，印作“458项”" in anshan[at + 1]
    (rectified,) = [line for line in chuxiong if "已全部整改" in line]
    assert rectified.startswith("  另有2项已全部整改：“消地协作”")
    assert "挂牌督办" in rectified


@pytest.mark.parametrize("word", ["plans", "planned work", "targets", "工作安排", "计划"])
def test_planned_work_is_found_by_its_words(data, word):
    """The plan of Yaohai has 64 tasks; the two drills a year are due by its end."""
    answer = explain(data, "yaohai", word, language="en").split("\n")

    assert answer[0] == "Yaohai · Checkable planned tasks: 4 of 64"
    assert "  District-level rescue drills: ≥2 times, by the end of 2020" in answer
    assert any(
        line.startswith("  60 more in words only: industry regulation 10") for line in answer
    )


def test_a_family_is_explained_by_its_figures(data):
    """The 458 items of Anshan's campaign; Yaohai's report is a plan, and others are listed."""
    own = explain(data, "anshan", "campaign_major_hazards", language="en")
    none = explain(data, "yaohai", "Major hazards in campaigns", language="en").split("\n")
    part = explain(data, "anshan", "authority_entities_inspected", language="en").split("\n")

    assert own.count("printed:") == 1
    assert "printed: “排查重大隐患458项”" in own
    assert "compared as: Major hazards in campaigns" in own
    assert none[0] == f"Yaohai · Major hazards in campaigns: no figure: {label(Gap.PLAN_REPORT).en}"
    assert [line.split()[0] for line in none[1:]] == ["Anshan", "Nantong", "Chuxiong"]
    assert f"no figure: {label(Gap.OTHER_SCOPE).en}" in part[0]


@pytest.mark.parametrize(
    ("region", "indicator"), [("anshan", "major hazards"), ("anshan", "fines")]
)
def test_a_figure_that_is_compared_without_rates_has_none(data, region, indicator):
    """Its caution says so; deaths of Chuxiong and drills, compared by rates, keep theirs."""
    assert "per 100,000 people" not in explain(data, region, indicator, language="en")
    for kept in ("deaths", "drills_held"):
        assert "per 100,000 people" in explain(data, "chuxiong", kept, language="en")


def test_planned_work_is_of_no_period(data):
    """It has deadlines; a year is refused, not passed over."""
    with pytest.raises(UsageError, match="planned work is of no period: leave out 2024"):
        explain(data, "chuxiong", "plans", 2024, language="en")


def test_hazards_found_lead_with_those_still_open(data):
    """The same number as for the open hazards; a region without a pair says why."""
    found = explain(data, "chuxiong", "hazards_found", "2024", language="en").split("\n")

    assert found[1] == (
        "  97.35% of 2,452 hazards rectified on time; 65 not, as computed"
        " (Inspections led by prefecture leaders)"
    )
    nantong = explain(data, "nantong", "未整改", language="en")
    assert "found and rectified in one figure" in nantong


def test_explain_and_compare_give_one_verdict(data):
    """For each other region of every figure of two indicators."""
    for code in ("drills_held", "deaths"):
        told = explain(data, "chuxiong", code, language="en").split("\n\n")[0].split("\n")
        for line in (line for line in told if line.startswith("  ↔")):
            region = line.split()[1]
            both = compare(data, "chuxiong", region, code, language="en").split("\n")
            figure = line.removeprefix("  ↔ ").partition("): ")[0]
            place = both.index(f"  {figure})")
            verdict = [x for x in both[:place] if not x.startswith(" ")][-1].rpartition(": ")[2]
            assert line.partition("): ")[2].startswith(verdict)


def test_a_period_may_be_a_year_or_its_two_days(data):
    """Both lead to the same rows."""
    year = explain(data, "chuxiong", "deaths", "2024")

    assert explain(data, "chuxiong", "deaths", "2024-01-01/2024-12-31") == year
    assert explain(data, "chuxiong", "deaths", 2024) == year


def test_a_name_does_as_well_as_a_code(data):
    """Chinese or English, whatever its capital letters."""
    due = explain(data, "chuxiong", "deaths")

    assert explain(data, "楚雄", "deaths") == due
    assert explain(data, "楚雄", "死亡人数") == due  # a synonym of the tables
    assert explain(data, "chuxiong", "Fatalities") == due
    assert explain(data, "Chuxiong", "生产安全事故死亡人数") == due
    assert explain(data, "CHUXIONG", "deaths in work-safety accidents") == due


def test_a_name_of_several_is_refused_with_their_codes():
    """Many cities have a district of the same name."""
    named = pd.DataFrame({"region": ["gulou_a", "gulou_b"], "name_zh": "鼓楼", "name_en": "Gulou"})

    with pytest.raises(UsageError, match=r"one of gulou_a \(Gulou\), gulou_b \(Gulou\)"):
        code_of("region", "鼓楼", named)
    assert code_of("region", "gulou_b", named) == "gulou_b"


def test_a_year_that_only_another_publication_tells_is_told_from_it(data):
    """What is printed there, and what is calculated back from it; the year before its months."""
    printed = explain(data, "chuxiong", "deaths", "2023", language="en").split("\n\n")
    rebuilt = explain(data, "chuxiong", "deaths", "2022").split("\n\n")[0]

    assert printed[0].startswith("Chuxiong · Deaths in work-safety accidents · 2023: 51 people\n")
    assert "printed: “全州共发生各类生产安全事故45起、死亡51人" in printed[0]
    assert "2023年工作总结暨2024年重点工作计划的通知》, from its publisher; another" in printed[0]
    assert "characters" not in printed[0]
    assert [told.partition("2023: ")[2][:9] for told in printed[1:2]] == ["3.8% down"]
    assert "2022年：53人\n" in rebuilt
    assert "\n  由此推算：“死亡人数减少2人、下降3.8%”" in rebuilt
    assert "备注：推算：51＋2" in rebuilt


def test_any_figure_and_any_gap_can_be_explained(data):
    """No indicator of any region is without an answer."""
    codes = list(data.indicators["indicator"])
    regions = list(data.reports["region"])
    for place, code in enumerate(codes[::19]):
        told = explain(data, regions[place % len(regions)], code, language=("zh", "en")[place % 2])
        assert told.strip()


def test_the_whole_sentence_is_quoted_where_the_original_is(tmp_path):
    """Without the original the evidence stands alone."""
    folder = minimal.project(tmp_path)
    held = load.load(folder)

    told = explain(held, "east", "deaths", originals=tmp_path / "originals", language="en")
    bare = explain(held, "east", "deaths", originals=tmp_path / "none", language="en")

    assert "  sentence: 2024年,东区共发生事故42起、死亡45人,同比死亡人数减少3人、下降6.3%。" in told
    assert "sentence:" not in bare
    assert "no other report" not in bare


def test_a_sentence_ends_where_it_ends():
    """At a full stop, a semicolon or a line; or with the text."""
    text = "一。二有3个；三\n四有5个"

    assert sentence_at(text, 4, 5) == "二有3个；"
    assert sentence_at(text, 11, 12) == "四有5个"


def test_figures_of_other_publications_are_counted_after_the_first(data):
    """Months and parts of 2023 would fill pages; `every` explains all of them."""
    few = explain(data, "chuxiong", "deaths", 2023, language="en").split("\n\n")
    every = explain(data, "chuxiong", "deaths", 2023, language="en", every=True).split("\n\n")

    assert few[:-1] == every[: len(few) - 1]
    assert few[0].startswith("Chuxiong · Deaths in work-safety accidents · 2023: 51 people")
    assert few[-1].startswith(f"{len(every) - len(few) + 1} more figures, of parts or shorter")
    assert len("\n\n".join(few).split("\n")) <= 40


def test_parts_are_explained_in_the_order_of_the_report(data):
    """2452 hazards of the leaders' inspections are printed before the 195 of one campaign."""
    heads = [
        part.split("\n")[0]
        for part in explain(data, "chuxiong", "hazards_found", language="en").split("\n\n")
    ]

    assert [head.rpartition(": ")[2] for head in heads] == ["2,452 items", "195 items"]


@pytest.mark.parametrize(("language", "head"), [("zh", "2024年：46人"), ("en", "2024: 46 people")])
def test_a_value_that_its_print_does_not_state_heads_its_explanation(tmp_path, language, head):
    """46 where the report prints 45: both languages lead with 46, and the evidence follows."""
    shutil.copytree(DATA, tmp_path / "data", ignore=shutil.ignore_patterns("originals"))
    path = tmp_path / "data" / "observations" / "chuxiong.csv"
    text = path.read_text("utf-8")
    path.write_text(text.replace("actual,level,=,45,人,45人", "actual,level,=,46,人,45人"), "utf-8")

    told = explain(load.load(tmp_path / "data"), "chuxiong", "deaths", 2024, language=language)
    assert head in told
    assert "死亡45人" in told


def test_percentages_without_counts_are_explained_by_the_counts_that_fit(data):
    """Anhui's fit 233 and more; 68 accidents to 24 December contradict Nantong's."""
    anhui = explain(data, "anhui", "deaths", language="en").split("\n")[1]
    nantong = explain(data, "南通", "事故起数").split("\n")[1]

    assert anhui.startswith(
        "  Anhui deaths, published as −32.8% (2022), −6.07% (2023), −11.4% (2024), numbers that"
        " fit: at least 233 in 2024 (if digits were cut off)"
    )
    assert nantong.startswith(
        "  南通事故（公布2023年−13.33%、2024年−9.2%）可相符的数：均与68（至12月24日）不符"
    )
    assert "numbers that fit" not in explain(data, "chuxiong", "deaths", language="en")
