"""
The fingerprint of a figure as a small QR code, which survives a screenshot.

The code has ``RS:`` and the sixteen digits in capital letters, which fit the smallest size of code.
"""

import io
from typing import Any

SIDE = 0.5  # inches, with the quiet zone
HEAD = "RS:"


def words(fingerprint: str) -> str:
    """
    Return the text of the code.

    >>> words("f86157e1abcd0123")
    'RS:F86157E1ABCD0123'
    """
    return f"{HEAD}{fingerprint.upper()}"


def png(fingerprint: str) -> bytes:
    """Return the code as a PNG with a quiet zone."""
    out = io.BytesIO()
    _code(fingerprint).save(out, kind="png", scale=8, border=4)
    return out.getvalue()


def draw(page: Any, fingerprint: str) -> None:
    """Draw the code into the upper right corner of a page of matplotlib."""
    wide, high = page.get_size_inches()
    box = (1 - SIDE / wide, 1 - SIDE / high, SIDE / wide, SIDE / high)
    axes = page.add_axes(box, gid="qr")
    modules = [[1 - bit for bit in line] for line in _code(fingerprint).matrix_iter(border=4)]
    axes.imshow(modules, cmap="gray", vmin=0, vmax=1, interpolation="none")
    axes.set_axis_off()


def _code(fingerprint: str) -> Any:
    import segno

    return segno.make(words(fingerprint), error="m", micro=False)
