"""
One figure as a deck of one slide, from the files that ``figure`` has written; no manifest.

For a figure made by hand: what the slide says and carries is the same as in a whole deck.
"""

import json
from pathlib import Path
from typing import Any

from analysis.publish import content

from . import slides, template


def slide(folder: Path, name: str, **made: Any) -> bytes:
    """
    A deck of one slide.

    Parameters
    ----------
    folder
        Where :func:`figure` has written ``<name>.json`` and ``<name>.png``.
    name
        The name of the figure.
    made
        How it was made (``notebook``, ``parameters``), to be carried by the slide.

    Returns
    -------
    bytes
        A PPTX file; the same figure gives the same bytes.
    """
    record = {**json.loads((folder / f"{name}.json").read_bytes()), **made}
    deck = template.empty(None)
    said = content.content(record, record["language"])
    slides.add(deck, said, record["language"], folder)
    return slides.sealed(deck, [said], record["language"], record["fingerprint"])
