"""
Figures as files: the record of a figure, the manifest of a run, provenance inside files.

``record`` saves a figure with its record, ``drawn`` reads positions of marks from a drawing,
``manifest`` lists what was made from what, ``provenance`` writes the sources into a picture,
``carriers`` and ``office`` read and write Office files that carry it.

Imports: charts and below.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .record import save

__all__ = ["save"]


def __getattr__(name: str) -> Any:
    """Import drawing on first use: commands that only read the manifest never load it."""
    if name == "save":
        from .record import save

        return save
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
