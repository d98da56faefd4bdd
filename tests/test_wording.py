"""The words of docs, notebooks and messages: terms of the glossary, plain sentences."""

import json
import re
from pathlib import Path

import pages
import pytest

from analysis.language.messages import catalogue

ROOT = Path(__file__).parents[1]
TERMS = pages.glossary()
PLAIN = (  # idiom that readers stumble over; write what is done, found or missing
    r"\btold\b(?! apart)",
    r"\bof ours\b",
    r"\bwhence\b",
    r"\bnobody\b",
    r"\bsomebody\b",
    r"\bis put right\b",
    r"\bmend(?:s|ed|ing)?\b",
    r"\bset beside\b",
    r"\bstands? (?:apart|aside|below|beside|by|later|on|side)\b",
    r"\bis no (?:news|proof|verdict)\b",
    r"\bsilence is\b",
    r"\bholds? (?:no|a ratio|the truth)\b",
    r"\bwhat they would be again\b",
)
HISTORY = {"corrections.md"}  # quotes what was written before


def pages_of_prose():
    """Return the text of each page, notebook and catalogue by its name."""
    files = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), ROOT / "figures" / "README.md"]
    texts = {path.name: path.read_text("utf-8") for path in files if path.name not in HISTORY}
    for path in [*(ROOT / "notebooks").glob("*.ipynb"), *(ROOT / "docs").rglob("*.ipynb")]:
        cells = json.loads(path.read_text("utf-8"))["cells"]
        name = path.relative_to(ROOT).as_posix()
        texts[name] = "\n".join("".join(cell["source"]) for cell in cells)
    for language in ("zh", "en"):
        texts[f"messages, {language}"] = "\n".join(text[language] for text in catalogue().values())
    return texts


PROSE = pages_of_prose()


def retired():
    """Return the words that the glossary replaces, as patterns."""
    words = "|".join([*TERMS["retired_en"], *TERMS["retired_zh"]]).split("|")
    return [rf"\b{re.escape(word)}\b" if word.isascii() else word for word in words if word]


@pytest.mark.parametrize("name", sorted(PROSE))
def test_a_page_uses_the_terms_of_the_glossary_and_plain_words(name):
    """A retired term or an idiom would have to be guessed by a reader."""
    text = PROSE[name]
    used = {p: re.findall(rf".{{0,40}}(?i:{p}).{{0,40}}", text) for p in (*retired(), *PLAIN)}
    assert {pattern: lines for pattern, lines in used.items() if lines} == {}


def test_every_term_is_in_both_languages_and_once():
    """A glossary with a gap fixes nothing."""
    needed = TERMS[["term_en", "term_zh", "meaning_en", "meaning_zh"]]
    assert needed.ne("").all(axis=None)
    assert not TERMS["term_en"].duplicated().any()
    assert not TERMS["term_zh"].duplicated().any()
