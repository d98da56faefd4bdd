"""
The language of messages, and the messages of click in it.

click passes each of its messages through gettext, but comes without catalogues; here they are rows
``click.*`` of the catalogue of this package.
"""

import locale
import os
from collections.abc import Mapping, Sequence
from itertools import pairwise

import click
from click import core, exceptions, formatting, parser, types

from analysis.language.messages import catalogue
from analysis.language.text import Text
from analysis.language.vocabulary import Language
from analysis.project import LANGUAGE

OPTION = "--language"
_MODULES = (core, exceptions, formatting, parser, types)


def locale_language() -> str:
    """Return ``zh`` in a Chinese locale, else ``en``."""
    variables = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    tag = next(filter(None, variables), None) or locale.getlocale()[0] or ""
    return "zh" if tag.lower().startswith(("zh", "chinese")) else "en"


def chosen_language(words: Sequence[str]) -> str:
    """
    Return the language that a command line names, else the variable, else the locale.

    >>> chosen_language(["run", "--no-such-option", "--language", "zh"])
    'zh'
    """
    named = [after for word, after in pairwise(words) if word == OPTION]
    named += [word.partition("=")[2] for word in words if word.startswith(f"{OPTION}=")]
    known = [name for name in (*named, os.environ.get(LANGUAGE)) if name in {*Language}]
    return str(known[0]) if known else locale_language()


def translate_click(language: str) -> None:
    """Let click write its messages in *language*."""
    chinese: Mapping[str, str] = {}
    if language == Language.ZH:
        messages = catalogue().items()
        chinese = {text.en: text.zh for name, text in messages if name.startswith("click.")}

    def single(message: str) -> str:
        return chinese.get(message, message)

    def plural(one: str, other: str, count: int) -> str:
        return single(one if count == 1 else other)

    for module in _MODULES:
        for name, function in (("_", single), ("ngettext", plural)):
            if hasattr(module, name):
                setattr(module, name, function)


def language_of(context: click.Context | None) -> str:
    """Return the language of messages of a command."""
    language = context.find_root().meta.get(LANGUAGE) if context is not None else None
    return str(language or chosen_language([]))


def refuse(text: Text) -> click.UsageError:
    """Return the error of a wrong combination of options, in the language of the command."""
    return click.UsageError(text[language_of(click.get_current_context(silent=True))])
