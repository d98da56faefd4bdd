"""The wheel alone: installed outside the checkout, with the core dependencies only."""

import subprocess
import sys
import tomllib
import venv
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
MIB = 2**20

pytestmark = pytest.mark.slow


def closure(requirements):
    """The installed distributions that *requirements* need, directly or not."""
    needed, todo = {}, [(text, "") for text in requirements]
    while todo:
        text, extra = todo.pop()
        requirement = Requirement(text)
        if requirement.marker and not requirement.marker.evaluate({"extra": extra}):
            continue
        name = canonicalize_name(requirement.name)
        distribution = metadata.distribution(name)
        if name not in needed:
            todo += [(text, "") for text in distribution.requires or []]
        todo += [(text, own) for own in requirement.extras for text in distribution.requires or []]
        needed[name] = distribution
    return list(needed.values())


def core():
    """The distributions of the core: the wheel without an extra."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return closure(project["dependencies"])


@pytest.fixture(scope="module")
def bare(tmp_path_factory):
    """A Python that has the wheel and the core dependencies, and nothing else."""
    home = tmp_path_factory.mktemp("bare")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    build = [*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", str(home), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    venv.create(home / "env", with_pip=False)
    python = home / "env" / "bin" / "python"
    where = "import sysconfig; print(sysconfig.get_path('purelib'))"
    packages = Path(subprocess.check_output([python, "-c", where], text=True).strip())
    install = [*pip, "install", "--no-deps", "--target", str(packages)]
    subprocess.run([*install, *home.glob("*.whl")], check=True, capture_output=True)
    for distribution in core():
        for part in {file.parts[0] for file in distribution.files or [] if file.parts[0] != ".."}:
            source = Path(str(distribution.locate_file(part)))
            if source.exists() and not (packages / part).exists():
                (packages / part).symlink_to(source)
    return python


def run(python, folder, *arguments):
    """Run a command with the bare Python in *folder*."""
    command = [str(python), "-m", "analysis", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def folder(tmp_path):
    """A folder that has only tables."""
    (tmp_path / "data").symlink_to(ROOT / "data")
    return tmp_path


def test_the_wheel_answers_from_a_folder_of_tables(bare, folder):
    """No checkout, notebooks or plan are needed to check and to explain."""
    checked = run(bare, folder, "check")
    explained = run(bare, folder, "explain", "chuxiong", "deaths", "--language", "en")

    assert checked.returncode == 0, checked.stderr
    assert explained.returncode == 0, explained.stderr
    assert "45" in explained.stdout


def test_the_wheel_draws_a_figure_from_a_folder_of_tables(bare, folder):
    """Figures need no notebook software; their font comes with the package."""
    code = "import analysis as rs; print(len(rs.trend('deaths')[0].drawn('png')) > 20_000)"
    drawn = subprocess.run(
        [bare, "-c", code], cwd=folder, capture_output=True, text=True, check=False
    )

    assert drawn.stdout.strip() == "True", drawn.stderr


def test_a_missing_extra_is_named_with_the_command_that_installs_it(bare, folder):
    """A message and a status, no traceback."""
    refused = run(bare, folder, "simulate", "--regions", "10", "--output", "panel")

    assert refused.returncode == 1
    assert "pip install 'regional-safety[panel]'" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_the_core_takes_at_most_480_mib():
    """Half of what the whole takes; the largest are scipy, pandas and numpy."""
    sizes = {
        distribution.name: sum(
            Path(str(file.locate())).stat().st_size
            for file in distribution.files or []
            if Path(str(file.locate())).exists()
        )
        for distribution in core()
    }

    assert sum(sizes.values()) < 480 * MIB, sorted(sizes.items(), key=lambda one: -one[1])[:10]
