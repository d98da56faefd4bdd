"""
The command line: words to calls, errors to exit codes.

It holds no logic, and each command imports what it needs when it is called, so that a run with
nothing to do answers at once.
"""

import json
import sys
from pathlib import Path
from typing import Any

import click

from analysis.errors import AnalysisError, BusyError, UsageError

from . import publish as publish_commands
from . import reports as ingest_commands
from . import simulate, tables

_PROJECT = click.option(
    "--project",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="The project's folder; the one around the working folder if not given.",
)
_JSON = click.option("--json", "as_json", is_flag=True, help="Write JSON, and nothing else.")


class _Group(click.Group):
    """A group whose commands end with the exit codes of the design."""

    def invoke(self, ctx: click.Context) -> Any:
        """Turn an error raised on purpose into one message and its exit code."""
        try:
            return super().invoke(ctx)
        except AnalysisError as error:
            click.echo(f"Error: {error}", err=True)
            ctx.exit(_code(error))
        except KeyboardInterrupt:
            ctx.exit(130)
        except BrokenPipeError:  # whoever read has seen enough; click ends quietly
            raise
        except OSError as error:
            where = f": {error.filename}" if error.filename else ""
            click.echo(f"Error: {error.strerror or error}{where}", err=True)
            ctx.exit(1)


def _code(error: AnalysisError) -> int:
    if isinstance(error, UsageError):
        return 2
    return 75 if isinstance(error, BusyError) else 1


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="regional-safety")
def main() -> None:
    """Compare the safety performance of regions, from sentence to slide and back."""


def _plan(project: Path | None) -> Any:
    from analysis.runs import plan

    return plan.load(plan.Project(project.resolve()) if project else plan.home())


_RUNNING = (
    _PROJECT,
    _JSON,
    click.option("--force", is_flag=True, help="Make the figures even if nothing changed."),
    click.option(
        "--executor",
        type=click.Choice(["local", "kernel", "dask"]),
        default="local",
        show_default=True,
        help="Fork from a warm process, start a stock kernel a job, or send to a Dask cluster.",
    ),
    click.option("--scheduler", default="", help="Where the Dask scheduler is: tcp://host:8786."),
    click.option("--deadline", type=float, default=0.0, help="Seconds after which to stop."),
    click.option("--memory", type=int, default=0, help="Megabytes that a job may take; no limit."),
    click.option("--wait", type=float, default=0.0, help="Seconds to wait for another run."),
    click.option("--quiet", is_flag=True, help="Say only what failed."),
)


def _running(command: Any) -> Any:
    for option in reversed(_RUNNING):
        command = option(command)
    return command


def _finish(outcome: Any) -> None:
    sys.exit(outcome.code)


@main.command(
    epilog="\b\nExample:\n"
    "  regional-safety run                     the stale jobs, one a processor\n"
    "  regional-safety run 2_trend --force     every job of one notebook\n"
    "  regional-safety run '*-zh-*' --dry-run  what would run, and why",
)
@click.argument("jobs", nargs=-1)
@click.option("--dry-run", is_flag=True, help="Say what would run and why; change nothing.")
@click.option("--jobs", "-j", "workers", type=click.IntRange(0), default=0, help="At a time.")
@click.option("--fail-fast", is_flag=True, help="Start no more jobs once one has failed.")
@_running
def run(
    jobs: tuple[str, ...],
    project: Path | None,
    *,
    dry_run: bool,
    workers: int,
    fail_fast: bool,
    as_json: bool,
    quiet: bool,
    memory: int,
    **options: Any,
) -> None:
    """
    Make the figures that are not what they would be again.

    JOBS are names of the plan, of a notebook (all its jobs), or patterns; all if none is given.
    """
    from analysis.runs.outcome import Options

    plan = _plan(project)
    chosen = plan.select(jobs)
    if dry_run:
        _show(plan, chosen, as_json=as_json)
        return
    from analysis.runs.runner import run as run_jobs
    from analysis.runs.talk import Talk

    wanted = Options(workers=workers, fail_fast=fail_fast, memory=memory << 20, **options)
    _finish(run_jobs(plan, chosen, wanted, Talk(as_json=as_json, quiet=quiet)))


@main.command(
    epilog="\b\nExample:\n  regional-safety job 2_trend-zh-deaths",
)
@click.argument("name")
@_running
def job(
    name: str, project: Path | None, *, as_json: bool, quiet: bool, memory: int, **options: Any
) -> None:
    """Make the figures of exactly one job: what another scheduler calls."""
    from analysis.errors import UsageError
    from analysis.runs.outcome import Options
    from analysis.runs.runner import job as run_job
    from analysis.runs.talk import Talk

    plan = _plan(project)
    chosen = plan.select([name])
    if [one.name for one in chosen] != [name]:
        raise UsageError(f"{name} means {len(chosen)} jobs: give the name of one, see `plan`")
    wanted = Options(memory=memory << 20, **options)
    _finish(run_job(plan, chosen[0], wanted, Talk(as_json=as_json, quiet=quiet)))


@main.command(
    epilog="\b\nExample:\n  regional-safety plan --json",
)
@click.argument("jobs", nargs=-1)
@_PROJECT
@_JSON
def plan(jobs: tuple[str, ...], project: Path | None, *, as_json: bool) -> None:
    """Show every job, what it reads and writes, and why it is stale."""
    whole = _plan(project)
    _show(whole, whole.select(jobs), as_json=as_json, every=True)


def _show(whole: Any, jobs: Any, *, as_json: bool, every: bool = False) -> None:
    from analysis.runs.plan import overview

    entries = overview(whole, jobs)
    if as_json:
        click.echo(json.dumps(entries, ensure_ascii=False, indent=1))
        return
    for entry in entries:
        if entry["stale"] or every:
            click.echo(f"{entry['name']}: {entry['reason'] or 'up to date'}")


for _command in (
    tables.check,
    tables.describe,
    tables.verify,
    tables.explain,
    ingest_commands.compile_,
    ingest_commands.accept,
    publish_commands.deck,
    publish_commands.workbook,
    publish_commands.site,
    publish_commands.trace,
    simulate.simulate,
):
    main.add_command(_command)


@main.command(
    epilog="\b\nExample:\n  regional-safety status",
)
@_PROJECT
@_JSON
def status(project: Path | None, *, as_json: bool) -> None:
    """Say how the last run went, which values changed, what is stale and what failed."""
    from analysis.runs.status import lines
    from analysis.runs.status import status as found

    standing = found(_plan(project))
    text = json.dumps(standing, ensure_ascii=False, indent=1) if as_json else None
    click.echo(text or "\n".join(lines(standing)))
