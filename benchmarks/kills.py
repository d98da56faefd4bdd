"""
Kill commands at random moments, some of them on a nearly full disk, and count what is left.

    python -m benchmarks.kills                  every command, and the table into docs/promises.md
    python -m benchmarks.kills deck site -n 5   some commands, five kills each
    python -m benchmarks.kills --seed 7         other moments

Needs Linux; the small disk needs root and ``unshare``. The choices are seeded; what a process does
at a moment depends on the machine.
"""

import argparse
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tests" / "faults"), str(ROOT / "tests")]

import qingshan  # noqa: E402
from publications import written  # noqa: E402
from small import RECORD, SKETCH, START, Project  # noqa: E402

from analysis.cli.main import main as command  # noqa: E402
from analysis.reports import compilation, review, storage  # noqa: E402

PAGE = ROOT / "docs" / "promises.md"
DISK = 24 << 20  # bytes of the small disk
COLUMNS = ("kills", "torn", "orphans", "rubbish", "lost", "unrecovered")
CHOICE = random.Random(18)  # noqa: S311  the same choices in every run
FILLER = "filler"
LONGEST = 20.0  # seconds until the latest kill
EDITED = "EDITED BY HAND"

Counts = Iterator[Counter[str]]
Act = Callable[[], int | None]
Contents = dict[Path, bytes | None]


def forked(act: Act, seconds: float = 0.0, *, after: Path | None = None) -> int:
    """
    Call *act* in a forked process and return its exit status.

    It is killed after *seconds* if given, counted from when *after* exists if that is given.
    """
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            quiet = os.open(os.devnull, os.O_RDWR)
            for stream in range(3):
                os.dup2(quiet, stream)
            status = int(act() or 0)
        finally:
            os._exit(status)
    if seconds:
        latest = time.monotonic() + LONGEST
        while after is not None and not after.exists() and time.monotonic() < latest:
            time.sleep(0.001)
        time.sleep(seconds)
        os.kill(pid, 9)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def called(*words: object) -> Act:
    """Return the call of a command line."""
    return lambda: command([str(word) for word in words], standalone_mode=False)


def fill(folder: Path, room: int) -> None:
    """Leave *room* bytes free on the disk of *folder*."""
    with (folder / FILLER).open("wb") as file:
        file.write(bytes(max(0, shutil.disk_usage(folder).free - room)))


def clear(folder: Path) -> None:
    """Free the disk again."""
    (folder / FILLER).unlink(missing_ok=True)


def repeated(
    folder: Path, act: Act, old: Contents, new: Mapping[Path, bytes], *, count: int, full: bool
) -> Counts:
    """Kill *act*, which turns the files *old* into *new*, and call it again."""
    longest = 0.0
    for _ in range(count + 1):
        for path, data in old.items():
            path.unlink(missing_ok=True) if data is None else path.write_bytes(data)
        if not longest:
            began = time.monotonic()
            forked(act)
            longest = min(LONGEST, 1.1 * (time.monotonic() - began))
            continue
        if full:
            fill(folder, CHOICE.randint(0, 2 * sum(map(len, new.values()))))
        forked(act, CHOICE.uniform(0.01, longest))
        clear(folder)
        torn = sum(_data(path) not in {old.get(path), data} for path, data in new.items())
        status = forked(act)
        every = {path for one in {path.parent for path in new} for path in one.iterdir()}
        yield Counter(
            kills=1,
            torn=torn,
            rubbish=len([path for path in every - {*new} if path.suffix == ".tmp"]),
            lost=sum(_data(path) != data for path, data in new.items()),
            unrecovered=int(status != 0),
        )


def _data(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None


def results(folder: Path, act: Act, old: Contents) -> dict[Path, bytes]:
    """Return the files below *folder* that *act* writes or changes, with their content."""
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    for path, data in old.items():
        if data is not None:
            path.write_bytes(data)
    if forked(act):
        raise SystemExit("the command fails without any kill")
    after = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    return {path: data for path, data in after.items() if before.get(path) != data}


def updated(name: str, *words: str) -> Callable[..., Counts]:
    """Return the kills of the update of a document with a title edited by hand."""

    def kills(folder: Path, count: int, *, full: bool) -> Counts:
        figures, path = written(folder), folder / name
        forked(called(*words, "--project", folder, "--output", path))
        document, title = _titled(path)
        title.text = EDITED
        document.save(str(path))
        copy = path.with_name(f"{name}.bak")
        old: Contents = {path: path.read_bytes(), copy: None}
        written(folder, edit=_raised)
        act = called(words[0], "--update", path, "--project", figures.parent)
        new = results(folder, act, old) | {copy: old[path] or b""}
        if new[path] == old[path] or _titled(path)[1].text != EDITED:
            raise SystemExit("the update loses the edit without any kill")
        yield from repeated(folder, act, old, new, count=count, full=full)

    return kills


def _titled(path: Path) -> tuple[Any, Any]:
    """Return the document *path* and its first title."""
    if path.suffix == ".pptx":
        presentation = import_module("pptx").Presentation(str(path))
        return presentation, presentation.slides[0].shapes[0].text_frame
    document = import_module("docx").Document(str(path))
    return document, document.paragraphs[0].runs[0]


def _raised(figure: dict[str, object]) -> None:
    """Change the values and the title of a figure."""
    rows = figure["rows"]
    for row in rows if isinstance(rows, list) else ():
        if row.get("value") == 45:
            row |= {"value": 46, "printed": "46人"}


def document(*words: str) -> Callable[..., Counts]:
    """Return the kills of a command that writes a document over an older one."""

    def kills(folder: Path, count: int, *, full: bool) -> Counts:
        written(folder)
        act = called(*words, "--project", folder)
        old: Contents = dict.fromkeys(results(folder, act, {}), b"old")
        for path in old:
            path.write_bytes(b"old")
        new = results(folder, act, old)
        old |= dict.fromkeys(path for path in new if path not in old)
        yield from repeated(folder, act, old, new, count=count, full=full)

    return kills


def describe(folder: Path, count: int, *, full: bool) -> Counts:
    """Kill `describe`, which replaces an older descriptor."""
    shutil.copytree(ROOT / "data", folder / "data")
    path = folder / "data" / "datapackage.json"
    act, old = called("describe", "--project", folder), path.read_bytes().replace(b'"MIT"', b'"X"')
    new = results(folder, act, {path: old})
    new.setdefault(path, path.read_bytes())
    yield from repeated(folder, act, {path: old}, new, count=count, full=full)


def accept(folder: Path, count: int, *, full: bool) -> Counts:
    """Kill `accept` of a report, every second time while it replaces tables."""
    root = qingshan.tables(folder)
    blank = review.workbook(compilation.compiled(qingshan.TEXT, root, region="qingshan"))
    act = called("accept", qingshan.decided(blank, folder / "r.xlsx"), "--project", folder)
    before = {root / name: data for name, data in qingshan.content(root).items()}
    began = time.monotonic()
    if forked(act):
        raise SystemExit("the command fails without any kill")
    longest = min(LONGEST, time.monotonic() - began)
    new = {root / name: data for name, data in qingshan.content(root).items()}
    edited, (word, hand) = root / "reports.csv", ("网页发布时间".encode(), EDITED.encode())
    for number in range(count):
        for path in new:
            path.unlink(missing_ok=True) if path not in before else path.write_bytes(before[path])
        if full:
            fill(folder, CHOICE.randint(0, 2_000_000))
        late = number % 2 == 1
        seconds = CHOICE.uniform(0.001, 0.1 if late else longest)
        forked(act, seconds, after=root / storage.STAGE if late else None)
        clear(folder)
        torn = sum(_data(path) not in {before.get(path), data} for path, data in new.items())
        edited.write_bytes(edited.read_bytes().replace(word, hand))
        status = forked(act)
        due = new | {edited: new[edited].replace(word, hand)}
        rest = [
            path for path in new if path.name != "datapackage.json" and _data(path) != due[path]
        ]
        rubbish = [*root.rglob("*.tmp"), *root.glob(storage.STAGE)]
        yield Counter(
            kills=1, torn=torn, rubbish=len(rubbish), lost=len(rest), unrecovered=int(status != 0)
        )


def tables(folder: Path, count: int, *, full: bool) -> Counts:
    """Kill the replacement of twelve tables, edit one, and recover."""
    root = folder / "data"
    (root / "mentions").mkdir(parents=True)
    paths = [root / "mentions" / f"t{number}.csv" for number in range(12)]
    for number in range(count):
        old, new = (f"{sign}\n".encode() * 20_000 for sign in ("ab", "ba")[number % 2])
        for path in paths:
            path.write_bytes(old)
        if full:
            fill(folder, CHOICE.randint(0, 3 * 12 * len(new)))
        forked(lambda data=new: _replaced(root, paths, data), CHOICE.uniform(0.005, 0.15))
        clear(folder)
        torn = sum(path.read_bytes() not in {old, new} for path in paths)
        edited = CHOICE.choice(paths)
        with edited.open("ab") as file:
            file.write(b"EDIT\n")
        with storage.alone(root):
            pass
        yield Counter(
            kills=1,
            torn=torn,
            rubbish=int((root / storage.STAGE).exists()) + len([*root.rglob("*.tmp")]),
            lost=int(not edited.read_bytes().endswith(b"EDIT\n")),
            unrecovered=int(len({path.read_bytes() for path in paths if path != edited}) != 1),
        )


def _replaced(root: Path, paths: list[Path], data: bytes) -> None:
    with storage.alone(root):
        storage.replace_all(root, {f"mentions/{path.name}": data for path in paths})


def runs(folder: Path, count: int, *, full: bool) -> Counts:
    """Kill `run` and start it again."""
    project = Project(folder / "project")
    project.notebook("draw", START, "time.sleep(0.2)", SKETCH, RECORD)
    project.run()
    good, longest = project.drawn(), 3.0
    for _ in range(count):
        if full:
            fill(folder, CHOICE.randint(0, 400_000))
        began = time.monotonic()
        process = project.start("run", "--force", "-j", "2")
        time.sleep(CHOICE.uniform(0.05, longest))
        process.kill()
        process.communicate()
        torn = sum(project.drawn().get(name) not in {None, mark} for name, mark in good.items())
        clear(folder)
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


# The commands, and how many kills each gets: on any disk, and on the small one.
KINDS: dict[str, tuple[str, Callable[..., Counts], int, int]] = {
    "run": ("`run`", runs, 40, 12),
    "tables": ("replacing twelve tables, as `accept` does", tables, 60, 20),
    "accept": ("`accept` of a report", accept, 16, 6),
    "deck": ("`deck --update`", updated("deck.pptx", "deck", "trend-*"), 25, 10),
    "report": ("`report`", document("report"), 15, 5),
    "revision": ("`report --update`", updated("report.docx", "report"), 15, 5),
    "describe": ("`describe`", describe, 10, 4),
    "workbook": ("`workbook`", document("workbook"), 15, 5),
    "site": ("`site`", document("site"), 15, 5),
}


def measured(kind: str, folder: Path, count: int, *, full: bool) -> str:
    """Return one line of the table."""
    name, kills, *_ = KINDS[kind]
    total: Counter[str] = Counter()
    for one in kills(folder, count, full=full):
        total += one
    shown = f"{name}, nearly full disk" if full else name
    return "| " + " | ".join([shown, *(str(total[column]) for column in COLUMNS)]) + " |"


def on_small_disk(kind: str, count: int, seed: int) -> str:
    """Return the line of this script for one kind on a small disk."""
    with tempfile.TemporaryDirectory() as folder:
        inner = [sys.executable, "-m", "benchmarks.kills", kind, "-n", str(count)]
        inner += ["--seed", str(seed), "--folder", folder]
        line = f'mount -t tmpfs -o size={DISK} none "$0" && exec "$@"'
        command = ["unshare", "-m", "sh", "-c", line, folder, *inner]
        done = subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    return done.stdout.strip()


def table(kinds: list[str], count: int | None, seed: int) -> Iterator[str]:
    """Yield the lines of the table."""
    for kind in kinds:
        for full, usual in zip((False, True), KINDS[kind][2:], strict=True):
            if full:
                yield on_small_disk(kind, count or usual, seed)
                continue
            with tempfile.TemporaryDirectory() as folder:
                yield measured(kind, Path(folder), count or usual, full=False)


def write(lines: list[str], seed: int) -> None:
    """Put the table into the page of promises."""
    day = datetime.now(UTC).date().isoformat()
    kills = sum(int(line.split("|")[2]) for line in lines)
    load = os.getloadavg()[0] / (os.cpu_count() or 1)
    about = f"{kills} kills on {day}, seed {seed}, at a load of {load:.0f} a processor:"
    head = ["| command | " + " | ".join(COLUMNS) + " |", "| --- |" + " --- |" * len(COLUMNS)]
    text = "\n".join([about, "", *head, *lines])
    page = PAGE.read_text("utf-8")
    between = re.compile("(?<=<!-- kills -->\n).*(?=\n<!-- end -->)", re.DOTALL)
    PAGE.write_text(between.sub(lambda _: text, page), "utf-8")


def main() -> None:
    """Print the table: what is left of each kind of kill."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("kinds", nargs="*", choices=[[], *KINDS], metavar="command")
    parser.add_argument("-n", type=int, help="kills of each command")
    parser.add_argument("--seed", type=int, default=18)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    CHOICE.seed(given.seed)
    if given.folder is not None:
        print(measured(given.kinds[0], given.folder, given.n, full=True), flush=True)
        return
    lines = []
    for line in table(given.kinds or [*KINDS], given.n, given.seed):
        print(line, flush=True)
        lines.append(line)
    if not given.kinds:
        write(lines, given.seed)


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        main()
