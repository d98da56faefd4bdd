"""A figure in a notebook: a click on a mark opens its sentence, without JavaScript."""

import base64

import pytest
from lxml import html

from analysis.figures import calls, drawn, sentences


@pytest.fixture(scope="module")
def figure():
    """The trend of deaths."""
    return calls.trend("deaths", language="en")[0]


@pytest.fixture(scope="module")
def shown(figure):
    """What a notebook shows of it."""
    return html.fromstring(sentences.html(figure, figure._repr_png_()))


def test_each_mark_of_a_row_with_evidence_opens_its_sentence(figure, shown):
    """It is a tooltip, too, and the name of the button."""
    rows = figure.rows.set_index("id")["evidence"]
    marked = [rows[mark["id"]] for mark in drawn.marks(figure.page)]

    assert len(marked) > 5
    assert [button.get("title") for button in shown.iter("summary")] == marked
    assert [button.get("aria-label") for button in shown.iter("summary")] == marked
    opened = [part.text for part in shown.xpath("//details/div")]
    assert opened == [f"“{evidence}”" for evidence in marked]


def test_a_sentence_has_its_source(shown):
    """Publisher, report and place."""
    sources = [part.text for part in shown.iter("small")]

    bureau = "Chuxiong Emergency Management Bureau《"
    assert any(bureau in text and "character " in text for text in sources)


def test_the_picture_is_inside_and_nothing_is_loaded(figure, shown):
    """No script and no address."""
    (picture,) = shown.iter("img")

    assert base64.b64decode(picture.get("src").partition(",")[2]) == figure._repr_png_()
    assert picture.get("alt") == figure.caption.alt.en
    assert not [part for part in shown.iter() if part.get("href") or part.tag == "script"]


def test_a_button_lies_over_its_mark(figure, shown):
    """In shares of the page, so at any width."""
    lefts = [f"left:{100 * mark['box'][0]:.2f}%" for mark in drawn.marks(figure.page)]

    assert all(
        left in one.get("style") for left, one in zip(lefts, shown.iter("details"), strict=True)
    )


def test_text_of_a_report_is_text(figure, monkeypatch):
    """A sentence cannot add elements."""
    forged = figure.rows.assign(evidence='<b title="x">')
    monkeypatch.setattr(type(figure), "rows", property(lambda _: forged), raising=False)

    page = html.fromstring(sentences.html(figure, b""))

    assert {button.get("title") for button in page.iter("summary")} == {'<b title="x">'}
    assert not list(page.iter("b"))
