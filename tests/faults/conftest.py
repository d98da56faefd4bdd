"""A small project for each fault."""

import shutil

import pytest
from small import Project


@pytest.fixture
def project(tmp_path):
    """A project of four quick jobs, none of them made."""
    return Project(tmp_path / "project")


@pytest.fixture(scope="session")
def _finished(tmp_path_factory):
    project = Project(tmp_path_factory.mktemp("finished") / "project")
    project.run()
    return project.root


@pytest.fixture
def finished(_finished, tmp_path):
    """The same project with every figure up to date: a copy of one that is run once."""
    return Project.at(shutil.copytree(_finished, tmp_path / "project", symlinks=True))
