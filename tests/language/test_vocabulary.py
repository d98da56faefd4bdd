"""Closed words refuse the rest, and say what is near."""

import pytest

from analysis.errors import WordError
from analysis.language import vocabulary as words

VOCABULARIES = [
    member
    for member in vars(words).values()
    if isinstance(member, type) and issubclass(member, words.Word) and member is not words.Word
]


@pytest.mark.parametrize("vocabulary", VOCABULARIES, ids=lambda member: member.__name__)
def test_an_unknown_word_is_refused_by_name(vocabulary):
    """With the vocabulary it is not in."""
    with pytest.raises(WordError, match=rf"{vocabulary.__name__.lower()} 'zzz' is not known"):
        vocabulary("zzz")


@pytest.mark.parametrize("vocabulary", VOCABULARIES, ids=lambda member: member.__name__)
def test_a_word_is_its_own_text(vocabulary):
    """So that it can stand in a table."""
    assert all(vocabulary(str(word)) is word for word in vocabulary)
    assert all(word == word.strip() for word in vocabulary)
    assert vocabulary.__doc__


def test_levels_are_ordered_from_the_widest():
    """The order every figure keeps."""
    assert [level.order for level in words.Level] == list(range(len(words.Level)))
    assert words.Level.PROVINCE.order < words.Level.DISTRICT.order


def test_the_nearest_words_are_named():
    """A slip is mended by the message."""
    with pytest.raises(WordError, match="did you mean actual"):
        words.Status("actaul")
