"""The method page: every example runs, and the committed pages are what the package writes."""

import doctest
from pathlib import Path

import methods
import pytest

from analysis.language.vocabulary import Language

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("method", methods.METHODS, ids=lambda method: method.name.en)
def test_example_gives_what_it_prints(method, monkeypatch):
    """A worked example of the page is a doctest over our own tables."""
    monkeypatch.chdir(ROOT)
    parsed = doctest.DocTestParser().get_doctest(method.example, {}, method.name.en, None, 0)
    assert parsed.examples
    result = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE).run(parsed)
    assert result.failed == 0


@pytest.mark.parametrize("language", Language)
def test_committed_page_is_the_generated_one(language):
    """A page edited by hand, or left behind by a change, fails."""
    committed = (ROOT / "docs" / methods.PAGES[language]).read_text(encoding="utf-8")
    assert committed == methods.page(language)
