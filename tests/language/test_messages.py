"""The catalogue of messages: complete, in both languages, neutral, and used."""

import ast
import re
from collections import defaultdict
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
    *("Reliability", "Role", "Rule", "Scope", "Standing", "Status", "Verdict", "Vintage"),
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


FORMS = defaultdict(list)  # the texts of a message: one, or one for each category of plural
for _name, _text in MESSAGES.items():
    FORMS[FORM.sub("", _name)].append(_text)
IDS = sorted(FORMS)


def test_ids_are_plain_and_in_order():
    """Ids are dotted words of lower-case letters; the file is sorted by them."""
    assert list(MESSAGES) == sorted(MESSAGES)
    assert [name for name in IDS if not re.fullmatch(r"[a-z_]+(\.[a-z_0-9]+)+", name)] == []


def test_every_message_is_filled_in_both_languages():
    """Chinese in Chinese, English in English; a plural form may exist in one language only."""
    chinese = Locale("zh").plural_form.tags | {"other"}
    plurals = {name: FORM.search(name) for name in MESSAGES}
    superfluous = [n for n, form in plurals.items() if form and form[1] not in chinese]
    assert [name for name in superfluous if MESSAGES[name].zh] == []
    assert [name for name, text in MESSAGES.items() if not text.en] == []
    english = {name: re.sub("[余多近不足中文]", "", text.en) for name, text in MESSAGES.items()}
    assert [name for name, text in english.items() if HANZI.search(text)] == []


def test_both_languages_have_the_same_placeholders():
    """A value that one language leaves out is a mistake of the translator."""
    for message in IDS:
        texts = FORMS[message]
        wanted = set().union(*(placeholders(text.zh) for text in texts))
        for text in texts:
            assert placeholders(text.en) | {"count"} == wanted | {"count"}, message


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_plural_message_has_every_form_of_each_language(language):
    """The categories are those of CLDR: ``one`` and ``other`` in English, ``other`` in Chinese."""
    wanted = Locale(language).plural_form.tags | {"other"}
    have = defaultdict(set)
    for name, text in MESSAGES.items():
        if (form := FORM.search(name)) and text[language]:
            have[FORM.sub("", name)].add(form[1])
    plural = {n for n in IDS if n not in MESSAGES}

    assert {message: have[message] for message in plural} == dict.fromkeys(plural, wanted)


def test_every_id_in_the_code_is_in_the_catalogue_with_its_values():
    """A missing id or value would stop a figure."""
    for path, name, words in calls():
        if name.endswith("*"):
            assert [one for one in IDS if one.startswith(name[:-1])], (path, name)
            continue
        assert name in FORMS, (path, name)
        needed = set().union(*(placeholders(text.zh + text.en) for text in FORMS[name]))
        if words and None not in words:
            assert words - {"count"} == needed - {"count"}, (path, name)


def test_every_message_is_used():
    """A text that nothing prints is deleted; `click.` are tested with the command line."""
    texts, starts = constants()
    words = (*(f"{name.lower()}." for name in LABELLED), "click.", "help.", "term.")  # of cli
    assert [n for n in IDS if n not in texts and not n.startswith(starts + words)] == []


@pytest.mark.parametrize("name", LABELLED)
def test_every_word_that_code_branches_on_has_its_text(name):
    """A new rule, reason or mark without its text fails here, not on a slide."""
    words = list(getattr(vocabulary, name))

    assert len({label(word).zh for word in words}) > 1
    assert {f"{name}.{word.name}".lower() for word in words} == {
        one for one in IDS if one.startswith(f"{name.lower()}.")
    }


def test_no_message_praises_or_blames():
    """A figure reports; it does not call a result better or worse."""
    texts = {n: text.zh + text.en.replace("not better safety", "") for n, text in MESSAGES.items()}

    assert [name for name, text in texts.items() if PRAISE.search(text)] == []


def test_every_term_is_in_other_messages_and_filled_in():
    """A phrase of one message alone belongs in that message."""
    raw = (ROOT / "analysis" / "language" / "messages.csv").read_text("utf-8")

    for term in (name for name in IDS if name.startswith("term.")):
        assert raw.count(f"{{{term}}}") > 2, term
    assert [name for name, text in MESSAGES.items() if "{term" in text.zh + text.en] == []


def test_an_unknown_id_is_refused():
    """A wrong id fails at once and names itself."""
    with pytest.raises(KeyError, match=r"note\.unknown"):
        say("note.unknown", count=2)
