"""A figure is always whole: the old one or the new one (P1, P2, P8, P9, P11, P23)."""

import io
import json
import shutil
import subprocess
import sys
import threading

import nbformat
import pytest
from PIL import Image
from small import GUARD, RECORD, SKETCH, START, Project, finished, sha

from analysis.figures import manifest
from analysis.runs import staging

# What each misbehaving notebook does once the table tells it to, in place of drawing well.
FAULTS = {
    "raises": "raise ValueError('no such thing')",
    "exits": "sys.exit(0)",
    "leaves": "os._exit(0)",
    "crashes": "import ctypes; ctypes.string_at(0)",
    "dies": "os.kill(os.getpid(), 9)",
    "draws_nothing": "(out / 'line.json').unlink(); (out / 'line.svg').unlink()",
    "draws_half": "(out / 'line.svg').write_text('<svg xmlns=')",
    "draws_empty": "(out / 'line.svg').write_bytes(b'')",
    "forgets_file": "(out / 'line.svg').unlink()",
    "adds_file": "(out / 'other.svg').write_text('<svg/>')",
    "does_not_parse": "this is no python",
    "spoils_record": "(out / 'line.json').write_text('{')",
    "strays": "record['rows'][0]['region'] = 'west'; "
    "(out / 'line.json').write_text(json.dumps(record))",
}
CAUSES = {
    "raises": "ValueError: no such thing",
    "exits": "stopped itself (sys.exit)",
    "leaves": "ended before this cell ran",
    "crashes": "signal 11",
    "dies": "signal 9, SIGKILL): likely out of memory; its memory peaked at",
    "draws_nothing": "no figure was published",
    "draws_half": "line.svg cannot be read back",
    "draws_empty": "line.svg is empty",
    "forgets_file": "line.svg is missing",
    "adds_file": "other.svg was written, but no figure names it",
    "does_not_parse": "SyntaxError",
    "spoils_record": "line.json is not the record of a figure",
    "strays": 'add "observations/west" to its reads',
}
WHEN_BAD = "if open('../data/mode.csv').read().startswith('bad'):\n    exec({!r})"


def test_p01_a_reader_never_meets_half_a_figure(tmp_path):
    """P1: while hundreds of versions are published, every look finds a whole file."""
    folder = tmp_path / "figures" / "job"
    made = tmp_path / "made"
    versions = [io.BytesIO() for _ in range(4)]
    for shade, buffer in enumerate(versions):
        Image.effect_noise((300, 300), 10 + shade).save(buffer, "PNG")
    nb = nbformat.writes(
        nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("x" * 50_000)])
    )
    stop, looks, torn = threading.Event(), [], []

    def look():
        while not stop.is_set():
            try:
                Image.open(folder / "a.png").load()
                nbformat.reads((folder / "a.ipynb").read_text("utf-8"), as_version=4)
                looks.append(1)
            except FileNotFoundError:
                assert not looks, "a published file was missing for a moment"
            except Exception as error:  # noqa: BLE001  whatever a torn file raises
                torn.append(error)

    reader = threading.Thread(target=look)
    reader.start()
    for turn in range(200):
        made.mkdir(exist_ok=True)
        (made / "a.png").write_bytes(versions[turn % 4].getvalue())
        (made / "a.ipynb").write_text(nb, "utf-8")
        outputs = {path.name: sha(path) for path in made.iterdir()}
        staging.publish(made, folder, {"outputs": outputs}, ())
    stop.set()
    reader.join()
    assert len(looks) > 20
    assert torn == []


def test_p02_a_failed_run_changes_nothing_that_was_good(project):
    """P2: thirteen ways to fail, each leaving its good figures as they were, and explained."""
    for name, fault in FAULTS.items():
        project.notebook(name, START, SKETCH, RECORD, WHEN_BAD.format(fault), "'the end'")
    reads = 'reads = ["observations/east", "mode"]\n\n'
    project.plan("".join(f'[[job]]\nnotebook = "{name}"\n{reads}' for name in FAULTS))
    project.table("good\n", "mode")
    project.run()
    good = project.published()
    assert len(good) == 4 * len(FAULTS)

    project.table("bad\n", "mode")
    bad = project.call("run", "--json")

    assert bad.returncode == 1
    assert project.published() == good
    events = [json.loads(line) for line in bad.stdout.splitlines()]
    failed = {event["job"]: event for event in events if event["event"] == "failed"}
    assert failed.keys() == FAULTS.keys()
    for name, cause in CAUSES.items():
        assert cause in f"{failed[name]['cause']}; {failed[name]['advice']}", name
        kept = project.root / failed[name]["kept"]
        assert {"log.txt", "why.json", "notebook.ipynb"} <= {path.name for path in kept.iterdir()}
    assert failed["raises"]["cell"] == 5
    assert failed["raises"]["line"].startswith("if open(")
    assert project.rubbish() == []


def test_p02_a_refused_parameter_changes_nothing(project):
    """P2: an impossible value is refused before any kernel, and the figures stay."""
    project.run("draw-zh-deaths")
    good = project.published()
    project.plan('[[job]]\nnotebook = "draw"\neach = { language = ["zh", "fr"] }\n')

    refused = project.call("run")

    assert refused.returncode == 2
    assert "language 'fr' is not known; did you mean zh, en?" in refused.stderr
    assert project.published() == good


def test_p02_a_table_that_moves_is_not_drawn(project):
    """P2, P20: a table still being written while the notebook reads it is not published."""
    project.notebook(
        "draw", START, "open('../data/observations/east.csv', 'a').write('x')", SKETCH, RECORD
    )
    project.jobs("draw")

    moved = project.call("run")

    assert moved.returncode == 1
    assert "the table observations/east changed while the notebook ran" in moved.stderr


def test_p11_a_changed_or_lost_output_is_remade(finished, tmp_path):
    """P11: a flipped byte, a lost file, a folder or a link in its place: each is made again."""
    good = finished.drawn()
    precious = tmp_path / "precious.svg"
    precious.write_text("mine")
    first, second, third, fourth = (finished.figures / name for name in good)
    first.write_bytes(first.read_bytes().replace(b"svg", b"svG", 1))
    second.unlink()
    third.unlink()
    third.mkdir()
    fourth.unlink()
    fourth.symlink_to(precious)

    plan = finished.call("plan")
    finished.run()

    assert plan.stdout.count("line.svg was altered") == 1
    assert plan.stdout.count("line.svg is missing") == 3
    assert finished.drawn() == good
    assert not fourth.is_symlink()
    assert precious.read_text() == "mine"


def test_p23_links_and_pipes_are_replaced_never_followed(project, tmp_path):
    """P23: a link at the target, its folder, the locks, the manifest; a pipe; a hard link."""
    outside = tmp_path / "outside"
    outside.mkdir()
    precious = outside / "precious"
    precious.write_text("mine")
    figures = project.figures
    for folder in (".locks", "failed", ".cache"):
        (figures / folder).parent.mkdir(parents=True, exist_ok=True)
        (figures / folder).symlink_to(outside)
    (figures / "manifest.json").symlink_to(precious)
    (figures / "runs.jsonl").symlink_to(precious)
    (figures / ".stage-planted").symlink_to(outside)
    (figures / "draw-zh-deaths").symlink_to(outside)
    (figures / "draw-en-deaths").mkdir()
    (figures / "draw-en-deaths" / "line.svg").hardlink_to(precious)
    (figures / "draw-zh-accidents").mkdir()
    subprocess.run(["mkfifo", figures / "draw-zh-accidents" / "line.svg"], check=True)

    project.run()

    assert precious.read_text() == "mine"
    assert [path.name for path in outside.iterdir()] == ["precious"]
    assert len(project.drawn()) == 4
    links = {path.name for path in figures.rglob("*") if path.is_symlink()}
    assert links == {"failed"}  # replaced when something fails


def test_p23_a_link_at_the_lock_is_not_written_through(project, tmp_path):
    """P23: the lock file itself is a link."""
    precious = tmp_path / "precious"
    precious.write_text("mine")
    project.run()
    lock = project.figures / ".locks" / "run.lock"
    lock.unlink()
    lock.symlink_to(precious)

    project.call("run", "--force")

    assert precious.read_text() == "mine"


def mounted(project: Project, options: str, then: str) -> subprocess.CompletedProcess[str]:
    """The shell lines *then* with ``figures/`` on a small disk of its own, in its own namespace."""
    tool = shutil.which("unshare")
    if tool is None or subprocess.run([tool, "-m", "true"], check=False).returncode != 0:
        pytest.skip("mounting a small disk needs root and unshare")
    project.figures.mkdir(exist_ok=True)
    run = f"'{sys.executable}' -m analysis run --json"
    lines = f"mount -t tmpfs -o {options} none figures || exit 99\n" + then.replace("RUN", run)
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "encoding": "utf-8"}
    return finished(subprocess.Popen([tool, "-m", "sh", "-c", lines], cwd=project.root, **pipes))


BIG = "(out / 'line.svg').write_bytes(b' ' * 5_000_000)"


def test_p08_a_full_disk_is_a_clean_failure(project):
    """P8: the disk fills while a notebook writes; the good set stays whole."""
    project.notebook("draw", START, SKETCH, WHEN_BAD.format(BIG), RECORD)
    project.plan('[[job]]\nnotebook = "draw"\nreads = ["observations/east", "mode"]\n')
    project.table("good\n", "mode")

    full = mounted(
        project,
        "size=300k",
        "RUN >/dev/null || exit 98; sha256sum figures/*/* >before\n"
        "echo bad >data/mode.csv; RUN; echo code $?\n"
        "sha256sum figures/draw/* | diff - before && echo same; ls -a figures",
    )

    assert "code 1" in full.stdout, full.stderr
    assert "same" in full.stdout
    assert "No space left on device" in full.stdout
    assert "free space on the disk" in full.stdout
    assert ".stage" not in full.stdout


@pytest.mark.parametrize("point", ["record", "rename"])
def test_p08_a_disk_that_fills_while_publishing_tears_nothing(tmp_path, monkeypatch, point):
    """P8: no space for the record, or for a name: the old files and the old record stay."""
    folder, made = tmp_path / "job", tmp_path / "made"
    for name in ("a.svg", "b.svg"):
        made.mkdir(exist_ok=True)
        (made / name).write_text(f"<svg>{name} old</svg>")
    outputs = {path.name: sha(path) for path in made.iterdir()}
    staging.publish(made, folder, {"outputs": outputs}, ())
    before = {path.name: sha(path) for path in folder.iterdir()}
    for name in outputs:
        (made / name).write_text(f"<svg>{name} new</svg>")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_bytes" if point == "record" else "os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        staging.publish(made, folder, {"outputs": outputs}, ())

    monkeypatch.undo()
    assert {path.name: sha(path) for path in folder.iterdir()} == before
    record = manifest.unseal((folder / manifest.RECORD).read_bytes())
    assert manifest.altered(folder, record) is None


def test_p08_a_disk_without_a_free_name_is_a_clean_failure(project):
    """P8: no inode is left: nothing good is lost, and the message says so."""
    project.plan('[[job]]\nnotebook = "draw"\nreads = ["observations/east"]\n')

    full = mounted(
        project,
        "size=4m,nr_inodes=40",
        "RUN >/dev/null || exit 98; sha256sum figures/draw/* >before\n"
        "i=0; while touch figures/fill-$i 2>/dev/null; do i=$((i+1)); done\n"
        "RUN --force; echo code $?; sha256sum figures/draw/* | diff - before && echo same",
    )

    assert "code 1" in full.stdout, full.stdout + full.stderr
    assert "same" in full.stdout
    assert "No space left on device" in full.stdout + full.stderr


def test_p09_an_unwritable_folder_fails_before_any_work(project):
    """P9: the folder of figures is read-only: said at once, with no kernel started."""
    project.plan('[[job]]\nnotebook = "draw"\nreads = ["observations/east"]\n')

    refused = mounted(
        project,
        "size=4m",
        "mount -o remount,ro figures; date +%s%N; RUN; echo code $?; date +%s%N",
    )

    lines = refused.stdout.split()
    assert "code 1" in refused.stdout
    assert "Read-only file system" in refused.stderr
    assert "at a time" not in refused.stderr  # the first line of a run that has begun
    assert (int(lines[-1]) - int(lines[0])) / 1e9 < GUARD
