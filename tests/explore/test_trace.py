"""Marks lead to figures: typed in, printed in a PDF, kept in a picture, read from a QR code."""

import csv
import io
import json
import re
import shutil
from pathlib import Path

import pytest
from PIL import Image, PngImagePlugin
from publications import written

import analysis as rs
from analysis.errors import AnalysisError, UsageError
from analysis.explore import trace
from analysis.figures import manifest, qr, stamps
from analysis.project import OUTPUT

NAME = "comparison-deaths-zh"
DATA = Path(__file__).parents[2] / "data"


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project with figures."""
    return written(tmp_path_factory.mktemp("project")).parent


@pytest.fixture(scope="module")
def figure(project):
    """The record of one figure."""
    every = manifest.load(project / "figures")["figures"]
    return next(one for one in every if one["name"] == NAME)


@pytest.mark.parametrize("end", ["", "…", "..."])
@pytest.mark.parametrize("digits", [8, 16])
def test_the_first_digits_of_a_fingerprint_name_a_figure(project, figure, digits, end):
    """As they are printed in the corner of a figure."""
    (piece,) = trace.traced(figure["fingerprint"][:digits] + end, project)

    assert piece.carried["figure"] == NAME
    assert trace.unsourced([piece]) == []


def test_a_name_names_a_figure(project):
    """With its language, or both without."""
    names = [piece.carried["figure"] for piece in trace.traced("comparison-deaths", project)]

    assert names == [NAME, "comparison-deaths-en"]
    (piece,) = trace.traced(NAME, project)
    assert len(piece.rows()) == 3


def test_a_figure_of_a_job_outside_the_plan_is_found(project, figure, tmp_path):
    """By its name and fingerprint, as its record is there; but not where its notebook is gone."""
    copy = tmp_path / "project"
    shutil.copytree(project, copy)
    folder, notebook = copy / "figures" / "draw-zh", copy / "notebooks" / "draw.ipynb"
    own = {**figure, "name": "trend-fires-zh", "fingerprint": "0123456789abcdef", "files": []}
    parts = {"inputs": {}, "parameters": {}}
    record = {"job": folder.name, "notebook": notebook.name, "parameters": {}, "key": ""}
    record |= {"parts": parts, "outputs": {}, "figures": [own], "changed": []}
    folder.mkdir()
    (folder / manifest.RECORD).write_bytes(manifest.seal(record))
    with pytest.raises(UsageError):
        trace.traced("trend-fires", copy)
    notebook.parent.mkdir()
    notebook.touch()

    for mark in ("trend-fires", "01234567"):
        (piece,) = trace.traced(mark, copy)
        assert piece.carried["figure"] == "trend-fires-zh"


@pytest.mark.parametrize("mark", ["0123456789abcdef", "comparison-deth", "nothing-like-it"])
def test_an_unknown_mark_is_an_error_in_words(project, mark):
    """It says what is known or what to do."""
    with pytest.raises(AnalysisError, match=r"changed since|did you mean|lists all"):
        trace.traced(mark, project)


@pytest.mark.parametrize(
    "asked", ["0123456789abcdef", "nothing-like-it", Path("other.txt"), Path("plain.svg")]
)
def test_an_error_is_chinese_for_a_chinese_reader(project, tmp_path, asked):
    """Of an unknown mark or name, of another file, and of one without provenance."""
    (tmp_path / "other.txt").write_text("plain words", "utf-8")
    (tmp_path / "plain.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>', "utf-8")
    what = tmp_path / asked if isinstance(asked, Path) else asked

    with pytest.raises(AnalysisError) as raised:
        trace.traced(what, project)

    assert re.search("[\u4e00-\u9fff]", raised.value.text.zh)
    assert not re.search("[\u4e00-\u9fff]", raised.value.text.en)


def test_a_mark_outside_of_a_project_says_so():
    """The manifest has the sources."""
    with pytest.raises(AnalysisError, match="--project"):
        trace.traced("f86157e1", None)


def pdf_with(words):
    """A PDF of one page with a text, as an export of a slide has."""
    from matplotlib.figure import Figure

    page = Figure()
    page.text(0.1, 0.1, words)
    out = io.BytesIO()
    page.savefig(out, format="pdf")
    return out.getvalue()


def test_a_mark_printed_in_a_pdf_is_found(project, figure, tmp_path):
    """On its page, with the values of the figure."""
    path = tmp_path / "slides.pdf"
    path.write_bytes(pdf_with(f"Figure {NAME} · {figure['fingerprint']}"))

    (piece,) = trace.pieces(path, project)

    assert (piece.place, piece.carried["figure"]) == ("page 1", NAME)
    assert "与当前数据表一致" in "\n".join(trace.lines(path, project))


def test_a_mark_of_an_earlier_version_says_that_it_changed(project, tmp_path):
    """The name still leads to the figure of now."""
    path = tmp_path / "old.pdf"
    path.write_bytes(pdf_with(f"Figure {NAME} · 0123456789abcdef"))

    words = "\n".join(trace.lines(path, project))

    assert "图上印的是0123456789abcdef" in words
    assert json.dumps(trace.report(path, project))


def test_a_jpeg_made_of_a_figure_is_traced(project, tmp_path):
    """The comment of the PNG is kept by Pillow and ImageMagick."""
    (png,) = (project / "figures").glob(f"*/{NAME}.png")
    path = tmp_path / "sent.jpg"
    with Image.open(png) as image:
        image.convert("RGB").save(path)

    (piece,) = trace.pieces(path, project)

    assert piece.carried["figure"] == NAME


def test_a_mark_in_other_metadata_is_found(figure):
    """EXIF of a JPEG, a text of a PNG."""
    stamp = f"{NAME} · {figure['fingerprint']}"
    image = Image.new("RGB", (4, 4))
    exif, texts = image.getexif(), PngImagePlugin.PngInfo()
    exif[270] = stamp
    texts.add_itxt("Source", stamp)
    for form, more in (("JPEG", {"exif": exif}), ("PNG", {"pnginfo": texts})):
        out = io.BytesIO()
        image.save(out, form, **more)
        (mark,) = stamps.in_picture(out.getvalue())
        assert (mark.name, mark.fingerprint) == (NAME, figure["fingerprint"])


@pytest.mark.parametrize("data", [b"RIFF1234WAVE", b"MZ\x90", b"plain words", b"", b"\xff\xd8\xff"])
def test_files_of_other_kinds_are_refused_in_words(project, tmp_path, data):
    """What can have a mark is said."""
    path = tmp_path / "other.bin"
    path.write_bytes(data)

    with pytest.raises(AnalysisError, match=r"no file that can have a mark|cannot be read"):
        trace.pieces(path, project)


def test_a_file_that_is_not_there_is_no_mark(project, tmp_path):
    """A path is never taken for a mark."""
    with pytest.raises(UsageError, match="cannot be read"):
        trace.traced(tmp_path / "no.png", project)


def modules(png):
    """The dark modules of a QR code, sampled in the middle of each."""
    with Image.open(io.BytesIO(png)) as image:
        pixels = image.convert("L")
        side = pixels.width // 29
        return [
            [pixels.getpixel((x * side + side // 2, y * side + side // 2)) < 128 for x in range(29)]
            for y in range(29)
        ]


def test_a_code_has_the_three_corners_of_a_qr_code():
    """Seven by seven modules in three corners, inside a quiet zone of four."""
    grid = modules(qr.png("f86157e1abcd0123"))
    for top, left in ((4, 4), (4, 18), (18, 4)):
        corner = [line[left : left + 7] for line in grid[top : top + 7]]
        assert corner[0] == corner[6] == [True] * 7
        assert [line[0] for line in corner] == [True] * 7
        assert corner[3] == [True, False, True, True, True, False, True]
    assert not any(grid[3])


@pytest.mark.slow
def test_a_code_is_read_back_from_a_screenshot(project, figure, tmp_path):
    """A picture without metadata, scaled and compressed, leads to its figure."""
    import zxingcpp
    from matplotlib.figure import Figure

    page = Figure(figsize=(13.33, 7.5))
    qr.draw(page, figure["fingerprint"])
    out = io.BytesIO()
    page.savefig(out, format="png", dpi=150)
    path = tmp_path / "screenshot.jpg"
    with Image.open(out) as image:
        image.convert("RGB").resize((1600, 900)).save(path, quality=80)

    with Image.open(path) as image:
        (code,) = zxingcpp.read_barcodes(image)
    assert code.text == qr.words(figure["fingerprint"])
    (piece,) = trace.pieces(path, project)
    assert piece.carried["figure"] == NAME


def table_rows(name):
    """The rows of a table as they are in its file."""
    with (DATA / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    ("language", "heading", "lines"),
    [
        (
            "en",
            "  computed from:",
            [
                "Wuhan, Jan–Jun 2023: Deaths in work-safety accidents 77, ",
                "Wuhan, at 31 Dec 2021: Resident population at year end 13.6 million",
                "China, 2024: Deaths in work-safety accidents 19,600 people",
                "China, 2021: Deaths in work-safety accidents 5.9% down",
                "China, at 31 Dec 2024: National population at year end 1,408,280,000 people",
                "Chuxiong, at 31 Dec 2024: Resident population at year end 2,327,000 people",
            ],
        ),
        (
            "zh",
            "  算出图中数字所用的数据：",
            [
                "武汉市 2023年1—6月 生产安全事故死亡人数 77，",
                "武汉市 2021年12月31日 年末常住人口 1360万人",
                "全国 2024年 生产安全事故死亡人数 1.96万人",
                "全国 2021年 生产安全事故死亡人数 同比下降5.9%",
                "全国 2024年12月31日 年末总人口（全国） 140828万人",
                "楚雄 2024年12月31日 年末常住人口 232.7万人",
            ],
        ),
    ],
)
def test_a_computed_number_leads_to_the_rows_behind_it(
    tmp_path, monkeypatch, language, heading, lines
):
    """The counts and populations of the nation, of the region and of its peers, with sources."""
    monkeypatch.setenv(OUTPUT, str(tmp_path))
    rs.expected("deaths", rows=rs.load(DATA).rows, language=language).save(formats=["svg"])
    path = tmp_path / f"expected-deaths-{language}.svg"

    printed = list(trace.lines(path, None))

    behind = [line.strip() for line in printed[printed.index(heading) + 1 :]]
    for start in lines:
        (line,) = (line for line in behind if line.startswith(start))
        assert re.search(r"“.+” ?[（(].+《.+》", line), line
    (piece,) = trace.pieces(path)
    assert not any(piece.rows()[row].get("behind") for _, row in piece.marks)


def test_the_expected_count_of_a_profile_leads_to_rows_too():
    """To national deaths and populations, as that of the comparison with the nation does."""
    rows = rs.load(DATA).rows
    profile, expected = rs.profile("chuxiong", rows=rows), rs.expected("deaths", rows=rows)

    behind = set(profile.beside.loc[profile.beside["behind"].notna(), "id"])

    assert behind <= {*expected.beside["id"], *expected.rows["id"]}
    pairs = set(zip(profile.beside["region"], profile.beside["indicator"], strict=True))
    assert {("china", "deaths"), ("china", "population_year_end")} <= pairs


@pytest.mark.parametrize("year", [2023, 2024])
def test_the_rows_behind_an_expected_count_give_it(tmp_path, monkeypatch, year):
    """National deaths / national population * population of Chuxiong, from the files of data/."""
    monkeypatch.setenv(OUTPUT, str(tmp_path))
    rs.expected("deaths", rows=rs.load(DATA).rows, language="en").save(formats=["svg"])
    (piece,) = trace.pieces(tmp_path / "expected-deaths-en.svg")
    rows = list(piece.rows().values())
    values = {(row["region"], row["indicator"], row["period_end"]): row["value"]
              for row in rows if row.get("behind") and "value" in row}  # fmt: skip
    deaths, nation, own = (
        values[region, indicator, f"{year}-12-31"]
        for region, indicator in (
            ("china", "deaths"),
            ("china", "population_year_end"),
            ("chuxiong", "resident_population_year_end"),
        )
    )
    days = {"period_start": f"{year}-01-01", "period_end": f"{year}-12-31"}
    wanted = {"region": "chuxiong", "of_en": "China", "indicator": "deaths"} | days
    (drawn,) = (row for row in rows if wanted.items() <= row.items())

    assert drawn["expected"] == pytest.approx(deaths / nation * own)
    printed = {row["value"] for row in table_rows("context.csv")}
    assert {str(deaths), str(nation), str(own)} <= printed
    peers = {row["region"] for row in rows if row["id"].startswith("peer-")}
    populations = {row["region"] for row in rows if row["id"].startswith("people-")}
    assert len(peers) == 11
    assert peers == populations
