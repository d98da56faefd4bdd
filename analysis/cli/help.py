"""
The help of commands in Chinese.

The English text is in the code, where click expects it; the rows ``help.*`` of the catalogue of
messages have its translation, a paragraph or an option each.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache

import click

from analysis.language.messages import catalogue

_WIDTH = 54  # characters, most of which take two columns


@cache
def _translations() -> dict[str, str]:
    rows = catalogue().items()
    return {text.en: text.zh for name, text in rows if name.startswith("help.")}


def formatter(language: str) -> type[click.HelpFormatter]:
    """Return the formatter of help in *language*."""
    return ChineseHelp if language == "zh" else click.HelpFormatter


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
    return _translations().get(plain, words.replace("Example:", "示例：")) + mark + rest


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
