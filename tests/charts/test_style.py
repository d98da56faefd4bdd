"""The look: a font of our own, colours that everybody can tell apart, nothing of the machine."""

import subprocess
import sys
import warnings
from itertools import combinations
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.figure import Figure

import analysis
from analysis.charts import style
from analysis.errors import AnalysisError, GlyphError

# Machado, Oliveira & Fernandes 2009, IEEE Trans Vis Comput Graph 15:1291-1298, severity 1.0, for
# linear RGB.
SIGHTS = {
    "all colours": np.eye(3),
    "no red (protanopia)": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "no green (deuteranopia)": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "no blue (tritanopia)": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
# IEC 61966-2-1: linear sRGB to CIE XYZ under D65; the middle line is luminance (WCAG 2.2 too).
TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
WHITE = np.array([0.95047, 1.0, 1.08883])
APART = 12  # in CIELAB; 2.3 is just noticeable
STEP = 4  # of lightness, in grey print
DRAWN = {**style.REGIONS, "benchmark": style.GREY}


def linear(colour):
    """Linear RGB of a hex colour."""
    parts = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def lab(rgb):
    """CIELAB of linear RGB."""
    ratio = TO_XYZ @ np.clip(rgb, 0, 1) / WHITE
    curve = np.where(ratio > 216 / 24389, np.cbrt(ratio), (24389 / 27 * ratio + 16) / 116)
    return np.array([116 * curve[1] - 16, 500 * (curve[0] - curve[1]), 200 * (curve[1] - curve[2])])


def contrast(colour):
    """Contrast with white (WCAG 2.2)."""
    return 1.05 / (TO_XYZ[1] @ linear(colour) + 0.05)


def test_the_colour_arithmetic_is_the_published_one():
    """Pure red: contrast 4.00 with white, CIELAB 53.24, 80.09, 67.20 (Lindbloom)."""
    assert contrast("#FF0000") == pytest.approx(4.00, abs=0.005)
    assert lab(linear("#FF0000")) == pytest.approx([53.24, 80.09, 67.20], abs=0.01)


@pytest.mark.parametrize("colour", [*DRAWN.values(), *style._MORE])
def test_every_colour_is_dark_enough_for_text_on_white(colour):
    """3:1 for a mark, 4.5:1 where it colours a word, and every one of them does."""
    assert contrast(colour) >= 4.5


@pytest.mark.parametrize("sight", SIGHTS)
def test_regions_stay_apart_however_one_sees(sight):
    """Simulated by the matrices of Machado 2009; the grey of benchmarks too."""
    seen = {name: lab(SIGHTS[sight] @ linear(colour)) for name, colour in DRAWN.items()}
    near = {
        (one, other): round(float(np.linalg.norm(seen[one] - seen[other])), 1)
        for one, other in combinations(seen, 2)
    }

    assert min(near.values()) >= APART, sorted(near.items(), key=lambda pair: pair[1])[:3]


def test_regions_stay_apart_in_grey_print():
    """Five steps of lightness."""
    steps = np.diff(sorted(lab(linear(colour))[0] for colour in style.REGIONS.values()))

    assert steps.min() >= STEP, steps


def test_no_red_and_green_pair_says_bad_and_good():
    """Colour names a region and nothing else: each region has one, and no two share it."""
    assert len(set(style.REGIONS.values())) == len(style.REGIONS)
    assert [style.colour(region) for region in style.REGIONS] == list(style.REGIONS.values())


def test_the_style_page_names_the_sizes_and_colours_that_are_drawn():
    """docs/style.md: both forms, every colour of a region with its contrast, and the greys."""
    page = (Path(__file__).parents[2] / "docs" / "style.md").read_text("utf-8")
    for form, size in style.SIZES.items():
        points = " | ".join(f"{points:g} pt" for points in size[2:])
        assert f"| `{form}` | {size.width:g} × {size.height:g} | {points} |" in page
    for region, colour in {**style.REGIONS, "wider regions": style.GREY, "ink": style.INK}.items():
        (line,) = [line for line in page.splitlines() if line.lower().startswith(f"| {region}")]
        assert line.endswith(f"| `{colour}` | {contrast(colour):.1f} |")
    assert f"`{style.BAND}`" in page


@pytest.mark.parametrize("sight", SIGHTS)
def test_the_style_page_prints_how_near_colours_come(sight):
    """The distances of the nearest two, for the palette of now."""
    page = (Path(__file__).parents[2] / "docs" / "style.md").read_text("utf-8")
    seen = [lab(SIGHTS[sight] @ linear(colour)) for colour in DRAWN.values()]
    near = min(float(np.linalg.norm(one - other)) for one, other in combinations(seen, 2))

    (line,) = [line for line in page.splitlines() if line.startswith(f"| {sight}")]
    assert line.endswith(f"| {near:.1f} |")


def test_a_region_that_joins_later_keeps_its_colour_from_run_to_run():
    """By its name, not by its place in a list; never one of the five."""
    assert style.colour("lijiang") == style.colour("lijiang")
    assert style.colour("lijiang") not in style.REGIONS.values()


def test_a_character_that_the_font_lacks_stops_the_run():
    """No empty boxes on a slide; the message names the character."""
    with pytest.raises(GlyphError, match="𓀀"):
        style.require_glyphs("安全𓀀")


def test_every_label_of_the_tables_can_be_drawn(data):
    """Names, definitions, units, parts, evidence, titles and notes of every table."""
    for name in (
        "reports", "regions", "indicators", "breakdowns", "units", "themes", "observations",
        "context", "instruments", "instrument_status", "commitments",
    ):  # fmt: skip
        frame = getattr(data, name)
        words = frame.select_dtypes(exclude=["number", "datetime"]).astype(str)
        style.require_glyphs("".join(sorted(set("".join(words.to_numpy().ravel())))))


def test_the_font_is_a_file_of_the_package_and_not_of_the_machine():
    """The same shapes everywhere, under a name that no machine has."""
    with style.house_style():
        found = mpl.font_manager.findfont(style.FAMILY, fallback_to_default=False)

    assert found == str(style.font_file())
    assert Path(found).is_relative_to(Path(analysis.__file__).parent)


def test_a_missing_font_says_what_to_do(monkeypatch, tmp_path):
    """The one error that a broken installation gives."""
    style.font_file.cache_clear()
    monkeypatch.setattr(style, "_FONT", tmp_path / "NotoSansSC-Regular.ttf")
    try:
        with pytest.raises(AnalysisError, match="install the package again"):
            style.font_file()
    finally:
        style.font_file.cache_clear()


@pytest.mark.parametrize("name", ["浉河区", "勐海县", "珙县", "郏县", "邛崃市", "堽城镇", "犍为县"])
def test_rare_characters_of_place_names_can_be_drawn(name):
    """Characters beyond the 6,763 of GB 2312 occur in names of counties and towns."""
    style.require_glyphs(name)


def test_the_style_is_put_back_on_leaving():
    """Whoever draws something else in the same process finds it as it was."""
    before = dict(mpl.rcParams)

    with style.house_style():
        assert mpl.rcParams["font.family"] == [style.FAMILY]
    assert dict(mpl.rcParams) == before


def test_the_style_does_not_depend_on_the_settings_of_the_user():
    """A matplotlibrc of one's own changes nothing."""
    loud = {"font.size": 40, "axes.grid": True, "savefig.dpi": 20}
    with mpl.rc_context(loud), style.house_style():
        inside = {key: mpl.rcParams[key] for key in loud}

    assert inside == {"font.size": 10.0, "axes.grid": False, "savefig.dpi": 150}


def test_hanzi_and_signs_are_drawn_without_a_warning():
    """The words of a slide, the minus, the bounds and the arrows."""
    with warnings.catch_warnings(), style.house_style():
        warnings.simplefilter("error")
        figure = Figure()
        figure.text(0.1, 0.5, "安全 −6.7% ≥3580件 ≤ ≈ ↓↑→ ●◎△▽○◇□ — “赛马” US$5 $x^2$")
        figure.canvas.draw()


def test_warming_up_fills_the_caches_and_leaves_no_file(tmp_path, monkeypatch):
    """What forked jobs find ready."""
    monkeypatch.chdir(tmp_path)

    style.warm_up()

    assert list(Path(tmp_path).iterdir()) == []


FONT_FILES = """
import io, os, sys
from pathlib import Path
from matplotlib.figure import Figure
from analysis.charts import style

def opened():
    with style.house_style():
        page = Figure()
        page.text(0.5, 0.5, "安全 45")
        page.savefig(io.BytesIO(), format="svg")
        page.savefig(io.BytesIO(), format="png")
    links = map(os.path.realpath, Path("/proc/self/fd").iterdir())
    return sum(link == str(style.font_file()) for link in links)

print(opened(), flush=True)
if os.fork() == 0:
    print(opened(), flush=True)
    os._exit(0)
os.wait()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_text_is_drawn_without_the_font_file_open_also_after_a_fork():
    """Matplotlib would keep the file open and read each glyph through Python."""
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", FONT_FILES]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert done.stdout == "0\n0\n"


def test_the_style_inside_the_style_and_after_it():
    """Settings are those of the style inside, and those of before afterwards."""
    before = mpl.rcParams.copy()
    with style.house_style():
        with style.house_style():
            assert mpl.rcParams["text.hinting"] == "none"
        assert mpl.rcParams["text.hinting"] == "none"
    assert mpl.rcParams == before
