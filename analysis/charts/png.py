"""Encode the pixels of a figure as PNG, faster and smaller than filtered images of charts."""

import struct
import zlib

_RGB = 2  # the colour type of three samples a pixel
_INCH = 0.0254  # metres


def encoded(pixels: bytes, width: int, height: int, dpi: float) -> bytes:
    """
    Return an opaque image as PNG.

    Rows are not filtered: charts are flat areas, which compress better and four times faster
    than after the filters that Pillow tries on each row. The format is that of
    https://www.w3.org/TR/png-3/.

    Parameters
    ----------
    pixels
        Red, green, blue and alpha of each pixel, row after row; alpha is left out.
    dpi
        Pixels an inch, which programs read as the size of the picture.
    """
    import numpy as np

    rows = np.zeros((height, 1 + 3 * width), np.uint8)  # the first byte of a row: no filter
    samples = np.frombuffer(pixels, np.uint8).reshape(height, width, 4)
    rows[:, 1:] = samples[:, :, :3].reshape(height, -1)
    metre = round(dpi / _INCH)
    header = struct.pack(">IIBBBBB", width, height, 8, _RGB, 0, 0, 0)
    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            chunk(b"IHDR", header),
            chunk(b"pHYs", struct.pack(">IIB", metre, metre, 1)),
            chunk(b"IDAT", zlib.compress(rows.data, 2)),
            chunk(b"IEND", b""),
        )
    )


def chunk(name: bytes, body: bytes) -> bytes:
    """Return a chunk of a PNG: length, name, body and checksum."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
