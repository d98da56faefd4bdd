"""An explanation leads to the sentence, says what may be compared, or why there is nothing."""

import minimal
import pytest

from analysis import tables
from analysis.errors import WordError
from analysis.explain import explain, sentence_at


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


def test_each_other_region_has_a_verdict_or_a_reason(data):
    """Nantong's percentage is not a count, and Yaohai's report is a plan."""
    told = explain(data, "chuxiong", "deaths", language="en").split("\n\n")[0]

    assert "↔ Nantong 2024 14.3% down: not comparable: not the same measure" in told
    assert "↔ Anhui" in told
    assert "× Yaohai: the report is a plan, without results" in told


def test_a_comparable_figure_is_said_to_be(data):
    """Drills of two prefectures in the same year."""
    told = explain(data, "nantong", "drills_held", language="en")

    assert "↔ Chuxiong 2024 8,574 events: comparable" in told


def test_an_empty_cell_says_why(data):
    """And who has a figure instead."""
    zh = explain(data, "yaohai", "deaths")
    en = explain(data, "anshan", "drills_held", language="en")

    assert zh.startswith("瑶海 · 生产安全事故死亡人数：无数字：该报告只是计划，不含实绩")
    assert "楚雄 2024年 45人" in zh
    assert en.startswith("Anshan · Emergency drills held: none: not mentioned in the report")


@pytest.mark.parametrize(
    ("words", "near"),
    [
        (("chuxion", "deaths"), "did you mean chuxiong"),
        (("china", "deaths"), "5 are known"),
        (("chuxiong", "death"), "did you mean deaths"),
        (("chuxiong", "deaths", "2023"), "did you mean 2024"),
    ],
)
def test_an_unknown_word_names_the_nearest(data, words, near):
    """A region without a report is unknown here too."""
    with pytest.raises(WordError, match=near):
        explain(data, *words)


def test_a_period_may_be_a_year_or_its_two_days(data):
    """Both lead to the same rows."""
    year = explain(data, "chuxiong", "deaths", "2024")

    assert explain(data, "chuxiong", "deaths", "2024-01-01/2024-12-31") == year


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
    held = tables.load(folder)

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
