"""What other schedulers call, run for real where the tool is there; the docs are the source."""

import http.server
import io
import json
import re
import shlex
import shutil
import smtplib
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import ClassVar
from unittest.mock import MagicMock

import pytest
from small import (
    DRAW,
    RECORD,
    START,
    STUBBORN,
    Project,
    environment,
    finished,
    gone,
    hanging,
    until,
)

from analysis.runs import notification

DOCS = Path(__file__).parents[1] / "docs" / "scheduling.md"


def block(title: str, number: int = 0) -> str:
    """A code block of the section *title* of the docs."""
    section = DOCS.read_text("utf-8").split(f"\n## {title}")[1].split("\n## ")[0]
    return re.findall(r"```\w+\n(.*?)```", section, re.DOTALL)[number]


@pytest.fixture
def variables(tmp_path):
    """An environment in which `regional-safety` is this package's command."""
    command = tmp_path / "bin" / "regional-safety"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m analysis "$@"\n')
    command.chmod(0o755)
    path = [str(command.parent), str(Path(sys.executable).parent), environment()["PATH"]]
    return environment(PATH=":".join(path))


@pytest.fixture
def project(tmp_path):
    """A small project."""
    return Project(tmp_path / "project")


def test_the_cron_line_takes_busy_for_success(tmp_path):
    """75 is not an error; every other code is passed on."""
    line = block("cron").split(maxsplit=5)[5]
    for code, expected in ((0, 0), (75, 0), (1, 1), (2, 1), (124, 1)):
        command = line.replace(".venv/bin/regional-safety run", f"sh -c 'exit {code}'")
        command = command.replace("/srv/safety", str(tmp_path)).replace(
            "--quiet --deadline 3600", ""
        )
        assert subprocess.run(["sh", "-c", command], check=False).returncode == expected


def test_the_airflow_dag_and_the_snakefile_are_short():
    """Ten lines or so, and Python that compiles."""
    compile(block("Airflow"), "dag.py", "exec")

    assert len([line for line in block("Snakemake").splitlines() if line.strip()]) <= 10


@pytest.mark.slow
def test_systemd_accepts_the_units(tmp_path, variables):
    """`systemd-analyze verify`, with this command in place of the one in the docs."""
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not installed")
    names = ("regional-safety.service", "regional-safety.timer", "regional-safety-failed.service")
    for number, name in enumerate(names):
        text = block("systemd", number).replace("/srv/safety/.venv", str(tmp_path))
        (tmp_path / name).write_text(text.replace("/srv/safety", str(tmp_path)))
    units = [str(path) for path in sorted(tmp_path.glob("regional-safety*.*"))]

    checked = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *units],
        capture_output=True,
        text=True,
        check=False,
        env=variables,
    )

    ours = [line for line in checked.stderr.splitlines() if "regional-safety" in line]
    assert ours == []


NOTICE = {
    "run": "20260101T061500Z-00000000",
    "code": 1,
    "refused": {"zh": "", "en": ""},
    "changed": [
        {
            "kind": "changed",
            "name": {"zh": "楚雄 2024年 死亡", "en": "Chuxiong, 2024: deaths"},
            "before": {"zh": "45人", "en": "45 people"},
            "after": {"zh": "46人", "en": "46 people"},
            "why": {"zh": "数据表已变", "en": "table observations/chuxiong changed"},
        }
    ],
    "failed": [{"job": "2_trend-zh-deaths", "cause": {"zh": "错误", "en": "ValueError"}}],
    "late": [],
    "page": "",
}


def test_the_mail_has_a_line_for_each_change(monkeypatch):
    """And for each failed job."""
    server = MagicMock()
    monkeypatch.setattr(smtplib, "SMTP", server)
    monkeypatch.setattr(sys, "stdin", io.StringIO(json.dumps(NOTICE)))
    exec(block("Notification", 1), {})  # noqa: S102

    (message,) = server.return_value.__enter__.return_value.send_message.call_args.args
    assert message["Subject"] == "Safety figures: 1 values changed, exit code 1"
    assert message.get_content().splitlines()[:2] == [
        "Chuxiong, 2024: deaths: 45 people -> 46 people (table observations/chuxiong changed)",
        "2_trend-zh-deaths: ValueError",
    ]


class Hook(http.server.BaseHTTPRequestHandler):
    """A webhook that keeps what it receives, and answers as its path tells it."""

    received: ClassVar[list] = []

    def do_POST(self):
        """Keep the body."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.received.append((self.headers["Content-Type"], json.loads(body)))
        self.send_response(500 if self.path == "/broken" else 200)
        self.end_headers()

    def log_message(self, *_):
        """Write nothing."""


@pytest.mark.parametrize(("path", "failure"), [("/safety", ""), ("/broken", "exit code 22: curl")])
def test_the_webhook_receives_the_summary(tmp_path, path, failure):
    """The line of the docs; an error of the server is reported."""
    if not shutil.which("curl"):
        pytest.skip("curl is not installed")
    command = shlex.split(shlex.split(block("Notification"))[-1])
    with http.server.HTTPServer(("127.0.0.1", 0), Hook) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        command[-1] = f"http://127.0.0.1:{server.server_port}{path}"
        cause = notification.send([*command, "--noproxy", "*"], NOTICE, tmp_path)

    assert failure in str(cause or "")
    assert bool(cause) == bool(failure)
    assert Hook.received.pop() == ("application/json", NOTICE)


@pytest.mark.slow
def test_snakemake_makes_every_figure(project, variables):
    """The Snakefile of the docs: all jobs, several at once; then only what changed."""
    if not shutil.which("snakemake", path=variables["PATH"]):
        pytest.skip("snakemake is not installed")
    (project.root / "Snakefile").write_text(block("Snakemake"))
    command = ["snakemake", "--cores", "2", "--quiet", "all"]

    made = subprocess.run(
        command, cwd=project.root, env=variables, capture_output=True, text=True, check=False
    )

    assert made.returncode == 0, made.stderr
    assert len(project.drawn()) == 4
    assert len(project.manifest()["figures"]) == 4
    assert project.call("run", "--dry-run").stdout == ""


@pytest.fixture
def cluster(tmp_path):
    """A Dask scheduler with two worker processes, each with one thread."""
    pytest.importorskip("distributed", reason="needs the extra [dask]")
    address = f"tcp://127.0.0.1:{free_port()}"
    scheduler = dask("scheduler", tmp_path, "--port", address.rsplit(":", 1)[1], "--no-dashboard")
    options = [address, "--nthreads", "1", "--no-nanny", "--no-dashboard"]
    workers = [dask("worker", tmp_path, *options, "--name", f"w{n}") for n in range(2)]
    try:
        until(lambda: connected(address) == 2)
        yield address, workers
    finally:
        for process in (*workers, scheduler):
            process.terminate()
            process.wait()


def dask(kind: str, folder: Path, *words: str) -> subprocess.Popen[bytes]:
    """One process of the cluster."""
    command = [sys.executable, "-m", f"distributed.cli.dask_{kind}", *words]
    with (folder / f"{kind}.log").open("ab") as log:
        return subprocess.Popen(command, stdout=log, stderr=log, cwd=folder)


def free_port() -> int:
    """A port that nothing listens on."""
    import socket

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def connected(address: str) -> int:
    """How many workers the scheduler has."""
    import distributed

    try:
        with distributed.Client(address, timeout=2, set_as_default=False) as client:
            return len(client.nthreads())
    except OSError:
        return 0


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_dask_draws_the_same_and_survives_the_loss_of_a_worker(project, cluster):
    """Twelve jobs on two workers, one killed in mid-run: the bytes of a local run."""
    address, workers = cluster
    names = [f"i{number}" for number in range(6)]
    lines = [f"{name},2023-12-31,{place}\n" for name in names for place in (1, 2)]
    project.table("indicator,period,value\n" + "".join(lines))
    project.plan(
        '[[job]]\nnotebook = "draw"\nreads = ["observations/east"]\n'
        f'each = {{ language = ["zh", "en"], indicator = {names} }}\n'
    )
    project.notebook("draw", START, "time.sleep(0.5)", DRAW, RECORD)
    project.run()
    here = project.drawn()
    sent = ("run", "--force", "--executor", "dask", "--scheduler", address)

    process = project.start(*sent)
    time.sleep(5)
    workers[0].kill()
    done = finished(process)

    assert done.returncode == 0, done.stderr
    assert "12 done" in done.stdout
    assert project.drawn() == here
    assert project.rubbish() == []


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_dask_jobs_fail_and_end_late_as_local_ones_do(project, cluster, tmp_path):
    """A failing cell and a hanging one are told with their cell; nothing keeps running."""
    address, _ = cluster
    hangs = STUBBORN.replace('os.environ["HANGS"]', repr(str(tmp_path / "pids")))
    project.notebook("hangs", START, hangs)
    project.notebook("fails", START, "1 / 0")
    project.jobs("hangs", "fails", deadline=3.0)

    done = project.call("run", "--executor", "dask", "--scheduler", address)

    assert done.returncode == 1, done.stderr
    assert "1 failed, 1 late" in done.stdout
    assert "fails.ipynb, cell 4 (1 / 0)" in done.stderr
    assert "cell 4 (import signal, subprocess)" in done.stderr
    assert all(gone(pid) for pid in hanging(tmp_path / "pids"))


def test_dask_without_a_scheduler_is_a_misuse(project):
    """Exit code 2 and the way out, with the extra or without."""
    done = project.call("run", "--executor", "dask")

    assert done.returncode == 2
    assert "--scheduler tcp://host:8786" in done.stderr or "[dask]" in done.stderr
