"""The tutorial: each page reads as one story, runs as it stands, and teaches what is true."""

import re
from hashlib import sha256
from pathlib import Path

import nbformat
import papermill
import pytest
from test_notebooks import read, story

from analysis import project
from analysis.language.messages import label, say
from analysis.language.vocabulary import Gap

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "tutorial"
PAGES = sorted(FOLDER.rglob("*.ipynb"))

CHANGE = say("value.within_chance")
# What a reader must have seen on each page; the numbers are those of the reports, worked by hand
# or by R (poisson.test(c(45, 51)) and poisson.test(c(8574, 25500), c(2327, 7750))).
TAUGHT = {
    "1_find_and_read": [
        "45 against 51",
        f"0.88 (0.58–1.34), {CHANGE.en}",
        "only at ≤32 or ≥74",
        "各类生产安全事故42起、死亡45人",
    ],
    "2_compare_two_regions": [
        label(Gap.PERCENT_ONLY).zh,
        label(Gap.PLAN_REPORT).en,
        "1.14 times",
        "1.12 to 1.17 times",
        "neither",
    ],
    "3_question_to_slide": [
        "comparison-drills_held-en.svg",
        "per 100,000 people: Nantong ≈320, Chuxiong 368",
        "chuxiong-2024, characters 5086–5090",
        "printed as 8574场次",
        "Chuxiong 2024: 8574场次 → 8600场次",
    ],
    "4_add_a_report": [
        "assigned in the order of a list",
        "no decision; choose accept or reject",
        "observations/qingshan.csv",
        "青山 Qingshan · 2024 · 29 people · 29 (19.4–41.6)",
        "≥620 events",
    ],
    "zh/1_find_and_read": [
        "上年 51人",
        f"0.88（0.58–1.34），{CHANGE.zh}",
        "变化须 ≤32 或 ≥74 才可以识别",
        "各类生产安全事故42起、死亡45人",
    ],
    "zh/2_compare_two_regions": [
        label(Gap.PERCENT_ONLY).zh,
        label(Gap.PLAN_REPORT).zh,
        "1.14倍",
        "1.12至1.17倍",
        "neither",
    ],
    "zh/3_question_to_slide": [
        "comparison-drills_held-zh.svg",
        "南通≈320、楚雄368",
        "第5086—5090字",
        "原文为8574场次",
        "楚雄 2024年: 8574场次 → 8600场次",
    ],
    "zh/4_add_a_report": [
        "按并列顺序对应",
        "没有决定；选择accept或reject",
        "observations/qingshan.csv",
        "青山 Qingshan · 2024 · 29 people · 29 (19.4–41.6)",
        "≥620 events",
    ],
}


def name(path):
    """The page by its place in the folder of the tutorial."""
    return path.relative_to(FOLDER).with_suffix("").as_posix()


def told(nb):
    """Everything that the cells of an executed notebook show as text."""
    outputs = [output for cell in nb.cells for output in cell.get("outputs", [])]
    plain = [output.get("data", {}) for output in outputs]
    texts = [output.get("text", "") for output in outputs]
    return "\n".join([*texts, *(data.get("text/html", "") for data in plain),
                      *(data.get("text/plain", "") for data in plain)])  # fmt: skip


def stamps(folder):
    """The content of every table."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.name[0] != "."]
    return {path: sha256(path.read_bytes()).hexdigest() for path in files}


def test_there_are_four_pages_in_each_language_and_each_says_what_it_teaches():
    """A page that is added has to say what it teaches."""
    assert sorted(map(name, PAGES)) == sorted(TAUGHT)
    assert len(PAGES) == 8


@pytest.mark.parametrize("path", sorted((FOLDER / "zh").glob("*.ipynb")), ids=name)
def test_a_chinese_page_has_the_cells_of_the_english_one(path):
    """In the same order, so that a change of one shows that the other needs it."""
    english = read(FOLDER / path.name)
    assert [(c.id, c.cell_type) for c in read(path).cells] == [
        (c.id, c.cell_type) for c in english.cells
    ]


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_a_page_reads_as_one_story(path):
    """A question, prose before short cells, computed titles, valid, and stored without outputs."""
    nb = read(path)
    nbformat.validate(nb)

    assert story(nb) == []
    assert set(nb.metadata) <= {"kernelspec", "language_info"}
    assert all(not cell.metadata for cell in nb.cells)


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_every_link_of_a_page_leads_somewhere(path):
    """To the next page, or to one of the docs."""
    prose = "\n".join(cell.source for cell in read(path).cells if cell.cell_type == "markdown")
    links = re.findall(r"\]\(([^)#]+)\)", prose)

    assert [link for link in links if not (path.parent / link).exists()] == []


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_a_page_runs_as_it_stands_and_shows_what_it_teaches(path, tmp_path, monkeypatch):
    """Every cell, no word on standard error, and no table of the project touched."""
    monkeypatch.chdir(path.parent)
    monkeypatch.setenv(project.OUTPUT, str(tmp_path / "stage"))
    executed = tmp_path / "executed.ipynb"
    before = stamps(ROOT / "data")

    papermill.execute_notebook(
        str(path), str(executed), engine_name="in-process", progress_bar=False
    )

    nb = nbformat.read(executed, 4)
    shown = told(nb)
    assert [words for words in TAUGHT[name(path)] if words not in shown] == []
    errors = [o for c in nb.cells for o in c.get("outputs", []) if o.get("name") == "stderr"]
    assert not errors
    assert "Error" not in shown
    assert stamps(ROOT / "data") == before
