"""The doubts of the reader: every one has its wording, in the language asked for."""

import ast
import io
import json
from pathlib import Path

import openpyxl
import pytest
import qingshan

from analysis.language.messages import catalogue
from analysis.reports import compilation, review

ROOM = Path(__file__).parents[2] / "analysis" / "reports"


def named():
    """The ids that the room passes to ``Doubt``."""
    calls = (node for path in ROOM.glob("*.py") for node in ast.walk(ast.parse(path.read_text())))
    return {
        node.args[0].value
        for node in calls
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Doubt"
    }


@pytest.fixture(scope="module")
def report():
    """The made-up report, compiled."""
    return compilation.compiled(qingshan.TEXT, qingshan.DATA, region="qingshan")


def test_every_doubt_has_a_message_and_every_message_is_used():
    """A doubt without its wording would stop a workbook; a wording without a doubt is dead."""
    messages = {name.partition("[")[0] for name in catalogue() if name.startswith("doubt.")}
    assert {f"doubt.{name}" for name in named()} == messages


@pytest.mark.parametrize(
    ("language", "doubt", "head"),
    [
        ("zh", "没有数字的表述", "所在句子"),
        ("en", "stated without a numeral", "sentence of the report"),
    ],
)
def test_the_review_is_in_the_language_asked_for(report, language, doubt, head):
    """Doubts and heads of the workbook and doubts of the other formats are in one language."""
    book = openpyxl.load_workbook(io.BytesIO(review.workbook(report, language)))
    heads, *lines = book["review"].iter_rows(values_only=True)
    lists = [json.loads(line)["doubts"] for line in compilation.jsonl(report, language)]

    assert f"sentence\n{head}" in heads
    assert any(doubt in (line[-1] or "") for line in lines)
    assert any(doubt in doubts for doubts in lists)
    assert doubt in compilation.as_csv(report, language)


def test_what_accept_would_store_does_not_depend_on_the_language(report):
    """Only heads, hints and doubts are worded; reasons and notes are cells of the tables."""
    books = [
        openpyxl.load_workbook(io.BytesIO(review.workbook(report, language)))["review"]
        for language in ("zh", "en")
    ]
    zh, en = ([row[:-1] for row in book.iter_rows(2, values_only=True)] for book in books)

    assert zh == en
