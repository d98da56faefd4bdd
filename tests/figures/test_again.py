"""A recorded figure drawn again in another form, if it shows the same."""

from analysis.charts.style import SIZES
from analysis.figures import calls, provenance
from analysis.figures.again import again, pictured
from analysis.figures.record import record_of
from analysis.tables.load import load


def recorded():
    """The record of a figure of the project, as the manifest has it."""
    figure = calls.parts("disaster_direct_loss", language="en")
    parameters = {"language": "en", "indicator": "disaster_direct_loss"}
    return {**record_of(figure, figure.name, []), "parameters": parameters}


def test_a_recorded_figure_is_drawn_at_the_width_of_a_page():
    """With its provenance, and no text under the size of notes."""
    record, rows = recorded(), load().rows

    figure = again(record, rows, "a4")
    shown, png = pictured(record, rows, "a4")

    assert figure.page.get_figwidth() == SIZES["a4"].width
    assert SIZES["a4"].note >= 8
    assert provenance.read(png)["fingerprint"] == record["fingerprint"]
    assert shown["plot"] == list(figure.room)


def test_a_figure_that_would_show_something_else_is_not_drawn():
    """Other rows than when it was recorded, or an unknown kind."""
    record, rows = recorded(), load().rows

    assert again({**record, "fingerprint": "0" * 16}, rows, "a4") is None
    assert again({**record, "kind": "unknown"}, rows, "a4") is None
