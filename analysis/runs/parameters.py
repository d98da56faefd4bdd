"""
The parameters that a notebook declares in its cell tagged ``parameters``, and checks of values.

The notebook is read as JSON and the cell is parsed; nothing is run.
"""

import ast
import codecs
import io
import itertools
import json
import os
import re
import tokenize
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple, NotRequired, TypedDict

from analysis import files, project, validation
from analysis.errors import UsageError, WordError
from analysis.language.messages import say
from analysis.language.text import Text
from analysis.language.vocabulary import Language
from analysis.project import FIRST_YEAR, LAST_YEAR

from .lookup import Words

Value = str | int | float | bool
LONGEST = 200
_KINDS: dict[str, tuple[type, ...]] = {
    "str": (str,),
    "int": (int,),
    "float": (float, int),
    "bool": (bool,),
    "Language": (str,),
}
_INJECTED = re.compile(r"# (?:injected )?parameters\b", re.IGNORECASE)
_WORD = r"[\w.-]+"
_CLOSED = re.compile(rf"(?:one of:?\s+)?({_WORD}(?:, {_WORD})*(?:,? or {_WORD})?)$")


class Parameter(NamedTuple):
    """One line of the cell tagged ``parameters``: ``name: kind = default  # help``."""

    name: str
    kinds: tuple[type, ...]  # empty for any type
    help: str

    @property
    def words(self) -> list[str]:
        """
        Return the values listed in the help; an empty list if it lists none.

        >>> Parameter("kind", (str,), "one of: level, change_pct").words
        ['level', 'change_pct']
        >>> Parameter("language", (str,), "zh or en").words
        ['zh', 'en']
        >>> Parameter("indicator", (str,), "a code of data/indicators.csv").words
        []
        """
        listed = _CLOSED.match(self.help)
        if not listed or not ("one of" in self.help or " or " in self.help):
            return []
        return re.split(r",? or |, ", listed[1])


class Tagged(TypedDict):
    """The metadata of a cell."""

    tags: NotRequired[list[str]]


class Output(TypedDict):
    """An output of a cell."""

    output_type: str
    name: NotRequired[str]
    text: NotRequired[str | list[str]]
    ename: NotRequired[str]
    evalue: NotRequired[str]


class Cell(TypedDict):
    """A cell of a notebook of format 4."""

    cell_type: str
    source: str | list[str]
    metadata: Tagged
    outputs: NotRequired[list[Output]]
    execution_count: NotRequired[int | None]


class Kernel(TypedDict):
    """The kernel that a notebook names."""

    name: NotRequired[str]
    language: NotRequired[str]


class About(TypedDict):
    """The metadata of a notebook."""

    kernelspec: NotRequired[Kernel]


class Format4(TypedDict):
    """A notebook of format 4, as far as it is used here."""

    cells: list[Cell]
    metadata: About


class Notebook(NamedTuple):
    """The cells, kernel and language of a notebook."""

    cells: list[dict[str, Any]]
    kernel: str  # the kernel it names, "" if none
    language: str


def notebook(path: Path, known: Iterable[str] = ()) -> Notebook:
    """
    Read the notebook at *path*.

    Raises
    ------
    UsageError
        If there is no such file (naming the nearest of *known*), or it is not a notebook.
    """
    if not os.path.lexists(path):
        raise WordError(say("word.notebook"), path.stem, sorted(known))
    data = files.read(Path(os.path.realpath(path)))
    if data is None:
        raise UsageError(say("notebook.unreadable", path=path))
    try:
        whole = validation.parsed(data.removeprefix(codecs.BOM_UTF8), Format4)
    except ValueError as error:
        damage = _damage(data, error)
        raise UsageError(say("notebook.damaged", path=path, damage=damage)) from error
    cells: list[dict[str, Any]] = [
        {**cell, "source": "".join(cell["source"]), "tags": cell["metadata"].get("tags", [])}
        for cell in whole["cells"]
    ]
    kernel = whole["metadata"].get("kernelspec", {})
    return Notebook(cells, kernel.get("name", ""), kernel.get("language", "python"))


def _damage(data: bytes, error: ValueError) -> Text:
    if b"<<<<<<<" in data:
        return say("notebook.merge")
    if isinstance(error, json.JSONDecodeError):
        return say("notebook.no_json", error=error)
    return say("notebook.other_format", error=error)


def declared(path: Path, of: Notebook) -> dict[str, Parameter]:
    """
    Return the parameters that the tagged cell of the notebook *of* declares, by name.

    Raises
    ------
    UsageError
        If no cell is tagged ``parameters``, or the cell is not Python.
    """
    tagged = [cell for cell in of.cells if "parameters" in cell["tags"]]
    if not tagged:
        raise UsageError(say("notebook.no_tag", path=path))
    source = tagged[0]["source"]
    if of.language != "python":
        names = re.findall(r"^\s*(\w+)\s*(?:<-|=)", source, re.MULTILINE)
        return {name: Parameter(name, (), "") for name in names}
    try:
        return {one.name: one for one in _parsed(source)}
    except (SyntaxError, ValueError, RecursionError, MemoryError, tokenize.TokenError) as error:
        raise UsageError(say("notebook.no_python", path=path, error=error)) from error


def _parsed(source: str) -> Iterable[Parameter]:
    notes = {
        token.start[0]: token.string.lstrip("# ").strip()
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type == tokenize.COMMENT
    }
    for line in ast.parse(source).body:
        note = notes.get(line.end_lineno or 0, "")
        if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name):
            yield Parameter(line.target.id, _annotated(line.annotation), note)
        elif isinstance(line, ast.Assign) and isinstance(line.targets[0], ast.Name):
            yield Parameter(line.targets[0].id, _guessed(line.value), note)


def _annotated(kind: ast.expr) -> tuple[type, ...]:
    """Return the types that an annotation allows; empty (any type) if it is not known."""
    if isinstance(kind, ast.BinOp):
        left, right = _annotated(kind.left), _annotated(kind.right)
        return (*left, *right) if left and right else ()
    if isinstance(kind, ast.Constant) and kind.value is None:
        return (type(None),)
    return _KINDS.get(kind.id, ()) if isinstance(kind, ast.Name) else ()


def _guessed(default: ast.expr) -> tuple[type, ...]:
    known = isinstance(default, ast.Constant) and default.value is not None
    return _KINDS.get(type(default.value).__name__, ()) if known else ()  # type: ignore[attr-defined]


def typed(words: Iterable[str], known: Mapping[str, Parameter]) -> dict[str, Value]:
    """
    Return the parameters in *words*, each ``name=value``, as the types that *known* declares.

    Raises
    ------
    UsageError
        For a word without ``=``, and a name that is not declared.

    Examples
    --------
    >>> typed(["first_year=2015"], {"first_year": Parameter("first_year", (int,), "")})
    {'first_year': 2015}
    """
    values: dict[str, Value] = {}
    for word in words:
        name, equals, text = word.partition("=")
        if not equals:
            raise UsageError(say("parameter.no_word", word=word))
        if name not in known:
            raise WordError(say("word.parameter"), name, known)
        values[name] = _converted(text, known[name].kinds)
    return values


def _converted(text: str, kinds: tuple[type, ...]) -> Value:
    """Return *text* as the first of *kinds* that it can be; as text if it can be none."""
    if bool in kinds and text.lower() in {"true", "false"}:
        return text.lower() == "true"
    for kind in (int, float):
        if kind in kinds:
            with suppress(ValueError):
                return kind(text)
    return text


def check_parameters(namespace: Mapping[str, Any]) -> None:
    """
    Refuse parameters that papermill, a scheduler or Quarto gave a notebook that lacks them.

    Parameters
    ----------
    namespace
        ``globals()`` of the notebook. The cell with the given values is known by its comment, and
        follows the cell tagged ``parameters``.

    Raises
    ------
    UsageError
        For the first parameter that is not declared, is of the wrong type, or has an impossible
        value, naming the nearest valid names or values.
    """
    for tagged, cell in itertools.pairwise(namespace.get("In", ())):
        if _INJECTED.match(cell):
            known = {one.name: one for one in _parsed(tagged)}
            given = {one.name: namespace[one.name] for one in _parsed(cell)}
            check(say("parameter.here"), given, known, Words(project.home() / "data").of)


def check(
    where: str | Text,
    given: Mapping[str, Any],
    known: Mapping[str, Parameter],
    allowed: Callable[[str], Sequence[str]],
) -> None:
    """
    Refuse a parameter that is not declared, is of the wrong type, or has an impossible value.

    Parameters
    ----------
    where
        The beginning of the message: the notebook.
    allowed
        Function of a name that returns the values the tables allow for it; none if it may have any.

    Raises
    ------
    UsageError
        For the first such parameter, naming the nearest valid names or values.

    Examples
    --------
    >>> year = {"first_year": Parameter("first_year", (int,), "")}
    >>> check("2_trend", {"first_year": "2020"}, year, lambda name: [])
    Traceback (most recent call last):
    analysis.errors.UsageError: 2_trend: first_year = '2020' is a str, but int is declared
    """
    for name, value in given.items():
        if name not in known or name.startswith("__"):
            kind = say("word.in", where=where, kind=say("word.parameter"))
            raise WordError(kind, name, known)
        _check_type(where, known[name], value)
        _check_text(where, name, value)
        words = known[name].words or allowed(name)
        if name == "language":
            words = [word.value for word in Language]
        is_left_out = value == "" and "empty" in known[name].help
        if words and str(value) not in words and not is_left_out:
            raise WordError(say("parameter.named", where=where, name=name), value, words)
        if name.endswith("_year") and not FIRST_YEAR <= _year(value) <= LAST_YEAR:
            limits = {"first": FIRST_YEAR, "last": LAST_YEAR}
            raise UsageError(say("parameter.year", where=where, name=name, value=value, **limits))


def _year(value: object) -> int:
    return value if isinstance(value, int) else 0


def _check_type(where: str | Text, parameter: Parameter, value: object) -> None:
    kinds = parameter.kinds
    fits = isinstance(value, kinds) and (not isinstance(value, bool) or bool in kinds)
    if kinds and not fits:
        names = [Text(kind.__name__, kind.__name__) for kind in kinds]
        declared_type = Text.joined(names, zh=" 或 ", en=" or ")
        types = {"given": type(value).__name__, "declared": declared_type}
        values = {"name": parameter.name, "value": value, **types}
        raise UsageError(say("parameter.type", where=where, **values))


def _check_text(where: str | Text, name: str, value: object) -> None:
    if isinstance(value, str) and (len(value) > LONGEST or not value.isprintable()):
        values = {"name": name, "value": value[:40], "most": LONGEST}
        raise UsageError(say("parameter.long", where=where, **values))
