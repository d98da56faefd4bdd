"""The page of one region: outcomes against the nation, what is open, promised and comparable."""

import re
from importlib import import_module

import pytest
from album import drawings

import analysis as rs
from analysis.comparability import profiles
from analysis.language.messages import say

profile = import_module("analysis.charts.profile")
REGIONS = ["anhui", "anshan", "nantong", "chuxiong", "yaohai"]


def of(region, language="en"):
    """The slide of a region."""
    (drawing,) = drawings("profile" if region == "chuxiong" else f"profile_{region}", language)
    return drawing


@pytest.fixture(scope="module")
def slides():
    """The English slide of every region."""
    return {region: of(region) for region in REGIONS}


@pytest.mark.parametrize("region", REGIONS)
def test_every_outcome_is_a_line_with_its_row(slides, region):
    """What is drawn is in the record, and nothing of another region is."""
    rows = slides[region].figure.rows
    outcomes = rows[rows["outcome"].notna()]

    assert set(outcomes["id"]) <= set(slides[region].marks) <= set(rows["id"])
    marked = rows[rows["id"].isin(slides[region].marks)]
    assert set(marked["region"]) <= {region}


def test_nation_province_and_peers_are_one_statement(slides):
    """149 deaths against 105.3, the province's rates, and the spread of peers."""
    said = slides["chuxiong"].said.replace("\n", " ")

    assert "149 against 105.3 expected at the national rate" in said
    assert "2.46, 2.20, 1.97 in Yunnan" in said
    assert "no verdict on Chuxiong" in said
    assert "like Yunnan" in slides["chuxiong"].figure.caption.title.en


def test_counts_have_the_year_before_and_the_expected_count(slides):
    """51 before 45, a change would have shown at ≤32 or ≥74; 32.4 expected; a zero of 0.015."""
    said = slides["chuxiong"].said.split("\n")

    for words in ("45 people (32.8–60.2)", "51", "≤32 or ≥74", "32.4", "0.015"):
        assert words in said


def test_a_count_of_a_part_of_the_year_is_dated(slides):
    """Nantong's report has percentages only; a press report has 68 accidents to 24 December."""
    said = slides["nantong"].said.replace("\n", " ")

    assert "68 cases" in said
    assert "China Daily | 1 Jan 2024 to 24 Dec 2024" in said
    assert slides["nantong"].figure.caption.title.en == (
        "Nantong: accidents 9.2% down, deaths 14.3% down"
    )


def test_prints_that_contradict_each_other_have_a_warning(slides):
    """68 to 24 December fits no year of which 9.2 % and 13.33 % are falls."""
    said = slides["nantong"].said.replace("\n", " ")

    assert "−13.33% (2023), −9.2% (2024) and 68 to 24 Dec are not one unrevised series" in said
    assert "unrevised" not in slides["anhui"].said


def test_other_publications_are_among_the_sources(slides):
    """The rates of nation and province, and the counts of the prefectures."""
    source = slides["chuxiong"].figure.caption.source

    assert source.en.endswith("communiqués of China, Yunnan and of 11 prefectures")
    assert "云南及11个市州" in source.zh
    assert "communiqués" not in slides["anhui"].figure.caption.source.en


def test_the_usual_range_says_how_many_are_outside(slides):
    """Two of the eleven; the method is on the methods page."""
    assert "is usual (2 of them outside)" in slides["chuxiong"].said.replace("\n", " ")


def test_the_alternative_counts_lines_and_not_figures(slides):
    """Anshan has two targets, Yaohai nothing."""
    assert "a table of 2 lines" in slides["anshan"].figure.caption.alt.en
    assert "the report has no figures" in slides["yaohai"].figure.caption.alt.en


@pytest.mark.parametrize("form", ["slide", "page"])
def test_both_languages_list_the_same(form):
    """What has no room in Chinese is counted in English too."""
    said = [drawing.said for each in ("zh", "en") for drawing in drawings("profile", each, form)]

    assert said[0].count("· ") == said[1].count("· ")
    counted = re.compile(r"(?:另有|and )(\d+)(?:项见同名\.json文件| more in its \.json file)\n")
    more = [sorted(counted.findall(words)) for words in said]
    assert more[0] == more[1]


@pytest.mark.parametrize(
    ("region", "title"),
    [
        ("anhui", "Anhui: accidents down, deaths down, serious accidents 0 cases"),
        ("anshan", "Anshan's target: accidents and deaths fall every year; no counts"),
        ("yaohai", "Yaohai's plan: 64 tasks, 4 checkable, no results"),
    ],
)
def test_the_title_is_what_the_report_has(slides, region, title):
    """A direction is no number, so a zero is named; a target is what it asks for."""
    assert slides[region].figure.caption.title.en == title


def test_targets_are_no_results(slides):
    """Anshan's two rows are targets, and the column says so; Nantong's are results."""
    assert "Result or target" in slides["anshan"].said.split("\n")
    assert "Result" in slides["nantong"].said.split("\n")


def test_a_plan_without_results_has_a_dot_for_each_task(slides):
    """64, of which four can be checked."""
    yaohai = slides["yaohai"].picture
    dots = [
        line
        for axes in yaohai.axes
        for line in axes.lines
        if line.get_marker() == "o" and not line.get_gid()
    ]

    assert [len(line.get_xdata()) for line in dots] == [4, 60]
    assert "a dot a task" in slides["yaohai"].figure.caption.subtitle.en


def test_what_is_open_promised_and_comparable_is_listed(slides):
    """In that order, in numbers."""
    said = slides["chuxiong"].said.replace("\n\u3000 ", " ")  # wrapped lines are indented
    places = [
        said.index(words)
        for words in (
            "4,658 of 5,556 violations rectified (83.84%); difference 898, computed",
            "Earthquake drill in each county: ≥1 time, by the end of 2025",
            "89 more in words only",
            "Deaths, year on year",
            "13 of its 33 shared indicators",
        )
    ]

    assert places == sorted(places)


@pytest.mark.parametrize("region", REGIONS)
def test_both_languages_have_the_same_lists(region, monkeypatch):
    """No sentence is dropped in one of them: what does not fit is counted."""
    blocks = []
    monkeypatch.setattr(profile, "_write_blocks", lambda *given: blocks.append(given[-1]))

    rs.profile(region, language="zh")
    rs.profile(region, language="en")
    lengths = [[len(block.lines) for block in given] for given in blocks]
    half = len(lengths) // 2  # reports with few or no outcomes have lists in two columns
    assert lengths[:half] == lengths[half:] != []


def test_lists_that_do_not_fit_end_with_a_number():
    """Two of five lines are written, and the three others counted."""
    assert profile._shared([[1] * 5], 3) == [2]
    assert say("profile.more", count=3).en == "and 3 more"


def test_every_shared_indicator_is_listed_or_refused(slides, rated, data):
    """The record has the reasons of all that cannot be compared."""
    figure = slides["nantong"].figure
    compared = profiles.compared(rated, list(data.indicators["indicator"]), data)
    beside = profiles.beside(compared, "nantong")

    assert {*beside["indicator"], *figure.refusals["indicator"]} == {
        comparison.indicator for comparison in compared
    }


@pytest.mark.parametrize(
    ("region", "said"),
    [
        ("anhui", "3 of its 8 shared indicators are compared on the same"),
        ("anshan", "8 of its 21 shared indicators are compared on the same"),
        ("nantong", "10 of its 23 shared indicators are compared on the same"),
        ("chuxiong", "13 of its 33 shared indicators are compared on the same"),
        ("yaohai", "1 of its 2 shared indicators is compared on the same"),
    ],
)
def test_as_many_indicators_compare_as_on_the_page_of_coverage(region, said, slides):
    """The page of coverage has the same totals (test_coverage)."""
    assert said in " ".join(slides[region].said.split())
