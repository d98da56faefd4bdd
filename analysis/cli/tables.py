"""
The commands about the tables: check, describe, verify and explain.

Results go to stdout and talk to stderr; each command imports what it needs when it is called.
"""

import json
import sys
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

import click

from analysis.errors import Fault, UsageError

_PROJECT = click.option(
    "--project",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="The project's folder; the one around the working folder if not given.",
)
_JSON = click.option("--json", "as_json", is_flag=True, help="Write JSON, and nothing else.")
_ORIGINALS = click.option(
    "--originals",
    type=click.Path(path_type=Path),
    help="Where originals lie as <region>.txt or <report>.txt; data/originals if not given.",
)


def _data(project: Path | None) -> Path:
    from analysis import project as places

    return (project.resolve() if project else places.home()) / "data"


def _finish(faults: Iterable[Fault], *, passed: str, as_json: bool) -> None:
    """Write the faults, say how many, and end with 1 if there are any."""
    found = sorted(set(faults))
    if as_json:
        told = [asdict(fault) for fault in found]
        click.echo(json.dumps(told, ensure_ascii=False, indent=1))
    else:
        for fault in found:
            click.echo(str(fault))
    click.echo(f"{len(found)} fault(s)" if found else passed, err=True)
    sys.exit(1 if found else 0)


@click.command(epilog="\b\nExample:\n  regional-safety check\n  regional-safety check --json")
@_PROJECT
@_JSON
def check(project: Path | None, *, as_json: bool) -> None:
    """
    Hold the tables to contract and descriptor.

    Every fault of every table is told at once, with file, line, column, what was found, the rule
    and what to do. What was set right while reading goes to stderr.
    """
    from analysis.tables import checks, descriptor, load

    folder = _data(project)
    found = load.survey(folder)
    for repair in found.repairs:
        click.echo(f"repaired: {repair}", err=True)
    faults = [*found.faults, *checks.check(found.tables)]
    if not faults:
        faults = descriptor.validate(found.tables)
    faults += descriptor.compare(folder)
    count = len(load.files(folder)) if not found.faults else 0
    _finish(faults, passed=f"{count} files: no fault", as_json=as_json)


@click.command(epilog="\b\nExample:\n  regional-safety describe")
@_PROJECT
def describe(project: Path | None) -> None:
    """
    Renew data/datapackage.json on purpose.

    Until then `check` refuses a table whose rows or content are not those described. What
    changed is said on stderr; tables with faults are not described.
    """
    from analysis.comparability.selections import selections
    from analysis.tables import descriptor

    folder = _data(project)
    changed = descriptor.compare(folder)
    descriptor.describe(folder, selections)
    for change in changed:
        click.echo(f"now described: {change.file}: {change.found}", err=True)
    click.echo(str(folder / descriptor.FILE))


@click.command(epilog="\b\nExample:\n  regional-safety verify --originals data/originals")
@_PROJECT
@_ORIGINALS
@_JSON
def verify(project: Path | None, originals: Path | None, *, as_json: bool) -> None:
    """
    Hold every row against the originals.

    Each original must be the one that was compiled (sha256, length); the list of its numerals
    exact; every row's numeral, printed text, evidence, value and sign in place; and every
    identity must close as it claims. What was proved goes to stdout.
    """
    from analysis.tables import load
    from analysis.tables import originals as proof

    folder = _data(project)
    place = originals or folder / "originals"
    if not place.is_dir():
        raise UsageError(f"no originals in {place}: give --originals DIR with one .txt a region")
    held = load.load(folder)
    faults = proof.verify(held, place)
    if not faults and not as_json:
        click.echo("\n".join(proof.proofs(held)))
    _finish(faults, passed="everything is in place", as_json=as_json)


@click.command(
    epilog="\b\nExample:\n  regional-safety explain chuxiong deaths 2024\n"
    "  regional-safety explain yaohai accidents --language en\n"
    "  regional-safety explain 楚雄 生产安全事故死亡人数 2023"
)
@click.argument("region")
@click.argument("indicator")
@click.argument("period", required=False)
@click.option("--language", default="zh", show_default=True, help="zh or en.")
@_ORIGINALS
@_PROJECT
def explain(
    region: str,
    indicator: str,
    period: str | None,
    *,
    language: str,
    originals: Path | None,
    project: Path | None,
) -> None:
    """
    Tell where a figure comes from.

    Its row and sentence, how sure it is, and what it may be compared with and why; or why there is
    no figure. REGION and INDICATOR are codes of the tables, or Chinese or English names; PERIOD is
    a year, or its first and last day with a slash between, and may be one that only another
    publication tells of. With the originals at hand the whole sentence is quoted.
    """
    from analysis.explore.explain import explain as explained
    from analysis.tables import load

    folder = _data(project)
    place = originals or folder / "originals"
    held = load.load(folder)
    told = explained(held, region, indicator, period, language=language, originals=place)
    click.echo(told)
