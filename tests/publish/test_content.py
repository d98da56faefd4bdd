"""Over a real manifest: every mark of every figure, slide, cell and page has its sentence."""

import json

import pytest
from copies import made

from analysis.explore import trace
from analysis.publish.deck import slides
from analysis.publish.gallery import gallery
from analysis.publish.workbook import book as workbook


def hold(folder, tmp_path):
    """Trace everything that can be published from the manifest in *folder*."""
    figures = folder / "figures"
    whole = json.loads((figures / "manifest.json").read_text("utf-8"))
    marks = 0
    for one in whole["figures"]:
        for file in one["files"]:
            found = trace.pieces(figures / file)
            assert trace.unsourced(found) == [], file
            marks += sum(len(piece.marks) for piece in found)
    ledger = trace.Ledger(folder)
    for language in sorted({one["language"] for one in whole["figures"]}):
        deck, book = tmp_path / f"{language}.pptx", tmp_path / f"{language}.xlsx"
        deck.write_bytes(slides.deck(figures, language=language))
        book.write_bytes(workbook.workbook(figures, language=language))
        for path in (deck, book):
            found = trace.pieces(path)
            assert trace.unsourced(found) == []
            assert all(ledger.state(piece.carried).current for piece in found)
            marks += sum(len(piece.marks) for piece in found)
    gallery.build(figures)
    for path in (figures / "gallery" / "records").iterdir():
        told = json.loads(path.read_text("utf-8").partition(",")[2].rsplit(")", 1)[0])
        for drawn in told["drawn"].values():
            for mark in drawn["marks"]:
                row = told["rows"][mark["id"]]
                assert row.get("phrase") or row.get("source")
                marks += 1
    return marks


def test_every_mark_of_every_kind_of_figure_leads_to_a_sentence(published, tmp_path):
    """No picture, chart, table, cell or page shows a value that nothing stands behind."""
    assert hold(published, tmp_path) > 300


@pytest.mark.slow
def test_every_mark_of_the_whole_plan_leads_to_a_sentence(tmp_path):
    """The same for every job in both languages."""
    folder = made(tmp_path)

    assert hold(folder, tmp_path) > 9_000
