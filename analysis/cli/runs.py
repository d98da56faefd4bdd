"""The commands of runs: ``new``, ``run``, ``job``, ``plan`` and ``status``."""

import json
import re
import sys
from pathlib import Path
from typing import Any

import click

from .options import JSON, LANGUAGE, PROJECT, SECONDS, WORDS, doubts

_SHARED = (
    PROJECT,
    LANGUAGE,
    JSON,
    click.option("--force", is_flag=True, help="Rebuild figures that are up to date, too."),
    click.option(
        "--executor",
        type=click.Choice(["local", "kernel", "dask"]),
        default="local",
        show_default=True,
        help="Forked processes, one Jupyter kernel per job, or a Dask cluster.",
    ),
    click.option("--scheduler", default="", help="Address of the Dask scheduler: tcp://host:8786."),
    click.option(
        "--deadline", type=SECONDS, default=0.0, help="Stop the run after this many seconds."
    ),
    click.option(
        "--memory",
        type=click.IntRange(0, 1 << 20),
        default=0,
        help="Limit the memory of a job (megabytes).",
    ),
    click.option(
        "--wait", type=SECONDS, default=0.0, help="Seconds to wait for another run to end."
    ),
    click.option("--quiet", is_flag=True, help="Print failures only."),
)


_TEMPLATE = "templates/new_question.ipynb"  # in the folder of the notebooks
_LONGEST = 40  # characters of a question in the name of its notebook


def _project(project: Path | None) -> Any:
    from analysis.runs import plan

    return plan.Project(project.resolve()) if project else plan.home()


def _plan(project: Path | None) -> Any:
    from analysis.runs import plan

    return plan.load(_project(project))


@click.command(epilog="\b\nExample:\n  regional-safety new 'Do inspections find fewer hazards?'")
@click.argument("question")
@PROJECT
def new(question: str, project: Path | None) -> None:
    """
    Begin a notebook about a question.

    It is a copy of notebooks/templates/new_question.ipynb with QUESTION as its title; `run` runs
    it with the others.
    """
    from analysis import files
    from analysis.errors import UsageError
    from analysis.language.messages import say

    folder = _project(project).notebooks
    name = re.sub(r"\W+", "_", question.lower())[:_LONGEST].strip("_")
    if not name:
        raise UsageError(say("new.no_question", question=question))
    notebook = json.loads(files.text(folder / _TEMPLATE))
    notebook["cells"][0]["source"] = [f"# {' '.join(question.split())}"]
    numbers = [int(path.stem.partition("_")[0]) for path in folder.glob("[0-9]*_*.ipynb")]
    path = folder / f"{max(numbers, default=0) + 1}_{name}.ipynb"
    files.write(path, json.dumps(notebook, ensure_ascii=False, indent=1).encode() + b"\n")
    click.echo(path)


def _shared_options(command: Any) -> Any:
    for option in reversed(_SHARED):
        command = option(command)
    return command


@click.command(
    epilog="\b\nExample:\n"
    "  regional-safety run                     the stale jobs, one per processor\n"
    "  regional-safety run 2_trend --force     every job of one notebook\n"
    "  regional-safety run '*-zh-*' --dry-run  what would run, and why",
)
@click.argument("jobs", nargs=-1)
@click.option("--dry-run", is_flag=True, help="Print what would run and why; change nothing.")
@click.option(
    "--jobs", "-j", "workers", type=click.IntRange(0, 512), default=0, help="Jobs at a time."
)
@click.option("--fail-fast", is_flag=True, help="Start no more jobs after a failure.")
@click.option(
    "--notify",
    type=WORDS,
    metavar="COMMAND",
    help="Command to call if a value changed or a job failed; it reads a summary as JSON.",
)
@_shared_options
def run(
    jobs: tuple[str, ...],
    project: Path | None,
    *,
    language: str,
    dry_run: bool,
    as_json: bool,
    quiet: bool,
    memory: int,
    **options: Any,
) -> None:
    """
    Rebuild stale figures.

    JOBS are names of jobs or notebooks, or patterns; by default all jobs of the plan.
    """
    from analysis.runs.outcome import Options

    plan = _plan(project)
    chosen = plan.select(jobs)
    if dry_run:
        _print_jobs(plan, chosen, language, as_json=as_json)
        return
    from analysis.runs.progress import Progress
    from analysis.runs.runner import run as run_jobs

    options["notify"] = options["notify"] or plan.notify
    given = Options(memory=memory << 20, **options)
    progress = Progress(language, as_json=as_json, quiet=quiet)
    sys.exit(run_jobs(plan, chosen, given, progress).code)


@click.command(
    epilog="\b\nExample:\n  regional-safety job 2_trend-zh-deaths\n"
    "  regional-safety job 2_trend -p indicator=larger_accidents",
)
@click.argument("name")
@click.option(
    "--parameter",
    "-p",
    "words",
    multiple=True,
    metavar="NAME=VALUE",
    help="Run the notebook NAME with this parameter, the others as first in the plan, the language "
    "as the output; print the paths of the figures.",
)
@_shared_options
def job(
    name: str,
    project: Path | None,
    *,
    language: str,
    as_json: bool,
    quiet: bool,
    memory: int,
    words: tuple[str, ...],
    **options: Any,
) -> None:
    """
    Rebuild the figures of one job, for another scheduler.

    NAME is a job of the plan, or with --parameter a notebook, which needs no job in the plan.
    """
    from analysis.errors import UsageError
    from analysis.language.messages import say
    from analysis.runs.outcome import Options
    from analysis.runs.plan import ad_hoc
    from analysis.runs.progress import Progress
    from analysis.runs.runner import job as run_job

    plan = _plan(project)
    chosen = [ad_hoc(plan.project, name, words, language)] if words else plan.select([name])
    if not words and [one.name for one in chosen] != [name]:
        raise UsageError(say("run.several", name=name, count=len(chosen)))
    progress = Progress(language, as_json=as_json, quiet=quiet)
    code = run_job(plan, chosen[0], Options(memory=memory << 20, **options), progress).code
    if words and not (code or quiet or as_json):
        _print_figures(plan.project, chosen[0].name)
    sys.exit(code)


def _print_figures(project: Any, job: str) -> None:
    """Print the path of each file of the figures of *job*, from the folder of the project."""
    from analysis.figures import manifest

    record = manifest.record(project.figures / job) or {"figures": []}
    folder = (project.figures / job).relative_to(project.root)
    for name in [name for figure in record["figures"] for name in figure["files"]]:
        click.echo((folder / name).as_posix())


@click.command(
    epilog="\b\nExample:\n  regional-safety plan --json",
)
@click.argument("jobs", nargs=-1)
@PROJECT
@LANGUAGE
@JSON
def plan(jobs: tuple[str, ...], project: Path | None, *, language: str, as_json: bool) -> None:
    """
    List the jobs, what each reads and writes, and why it is stale.

    JOBS are names of jobs or notebooks, or patterns; by default all jobs of the plan.
    """
    whole = _plan(project)
    _print_jobs(whole, whole.select(jobs), language, as_json=as_json, every=True)


def _print_jobs(
    whole: Any, jobs: Any, language: str, *, as_json: bool, every: bool = False
) -> None:
    from analysis.language.messages import say
    from analysis.runs.stale import overview

    if as_json:
        click.echo(json.dumps(overview(whole, jobs), ensure_ascii=False, indent=1))
        return
    for doubt in doubts(whole.project.data):
        click.echo(doubt[language], err=True)
    fresh = say("plan.up_to_date")[language]
    for entry in overview(whole, jobs, language):
        if entry["stale"] or every:
            click.echo(f"{entry['name']}: {entry['reason'] or fresh}")


@click.command(
    epilog="\b\nExample:\n  regional-safety status",
)
@PROJECT
@LANGUAGE
@JSON
def status(project: Path | None, *, language: str, as_json: bool) -> None:
    """Show the last run, changed values, stale jobs and failures."""
    from analysis.runs import history

    whole = _plan(project)
    if as_json:
        click.echo(json.dumps(history.report(whole), ensure_ascii=False, indent=1))
        return
    first = [line[language] for line in doubts(whole.project.data)]
    click.echo("\n".join(first + history.printed(history.report(whole, language), language)))


COMMANDS = (new, run, job, plan, status)
