"""The gallery in a real browser: marks, languages, search, keys, and nothing from outside."""

import json
import re

import pytest
from publications import HOSTILE, figure, hostile, row, written

from analysis.publish.gallery import gallery

pytestmark = pytest.mark.slow
MANY = 3_200


@pytest.fixture(scope="module")
def figures(tmp_path_factory):
    """A gallery of one figure of each kind and a hostile one."""
    folder = written(tmp_path_factory.mktemp("project"), more=[hostile(), hostile("en")])
    gallery.build(folder)
    return folder


@pytest.fixture
def page(chromium, figures):
    """A page on the gallery; what it says on the console and asks for is held against it."""
    yield from opened(chromium, figures)


def opened(chromium, folder, **options):
    """A page that fails its test when it errs, alerts, or asks for anything outside."""
    made = chromium.new_page(**options)
    said, asked = [], []
    made.on("console", lambda message: said.append(message.text))
    made.on("pageerror", lambda error: said.append(str(error)))
    made.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    made.on("request", lambda request: asked.append(request.url))
    made.goto((folder / "index.html").as_uri())
    made.wait_for_selector(".cards a")
    yield made
    made.close()
    assert said == []
    assert [url for url in asked if not url.startswith("file:")] == []


def keys(folder):
    """Every figure of the gallery."""
    text = (folder / "gallery" / "index.js").read_text("utf-8")
    data = json.loads(text.removeprefix("window.GALLERY=").rstrip(";\n"))
    return [one["key"] for one in data["figures"]]


def visit(page, key):
    """Go to one figure."""
    page.evaluate("hash => { location.hash = hash; }", f"#/figure/{key}")
    page.wait_for_selector(f"text={key}")


def test_each_mark_shows_its_sentence(page, figures):
    """Every kind of figure, every mark: a click shows the phrase of its row."""
    for key in keys(figures):
        visit(page, key)
        for mark in page.query_selector_all(".picture button"):
            mark.evaluate("one => one.click()")
            said = page.inner_text(".sentence")
            name = mark.get_attribute("aria-label")
            assert " ".join(name.split())[:40] in " ".join(said.split())
            assert page.query_selector(".sentence blockquote").inner_text()
            assert mark.get_attribute("aria-pressed") == "true"


@pytest.mark.parametrize(
    ("language", "note", "shown"),
    [
        ("en", "年初快报", "(in Chinese) 年初快报"),
        ("en", "early figure", "early figure"),
        ("zh", "年初快报", "年初快报"),
    ],
)
def test_a_chinese_note_names_its_language_in_english(chromium, tmp_path, language, note, shown):
    """The note of a row, below its sentence."""
    one = row(note=note)
    noted = [figure("profile-noted", [one], language=part) for part in ("zh", "en")]
    folder = written(tmp_path, more=noted)
    gallery.build(folder, language=language)
    for page in opened(chromium, folder):
        visit(page, "profile-noted")
        page.evaluate(
            "hash => { location.hash = hash; }", f"#/figure/profile-noted?mark={one['id']}"
        )
        page.wait_for_selector(".sentence strong")
        assert shown in page.inner_text(".sentence").splitlines()


def test_a_click_takes_the_mark_under_the_pointer(chromium, tmp_path):
    """Marks closer than a finger is wide, few or many: each is met in its middle."""
    for number, many in enumerate((12, 300)):
        rows = [row(f"r{place:03d}", 10 + place, region_zh=f"第{place}县") for place in range(many)]
        close = [
            {
                "id": one["id"],
                "panel": 0,
                "box": [0.05 + 0.015 * (place % 60), 0.1 + 0.03 * (place // 60), 0.01, 0.02],
            }
            for place, one in enumerate(rows)
        ]
        crowd = figure(
            f"open-hazards-crowd{number}",
            rows,
            kind="open_hazards",
            marks=close,
            lines=[{"name": "x", "panel": 0, "x": [], "y": []}],
        )
        folder = written(tmp_path / str(number), more=[crowd])
        gallery.build(folder)
        for page in opened(chromium, folder, viewport={"width": 1280, "height": 900}):
            visit(page, f"open-hazards-crowd{number}")
            for one in rows[::7]:
                mark = page.locator(f'.picture button[data-row="{one["id"]}"]')
                box = mark.bounding_box()
                page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
                assert mark.get_attribute("aria-pressed") == "true"
                assert one["region_zh"] in page.inner_text(".sentence strong")


def test_the_language_is_switched(page):
    """All words change, and so does the picture."""
    visit(page, "trend-deaths")
    assert page.get_attribute("html", "lang") == "zh-CN"
    page.click("#language")

    assert page.get_attribute("html", "lang") == "en"
    assert "trend-deaths-en" in page.get_attribute(".picture img", "src")
    assert page.inner_text("h2") == "The fall is within chance"
    assert not re.search("[\u4e00-\u9fff]", page.inner_text("nav a"))


def test_search_and_filters_narrow_the_list(page):
    """Words in either language; a filter; and the number found, told to screen readers."""
    page.fill("#search", "漏斗没有这个词")
    page.wait_for_function("() => document.querySelectorAll('.cards li').length === 0")
    page.fill("#search", "trend")
    page.wait_for_function("() => document.querySelectorAll('.cards li').length === 1")
    assert page.inner_text("[role=status]") == "1 张图"
    page.fill("#search", "")
    page.select_option("#family", "comparison")
    page.wait_for_function("() => document.querySelectorAll('.cards li').length === 2")
    page.select_option("#region", "anshan")
    page.wait_for_function("() => document.querySelectorAll('.cards li').length === 1")


def test_keys_alone_are_enough(page):
    """Tab to a figure, Enter, Tab to its marks, arrows between them."""
    page.fill("#search", "comparison-deaths")
    page.wait_for_function("() => document.querySelectorAll('.cards li').length === 1")
    page.focus(".cards a")
    page.keyboard.press("Enter")
    page.wait_for_selector(".picture button")
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('.picture') !== null"):
            break
    first = page.evaluate("document.activeElement.dataset.row")
    page.keyboard.press("ArrowRight")
    second = page.evaluate("document.activeElement.dataset.row")

    assert {first, second} == {"nantong-deaths-2024", "chuxiong-deaths-2024"}
    assert "死亡45人" in page.inner_text(".sentence")
    page.keyboard.press("End")
    assert page.evaluate("document.activeElement.dataset.row") == "anshan-deaths-2024"


def test_hostile_words_are_inert_and_legible(page):
    """Shown as they were written; nothing runs, nothing is linked."""
    visit(page, "comparison-hostile")
    said = page.inner_text("main")

    for words in HOSTILE[:3]:
        assert words in said
    assert page.query_selector("main script") is None
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1")


def test_every_control_has_a_name(page):
    """Buttons, links, inputs and pictures say what they are."""
    for key in ("", "comparison-deaths", "coverage-shared-1"):
        if key:
            visit(page, key)
        nameless = page.evaluate(
            """() => [...document.querySelectorAll("a, button, input, select, img")].filter(one =>
                !(one.textContent.trim() || one.getAttribute("aria-label") || one.alt
                  || one.closest("label") || (one.tagName === "IMG" && one.alt === "")))
                .map(one => one.outerHTML)"""
        )
        assert nameless == []
    assert page.get_attribute(".picture img", "alt") == "图中：楚雄45人。"


@pytest.mark.parametrize(
    "options",
    [
        {"viewport": {"width": 360, "height": 740}},
        {"viewport": {"width": 1280, "height": 800}, "color_scheme": "dark"},
    ],
    ids=["narrow", "dark"],
)
def test_it_fits_a_phone_and_the_dark(chromium, figures, options):
    """No sideways scrolling of the page; words stand out from the ground."""
    for page in opened(chromium, figures, **options):
        visit(page, "trend-deaths")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1")
        colours = page.evaluate(
            """() => { const s = getComputedStyle(document.body);
                 return [s.color, s.backgroundColor]; }"""
        )
        light = [sum(map(int, re.findall(r"\d+", colour)[:3])) for colour in colours]
        assert abs(light[0] - light[1]) > 400


def test_it_prints(page):
    """On paper there are no controls, and the sentences of all marks are in the table."""
    visit(page, "comparison-deaths")
    page.emulate_media(media="print")

    assert not page.is_visible("nav")
    assert page.is_visible("table")
    assert len(page.pdf()) > 10_000


def test_the_first_paint_is_quick(page):
    """Under a second from a cold start of the page."""
    paints = page.evaluate("performance.getEntriesByType('paint').map(one => one.startTime)")

    assert max(paints) < 1_000


def test_three_thousand_regions_are_usable(chromium, tmp_path):
    """A list of 3,200 figures and one figure with 3,200 marks: painted, searched and clicked."""
    regions = [f"r{number:04d}" for number in range(MANY)]
    rows = [
        row(code, 10 + place, region_zh=f"第{place}县", region_en=f"County {place}")
        for place, code in enumerate(regions)
    ]
    more = [figure(f"profile-{one['region']}", [one]) for one in rows]
    for place, one in enumerate(more):
        one["title"] = {"zh": f"第{place}县一页", "en": f"County {place}"}
    more.append(figure("peers-many", rows))
    folder = written(tmp_path, more=more)
    gallery.build(folder)

    for page in opened(chromium, folder):
        paints = page.evaluate("performance.getEntriesByType('paint').map(one => one.startTime)")
        assert max(paints) < 2_000
        page.evaluate("window.began = performance.now()")
        page.fill("#search", "第3199县")
        # The page of the county, and the figure in which all of them stand.
        page.wait_for_function("() => document.querySelectorAll('.cards li').length === 2")
        assert page.evaluate("performance.now() - window.began") < 1_500
        visit(page, "peers-many")
        page.wait_for_function(
            f"() => document.querySelectorAll('.picture button').length === {MANY}"
        )
        page.evaluate("window.began = performance.now()")
        page.evaluate("[...document.querySelectorAll('.picture button')].at(-1).click()")
        assert "第3199县" in page.inner_text(".sentence")
        assert page.evaluate("performance.now() - window.began") < 1_000


def test_the_address_has_search_filter_and_language(page):
    """A page opened at that address shows the same list."""
    page.fill("#search", "deaths")
    page.select_option("#region", "chuxiong")
    page.wait_for_function("() => location.hash.includes('text=deaths')")
    page.click("#language")
    count = page.locator(".cards li").count()

    address = page.evaluate("location.hash")
    assert {"text=deaths", "region=chuxiong", "language=en"} <= {*re.split("[?&]", address)}
    other = page.context.browser.new_page()
    other.goto(page.url)
    other.wait_for_selector(".cards a")
    assert other.locator(".cards li").count() == count
    assert other.input_value("#search") == "deaths"
    assert other.evaluate("document.documentElement.lang") == "en"
    other.close()


def test_the_address_has_the_chosen_mark(page):
    """A page opened at that address shows its sentence."""
    visit(page, "trend-deaths")
    mark = page.query_selector_all(".picture button")[0]
    mark.evaluate("one => one.click()")
    said = page.inner_text(".sentence")

    assert f"mark={mark.get_attribute('data-row')}" in page.url
    other = page.context.browser.new_page()
    other.goto(page.url)
    other.wait_for_selector(".sentence blockquote")
    assert other.inner_text(".sentence") == said
    other.close()


VIEWS = ("", "missing", "changes", "definitions", "about", "figure/trend-deaths")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(page, scheme):
    """On no page, in no language and in no colours."""
    from axe_playwright_python.sync_playwright import Axe

    page.emulate_media(color_scheme=scheme)
    for view in VIEWS:
        for language in ("zh", "en"):
            page.evaluate("hash => { location.hash = hash; }", f"#/{view}?language={language}")
            page.wait_for_selector("main :is(h2, .cards)")
            violations = Axe().run(page, options={"preload": False}).response["violations"]
            assert [(view, one["id"], one["nodes"][0]["html"]) for one in violations] == []
