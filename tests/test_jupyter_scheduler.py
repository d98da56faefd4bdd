"""Our notebooks under jupyter-scheduler, the scheduler inside JupyterLab: unchanged."""

import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import nbformat
import pytest

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[1]
INJECTED = "injected-parameters"
LONGEST = 120  # seconds until a server answers or a job is done
NO_CONDA = "jupyter_scheduler.environments.StaticEnvironmentManager"
DONE = {"COMPLETED", "FAILED"}  # it says STOPPED for a moment while a job's process starts


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """A project of its own: what is made by hand goes into its figures."""
    folder = tmp_path_factory.mktemp("scheduled") / "project"
    for name in ("analysis", "data", "notebooks"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def documented():
    """The options of the command in the docs."""
    page = (ROOT / "docs" / "jupyter.md").read_text("utf-8")
    section = page.split("\n## jupyter-scheduler\n")[1]
    command = re.search(r"```sh\n(.*?)```", section, re.DOTALL)[1].replace("\\\n", " ")
    return [word for word in shlex.split(command) if word.startswith("--")]


@pytest.fixture(scope="module")
def server(copy):
    """The address of a server with the scheduler's extension, started as the docs say."""
    pytest.importorskip("jupyter_scheduler")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    home = copy.parent / "home"
    home.mkdir()
    log = copy.parent / "server.log"
    options = [
        "--no-browser",
        "--allow-root",
        "--ip=127.0.0.1",
        f"--port={port}",
        "--IdentityProvider.token=",
        "--ServerApp.disable_check_xsrf=True",
        f"--SchedulerApp.environment_manager_class={NO_CONDA}",
    ]
    with log.open("wb") as out:
        run = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *documented(), *options],
            cwd=copy, env={**os.environ, "HOME": str(home), "PYTHONPATH": str(copy)},
            stdout=out, stderr=out,
        )  # fmt: skip
    try:
        answered(port, run, log)
        yield f"http://127.0.0.1:{port}/scheduler/jobs"
    finally:
        run.terminate()
        run.wait(30)


def answered(port, run, log):
    """Wait until a server accepts a connection."""
    end = time.monotonic() + LONGEST
    while time.monotonic() < end:
        assert run.poll() is None, log.read_text("utf-8")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError(log.read_text("utf-8"))


def asked(address, body=None):
    """What the scheduler answers."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(address, data, {"Content-Type": "application/json"})  # noqa: S310
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        return json.loads(answer.read())


def finished(address, name, parameters):
    """Send a notebook to the scheduler; the job once it is over."""
    job = {
        "name": name,
        "input_uri": f"notebooks/{name}.ipynb",
        "runtime_environment_name": "",
        "output_formats": ["ipynb"],
        "parameters": parameters,
    }
    number = asked(address, job)["job_id"]
    end = time.monotonic() + LONGEST
    while time.monotonic() < end:
        found = asked(f"{address}/{number}")
        if found["status"] in DONE:
            return found
        time.sleep(0.3)
    raise AssertionError(f"{name} was not done in {LONGEST} s")


@pytest.mark.parametrize(
    ("name", "parameters", "figure"),
    [
        ("2_trend", {}, "trend-deaths-zh"),
        (
            "3_comparison",
            {"language": '"en"', "subject": '"drills_held"'},
            "comparison-drills_held-en",
        ),
        (
            "9_explore",
            {"language": '"en"', "beside": '"china"'},
            "comparison-deaths-chuxiong-2024-china-en",
        ),
    ],
)
def test_a_notebook_runs_under_the_scheduler_unchanged(server, copy, name, parameters, figure):
    """With its defaults, or with parameters after its tagged cell; the figure is written."""
    job = finished(server, name, parameters)

    assert job["status"] == "COMPLETED", job["status_message"]
    kept = copy / "figures" / "by_hand"
    assert {path.suffix for path in kept.glob(f"{figure}.*")} == {".svg", ".png", ".json"}
    (written,) = (copy / "build").rglob(f"{job['job_id']}/{name}-*.ipynb")
    cells = nbformat.read(written, 4).cells
    injected = [cell.source for cell in cells if INJECTED in cell.metadata.get("tags", [])]
    assert len(injected) == bool(parameters)
    assert not [o for cell in cells for o in cell.get("outputs", []) if o.output_type == "error"]
