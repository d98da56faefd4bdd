"""
The commands that publish and trace: ``deck``, ``workbook``, ``site`` and ``trace``.

They turn words of the command line into calls, and hold no logic of their own.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click

_PROJECT = click.option(
    "--project",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="The project's folder; the one around the working folder if not given.",
)
_LANGUAGE = click.option(
    "--language",
    type=click.Choice(["zh", "en"]),
    default="zh",
    show_default=True,
    help="The language of every word.",
)
_OUTPUT = click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The file to write; under figures/briefing if not given.",
)
_JSON = click.option("--json", "as_json", is_flag=True, help="Write JSON, and nothing else.")


def _root(project: Path | None) -> Path:
    from analysis.runs import plan

    return project.resolve() if project else plan.home().root


def _put(path: Path | None, figures: Path, name: str, data: bytes) -> Path:
    """Write *data* at *path*, or among the briefings, in one step."""
    from analysis import files
    from analysis.figures import office

    target = path or figures / "briefing" / name
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        office.refuse_unwritable(target)
    files.write(target, data)
    return target


@click.command(
    epilog="\b\nExample:\n"
    "  regional-safety deck --language en\n"
    "  regional-safety deck 'trend-*' --template ours.pptx --output briefing.pptx\n"
    "  regional-safety deck --update briefing.pptx --dry-run",
)
@click.argument("figures", nargs=-1)
@_PROJECT
@_LANGUAGE
@_OUTPUT
@click.option(
    "--template",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A deck of your own with placeholders named Title, Subtitle, Chart, Side, Caveat, Source.",
)
@click.option(
    "--update",
    "old",
    type=click.Path(path_type=Path),
    help="Renew this deck in place: hand edits stay, the deck before is kept as .bak.",
)
@click.option("--dry-run", is_flag=True, help="With --update: say what would change.")
def deck(
    figures: tuple[str, ...],
    project: Path | None,
    language: str,
    output: Path | None,
    template: Path | None,
    old: Path | None,
    *,
    dry_run: bool,
) -> None:
    """
    Make a PowerPoint deck of the figures, or bring one up to date.

    FIGURES are names such as trend-deaths, or patterns; all that compare something if none is
    given.
    """
    folder = _root(project) / "figures"
    if old is not None:
        _refuse_both(figures=figures, output=output, template=template)
        from analysis.publish.deck import refresh

        for line in refresh.update(old, folder, dry_run=dry_run).lines():
            click.echo(line)
        return
    from analysis.publish.deck import slides

    data = slides.deck(folder, language=language, template=template, patterns=figures)
    click.echo(_put(output, folder, f"briefing-{language}.pptx", data))


def _refuse_both(**others: Any) -> None:
    given = [name for name, value in others.items() if value]
    if given:
        raise click.UsageError(f"--update takes the deck as it is: leave out {', '.join(given)}")


@click.command(
    epilog="\b\nExample:\n  regional-safety workbook --language en --output values.xlsx",
)
@click.argument("figures", nargs=-1)
@_PROJECT
@_LANGUAGE
@_OUTPUT
def workbook(
    figures: tuple[str, ...], project: Path | None, language: str, output: Path | None
) -> None:
    """Make a workbook of the values behind the figures, each linked to its sentence."""
    from analysis.publish.workbook import book

    folder = _root(project) / "figures"
    data = book.workbook(folder, language=language, patterns=figures)
    click.echo(_put(output, folder, f"values-{language}.xlsx", data))


@click.command(
    epilog="\b\nExample:\n  regional-safety site                    figures/index.html",
)
@_PROJECT
@_LANGUAGE
def site(project: Path | None, language: str) -> None:
    """Make the gallery: one folder of pages that need no server and no network."""
    from analysis.publish.gallery import gallery

    click.echo(gallery.build(_root(project) / "figures", language=language))


@click.command(
    epilog="\b\nExample:\n"
    "  regional-safety trace figures/briefing/briefing-zh.pptx\n"
    "  regional-safety trace pasted.png --json",
)
@click.argument("file", type=click.Path(path_type=Path))
@_PROJECT
@_JSON
def trace(file: Path, project: Path | None, *, as_json: bool) -> None:
    """Show the sentences that a figure, deck or workbook stands on, and what changed since."""
    from analysis.explore import trace as tracing

    root = _home(project)
    lines: Callable[..., Iterator[str]] = tracing.lines
    if as_json:
        click.echo(json.dumps(tracing.report(file, root), ensure_ascii=False, indent=1))
        return
    for line in lines(file, root):
        click.echo(line)


def _home(project: Path | None) -> Path | None:
    """The project, or None: a file of ours tells its sentences outside of any project too."""
    from analysis.errors import UsageError

    try:
        return _root(project)
    except UsageError:
        return None


COMMANDS = (deck, workbook, site, trace)
