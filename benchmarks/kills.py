"""
Kill commands at random moments, some of them on a nearly full disk, and count what is left.

    python -m benchmarks.kills 50

Needs Linux; the small disk needs root and ``unshare``. The kills are seeded, the moments are not,
as they depend on the machine.
"""

import hashlib
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests" / "faults"))

from small import RECORD, SKETCH, START, Project  # noqa: E402

from analysis.reports import storage  # noqa: E402

SMALL = 1_200_000  # bytes of the small disk: the old and the new set fit, little more
_CHANGE = """
import sys
from pathlib import Path
from analysis.reports import storage
root = Path(sys.argv[1])
contents = {f"mentions/t{n}.csv": bytes(sys.argv[2], "ascii") * 20_000 for n in range(12)}
print("ready", flush=True)
with storage.alone(root):
    storage.replace_all(root, contents)
"""
RANDOM = random.Random(18)  # noqa: S311  the same choices in every run


def sha(path: Path) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def runs(folder: Path, count: int) -> Iterator[Counter[str]]:
    """Kill `run` and start it again."""
    project = Project(folder / "project")
    project.notebook("draw", START, "time.sleep(0.2)", SKETCH, RECORD)
    project.run()
    good, longest = project.drawn(), 3.0
    for _ in range(count):
        began = time.monotonic()
        process = project.start("run", "--force", "-j", "2")
        time.sleep(RANDOM.uniform(0.05, longest))
        process.kill()
        process.communicate()
        torn = sum(project.drawn().get(name) not in {None, mark} for name, mark in good.items())
        healed = project.call("run")
        longest = min(8.0, (time.monotonic() - began) / 2)
        yield Counter(
            kills=1,
            torn=torn,
            orphans=len(project.processes()),
            rubbish=len(project.rubbish()),
            lost=int(project.drawn() != good),
            unrecovered=int(healed.returncode != 0),
        )


def tables(folder: Path, count: int) -> Iterator[Counter[str]]:
    """Kill the replacement of twelve tables, edit one, and recover."""
    root = folder / "data"
    (root / "mentions").mkdir(parents=True)
    paths = [root / "mentions" / f"t{number}.csv" for number in range(12)]
    for path in paths:
        path.write_bytes(b"0\n" * 20_000)
    for number in range(count):
        sign = "ab"[number % 2]
        process = subprocess.Popen(
            [sys.executable, "-c", _CHANGE, str(root), f"{sign}\n"], stdout=subprocess.PIPE
        )
        if process.stdout is not None:
            process.stdout.readline()
        time.sleep(RANDOM.uniform(0, 0.12))
        process.kill()
        process.communicate()
        torn = sum(not _whole(path) for path in paths)
        edited = RANDOM.choice(paths)
        with edited.open("ab") as file:
            file.write(b"EDIT\n")
        with storage.alone(root):
            pass
        signs = {path.read_bytes()[:1] for path in paths if path != edited}
        yield Counter(
            kills=1,
            torn=torn,
            rubbish=int((root / storage.STAGE).exists()) + len([*root.rglob("*.tmp")]),
            lost=int(not edited.read_bytes().endswith(b"EDIT\n")),
            unrecovered=int(len(signs) != 1),
        )
        _level(paths)


def _whole(path: Path) -> bool:
    data = path.read_bytes()
    return len(data) == 40_000 and data == data[:2] * 20_000


def _level(paths: list[Path]) -> None:
    """Give all tables the content of the first, for the next kill."""
    data = paths[0].read_bytes()[:2] * 20_000
    for path in paths:
        path.write_bytes(data)


def describe(folder: Path, count: int) -> Iterator[Counter[str]]:
    """Kill `describe` and call it again."""
    shutil.copytree(ROOT / "data", folder / "data")
    path = folder / "data" / "datapackage.json"
    whole = sha(path)
    for _ in range(count):
        command = [sys.executable, "-m", "analysis", "describe", "--project", str(folder)]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(RANDOM.uniform(0.5, 8.0))
        process.kill()
        process.wait()
        torn = int(sha(path) != whole)
        again = subprocess.run(command, check=False, capture_output=True)
        rubbish = [*path.parent.glob(".*.tmp")]
        yield Counter(
            kills=1,
            torn=torn,
            rubbish=len(rubbish),
            lost=int(sha(path) != whole),
            unrecovered=int(again.returncode != 0),
        )


KINDS: dict[str, Callable[[Path, int], Iterator[Counter[str]]]] = {
    "run": runs,
    "accept": tables,
    "describe": describe,
}
COLUMNS = ("kills", "torn", "orphans", "rubbish", "lost", "unrecovered")


def on_small_disk(kind: str, count: int) -> None:
    """Repeat this script for one kind on a disk of a megabyte."""
    with tempfile.TemporaryDirectory() as folder:
        inner = f"'{sys.executable}' -m benchmarks.kills {count} {kind} {folder}"
        line = f"mount -t tmpfs -o size={SMALL * 3} none {folder} && {inner}"
        subprocess.run(["unshare", "-m", "sh", "-c", line], check=False, cwd=ROOT)


def measure(kind: str, count: int, folder: Path, name: str) -> None:
    """Print one line of the table."""
    total: Counter[str] = Counter()
    for one in KINDS[kind](folder, count):
        total += one
    print("| " + " | ".join([name, *(str(total[column]) for column in COLUMNS)]) + " |", flush=True)


def main() -> None:
    """Print the table: what is left of each kind of kill."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    if len(sys.argv) > 3:
        measure(sys.argv[2], count, Path(sys.argv[3]), f"{sys.argv[2]}, small disk")
        return
    print("| command | " + " | ".join(COLUMNS) + " |", flush=True)
    for kind in sys.argv[2:] or KINDS:
        with tempfile.TemporaryDirectory() as folder:
            measure(kind, count if kind != "describe" else max(1, count // 4), Path(folder), kind)
        if kind != "describe":
            on_small_disk(kind, max(1, count // 3))


if __name__ == "__main__":
    main()
