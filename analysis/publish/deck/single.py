"""
A deck of one slide, made from the files of one figure, without a manifest.

For figures made outside a run; the slide is the same as in a complete deck.
"""

import json
from pathlib import Path
from typing import Any

from analysis.publish import content

from . import slides, store, template


def slide(folder: Path, name: str, **origin: Any) -> bytes:
    """
    Return a deck with the slide of one figure.

    Parameters
    ----------
    folder
        The folder with ``<name>.json`` and ``<name>.png``, written by ``figures.save``.
    name
        The name of the figure.
    origin
        How the figure was made (``notebook``, ``parameters``); stored in the slide.

    Returns
    -------
    bytes
        A PPTX file; the same figure gives the same bytes.
    """
    record = {**json.loads((folder / f"{name}.json").read_bytes()), **origin}
    deck = template.empty(None)
    slide_content = content.content(record, record["language"])
    slides.add(deck, slide_content, record["language"], folder)
    return store.sealed(deck, [slide_content], record["language"], record["fingerprint"])
