"""Copies of the project in other folders, and figures made there."""

import shutil
import subprocess
import sys
from pathlib import Path

from analysis.runs import plan

ROOT = Path(__file__).parents[1]
WHOLE = plan.load(plan.Project(ROOT))
FIRST = {job.notebook.stem: job for job in reversed(WHOLE.jobs)}  # the first of each notebook


def copied(folder):
    """Copy tables without originals, notebooks, plan and lock file to *folder*."""
    ignored = shutil.ignore_patterns("__pycache__", "originals", ".*")
    for name in ("data", "notebooks"):
        shutil.copytree(ROOT / name, folder / name, ignore=ignored, dirs_exist_ok=True)
    for name in ("plan.toml", "requirements.lock"):
        shutil.copy(ROOT / name, folder)
    return folder


def made(folder, *jobs):
    """A copy of the project with the figures of *jobs*, or of every job."""
    command = [sys.executable, "-m", "analysis", "run", "--project", str(copied(folder)), "--quiet"]
    subprocess.run([*command, *jobs], check=True, capture_output=True)
    return folder
