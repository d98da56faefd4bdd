"""Import ``scipy.special`` without packages of numpy that it does not use."""

import sys

import numpy as np

# scipy makes a copy of every name of numpy when it is imported, and numpy imports these packages
# when they are named: https://github.com/scipy/scipy/blob/v1.17.0/scipy/_lib/_array_api.py. They
# take 0.1 s, as long as pandas' own modules.
_UNUSED = ("f2py", "testing")

_absent = [name for name in _UNUSED if f"numpy.{name}" not in sys.modules]
vars(np).update(dict.fromkeys(_absent))
try:
    from scipy import special
finally:
    for _name in _absent:
        delattr(np, _name)

__all__ = ["special"]
