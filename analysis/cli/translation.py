"""
The language of the command line: of its messages, those of click, and the help of commands.

click passes each of its messages through gettext, but comes without catalogues; here they are rows
``click.*`` of the catalogue of this package. The English help is in the code, where click expects
it; rows ``help.*`` have its translation, a paragraph or an option each.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import pairwise

import click
from click import core, exceptions, formatting, parser, types

from analysis.language.messages import LANGUAGE, catalogue, message_language
from analysis.language.text import Text
from analysis.language.vocabulary import Language

OPTION = "--language"
_WIDTH = 54  # characters, most of which take two columns
_MODULES = (core, exceptions, formatting, parser, types)


def chosen_language(words: Sequence[str]) -> str:
    """
    Return the language that a command line names, else the variable, else the locale.

    >>> chosen_language(["run", "--no-such-option", "--language", "zh"])
    'zh'
    """
    named = [after for word, after in pairwise(words) if word == OPTION]
    named += [word.partition("=")[2] for word in words if word.startswith(f"{OPTION}=")]
    return next((name for name in named if name in {*Language}), message_language())


def translate_click(language: str) -> None:
    """Let click write its messages in *language*."""
    chinese = _chinese("click.") if language == Language.ZH else {}

    def single(message: str) -> str:
        return chinese.get(message, message)

    def plural(one: str, other: str, count: int) -> str:
        return single(one if count == 1 else other)

    for module in _MODULES:
        for name, function in (("_", single), ("ngettext", plural)):
            if hasattr(module, name):
                setattr(module, name, function)


def in_language(text: Text) -> str:
    """Return a text in the language of messages of the command that is running."""
    context = click.get_current_context(silent=True)
    language = context.find_root().meta.get(LANGUAGE) if context is not None else None
    return text[language or chosen_language([])]


def notice(text: Text) -> None:
    """Print a message to standard error, in the language of the command."""
    click.echo(in_language(text), err=True)


def refuse(text: Text) -> click.UsageError:
    """Return the error of a wrong combination of options, in the language of the command."""
    return click.UsageError(in_language(text))


@cache
def _chinese(start: str) -> dict[str, str]:
    """Return the Chinese of each English message whose id begins with *start*."""
    return {text.en: text.zh for name, text in catalogue().items() if name.startswith(start)}


def help_formatter(language: str) -> type[click.HelpFormatter]:
    """Return the formatter of help in *language*."""
    return ChineseHelp if language == Language.ZH else click.HelpFormatter


def translated(text: str) -> str:
    """
    Return the Chinese of a help text, or the text where there is none.

    >>> translated("Print failures only.  [default: no]")
    '只输出失败。  [default: no]'
    """
    return "\n\n".join(map(_paragraph, text.split("\n\n")))


def _paragraph(text: str) -> str:
    words, mark, rest = text.partition("  [")
    plain = " ".join(words.split())
    return (
        (_chinese("help.") | _chinese("click.")).get(plain, words.replace("Example:", "示例："))
        + mark
        + rest
    )


class ChineseHelp(click.HelpFormatter):
    """A formatter of help that translates texts as it writes them."""

    def write_text(self, text: str) -> None:
        """Write paragraphs."""
        with self._narrow():
            super().write_text(translated(text))

    def write_dl(
        self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2
    ) -> None:
        """Write options or commands with their texts."""
        rows = [(name, translated(text)) for name, text in rows]
        with self._narrow():
            super().write_dl(rows, col_max, col_spacing)

    @contextmanager
    def _narrow(self) -> Iterator[None]:
        """Break lines earlier, because a Chinese character takes two columns."""
        width = self.width
        self.width = min(width, _WIDTH)
        yield
        self.width = width
