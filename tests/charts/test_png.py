"""Pixels become a PNG that other programs read."""

import io

import numpy as np
from PIL import Image

from analysis.charts import png


def pixels(height, width):
    """Random pixels of four samples."""
    return np.random.default_rng(1).integers(0, 256, (height, width, 4), np.uint8)


def test_a_png_has_the_pixels_without_alpha():
    """Read by Pillow, another program."""
    drawn = pixels(5, 7)
    data = png.encoded(drawn.tobytes(), 7, 5, 150)
    with Image.open(io.BytesIO(data)) as image:
        assert (image.format, image.mode, image.size) == ("PNG", "RGB", (7, 5))
        assert np.array_equal(np.asarray(image), drawn[:, :, :3])


def test_a_png_says_its_pixels_an_inch():
    """Pillow converts the pixels a metre of the file back to pixels an inch."""
    data = png.encoded(pixels(2, 2).tobytes(), 2, 2, 220)
    with Image.open(io.BytesIO(data)) as image:
        assert [round(dpi) for dpi in image.info["dpi"]] == [220, 220]


def test_a_flat_area_takes_few_bytes():
    """Of 3 MB of white, less than a hundredth is left."""
    white = np.full((1000, 1000, 4), 255, np.uint8)
    assert len(png.encoded(white.tobytes(), 1000, 1000, 150)) < 20_000
