"""The lines of a run in both languages, and its events as JSON."""

import json

import pytest

from analysis.language.messages import say
from analysis.runs.progress import Progress

DONE = {"event": "done", "job": "2_trend-zh", "seconds": 1.25, "changed": 1}
COUNTS = dict.fromkeys(("done", "failed", "late", "left", "busy", "unchanged"), 0)
END = {"event": "end", **COUNTS, "done": 2, "unchanged": 50, "changed": 0, "seconds": 0.5}
FAILED = {
    "event": "failed",
    "job": "bad",
    "notebook": "bad.ipynb",
    "cell": 3,
    "line": "1 / 0",
    "cause": "ZeroDivisionError: division by zero",
    "advice": "open the kept notebook",
    "kept": "figures/failed/1/bad",
}


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("en", "done    2_trend-zh in 1.2 s, 1 value changed: never made"),
        ("zh", "完成    2_trend-zh，用时1.2秒，1个数值已变：尚未生成"),
    ],
)
def test_a_job_that_is_done_is_one_line_with_its_reason(capsys, language, line):
    """On standard error: standard output has the summary only."""
    Progress(language)({**DONE, "reason": say("stale.never_made")})

    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", f"{line}\n")


@pytest.mark.parametrize(
    ("language", "line"),
    [("en", "2 done, 50 unchanged in 0.5 s"), ("zh", "完成2项，未变50项，用时0.5秒")],
)
def test_the_end_is_a_summary_on_standard_output(capsys, language, line):
    """Only what there is, is counted."""
    Progress(language)(END)

    assert capsys.readouterr().out == f"{line}\n"


def test_a_failure_names_cell_line_cause_advice_and_folder_even_when_quiet(capsys):
    """The cell is counted from one, as a reader counts."""
    Progress("en", quiet=True)(FAILED)

    assert capsys.readouterr().err.splitlines() == [
        "FAILED  bad: bad.ipynb, cell 4 (1 / 0)",
        "  why: ZeroDivisionError: division by zero",
        "  do:  open the kept notebook",
        "  see: figures/failed/1/bad",
    ]


def test_json_is_the_same_in_both_languages(capsys):
    """A program that reads it need not know who runs it."""
    for language in ("zh", "en"):
        Progress(language, as_json=True)({**DONE, "reason": say("stale.never_made")})

    first, second = capsys.readouterr().out.splitlines()
    assert first == second
    assert json.loads(first)["reason"] == "never made"
