"""The catalogue of messages: complete, in both languages, neutral, and used."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest
from babel import Locale

from analysis.language import vocabulary
from analysis.language.messages import catalogue, label, placeholders, say

ROOT = Path(__file__).parents[2]
HANZI = re.compile(r"[\u4e00-\u9fff]")
PRAISE = re.compile(r"improv|better|worse|deteriorat|好转|改善|恶化|更好|更差", re.IGNORECASE)
FORM = re.compile(r"\[(\w+)\]$")
LABELLED = (
    *("Gap", "Mark", "Method", "Outcome", "Promise"),
    *("Reliability", "Rule", "Scope", "Standing", "Status", "Verdict", "Vintage"),
)
MESSAGES = catalogue()


@cache
def modules():
    """Every module of the package as a tree, by its file name."""
    paths = sorted((ROOT / "analysis").rglob("*.py"))
    return [(path.name, ast.parse(path.read_text("utf-8"))) for path in paths]


@cache
def calls():
    """Every call of ``say`` in the package: the file, the id and the keywords."""
    found = []
    for path, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "say" and node.args:
                words = {word.arg for word in node.keywords}
                found += [(path, one, words) for one in identifiers(node.args[0])]
    return found


@cache
def constants():
    """Every string of the package, which may be an id that is passed on, and its f-strings."""
    nodes = [node for _, tree in modules() for node in ast.walk(tree)]
    texts = {node.value for node in nodes if isinstance(node, ast.Constant)}
    starts = [node.values[0] for node in nodes if isinstance(node, ast.JoinedStr)]
    starts = {one.value for one in starts if isinstance(one, ast.Constant)}
    return texts, tuple(one for one in starts if re.fullmatch(r"[a-z_]+\.[a-z_.]*", one))


def identifiers(node):
    """The ids that an argument may be; the part before the first brace of an f-string."""
    if isinstance(node, ast.IfExp):
        return [*identifiers(node.body), *identifiers(node.orelse)]
    if isinstance(node, ast.JoinedStr):
        return [f"{node.values[0].value}*"]
    return [node.value] if isinstance(node, ast.Constant) else []


def forms(message):
    """The texts of a message: one, or one for each category of plural."""
    return [text for name, text in MESSAGES.items() if FORM.sub("", name) == message]


IDS = sorted({FORM.sub("", name) for name in MESSAGES})


def test_ids_are_plain_and_in_order():
    """Ids are dotted words of lower-case letters; the file is sorted by them."""
    assert list(MESSAGES) == sorted(MESSAGES)
    assert [name for name in IDS if not re.fullmatch(r"[a-z_]+(\.[a-z_0-9]+)+", name)] == []


@pytest.mark.parametrize(("name", "text"), MESSAGES.items(), ids=list(MESSAGES))
def test_every_message_is_filled_in_both_languages(name, text):
    """Chinese in Chinese, English in English; a plural form may exist in one language only."""
    language = FORM.search(name)
    if language and language[1] not in Locale("zh").plural_form.tags | {"other"}:
        assert not text.zh, name
    assert text.en, name
    assert not HANZI.search(re.sub("[余多近不足中文]", "", text.en)), name


@pytest.mark.parametrize("message", IDS)
def test_both_languages_have_the_same_placeholders(message):
    """A value that one language leaves out is a mistake of the translator."""
    texts = forms(message)
    wanted = set().union(*(placeholders(text.zh) for text in texts))
    for text in texts:
        assert placeholders(text.en) | {"count"} == wanted | {"count"}, message


@pytest.mark.parametrize("message", sorted({n for n in IDS if n not in MESSAGES}))
def test_a_plural_message_has_every_form_of_each_language(message):
    """The categories are those of CLDR: ``one`` and ``other`` in English, ``other`` in Chinese."""
    for language in ("zh", "en"):
        wanted = Locale(language).plural_form.tags | {"other"}
        have = {
            FORM.search(n)[1]
            for n in MESSAGES
            if FORM.sub("", n) == message and MESSAGES[n][language]
        }
        assert have == wanted, (message, language)


def test_every_id_in_the_code_is_in_the_catalogue_with_its_values():
    """A missing id or value would stop a figure."""
    for path, name, words in calls():
        if name.endswith("*"):
            assert [one for one in IDS if one.startswith(name[:-1])], (path, name)
            continue
        assert name in IDS, (path, name)
        needed = set().union(*(placeholders(text.zh + text.en) for text in forms(name)))
        if words and None not in words:
            assert words - {"count"} == needed - {"count"}, (path, name)


def test_every_message_is_used():
    """A text that nothing prints is deleted; `click.` are tested with the command line."""
    texts, starts = constants()
    words = (*(f"{name.lower()}." for name in LABELLED), "click.", "help.")  # of cli
    assert [n for n in IDS if n not in texts and not n.startswith(starts + words)] == []


@pytest.mark.parametrize("name", LABELLED)
def test_every_word_that_code_branches_on_has_its_text(name):
    """A new rule, reason or mark without its text fails here, not on a slide."""
    words = list(getattr(vocabulary, name))

    assert len({label(word).zh for word in words}) > 1
    assert {f"{name}.{word.name}".lower() for word in words} == {
        one for one in IDS if one.startswith(f"{name.lower()}.")
    }


@pytest.mark.parametrize(("name", "text"), MESSAGES.items(), ids=list(MESSAGES))
def test_no_message_praises_or_blames(name, text):
    """A figure reports; it does not call a result better or worse."""
    assert not PRAISE.search(text.zh + text.en.replace("not better safety", "")), name


def test_an_unknown_id_is_refused():
    """A wrong id fails at once and names itself."""
    with pytest.raises(KeyError, match=r"note\.unknown"):
        say("note.unknown", count=2)
