"""How numbers, periods, values and changes read; what must be said and what may never be."""

import re

import pandas as pd
import pytest
from tidy import frame, row

from analysis.errors import WordError
from analysis.language import values
from analysis.language.messages import say
from analysis.language.text import Text
from analysis.statistics import years


def test_a_text_cannot_be_built_in_one_language():
    """A half-translated figure cannot be drawn."""
    with pytest.raises(TypeError):
        Text("安全")


def test_a_text_speaks_the_language_asked_for():
    """And refuses one it does not know, naming those it does."""
    assert (Text("安全", "safety")["zh"], Text("安全", "safety")["en"]) == ("安全", "safety")
    with pytest.raises(WordError, match="zh, en"):
        Text("安全", "safety")["fr"]


def test_braces_are_filled_in_each_language():
    """A text inside a text keeps its language."""
    found = Text("{who}在内", "{who} inside").format(who=Text("瑶海", "Yaohai"))

    assert found == Text("瑶海在内", "Yaohai inside")


@pytest.mark.parametrize(
    ("start", "end", "zh", "en"),
    [
        ("2024-01-01", "2024-12-31", "2024年", "2024"),
        ("2023-01-01", "2023-11-30", "2023年1—11月", "Jan–Nov 2023"),
        ("2023-03-01", "2023-03-31", "2023年3月", "Mar 2023"),
        ("2021-01-01", "2023-12-31", "2021—2023年", "2021–2023"),
        ("2024-12-31", "2024-12-31", "2024年12月31日", "at 31 Dec 2024"),
        ("2023-05-15", "2024-02-01", "2023年5月15日至2024年2月1日", "15 May 2023 to 1 Feb 2024"),
    ],
)
def test_a_period_reads_as_people_say_it(start, end, zh, en):
    """Years, months of a year, moments, and anything else in full."""
    assert values.period(pd.Timestamp(start), pd.Timestamp(end)) == Text(zh, en)


@pytest.mark.parametrize(
    ("changes", "zh", "en"),
    [
        ({}, "45人", "45 people"),
        ({"value": 1}, "1人", "1 person"),
        ({"comparator": ">="}, "≥45人", "≥45 people"),
        ({"comparator": "<="}, "≤45人", "≤45 people"),
        ({"comparator": "~"}, "≈45人", "≈45 people"),
        ({"unit": "%"}, "45%", "45%"),
        ({"status": "target", "value": 0}, "目标0人", "target 0 people"),
        ({"status": "plan"}, "计划45人", "plan 45 people"),
        ({"measure": "change_pct", "value": -9.2}, "同比下降9.2%", "9.2% down"),
        ({"measure": "change_pct", "value": 7.1}, "同比上升7.1%", "7.1% up"),
        ({"measure": "change_pct", "value": 0}, "同比持平", "unchanged"),
        (
            {"measure": "change_pct", "value": -5, "comparator": ">=", "status": "target"},
            "目标同比下降≥5%",
            "target ≥5% down",
        ),
        ({"measure": "change_abs", "value": -6}, "同比减少6人", "down by 6 people"),
        ({"measure": "change_abs", "value": 1}, "同比增加1人", "up by 1 person"),
        ({"measure": "direction", "value": -1}, "同比下降", "down"),
        ({"measure": "direction", "value": 1}, "同比上升", "up"),
        ({"measure": "direction", "value": 0}, "同比持平", "unchanged"),
        (
            {"measure": "direction", "value": -1, "status": "target"},
            "目标同比下降",
            "target down",
        ),
    ],
)
def test_a_row_says_what_it_is(changes, zh, en):
    """A change is never read as an amount, nothing as a rise, an aim as a result."""
    assert values.what(row(**changes)) == Text(zh, en)


def change(now, before):
    """The sentence on one yearly change, and its row."""
    rows = frame(row(value=now), row(value=before, year=2023))
    found = years.changes(rows, rows.iloc[:0].assign(basis="printed"))
    return values.change(found.iloc[-1].to_dict())


def test_the_example_is_read_as_a_careful_statistician_would():
    """The sentence that the brief of this part prints."""
    unsure = say("value.within_chance")
    assert change(45, 51) == Text(
        f"楚雄死亡人数 45人，上年 51人；比值 0.88（0.58–1.34），{unsure.zh}；"
        "变化须 ≤32 或 ≥74 才可以识别",
        "Chuxiong, deaths: 45 against 51 the year before; ratio 0.88 (0.58–1.34), "
        f"{unsure.en}; a change could be seen only at ≤32 or ≥74",
    )
    assert "0.93（0.60–1.45）" in change(42, 45).zh
    assert "≤27 或 ≥67" in change(42, 45).zh


def test_a_change_beyond_chance_is_called_one():
    """100 after 51 is more, 20 after 51 is less than chance explains."""
    assert "higher than chance alone explains" in change(100, 51).en
    assert "低于随机波动能解释的范围" in change(20, 51).zh


def test_where_no_fall_could_be_seen_it_is_said():
    """After 5 events even none at all proves nothing."""
    assert "no fall could be seen, a rise only from 15" in change(3, 5).en
    assert "下降无法识别，上升须 ≥15 才可以识别" in change(3, 5).zh


def test_a_ratio_to_nothing_is_infinite_and_not_an_error():
    """Three after none."""
    assert "ratio ∞" in change(3, 0).en


PRAISE = re.compile(
    r"improv|better|worse|deteriorat|good|bad\b|好转|改善|恶化|更好|更差|优于|劣于", re.IGNORECASE
)


@pytest.mark.parametrize(
    ("now", "before"), [(42, 45), (45, 51), (20, 51), (100, 51), (3, 0), (0, 3)]
)
def test_no_change_is_called_better_or_worse(now, before):
    """Fewer is fewer; whether that is safer is for the reader to judge."""
    said = change(now, before)

    assert not PRAISE.search(said.zh + said.en)


def test_a_name_keeps_its_capitals_where_it_is_an_abbreviation():
    """GDP stays GDP."""
    assert values.lowered(Text("增长", "GDP growth")).en == "GDP growth"
    assert values.lowered(Text("死亡", "Deaths")) == Text("死亡", "deaths")


def test_people_of_a_report_are_not_attendances():
    """57,628 people stay people, also in their sum; attendances stay attendances."""
    people = {"value": 57628.0, "comparator": "=", "unit": "人次", "unit_en": "person-times"}
    people |= {"printed": "57628人"}

    assert values.value(people) == Text("57628人", "57,628 people")
    assert values.summed(people, 157329.0) == Text("157329人", "157,329 people")
    assert values.value(people | {"printed": "57628人次"}).en == "57,628 person-times"
