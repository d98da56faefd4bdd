"""A Dask cluster that fails, lies or is full: promises hold, and the run always ends (P31)."""

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest
from small import (
    BUSY,
    GUARD,
    RECORD,
    SKETCH,
    START,
    STUBBORN,
    Project,
    finished,
    gone,
    hanging,
    until,
)

from analysis.errors import UsageError, WorkerError
from analysis.runs import cluster

SOURCES = Path(cluster.__file__).parents[1]
BIG = """\
files = ["line.svg"]
svg = "<svg xmlns='http://www.w3.org/2000/svg'>" + " " * 5_000_000 + "</svg>"
(out / "line.svg").write_text(svg)
"""
# A worker that performs the job and then sends this instead.
LIE = """

_performed_well = perform
def perform(order, bundle):
    given = json.loads(order)
    given["settings"]["package"] = package_hash()
    reply = _performed_well(json.dumps(given).encode(), bundle)
    head, _, body = reply.partition(b"\\n")
    header = json.loads(head)
    %s
"""
LIES = {
    "outside": "header['files']['../../../../OUTSIDE'] = 1; "
    "return json.dumps(header).encode() + b'\\n' + body + b'x'",
    "absolute": "header['files']['/OUTSIDE'] = 1; "
    "return json.dumps(header).encode() + b'\\n' + body + b'x'",
    "record": "header['files']['run.json'] = 1; "
    "return json.dumps(header).encode() + b'\\n' + body + b'x'",
    "objects": "return ([{'ended': 0}], {'out/a': 5})",
    "command": "import os; return type('X', (), "
    "{'__reduce__': lambda self: (os.system, ('touch OUTSIDE',))})()",
    "raises": "import os; raise type('X', (Exception,), "
    "{'__reduce__': lambda self: (os.system, ('touch OUTSIDE',))})()",
    "no_end": 'return b\'{"events": [{"cell": 1}], "files": {}}\\n\'',
    "number": "return b'5'",
    "cut": "return reply[:-10]",
    "nothing": "return b''",
}


def port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Dask:
    """A scheduler and its workers, each a process."""

    def __init__(self, folder: Path) -> None:
        pytest.importorskip("distributed", reason="needs the extra [dask]")
        self.folder, self.address = folder, f"tcp://127.0.0.1:{port()}"
        self.workers: list[subprocess.Popen[bytes]] = []
        number = self.address.rsplit(":", 1)[1]
        self.scheduler = self._start("scheduler", "--host", "127.0.0.1", "--port", number)

    def _start(self, kind, *words, before=(), package=None):
        variables = {**os.environ}
        if package is not None:
            variables["PYTHONPATH"] = str(package)
        module = f"distributed.cli.dask_{kind}"
        command = [*before, sys.executable, "-m", module, *words, "--no-dashboard"]
        with (self.folder / f"{kind}.log").open("ab") as log:
            return subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder, env=variables)

    def worker(self, **options):
        """Start a worker and wait until the scheduler knows it."""
        local = self.folder / f"local-{len(self.workers)}"
        local.mkdir(exist_ok=True)
        words = [self.address, "--nthreads", "1", "--no-nanny", "--local-directory", str(local)]
        self.workers.append(self._start("worker", *words, **options))
        until(lambda: self.connected() >= 1)
        return self.workers[-1]

    def connected(self) -> int:
        """How many workers the scheduler has."""
        import distributed

        try:
            with distributed.Client(self.address, timeout=2, set_as_default=False) as client:
                return len(client.nthreads())
        except OSError:
            return 0

    def close(self) -> None:
        """End all of them."""
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()


@pytest.fixture
def dask(tmp_path):
    """A scheduler without a worker."""
    folder = tmp_path / "dask"
    folder.mkdir()
    cluster_ = Dask(folder)
    try:
        yield cluster_
    finally:
        cluster_.close()


def sent(dask, *words):
    """The command of a run on *dask*."""
    return ("run", "--executor", "dask", "--scheduler", dask.address, *words)


def liar(tmp_path, lines) -> Path:
    """A copy of the package whose workers do something else."""
    shutil.copytree(SOURCES, tmp_path / "liar" / "analysis", ignore=shutil.ignore_patterns("__py*"))
    with (tmp_path / "liar" / "analysis" / "runs" / "cluster.py").open("a") as file:
        file.write(lines)
    return tmp_path / "liar"


slow = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]


class TestOnACluster:
    """With a real scheduler."""

    pytestmark = slow

    @pytest.mark.parametrize("lie", LIES)
    def test_p31_a_reply_is_data_and_its_names_are_checked(self, project, dask, tmp_path, lie):
        """P31: whatever a worker sends, the job fails and nothing is written or run elsewhere."""
        project.jobs("draw", deadline=20)
        dask.worker(package=liar(tmp_path, LIE % LIES[lie]))

        done = project.call(*sent(dask, "--deadline", "60"))

        assert done.returncode == 1, done.stderr
        assert "1 failed" in done.stdout
        assert "Traceback" not in done.stderr, done.stderr
        assert [*project.root.rglob("OUTSIDE*"), *tmp_path.glob("OUTSIDE*")] == []
        assert not Path("/OUTSIDE").exists()
        assert project.drawn() == {}
        assert project.rubbish() == []

    def test_p31_a_worker_of_another_version_is_refused(self, project, dask, tmp_path):
        """P31: its figures could differ."""
        project.jobs("draw")
        dask.worker(package=liar(tmp_path, "\n"))

        done = project.call(*sent(dask))

        assert done.returncode == 1
        assert "this worker has another version of the package" in done.stderr

    def test_p31_a_dead_scheduler_ends_the_run(self, project, dask, tmp_path):
        """P31: one clear line, a renewed manifest, and no process that hangs."""
        project.run()
        project.notebook(
            "hangs", START, STUBBORN.replace('os.environ["HANGS"]', repr(str(tmp_path / "pids")))
        )
        project.jobs("hangs")
        dask.worker()
        run = project.start(*sent(dask))
        hanging(tmp_path / "pids")

        dask.scheduler.kill()
        done = finished(run)

        assert done.returncode == 1, done.stderr
        assert "does not answer any more" in done.stderr
        assert "Traceback" not in done.stderr
        assert project.manifest()["figures"] == []
        assert project.rubbish() == []

    def test_p31_a_worker_ends_the_jobs_of_a_caller_that_is_gone(self, project, dask, tmp_path):
        """P31: the caller is killed; the notebook and what it started end, no folder stays."""
        project.notebook(
            "hangs", START, STUBBORN.replace('os.environ["HANGS"]', repr(str(tmp_path / "pids")))
        )
        project.jobs("hangs")
        dask.worker()
        run = project.start(*sent(dask))
        pids = hanging(tmp_path / "pids")

        run.kill()
        run.communicate()

        until(lambda: all(gone(pid) for pid in pids), 60)
        until(lambda: not jobs_below(dask.folder), 20 * BUSY)
        project.notebook("draw", START, SKETCH, RECORD)
        project.jobs("draw")
        again = project.call(*sent(dask))
        assert again.returncode == 0, again.stderr

    def test_p31_a_full_disk_of_the_caller_fails_the_job(self, project, dask):
        """P31: the result does not fit; the run ends and says so."""
        project.notebook("draw", START, BIG, RECORD)
        project.jobs("draw", deadline=20)
        dask.worker()
        command = f"'{sys.executable}' -m analysis {' '.join(sent(dask))}"

        done = on_small_disk(project, command)

        assert done.returncode == 1, done.stderr
        assert "No space left on device" in done.stderr
        assert "free space on the disk" in done.stderr

    def test_p31_a_full_disk_of_a_worker_fails_the_job(self, project, dask):
        """P31: the worker cannot write; the next job on it runs."""
        project.notebook("big", START, BIG, RECORD)
        project.jobs("big", "draw", deadline=30)
        before = [
            "unshare",
            "-m",
            "sh",
            "-c",
            'mount -t tmpfs -o size=3m none local-0; exec "$@"',
            "-",
        ]
        require_unshare()
        dask.worker(before=before)

        done = project.call(*sent(dask))

        assert done.returncode == 1, done.stderr
        assert "No space left on device" in done.stderr
        assert "1 done, 1 failed" in done.stdout

    def test_p31_a_slow_reply_does_not_outlast_the_deadline(self, project, dask, tmp_path):
        """P31: the deadline of the run holds while the reply is on its way."""
        project.jobs("draw")
        dask.worker(package=liar(tmp_path, LIE % "import time; time.sleep(100); return reply"))
        began = time.monotonic()

        done = project.call(*sent(dask, "--deadline", "10"))

        assert done.returncode == 124, done.stderr
        assert time.monotonic() - began < 60
        assert project.rubbish() == []

    def test_p31_a_lost_bundle_fails_the_job(self, project, dask, tmp_path):
        """P31: the only worker with the tables dies, and another comes: no hang."""
        project.notebook(
            "hangs", START, STUBBORN.replace('os.environ["HANGS"]', repr(str(tmp_path / "pids")))
        )
        project.jobs("hangs")
        dask.worker()
        run = project.start(*sent(dask, "--deadline", "60"))
        hanging(tmp_path / "pids")

        dask.workers[0].kill()
        dask.worker()
        done = finished(run)

        assert done.returncode in {1, 124}, done.stderr
        assert "Traceback" not in done.stderr
        assert project.rubbish() == []

    def test_p31_a_scheduler_without_a_worker_is_refused(self, project, dask):
        """P31: at once, with what to do."""
        until(lambda: listens(dask.address))

        done = project.call(*sent(dask))

        assert done.returncode == 2, done.stderr
        assert "has no worker: start one" in done.stderr
        assert project.rubbish() == []

    @pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\xff" * 64])
    def test_p31_a_listener_that_is_no_scheduler_is_given_up(self, project, answer):
        """P31: one that is silent, another service, and noise."""
        pytest.importorskip("distributed", reason="needs the extra [dask]")
        project.jobs("draw")
        with Listener(answer) as address:
            began = time.monotonic()
            done = project.call("run", "--executor", "dask", "--scheduler", address)

        assert done.returncode == 2, done.stderr
        assert "no Dask scheduler answers" in done.stderr
        assert "Traceback" not in done.stderr
        assert time.monotonic() - began < GUARD
        assert project.rubbish() == []

    def test_p31_a_slow_link_only_takes_longer(self, project, dask):
        """P31: 60 kB a second and a delay: the same figures as without a link."""
        project.run()
        drawn = project.drawn()
        dask.worker()
        with Link(dask.address, rate=60_000) as link:
            done = project.call(*sent(dask)[:-1], link.address, "--force")

        assert done.returncode == 0, done.stderr
        assert project.drawn() == drawn

    @pytest.mark.parametrize("deadline", [0, 40])
    def test_p31_a_run_whose_link_falls_silent_ends(self, project, dask, tmp_path, deadline):
        """P31: one line a job, at the deadline of the run if that is earlier; nothing stays."""
        project.notebook(
            "hangs", START, STUBBORN.replace('os.environ["HANGS"]', repr(str(tmp_path / "pids")))
        )
        project.jobs("hangs", deadline=30)
        dask.worker()
        with Link(dask.address) as link:
            words = ["--deadline", str(deadline)] if deadline else []
            run = project.start(*sent(dask)[:-1], link.address, *words)
            pids = hanging(tmp_path / "pids")
            link.silent.set()
            done = finished(run)

        line = f"over its deadline of {deadline} s" if deadline else "does not answer any more"
        assert done.returncode == (124 if deadline else 1), done.stderr
        assert done.stderr.count(line) == 1
        assert "Traceback" not in done.stderr
        assert project.rubbish() == []
        until(lambda: all(gone(pid) for pid in pids), 60)

    def test_p31_a_run_whose_link_falls_silent_can_be_stopped(self, project, dask, tmp_path):
        """P31: the connection stays open and nothing comes any more."""
        project.notebook(
            "hangs", START, STUBBORN.replace('os.environ["HANGS"]', repr(str(tmp_path / "pids")))
        )
        project.jobs("hangs")
        dask.worker()
        with Link(dask.address) as link:
            run = project.start(*sent(dask)[:-1], link.address)
            pids = hanging(tmp_path / "pids")
            link.silent.set()
            began = time.monotonic()
            run.terminate()
            done = finished(run)

        assert done.returncode == 143, done.stderr
        assert time.monotonic() - began < GUARD
        assert project.rubbish() == []
        until(lambda: all(gone(pid) for pid in pids), 60)


def jobs_below(folder: Path) -> list[Path]:
    """Return the folders of jobs that a worker has not removed yet."""
    try:
        return [*folder.rglob("job-*")]
    except FileNotFoundError:  # one is being removed
        return [folder]


def listens(address: str) -> bool:
    """Return whether something accepts connections at *address*."""
    host, number = address.rpartition("/")[2].split(":")
    try:
        socket.create_connection((host, int(number)), 1).close()
    except OSError:
        return False
    return True


class Listener:
    """A service that answers every connection with the same bytes and then says nothing."""

    def __init__(self, answer: bytes) -> None:
        self.answer = answer
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.kept: list[socket.socket] = []

    def __enter__(self):
        """Return the address."""
        threading.Thread(target=self._accept, daemon=True).start()
        return f"tcp://127.0.0.1:{self.socket.getsockname()[1]}"

    def __exit__(self, *_):
        self.socket.close()
        for connection in self.kept:
            connection.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self.socket.accept()
                self.kept.append(connection)
                self._serve(connection)

    def _serve(self, connection: socket.socket) -> None:
        connection.sendall(self.answer)


class Link(Listener):
    """A link to the scheduler that passes *rate* bytes a second, or nothing once it is silent."""

    def __init__(self, address: str, rate: float = float("inf")) -> None:
        super().__init__(b"")
        host, number = address.rpartition("/")[2].split(":")
        self.target, self.rate = (host, int(number)), rate
        self.silent = threading.Event()

    def __enter__(self):
        self.address = super().__enter__()
        return self

    def _serve(self, connection: socket.socket) -> None:
        other = socket.create_connection(self.target)
        self.kept.append(other)
        for pair in ((connection, other), (other, connection)):
            threading.Thread(target=self._pass, args=pair, daemon=True).start()

    def _pass(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while (data := source.recv(1 << 12)) and not self.silent.is_set():
                time.sleep(len(data) / self.rate)
                target.sendall(data)
            if not self.silent.is_set():
                target.shutdown(socket.SHUT_WR)


def require_unshare() -> None:
    """Skip a test where no small disk can be mounted."""
    tool = shutil.which("unshare")
    if tool is None or subprocess.run([tool, "-m", "true"], check=False).returncode != 0:
        pytest.skip("mounting a small disk needs root and unshare")


def on_small_disk(project: Project, command: str) -> subprocess.CompletedProcess[str]:
    """Run *command* with ``figures/`` on a disk of 400 kB."""
    require_unshare()
    project.figures.mkdir(exist_ok=True)
    line = f"mount -t tmpfs -o size=400k none figures && {command}"
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "encoding": "utf-8"}
    return finished(
        subprocess.Popen(["unshare", "-m", "sh", "-c", line], cwd=project.root, **pipes)
    )


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1:9", "/etc/passwd", "javascript:alert(1)", "tcp://", "tcp://h", "tcp://h:x",
     "tcp://h:1/x", "tcp://h:1\n", "127.0.0.1:8786", "file:///etc/passwd", "inproc://x"],
)  # fmt: skip
def test_p31_what_is_no_address_is_refused_at_once(address):
    """P31: with the form of one; nothing is connected."""
    with pytest.raises(UsageError, match="write --scheduler tcp://host:8786"):
        cluster.require_address(address)


def reply(**header) -> bytes:
    """A reply without files."""
    return json.dumps({"events": [{"ended": 0}], "files": {}, **header}).encode() + b"\n"


def test_p31_a_good_reply_is_unpacked(tmp_path):
    """Its files are written below the stage, its events returned without what is not known."""
    data = reply(
        events=[{"cell": 1, "job": "another"}, {"ended": 0, "cpu": 0.5, "late": 0.0}],
        files={"log.txt": 1, "out/安.svg": 2},
    )

    events = cluster.unpacked(data + b"abc", tmp_path)

    assert events == [{"cell": 1}, {"ended": 0, "cpu": 0.5, "late": 0.0}]
    assert (tmp_path / "log.txt").read_bytes() == b"a"
    assert (tmp_path / "out" / "安.svg").read_bytes() == b"bc"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"null\n",
        b"[" * 100_000,
        reply(events=[]),
        reply(events=[{"ended": "0"}]),
        reply(files={"out/a": 5}),
        reply(files={"out/a": -1, "out/b": 1}),
        reply(files={"out/a": True}),
        *(
            reply(files={name: 0})
            for name in ("../x", "/x", "out/../x", "run.json", "home/x", "out/", "")
        ),
        reply(files=["out/a"]),
        reply() + b"more",
    ],
)
def test_p31_a_bad_reply_writes_nothing(tmp_path, data):
    """P31: not JSON, no end, sizes that do not add up, names elsewhere."""
    with pytest.raises(WorkerError, match="reply of the worker is damaged"):
        cluster.unpacked(data, tmp_path / "stage")

    assert [*tmp_path.iterdir()] == []


def test_p31_a_link_in_the_stage_is_not_followed(tmp_path):
    """P31: neither a folder nor a file."""
    stage, outside = tmp_path / "stage", tmp_path / "outside"
    stage.mkdir()
    outside.mkdir()
    (stage / "out").symlink_to(outside)
    with pytest.raises(WorkerError):
        cluster.unpacked(reply(files={"out/a": 1}) + b"x", stage)
    (outside / "precious").write_text("mine")
    (stage / "log.txt").symlink_to(outside / "precious")

    cluster.unpacked(reply(files={"log.txt": 1}) + b"x", stage)

    assert (outside / "precious").read_text() == "mine"
    assert [path.name for path in outside.iterdir()] == ["precious"]
