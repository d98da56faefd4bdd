"""Pictures of figures are plain PNG files of limited size, or refused in words."""

import io
import os
import struct
import zlib

import pytest
from PIL import Image

from analysis.errors import AnalysisError
from analysis.figures import pictures, provenance


def chunk(kind: bytes, data: bytes) -> bytes:
    """A chunk of a PNG."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, *more: bytes) -> bytes:
    """A PNG that says it has these pixels, with nearly none."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(bytes(100)))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(more) + pixels + chunk(b"IEND", b"")


KEY = provenance.KEY.encode()
DEEP = chunk(b"iTXt", KEY + b"\0\1\0\0\0" + zlib.compress(b"[" * 100_000))
BOMB = chunk(b"iTXt", KEY + b"\0\1\0\0\0" + zlib.compress(b"[" * 40_000_000))
HARMS = {
    "huge": png(100_000, 100_000),
    "largest": png(2**31 - 1, 2**31 - 1),
    "large": png(13_000, 13_000),
    "cut": png(200, 200),
    "text": png(10, 10, BOMB),
    "deep": png(10, 10, DEEP),
    "words": b"hello",
    "empty": b"",
}


@pytest.mark.parametrize("harm", HARMS)
def test_what_is_no_picture_is_refused_in_words(harm):
    """One line with the name, and no object of Python in it."""
    with pytest.raises(AnalysisError) as refused:
        provenance.read(b"\x89PNG\r\n\x1a\n" + HARMS[harm].removeprefix(b"\x89PNG\r\n\x1a\n"))

    assert "\n" not in str(refused.value)
    assert "object at" not in str(refused.value)


def test_a_picture_behind_a_link_is_not_read(tmp_path):
    """Nor a pipe: a deck shows pictures of its own folder only."""
    path = tmp_path / "a.png"
    out = io.BytesIO()
    Image.new("RGB", (4, 4)).save(out, "PNG")
    path.write_bytes(out.getvalue())
    (tmp_path / "link.png").symlink_to(path)
    os.mkfifo(tmp_path / "pipe.png")

    assert pictures.read(path) == out.getvalue()
    assert pictures.read(tmp_path / "link.png") is None
    assert pictures.read(tmp_path / "pipe.png") is None
