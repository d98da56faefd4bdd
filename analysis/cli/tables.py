"""
The commands of the tables: checks, explanations, comparisons and a simulation.

Results go to standard output, everything else to standard error.
"""

import json
import sys
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

import click

from analysis.errors import Fault, UsageError
from analysis.language.messages import say
from analysis.language.text import Text

from .options import JSON, LANGUAGE, ORIGINALS, PROJECT, data


def _cells(fault: Fault, language: str) -> dict[str, str | int]:
    """Return a fault as a record with its texts in *language*."""
    cells = {name: getattr(fault, name) for name in fault.__slots__}
    return {k: v[language] if isinstance(v, Text) else v for k, v in cells.items()}


def _exit(
    faults: Iterable[Fault],
    language: str,
    *,
    passed: str,
    as_json: bool,
    notes: Iterable[Text] = (),
) -> None:
    """Print the faults, *notes*, and the number of faults or *passed*; exit with 1 if any."""
    distinct = sorted(set(faults))
    if as_json:
        entries = [_cells(fault, language) for fault in distinct]
        click.echo(json.dumps(entries, ensure_ascii=False, indent=1))
    else:
        for fault in distinct:
            click.echo(fault.text[language])
    for note in notes:
        click.echo(note[language], err=True)
    count = say("check.faults", count=len(distinct))[language]
    click.echo(count if distinct else passed, err=True)
    sys.exit(1 if distinct else 0)


@click.command(epilog="\b\nExample:\n  regional-safety check\n  regional-safety check --json")
@PROJECT
@LANGUAGE
@JSON
@click.option("--again", is_flag=True, help="Also check tables that passed and have not changed.")
def check(project: Path | None, *, language: str, as_json: bool, again: bool) -> None:
    """
    Validate the tables.

    Lists every fault of every table with file, line, column, value, rule and remedy. Values that
    were repaired while reading are listed on standard error. The cells of a table that passed and
    has not changed are not checked a second time; the rules between tables always are. Values of
    changed tables that stand out against the year before or other regions are notes, not faults.
    """
    from analysis.tables import checks, descriptor, folders, load

    folder = data(project)
    survey = load.survey(folder, again=again)
    for repair in survey.repairs:
        click.echo(say("check.repaired", repair=repair.text)[language], err=True)
    faults = [*survey.faults, *checks.check(survey.tables)]
    different = descriptor.compare(folder)
    screened = bool(different) and not faults
    notes = _outliers(survey.tables, {one.file for one in different}) if screened else []
    faults += different
    count = len(folders.files(folder)) if not survey.faults else 0
    passed = say("check.passed", count=count)[language]
    if survey.passed:
        words = {"count": len(survey.passed), "day": max(survey.passed)}
        passed += say("check.unchanged", **words)[language]
    _exit(faults, language, passed=passed, as_json=as_json, notes=notes)


def _outliers(tables: Any, changed: Collection[str]) -> list[Text]:
    """Return a note for each unusual value of the *changed* files."""
    from analysis.language import labels, numbers
    from analysis.statistics import screen

    notes = []
    for one in screen.outliers(tables.rows, tables.context_rows):
        row = one.row
        file = f"observations/{row['file']}" if row["origin"] == "report" else "context.csv"
        if file in changed:
            words = {"value": labels.value(row), "ratio": numbers.ratio(one.ratio)}
            words |= {"before": labels.value({**row, "value": one.before}), "count": one.regions}
            note = say(f"check.outlier.{one.oddity}", name=labels.heading(row), **words)
            notes.append(note + (say("check.slip") if screen.is_slip(one.ratio) else Text("", "")))
    return notes


@click.command(epilog="\b\nExample:\n  regional-safety describe")
@PROJECT
@LANGUAGE
def describe(project: Path | None, *, language: str) -> None:
    """
    Update data/datapackage.json after intended changes.

    Until then `check` reports a table whose rows or content differ from the description. Changes
    are listed on standard error; tables with faults are not described.
    """
    from analysis.comparability.families import selections
    from analysis.tables import descriptor

    folder = data(project)
    changes = descriptor.compare(folder)
    descriptor.describe(folder, selections)
    for change in changes:
        line = say("describe.changed", file=change.file, change=change.found)
        click.echo(line[language], err=True)
    click.echo(str(folder / descriptor.FILE))


@click.command(epilog="\b\nExample:\n  regional-safety verify --originals data/originals")
@PROJECT
@LANGUAGE
@ORIGINALS
@JSON
def verify(project: Path | None, *, language: str, originals: Path | None, as_json: bool) -> None:
    """
    Verify every row against the original reports.

    Checks the hash and length of each original, the list of its numerals, the numeral, printed
    text, evidence, value and sign of each row, and every identity. The proofs go to standard
    output.
    """
    from analysis.tables import load
    from analysis.tables import originals as proof

    tables_folder = data(project)
    folder = originals or tables_folder / "originals"
    if not folder.is_dir():
        raise UsageError(say("verify.no_originals", folder=folder))
    tables = load.load(tables_folder)
    absent = proof.absent(tables, folder)
    if len(absent) == len(tables.reports):
        raise UsageError(say("verify.no_originals", folder=folder))
    faults = proof.verify(tables, folder)
    if not (faults or absent or as_json):
        click.echo("\n".join(proof.proofs(tables)))
    notes = [say("verify.skipped", count=len(absent), files=", ".join(absent))] if absent else []
    passed = say("verify.passed")[language]
    _exit(faults, language, passed=passed, as_json=as_json, notes=notes)


@click.command(
    epilog="\b\nExample:\n  regional-safety explain chuxiong deaths 2024\n"
    "  regional-safety explain yaohai accidents --language en\n"
    "  regional-safety explain 楚雄 生产安全事故死亡人数 2023"
)
@click.argument("region")
@click.argument("indicator")
@click.argument("period", required=False)
@click.option("--all", "every", is_flag=True, help="Explain every figure of other publications.")
@LANGUAGE
@ORIGINALS
@PROJECT
def explain(
    region: str,
    indicator: str,
    period: str | None,
    *,
    every: bool,
    language: str,
    originals: Path | None,
    project: Path | None,
) -> None:
    """
    Explain a figure: source, interval, comparisons.

    If there is no figure, the reason is given. REGION and INDICATOR are codes of the tables, or
    Chinese or English names; PERIOD is a year, or its first and last day with a slash between,
    and may be one that only another publication has. If the original report is available, its
    sentence is quoted.
    """
    from analysis.explore import explain as explanation
    from analysis.tables import load

    folder = data(project)
    text = explanation.explain(
        load.load(folder),
        region,
        indicator,
        period,
        language=language,
        originals=originals or folder / "originals",
        every=every,
    )
    click.echo(text)


@click.command(
    epilog="\b\nExample:\n  regional-safety compare\n  regional-safety compare anhui\n"
    "  regional-safety compare chuxiong nantong\n"
    "  regional-safety compare 楚雄 南通 死亡人数"
)
@click.argument("region", required=False)
@click.argument("other", required=False)
@click.argument("indicator", required=False)
@LANGUAGE
@PROJECT
def compare(
    region: str | None,
    other: str | None,
    indicator: str | None,
    *,
    language: str,
    project: Path | None,
) -> None:
    """
    Show what two regions may be compared on.

    Without OTHER, every other region is listed with the verdict; without REGION, what all regions
    share. Cautions, and the reasons why other indicators may not, are printed as well. REGION,
    OTHER and INDICATOR are codes of the tables, or Chinese or English names.
    """
    from analysis.explore import pairs
    from analysis.tables import load

    tables = load.load(data(project))
    click.echo(pairs.compare(tables, region, other, indicator, language=language))


@click.command(
    epilog="\b\nExample:\n"
    "  regional-safety simulate --regions 3200 --years 12 --indicators 300 --output national",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("simulated"),
    show_default=True,
    help="Folder to write.",
)
@click.option(
    "--regions", type=click.IntRange(1, 20_000), default=3_200, show_default=True, help="Districts."
)
@click.option(
    "--years", type=click.IntRange(1, 60), default=12, show_default=True, help="Years up to 2024."
)
@click.option(
    "--indicators",
    type=click.IntRange(1, 5_000),
    default=300,
    show_default=True,
    help="Indicators.",
)
@click.option(
    "--seed",
    type=click.IntRange(0),
    default=1,
    show_default=True,
    help="Seed of the random values.",
)
def simulate(output: Path, regions: int, years: int, indicators: int, seed: int) -> None:
    """
    Write a simulated national panel as Parquet files.

    With it you can try thousands of regions. All values and names are invented. Read it with
    `analysis.load("simulated")`.
    """
    from analysis.tables import simulated

    _refuse_other_files(output)
    path = simulated.simulate(
        output, regions=regions, years=years, indicators=indicators, seed=seed
    )
    (output / ".gitignore").write_text("*\n", "utf-8")
    click.echo(path)


def _refuse_other_files(output: Path) -> None:
    """Raise an error for a folder with files that are no simulated panel."""
    names = {path.name for path in output.iterdir()} if output.is_dir() else set()
    if {name for name in names if not name.endswith(".parquet")} - {".gitignore"}:
        raise UsageError(say("simulate.other_files", folder=output))


COMMANDS = (check, describe, verify, explain, compare, simulate)
