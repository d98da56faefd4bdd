"""Compare the safety performance of regions from their published reports; begin with ``load()``."""

from importlib import import_module
from typing import Any

_HOMES = {"load": "tables"}

__all__ = ["load"]


def __getattr__(name: str) -> Any:
    """Open the front door on first use: a run with nothing to do never imports pandas."""
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
