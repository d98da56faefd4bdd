"""Errors survive a process pool and say what, where and what next."""

import ast
import pickle
from pathlib import Path

import pytest

from analysis import errors
from analysis.errors import AnalysisError, Fault, GlyphError, TableError, WordError
from analysis.language.messages import say
from analysis.language.text import Text

LEVEL, DISTRICT = Text("级别未知", "not a known level"), Text("写district", "write district")
FAULT = Fault("regions.csv", 3, "level", "'town'", LEVEL, DISTRICT)
EXAMPLES = [
    WordError("region", "chuxion", ["chuxiong", "anhui"]),
    WordError("region", "安", ["chuxiong", "anhui"], [Text("anhui (安徽)", "anhui (Anhui)")]),
    TableError([FAULT]),
    GlyphError("京", "京"),
    errors.UsageError("no such folder"),
]


@pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: type(error).__name__)
def test_an_error_survives_pickling(error):
    """A worker process hands it to its parent whole."""
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes

    assert type(again) is type(error)
    assert str(again) == str(error)


def test_every_error_is_one_of_ours():
    """One except clause in the command line is enough."""
    raised = [
        member
        for member in vars(errors).values()
        if isinstance(member, type) and issubclass(member, Exception)
    ]

    assert all(issubclass(member, AnalysisError) for member in raised)
    assert all(member.__doc__ for member in raised)


def test_a_fault_says_where_and_what_to_do():
    """File, line, column, found value, rule, remedy, in both languages."""
    assert str(FAULT) == (
        "regions.csv, line 3, column level: found 'town': not a known level; write district"
    )
    assert str(Fault("a.csv", 0, "", "nothing", LEVEL, DISTRICT)) == (
        "a.csv: found nothing: not a known level; write district"
    )
    assert FAULT.text.zh == "regions.csv第3行“level”列：'town'：级别未知；写district"


def test_faults_are_told_by_file_and_line():
    """Whatever the order they were found in."""
    other = Fault("regions.csv", 2, "level", "'x'", LEVEL, DISTRICT)
    error = TableError([FAULT, other])

    assert error.faults == [other, FAULT]
    assert str(error).startswith("2 faults in the tables\n  regions.csv, line 2")


def test_a_word_far_from_all_names_some():
    """The message stays short."""
    known = [f"indicator_{i}" for i in range(100)]

    told = str(WordError("indicator", "zzz", known))

    assert "(100 are known)" in told
    assert len(told) < 250


def test_near_words_that_are_given_are_named(monkeypatch):
    """With how many are known, in the language of messages."""
    near = [Text("anhui (安徽)", "anhui (Anhui)")]
    told = WordError(say("word.region"), "安", ["chuxiong", "anhui"], near)

    monkeypatch.setenv("REGIONAL_SAFETY_LANGUAGE", "en")
    assert str(told) == "region '安' is not known; did you mean anhui (Anhui)? (2 are known)"
    monkeypatch.setenv("REGIONAL_SAFETY_LANGUAGE", "zh")
    assert str(told) == "地区 '安' 不存在，是否指 anhui (安徽)？（共有2个）"


# Rooms whose errors a reader of figures or tables meets.
READ = ("language", "tables", "statistics", "comparability", "charts", "figures", "explore")
OF_PYTHON = {"AttributeError", "KeyError", "TypeError", "ValueError"}  # caught, or of an import


def _in_english_only(path):
    """The lines of a module that raise an error with text of their own."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        call = node.exc if isinstance(node, ast.Raise) else None
        if isinstance(call, ast.Call) and call.args and isinstance(call.func, ast.Name):
            text = isinstance(call.args[0], ast.JoinedStr | ast.Constant)
            if text and call.func.id not in OF_PYTHON:
                yield f"{path.name}:{node.lineno}"


def test_errors_of_figures_and_tables_have_both_languages():
    """Their words are messages."""
    home = Path(errors.__file__).parent
    paths = [path for room in READ for path in (home / room).rglob("*.py")]

    assert [line for path in paths for line in _in_english_only(path)] == []
