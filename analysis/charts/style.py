"""
The style of figures: font, colours, sizes and marks.

The font file is part of the package and is registered under a private name, so that a font
installed on the machine cannot replace it.
"""

import io
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import matplotlib as mpl
from matplotlib import font_manager, ft2font
from matplotlib.colors import to_hex, to_rgb

from analysis.errors import AnalysisError, GlyphError
from analysis.language.messages import say

FAMILY = "Regional Safety Sans"
_FONT = Path(__file__).parent / "font" / "NotoSansSC-Regular.ttf"

INK = "#1F2933"
GREY = "#6B7280"
BAND = "#E5E7EB"
QUIET = "#9CA3AF"  # of marks and dashes less prominent than others
BLUE = "#153C85"  # of marks that are of no region in particular
DPI = 150  # pixels an inch of a PNG
SHADE, AXIS = "#F3F4F6", "#C9CED6"  # behind every second row; the small axis of one row
# Found by a search: each dark enough for text on white, all distinct for readers with red or green
# blindness, and five distinct greys in print.
REGIONS = {
    "anhui": BLUE,
    "anshan": "#B45E0A",
    "chuxiong": "#067941",
    "nantong": "#A91A62",
    "yaohai": "#5E4A07",
}
# For additional regions: as dark on white as the first five.
_MORE = ("#4C4FA8", "#A3333D", "#2F6F7E", "#6B6B00", "#7A4E2D")


class Size(NamedTuple):
    """
    A page form: width and height in inches, and text sizes in points.

    ``note`` is the small print of a plot, ``foot`` that below it; ``corner`` the pointer to the
    method.
    """

    width: float
    height: float
    title: float
    subtitle: float
    label: float
    note: float
    foot: float
    corner: float


SLIDE = Size(13.333, 7.5, 24, 15, 13, 12, 12, 8)
PAGE = Size(8.27, 5.2, 15, 10, 8.5, 7, 7.5, 5.5)
A4 = Size(6.14, 5.8, 13, 10, 9, 8, 8, 6)  # the text of an official page is 156 mm wide
SIZES = {"slide": SLIDE, "page": PAGE, "a4": A4}


def colour(region: str) -> str:
    """
    Return the colour of *region*, the same in every figure.

    Regions beyond the first five get a colour from their name, the same in every run.

    >>> colour("chuxiong"), colour("lijiang") == colour("lijiang")
    ('#067941', True)
    """
    return REGIONS.get(region) or _MORE[sum(map(ord, region)) % len(_MORE)]


def pale(colour: str) -> str:
    """Return *colour* mixed with as much white."""
    red, green, blue = ((1 + share) / 2 for share in to_rgb(colour))
    return to_hex((red, green, blue))


@cache
def font_file() -> Path:
    """
    Return the path of the Simplified Chinese sans serif in the package.

    Raises
    ------
    AnalysisError
        If the file is missing: the package is not installed as a whole.
    """
    if not _FONT.is_file():
        raise AnalysisError(say("error.no_font", name=_FONT.name))
    return _FONT


@cache
def _characters() -> frozenset[int]:
    return frozenset(ft2font.FT2Font(str(font_file())).get_charmap())


def require_glyphs(text: str) -> None:
    """
    Raise an error if *text* has characters that the figure font lacks.

    Raises
    ------
    GlyphError
        With the missing characters.
    """
    missing = [c for c in dict.fromkeys(text) if c != "\n" and ord(c) not in _characters()]
    if missing:
        raise GlyphError(text, missing)


@contextmanager
def house_style() -> Iterator[None]:
    """Apply the style to figures drawn and saved in the context; restore settings on exit."""
    _register_font()
    look = _look()
    with nullcontext() if mpl.rcParams == look else mpl.rc_context(rc=look):
        _open_font(threading.get_ident())
        yield


@cache
def _look() -> Any:
    return mpl.rcParamsDefault.copy() | _RC


class _FontFile(io.BytesIO):
    """The font file in memory, with the name by which matplotlib knows a file."""

    name = str(_FONT)


_OPENING = threading.Lock()  # of two threads, one would put back what the other has put in place


@cache
def _font_bytes() -> bytes:
    return font_file().read_bytes()


@cache
def _open_font(_thread: int) -> None:
    """
    Open the figure font from memory.

    FreeType reads each glyph through the Python file that matplotlib opens for a font, in blocks
    of 8 kB; from memory, pages are drawn a quarter faster. Matplotlib has no argument for it:
    https://github.com/matplotlib/matplotlib/blob/v3.11.0/src/ft2font_wrapper.cpp. It keeps a font
    for each thread, and none after a fork.
    """

    def from_memory(file: Any, *arguments: Any, **options: Any) -> Any:
        if file == _FontFile.name:
            return _FontFile(_font_bytes())
        return opened(file, *arguments, **options)

    with _OPENING:
        opened = io.open
        io.open = from_memory
        try:
            font_manager.get_font(font_manager.FontPath(_FontFile.name, 0))
        finally:
            io.open = opened


if hasattr(os, "register_at_fork"):  # not on Windows, which does not fork
    os.register_at_fork(after_in_child=_open_font.cache_clear)


def _register_font() -> None:
    manager = font_manager.fontManager
    if not any(entry.name == FAMILY for entry in manager.ttflist):
        entry = font_manager.FontEntry(
            fname=str(font_file()),
            name=FAMILY,
            style="normal",
            variant="normal",
            weight=400,
            stretch="normal",
            size="scalable",
        )
        manager.ttflist.append(entry)


_RC = {
    "backend": "agg",
    "font.family": [FAMILY],
    "text.color": INK,
    "text.hinting": "none",  # letters are placed as measured, at every resolution
    "text.parse_math": False,  # text such as US$5 is not a formula
    "axes.edgecolor": BAND,
    "axes.labelcolor": GREY,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.axisbelow": True,
    "axes.grid": False,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "xtick.minor.size": 0,
    "ytick.minor.size": 0,
    "grid.color": BAND,
    "grid.linewidth": 0.8,
    "lines.solid_capstyle": "butt",
    "figure.dpi": 100,
    "savefig.dpi": DPI,
    "svg.fonttype": "path",  # independent of the fonts installed on the machine
    "svg.hashsalt": "regional-safety",
    "pdf.fonttype": 42,
}


class _Callable(ModuleType):
    """A callable module, so that ``with analysis.style():`` works."""

    def __call__(self) -> AbstractContextManager[None]:
        """Apply the style to figures drawn and saved in the context."""
        return house_style()


sys.modules[__name__].__class__ = _Callable


def warm_up() -> None:
    """Draw a small figure to PNG and SVG, so that forked jobs start with filled caches."""
    import io

    from matplotlib.figure import Figure

    with house_style():
        figure = Figure(figsize=(1, 1))
        figure.text(0.1, 0.5, "安全 Safety 123")
        for kind in ("png", "svg"):
            figure.savefig(io.BytesIO(), format=kind)
