"""Every kind of figure, in both languages and forms: what a reader meets on the page."""

import re
from functools import cache

import pandas as pd
import pytest
from album import EVERY, FORMS, drawings, each
from matplotlib.text import Text

from analysis.charts.figure import LONGEST_ALT
from analysis.charts.page import LEAST_PLOT
from analysis.language import numbers

NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")
LONGEST = {"zh": 20, "en": 10}  # characters or words of a title


@FORMS
@each(EVERY)
def test_texts_are_apart_and_the_plot_takes_its_share(name, form, language):
    """No text covers another or a mark, or leaves the page; the plot has three fifths of it."""
    drawn = drawings(name, language, form)
    faults = {drawing.figure.name: drawing.faults for drawing in drawn}

    assert {file: fault for file, fault in faults.items() if fault} == {}
    shares = [drawing.figure.room[2] * drawing.figure.room[3] for drawing in drawn]
    assert min(shares) >= LEAST_PLOT


def figures(name, language):
    """The figures of a call on slides."""
    return [drawing.figure for drawing in drawings(name, language)]


@cache
def titles(name, language):
    """The titles of a call on slides."""
    return [figure.caption.title[language] for figure in figures(name, language)]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_titles_are_short(language):
    """95 in 100 have ten words between spaces, or twenty characters with every digit, at most."""
    every = [title for name in EVERY for title in titles(name, language)]
    long = [title for title in every if _length(title, language) > LONGEST[language]]

    assert len(long) <= 0.05 * len(every), long


def _length(title, language):
    return len(title) if language == "zh" else len(title.split())


@each(EVERY)
def test_text_alternatives_are_short(name, language):
    """At most 250 characters: a screen reader cannot skip through it."""
    assert titles(name, language)  # kept for the test of all titles
    alts = [figure.caption.alt[language] for figure in figures(name, language)]

    assert [len(alt) for alt in alts if len(alt) > LONGEST_ALT] == []


@each(EVERY)
def test_numbers_in_title_and_text_alternative_are_drawn(name, language):
    """Each is a cell of a drawn row, as labels write it, a number of rows, or on the page."""
    drawn = figures(name, language)
    allowed = _numbers(drawn) | {str(n) for n in range(1, len(drawn) + 1)}
    for figure in drawn:
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
        tokens |= {token for total in _sums(frame) for text in _forms(total) for token in text}
    return tokens


def _sums(frame):
    """The sums of the first rows of each whole that is divided into parts."""
    return frame.groupby("whole_id")["value"].cumsum().dropna() if "whole_id" in frame else ()


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
