"""Usage errors in the language of the reader, and what click says among them."""

import inspect
import re

import pytest
from click import core, decorators, exceptions, formatting, parser, types
from click.testing import CliRunner
from small import Project

from analysis.cli import translation
from analysis.cli.main import main
from analysis.errors import BusyError, WordError
from analysis.language.messages import LANGUAGE, catalogue, say

HANZI = re.compile(r"[\u4e00-\u9fff]")
CLICK = {name: text for name, text in catalogue().items() if name.startswith("click.")}


@pytest.fixture
def project(tmp_path):
    """The options that name a small project."""
    return ["--project", str(Project(tmp_path / "project").root)]


def output(*words, language="zh"):
    """What a command prints with exit code 2."""
    done = CliRunner().invoke(main, words, env={LANGUAGE: language})
    assert done.exit_code == 2, done.output
    return done.stderr


@pytest.mark.parametrize(("name", "text"), CLICK.items(), ids=list(CLICK))
def test_every_translation_is_of_a_message_of_click(name, text):
    """A message that a new version of click words otherwise is found here."""
    modules = (core, decorators, exceptions, formatting, parser, types)
    sources = [re.sub(r'"\s+"', "", inspect.getsource(module)) for module in modules]

    assert any(f'"{text.en}"' in source for source in sources), name


WRONG = {
    ("run", "--no-such-option"): "没有选项",
    ("run", "--deadlin", "5"): "是否指",
    ("run", "--deadline", "x"): "--deadline",
    ("run", "--deadline", "nan"): "不是秒数",
    ("run", "--jobs", "-1"): "不在范围",
    ("run", "--jobs", "x"): "不是有效的",
    ("run", "--executor", "rocket"): "不在可选值",
    ("run", "--project", "/no/such/folder"): "不存在",
    ("no-such-command",): "没有命令",
    ("explain",): "缺少参数",
    ("compile", "/no/such/file"): "不存在",
    ("trace", "/dev/zero"): "不是",
    ("accept",): "请给出审阅表",
    ("deck", "--select"): "需要图名",
    ("simulate", "--regions", "0"): "不在范围",
    ("status", "extra"): "多余的参数",
}


@pytest.mark.parametrize("words", WRONG, ids=" ".join)
def test_a_wrong_command_line_is_refused_in_chinese(words, project):
    """Usage, hint and error; a word of the command line itself stays as it was typed."""
    named = project if words[0] == "deck" else []

    assert WRONG[words] in output(*words, *named)
    assert not HANZI.search(output(*words, *named, language="en"))


@pytest.mark.parametrize(
    ("words", "zh"),
    [
        (["run", "drwa"], "任务 'drwa' 不存在，是否指"),
        (["job", "draw"], "指4项任务"),
        (["job", "draw", "-p", "language=fr"], "不存在，是否指 zh, en"),
        (["job", "draw", "-p", "language"], "不是参数"),
        (["run", "--executor", "dask", "--scheduler", "x"], "不是调度器地址"),
        (["accept", "--undo"], "没有可撤销的内容"),
    ],
)
def test_a_request_that_cannot_be_met_is_refused_in_chinese(words, zh, project):
    """By the commands themselves."""
    told = output(*words, *project)

    assert zh in told
    assert told.startswith("错误：")
    assert output(*words, *project, language="en").startswith("Error: ")


def test_outside_a_project_both_languages_say_so(tmp_path, monkeypatch):
    """There is neither a plan nor a table."""
    monkeypatch.chdir(tmp_path)

    for command in ("plan", "check"):
        assert "请在项目文件夹中运行" in output(command)
        assert "run this inside the project" in output(command, language="en")


@pytest.mark.parametrize(
    ("words", "variable", "expected"),
    [
        (["run", "--language", "zh"], "en", "zh"),
        (["run", "--language=zh"], "en", "zh"),
        (["run", "--language", "fr"], "zh", "zh"),
        (["run", "--language"], "zh", "zh"),
        ([], "fr", "en"),
    ],
)
def test_the_language_is_known_before_the_options_are(monkeypatch, words, variable, expected):
    """Of another option that is wrong, too."""
    monkeypatch.setenv(LANGUAGE, variable)
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")

    assert translation.chosen_language(words) == expected


def test_an_error_has_both_languages():
    """Of words and locks; an error in one language only is the same in the other."""
    word = WordError(say("word.region"), "x", ["anhui"])
    assert word.text.zh == "地区 'x' 不存在，是否指 anhui？"
    assert str(word) == "region 'x' is not known; did you mean anhui?"
    assert str(BusyError(say("error.busy", lock="run"))).startswith("busy: another process")
    assert BusyError("one text").text.zh == "one text"
