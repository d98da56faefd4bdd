"""The table of families by regions, read back from the drawing."""

import pytest
from album import drawings
from drawings import Drawing
from tidy import declared, frame, population, row

from analysis.charts import style
from analysis.charts.side_by_side import side_by_side as draw_side_by_side
from analysis.comparability import families, findings
from analysis.errors import CrowdedError
from analysis.statistics import rates

FORMS = [(language, form) for language in ("zh", "en") for form in ("slide", "page")]
PEOPLE = frame(population("chuxiong", 2_300_000, 2024), population("nantong", 7_700_000, 2024))


@pytest.fixture(scope="module", params=FORMS, ids="-".join)
def pages(request):
    """The pages of all families, drawn."""
    language, form = request.param
    return drawings("families", language, form)


def table(use, *members, language="en"):
    """The table of one family of deaths."""
    known = declared({"own": use}, *(("own", one, role) for one, role in members))
    rows = rates.rates(rates.limits(frame(*(one for one, _ in members))), PEOPLE)
    result = families.listing(rows, ["own"], known)
    with style.house_style():
        title = findings.side_by_side(result.rows)
        figure = draw_side_by_side(
            result.rows, title=title, language=language, refused=result.refused
        )
    return Drawing(figure)


def test_regions_without_any_figure_are_left_out_by_name(pages):
    """Anshan and Yaohai answer no question about outcomes."""
    outcomes, *others = (page.figure.caption.left_out for page in pages)

    assert [entry.region for entry in outcomes] == ["anshan", "yaohai"]
    assert {entry.region for entries in others for entry in entries} == {"anhui", "yaohai"}


def test_slides_are_at_most_five(pages, data):
    """And have every family once, each figure with its id."""
    shown = [code for drawing in pages for code in drawing.figure.rows["family"].unique()]

    assert sorted(shown) == sorted(data.families["family"])
    assert len(pages) <= 5 or pages[0].picture.get_figwidth() < 10
    for drawing in pages:
        assert set(drawing.marks) == set(drawing.figure.rows["id"])


def test_titles_have_a_number_and_are_short(pages):
    """Ten words or twenty characters, without the page number."""
    for drawing in pages:
        title = drawing.figure.caption.title
        words = title.en.partition(" (1 of")[0].partition(" (2 of")[0].split()
        characters = [c for c in title.zh.partition("（")[0] if "\u4e00" <= c <= "\u9fff"]
        assert len(words) <= 10
        assert len(characters) <= 20


def test_titles_name_only_figures_of_regions_that_count_the_same(pages):
    """Not 458 beside 3,586 of another campaign, nor 15 plans revised beside 49 plans."""
    titles = " ".join(page.figure.caption.title.en for page in pages)

    assert "Chemical park risk (D lowest): Grade D in Nantong, Chuxiong" in titles
    assert "Special plans at regional level: Anhui 21, Nantong 49" in titles
    assert not [number for number in ("458", "3,586", "15", "Grade C") if number in titles]


def test_figures_of_different_things_are_counted_in_the_title_and_not_named():
    """Deaths of one kind and of another."""
    members = [
        (row("nantong", 49, breakdown="kind:a"), "member"),
        (row(breakdown="kind:b"), "member"),
    ]

    title = table("listing", *members).figure.caption.title
    assert title.en == "own name_en: 2 regions count different things"


def test_parts_are_added_up():
    """15 and 54, the disjoint parts of one report."""
    parts = [(row("chuxiong", 15, breakdown="kind:a"), "part")]
    parts += [(row("chuxiong", 54, breakdown="kind:b"), "part")]
    drawing = table("listing", (row("nantong", 49), "member"), *parts)

    assert "15 people" in drawing.said
    assert "+ 54 people" in drawing.said
    assert "= 69" in drawing.said
    assert drawing.figure.caption.title.en == "own name_en: Nantong 49, Chuxiong 69"


def test_a_ratio_shows_what_it_divides():
    """590 by 187."""
    below = {"indicator": "mines", "breakdown": "kind:a"}
    drawing = table(
        "ratio",
        (row("nantong", 590), "member"),
        (row("nantong", 187, **below), "denominator"),
        (row("chuxiong", 1191), "member"),
        (row("chuxiong", 471, **below), "denominator"),
    )

    assert "÷ 187 = 3.2" in drawing.said
    assert drawing.figure.caption.title.en == "own name_en: Nantong 3.2, Chuxiong 2.5"


def test_a_rate_stands_beside_its_count_where_the_family_is_one():
    """45 deaths of 2.3 million people; a listing has none."""
    members = [(row("nantong", 77), "member"), (row("chuxiong", 45), "member")]

    assert "1.96 per 100,000 people" in table("rate", *members).said
    assert "per 100,000" not in table("listing", *members).said


TITLES = [
    ([-5.0, -6.0], {"measure": "change_pct", "unit": "%"}, "2 regions report a fall"),
    ([5.0, 6.0], {"measure": "change_pct", "unit": "%"}, "2 regions report a rise"),
    ([5.0, -6.0], {"measure": "change_pct", "unit": "%"}, "up and down in 2 regions"),
    ([0, 0], {}, "none in 2 regions"),
    ([3, 3], {}, "3 in 2 regions"),
]


@pytest.mark.parametrize(("values", "cells", "end"), TITLES, ids=[end for *_, end in TITLES])
def test_the_title_says_what_the_figures_have_in_common(values, cells, end):
    """In a few words."""
    regions = zip(("nantong", "chuxiong"), values, strict=True)
    members = [(row(region, value, **cells), "member") for region, value in regions]

    assert table("listing", *members).figure.caption.title.en == f"own name_en: {end}"


def test_too_many_families_for_a_page_are_refused():
    """A figure that cannot be read is not drawn."""
    drawing = table("listing", (row("nantong", 1), "member"), (row(), "member"))
    rows = drawing.figure.rows
    many = families.pd.concat([rows.assign(family=f"f{n}") for n in range(20)])

    with pytest.raises(CrowdedError, match="20 families do not fit one page"), style.house_style():
        draw_side_by_side(
            many, title=drawing.figure.caption.title, language="en", refused=drawing.figure.refusals
        )
