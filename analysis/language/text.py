"""Bilingual strings, and how they are joined. It loads without pandas."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from . import numbers
from .vocabulary import Language


@dataclass(frozen=True, slots=True)
class Text:
    """A string in Chinese and in English, with the id of its message if it is one."""

    zh: str
    en: str
    id: str = field(default="", compare=False, repr=False)

    def __str__(self) -> str:
        return self.en

    def __getitem__(self, language: str) -> str:
        """Return the string in *language*."""
        return self.zh if Language(language) is Language.ZH else self.en

    def __bool__(self) -> bool:
        """Return whether either string has a character."""
        return bool(self.zh or self.en)

    def __add__(self, other: "Text") -> "Text":
        """Return both strings, one after the other, in each language."""
        return Text(self.zh + other.zh, self.en + other.en)

    def format(self, **words: object) -> "Text":
        """
        Fill the braces of both languages; a :class:`Text` gives each language its own string.

        >>> Text("{name}有", "{name} has").format(name=Text("安徽", "Anhui")).en
        'Anhui has'
        """
        zh = {key: word.zh if isinstance(word, Text) else word for key, word in words.items()}
        en = {key: word.en if isinstance(word, Text) else word for key, word in words.items()}
        return Text(self.zh.format(**zh), self.en.format(**en), self.id)

    def aside(self) -> "Text":
        """
        Return the text in brackets, as an addition to another one; an empty text stays empty.

        >>> Text("矿山", "mines").aside().en, Text("", "").aside().en
        (' (mines)', '')
        """
        if not self.zh:
            return self
        return Text(numbers.bracketed(self.zh, "zh"), numbers.bracketed(self.en, "en"))

    @staticmethod
    def joined(texts: "Iterable[Text]", *, zh: str = "；", en: str = "; ") -> "Text":
        """
        Join *texts* with the separators *zh* and *en*.

        >>> Text.joined([Text("甲", "A"), Text("乙", "B")]).en
        'A; B'
        """
        kept = list(texts)
        return Text(zh.join(text.zh for text in kept), en.join(text.en for text in kept))

    @staticmethod
    def listed(texts: "Iterable[Text]") -> "Text":
        """
        Join *texts* as the items of one line; an item that is empty in a language is left out.

        >>> Text.listed([Text("演练", "Drills"), Text("场", ""), Text("2024年", "2024")]).en
        'Drills | 2024'
        """
        kept = list(texts)
        return Text(
            "｜".join(text.zh for text in kept if text.zh),
            " | ".join(text.en for text in kept if text.en),
        )


# Characters that nobody sees: they hide, join, vary or turn the direction of what stands beside.
INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff"
)
_INVISIBLE = re.compile(f"[{INVISIBLE}]")
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def visible(text: str) -> str:
    r"""
    Return *text* without invisible characters.

    >>> visible("鞍山\u200b\ufe0f")
    '鞍山'
    """
    return _INVISIBLE.sub("", text)


def narrow(text: str) -> str:
    """
    Return *text* with full-width forms as ASCII, and nothing else changed.

    Raised, circled and Roman digits stay, because a footnote mark is no digit.

    >>> narrow("１，０５２　Ａ"), narrow("4²④Ⅳ")
    ('1,052 A', '4²④Ⅳ')
    """
    return text.translate(_WIDE)


def harmless(text: str) -> str:
    r"""
    Return *text* with control characters as escapes, so that no terminal obeys them.

    Characters that turn the direction of writing are among them; line breaks and tabs stay.

    >>> harmless("a\x1b[2J\n\x9b0m")
    'a\\u001b[2J\n\\u009b0m'
    """
    return _CONTROLS.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
