"""A small project for each fault."""

import pytest
from small import Project


@pytest.fixture
def project(tmp_path):
    """A project of four quick jobs, none of them made."""
    return Project(tmp_path / "project")
