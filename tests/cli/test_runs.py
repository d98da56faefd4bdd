"""The commands of runs that need no run."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from analysis.cli.main import main

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


@pytest.fixture
def project(tmp_path):
    """A project with the template and a notebook 10."""
    shutil.copytree(NOTEBOOKS / "templates", tmp_path / "notebooks" / "templates")
    shutil.copy(NOTEBOOKS / "10_policies.ipynb", tmp_path / "notebooks")
    return tmp_path


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("Do  inspections find hazards?", "11_do_inspections_find_hazards"),
        ("演练越多，事故越少吗？", "11_演练越多_事故越少吗"),
    ],
)
def test_a_new_question_is_a_copy_of_the_template_with_its_title(project, question, name):
    """Its number is the next one, and everything but the title is as in the template."""
    shown = CliRunner().invoke(main, ["new", question, "--project", str(project)])

    path = project / "notebooks" / f"{name}.ipynb"
    cells, template = (
        json.loads(file.read_text("utf-8"))["cells"]
        for file in (path, project / "notebooks" / "templates" / "new_question.ipynb")
    )
    assert (shown.exit_code, shown.stdout) == (0, f"{path}\n")
    assert cells[0]["source"] == [f"# {' '.join(question.split())}"]
    assert cells[1:] == template[1:]


def test_a_question_without_a_word_is_refused(project):
    """Nothing is written."""
    shown = CliRunner().invoke(main, ["new", "??", "--project", str(project)])

    assert shown.exit_code == 2
    assert "no word" in shown.stderr
    assert not list((project / "notebooks").glob("11_*"))
