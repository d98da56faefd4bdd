"""Where the project stands, and where a drawn figure goes."""

from pathlib import Path

import pytest

from analysis import project
from analysis.errors import UsageError


@pytest.fixture
def place(tmp_path):
    """A project in a folder with a blank and hanzi in its name."""
    folder = tmp_path / "空 格 dir"
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "indicators.csv").write_text("indicator\n", encoding="utf-8")
    return folder


def test_the_project_is_found_from_any_folder_inside_it(place):
    """From the notebooks' folder as from the root."""
    inside = place / "notebooks" / "deep"
    inside.mkdir(parents=True)

    assert project.home(inside) == place.resolve()
    assert project.home(place) == place.resolve()


def test_the_working_folder_is_where_the_search_starts(place, monkeypatch):
    """A notebook says nothing about folders."""
    monkeypatch.chdir(place)

    assert project.home() == place.resolve()


def test_outside_a_project_the_message_says_where_it_looked(tmp_path):
    """And what to do."""
    with pytest.raises(UsageError, match="run this inside the project"):
        project.home(tmp_path)


def test_a_job_writes_to_its_stage(tmp_path, monkeypatch):
    """The runner names the folder; it is made if it is not there."""
    monkeypatch.setenv(project.OUTPUT, str(tmp_path / "stage" / "job"))

    assert project.output() == tmp_path / "stage" / "job"
    assert (tmp_path / "stage" / "job").is_dir()


def test_by_hand_a_figure_goes_where_no_job_writes(place, monkeypatch):
    """A notebook run in JupyterLab never replaces what the runner published."""
    monkeypatch.delenv(project.OUTPUT, raising=False)
    monkeypatch.chdir(place)

    assert project.output() == place.resolve() / "figures" / "by_hand"


def test_a_clone_keeps_the_line_ends_that_the_descriptor_counts():
    """Git for Windows converts line ends unless the attributes of a file forbid it."""
    rules = (Path(__file__).parents[1] / ".gitattributes").read_text("utf-8").splitlines()

    assert "* text=auto eol=lf" in rules
    assert not [rule for rule in rules if "crlf" in rule]


def test_a_folder_that_cannot_be_made_is_refused_with_what_to_do(tmp_path, monkeypatch):
    """A file is in its place."""
    (tmp_path / "file").write_text("", "utf-8")
    monkeypatch.setenv(project.OUTPUT, str(tmp_path / "file" / "figures"))

    with pytest.raises(UsageError, match=r"cannot be made .*: check its permissions"):
        project.output()
