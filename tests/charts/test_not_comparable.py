"""The table of what cannot be compared: every figure as printed, its scope, and the reason."""

from functools import partial

import pytest
from drawings import Drawing
from tidy import frame, population, row

from analysis import charts
from analysis.charts import style
from analysis.comparability import findings, rules
from analysis.errors import CrowdedError
from analysis.statistics import gaps, rates

FORMS = [(language, form) for language in ("zh", "en") for form in ("slide", "page")]
PART = {"breakdown": "sector:mining"}
PEOPLE = frame(population("chuxiong", 2_300_000, 2024), population("nantong", 7_700_000, 2024))


@pytest.fixture(scope="module")
def codes(data):
    """Every indicator in the order of its table."""
    return list(data.indicators["indicator"])


@pytest.fixture(scope="module")
def apart(rated, context, codes):
    """What cannot be compared of the real tables."""
    return rules.not_comparable(rated, context, codes)


@pytest.fixture(scope="module", params=FORMS, ids="-".join)
def pages(request, rated, apart, codes):
    """The pages of the real tables, drawn."""
    language, form = request.param
    silent = gaps.cells(rated, codes)
    draw = partial(charts.not_comparable, language=language, refused=silent, form=form)
    title = findings.not_comparable(apart)
    with style.house_style():
        pictures = charts.on_pages(draw, apart, title=title, by="indicator")
    return [Drawing(picture) for picture in pictures]


def drawn(rows):
    """The table of a few rows, in English."""
    title = findings.not_comparable(rows)
    silent = gaps.cells(rows, [])
    with style.house_style():
        picture = charts.not_comparable(rows, title=title, language="en", refused=silent)
    return Drawing(picture)


def mixed(*rows):
    """Deaths of several regions with the reason why they cannot be compared, if they cannot."""
    rated = rates.rates(rates.limits(frame(*rows)), PEOPLE)
    return rules.not_comparable(rated, PEOPLE, ["deaths"])


def test_every_word_can_be_read(pages):
    """No text covers another or leaves the page."""
    for drawing in pages:
        assert drawing.faults == {}


def test_every_figure_is_on_one_page_with_its_id(pages, apart):
    """What the tables have is drawn once; no indicator is on two pages."""
    listed = [id_ for drawing in pages for id_ in drawing.marks]
    shown = [code for drawing in pages for code in set(drawing.figure.rows["indicator"])]

    assert sorted(listed) == sorted(apart["id"])
    assert sorted(shown) == sorted(set(apart["indicator"]))


def test_regions_without_a_figure_are_refused_with_a_reason(pages, rated):
    """Each region is drawn or refused for each indicator of a page."""
    every = set(rated["region"])

    for figure in (drawing.figure for drawing in pages):
        for code, group in figure.rows.groupby("indicator"):
            silent = figure.refusals[figure.refusals["indicator"].eq(code)]
            assert {*group["region"], *silent["region"]} == every
            assert silent["reason_en"].ne("").all()


def test_figures_are_drawn_as_printed(pages):
    """1298.44万元 and 97.35% keep every digit; English has the same numbers."""
    said = "\n".join(drawing.said for drawing in pages)
    printed = {"zh": ("1298.44万元", "3227万元"), "en": ("12,984,400 yuan", "32,270,000 yuan")}

    for words in (*printed[pages[0].figure.language], "97.35%"):
        assert words in said


def test_different_parts_are_the_reason():
    """The deaths of mines and those of everything."""
    rows = mixed(row("nantong", 30, **PART), row("chuxiong", 45))

    assert set(rows["reason_en"]) == {"they cover different things"}
    said = drawn(rows).said
    assert "They cover different things" in said
    assert "mining, 2024" in said
    assert "The whole, 2024" in said


def test_a_single_result_is_the_reason():
    """The other region sets a target."""
    rows = mixed(row("nantong", 0, status="target"), row("chuxiong", 45))

    assert set(rows["reason_en"]) == {"only Chuxiong reports a result"}
    assert "target 0 people" in drawn(rows).said


def test_a_rule_is_the_reason():
    """Four years lie between them."""
    rows = mixed(row("nantong", 30, year=2020), row("chuxiong", 45))

    assert set(rows["reason_en"]) == {"years apart: 4"}


def test_what_can_be_compared_is_not_in_the_table():
    """Two prefectures of one year, and an indicator of one region."""
    assert mixed(row("nantong", 30), row("chuxiong", 45)).empty
    assert mixed(row("chuxiong", 45)).empty


def test_too_many_lines_for_a_page_are_refused(apart):
    """A figure that cannot be read is not drawn."""
    with pytest.raises(CrowdedError, match="do not fit one page"):
        drawn(apart)
