"""A brief in Word edited by hand and saved by other programs: no part has two versions."""

import copy
import io
import zipfile

import docx
import pytest
from click.testing import CliRunner
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor
from publications import row, written
from test_hand_edits import before, gone
from test_hand_edits import raised as raised_once

from analysis.cli.main import main
from analysis.errors import AnalysisError
from analysis.figures import office
from analysis.language.text import Text
from analysis.publish import bookmarks, report, revision
from analysis.publish.deck import brief

RED = RGBColor(0xCC, 0, 0)


def raised(one):
    """Chuxiong's 45 deaths become 46 in every figure."""
    raised_once(one)
    for each in one["rows"]:
        if each.get("value") == 45:
            each |= {"value": 46, "printed": "46人"}


class Finding:
    """A finding whose number is that of the version."""

    regions = ()
    figure = "comparison-deaths"

    def __init__(self, value):
        self.sentence = Text(f"楚雄死亡{value}人，上年51人。", f"Chuxiong: {value} deaths.")


def findings(value):
    """The findings on any subject."""
    return lambda _about: [Finding(value)]


DEATHS = brief.About(
    indicators=frozenset({"deaths"}), names=(Text("死亡", "Deaths"),), words=("deaths",)
)


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    """The brief of the version before."""
    folder = written(tmp_path_factory.mktemp("before"), edit=before)
    return report.report(folder, language="zh", about=DEATHS, findings=findings(45)(()))


@pytest.fixture(scope="module")
def figures(tmp_path_factory):
    """The figures of now, by the way in which they changed."""
    return {
        edit: written(tmp_path_factory.mktemp(edit.__name__), edit=edit)
        for edit in (raised, gone, before)
    }


def paragraph(document, words):
    """The first paragraph with some words."""
    return next(one for one in document.paragraphs if words in one.text)


def nothing(_document):
    """No edit at all."""


def formatted(document):
    """A finding is red."""
    run = paragraph(document, "45人，上年").runs[0]
    run.font.color.rgb, run.font.bold = RED, True


def restyled(document):
    """The body is smaller."""
    document.styles["Body Text"].font.size = Pt(14)


def commented(document):
    """A comment on a finding."""
    document.add_comment(paragraph(document, "45人，上年").runs, "核对", author="李")


def added(document):
    """A paragraph of the author without an old number."""
    paragraph(document, "45人，上年").insert_paragraph_before("我局的看法。", style="Body Text")


def resized(document):
    """The picture is smaller."""
    inline = document.inline_shapes[0]
    inline.width, inline.height = inline.width // 2, inline.height // 2


def reordered(document):
    """What cannot be compared comes first."""
    heading = paragraph(document, "不能比较")
    paragraph(document, "总体情况")._p.addprevious(heading._p)


def deleted(document):
    """The date was removed."""
    date = next(one for one in document.paragraphs if one.style.name == "Date")
    date._p.getparent().remove(date._p)


def retitled(document):
    """A title of the author."""
    document.paragraphs[0].runs[0].text = "我的标题"


def reworded(document):
    """A finding in the words of the author, with the old number."""
    paragraph(document, "45人，上年").runs[0].text = "死者45人，令人痛心。"


def called_out(document):
    """A paragraph of the author with the old number."""
    paragraph(document, "45人，上年").insert_paragraph_before("仍有45人。", style="Body Text")


def tracked(document):
    """A change of a finding with changes tracked."""
    runs = paragraph(document, "45人，上年").runs
    inserted = runs[0]._r.makeelement(qn("w:ins"), {qn("w:id"): "9", qn("w:author"): "李"})
    runs[0]._r.addprevious(inserted)
    inserted.append(copy.deepcopy(runs[0]._r))


def corrected(document):
    """A cell of the table."""
    cell = next(c for line in document.tables[0].rows for c in line.cells if c.text == "45人")
    cell.paragraphs[0].runs[0].text = "约45人"


def repainted(document):
    """The picture was replaced by another one."""
    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (40, 20), "white").save(out, "PNG")
    out.seek(0)
    key, _ = document.part.get_or_add_image(out)
    next(document.element.body.iter(qn("a:blip"))).set(qn("r:embed"), key)


EDITS = [
    nothing, formatted, restyled, commented, added, resized, reordered, deleted, retitled,
    reworded, called_out, tracked, corrected, repainted,
]  # fmt: skip
# The parts that an edit leaves as they were.
KEPT = {
    reworded: {"overall"}, called_out: {"overall"}, tracked: {"overall"},
    corrected: {"table", "sources"}, repainted: {"figure1"},
}  # fmt: skip


def word(data):
    """Saved as it is."""
    return data


def libreoffice(data):
    """The custom XML and the titles of pictures are dropped; ids of bookmarks are new."""
    document = docx.Document(io.BytesIO(data))
    for about in document.element.body.iter(qn("wp:docPr")):
        about.attrib.pop("title", None)
    for number, one in enumerate(document.element.body.xpath(".//w:bookmarkStart"), 500):
        ends = document.element.body.xpath(f".//w:bookmarkEnd[@w:id='{one.get(qn('w:id'))}']")
        for element in (one, *ends):
            element.set(qn("w:id"), str(number))
    for key, relation in list(document.part.rels.items()):
        if relation.reltype == office.ITEM_RELATION:
            document.part.rels.pop(key)
    return saved(document)


def wps(data):
    """All bookmarks are dropped too, so that blocks are known by their content alone."""
    document = docx.Document(io.BytesIO(libreoffice(data)))
    for one in document.element.body.xpath(".//w:bookmarkStart|.//w:bookmarkEnd"):
        one.getparent().remove(one)
    return saved(document)


def saved(document):
    """The bytes of a document."""
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def edited(data, edit):
    """The brief after an edit."""
    document = docx.Document(io.BytesIO(data))
    edit(document)
    return saved(document)


def updated(data, folder, tmp_path, value=46):
    """The brief after an update, and the report."""
    path = tmp_path / "brief.docx"
    path.write_bytes(data)
    result = revision.update(path, folder, findings=findings(value))
    return docx.Document(io.BytesIO(path.read_bytes())), result


def parts(document):
    """The texts of each part, and of the author's paragraphs that follow it."""
    blocks = bookmarks.found(document, {})
    texts = {
        name: [bookmarks.content(document, one.element) for one in own.values()]
        for name, own in blocks.items()
    }
    for name, element in bookmarks.loose(document, blocks):
        part = {"heading1": "overall"}.get(name, name)
        texts.setdefault(part, []).append(element.xpath("string()"))
    return texts


def versions(texts):
    """The versions of the numbers in some texts."""
    words = "\n".join(texts)
    return {value for value in ("45", "46") if f"{value}人" in words}


def stale(document):
    """The parts that are marked as not up to date."""
    return {name for name in revision.report.HEADINGS if bookmarks.flags(document, name)}


@pytest.mark.parametrize("program", [word, libreoffice, wps])
@pytest.mark.parametrize("edit", EDITS)
def test_a_part_shows_one_version(original, figures, tmp_path, edit, program):
    """Renewed as a whole, or left as it was with a mark that can be seen."""
    given = program(edited(original, edit))
    document, result = updated(given, figures[raised], tmp_path)
    lines = "\n".join(result.lines())

    kept = KEPT.get(edit, set())
    shown = {name: versions(texts) for name, texts in parts(document).items()}
    assert all(len(numbers) < 2 for numbers in shown.values()), lines
    assert shown["overall"] == ({"45"} if "overall" in kept else {"46"}), lines
    assert shown["table"] == ({"45"} if "table" in kept else {"46"}), lines
    assert stale(document) == kept, lines
    assert result.count["kept"] + result.count["missing"] == bool(kept), lines
    again, second = updated((tmp_path / "brief.docx").read_bytes(), figures[raised], tmp_path)
    assert not second.changed
    assert len(again.paragraphs) == len(document.paragraphs)


def test_formats_set_by_hand_stay(original, figures, tmp_path):
    """Of a finding, of a style, of a picture; the comment and the author's paragraph too."""
    data = original
    for edit in (formatted, restyled, resized, added, commented):
        data = edited(data, edit)
    width = docx.Document(io.BytesIO(data)).inline_shapes[0].width

    document, _ = updated(data, figures[raised], tmp_path)

    runs = [one for one in paragraph(document, "46人，上年").runs if one.text]
    assert {(one.font.color.rgb, one.font.bold) for one in runs} == {(RED, True)}
    assert document.styles["Body Text"].font.size == Pt(14)
    assert document.inline_shapes[0].width == width
    assert paragraph(document, "我局的看法")
    assert [one.text for one in document.comments] == ["核对"]
    assert document.element.body.xpath(".//w:commentReference")


def test_a_title_of_the_author_stays(original, figures, tmp_path):
    """And what was deleted is not added again."""
    data = edited(edited(original, retitled), deleted)

    document, result = updated(data, figures[raised], tmp_path)

    assert document.paragraphs[0].text == "我的标题"
    assert not any(one.style.name == "Date" for one in document.paragraphs)
    assert any(line.startswith("date: 已被手工删除") for line in result.kept)


def test_a_picture_is_renewed_with_its_caption(original, figures, tmp_path):
    """The old file leaves the document; the number of the caption is still a field."""
    old = [part.blob for part in docx.Document(io.BytesIO(original)).part.package.image_parts]
    document, _ = updated(original, figures[raised], tmp_path)

    names = [one.partname for one in document.part.package.image_parts]
    pictures = [one.blob for one in document.part.package.image_parts]
    assert len(names) == len(old)
    assert not {*pictures} & {*old}
    caption = paragraph(document, "图1")
    assert caption.text == "图1　楚雄死亡46人"
    assert caption._p.xpath(".//w:instrText")[0].text.split()[0] == "SEQ"
    about = next(document.element.body.iter(qn("wp:docPr")))
    assert about.get("descr") == "图中：楚雄46人。"


def test_a_figure_that_is_no_longer_made_keeps_its_part(original, figures, tmp_path):
    """With the mark, which a later update removes."""
    document, result = updated(original, figures[gone], tmp_path)

    assert versions(parts(document)["figure1"]) == {"45"}
    assert bookmarks.flags(document, "figure1")
    assert result.count["missing"] == 1
    data = (tmp_path / "brief.docx").read_bytes()
    document, _ = updated(data, figures[raised], tmp_path)
    assert not bookmarks.flags(document, "figure1")
    assert versions(parts(document)["figure1"]) == {"46"}


def test_more_findings_and_rows_get_a_place(original, tmp_path):
    """After the last one of their part, in its style."""

    def longer(one):
        raised(one)
        if one["name"].startswith("comparison-deaths"):
            more = {"indicator": "injuries", "indicator_zh": "受伤人数", "id": "more"}
            one["rows"].append(row("nantong", 77, **more))

    folder = written(tmp_path / "longer", edit=longer)
    path = tmp_path / "brief.docx"
    path.write_bytes(original)
    more = Text("南通死亡60人。", "Nantong: 60 deaths.")
    second = Finding(46)
    second.sentence = more
    revision.update(path, folder, findings=lambda _about: [Finding(46), second])

    document = docx.Document(io.BytesIO(path.read_bytes()))
    texts = [one.text for one in document.paragraphs if one.style.name == "Body Text"]
    place = texts.index("楚雄死亡46人，上年51人。")
    assert texts[place + 1] == more.zh


def test_a_dry_run_writes_nothing(original, figures, tmp_path):
    """Not the document, not a backup, not its time."""
    path = tmp_path / "brief.docx"
    path.write_bytes(original)
    path.chmod(0o444)
    state = path.stat().st_mtime_ns, sorted(tmp_path.iterdir())

    result = revision.update(path, figures[raised], findings=findings(46), dry_run=True)

    assert result.changed
    assert (path.stat().st_mtime_ns, sorted(tmp_path.iterdir())) == state


def test_the_last_version_is_kept_beside_it(original, figures, tmp_path):
    """As for a deck; an update without a change writes nothing."""
    updated(original, figures[raised], tmp_path)
    assert (tmp_path / "brief.docx.bak").read_bytes() == original
    (tmp_path / "brief.docx.bak").unlink()

    _, result = updated((tmp_path / "brief.docx").read_bytes(), figures[raised], tmp_path)

    assert not result.changed
    assert not (tmp_path / "brief.docx.bak").exists()


def test_a_document_of_others_is_refused(figures, tmp_path):
    """The message says what to do."""
    with pytest.raises(AnalysisError, match="make a new one with `report`"):
        updated(saved(docx.Document()), figures[raised], tmp_path)


def test_the_command_updates_a_document(original, figures, tmp_path):
    """It prints what changed and the numbers of parts."""
    path = tmp_path / "brief.docx"
    path.write_bytes(original)
    project = str(figures[raised].parent)

    result = CliRunner().invoke(main, ["report", "--update", str(path), "--project", project])

    assert result.exit_code == 0, result.output
    assert "更新" in result.output.splitlines()[-1]
    mixed = ["report", "--update", str(path), "--title", "x", "--project", project]
    assert CliRunner().invoke(main, mixed).exit_code == 2


@pytest.mark.parametrize("xml", [b"<w:p/>", b'<w:bookmarkStart w:id="9" w:name="x"/>'])
def test_a_document_without_measure_is_refused(figures, tmp_path, original, xml):
    """Each part of the brief is looked for in all of it: half a million paragraphs take minutes."""
    path = tmp_path / "long.docx"
    with (
        zipfile.ZipFile(io.BytesIO(original)) as old,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            data = old.read(name)
            if name == "word/document.xml":
                data = data.replace(b"<w:sectPr", xml * revision.MOST + b"<w:sectPr", 1)
            new.writestr(name, data)
    before = path.read_bytes()

    with pytest.raises(AnalysisError, match="more than 10,000 paragraphs and bookmarks"):
        revision.update(path, figures[raised])

    assert path.read_bytes() == before
