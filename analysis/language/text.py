"""Bilingual strings, and how they are joined. It loads without pandas."""

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
