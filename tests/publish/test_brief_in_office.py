"""Briefs in Word as an office program shows and saves them."""

import pytest
import test_revision as hand
from publications import written
from test_deck_in_office import full, pages, rendered, resaved, tangled

from analysis.publish import report

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_brief_renders_on_two_pages(language, tmp_path):
    """No word is over another or off its page."""
    folder = written(tmp_path / "project", more=[*full("zh"), *full("en")])
    shown = pages(rendered(report.report(folder, language=language), "brief.docx", tmp_path))

    assert 1 <= len(shown) <= report.MOST_PAGES
    for number, (wide, high, words) in enumerate(shown, 1):
        assert tangled(words) == [], f"page {number}"
        assert all(w[0] >= 0 and w[1] >= 0 and w[2] <= wide and w[3] <= high for w in words)


@pytest.mark.parametrize("edit", [hand.nothing, hand.reworded, hand.corrected])
def test_a_brief_saved_by_libreoffice_shows_one_version(edit, tmp_path):
    """Its bookmarks are still there, though its custom XML is not."""
    folder = written(tmp_path / "before", edit=hand.before)
    found = hand.findings(45)(())
    data = report.report(folder, language="zh", about=hand.DEATHS, findings=found)
    (tmp_path / "brief.docx").write_bytes(hand.edited(data, edit))
    saved = resaved(tmp_path / "brief.docx", tmp_path, "docx:MS Word 2007 XML").read_bytes()

    new = written(tmp_path / "now", edit=hand.raised)
    document, result = hand.updated(saved, new, tmp_path)

    texts = hand.parts(document)
    kept, lines = hand.KEPT.get(edit, set()), "\n".join(result.lines())
    for part in ("overall", "table", "figure1"):
        assert hand.versions(texts[part]) == ({"45"} if part in kept else {"46"}), lines
        assert (part in hand.stale(document)) == (part in kept), lines
