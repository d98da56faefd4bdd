"""The site of the docs: built without a warning, whole, and asking nothing of the network."""

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import pytest

ROOT = Path(__file__).parents[1]
LOADED = {"script": "src", "link": "href", "img": "src", "iframe": "src", "source": "src"}

pytestmark = pytest.mark.slow


class Page(HTMLParser):
    """What a page loads, where it leads, its language, and the places that a link may name."""

    def __init__(self, path):
        super().__init__()
        self.loaded, self.leads, self.places = [], [], set()
        self.language, self.pictures = "", []
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag, attrs):
        """One tag."""
        given = dict(attrs)
        self.places.add(given.get("id"))
        if tag in LOADED and given.get(LOADED[tag]):
            self.loaded.append(given[LOADED[tag]])
        if tag == "html":
            self.language = given.get("lang")
        if tag == "img":
            self.pictures.append(given.get("alt") or "")
        if tag == "a" and given.get("href"):
            self.leads.append(given["href"])


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The site, as `make site-docs` builds it."""
    target = tmp_path_factory.mktemp("site")
    command = [sys.executable, str(ROOT / "docs" / "build_site.py"), str(target)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return target


@pytest.fixture(scope="module")
def site(built):
    """Every page by its path."""
    return {path: Page(path) for path in built.rglob("*.html")}


def test_every_page_is_there(built):
    """README, each page of docs, each tutorial, and each module of the front door."""
    docs = [path.relative_to(ROOT) for path in (ROOT / "docs").rglob("*.md")]
    tutorial = [path.relative_to(ROOT) for path in (ROOT / "docs" / "tutorial").rglob("*.ipynb")]
    wanted = [Path("index"), Path("README.zh.md"), *docs, *tutorial, Path("api/charts")]

    assert len(tutorial) == 8
    assert [page for page in wanted if not (built / page.with_suffix(".html")).exists()] == []
    assert (built / "api" / "comparability.rules.html").exists()


def test_nothing_is_loaded_from_elsewhere(built, site):
    """No script, font, picture or style sheet of another host, in a page or a style sheet."""
    loaded = {link for page in site.values() for link in page.loaded}
    styles = "".join(path.read_text("utf-8") for path in built.rglob("*.css"))
    loaded |= set(re.findall(r"url\(\s*['\"]?([^'\")]+)|@import\s+['\"]([^'\"]+)", styles))

    assert len(loaded) > 5
    assert [link for link in loaded if re.match(r"(https?:)?//", str(link))] == []


def test_every_link_within_the_site_leads_somewhere(site):
    """To a file, and to a place in it if one is named."""
    lost = []
    for path, page in site.items():
        for link in page.leads:
            to = urlsplit(link)
            if to.scheme or to.netloc or link == "#":
                continue
            file = (path.parent / unquote(to.path)).resolve() if to.path else path
            place = unquote(to.fragment)
            known = site[file].places if file in site else {place}
            if not file.exists() or (place and place not in known):
                lost.append((path.name, link))

    assert lost == []


def test_each_page_has_its_language_and_each_picture_its_words(built, site):
    """A screen reader reads Chinese pages as Chinese, and says what a picture shows."""
    languages = {path.relative_to(built).as_posix(): page.language for path, page in site.items()}
    chinese = {name for name in languages if name.endswith(".zh.html") or "/zh/" in name}

    assert len(chinese) >= 15
    assert {languages[name] for name in chinese} == {"zh-CN"}
    assert {languages[name] for name in set(languages) - chinese} == {"en"}
    assert [path for path, page in site.items() if not all(page.pictures)] == []


@pytest.mark.parametrize(
    ("words", "page"),
    [("interval", "method.en"), ("死亡", "method.zh"), ("死亡人数", "missing.zh")],
)
def test_search_finds_words_of_both_languages(chromium, built, words, page):
    """Chinese is found by pairs of characters, without spaces between words."""
    view = chromium.new_page()
    view.goto(f"{(built / 'search.html').as_uri()}?q={quote(words)}")
    assert view.wait_for_selector(f"#search-results a[href*='{page}']")
    view.close()


@pytest.mark.parametrize(
    "name",
    ["index", "README.zh", "docs/questions", "docs/publishing.zh", "docs/architecture",
     "docs/dictionary.en", "docs/tutorial/1_find_and_read", "docs/tutorial/zh/1_find_and_read"],
)  # fmt: skip
def test_axe_finds_nothing_to_correct(chromium, built, name):
    """Names of controls, headings, tables, contrast and languages, as axe-core checks them."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    view = chromium.new_page()
    view.goto((built / f"{name}.html").as_uri())
    result = axe.run(view).response["violations"]
    view.close()

    serious = [(v["id"], v["nodes"][0]["html"]) for v in result]
    assert serious == []


def test_the_tutorial_shows_what_its_cells_show(built):
    """Pictures and tables of a run, not of a memory."""
    page = (built / "docs" / "tutorial" / "1_find_and_read.html").read_text("utf-8")

    assert "0.88 (0.58–1.34)" in page
    assert "各类生产安全事故42起、死亡45人" in page
    assert re.search(r"<img alt=\"[^\"]{40,}\" [^>]*1_find_and_read-[^\"]*\.png", page)


def test_a_function_is_told_by_its_docstring(built):
    """With what it takes and gives."""
    page = (built / "api" / "statistics.intervals.html").read_text("utf-8")

    assert 'id="analysis.statistics.intervals.rate_ratio"' in page
    assert "Parameters" in page
