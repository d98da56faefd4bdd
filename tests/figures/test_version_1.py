"""Records, pictures and decks of the version before still lead to their sentences and update."""

import json
import shutil
from pathlib import Path

import pytest
from pptx import Presentation

from analysis.charts.kinds import kind_of
from analysis.errors import AnalysisError
from analysis.explore import trace
from analysis.figures import carriers, provenance
from analysis.publish.deck import refresh

FIXTURES = Path(__file__).parents[1] / "fixtures" / "version_1"
VALUES = "{http://schemas.openxmlformats.org/drawingml/2006/chart}val"
NAME = "comparison-deaths-en"


def record():
    """The record of a figure as the version before wrote it: without a kind or a scale."""
    return json.loads((FIXTURES / f"{NAME}.json").read_text("utf-8"))


@pytest.fixture
def figures(tmp_path):
    """The manifest of now: the same figure, with Chuxiong's 45 deaths corrected to 46."""
    now = record() | {"version": 2, "kind": "comparison", "scale": "value"}
    now |= {"about": {"zh": "死亡人数", "en": "Deaths"}, "axis": {"zh": "人", "en": "people"}}
    now |= {"job": "3_comparison-en-deaths", "notebook": "3_comparison.ipynb"}
    now |= {"parameters": {}, "inputs": {}, "files": {}}
    now["rows"][0] |= {"value": 46, "printed": "46人"}
    now["fingerprint"] = provenance.fingerprint(now)
    jobs = {now["job"]: {"notebook": now["notebook"], "changed": []}}
    manifest = {"version": 1, "package": "0.1.0", "jobs": jobs, "figures": [now]}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    return tmp_path


@pytest.mark.parametrize("name", [f"{NAME}.png", "deck.pptx"])
def test_a_file_of_version_1_leads_to_its_sentences(name):
    """45 deaths, with the phrase and its place in the report."""
    pieces = trace.pieces(FIXTURES / name)

    assert trace.unsourced(pieces) == []
    piece = next(piece for piece in pieces if piece.carried["figure"] == NAME)
    (row,) = (row for row in piece.rows().values() if row["region"] == "chuxiong")
    place = record()["rows"][0]["start"]
    assert (row["value"], row["report"], row["start"]) == (45, "chuxiong-2024", place)


def test_a_deck_of_version_1_takes_the_values_of_now(figures, tmp_path):
    """The chart shows 46, and the report says so; the other slides stay."""
    deck = tmp_path / "deck.pptx"
    shutil.copy(FIXTURES / "deck.pptx", deck)

    report = refresh.update(deck, figures)

    (chart,) = (
        shape.chart._chartSpace
        for slide in Presentation(str(deck)).slides
        for shape in slide.shapes
        if carriers.owned(shape.name) == (NAME, "chart")
    )
    assert [v.text for val in chart.iter(VALUES) for v in val.iter() if v.text][-1] == "46.0"
    assert any("45" in line and "46" in line for line in report.changed)
    assert any("trend-deaths-en" in line for line in report.kept)
    (piece,) = (one for one in trace.pieces(deck) if one.carried["figure"] == NAME)
    assert [row["value"] for row in piece.rows().values() if row["region"] == "chuxiong"] == [46]


def test_a_record_of_version_1_is_known_and_asks_for_a_run():
    """Its fingerprint is the one printed in the picture; a deck of it would guess its kind."""
    assert provenance.fingerprint(record()) == record()["fingerprint"]
    with pytest.raises(AnalysisError, match="earlier version: renew it with `run`"):
        kind_of(record())
