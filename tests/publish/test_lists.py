"""Lists on slides: native tables, on as many slides as needed, renewed like other figures."""

import io

import pytest
from pptx import Presentation
from publications import figure, row, written

from analysis.publish.deck import brief, refresh, slides


def promises(language, count):
    """A figure of commitments with a deadline."""
    rows = [
        row("anshan", 7 + number, id=f"promise-{number}", status="number_and_date",
            deadline="2025-12-31", indicator=f"promise-{number}", indicator_zh=f"承诺{number}",
            indicator_en=f"Commitment {number}")
        for number in range(count)
    ]  # fmt: skip
    return figure("commitments-anshan", rows, kind="commitments", scale="none", language=language)


def tables(data):
    """The tables of the slides of the list, and the height of the slide."""
    deck = Presentation(io.BytesIO(data))
    own = [shape for slide in deck.slides for shape in slide.shapes if "commitments" in shape.name]
    return [shape for shape in own if shape.has_table], deck.slide_height


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_long_list_is_divided_into_tables(tmp_path, language):
    """Each commitment is in one of them, none is off the slide, and an update finds them all."""
    figures = written(tmp_path, more=[promises(language, 40)])
    data = slides.deck(figures, language=language)

    shown, height = tables(data)
    cells = [line.cells[1].text_frame.text for one in shown for line in one.table.rows]
    names = [
        cell for cell in cells if cell.startswith(("承诺", "Commitment ")) and cell[-1:].isdigit()
    ]
    assert len(shown) > 1
    assert len(names) == len(set(names)) == 40
    assert all(one.top + one.height <= height for one in shown)
    (tmp_path / "deck.pptx").write_bytes(data)
    assert not refresh.update(tmp_path / "deck.pptx", figures).changed


def test_a_brief_shows_a_long_list_on_one_slide(tmp_path):
    """The last line counts the commitments for which there is no room."""
    figures = written(tmp_path, more=[promises("en", 40)])
    data = brief.deck(figures, language="en", patterns=["commitments-anshan"])

    (shown,), _ = tables(data)
    lines = [[cell.text_frame.text for cell in line.cells] for line in shown.table.rows]
    count = next(int(cell.split()[0]) for cell in lines[-1] if cell)
    assert len(lines) - 2 + count == 40
    (tmp_path / "deck.pptx").write_bytes(data)
    assert not refresh.update(tmp_path / "deck.pptx", figures).changed
