"""The region a figure is about: of the file, of the paragraph, of the heading."""

import pytest

from analysis.reports.areas import Areas, guessed

NAMES = {"east": "东山市", "west": "西水县", "chuxiong": "楚雄彝族自治州"}
TEXT = "东山市、西水县2024年总结\n一、东山市\n事故3起。西水县事故4起。\n二、西水县\n演练5场。\n"


@pytest.mark.parametrize(
    ("stem", "text", "region"),
    [
        ("chuxiong-2024", "", "chuxiong"),
        ("chuxiong", "", "chuxiong"),
        ("qingshan-2024", "东山市2024年总结", "qingshan"),
        ("report", "关于西水县2024年工作的报告", "west"),
        ("工作总结", "东山市与西水县", "east"),
        ("report", "某地总结", ""),
    ],
)
def test_a_report_names_its_region(stem, text, region):
    """The name of the file decides where it is a code with a year, else the text."""
    assert guessed(stem, text, NAMES) == region


@pytest.mark.parametrize(("word", "region"), [("3", "east"), ("4", "west"), ("5", "west")])
def test_the_last_region_of_the_paragraph_else_of_the_heading_counts(word, region):
    """A heading that names both regions says nothing."""
    areas = Areas(TEXT, "east+west", NAMES)

    assert areas.at(TEXT.index(f"{word}起" if word != "5" else "5场")) == region
    assert areas.at(TEXT.index("2024")) == "west"


def test_a_report_of_one_region_needs_no_word_for_it():
    """The region of the report is left empty; another name stays as it is."""
    areas = Areas(TEXT, "east", NAMES)

    assert areas.at(30) == ""
    assert areas.at(30, "全省") == "全省"
    assert areas.at(30, "东山市") == "east"
