"""Publications: figures with their record, and what is built from the manifest."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .figures import figure

__all__ = ["figure"]


def __getattr__(name: str) -> Any:
    """Load drawing on first use: a command that only reads the manifest never imports it."""
    if name == "figure":
        from .figures import figure

        return figure
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
