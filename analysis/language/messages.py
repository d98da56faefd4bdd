"""
The message catalogue: every constant text of the package in Chinese and English.

``messages.csv`` has one line per message: an id, the Chinese and the English text. Braces name the
values that the caller fills in, or a message ``term.*``, a phrase that several messages share. A
message whose wording depends on a number has one line for each plural category of CLDR, such as
``targets.count[one]`` and ``targets.count[other]``; the value named ``count`` chooses.
"""

import csv
import locale
import os
import re
from collections.abc import Callable
from functools import cache
from importlib import resources
from io import StringIO
from string import Formatter
from typing import Any

from .text import Text
from .vocabulary import Language, Word

_FILE = "messages.csv"
_TERM = re.compile(r"\{(term\.\w+)\}")
LANGUAGE = "REGIONAL_SAFETY_LANGUAGE"  # the variable that sets the language of messages


@cache
def catalogue() -> dict[str, Text]:
    """
    Return every message by its id, with its terms filled in and the other braces unfilled.

    >>> catalogue()["mark.exact"].en
    'reported figure'
    """
    text = resources.files(__package__).joinpath(_FILE).read_text("utf-8")
    lines = {line["id"]: line for line in csv.DictReader(StringIO(text))}

    def filled(line: dict[str, str], language: Language) -> str:
        return _TERM.sub(lambda term: lines[term[1]][language], line[language])

    return {
        name: Text(filled(line, Language.ZH), filled(line, Language.EN), name)
        for name, line in lines.items()
    }


def say(message: str, **values: Any) -> Text:
    """
    Return the message with the id *message*, filled with *values*.

    A value that is a :class:`Text` gives each language its own words.

    Raises
    ------
    KeyError
        If the catalogue has no such message, or a value for a brace is missing.

    Examples
    --------
    >>> say("rule.year", years=2).en
    'years apart: 2'
    """
    text = catalogue().get(message)
    if text is None and "count" in values:
        text = _plural(message, values["count"])
    if text is None:
        raise KeyError(f"{message} is not a row of {_FILE}")
    return text.format(**values) if values else text


def message_language() -> str:
    """Return the language of messages: that of the environment, else of the locale."""
    given = os.environ.get(LANGUAGE, "")
    return given if given in {*Language} else locale_language()


def locale_language() -> str:
    """Return ``zh`` in a Chinese locale, else ``en``."""
    variables = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    tag = next(filter(None, variables), None) or locale.getlocale()[0] or ""
    return "zh" if tag.lower().startswith(("zh", "chinese")) else "en"


def advice(fault: str, **values: Any) -> tuple[Text, Text]:
    """
    Return the rule that a fault breaks and its remedy, both filled with *values*.

    >>> [text.en for text in advice("empty")]
    ['empty', 'fill it in']
    """
    return say(f"fault.{fault}", **values), say(f"remedy.{fault}", **values)


def label(word: Word) -> Text:
    """
    Return the text of a word of a closed vocabulary.

    >>> from analysis.language.vocabulary import Mark
    >>> label(Mark.EXACT).en
    'reported figure'
    """
    return catalogue()[f"{type(word).__name__}.{word.name}".lower()]


def placeholders(text: str) -> set[str]:
    """
    Return the names in the braces of *text*.

    >>> sorted(placeholders("{count} of {total:,}"))
    ['count', 'total']
    """
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def _plural(message: str, count: Any) -> Text:
    """Choose the form of *message* for *count* in each language."""
    forms = catalogue()
    zh, en = (forms[f"{message}[{_plural_rule(lang)(count)}]"][lang] for lang in Language)
    return Text(zh, en, message)


@cache
def _plural_rule(language: Language) -> Callable[[Any], str]:
    """Return the plural rule of *language*; the rest of the locale takes 0.1 s to load."""
    from babel import localedata

    rule: Callable[[Any], str] = localedata.load(language.value, merge_inherited=False)[
        "plural_form"
    ]
    return rule
