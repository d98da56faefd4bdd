"""The commands of publications: ``deck``, ``report``, ``workbook``, ``site`` and ``trace``."""

import json
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import click

from analysis.errors import UsageError
from analysis.language.messages import say
from analysis.rows import as_records

from .options import (
    DOCUMENT_LANGUAGE,
    DRY_RUN,
    EXISTING,
    FILE,
    JSON,
    LANGUAGE,
    OUTPUT,
    PROJECT,
    data,
    doubts,
    refuse_unfit,
    root,
)
from .translation import in_language, notice, refuse

BRIEFING = "briefing"  # the folder of documents, beside the figures


def _figures(project: Path | None, output: Path | None = None, suffix: str = "") -> Path:
    """Return the folder of the figures; refuse an unfit *output*, print doubts on the tables."""
    folder = root(project)
    if output is not None:
        refuse_unfit(output, folder / "data", [suffix])
    for doubt in doubts(folder / "data"):
        notice(doubt)
    return folder / "figures"


def _deliver(made: bytes, target: Path, *, dry_run: bool = False) -> None:
    """Write a document and print its path; in a dry run print its path and size only."""
    if dry_run:
        click.echo(in_language(say("cli.not_written", path=target, size=len(made))))
        return
    _put(target, made)
    click.echo(target)


def _put(target: Path, data: bytes) -> None:
    """Write a document; an existing one is kept beside it as ``.bak``."""
    from analysis import files
    from analysis.figures import office

    target.parent.mkdir(parents=True, exist_ok=True)
    if not target.exists():
        files.write(target, data)
        return
    office.refuse_unwritable(target)
    before = target.read_bytes()
    if before != data:
        office.replace(target, before, data)


@click.command(
    epilog="\b\nExample:\n"
    "  regional-safety deck --brief --about chuxiong --about deaths\n"
    "  regional-safety deck --select trend-deaths profile-anhui --output quarter.pptx\n"
    "  regional-safety deck 'trend-*' --template ours.pptx --language en\n"
    "  regional-safety deck --update briefing.pptx --dry-run",
)
@click.argument("figures", nargs=-1)
@PROJECT
@DOCUMENT_LANGUAGE
@OUTPUT
@click.option("--all", "everything", is_flag=True, help="All figures, in sections (the default).")
@click.option("--select", is_flag=True, help="Keep FIGURES in the order given.")
@click.option("--brief", is_flag=True, help="At most eight slides, with a summary first.")
@click.option(
    "--about",
    multiple=True,
    metavar="REGION|THEME|INDICATOR",
    help="With --brief: the subject, a code or a name; may be repeated.",
)
@click.option("--title", default="", help="With --brief: the title of the cover.")
@click.option(
    "--template",
    type=EXISTING,
    help="Your own deck or template. Placeholders are found by name, else by type.",
)
@click.option(
    "--update",
    "old",
    type=FILE,
    help="Update this deck in place; hand edits stay, and the old deck is kept as .bak.",
)
@click.option(
    "--mark", type=click.Choice(["qr"]), help="A QR code of the fingerprint on each slide."
)
@DRY_RUN
def deck(
    figures: tuple[str, ...], project: Path | None, language: str, output: Path | None, **given: Any
) -> None:
    """
    Write or update a PowerPoint deck of the figures.

    FIGURES are names such as trend-deaths, or patterns; by default all figures with a comparison.
    `regional-safety figures` lists the names.
    """
    folder = _figures(project, output, ".pptx")
    if given["old"] is not None:
        _update(given["old"], folder, given, figures=figures, output=output)
        return
    _check_choice(figures, given)
    from analysis.publish.deck import brief as briefs
    from analysis.publish.deck import slides

    shared = {"language": language, "template": given["template"], "patterns": figures}
    shared["mark"] = given["mark"] or ""
    if given["brief"]:
        source = _Brief(project)
        about = source.subject(given["about"])
        findings = source.findings(about.words)
        made = briefs.deck(folder, about=about, title=given["title"], findings=findings, **shared)
    else:
        made = slides.deck(folder, given_order=given["select"], **shared)
    name = f"{'brief' if given['brief'] else 'briefing'}-{language}.pptx"
    _deliver(made, output or folder / BRIEFING / name, dry_run=given["dry_run"])


@click.command(
    epilog="\b\nExample:\n"
    "  regional-safety report --about chuxiong\n"
    "  regional-safety report --about deaths --language en --output deaths.docx\n"
    "  regional-safety report --update deaths.docx --dry-run",
)
@PROJECT
@DOCUMENT_LANGUAGE
@OUTPUT
@click.option(
    "--about",
    multiple=True,
    metavar="REGION|THEME|INDICATOR",
    help="The subject, a code or a name; may be repeated.",
)
@click.option("--title", default="", help="The title.")
@click.option(
    "--update",
    "old",
    type=FILE,
    help="Update this document in place; hand edits stay, and the old one is kept as .bak.",
)
@DRY_RUN
def report(
    project: Path | None,
    language: str,
    output: Path | None,
    *,
    about: tuple[str, ...],
    title: str,
    old: Path | None,
    dry_run: bool,
) -> None:
    """
    Write or update a brief of two pages as a Word document.

    It has the findings and figures of `deck --brief`.
    """
    from analysis.publish import report as reports
    from analysis.publish import revision

    folder, source = _figures(project, output, ".docx"), _Brief(project)
    if old is not None:
        _refuse_both(about=about, title=title, output=output)
        find, draw = source.findings, source.drawn
        _print(revision.update(old, folder, findings=find, drawn=draw, dry_run=dry_run))
        return
    subject = source.subject(about)
    made = reports.report(
        folder,
        language=language,
        about=subject,
        title=title,
        findings=source.findings(subject.words),
        drawn=source.drawn,
    )
    target = output or folder / BRIEFING / f"report-{language}.docx"
    _deliver(made, target, dry_run=dry_run)


def _update(old: Path, folder: Path, given: Mapping[str, Any], **others: Any) -> None:
    """Update a deck, and print what changed."""
    from analysis.publish.deck import refresh

    names = ("template", "everything", "select", "brief", "about", "title", "mark")
    _refuse_both(**others, **{name: given[name] for name in names})
    findings = _Brief(folder.parent).findings
    _print(refresh.update(old, folder, dry_run=given["dry_run"], findings=findings))


def _print(report: Any) -> None:
    """Print the result of an update."""
    for line in report.lines():
        click.echo(line)


def _check_choice(figures: tuple[str, ...], given: Mapping[str, Any]) -> None:
    """Refuse options that contradict one another."""
    if given["everything"] and (figures or given["select"] or given["brief"]):
        raise refuse(say("cli.all"))
    if given["select"] and not figures:
        raise refuse(say("cli.select"))
    if (given["about"] or given["title"]) and not given["brief"]:
        raise refuse(say("cli.about"))


class _Brief:
    """The subject, the findings and the pictures of a brief, from tables that are read once."""

    def __init__(self, project: Path | None) -> None:
        self.project = project

    @cached_property
    def tables(self) -> Any:
        """The tables of the project."""
        from analysis.tables.load import load

        return load(data(self.project))

    @cached_property
    def is_without_tables(self) -> bool:
        """Whether there are figures only; figures older than the tables are an error."""
        from analysis.errors import AnalysisError
        from analysis.explore.trace import Ledger

        folder = root(self.project)
        if not (folder / "data").is_dir():
            return True
        if Ledger(folder).stale():
            raise AnalysisError(say("cli.older_figures"))
        return False

    def subject(self, about: Sequence[str]) -> Any:
        """Return the regions and indicators that the words name."""
        from analysis.explore.subject import subject
        from analysis.publish.deck.brief import About

        return About(*subject(about, self.tables)) if about else About()

    def findings(self, about: Sequence[str]) -> Sequence[Any]:
        """Return the findings on a subject."""
        from analysis.comparability.standing import standing

        return () if self.is_without_tables else standing(self.tables, about)

    def drawn(self, record: Mapping[str, Any]) -> Any:
        """Return a figure drawn for a page, if the tables are there."""
        from analysis.figures.again import pictured

        return None if self.is_without_tables else pictured(record, self.tables.rows, "a4")


def _definitions(project: Path | None) -> dict[str, Any]:
    """Return name, definition and unit of each indicator; none without tables."""
    from analysis.language.text import Text
    from analysis.publish.content import Definition
    from analysis.tables.load import load

    if not (root(project) / "data").is_dir():
        return {}
    tables = load(data(project))
    units = tables.units.set_index("unit")["name_en"]
    return {
        row["indicator"]: Definition(
            Text(row["name_zh"], row["name_en"]),
            Text(row["definition_zh"], row["definition_en"]),
            Text(row["unit"], str(units.get(row["unit"], ""))),
        )
        for row in as_records(tables.indicators)
    }


def _refuse_both(**others: Any) -> None:
    given = [name for name, value in others.items() if value]
    if given:
        raise refuse(say("cli.update", options=", ".join(given)))


@click.command(
    epilog="\b\nExample:\n  regional-safety figures\n  regional-safety figures 'trend-*' --json",
)
@click.argument("patterns", metavar="FIGURES", nargs=-1)
@PROJECT
@LANGUAGE
@JSON
def figures(
    patterns: tuple[str, ...], project: Path | None, *, language: str, as_json: bool
) -> None:
    """List the figures that were made: name, number of rows, title."""
    from analysis.figures import manifest
    from analysis.publish import content

    folder = _figures(project)
    records = content.chosen(manifest.load(folder), language, patterns, folder=folder)
    entries = [
        {"name": content.key_of(one), "kind": one["kind"], "title": one["title"][language]}
        for one in records
    ]
    if as_json:
        click.echo(json.dumps(entries, ensure_ascii=False, indent=1))
        return
    width = max(len(entry["name"]) for entry in entries)
    for entry in entries:
        click.echo(f"{entry['name']:<{width}}  {entry['title']}")


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
    """
    Write a workbook of the values in the figures.

    Each value is linked to its source.
    """
    from analysis.publish.workbook import book

    folder = _figures(project, output, ".xlsx")
    definitions = _definitions(project)
    made = book.workbook(folder, language=language, patterns=figures, definitions=definitions)
    _deliver(made, output or folder / BRIEFING / f"values-{language}.xlsx")


@click.command(
    epilog="\b\nExample:\n  regional-safety site                    figures/index.html",
)
@PROJECT
@DOCUMENT_LANGUAGE
def site(project: Path | None, language: str) -> None:
    """
    Write the gallery of the figures as HTML pages.

    They need no server and no network: open figures/index.html.
    """
    from analysis.publish.gallery import gallery

    figures = _figures(project)
    definitions = _definitions(project)
    click.echo(gallery.build(figures, language=language, definitions=definitions))


@click.command(
    epilog="\b\nExample:\n"
    "  regional-safety trace figures/briefing/briefing-zh.pptx\n"
    "  regional-safety trace pasted.png --json\n"
    "  regional-safety trace trend-deaths-en",
)
@click.argument("what", metavar="FILE|MARK")
@PROJECT
@click.option(
    "--language",
    type=click.Choice(["zh", "en"]),
    help="Language of the output. By default that of each figure.",
)
@JSON
def trace(what: str, project: Path | None, *, language: str | None, as_json: bool) -> None:
    """
    Show the sources of a figure, deck or workbook.

    Values that have changed since are listed before and after.

    MARK is a name such as trend-deaths-en, or the first digits of the fingerprint in the corner of
    a figure.
    """
    from analysis.explore import trace as tracing

    folder = _root_if_any(project)
    if as_json:
        click.echo(json.dumps(tracing.report(what, folder), ensure_ascii=False, indent=1))
        return
    for doubt in doubts(folder / "data") if folder else ():
        click.echo(doubt[language] if language else in_language(doubt))
    for line in tracing.lines(what, folder, language or ""):
        click.echo(line)


def _root_if_any(project: Path | None) -> Path | None:
    """Return the project folder, or None outside of any project: a file carries its sources."""
    try:
        return root(project)
    except UsageError:
        return None


COMMANDS = (deck, report, figures, workbook, site, trace)
