"""The help of commands: ordinary first lines that fit the list, and every text in Chinese."""

import inspect
import re

import pytest
from click.testing import CliRunner

from analysis.cli import main
from analysis.language.messages import catalogue

COMMANDS = main.main.commands
ENGLISH = {text.en for name, text in catalogue().items() if name.startswith("help.")}


def texts(command):
    """Every paragraph of the help of *command* and its options, on one line."""
    options = [getattr(parameter, "help", None) for parameter in command.params]
    parts = [*inspect.cleandoc(command.help).split("\n\n"), *filter(None, options)]
    return {" ".join(part.split()) for part in parts}


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_text_of_a_command_has_its_translation(name):
    """A text that is changed needs its row ``help.*`` of messages.csv changed, too."""
    assert texts(COMMANDS[name]) - ENGLISH == set()


def test_no_translation_is_left_over():
    """Of a command or option that is gone."""
    used = set().union(*map(texts, COMMANDS.values())) | texts(main.main)
    assert ENGLISH - used == set()


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_the_first_line_is_a_short_sentence(name, monkeypatch):
    """It begins with a verb, ends with a full stop, and is not cut off in the list."""
    monkeypatch.setenv("REGIONAL_SAFETY_LANGUAGE", "en")
    shown = CliRunner().invoke(main.main, ["--help"]).output
    first = inspect.cleandoc(COMMANDS[name].help).splitlines()[0]
    assert re.fullmatch(r"[A-Z][a-z]+ .*\.", first)
    assert re.search(rf"^  {name} +{re.escape(first)}$", shown, re.MULTILINE)


@pytest.mark.parametrize("name", ["run", "explain", "accept"])
def test_help_is_chinese_in_a_chinese_locale(name, monkeypatch):
    """Summary, options and the list of commands."""
    monkeypatch.setenv("REGIONAL_SAFETY_LANGUAGE", "zh")
    whole = CliRunner().invoke(main.main, ["--help"], prog_name="regional-safety").output
    one = CliRunner().invoke(main.main, [name, "--help"], prog_name="regional-safety").output

    assert re.search(rf"^  {name} +[\u4e00-\u9fff].*。$", whole, re.MULTILINE)
    assert "项目文件夹" in one
    assert "Project folder" not in one
