"""A file of ours names its sentences, whatever it is called; a foreign or broken one is refused."""

import io
import zipfile

import pytest
import xlsxwriter
from drawings import bare
from matplotlib.figure import Figure
from pptx import Presentation
from publications import HOSTILE, figure, hostile, manifest, row, written

from analysis.charts import Caption, style
from analysis.charts.marks import arrow, draw
from analysis.charts.page import Page
from analysis.errors import AnalysisError
from analysis.explore import trace
from analysis.figures import drawn, provenance
from analysis.figures.record import save
from analysis.language.text import Text


def drawing(kind):
    """A dot and an arrow, drawn."""
    with style.house_style():
        plain = Figure(figsize=(4, 3))
        axes = plain.add_axes((0.2, 0.2, 0.6, 0.6))
        draw(axes, 0.5, 0.25, row())
        arrow(axes, 0.8, 0.5, {"id": "x", "direction": -1, "region": "anhui"})
        buffer = io.BytesIO()
        drawn.name_arrows(plain)
        plain.savefig(buffer, format=kind)
    return buffer.getvalue()


@pytest.mark.parametrize("kind", ["svg", "png", "pdf"])
def test_a_figure_carries_its_rows(kind, tmp_path):
    """Renamed, it still gives every phrase, offset and publication."""
    record = figure("trend-deaths", [row(), row(value=51, year=2023)])
    data = provenance.stamped(drawing(kind), kind, record)
    (tmp_path / "renamed.bin").write_bytes(data)

    (piece,) = trace.pieces(tmp_path / "renamed.bin")

    assert piece.carried["figure"] == "trend-deaths-zh"
    assert piece.carried["fingerprint"] == record["fingerprint"]
    sources = {one["id"]: (one["evidence"], one["start"], one["title"]) for one in record["rows"]}
    read = {key: (r["evidence"], r["start"], r["title"]) for key, r in piece.rows().items()}
    assert read == sources


def in_a_deck(picture, path):
    """A picture on a slide of someone else."""
    made = Presentation()
    made.slides.add_slide(made.slide_layouts[6]).shapes.add_picture(io.BytesIO(picture), 0, 0)
    made.save(path)


def in_a_sheet(picture, path):
    """A picture between the cells of someone else."""
    book = xlsxwriter.Workbook(path)
    book.add_worksheet().insert_image(1, 1, "a.png", {"image_data": io.BytesIO(picture)})
    book.close()


def in_a_text(picture, path):
    """A picture in a paper of someone else, as a writing program packs it."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<document/>")
        archive.writestr("word/media/image7.png", picture)


@pytest.mark.parametrize("paste", [in_a_deck, in_a_sheet, in_a_text])
def test_a_picture_pasted_into_a_file_of_others_still_names_its_sentences(paste, tmp_path):
    """Under any name: it carries them in itself."""
    record = figure("trend-deaths", [row(), row(value=51, year=2023)])
    paste(provenance.stamped(drawing("png"), "png", record), str(tmp_path / "ours no more.bin"))

    (piece,) = trace.pieces(tmp_path / "ours no more.bin")

    assert piece.carried["figure"] == "trend-deaths-zh"
    assert len(piece.marks) == 2
    assert trace.unsourced([piece]) == []


@pytest.mark.parametrize("kind", ["svg", "png", "pdf"])
def test_hostile_words_come_back_as_written(kind):
    """What is carried is data; nothing of it is read as markup."""
    record = hostile()

    carried = provenance.read(provenance.stamped(drawing(kind), kind, record))

    assert [one["evidence"] for one in provenance.rows(carried)] == list(HOSTILE)
    assert carried["title"]["zh"] == HOSTILE[0]


def test_thousands_of_rows_fit_into_a_picture():
    """Readers of PNG refuse a text of more than a megabyte, so it is carried in pieces."""
    record = figure("peers-many", [row(f"r{n}", n) for n in range(3_200)])

    carried = provenance.read(provenance.stamped(drawing("png"), "png", record))

    assert len(carried["rows"]) == 3_200


def test_an_svg_says_what_each_mark_is():
    """The title of a mark is what a pointer over it, or a screen reader, tells."""
    data = provenance.stamped(drawing("svg"), "svg", figure("trend", [row()]))

    text = data.decode()

    assert "“发生事故若干起、死亡45人”（chuxiong-2024 第301—303字" in text
    assert 'role="img"' in text
    assert "<desc>图中：楚雄45人。</desc>" in text
    assert "<script>" not in provenance.stamped(drawing("svg"), "svg", hostile()).decode()


def test_an_svg_names_arrows_too():
    """An arrow has no words, and still its row."""
    assert sorted(provenance.marked(drawing("svg"))) == ["chuxiong-deaths-2024", "x"]


def test_marks_are_found_on_the_page():
    """A dot at the middle of axes that reach from 0.2 to 0.8 of the page."""
    plain = Figure(figsize=(4, 3))
    axes = plain.add_axes((0.2, 0.2, 0.6, 0.6))
    axes.set(xlim=(0, 1), ylim=(0, 1))
    draw(axes, 0.5, 0.5, row())

    (mark,) = drawn.marks(plain)

    left, top, width, height = mark["box"]
    assert mark["id"] == "chuxiong-deaths-2024"
    assert left + width / 2 == pytest.approx(0.5, abs=0.01)
    assert top + height / 2 == pytest.approx(0.5, abs=0.01)
    assert mark["at"] == [0.5, 0.5]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"\x89PNG\r\n\x1a\n broken",
        b"%PDF-1.7 broken",
        b"<svg/>",
        b'<!DOCTYPE a [<!ENTITY b "c">]><svg>&b;</svg>',
        b"PK\x03\x04 cut off",
    ],
)
def test_what_is_not_ours_is_refused_in_words(data, tmp_path):
    """Foreign, empty, cut off or hostile: our own error each time."""
    path = tmp_path / "file.svg"
    path.write_bytes(data)

    with pytest.raises(AnalysisError):
        trace.pieces(path)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"package": 1}',
        "null",
        '{"figure": "a", "package": "regional-safety"}',
        "[" * 100_000,
    ],
)
def test_a_forged_provenance_is_refused(text):
    """Anyone can write into a file; only what is whole is believed."""
    with pytest.raises(AnalysisError, match="damaged"):
        provenance.parsed(text)


def test_the_same_figure_gives_the_same_bytes(tmp_path, monkeypatch):
    """In all three formats, record included."""
    monkeypatch.setenv("REGIONAL_SAFETY_OUTPUT", str(tmp_path))
    written_twice = []
    for _ in range(2):
        with style.house_style():
            save(picture(), "one-zh", formats=("svg", "png", "pdf"))
        written_twice.append({file.name: file.read_bytes() for file in tmp_path.iterdir()})

    assert written_twice[0] == written_twice[1]
    assert sorted(written_twice[0]) == ["one-zh.json", "one-zh.pdf", "one-zh.png", "one-zh.svg"]


def picture():
    """A figure as charts make them."""
    import pandas as pd

    words = Text("标题", "title")
    page = Page(Caption(title=words, subtitle=words, source=words, alt=words), "zh")
    draw(page.plot.add_axes((0.2, 0.2, 0.6, 0.6)), 0.5, 0.5, row())
    return bare(page, pd.DataFrame([row()]))


def test_a_changed_value_is_told_with_both_values(tmp_path):
    """An old picture is held against the manifest of now."""
    folder = written(tmp_path)
    old = (folder / "job-trend-deaths-zh" / "trend-deaths-zh.png").read_bytes()
    (tmp_path / "old.png").write_bytes(old)

    def edit(one):
        for each in one["rows"]:
            if each.get("value") == 45:
                each["value"] = 46

    written(tmp_path, edit=edit)
    (told,) = trace.report(tmp_path / "old.png", tmp_path)["figures"]

    assert not told["state"]["current"]
    (change,) = told["state"]["changes"]
    assert (change["before"]["value"], change["after"]["value"]) == (45, 46)
    assert any("1个数值已变" in line for line in trace.lines(tmp_path / "old.png", tmp_path))


def test_every_mark_of_every_picture_has_its_sentence(tmp_path):
    """Over the whole manifest: no picture, and no mark, without a phrase or a publication."""
    folder = written(tmp_path, more=[hostile()])
    for one in manifest(more=[hostile()])["figures"]:
        for kind in ("png", "svg"):
            found = trace.pieces(folder / one["job"] / f"{one['name']}.{kind}")
            assert trace.unsourced(found) == []
            assert [row for piece in found for _, row in piece.marks] == [
                each["id"] for each in one["rows"]
            ]
