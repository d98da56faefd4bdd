"""
The commands of new reports: ``compile`` and ``accept``.

Results go to standard output, everything else to standard error.
"""

import re
from collections import Counter
from pathlib import Path

import click

from .options import LANGUAGE, PROJECT, data

_REGION = r"[a-z][a-z0-9_]{0,39}(?:\+[a-z][a-z0-9_]{0,39})*"


@click.command(
    "compile",
    epilog="\b\nExample:\n"
    "  regional-safety compile report.docx --region qingshan --format xlsx --output review.xlsx\n"
    "  regional-safety compile report.txt --region qingshan --period 2024 | head",
)
@click.argument("text", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--region", required=True, help="Code of the region, known or new.")
@click.option(
    "--period",
    default="",
    help="2024, 2024H1 or 2024-01..2024-11. By default as written in the report.",
)
@click.option(
    "--format", "kind", type=click.Choice(["jsonl", "csv", "xlsx"]), default="jsonl",
    show_default=True, help="One JSON object per line, a CSV table, or the review workbook.",
)  # fmt: skip
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File to write. By default standard output.",
)
@PROJECT
@LANGUAGE
def compile_(
    text: Path,
    region: str,
    period: str,
    kind: str,
    output: Path | None,
    project: Path | None,
    *,
    language: str,
) -> None:
    """
    Read a report and propose rows.

    TEXT is a .txt, .html, .docx or .pdf file. Every numeral gets a role, a value, a unit, a
    period, the nearest indicators and doubts. The tables stay unchanged until you review the
    workbook and run `accept`.
    """
    from analysis import files
    from analysis.errors import UsageError
    from analysis.language.messages import say
    from analysis.reports import compilation, review, storage
    from analysis.reports.doubts import worded

    if kind == "xlsx" and output is None:
        raise UsageError("a workbook needs a file: add --output review.xlsx")
    if not re.fullmatch(_REGION, region):
        raise UsageError(f"--region {region[:40]!r}: write a code of small letters and digits")
    if output is not None:
        storage.make_room(output, data(project))
    report = compilation.compiled(text, data(project), region=region, period=period)
    if kind == "xlsx" and output is not None:
        review.save(report, output, language)
    else:
        whole = kind == "csv"
        lines = (
            [compilation.as_csv(report, language).rstrip("\n")]
            if whole
            else compilation.jsonl(report, language)
        )
        if output is not None:
            files.write(output, "".join(f"{line}\n" for line in lines).encode())
        else:
            click.echo("\n".join(lines))
    roles = Counter(str(candidate.role) for candidate in report.candidates)
    counts = ", ".join(f"{count} {role}" for role, count in roles.most_common())
    doubted = sum(bool(c.doubts) for c in report.candidates if c.owns)
    summary = say("compile.summary", report=report.report, counts=counts, doubted=doubted)
    click.echo(summary[language], err=True)
    for doubt in worded(report.document.doubts, language):
        click.echo(say("compile.doubt", doubt=doubt)[language], err=True)


@click.command(
    epilog="\b\nExample:\n"
    "  regional-safety accept review.xlsx --dry-run\n"
    "  regional-safety accept review.xlsx\n"
    "  regional-safety accept --undo"
)
@click.argument(
    "file", type=click.Path(path_type=Path, exists=True, dir_okay=False), required=False
)
@click.option("--dry-run", is_flag=True, help="Check and print the changes; write nothing.")
@click.option("--undo", is_flag=True, help="Restore the tables as before the last `accept`.")
@PROJECT
@LANGUAGE
def accept(
    file: Path | None, project: Path | None, *, language: str, dry_run: bool, undo: bool
) -> None:
    """
    Add the accepted rows of a reviewed workbook to the tables.

    Tables, mentions and descriptor change together or not at all. The changes are printed;
    accepting the same workbook again changes nothing.
    """
    from analysis.language.messages import say
    from analysis.reports import accept as acceptance

    if undo == (file is not None):
        raise click.UsageError("name a workbook, or --undo without one")
    if file is None:
        names = ", ".join(acceptance.undo(data(project), dry_run=dry_run))
        text = say("accept.would_undo" if dry_run else "accept.undone", files=names)
        click.echo(text[language], err=True)
        return
    outcome = acceptance.accept(file, data(project), dry_run=dry_run)
    for text in outcome.recovered:
        click.echo(text[language], err=True)
    for change in outcome.changes:
        click.echo(change)
    for check in outcome.checks:
        click.echo(say("accept.check", check=check)[language], err=True)
    files = ", ".join(outcome.files)
    would, did = say("accept.would_change", files=files), say("accept.changed", files=files)
    summary = (would if dry_run else did) if outcome.files else say("accept.nothing")
    click.echo(summary[language], err=True)


COMMANDS = (compile_, accept)
