"""The command that writes a made-up panel; it holds no logic."""

from pathlib import Path

import click


@click.command(
    epilog="\b\nExample:\n"
    "  regional-safety simulate --regions 3200 --years 12 --indicators 300 --output national",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("simulated"),
    show_default=True,
    help="The folder to write; made if it is not there.",
)
@click.option("--regions", type=int, default=3_200, show_default=True, help="Districts.")
@click.option("--years", type=int, default=12, show_default=True, help="Up to 2024.")
@click.option("--indicators", type=int, default=300, show_default=True, help="How many of them.")
@click.option(
    "--seed", type=int, default=1, show_default=True, help="Another seed, another country."
)
def simulate(output: Path, regions: int, years: int, indicators: int, seed: int) -> None:
    """
    Write a made-up national panel as Parquet, to try what thousands of regions do.

    Nothing in it is real, and every name says so. Read it with `analysis.load("simulated")`.
    """
    from analysis.tables import simulated

    path = simulated.simulate(
        output, regions=regions, years=years, indicators=indicators, seed=seed
    )
    (output / ".gitignore").write_text("*\n", "utf-8")
    click.echo(path)
