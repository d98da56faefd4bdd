"""
Charts: functions that draw tidy rows as figures, without reading, computing or saving.

``form`` is ``slide`` or ``page`` (half a sheet). With ``ax``, axes of ``plt.subplots``, the chart
and its title replace these axes in their figure; the other texts are in ``caption``.

``charts.trend`` is the function ``trend`` of the module ``trend``, and so on.
"""

from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any

from .figure import Caption, Figure
from .paging import Pages, on_pages

__all__ = ["Caption", "Figure", "Pages", "on_pages"]

for _name in [entry.name for entry in iter_modules(__path__)]:
    _module = import_module(f"{__name__}.{_name}")
    globals()[_name] = getattr(_module, _name, _module)

if TYPE_CHECKING:

    def __getattr__(name: str) -> Any: ...
