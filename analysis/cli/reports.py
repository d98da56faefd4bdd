"""
The commands of new reports: ``compile`` and ``accept``.

Results go to standard output, everything else to standard error.
"""

import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from analysis.errors import AnalysisError, DocumentError, UsageError
from analysis.language.messages import label, say
from analysis.language.vocabulary import Role

from .options import EXISTING, EXISTING_PATH, LANGUAGE, PROJECT, data, refuse_unfit
from .translation import refuse

if TYPE_CHECKING:
    from analysis.reports.compilation import Compiled

_REGION = r"[a-z][a-z0-9_]{0,39}(?:\+[a-z][a-z0-9_]{0,39})*"


_SUFFIXES = {".xlsx": "xlsx", ".csv": "csv", ".jsonl": "jsonl", ".json": "jsonl"}


@click.command(
    "compile",
    epilog="\b\nExample:\n"
    "  regional-safety compile report.docx --region qingshan --output review.xlsx\n"
    "  regional-safety compile report.txt --region qingshan --period 2024 | head\n"
    "  regional-safety compile reports --output reviews",
)
@click.argument("text", type=EXISTING_PATH)
@click.option(
    "--region",
    default="",
    help="Code of the region, known or new; several joined by +. By default the known region that "
    "the name of the file or the report begins with.",
)
@click.option(
    "--period",
    default="",
    help="2024, 2024H1 or 2024-01..2024-11. By default as written in the report.",
)
@click.option(
    "--format", "kind", type=click.Choice(["jsonl", "csv", "xlsx"]),
    help="One JSON object per line, a CSV table, or the review workbook. "
    "By default as the output file is named, else jsonl; xlsx for a folder.",
)  # fmt: skip
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    help="File to write, by default standard output; the folder to write to for several reports.",
)
@PROJECT
@LANGUAGE
def compile_(
    text: Path,
    region: str,
    period: str,
    kind: str | None,
    output: Path | None,
    project: Path | None,
    *,
    language: str,
) -> None:
    """
    Read a report, or every report of a folder, and propose rows.

    TEXT is a .txt, .html, .docx or .pdf file, or a folder of such files. Every numeral gets a role,
    a value, a unit, a period, the nearest indicators and doubts. The tables stay unchanged until
    you review the workbook and run `accept`.
    """
    if region and not re.fullmatch(_REGION, region):
        raise UsageError(say("compile.region_code", region=region[:40]))
    task = _Task(data(project), region, period, language)
    if output is not None:
        wanted = [suffix for suffix, form in _SUFFIXES.items() if kind in {None, form}]
        refuse_unfit(output, task.data, () if text.is_dir() else wanted)
    if text.is_dir():
        task.folder(text, output, kind or "xlsx")
        return
    chosen = kind or _SUFFIXES.get(output.suffix.lower() if output else "", "jsonl")
    if chosen == "xlsx" and output is None:
        raise UsageError(say("compile.needs_file"))
    task.file(text, output, chosen)


class _Task(NamedTuple):
    """What is the same for all reports of one command."""

    data: Path
    region: str
    period: str
    language: str

    def folder(self, reports: Path, output: Path | None, kind: str) -> None:
        """Compile every report of a folder; one that cannot be read does not stop the others."""
        from analysis.reports.documents import SUFFIXES

        if output is None or output.is_file():
            raise UsageError(say("compile.needs_folder"))
        paths = sorted(path for path in reports.iterdir() if path.is_file())
        texts = [path for path in paths if path.suffix.lower() in SUFFIXES]
        others = [p.name for p in paths if p not in texts and not p.name.startswith((".", "~"))]
        output.mkdir(parents=True, exist_ok=True)
        failed = 0
        for path in texts:
            try:
                self.file(path, output / f"{path.name}.{kind}", kind)
            except AnalysisError as error:
                failed += 1
                click.echo(error.text[self.language], err=True)
        if others:
            self.say("compile.skipped", files=", ".join(others))
        if failed or not texts:
            summary = say("document.reports", failed=failed, count=len(texts))
            raise DocumentError(reports.name, summary)

    def file(self, path: Path, output: Path | None, kind: str) -> None:
        """Compile one report and write its candidates."""
        from analysis.reports import compilation, storage

        if output is not None:
            storage.make_room(output)
        report = compilation.compiled(path, self.data, region=self.region, period=self.period)
        self.write(report, output, kind)
        roles = Counter(str(candidate.role) for candidate in report.candidates)
        counts = ", ".join(
            f"{count} {label(Role(role))[self.language]}" for role, count in roles.most_common()
        )
        doubted = sum(bool(c.doubts) for c in report.candidates if c.owns)
        self.say("compile.summary", report=report.report, counts=counts, doubted=doubted)
        for doubt in report.document.doubts:
            self.say("compile.doubt", doubt=doubt.text)

    def write(self, report: "Compiled", output: Path | None, kind: str) -> None:
        """Write the candidates of a report in the format *kind*."""
        from analysis import files
        from analysis.reports import compilation, review

        if kind == "xlsx" and output is not None:
            review.save(report, output, self.language)
            return
        lines = (
            compilation.as_csv(report, self.language).rstrip("\n")
            if kind == "csv"
            else "\n".join(compilation.jsonl(report, self.language))
        )
        if output is None:
            click.echo(lines)
        else:
            files.write(output, f"{lines}\n".encode())

    def say(self, message: str, **values: object) -> None:
        """Print a message to standard error."""
        click.echo(say(message, **values)[self.language], err=True)


@click.command(
    epilog="\b\nExample:\n"
    "  regional-safety accept review.xlsx --dry-run\n"
    "  regional-safety accept review.xlsx\n"
    "  regional-safety accept --undo"
)
@click.argument("file", type=EXISTING, required=False)
@click.option("--dry-run", is_flag=True, help="Check and print the changes; write nothing.")
@click.option("--details", is_flag=True, help="Print every row that changes.")
@click.option("--undo", is_flag=True, help="Restore the tables as before the last `accept`.")
@PROJECT
@LANGUAGE
def accept(
    file: Path | None,
    project: Path | None,
    *,
    language: str,
    dry_run: bool,
    details: bool,
    undo: bool,
) -> None:
    """
    Add the accepted rows of a reviewed workbook to the tables.

    Tables, mentions and descriptor change together or not at all. A summary of the changes is
    printed, with `--details` every row; accepting the same workbook again changes nothing.
    """
    from analysis.reports import accept as acceptance

    if undo == (file is not None):
        raise refuse(say("accept.file_or_undo"))
    if file is None:
        names = ", ".join(acceptance.undo(data(project), dry_run=dry_run))
        text = say("accept.would_undo" if dry_run else "accept.undone", files=names)
        click.echo(text[language], err=True)
        return
    outcome = acceptance.accept(file, data(project), dry_run=dry_run)
    for text in outcome.recovered:
        click.echo(text[language], err=True)
    for text in outcome.summary:
        click.echo(text[language], err=True)
    for change in outcome.changes if details else outcome.tallies:
        click.echo(change)
    for check in outcome.checks:
        click.echo(say("accept.check", check=check)[language], err=True)
    files = ", ".join(outcome.files)
    would, did = say("accept.would_change", files=files), say("accept.changed", files=files)
    summary = (would if dry_run else did) if outcome.files else say("accept.nothing")
    click.echo(summary[language], err=True)


COMMANDS = (compile_, accept)
