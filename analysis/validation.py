"""
Check plain data, read from JSON or TOML, against the types that a program expects.

The types are those of ``typing``: a ``TypedDict`` for a table with known keys, ``list[T]``,
``dict[str, T]``, ``T | U``, ``Literal``, and ``Annotated[T, test, "what is expected"]`` for a
further test. pydantic would add a quarter of a second to every command, and msgspec a dependency,
for these few forms.
"""

import json
import math
import re
import sys
import types
from collections.abc import Callable, Collection
from functools import cache
from typing import (
    Annotated,
    Any,
    Literal,
    NotRequired,
    Required,
    TypeVar,
    Union,
    cast,
    get_args,
    get_origin,
    get_type_hints,
)

from .files import is_plain

T = TypeVar("T")
_NAMES = {
    dict: "a table",
    list: "a list",
    str: "text",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    type(None): "nothing",
}
_ESCAPED_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]|\xed[\xa0-\xbf]")

_DIGITS = bytes.maketrans(b"123456789", b"0" * 9)
_LONG = b"0" * 300  # digits of a number that no float holds


def skip_grammar() -> None:
    """
    Keep jsonschema from building a grammar of web addresses when it is imported.

    The grammar takes a second. Without it the format "iri-reference" is not checked, which no
    notebook and no descriptor uses.
    """
    sys.modules.setdefault("rfc3987_syntax", cast("Any", None))


def _is_hash(text: str) -> bool:
    return re.fullmatch("[0-9a-f]{64}", text) is not None


Scalar = str | int | float | bool | None
Row = dict[str, Scalar]
Name = Annotated[str, is_plain, "a plain file name"]
Hash = Annotated[str, _is_hash, "a SHA-256"]


def parsed(data: bytes, kind: type[T]) -> T:
    """
    Return the JSON *data* if it is a *kind*.

    Raises
    ------
    ValueError
        If it is not JSON, is nested too deeply, contains NaN or half a character, or does not fit.

    Examples
    --------
    >>> parsed(b'{"deaths": [1, 2]}', dict[str, list[int]])
    {'deaths': [1, 2]}
    >>> parsed(b'{"deaths": [1, "2"]}', dict[str, list[int]])
    Traceback (most recent call last):
    ValueError: deaths[1] must be a whole number, not text
    """
    try:
        exact = _finite if _LONG in data.translate(_DIGITS) else None
        value = json.loads(data, parse_constant=_finite, parse_float=exact, parse_int=exact)
        if _ESCAPED_SURROGATE.search(data):
            json.dumps(value, ensure_ascii=False).encode()
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    return checked(value, kind)


def _finite(word: str) -> float:
    number = float(word)
    if not math.isfinite(number):
        raise ValueError(f"{word[:20]} is no number that can be used")
    return int(word) if word.lstrip("-").isdecimal() else number


def checked(value: object, kind: type[T]) -> T:
    """
    Return *value* if it is a *kind*.

    Raises
    ------
    ValueError
        Naming the first part that is not.
    """
    if fault := misfit(value, kind):
        raise ValueError(fault)
    return cast("T", value)


def misfit(value: object, kind: Any, where: str = "") -> str:
    """Return what in *value* does not fit *kind*, or ``""``."""
    return _test(kind)(value, where)


Test = Callable[[object, str], str]
_SCALARS = frozenset({str, int, float, bool, type(None)})


@cache
def _test(kind: Any) -> Test:
    """Return a function of a value and its position that returns the first misfit, or ``""``."""
    origin, args = get_origin(kind), get_args(kind)
    if kind is object:
        return lambda _value, _where: ""
    if origin in {Required, NotRequired}:
        return _test(args[0])
    if origin is Annotated:
        return _annotated(_test(args[0]), *args[1:])
    if origin in {Union, types.UnionType}:
        return _union(args)
    if origin is Literal:
        return _literal(args)
    if origin is list:
        return _list(args[0])
    if origin is dict:
        return _row if kind == Row else _mapping(*map(_test, args))
    return _table(kind) if hasattr(kind, "__required_keys__") else _simple(kind)


def _wrong(where: str, expected: str, value: object) -> str:
    odd = isinstance(value, float) and not math.isfinite(value)
    given = _NAMES.get(type(value), "") if not odd else ""
    return f"{where or 'it'} must be {expected}, not {given or repr(value)[:40]}"


def _name(kind: Any) -> str:
    return _NAMES.get(get_origin(kind) or kind, "a table")


def _annotated(test: Test, fits: Callable[[Any], bool], expected: str) -> Test:
    def fault(value: object, where: str) -> str:
        if fault := test(value, where):
            return fault
        shown = repr(value)[:60] if isinstance(value, str | int | float) else _name(type(value))
        return "" if fits(value) else f"{where or 'it'} must be {expected}, not {shown}"

    return fault


def _union(args: tuple[Any, ...]) -> Test:
    """Choose the test by the type of the value; the types of a union differ."""
    tests = {_type(one): one for one in args}
    tests |= {int: float} if float in tests and int not in tests else {}
    by_type = {type_: _test(one) for type_, one in tests.items()}
    expected = " or ".join(_name(one) for one in args if one is not type(None))

    def fault(value: object, where: str) -> str:
        test = by_type.get(type(value))
        return test(value, where) if test else _wrong(where, expected, value)

    return fault


def _type(kind: Any) -> Any:
    """Return the type of the values of *kind*."""
    if get_origin(kind) is Literal:
        return str
    if get_origin(kind) is Annotated:
        return _type(get_args(kind)[0])
    return dict if hasattr(kind, "__required_keys__") else get_origin(kind) or kind


def _literal(words: tuple[Any, ...]) -> Test:
    expected = " or ".join(map(str, words))
    return lambda value, where: "" if value in words else _wrong(where, expected, value)


def _list(kind: Any) -> Test:
    test = _test(kind)
    simple = {*get_args(kind)} if get_origin(kind) in {Union, types.UnionType} else {kind}
    simple |= {int} if float in simple else set()
    simple = simple if simple <= _SCALARS else set()

    def fault(value: object, where: str) -> str:
        if not isinstance(value, list):
            return _wrong(where, "a list", value)
        if simple and {*map(type, value)} <= simple and not _has_infinity(value):
            return ""
        faults = (test(entry, f"{where}[{index}]") for index, entry in enumerate(value))
        return next(filter(None, faults), "")

    return fault


def _mapping(key: Test, test: Test) -> Test:
    def fault(value: object, where: str) -> str:
        if not isinstance(value, dict):
            return _wrong(where, "a table", value)
        start = f"{where}." if where else ""
        faults = (key(n, "a name") or test(one, f"{start}{n}") for n, one in value.items())
        return next(filter(None, faults), "")

    return fault


def _row(value: object, where: str) -> str:
    """Check a flat table in one step, because there are many."""
    if not isinstance(value, dict):
        return _wrong(where, "a table", value)
    flat = {*map(type, value.values())} <= _SCALARS
    finite = flat and not _has_infinity(value.values())
    return "" if finite else f"{where or 'it'} must be a table of single values"


def _has_infinity(values: Collection[object]) -> bool:
    """Return whether JSON such as 1e999 was read as infinity."""
    return math.inf in values or -math.inf in values


def _table(kind: Any) -> Test:
    tests = {name: _test(hint) for name, hint in get_type_hints(kind, include_extras=True).items()}
    required: frozenset[str] = kind.__required_keys__

    def fault(value: object, where: str) -> str:
        if not isinstance(value, dict):
            return _wrong(where, "a table", value)
        if missing := sorted(required - value.keys()):
            return f"{where or 'it'} has no {missing[0]}"
        start = f"{where}." if where else ""
        faults = (tests[name](value[name], start + name) for name in value if name in tests)
        return next(filter(None, faults), "")

    return fault


def _simple(kind: type) -> Test:
    expected = _name(kind)
    if kind is float:
        return lambda value, where: "" if _is_number(value) else _wrong(where, expected, value)
    return lambda value, where: "" if type(value) is kind else _wrong(where, expected, value)


def _is_number(value: object) -> bool:
    return type(value) in {int, float} and abs(cast("float", value)) < math.inf
