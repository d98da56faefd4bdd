"""The drawing of the commitments of a region."""

import numpy as np
import pytest
from album import drawings
from drawings import Drawing

import analysis as rs
from analysis.charts import style
from analysis.charts.commitments import commitments as draw_commitments
from analysis.comparability import findings
from analysis.language import values
from analysis.language.vocabulary import Promise
from analysis.statistics import policies


@pytest.fixture(scope="module")
def rows(data):
    """Every commitment of the real tables."""
    return policies.commitments(data)


@pytest.fixture(scope="module", params=[("zh", "slide"), ("en", "page")], ids="-".join)
def pages(request):
    """The pages of the regions, drawn."""
    language, form = request.param
    return drawings("commitments", language, form)


def test_every_checkable_commitment_has_one_mark(pages, rows):
    """Nothing is lost between the table and the page, and each page is one region."""
    listed = [id_ for page in pages for id_ in page.marks]

    assert sorted(listed) == sorted(policies.checkable(rows)["id"])
    for page in pages:
        assert len(set(page.figure.rows["region"])) == 1


def test_commitments_follow_their_deadline_and_undated_ones_are_on_no_line(pages):
    """From the top down, the earliest first; those without a date come last."""
    for page in pages:
        shown = policies.checkable(page.figure.rows)
        heights = [page.marks[id_].get_ydata()[0] for id_ in shown["id"]]
        assert heights == sorted(heights, reverse=True)
        assert shown["deadline"].dropna().is_monotonic_increasing
        assert shown["deadline"].isna().is_monotonic_increasing
        dated = shown["status"].isin([Promise.DATE, Promise.NUMBER_AND_DATE])
        drawn = [line for axes in page.picture.axes for line in axes.lines if not line.get_gid()]
        lines = [line for line in drawn if np.ptp(line.get_xdata()) == 0 < np.ptp(line.get_ydata())]
        assert len(lines) == dated.any()
        for line in lines:
            assert line.get_ydata().tolist() == [heights[0], heights[dated.sum() - 1]]


def test_numbers_and_deadlines_are_written(pages):
    """Each in its column."""
    for page in pages:
        language, said = page.figure.language, page.said
        for row in policies.checkable(page.figure.rows).to_dict("records"):
            if "number" in row["status"]:
                assert values.target(row)[language] in said
            if "date" in row["status"]:
                assert values.deadline(row["deadline"])[language] in said


def test_commitments_in_words_are_counted(pages, rows):
    """By theme; together with the checkable ones they are all of the region."""
    for page in pages:
        region = page.figure.rows["region"].iloc[0]
        words = rows[rows["region"].eq(region) & rows["status"].eq(Promise.WORDS)]
        assert f"({len(words)}" in page.said.replace("（", "(")


def test_a_page_of_one_region_leaves_out_no_other(pages):
    """Nantong is not missing from the commitments of Anhui."""
    assert not any(page.figure.caption.left_out for page in pages)


def test_a_region_that_promises_in_words_only_has_a_reason(data):
    """Nantong's six commitments are in words."""
    nantong = data.rows[data.rows["region"].eq("nantong")]
    (page,) = rs.commitments(rows=nantong, language="en")

    (entry,) = page.caption.left_out
    assert (entry.region, "6" in entry.reason.en) == ("nantong", True)


def test_only_a_printed_number_or_date_makes_a_commitment_checkable(rows):
    """To speed up the command centres of 10 counties names places: no number is promised."""
    places = rows[rows["evidence"].str.contains("10县市应急指挥中心")]

    assert places["status"].tolist() == [Promise.WORDS]


def test_no_number_at_all_is_a_sentence(rows):
    """The page says so instead of showing an empty table."""
    nothing = rows.iloc[:0]
    with style.house_style():
        figure = draw_commitments(
            nothing,
            title=findings.commitments(nothing),
            language="en",
            absent=policies.worded(rows[rows["status"].eq(Promise.WORDS)]),
        )

    assert "carries a number or a deadline" in figure.caption.title.en
    assert Drawing(figure).faults == {}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_narrow_page_names_tasks_in_words_where_there_is_room(language):
    """Anhui's 42 by theme, not only their number; Chuxiong's 89 have no room."""
    pages = {d.figure.rows["region"].iloc[0]: d for d in drawings("commitments", language, "a4")}
    theme = {"zh": "隐患治理（7项）", "en": "Hazard control (7)"}[language]

    assert theme in pages["anhui"].said
    assert "(7)" not in pages["chuxiong"].said.replace("（7项）", "(7)")
