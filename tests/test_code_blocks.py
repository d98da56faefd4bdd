"""Every command line and code block of README and docs runs, or is marked as output."""

import importlib
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import click
import docx
import pytest
import yaml
from click.testing import CliRunner
from copies import copied
from qingshan import TEXT, decided

from analysis.cli import main
from analysis.runs import plan

ROOT = Path(__file__).parents[1]
PAGES = [
    *sorted(ROOT.glob("*.md")),
    *sorted(path for path in (ROOT / "docs").glob("*.md") if not path.name.startswith("method.")),
]  # each example of the method pages is a doctest (test_methods.py)
OURS = re.compile(r"(?:\.venv/bin/|uv run --no-sync )?(?:regional-safety|python -m analysis) ")
INSTALL = (
    r"python3? -m venv|[.\w/]*python -m pip|uv (venv|pip)|conda|\. \.venv|export|cd|for|done|pip"
)
ELSEWHERE = {  # the start of a block or line, and the test that runs it
    "15 6 * * 1-5": "test_schedulers.test_the_cron_line_takes_busy_for_success",
    "[Unit]": "test_schedulers.test_systemd_accepts_the_units",
    "import json, subprocess": "test_schedulers.test_snakemake_makes_every_figure",
    "import json\nimport smtplib": "test_schedulers.test_the_mail_has_a_line_for_each_change",
    "snakemake": "test_schedulers.test_snakemake_makes_every_figure",
    "import json\nimport subprocess\nfrom datetime": (
        "test_schedulers.test_the_airflow_dag_and_the_snakefile_are_short"
    ),
    "dask": "test_schedulers.test_dask_draws_the_same_and_survives_the_loss_of_a_worker",
    ".venv/bin/python -m jupyterlab --BaseScheduler": (
        "test_jupyter_scheduler.test_a_notebook_runs_under_the_scheduler_unchanged"
    ),
    "cd notebooks && JUPYTER_PATH": "test_lab_browser.test_the_same_notebook_under_voila",
    'import analysis as rs\n\ndata = rs.load("simulated")': "tables.test_panel",
    'import analysis as rs\n\nrows = rs.load("simulated")': "figures.test_crowds",
}


def blocks(page):
    """Return the language and the text of each fenced block of *page*."""
    return re.findall(
        r"^```([^\n]*)\n(.*?)^```$", page.read_text("utf-8"), re.DOTALL | re.MULTILINE
    )


def lines(text):
    """Return the commands of a shell block, continued lines joined, comments left out."""
    joined = text.replace("\\\n", " ")
    return [
        line for line in (one.strip() for one in joined.splitlines()) if line[:1] not in ("", "#")
    ]


def elsewhere(text):
    """Return the test that runs *text*, or nothing."""
    return next((test for start, test in ELSEWHERE.items() if text.startswith(start)), "")


def shell():
    """Return every line of every shell block, with its page."""
    found = [(page.name, line) for page in PAGES for kind, text in blocks(page) if kind == "sh"
             for line in lines(text)]  # fmt: skip
    return list(dict.fromkeys(found))


def prose(page):
    """Return the text of *page* without its fenced blocks."""
    return re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)


def inline():
    """Return the complete command lines in the running text and tables of the pages."""
    command = r"`((?:regional-safety|python -m analysis) [^`\[…]+)`"
    found = [(page.name, line) for page in PAGES for line in re.findall(command, prose(page))]
    return list(dict.fromkeys(found))


def words(line):
    """Return the words of a command of this package, up to a pipe or a comment."""
    return shlex.split(re.sub(OURS, "", line, count=1).split(" | ")[0], comments=True)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_each_block_has_a_language_that_says_how_it_is_tested(page):
    """A block without one, or set off by blanks only, would be tested by nothing."""
    known = {"sh", "python", "toml", "yaml", "ini", "powershell", "text"}
    assert {kind for kind, _ in blocks(page)} <= known
    assert re.findall(r"(?<=\n\n) {4}\S.*", prose(page)) == []


@pytest.mark.parametrize("test", sorted(set(ELSEWHERE.values())))
def test_each_test_that_runs_a_block_exists(test):
    """A renamed test would leave its block without one."""
    module, _, name = test.partition(".")
    if module in {"tables", "figures"}:
        assert (ROOT / "tests" / module / f"{name}.py").exists()
        return
    assert callable(getattr(importlib.import_module(module), name))


@pytest.mark.parametrize(("page", "line"), [*shell(), *inline()])
def test_each_command_line_is_one_that_the_command_takes(page, line):
    """Commands, options, choices and numbers of arguments; targets of make; installation."""
    if OURS.match(line):
        name, *rest = words(line)
        command = main.main.commands[name]
        given, positional, _ = command.make_parser(click.Context(command)).parse_args(rest)
        for parameter in command.params:
            value = given.get(parameter.name)
            if isinstance(parameter.type, click.Choice) and isinstance(value, str):
                parameter.type.convert(value, parameter, None)
        assert positional == [], page
    elif line.startswith("make "):
        target = line.split()[1]
        assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    else:
        assert elsewhere(line) or re.match(INSTALL, line), (page, line)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_each_python_block_runs(page, monkeypatch, tmp_path):
    """In the folder of the project, as a reader would paste it."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("REGIONAL_SAFETY_OUTPUT", str(tmp_path))
    for kind, text in blocks(page):
        if kind == "python" and not elsewhere(text):
            exec(text, {})  # noqa: S102


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_each_block_of_settings_is_read(page, tmp_path):
    """TOML as a plan of this project; YAML with commands that exist; the rest elsewhere."""
    for kind, text in blocks(page):
        if kind == "toml":
            (tmp_path / plan.PLAN).write_text(text, "utf-8")
            for folder in ("data", "notebooks"):
                if not (tmp_path / folder).exists():
                    (tmp_path / folder).symlink_to(ROOT / folder)
            assert list(plan.load(plan.Project(tmp_path)).jobs)
        elif kind == "yaml":
            steps = [
                step["run"] for step in yaml.safe_load(text)["figures"]["steps"] if "run" in step
            ]
            assert all(words(step)[0] in main.main.commands for step in steps if OURS.match(step))
        elif kind == "ini":
            assert elsewhere(text) or text.startswith("[Unit]")


def test_windows_installs_as_the_others_do():
    """The lines for PowerShell are those for pip with other paths."""
    texts = blocks(ROOT / "README.md")
    (windows,) = [text for kind, text in texts if kind == "powershell"]
    same = windows.replace("py -3.11", "python3").replace("\\Scripts\\", "/bin/")
    assert same in [text for kind, text in texts if kind == "sh"]


@pytest.mark.parametrize("page", sorted(path for path in PAGES if path.stem.endswith(".zh")),
                         ids=lambda page: page.name)  # fmt: skip
def test_a_chinese_page_offers_no_command_that_the_english_one_lacks(page):
    """The same commands in both languages, some with Chinese names; a link to the other page."""
    english = page.with_name(page.name.replace(".zh.md", ".md"))
    if not english.exists():
        english = page.with_name(page.name.replace(".zh.md", ".en.md"))
        assert english.exists()
        return
    assert f"]({english.name})" in page.read_text("utf-8")
    assert f"]({page.name})" in english.read_text("utf-8")
    assert commands(page) <= commands(english)


def commands(page):
    """Return the commands of this package that *page* has, without their arguments."""
    named = re.findall(rf"{OURS.pattern}(?:run --no-sync )?([a-z]+)", page.read_text("utf-8"))
    return {name for name in named if name in main.main.commands}


def answered():
    """Return each command of a page that is followed by its output, and the output."""
    pattern = re.compile(r"```sh\n(regional-safety [^\n]+)\n```\n\n```text\n(.*?)```", re.DOTALL)
    return [pair for page in PAGES for pair in pattern.findall(page.read_text("utf-8"))]


@pytest.mark.parametrize(("line", "shown"), answered())
def test_each_output_is_what_the_command_prints(line, shown, monkeypatch):
    """The lines of the page begin the lines of the output."""
    monkeypatch.chdir(ROOT)
    output = CliRunner().invoke(main.main, words(line)).output
    assert [part for part in shown.splitlines() if part not in output.splitlines()] == []


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A copy of the project with its figures, a report to read and a template."""
    root = copied(tmp_path_factory.mktemp("docs") / "project")
    report = docx.Document()
    for line in TEXT.read_text("utf-8").splitlines():
        report.add_paragraph(line)
    report.save(root / "report.docx")
    shutil.copy(TEXT, root / "report.txt")
    shutil.copy(ROOT / "analysis" / "publish" / "deck" / "template.pptx", root / "ours.pptx")
    assert call(root, "regional-safety run --quiet").returncode == 0
    assert call(root, "regional-safety deck --select trend-deaths --output b.pptx").returncode == 0
    return root


def call(root, line):
    """Run one command of this package in *root*."""
    command = [sys.executable, "-m", "analysis", *words(line)]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)


PLACEHOLDERS = re.compile(
    r"\b(FILE|MARK|REGION|INDICATOR|NAME|DIR|TEXT|地区|FIGURE|SECONDS|QUESTION)\b"
)


def runnable():
    """Return every command line of this package without placeholders, each once."""
    every = [line for _, line in [*shell(), *inline()] if OURS.match(line)]
    skip = ("--executor dask", "<", "verify", "simulate")
    return [
        line
        for line in dict.fromkeys(every)
        if not PLACEHOLDERS.search(line) and not any(word in line for word in skip)
    ]


@pytest.mark.slow
@pytest.mark.parametrize("line", runnable())
def test_each_command_line_succeeds_in_a_project(project, line):
    """As the pages have it, one after the other."""
    if words(line)[0] == "accept" and "--undo" not in line:
        decided((project / "review.xlsx").read_bytes(), project / "review.xlsx")
    done = call(project, line)
    assert done.returncode == 0, done.stderr
