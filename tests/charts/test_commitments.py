"""The drawing of the commitments that could be checked."""

import pytest
from drawings import Drawing

from analysis import charts
from analysis.charts import grid, style
from analysis.comparability import findings
from analysis.language import values
from analysis.language.vocabulary import Promise
from analysis.statistics import policies

FORMS = [("zh", "slide"), ("en", "page")]


@pytest.fixture(scope="module")
def rows(data):
    """Every commitment of the real tables."""
    return policies.commitments(data)


@pytest.fixture(scope="module", params=FORMS, ids="-".join)
def pages(request, rows):
    """The pages of what could be checked, drawn."""
    language, form = request.param
    checkable = policies.checkable(rows)
    parts = policies.pages(checkable, 8)
    return [listed(rows, part, language, form) for part in parts]


def listed(rows, part, language="en", form="slide"):
    """One page of the list, drawn."""
    with style.house_style():
        picture = charts.promises(
            part,
            title=findings.promises(policies.checkable(rows)),
            language=language,
            absent=policies.worded(rows),
            form=form,
        )
    return Drawing(picture)


def test_every_word_can_be_read(pages):
    """No text covers another, leaves the page or is struck by a mark."""
    for drawing in pages:
        assert drawing.faults == {}


def test_every_checkable_commitment_has_one_mark(pages, rows):
    """Nothing is lost between the table and the squares."""
    listed = [id_ for drawing in pages for id_ in drawing.marks]

    assert sorted(listed) == sorted(policies.checkable(rows)["id"])


def test_half_a_square_is_a_number_the_other_half_a_date(pages):
    """Both fill it."""
    fills = {Promise.NUMBER_AND_DATE: "full", Promise.NUMBER: "left", Promise.DATE: "right"}

    for drawing in pages:
        for row in drawing.figure.rows.to_dict("records"):
            mark = drawing.marks[row["id"]]
            assert mark.get_marker() == "s"
            assert mark.get_fillstyle() == fills[Promise(row["status"])]


def test_regions_without_numbers_stand_in_the_strip(pages, rows):
    """Those that promise in words only are named on every page, with how many there are."""
    numbered = set(policies.checkable(rows)["region"])

    for drawing in pages:
        left_out = [entry.region for entry in drawing.figure.caption.left_out]
        assert left_out == [r["region"] for r in grid.regions(rows) if r["region"] not in numbered]


def test_the_list_quotes_the_report_and_its_numbers(pages):
    """Each line has its label, the printed words, the number and the date, or a dash."""
    for drawing in pages:
        language = drawing.figure.language
        dashes = 0
        for row in drawing.figure.rows.to_dict("records"):
            assert row[f"indicator_{language}"] in drawing.said
            assert row["evidence"] in drawing.said
            dashes += int(row["status"] in {"number", "date"})
            if "number" in row["status"]:
                assert values.target(row)[language] in drawing.said
            if "date" in row["status"]:
                assert values.deadline(row["deadline"])[language] in drawing.said
        assert len(drawing.named("gap")) == dashes


def test_no_number_at_all_is_a_sentence(rows):
    """Where nobody names a number, the page says so instead of showing an empty table."""
    loose = rows[rows["status"].eq(Promise.WORDS)]
    drawing = listed(loose, policies.checkable(loose))

    assert "no commitment carries a number or a deadline" in drawing.said
    assert drawing.faults == {}
