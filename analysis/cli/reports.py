"""
The commands of the side door: compile a report's text, accept what a person reviewed.

Results go to stdout and talk to stderr; each command imports what it needs when it is called.
"""

from collections import Counter
from pathlib import Path

import click

_PROJECT = click.option(
    "--project",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="The project's folder; the one around the working folder if not given.",
)


def _data(project: Path | None) -> Path:
    from analysis import project as places

    return (project.resolve() if project else places.home()) / "data"


@click.command(
    "compile",
    epilog="\b\nExample:\n"
    "  regional-safety compile report.docx --region qingshan --format xlsx --output review.xlsx\n"
    "  regional-safety compile report.txt --region qingshan --period 2024 | head",
)
@click.argument("text", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--region", required=True, help="The code of the region, known or new.")
@click.option("--period", default="", help="2024, 2024H1 or 2024-01..2024-11; else as told.")
@click.option(
    "--format", "kind", type=click.Choice(["jsonl", "csv", "xlsx"]), default="jsonl",
    show_default=True, help="One JSON object a line, a table, or the review workbook.",
)  # fmt: skip
@click.option(
    "--output", type=click.Path(path_type=Path, dir_okay=False), help="A file; stdout if not given."
)
@_PROJECT
def compile_(
    text: Path, region: str, period: str, kind: str, output: Path | None, project: Path | None
) -> None:
    """
    Read a report and propose rows.

    TEXT is a .txt, .html, .docx or .pdf file. Every numeral gets a role, a value, a unit, a
    period, the best indicators and what to doubt. Nothing is written to the tables: a person
    reviews the workbook, and `accept` takes it.
    """
    from analysis.errors import UsageError
    from analysis.reports import compilation, review

    if kind == "xlsx" and output is None:
        raise UsageError("a workbook needs a file: add --output review.xlsx")
    found = compilation.compiled(text, _data(project), region=region, period=period)
    if kind == "xlsx" and output is not None:
        review.save(found, output)
    else:
        whole = kind == "csv"
        lines = [compilation.as_csv(found).rstrip("\n")] if whole else compilation.jsonl(found)
        with click.open_file(str(output or "-"), "w", encoding="utf-8") as stream:
            stream.writelines(f"{line}\n" for line in lines)
    roles = Counter(str(candidate.role) for candidate in found.candidates)
    told = ", ".join(f"{count} {role}" for role, count in roles.most_common())
    doubted = sum(bool(c.doubts) for c in found.candidates if c.owns)
    click.echo(f"{found.report}: {told}; {doubted} candidates with doubts", err=True)
    for doubt in found.document.doubts:
        click.echo(f"doubt: {doubt}", err=True)


@click.command(
    epilog="\b\nExample:\n"
    "  regional-safety accept review.xlsx --dry-run\n"
    "  regional-safety accept review.xlsx"
)
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--dry-run", is_flag=True, help="Check and show the changes; write nothing.")
@_PROJECT
def accept(file: Path, project: Path | None, *, dry_run: bool) -> None:
    """
    Take the accepted rows of a reviewed workbook.

    Tables, mentions and descriptor change in one step or not at all. The changes go to stdout;
    the same workbook again changes nothing.
    """
    from analysis.reports import accept as acceptance

    outcome = acceptance.accept(file, _data(project), dry_run=dry_run)
    for change in outcome.changes:
        click.echo(change)
    for check in outcome.checks:
        click.echo(f"check: {check}", err=True)
    verb = "would change" if dry_run else "changed"
    told = f"{verb} {', '.join(outcome.files)}" if outcome.files else "nothing changes"
    click.echo(told, err=True)
