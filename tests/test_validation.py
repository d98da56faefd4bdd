"""Plain data is checked against types, and what does not fit is named with its position."""

import math
from typing import Annotated, Literal, NotRequired, TypedDict

import pytest

from analysis import validation


class Read(TypedDict):
    """A table within a table."""

    table: str


class Job(TypedDict):
    """A table with known keys."""

    name: validation.Name
    deadline: NotRequired[float]
    each: NotRequired[dict[str, str | list[validation.Scalar]]]
    executor: NotRequired[Literal["kernel", "in-process"]]
    rows: NotRequired[list[validation.Row]]
    share: NotRequired[float | Literal["∞"] | None]
    reads: NotRequired[list[str | Read]]
    mark: NotRequired[validation.Hash | None]
    pair: NotRequired[Annotated[list[str], lambda pair: len(pair) == 2, "a pair"]]


@pytest.mark.parametrize(
    "value",
    [
        {"name": "draw"},
        {"name": "draw", "more": [[[]]]},
        {"name": "安", "deadline": 1, "each": {"x": ["a", 1, 2.5, True], "y": "regions"}},
        {"name": "draw", "executor": "kernel", "rows": [{"a": 1, "b": None}, {}]},
        {"name": "draw", "share": "∞", "pair": ["a", "b"]},
        {"name": "draw", "mark": "0" * 64},
        {"name": "draw", "mark": None},
        {"name": "draw", "share": None, "reads": ["a", {"table": "b"}]},
    ],
)
def test_what_fits_is_returned_as_it_is(value):
    """A whole number is a number; keys that are not known are left alone."""
    assert validation.checked(value, Job) is value


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        (None, "it must be a table, not nothing"),
        ([], "it must be a table, not a list"),
        ({}, "it has no name"),
        ({"name": 5}, "name must be text, not a whole number"),
        ({"name": "../x"}, "name must be a plain file name, not '../x'"),
        ({"name": "x", "deadline": "5"}, "deadline must be a number, not text"),
        ({"name": "x", "deadline": True}, "deadline must be a number, not true or false"),
        ({"name": "x", "deadline": math.nan}, "deadline must be a number, not nan"),
        ({"name": "x", "each": ["a"]}, "each must be a table, not a list"),
        ({"name": "x", "each": {"y": 5}}, "each.y must be text or a list, not a whole number"),
        ({"name": "x", "each": {"y": [[1]]}}, "each.y[0] must be text or"),
        ({"name": "x", "executor": "rocket"}, "executor must be kernel or in-process, not text"),
        ({"name": "x", "rows": [{"a": {}}]}, "rows[0] must be a table of single values"),
        ({"name": "x", "rows": [1]}, "rows[0] must be a table, not a whole number"),
        ({"name": "x", "share": "x"}, "share must be ∞, not text"),
        ({"name": "x", "mark": "0"}, "mark must be a SHA-256, not '0'"),
        ({"name": "x", "reads": ["a", {"tabel": "b"}]}, "reads[1] has no table"),
        ({"name": "x", "pair": ["a"]}, "pair must be a pair, not a list"),
    ],
)
def test_the_first_misfit_is_named_with_its_position(value, fault):
    """In words of a table, a list, text and numbers."""
    with pytest.raises(ValueError, match=r"must be|has no") as refused:
        validation.checked(value, Job)

    assert str(refused.value).startswith(fault)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"\xff\xfe{",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"a": NaN}',
        b'{"a": 1e999}',
        b'{"a": ' + b"9" * 5000 + b"}",
        b'{"a": ' + b"9" * 400 + b"}",
        b'{"a": "\\ud800"}',
        b'{"\\uDFFF": 1}',
    ],
)
def test_what_is_no_usable_json_is_refused(data):
    """Cut off, not UTF-8, too deep, no number, half a character: one kind of exception."""
    with pytest.raises(ValueError):  # noqa: PT011  the reasons are those of the parser
        validation.parsed(data, dict[str, validation.Scalar])


@pytest.mark.parametrize(
    ("kind", "value", "fits"),
    [
        (list[dict[str, str]], ["a"], False),
        (list[dict[str, str]], [{"a": "b"}], True),
        (list[list[str]], ["a"], False),
        (list[list[str]], [["a"]], True),
        (list[str | int], ["a", 1], True),
        (list[str | int], ["a", 1.5], False),
        (list[float | None], [1, 1.5, None], True),
        (list[float | None], [1, math.inf], False),
        (list[validation.Row], [{"a": -math.inf}], False),
        (list[Literal["a", "b"]], ["a", "c"], False),
        (dict[str, list[int]], {"a": [True]}, False),
    ],
)
def test_the_parts_of_a_list_are_what_they_should_be(kind, value, fits):
    """A list of tables of texts is no list of texts."""
    assert (validation.misfit(value, kind) == "") == fits


def test_a_large_number_and_a_whole_character_are_kept():
    """A hash that looks like an exponent, a number that is large but finite, an astral sign."""
    data = b'{"a": 1e100, "b": "9e999", "c": 12345678901234567890, "d": "\\ud83d\\ude00"}'

    value = validation.parsed(data, validation.Row)

    assert value == {"a": 1e100, "b": "9e999", "c": 12345678901234567890, "d": "😀"}
