"""Deck, brief, report and workbook are valid for a validator that is not of this package."""

import pytest
import test_hand_edits as hand
from publications import hostile, written

from analysis.language.text import Text
from analysis.publish import report, revision
from analysis.publish.content import Definition
from analysis.publish.deck import brief, refresh, slides
from analysis.publish.workbook import book

pytestmark = pytest.mark.slow
# PowerPoint and LibreOffice too write both elements of a label from cells into one extension,
# where the schema has room for one.
AS_OFFICE_WRITES = "Choice allows at most 1 occurrence(s), found 2"
NONE = Text("无", "None")


def faults(path):
    """What the validator finds, with the place."""
    from openxml_audit import OpenXmlValidator

    result = OpenXmlValidator(max_errors=1_000).validate(str(path))
    return [
        f"{one.part_uri} {one.path}: {one.description}"
        for one in result.errors
        if not (one.description == AS_OFFICE_WRITES and "/dLbl[" in str(one.path))
    ]


@pytest.fixture(scope="module")
def figures(tmp_path_factory):
    """A folder of figures with a hostile one in both languages."""
    return written(tmp_path_factory.mktemp("project"), more=[hostile(), hostile("en")])


@pytest.mark.parametrize("language", ["zh", "en"])
def test_office_files_are_valid(figures, tmp_path, language):
    """As made, with codes and definitions."""
    definitions = {"deaths": Definition(NONE, NONE, NONE)}
    made = {
        "deck.pptx": slides.deck(figures, language=language, mark="qr"),
        "brief.pptx": brief.deck(figures, language=language),
        "report.docx": report.report(figures, language=language),
        "values.xlsx": book.workbook(figures, language=language, definitions=definitions),
    }
    for name, data in made.items():
        (tmp_path / name).write_bytes(data)
        assert faults(tmp_path / name) == [], name


def test_updated_files_are_valid(tmp_path):
    """A deck and a brief after an update."""
    old = written(tmp_path / "old", edit=hand.before)
    new = written(tmp_path / "new", edit=hand.changed_kind)
    (tmp_path / "deck.pptx").write_bytes(slides.deck(old, language="zh"))
    (tmp_path / "report.docx").write_bytes(report.report(old, language="zh"))
    refresh.update(tmp_path / "deck.pptx", new)
    revision.update(tmp_path / "report.docx", new)

    assert faults(tmp_path / "deck.pptx") == []
    assert faults(tmp_path / "report.docx") == []
