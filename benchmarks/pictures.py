"""Renew the few pictures that README and docs show, from the figures of the last run."""

import io
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image

import analysis
from analysis.tables.simulated import simulate

ROOT = Path(__file__).parent.parent
SHOWN = {
    "expected": "4_expected-{0}/expected-deaths-{0}.png",
    "coverage": "6_coverage-{0}/coverage-{0}.png",
    "trend": "2_trend-{0}-deaths/trend-deaths-{0}.png",
    "comparison": "3_comparison-{0}/comparison-hazards-{0}.png",
}
OF_A_PANEL = ("peers", "ranked", "tiles", "trend")
WIDTH = 1200  # pixels: sharp in a README, small in a repository


def main() -> int:
    """Write ``docs/pictures/<kind>-<language>.png``; 1 when a figure is missing."""
    missing = 0
    for kind, place in SHOWN.items():
        for language in ("zh", "en"):
            source = ROOT / "figures" / place.format(language)
            if not source.exists():
                print(f"no {source.relative_to(ROOT)}: run make figures", file=sys.stderr)
                missing = 1
                continue
            (ROOT / "docs" / "pictures").mkdir(parents=True, exist_ok=True)
            target = ROOT / "docs" / "pictures" / f"{kind}-{language}.png"
            target.write_bytes(shrunk(source.read_bytes()))
    simulated()
    return missing


def simulated() -> None:
    """Write ``docs/pictures/panel-<kind>-en.png`` of a simulated country."""
    with TemporaryDirectory() as folder:
        simulate(Path(folder), regions=3_200, years=5, indicators=3)
        rows = analysis.load(folder).of("deaths")
        for kind in OF_A_PANEL:
            figure = getattr(analysis, kind)("deaths", rows=rows, language="en")
            (page,) = figure if isinstance(figure, tuple) else (figure,)
            target = ROOT / "docs" / "pictures" / f"panel-{kind}-en.png"
            target.write_bytes(shrunk(page.drawn("png", dpi=100)))


def shrunk(png: bytes) -> bytes:
    """The picture at a smaller width with few colours."""
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    height = round(picture.height * WIDTH / picture.width)
    small = picture.resize((WIDTH, height), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    # Other methods mix the colours of regions, which are few among many greys.
    few = small.quantize(256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    few.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


if __name__ == "__main__":
    sys.exit(main())
