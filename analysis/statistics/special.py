"""Import ``scipy.special`` without packages of numpy that it does not use."""

import sys

import numpy as np

# scipy's copy of array_api_compat takes every name of numpy when it is imported (clone_module in
# https://github.com/data-apis/array-api-compat/blob/main/src/array_api_compat/_internal.py), and
# numpy imports these packages when they are named: 0.1 s.
_UNUSED = ("f2py", "testing")

_absent = [name for name in _UNUSED if f"numpy.{name}" not in sys.modules]
vars(np).update(dict.fromkeys(_absent))
try:
    from scipy import special
finally:
    for _name in _absent:
        delattr(np, _name)

__all__ = ["special"]
