"""Read the picture of a figure: a regular file with a PNG of limited size."""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from analysis import files
from analysis.errors import AnalysisError
from analysis.language.messages import say

if TYPE_CHECKING:
    from PIL.ImageFile import ImageFile

MOST_BYTES = 32 << 20
MOST_PIXELS = 80_000_000


def read(path: Path) -> bytes | None:
    """Return the bytes of the picture *path*; None if there is none, or a link or a pipe."""
    return files.read(path, MOST_BYTES)


@contextmanager
def opened(data: bytes, name: str) -> "Iterator[ImageFile]":
    """
    Open the PNG in *data*.

    Parameters
    ----------
    name
        How an error names it.

    Raises
    ------
    AnalysisError
        If it is no PNG, is damaged, or has more pixels than any figure.
    """
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(data), formats=["PNG"])
        with image:
            _refuse_large(image.width, image.height)
            yield image
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        words = str(error).partition(" <_io")[0]
        raise AnalysisError(say("picture.unreadable", name=name, error=words)) from error


def _refuse_large(width: int, height: int) -> None:
    if width * height > MOST_PIXELS:
        raise ValueError(f"{width} × {height} pixels")
