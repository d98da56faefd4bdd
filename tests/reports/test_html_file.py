"""Web pages: the article, without what the page hides, strikes out or raises."""

import time

import pytest

from analysis.errors import DocumentError
from analysis.reports.html_file import text


def body(inner):
    """The text of a page with this body."""
    return text("a.html", f"<html><body>{inner}</body></html>")[1]


INLINE = {
    "<p>事故12<sup>3</sup>起</p>": "事故12³起",
    "<p>事故12<sup>[3]</sup>起</p>": "事故12起",
    "<p>面积12.5km<sup>2</sup>。</p>": "面积12.5km²。",
    "<p>CO<sub>2</sub></p>": "CO₂",
    "<p>受伤<s>9</s><del>8</del><strike>6</strike>7人</p>": "受伤7人",
    "<p>受伤<span style='Text-Decoration : line-through'>9</span>7人</p>": "受伤7人",
    "<p>受伤<span style='visibility: hidden'>9</span>7人</p>": "受伤7人",
    "<p>受伤<span style='font-size: 0'>9</span>7人</p>": "受伤7人",
    "<p>受伤<span style='font-size: 0.9em'>9</span>7人</p>": "受伤97人",
    "<p>受伤<ins>7</ins>人<!-- 99 --></p>": "受伤7人",
    "<p><ruby>青<rt>1</rt></ruby>山</p>": "青山",
    "<p>检查1&shy;2<wbr>3家</p>": "检查123家",
}


@pytest.mark.parametrize("inner", INLINE)
def test_marks_around_a_digit_keep_their_meaning(inner):
    """Raised, lowered, struck out, hidden and inserted pieces of a line."""
    assert body(inner) == f"{INLINE[inner]}\n"


def test_preformatted_lines_stay_lines():
    """Line breaks count inside pre, and nowhere else."""
    assert body("<pre>一、情况\n事故12起。</pre><p>死亡\n3人。</p>").split() == [
        "一、情况",
        "事故12起。",
        "死亡",
        "3人。",
    ]


def test_an_article_is_kept_though_its_paragraphs_have_the_name_of_an_aside():
    """Where all text is called share, it is the article."""
    assert body("<p class='share'>全年事故36起。</p>" * 40).count("36") == 40


@pytest.mark.parametrize(
    "inner",
    [
        "<p class='share'>全年事故36起。</p>" * 20_000,
        ("<p class='share'>事</p>" + "安" * 20) * 9_000,
        "<p style='display:none'>事</p>安" * 20_000,
        "<div>" * 240 + "事故12起。" * 40_000,
        "<table><tr>" + "<td rowspan=60 colspan=60>安</td>" * 40_000 + "</table>",
    ],
)
def test_a_page_is_read_in_linear_time(inner):
    """Names, hidden pieces, nesting and merged cells cost no more than their length."""
    began = time.process_time()
    body(inner)

    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    "inner",
    ["<p>" * 500_000, "<table>" + f"<tr><td rowspan=60>{'安' * 100}</td></tr>" * 9_000],
)
def test_a_page_beyond_measure_is_refused(inner):
    """Half a million tags, and cells that repeat beyond any table."""
    with pytest.raises(DocumentError, match=r"a\.html"):
        body(inner)
