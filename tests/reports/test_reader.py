"""Reading numerals: 120 constructions, any number in any style, and texts that mean harm."""

import csv
import random
import time
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from qingshan import CATALOGUE, TOLD

from analysis.errors import AnalysisError, UsageError
from analysis.language.vocabulary import Comparator, Measure, Role, Status
from analysis.reports.candidates import Candidate, plain
from analysis.reports.layout import Enclosures, Mood, fold, mood_of, sections, sentences, spans
from analysis.reports.periods import parse_period
from analysis.reports.quantities import quantity
from analysis.reports.reader import read
from analysis.reports.relations import figures
from analysis.reports.setting import setting, short
from analysis.tables import numerals

HERE = Path(__file__).parents[1]
LINES = (HERE / "constructions.csv").read_text("utf-8").splitlines()
ROWS = list(csv.DictReader(LINES))


def told(candidate: Candidate) -> str:
    """A candidate as the table of constructions writes it."""
    if not candidate.numeral:
        return f"fact:{plain(candidate.value)}:{candidate.measure}"
    if not candidate.owns:
        return f"{candidate.raw}:{candidate.role}"
    figure = (plain(candidate.value), candidate.unit, candidate.comparator, candidate.measure)
    return ":".join(map(str, (candidate.raw, candidate.role, *figure)))


@pytest.mark.parametrize("row", ROWS, ids=[row["construction"] for row in ROWS])
def test_each_construction_is_read_as_expected(row):
    """Every numeral of the sentence has the expected role, value, unit, bound and measure."""
    found = [told(candidate) for candidate in read(row["sentence"], TOLD)]
    expected = row["expected"].split(" ")
    facts = [item for item in expected if item.startswith("fact:")]

    assert [item for item in found if not item.startswith("fact:")] == [
        item for item in expected if not item.startswith("fact:")
    ]
    assert set(facts) <= set(found)


@pytest.mark.parametrize(
    "row",
    [row for row in ROWS if row["indicators"]],
    ids=[row["construction"] for row in ROWS if row["indicators"]],
)
def test_the_indicator_is_suggested_first(row):
    """The catalogue names the indicator of the sentence first; none for ``?``."""
    found = [c for c in read(row["sentence"], TOLD, CATALOGUE) if c.owns]
    numeral = [c.indicator for c in found if c.numeral]
    stated = [c.indicator for c in found if not c.numeral]
    expected = row["indicators"].split(" ")
    wanted = zip(expected, [*numeral, *stated], strict=False)

    assert all(due in {"-", got or "?"} for due, got in wanted), (expected, numeral, stated)


def test_enough_constructions_are_covered():
    """The table holds at least the sixty that were promised, each once."""
    assert len({row["construction"] for row in ROWS}) == len(ROWS) >= 60


CHINESE = "零一二三四五六七八九"


def in_chinese(number: int) -> str:
    """Write a number below a hundred million as a Chinese sentence would."""
    if number == 0:
        return "零"
    if number >= 10**4:
        head, tail = divmod(number, 10**4)
        gap = "零" if tail and tail < 1000 else ""
        return in_chinese(head) + "万" + gap + (in_chinese(tail) if tail else "")
    words, empty = "", False
    for place, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // place % 10
        if digit:
            words += ("零" if empty and words else "") + CHINESE[digit] + name
            empty = False
        else:
            empty = True
    return words.removeprefix("一") if words.startswith("一十") else words


def full_width(text: str) -> str:
    """The same figure with full-width digits and points."""
    return text.translate({ord("0") + d: ord("０") + d for d in range(10)} | {ord("."): "．"})


STYLES = {
    "plain": lambda n: (f"{n}", n),
    "grouped": lambda n: (f"{n:,}", n),
    "wan": lambda n: (f"{Decimal(n) / 100:f}万", Decimal(n) * 100),
    "yi": lambda n: (f"{Decimal(n) / 100:f}亿", Decimal(n) * 10**6),
    "full": lambda n: (full_width(f"{n}"), n),
    "full_wan": lambda n: (full_width(f"{Decimal(n) / 10:f}") + "万", Decimal(n) * 1000),
    "blank": lambda n: (f"{n} ", n),
    "chinese": lambda n: (in_chinese(n + 10), n + 10),
}
COUNTERS = {
    "起": "起",
    "家": "家",
    "人次": "人次",
    "元": "元",
    "项": "项",
    "公里": "公里",
    "%": "%",
}
BOUNDS = {
    "": ("", Comparator.EXACT),
    "近": ("", Comparator.AT_MOST),
    "约": ("", Comparator.ABOUT),
    "超过": ("", Comparator.AT_LEAST),
    "至少": ("", Comparator.AT_LEAST),
    " ": ("以上", Comparator.AT_LEAST),
    "不超过": ("", Comparator.AT_MOST),
}


@given(
    number=st.integers(1, 9_999_999),
    style=st.sampled_from(sorted(STYLES)),
    counter=st.sampled_from(sorted(COUNTERS)),
    bound=st.sampled_from(sorted(BOUNDS)),
)
@settings(max_examples=600, deadline=None)
@example(number=2026, style="plain", counter="起", bound="")
@example(number=110, style="plain", counter="家", bound="")
@example(number=5, style="chinese", counter="%", bound="")
@example(number=12, style="yi", counter="元", bound="近")
def test_any_number_in_any_style_is_read_back(number, style, counter, bound):
    """Whatever the digits, grouping, scale, width or bound: value, unit and bound return."""
    written, value = STYLES[style](number)
    behind, comparator = BOUNDS[bound]
    text = f"全市共排查登记{bound.strip()}{written}{counter}{behind},继续推进。"

    (first, *_) = [c for c in read(text, TOLD) if c.numeral]

    assert first.owns, first
    assert (first.value, first.unit, first.comparator) == (value, COUNTERS[counter], comparator)
    assert text[first.start : first.end] == first.raw
    assert first.printed in text
    assert first.printed in first.evidence
    assert len(first.evidence) <= 40


SHARES = {
    "percent": lambda n: (f"{n}%", n, "%"),
    "full": lambda n: (full_width(f"{n}") + "％", n, "%"),
    "words": lambda n: (f"百分之{in_words(n)}", n, "%"),
    "thousandths": lambda n: (f"{n}‰", n, "‰"),
    "thousandths in words": lambda n: (f"千分之{in_words(n)}", n, "‰"),
    "times": lambda n: (f"{n}倍", n, "倍"),
    "points": lambda n: (f"{n}个百分点", n, "百分点"),
}


def in_words(number: Decimal) -> str:
    """A number with its decimals as it is said: 98点05 is 九十八点零五."""
    whole, _, rest = f"{number:f}".partition(".")
    said = in_chinese(int(whole))
    return said + ("点" + "".join(CHINESE[int(digit)] for digit in rest) if rest else "")


@given(
    number=st.decimals("0.01", "99.99", places=2) | st.integers(1, 99).map(Decimal),
    style=st.sampled_from(sorted(SHARES)),
    bound=st.sampled_from(sorted(BOUNDS)),
)
@settings(max_examples=500, deadline=None)
def test_any_share_in_any_style_is_read_back(number, style, bound):
    """Percent, 百分之, 千分之, ‰, 倍 and 百分点, in digits of any width or in words."""
    written, value, unit = SHARES[style](number)
    behind, comparator = BOUNDS[bound]
    text = f"隐患整改率为{bound.strip()}{written}{behind},继续推进。"

    (found,) = [c for c in read(text, TOLD) if c.numeral and c.owns]

    assert (found.value, found.unit, found.comparator) == (value, unit, comparator)
    assert found.printed in text


@given(large=st.integers(1, 999), small=st.integers(1, 9999), blank=st.sampled_from(["", " "]))
@settings(max_examples=200, deadline=None)
def test_a_sum_in_two_scales_is_one_figure(large, small, blank):
    """3亿2500万元 is 325 million, said once."""
    text = f"直接经济损失{blank}{large}亿{small}万元。"
    owned = [c for c in read(text, TOLD) if c.owns]

    assert [c.value for c in owned] == [large * 10**8 + small * 10**4]
    assert owned[0].printed == f"{large}亿{small}万元"


@given(low=st.integers(1, 400), more=st.integers(1, 400), dash=st.sampled_from("-—–~～至到"))
@settings(max_examples=200, deadline=None)
def test_both_ends_of_a_range_are_bounds(low, more, dash):
    """At least the first, at most the last, with the counter on one of them or on both."""
    for first in (f"{low}", f"{low}个"):
        text = f"每乡配备灭火器{first}{dash}{low + more}个，专人管理。"
        bounds = [(c.value, str(c.comparator), c.unit) for c in read(text, TOLD) if c.owns]

        assert bounds == [(low, ">=", "个"), (low + more, "<=", "个")]


@given(number=st.integers(0, 99_999_999))
@settings(max_examples=300, deadline=None)
def test_chinese_numerals_are_read_back(number):
    """A number written out in Chinese has its value."""
    assert numerals.value(in_chinese(number)) == number


@given(percents=st.lists(st.decimals("0.1", "99.9", places=1), min_size=2, max_size=5))
@settings(max_examples=100, deadline=None)
def test_a_list_of_changes_is_dealt_out_in_order(percents):
    """Each percentage of 分别下降 belongs to the noun at its place, and is negative."""
    nouns = ["事故起数", "死亡人数", "受伤人数", "经济损失", "火灾次数"][: len(percents)]
    text = f"{'、'.join(nouns)}同比分别下降{'、'.join(f'{p}%' for p in percents)}。"
    folded = fold(text)
    (sentence,) = sentences(folded, sections(folded, year=2024))
    made = figures(
        folded, sentence, [quantity(folded, n) for n in numerals.find(text)], Enclosures(folded)
    )

    assert [figure.subject for figure in made] == nouns
    assert [figure.value for figure in made] == [-p for p in percents]
    assert {figure.measure for figure in made} == {Measure.CHANGE_PCT}


WORDS = ["分之", "同比", "分别下降", "不少于", "无事故", "〔2024〕", "其中", "“零”", "教训", "阜新"]
UNITS = ["万元", "近", "余", "约", "至", "起", "人次", "年", "月", "日", "—", "第"]
PIECES = [*"一二十百万亿零两0159.,，。;、:()（）“”《》%+·\n\r\t \x00\ud7ff🙂", *WORDS, *UNITS]


def readable(text):
    """Any text is read; every numeral of it has a row, in its place and once."""
    try:
        found = [c for c in read(text, TOLD, CATALOGUE) if c.numeral]
        setting(text)
    except AnalysisError:
        found = [c for c in read(text, TOLD, CATALOGUE) if c.numeral]

    assert [(c.start, c.end, c.raw) for c in found] == [*numerals.find(text)]
    assert all(c.value is None or c.value.is_finite() for c in found)
    assert all(c.as_json()["role"] in list(Role) for c in found)


@given(text=st.lists(st.sampled_from(PIECES), max_size=60).map("".join) | st.text(max_size=120))
@settings(max_examples=1_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@example("(一一一分别下降)分别下降二%")
def test_any_text_raises_nothing_but_our_errors(text):
    """Texts of the pieces of reports, and of any characters."""
    readable(text)


@pytest.mark.parametrize("texts", [2_000, pytest.param(20_000, marks=pytest.mark.slow)])
def test_thousands_of_texts_raise_nothing_but_our_errors(texts):
    """Texts of the pieces of reports, drawn by chance; each error names its text."""
    chance = random.Random(45)  # noqa: S311
    for _ in range(texts):
        text = "".join(chance.choices(PIECES, k=1 + int(chance.expovariate(0.15))))
        try:
            readable(text)
        except Exception as error:
            error.add_note(repr(text))
            raise


def test_a_change_may_follow_a_figure_in_brackets():
    """Where every level stands in brackets, the change is of the last of them."""
    death, change = read("全年事故(死亡45人)同比下降5%。", TOLD, CATALOGUE)

    assert (death.raw, death.measure) == ("45", "level")
    assert (change.raw, change.measure, int(change.value)) == ("5", "change_pct", -5)


@pytest.mark.parametrize(
    "piece", ["1", "万", "1家", "下降1%、", "“1", "(", "三分之", "无事故", "起数、", "1.1", "\n1"]
)
def test_a_text_of_one_piece_is_read_in_linear_time(piece):
    """Repeating a piece many times takes no more than time in proportion."""
    began = time.process_time()  # quadratic time would be some thousand times the usual
    count = sum(1 for _ in read(piece * 4_000, TOLD, CATALOGUE))

    assert time.process_time() - began < 120
    assert count <= 8_000


def test_a_long_report_is_read_to_its_end():
    """A report many times as long as ours keeps its places to the last numeral."""
    paragraph = "".join(row["sentence"] for row in ROWS)
    text = paragraph * (1 + (1 << 17) // len(paragraph.encode()))
    starts = [c.start for c in read(text, TOLD, CATALOGUE) if c.numeral]

    assert len(starts) == sum(1 for _ in numerals.find(text))
    assert starts == sorted(starts)


@given(text=st.text(max_size=80))
@settings(max_examples=300, deadline=None)
def test_folding_keeps_every_place(text):
    """Folding changes characters, never their number, and invents no numeral."""
    folded = fold(text)

    assert len(folded) == len(text)
    assert {n.start for n in numerals.find(folded)} <= {n.start for n in numerals.find(text)}


def test_headings_say_whether_a_section_plans():
    """A heading of plans is a plan, one of results is not, and others leave it open."""
    assert mood_of("下一步工作打算", 2024) is Mood.PLAN
    assert mood_of("2025年重点任务", 2024) is Mood.PLAN
    assert mood_of("2024年工作计划完成情况", 2024) is Mood.REPORT
    assert mood_of("(一)强化执法监管", 2024) is None


def test_a_plan_section_turns_figures_into_plans_and_targets():
    """What is to be done is no observation of what was done."""
    text = "一、工作成效\n开展演练20场。\n二、下一步打算\n开展演练30场以上,聚焦9类企业。"
    states = [c.status for c in read(text, TOLD) if c.owns]

    assert states == [Status.ACTUAL, Status.TARGET, Status.PLAN]


def test_a_figure_said_again_is_no_second_observation():
    """The same figure of the same thing is a row once; the second refers to the first."""
    text = "应对9轮强降雨过程。今年汛期发生9轮强降雨过程。"
    first, second = read(text, TOLD)

    assert (first.role, second.role) == (Role.OBSERVATION, Role.LABEL)
    assert str(first.start) in second.reason


def test_brackets_and_quotes_nest():
    """Inner spans are found, an unclosed one is not."""
    assert [(span.start, span.end) for span in spans("“甲(乙)”(丙")] == [(1, 5), (3, 4)]


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        ("2024", "2024-01-01", "2024-12-31"),
        ("2024H2", "2024-07-01", "2024-12-31"),
        ("2024Q3", "2024-07-01", "2024-09-30"),
        ("2023-01/2023-11", "2023-01-01", "2023-11-30"),
        ("2023-01-01..2023-11-30", "2023-01-01", "2023-11-30"),
    ],
)
def test_periods_are_read(period, first, last):
    """Each way to write a period has its first and last day."""
    assert tuple(map(str, parse_period(period))) == (first, last)


@pytest.mark.parametrize(
    "period", ["", "24", "2024-13..2024-14", "2024-05..2024-01", "x..y", "a/b"]
)
def test_what_is_no_period_is_refused(period):
    """A period that cannot be meant names the ways to write one."""
    with pytest.raises(UsageError):
        parse_period(period)


@given(st.text(max_size=12))
@settings(max_examples=300, deadline=None)
def test_any_period_is_read_or_refused(text):
    """Nothing but our own error comes of a wrong period."""
    try:
        first, last = parse_period(text)
    except UsageError:
        return
    assert first <= last


def test_a_report_tells_its_region_and_period():
    """Title and first lines give names, level and the period of half a year."""
    seen = setting("青山县应急管理局2022年上半年工作总结\n全县共发生事故2起。")

    assert (seen.names, seen.level) == (("青山",), 3)
    assert (str(seen.start), str(seen.end)) == ("2022-01-01", "2022-06-30")
    assert tuple(map(str, seen.planned)) == ("2022-07-01", "2022-12-31")
    assert short("延边朝鲜族自治州") == "延边"
