"""The same figures whatever runs beside, around or before them (P14, P15, P16, P18, P19, P26)."""

import json
import os
import sys
from pathlib import Path

import pytest
from small import DRAW, RECORD, SKETCH, START, Project, environment, until

from analysis.runs import executors, processes, worker

WARM = 'warm = ["matplotlib.figure", "matplotlib.backends.backend_svg", "PIL.PngImagePlugin"]\n\n'
LOUD = "lines.linewidth: 9\naxes.facecolor: red\n"
HOSTILE = "import matplotlib; matplotlib.rcParams['lines.linewidth'] = 9\n"


@pytest.fixture
def drawing(tmp_path):
    """A project of two jobs that draw with matplotlib."""
    project = Project(tmp_path / "project")
    project.notebook("draw", START, DRAW, RECORD)
    project.plan(
        WARM + '[[job]]\nnotebook = "draw"\neach = { language = ["zh", "en"] }\n'
        'reads = ["observations/east"]\n'
    )
    return project


def test_p14_parallel_serial_and_stock_kernels_draw_the_same(project):
    """P14: twelve jobs, one at a time and four at a time; two of them with stock kernels."""
    project.notebook("draw", START, DRAW, RECORD, parameters="language: str = 'zh'\nindicator = ''")
    names = ", ".join(f'"i{number}"' for number in range(6))
    lines = [f"i{number},2023-12-31,{number * place}\n" for number in range(6) for place in (1, 2)]
    project.table("indicator,period,value\n" + "".join(lines))
    project.plan(
        WARM + '[[job]]\nnotebook = "draw"\nreads = ["observations/east"]\n'
        f'each = {{ language = ["zh", "en"], indicator = [{names}] }}\n'
    )
    project.run("-j", "1")
    serial = project.drawn()
    assert len(serial) == 24

    project.run("-j", "4", "--force")
    assert project.drawn() == serial

    project.run("draw-zh-i1", "draw-en-i2", "--force", "--executor", "kernel")
    assert project.drawn() == serial


def hostile(home: Path, project: Project) -> dict[str, str]:
    """Variables and files of a user whose own settings would change every figure."""
    kernel = home / ".local" / "share" / "jupyter" / "kernels" / "python3"
    files = {
        kernel / "kernel.json": json.dumps(
            {"argv": ["false"], "display_name": "mine", "language": "python"}
        ),
        home / ".ipython" / "profile_default" / "startup" / "00.py": HOSTILE,
        home / ".config" / "matplotlib" / "matplotlibrc": LOUD,
        home / ".jupyter" / "jupyter_config.py": "raise SystemExit(3)\n",
        home / "path" / "matplotlib" / "__init__.py": "raise SystemExit(3)\n",
        home / "startup.py": "raise SystemExit(3)\n",
        project.root / "matplotlibrc": LOUD,
        project.root / "notebooks" / "matplotlibrc": LOUD,
    }
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return environment(
        HOME=str(home),
        PYTHONPATH=str(home / "path"),
        PYTHONSTARTUP=str(home / "startup.py"),
        MPLBACKEND="pdf",
        MATPLOTLIBRC=str(project.root / "matplotlibrc"),
        LC_ALL="C",
        TZ="Asia/Shanghai",
    )


@pytest.mark.parametrize("executor", ["local", "kernel"])
def test_p15_the_settings_of_the_machine_do_not_leak_in(drawing, tmp_path, executor):
    """P15: kernels, startup files, matplotlibrc, PYTHONPATH and locale of the user."""
    drawing.run("draw-zh")
    clean = drawing.drawn()
    variables = hostile(tmp_path / "home", drawing)

    drawing.run("draw-zh", "--force", "--executor", executor, env=variables)

    assert drawing.drawn() == clean


def test_p15_neither_a_home_nor_an_environment_is_needed(drawing):
    """P15: as cron starts it, and worse: no variable at all but a home that cannot be written."""
    drawing.run()
    clean = drawing.drawn()

    drawing.run("--force", env={"HOME": "/proc/none"})

    assert drawing.drawn() == clean


@pytest.mark.parametrize("executor", ["local", "kernel"])
def test_p16_any_sane_path_works(tmp_path, executor):
    """P16: blanks, accents, quotes, braces, percent signs and Chinese, in every name."""
    name = "空 格 (é) 'q' {b} %20 $HOME"
    project = Project(tmp_path / name)
    record = RECORD.replace('"line"', f'"{name}"').replace("line.json", f"{name}.json")
    save = SKETCH.replace("line.svg", f"{name}.svg")
    project.notebook(name, START.replace("east", name), save, record)
    project.table("indicator,period,value\ndeaths,2023-12-31,42\n", f"observations/{name}")
    project.table("indicator,period,value\n")
    reads = json.dumps(["observations/east", f"observations/{name}"], ensure_ascii=False)
    project.plan(f'[[job]]\nnotebook = "{name}"\neach = {{ language = ["zh"] }}\nreads = {reads}\n')

    project.run("--executor", executor)

    job = f"{name}-zh"
    assert (project.figures / job / f"{name}.svg").exists()
    assert (project.figures / job / f"{job}.ipynb").exists()
    assert project.rubbish() == []


FONTS = {
    "plain": ("figure.suptitle('北京')", "no glyph for 北"),
    "family": ("figure.suptitle('x', fontfamily='No Such Sans')", "no font 'No Such Sans'"),
    "formula": ("figure.suptitle('$京$')", "no glyph for 京"),
}


def test_p18_a_missing_font_is_an_error_not_boxes(project):
    """P18: without the package's style matplotlib only warns, or logs; the run fails all three."""
    for name, (line, _) in FONTS.items():
        draw = DRAW.replace("figure.savefig", f"{line}\nfigure.savefig", 1)
        project.notebook(name, START, draw, RECORD)
    project.jobs(*FONTS)

    boxes = project.call("run", "--json")

    assert boxes.returncode == 1
    events = map(json.loads, boxes.stdout.splitlines())
    causes = {event["job"]: event["cause"] for event in events if event["event"] == "failed"}
    for name, (_, cause) in FONTS.items():
        assert cause in causes[name]
    assert project.drawn() == {}


def test_p19_memory_is_limited_on_request_and_its_end_is_told(project):
    """P19: above the limit Python says so; a process that is killed is told as such."""
    project.notebook("hungry", START, "held = bytearray(64 << 30)")
    project.notebook("killed", START, "held = b'x' * (200 << 20)\nos.kill(os.getpid(), 9)")
    project.jobs("hungry", "killed")

    failed = project.call("run", "--memory", "4000")

    assert failed.returncode == 1
    assert "MemoryError" in failed.stderr
    assert "killed (signal 9, SIGKILL): likely out of memory; its memory peaked at" in failed.stderr
    why = json.loads(next(project.figures.glob("failed/*/killed/why.json")).read_text())
    assert why["memory"] > 200 << 20


def test_p19_a_dead_kernel_is_told_as_such(project):
    """P19: papermill would call every cell completed."""
    project.notebook("draw", START, "os.kill(os.getpid(), 9)", SKETCH, RECORD)
    project.jobs("draw")

    failed = project.call("run", "--executor", "kernel")

    assert failed.returncode == 1
    assert "the kernel was killed: likely out of memory" in failed.stderr


def test_a_notebook_that_kills_its_parent_harms_no_later_one(project):
    """The warm process is started again for the jobs that wait."""
    project.notebook("killer", START, "os.kill(os.getppid(), 9); time.sleep(60)")
    project.notebook("good", START, SKETCH, RECORD)
    project.jobs("killer", "good")

    mixed = project.call("run", "-j", "1")

    assert mixed.returncode == 1
    assert "1 done, 1 failed" in mixed.stdout
    assert project.processes() == []


def test_p26_a_kernel_that_cannot_start_is_tried_again(project, tmp_path):
    """P26: its port was taken at first; a cell that fails is never tried again."""
    starter = tmp_path / "starter.py"
    starter.write_text(
        "import os, sys\nfrom pathlib import Path\n"
        f"tried = Path({str(tmp_path / 'tried')!r})\n"
        "if not tried.exists():\n    tried.write_text('1')\n"
        "    sys.exit('zmq.error.ZMQError: Address already in use')\n"
        "launcher = ['-m', 'ipykernel_launcher', *sys.argv[1:]]\n"
        "os.execv(sys.executable, [sys.executable, *launcher])\n"
    )
    kernel = tmp_path / "jupyter" / "kernels" / "flaky" / "kernel.json"
    kernel.parent.mkdir(parents=True)
    argv = [sys.executable, str(starter), "-f", "{connection_file}"]
    kernel.write_text(json.dumps({"argv": argv, "display_name": "flaky", "language": "python"}))
    count = f"with open({str(tmp_path / 'count')!r}, 'a') as file:\n    file.write('x')\n1 / 0"
    project.notebook("good", START, SKETCH, RECORD, kernel="flaky")
    project.notebook("bad", START, count, kernel="flaky")
    project.jobs("good", "bad")
    variables = environment(JUPYTER_PATH=str(tmp_path / "jupyter"))

    mixed = project.call("run", "-j", "1", env=variables)

    assert "retry   good: the kernel did not start" in mixed.stderr
    assert "1 done, 1 failed" in mixed.stdout
    assert (tmp_path / "count").read_text() == "x"


def test_a_notebook_leaks_nothing_into_the_next(project):
    """What one changes in its process (a folder, a variable, a module) dies with it."""
    leaks = "os.chdir('/'); os.environ['LEAK'] = '1'; import builtins; builtins.leak = 1"
    checks = "assert 'LEAK' not in os.environ\nassert not hasattr(__builtins__, 'leak')"
    project.notebook("first", START, SKETCH, RECORD, leaks)
    project.notebook("second", START, checks, SKETCH, RECORD)
    project.jobs("first", "second")

    project.run("-j", "1")

    assert len(project.drawn()) == 2
    assert os.getenv("LEAK") is None


def test_a_warm_process_with_threads_is_not_forked(project, tmp_path):
    """A fork would copy locks that nobody frees; stock kernels run the jobs instead."""
    module = "import threading\nthreading.Timer(60, print).start()\n"
    (tmp_path / "threads.py").write_text(module)
    home, job = tmp_path / "home", tmp_path / "job"
    home.mkdir()
    (job / "out").mkdir(parents=True)
    variables = processes.environment("mark", home, tmp_path / "cache")
    local = executors.Local(variables | {"PYTHONPATH": str(tmp_path)}, home, ["threads"], [])
    task = worker.Task(
        job="draw",
        notebook=str(project.root / "notebooks" / "draw.ipynb"),
        parameters={"language": "en"},
        stage=str(job),
        folder=str(project.root / "notebooks"),
        kernel="",
        memory=0,
    )
    try:
        local.start(task)
        events = []
        until(lambda: events.extend(local.wait(1)) or any("ended" in event for event in events))
    finally:
        local.close()

    assert events[-1]["ended"] == 0
    assert (job / "out" / "line.svg").exists()
    assert (job / "home").exists()  # only stock kernels need one
