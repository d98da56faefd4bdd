"""Every kind of figure, in both languages and forms: what a reader meets on the page."""

import re
from functools import partial

import pandas as pd
import pytest
from drawings import Drawing
from matplotlib.text import Text
from test_calls import CALLS, pages

from analysis.charts.figure import LONGEST_ALT
from analysis.charts.page import LEAST_PLOT
from analysis.figures import calls
from analysis.language import numbers

NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")
WORDS, CHARACTERS = 10, 20
# The other figures of the project.
MORE = {
    "families": calls.comparison,
    "accidents": lambda **given: calls.trend("accidents", **given),
    "parts_of_deaths": lambda **given: calls.parts("deaths", **given),
    "parts_of_accidents": lambda **given: calls.parts("accidents", **given),
} | {
    f"profile_{region}": partial(calls.profile, region)
    for region in ("anhui", "anshan", "nantong", "yaohai")
}
EVERY = CALLS | MORE


@pytest.fixture(scope="module")
def drawn():
    """The figures of a call, drawn once."""
    known = {}

    def call(name, language, form="slide"):
        if (name, language, form) not in known:
            known[name, language, form] = pages(EVERY[name](language=language, form=form))
        return known[name, language, form]

    return call


@pytest.fixture(params=["zh", "en"])
def language(request):
    """Both languages."""
    return request.param


@pytest.mark.parametrize("form", ["slide", "page"])
@pytest.mark.parametrize("name", EVERY)
def test_texts_are_apart_and_the_plot_takes_its_share(name, form, language, drawn):
    """No text covers another or a mark, or leaves the page; the plot has three fifths of it."""
    figures = drawn(name, language, form)
    faults = {figure.name: Drawing(figure).faults for figure in figures}

    assert {file: fault for file, fault in faults.items() if fault} == {}
    shares = [figure.room[2] * figure.room[3] for figure in figures]
    assert min(shares) >= LEAST_PLOT


@pytest.mark.parametrize("name", EVERY)
def test_titles_are_short(name, language, drawn):
    """Ten words between spaces, or twenty characters with every digit, page numbers included."""
    titles = [figure.caption.title[language] for figure in drawn(name, language)]

    if language == "zh":
        assert [title for title in titles if len(title) > CHARACTERS] == []
    else:
        assert [title for title in titles if len(title.split()) > WORDS] == []


@pytest.mark.parametrize("name", EVERY)
def test_text_alternatives_are_short(name, language, drawn):
    """At most 250 characters: a screen reader cannot skip through it."""
    alts = [figure.caption.alt[language] for figure in drawn(name, language)]

    assert [len(alt) for alt in alts if len(alt) > LONGEST_ALT] == []


@pytest.mark.parametrize("name", EVERY)
def test_numbers_in_title_and_text_alternative_are_drawn(name, language, drawn):
    """Each is a cell of a drawn row, as labels write it, a number of rows, or on the page."""
    figures = drawn(name, language)
    allowed = _numbers(figures) | {str(n) for n in range(1, len(figures) + 1)}
    for figure in figures:
        printed = allowed | _printed(figure, language)
        for text in (figure.caption.title[language], figure.caption.alt[language]):
            assert set(NUMBER.findall(text)) - printed == set(), text


def _printed(figure, language):
    """The numbers on the page, without those of the title."""
    title = figure.caption.title[language]
    texts = [artist.get_text() for artist in figure.plot.findobj(Text)]
    return {n for text in texts if text not in title for n in NUMBER.findall(text)}


def _numbers(figures):
    """The numbers in the rows of all pages, and how many rows there are of each kind."""
    tokens = {"95"}
    parts = [("rows", "beside", "refusals"), ("rows",), ("beside",), ("refusals",)]
    for names in parts:
        frame = pd.concat([getattr(f, name) for f in figures for name in names], ignore_index=True)
        tokens |= {str(len(frame))}
        for name in frame:
            cells = frame[name].dropna()
            texts = cells[cells.map(lambda cell: isinstance(cell, str))].astype(str)
            tokens |= {str(count) for count in texts.value_counts()} | {str(texts.nunique())}
            tokens |= {token for cell in cells for text in _forms(cell) for token in text}
    return tokens


def _counts(frame):
    """The numbers of rows of all pages together: of each word, of each state, of each region."""
    counts = {str(len(frame))}
    for name in frame:
        cells = frame[name].dropna()
        words = cells[cells.map(lambda cell: isinstance(cell, str | bool))]
        counts |= {str(count) for count in words.value_counts()} | {str(words.nunique())}
    each = frame.drop_duplicates("indicator")
    return counts | {str(count) for count in each.get("reports", pd.Series()).value_counts()}


def _forms(cell):
    """The numbers in a cell as labels write it."""
    if isinstance(cell, pd.Timestamp):
        return [(str(cell.year), str(cell.month), str(cell.day))]
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        return [NUMBER.findall(str(cell))]
    size = abs(cell)
    texts = [numbers.number(size, "zh"), numbers.number(size, "en"), numbers.exact(size)]
    texts += [numbers.ratio(size), f"{size:.0f}", f"{size:.1f}", f"{size:,.0f}"]
    return [NUMBER.findall(text) for text in texts]
