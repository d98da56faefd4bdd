"""Fixed words: complete, in both languages, neutral, and drawable."""

import re

import pytest
from tidy import context, frame, row

from analysis.language import phrases, values
from analysis.language.text import Text
from analysis.language.vocabulary import Comparator, Gap, Mark, Rule, Status
from analysis.statistics.limits import Method

TABLES = {
    name: words
    for module in (phrases, values)
    for name, words in vars(module).items()
    if isinstance(words, dict) and name.isupper() and not name.startswith("_")
}
SINGLE = {name: text for name, text in vars(phrases).items() if isinstance(text, Text)}
EVERY = [
    (f"{name}[{key}]", text)
    for name, words in TABLES.items()
    for key, text in words.items()
    if isinstance(text, Text)
] + list(SINGLE.items())
HANZI = re.compile(r"[\u4e00-\u9fff]")


@pytest.mark.parametrize(
    ("words", "vocabulary"),
    [
        (phrases.RULES, Rule),
        (phrases.GAPS, Gap),
        (phrases.GAP_WORDS, Gap),
        (phrases.MARKS, Mark),
        (values.STATUSES, Status),
        (values.COMPARATORS, Comparator),
    ],
)
def test_every_word_that_code_branches_on_has_words_for_readers(words, vocabulary):
    """A new rule, reason or mark without its words fails here, not on a slide."""
    assert set(words) == set(vocabulary)


@pytest.mark.parametrize(("name", "text"), EVERY, ids=[name for name, _ in EVERY])
def test_every_phrase_is_said_in_both_languages(name, text):
    """Chinese in Chinese, English in English, the same braces in both."""
    if text.zh and name != "METHODS[exact-c]":
        assert HANZI.search(text.zh) or "{" in text.zh, name
    quoted = text.en.replace("余", "").replace("多", "")
    assert text.en, name
    assert not HANZI.search(quoted), name
    assert sorted(re.findall(r"{\w*}", text.zh)) == sorted(re.findall(r"{\w*}", text.en)), name


PRAISE = re.compile(r"improv|better|worse|deteriorat|好转|改善|恶化|更好|更差", re.IGNORECASE)


@pytest.mark.parametrize(("name", "text"), EVERY, ids=[name for name, _ in EVERY])
def test_no_phrase_praises_or_blames(name, text):
    """Better and worse are not ours to say."""
    assert not PRAISE.search(text.zh + text.en), name


def test_every_method_of_a_drawn_interval_has_its_name():
    """What ``derive`` writes beside a number can be printed under a figure."""
    drawn = {Method.EXACT_POISSON, Method.CLOPPER_PEARSON, Method.EXACT_CONDITIONAL}

    assert {str(method) for method in drawn} <= set(phrases.METHODS)


def test_the_key_shows_each_mark_that_is_used_and_the_dash():
    """In the order given, with the sign of each."""
    key = phrases.marks_key([Mark.EXACT, Mark.PERCENT_ONLY]).en

    assert key == "● reported figure   ◇ percent change only   — not mentioned in the report"


def test_no_two_marks_but_target_and_plan_share_a_sign():
    """A reader can tell them apart in print; target and plan say which beside the mark."""
    signs = [phrases.marks_key([mark]).zh[0] for mark in Mark if mark is not Mark.MISSING]

    assert len(set(signs)) == len(signs) - 1


def test_each_report_is_named_once_and_in_house_order():
    """Three rows of two reports: two titles, the province first."""
    rows = frame(row(), row(year=2024, indicator="accidents"), row("anhui", year=2023))

    note = phrases.source_note(rows)

    assert note.zh == "资料来源：安徽应急管理局《安徽工作总结》；楚雄应急管理局《楚雄工作总结》"
    assert note.en == "Sources: Anhui report 2023; Chuxiong report 2024"


def test_a_row_filtered_out_leaves_the_source_line_by_itself():
    """Credits are computed."""
    rows = frame(row(), row("anhui", year=2023))

    assert "Anhui" not in phrases.source_note(rows[rows["region"].eq("chuxiong")]).en


def test_other_publications_stand_apart():
    """A chart that uses context says so."""
    note = phrases.source_note(frame(row(), context(year=2023, publisher="楚雄州统计局")))

    assert note.zh.endswith("。背景数字另据楚雄州统计局")
    assert note.en.endswith(". Also 1 context figure for Chuxiong, listed in data/context.csv")


def test_context_alone_is_no_report():
    """Only other publications: no report is named."""
    note = phrases.source_note(frame(context(publisher="楚雄州统计局")))

    assert note.zh == "资料来源：楚雄州统计局"
