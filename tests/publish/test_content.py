"""Over a real manifest: every mark of every figure, slide, cell and page has its sentence."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from analysis.explore import trace
from analysis.publish.deck import slides
from analysis.publish.gallery import gallery
from analysis.publish.workbook import book as workbook

ROOT = Path(__file__).parents[2]
# Jobs whose marks are drawn in different ways; the slow test runs the whole plan.
SOME = [
    "2_trend-zh-deaths",
    "3_comparison-zh",
    "5_changes-zh",
    "7_parts-zh-violations_found",
    "7_parts-zh-disaster_direct_loss",
    "10_policies-zh",
    "4_expected-zh",
    "6_coverage-zh",
]


def made(folder, names):
    """A copy of the project with the figures of these jobs; jobs the plan lacks are left out."""
    for name in ("data", "notebooks"):
        shutil.copytree(
            ROOT / name, folder / name, ignore=shutil.ignore_patterns("originals", ".*")
        )
    for name in ("plan.toml", "requirements.lock"):
        shutil.copy(ROOT / name, folder)
    command = [sys.executable, "-m", "analysis", "plan", "--json", "--project", str(folder)]
    told = subprocess.run(command, capture_output=True, check=True)
    known = {job["name"] for job in json.loads(told.stdout)}
    wanted = sorted(known & set(names)) if names else sorted(known)
    command = [sys.executable, "-m", "analysis", "run", "--project", str(folder), "--quiet"]
    subprocess.run([*command, *wanted], check=True, capture_output=True)
    return folder


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


def test_every_mark_of_every_kind_of_figure_leads_to_a_sentence(tmp_path):
    """No picture, chart, table, cell or page shows a value that nothing stands behind."""
    folder = made(tmp_path, SOME)

    assert hold(folder, tmp_path) > 300


@pytest.mark.slow
def test_every_mark_of_the_whole_plan_leads_to_a_sentence(tmp_path):
    """The same for every job in both languages."""
    folder = made(tmp_path, [])

    assert hold(folder, tmp_path) > 9_000
