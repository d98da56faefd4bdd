"""The commands of publications: ``deck``, ``workbook``, ``site`` and ``trace``."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click

from .options import DOCUMENT_LANGUAGE, JSON, OUTPUT, PROJECT, root


def _put(path: Path | None, figures: Path, name: str, data: bytes) -> Path:
    """Write *data* atomically to *path* or ``briefing/name``, and return the path."""
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
@PROJECT
@DOCUMENT_LANGUAGE
@OUTPUT
@click.option(
    "--template",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Your own deck, with placeholders Title, Subtitle, Chart, Side, Caveat and Source.",
)
@click.option(
    "--update",
    "old",
    type=click.Path(path_type=Path),
    help="Update this deck in place; hand edits stay, and the old deck is kept as .bak.",
)
@click.option("--dry-run", is_flag=True, help="With --update: print what would change.")
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
    Write or update a PowerPoint deck of the figures.

    FIGURES are names such as trend-deaths, or patterns; by default all figures with a comparison.
    """
    folder = root(project) / "figures"
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
@PROJECT
@DOCUMENT_LANGUAGE
@OUTPUT
def workbook(
    figures: tuple[str, ...], project: Path | None, language: str, output: Path | None
) -> None:
    """Write a workbook of the values in the figures, each linked to its source."""
    from analysis.publish.workbook import book

    folder = root(project) / "figures"
    data = book.workbook(folder, language=language, patterns=figures)
    click.echo(_put(output, folder, f"values-{language}.xlsx", data))


@click.command(
    epilog="\b\nExample:\n  regional-safety site                    figures/index.html",
)
@PROJECT
@DOCUMENT_LANGUAGE
def site(project: Path | None, language: str) -> None:
    """Write the gallery: a folder of HTML pages that need no server and no network."""
    from analysis.publish.gallery import gallery

    click.echo(gallery.build(root(project) / "figures", language=language))


@click.command(
    epilog="\b\nExample:\n"
    "  regional-safety trace figures/briefing/briefing-zh.pptx\n"
    "  regional-safety trace pasted.png --json",
)
@click.argument("file", type=click.Path(path_type=Path))
@PROJECT
@JSON
def trace(file: Path, project: Path | None, *, as_json: bool) -> None:
    """Show the sources of a figure, deck or workbook, and what has changed since."""
    from analysis.explore import trace as tracing

    folder = _root_if_any(project)
    lines: Callable[..., Iterator[str]] = tracing.lines
    if as_json:
        click.echo(json.dumps(tracing.report(file, folder), ensure_ascii=False, indent=1))
        return
    for line in lines(file, folder):
        click.echo(line)


def _root_if_any(project: Path | None) -> Path | None:
    """Return the project folder, or None outside of any project: a file carries its sources."""
    from analysis.errors import UsageError

    try:
        return root(project)
    except UsageError:
        return None


COMMANDS = (deck, workbook, site, trace)
