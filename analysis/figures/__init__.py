"""
Figures as files: records, the manifest of a run, provenance inside files.

``calls`` draws a figure of each kind from the arguments that ``request`` checks, ``inputs`` keeps
what figures compute from the tables.
``record`` saves a figure with its record, ``drawn`` reads positions of marks from a drawing,
``manifest`` lists figures and their inputs, ``provenance`` writes the sources into a picture,
``carriers`` and ``office`` read and write Office files with provenance.

Imports: charts and below.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .record import save

__all__ = ["save"]


def __getattr__(name: str) -> Any:
    """Import drawing modules on first use, so that reading a manifest does not load them."""
    if name == "save":
        from .record import save

        return save
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
