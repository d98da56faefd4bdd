"""
From a report's text to its marks: a sixth region is compiled, reviewed, accepted and drawn.

No line of code, parameter or plan changes on the way; then nothing changes twice, nor by harm.
"""

import json
import shutil
import subprocess
import sys

import pytest
import qingshan
from click.testing import CliRunner
from qingshan import DATA, TEXT, content, decided, put

from analysis.charts import style
from analysis.cli.main import main
from analysis.explore import trace
from analysis.publish.deck import slides
from analysis.publish.gallery import gallery
from analysis.runs import plan, stale
from analysis.tables import load, originals

ROOT = DATA.parent
JOBS = [
    "2_trend-zh-deaths",
    "3_comparison-zh",
    "3_comparison-en",
    "6_coverage-zh",
    "8_profile-en-qingshan",  # a job that only the tables can have made
    "10_policies-zh",
]
DRAWN = {"coverage", "trend-deaths", "profile-qingshan", "targets"}


def command(project, *words):
    """One command of the suite in *project*, as a person types it."""
    return CliRunner().invoke(main, [*map(str, words), "--project", str(project)])


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A copy of the project that the sixth region has joined, with some of its figures."""
    place = tmp_path_factory.mktemp("project")
    qingshan.tables(place)
    shutil.copytree(ROOT / "notebooks", place / "notebooks", ignore=shutil.ignore_patterns(".*"))
    for name in ("plan.toml", "requirements.lock"):
        shutil.copy(ROOT / name, place)
    book = place / "review.xlsx"
    words = ("compile", TEXT, "--region", "qingshan", "--format", "xlsx", "--output", book)
    assert command(place, *words).exit_code == 0
    decided(book.read_bytes(), book)
    assert command(place, "accept", book).exit_code == 0
    run = [sys.executable, "-m", "analysis", "run", "--project", str(place), "--quiet"]
    subprocess.run([*run, *JOBS], check=True, capture_output=True)
    return place


def outdated(project):
    """The jobs that a change of the tables makes stale; one of the code is told after those."""
    whole = plan.load(plan.Project(project))
    told = stale.overview(whole, [job for job in whole.jobs if job.name in JOBS])
    return {job["name"]: job["reason"] for job in told if "table" in job["reason"]}


def mine(piece):
    """The ids of the sixth region's rows that *piece* has a mark for."""
    rows = piece.rows()
    return {one: rows[one] for _, one in piece.marks if rows[one].get("region") == "qingshan"}


def in_its_sentence(row):
    """Whether the row's evidence stands around its place in the report, to the letter."""
    text, (start, end) = TEXT.read_text("utf-8"), (row["start"], row["end"])
    place = text.rfind(row["evidence"], 0, end + len(row["evidence"]))
    return text[start:end] in row["printed"] and place <= start < place + len(row["evidence"])


def test_its_marks_are_in_the_figures_and_lead_to_their_sentences(project):
    """Coverage, trend, targets and a profile of its own, in both languages."""
    files = (project / "figures").glob("*/*.svg")
    rows = {p.carried["figure"]: mine(p) for path in files for p in trace.pieces(path)}
    held = [row for found in rows.values() for row in found.values()]
    named = {name for name in DRAWN for figure, found in rows.items() if found and name in figure}

    assert named == DRAWN
    assert len(held) > 20
    assert all(row["report"] == "qingshan-2024" and in_its_sentence(row) for row in held)


def test_its_marks_are_on_the_slides(project, tmp_path):
    """The deck is traced from slide to row to sentence, and says what the tables say."""
    deck = tmp_path / "deck.pptx"
    deck.write_bytes(slides.deck(project / "figures", language="zh"))
    pieces = trace.pieces(deck)
    ledger = trace.Ledger(project)
    held = [row for piece in pieces for row in mine(piece).values()]

    assert {"29人"} <= {row["printed"] for row in held}
    assert all(map(in_its_sentence, held))
    assert all(ledger.state(piece.carried).current for piece in pieces)


def test_its_marks_are_in_the_gallery(project):
    """A click on a mark gives the phrase of the report."""
    gallery.build(project / "figures")
    records = (project / "figures" / "gallery" / "records").iterdir()
    told = [json.loads(p.read_text("utf-8").partition(",")[2].rsplit(")", 1)[0]) for p in records]
    phrases = {
        rows[mark["id"]]["phrase"]
        for rows, drawn in ((one["rows"], one["drawn"]) for one in told)
        for shown in drawn.values()
        for mark in shown["marks"]
        if mark["id"].startswith("qingshan-")
    }

    assert len(phrases) > 10
    assert all(phrase in TEXT.read_text("utf-8") for phrase in phrases)


def test_its_name_and_colour_come_from_the_tables(project):
    """A region that joins later is named in both languages, in a colour none of the five has."""
    shown = json.loads(
        (project / "figures/2_trend-zh-deaths/trend-deaths-zh.json").read_text("utf-8")
    )
    row = next(row for row in shown["rows"] if row["region"] == "qingshan")

    assert (row["region_zh"], row["region_en"]) == ("青山市", "Qingshan")
    assert style.colour("qingshan") not in style.REGIONS.values()


def test_the_same_workbook_again_makes_no_figure_stale(project):
    """Nothing changes, and nothing is drawn again."""
    before = content(project / "data")
    again = command(project, "accept", project / "review.xlsx")

    assert again.exit_code == 0
    assert again.stdout == ""
    assert content(project / "data") == before
    assert not outdated(project)


def test_a_corrupted_workbook_changes_no_byte_and_no_figure(project, tmp_path):
    """Half a file, and a file with one value altered, are refused with their place."""
    before = content(project / "data")
    book = project / "review.xlsx"
    half, altered = tmp_path / "half.xlsx", tmp_path / "altered.xlsx"
    half.write_bytes(book.read_bytes()[:-200])
    decided(book.read_bytes(), altered, put("review", "value", "37", raw="36"))

    refused = {path.name: command(project, "accept", path) for path in (half, altered)}

    assert {one.exit_code for one in refused.values()} == {1}
    assert "half.xlsx: found" in refused["half.xlsx"].stderr
    assert "printed as 36起" in refused["altered.xlsx"].stderr
    assert content(project / "data") == before
    assert not outdated(project)


def test_its_original_verifies(project):
    """Numerals, rows and evidence of the new region stand in the text that accept kept."""
    faults = originals.verify(load.load(project / "data"), project / "data" / "originals")

    assert [fault for fault in faults if "qingshan" in f"{fault.file} {fault.found}"] == []
