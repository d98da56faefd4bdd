"""The table of what cannot be compared: every figure as printed, its scope, and the reason."""

import re

import pandas as pd
import pytest
from album import drawings
from drawings import Drawing
from tidy import UNDECLARED, frame, population, row

import analysis as rs
from analysis.charts import style
from analysis.charts.not_comparable import not_comparable as draw_not_comparable
from analysis.comparability import apart, families, findings
from analysis.errors import CrowdedError
from analysis.statistics import rates

FORMS = [(language, form) for language in ("zh", "en") for form in ("slide", "page")]
PART = {"breakdown": "sector:mining"}
PEOPLE = frame(population("chuxiong", 2_300_000, 2024), population("nantong", 7_700_000, 2024))


@pytest.fixture(scope="module", params=FORMS, ids="-".join)
def pages(request):
    """The pages of the real tables, drawn."""
    language, form = request.param
    return drawings("not_comparable", language, form)


def drawn(rows):
    """The table of a few rows, in English."""
    with style.house_style():
        title = findings.not_comparable({"deaths": False})
        return Drawing(draw_not_comparable(rows, title=title, language="en"))


def mixed(*rows):
    """Deaths of several regions with the reason why they cannot be compared, if they cannot."""
    rated = rates.rates(rates.limits(frame(*rows)), PEOPLE)
    comparable = families.shared(rated, UNDECLARED, ["deaths"])
    return apart.not_comparable(rated, UNDECLARED, comparable)


def test_figures_compared_under_another_indicator_are_marked(pages):
    """Nantong's 3,423 stands beside Chuxiong's 2,452 on the page of hazards."""
    rows = pd.concat([page.figure.rows for page in pages])
    said = "\n".join(page.said for page in pages)

    assert rows.loc[rows["value"].isin([3423, 2452]), "elsewhere"].all()
    assert not rows.loc[rows["value"].eq(195), "elsewhere"].any()
    assert re.search("3,?423[个项]?†", said)
    assert any(page.figure.caption.notes for page in pages)


def test_pages_are_three_and_none_has_one_line(pages):
    """Of each language."""
    lines = [drawing.figure.rows["indicator"].nunique() for drawing in pages]

    assert min(lines) > 1 or pages[0].picture.get_figwidth() < 10
    assert len(pages) <= 3


def test_every_indicator_is_on_one_page_and_every_mark_is_one_of_its_figures(pages):
    """A region with many parts has two of them drawn and the others counted."""
    shown = [code for drawing in pages for code in drawing.figure.rows["indicator"].unique()]

    assert len(shown) == len(set(shown))
    for drawing in pages:
        assert set(drawing.marks) <= set(drawing.figure.rows["id"])
        drawn_of = drawing.figure.rows[drawing.figure.rows["id"].isin(drawing.marks)]
        assert set(drawn_of["region"]) == set(drawing.figure.rows["region"])


def test_figures_are_drawn_as_printed(pages):
    """1298.44万元 and 97.35% keep every digit; English has the same numbers."""
    said = "\n".join(drawing.said for drawing in pages).replace("\n", " ")
    printed = {"zh": ("1298.44万元", "3227万元"), "en": ("12,984,400", "32,270,000")}

    for words in (*printed[pages[0].figure.language], "97.35%"):
        assert words in said


def test_the_reason_stands_beside_the_figures():
    """The deaths of mines and those of everything."""
    said = drawn(mixed(row("nantong", 30, **PART), row("chuxiong", 45))).said

    assert "A total against a part" in said.replace("\n", " ")
    assert "mining: 30" in said


def test_parts_beyond_two_are_counted():
    """Nothing is dropped in silence."""
    parts = [row("nantong", n, breakdown=f"sector:{name}") for n, name in enumerate("abcd", 1)]
    said = drawn(mixed(*parts, row("chuxiong", 45, breakdown="sector:e"))).said

    assert "and 2 more" in said
    assert "Different sectors" in said


def test_what_can_be_compared_is_not_in_the_table():
    """Two prefectures of one year, and an indicator of one region."""
    assert mixed(row("nantong", 30), row("chuxiong", 45)).empty
    assert mixed(row("chuxiong", 45)).empty


def test_too_many_lines_for_a_page_are_refused():
    """A figure that cannot be read is not drawn."""
    rows = mixed(row("nantong", 30, **PART), row("chuxiong", 45))
    many = [rows.assign(indicator=f"i{n}") for n in range(40)]

    with pytest.raises(CrowdedError, match="do not fit one page"):
        drawn(rs.comparability.apart.pd.concat(many))
