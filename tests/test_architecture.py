"""The floor plan is kept by a machine, and the machine notices what it should."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULES = sorted((ROOT / "analysis").rglob("*.py"))
CHECKED = [
    *MODULES,
    *(ROOT / "tests").rglob("*.py"),
    *(ROOT / "benchmarks").rglob("*.py"),
    *(ROOT / "notebooks").glob("*.ipynb"),
]
LONGEST = 600  # lines of a module
LATER = re.compile("TO" + "DO|FIX" + "ME|XX" + "X|HA" + "CK")


def linted(folder):
    """What import-linter says of the package in *folder*."""
    command = [
        sys.executable,
        "-c",
        "from importlinter.cli import lint_imports_command as run; run()",
    ]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def copy(tmp_path):
    """The package and its contracts, to be broken."""
    shutil.copytree(
        ROOT / "analysis", tmp_path / "analysis", ignore=shutil.ignore_patterns("__pycache__")
    )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_imports_go_down(copy):
    """All contracts hold on the package as it stands."""
    found = linted(copy)

    assert found.returncode == 0, found.stdout[-3000:] + found.stderr
    assert re.search(r"Contracts: \d+ kept, 0 broken", found.stdout)


def test_a_stray_module_fails(copy):
    """A utils.py that nobody placed on a floor."""
    (copy / "analysis" / "utils.py").write_text('"""Odds and ends."""\n', encoding="utf-8")

    found = linted(copy)

    assert found.returncode == 1
    assert "analysis.utils" in found.stdout


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("statistics/rates.py", "from analysis import charts", "Imports go down"),
        ("statistics/years.py", "from analysis.comparability import rules", "Imports go down"),
        ("charts/trend.py", "from analysis.statistics import rates", "A chart takes a frame"),
        ("comparability/rules.py", "import matplotlib", "What computes knows no drawing"),
    ],
)
def test_an_import_that_goes_up_or_sideways_fails(copy, module, line, contract):
    """With the contract it breaks, and the line."""
    path = copy / "analysis" / module
    path.write_text(path.read_text("utf-8") + f"\n{line}  # noqa\n", encoding="utf-8")

    found = linted(copy)

    assert found.returncode == 1
    assert re.search(rf"{contract}.* BROKEN", found.stdout), found.stdout


def test_a_name_of_a_module_has_one_meaning():
    """A second constant of the same name would silently take the place of the first."""
    twice = {}
    for path in MODULES:
        names = re.findall(
            r"^([A-Z_][A-Z0-9_]*)(?::[^=\n]+)? = ", path.read_text("utf-8"), re.MULTILINE
        )
        again = {name for name in names if names.count(name) > 1}
        if again:
            twice[path.name] = again

    assert twice == {}


def test_no_two_modules_have_the_same_name():
    """A name leads to one file."""
    names = [path.stem for path in MODULES if not path.stem.startswith("__")]

    assert {name for name in names if names.count(name) > 1} == set()


def test_a_module_is_short_enough_to_read():
    """At most 600 lines."""
    lines = {str(p.relative_to(ROOT)): len(p.read_text("utf-8").splitlines()) for p in MODULES}

    assert {name: count for name, count in lines.items() if count > LONGEST} == {}


def test_a_module_opens_by_saying_what_it_is():
    """A docstring before anything else."""
    silent = [str(p) for p in MODULES if not p.read_text("utf-8").startswith(('"""', "#!"))]

    assert [path for path in silent if Path(path).stat().st_size] == []


def test_nothing_is_put_off():
    """What is for later is an issue, not a comment."""
    late = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in CHECKED
        for line in path.read_text("utf-8").splitlines()
        if LATER.search(line)
    ]

    assert late == []


def test_no_module_is_a_drawer_for_everything():
    """No utils, helpers, config or models."""
    drawers = {"utils", "util", "helpers", "helper", "common", "misc", "config", "models"}

    assert not drawers & {path.stem for path in MODULES}
