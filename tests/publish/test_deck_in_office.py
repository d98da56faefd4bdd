"""Decks and workbooks as an office program shows them: every page whole, words apart, bars seen."""

import io
import os
import re
import shutil
import subprocess

import numpy as np
import pytest
import test_hand_edits as hand
from PIL import Image
from pptx import Presentation
from publications import figure as record
from publications import hostile, refusal, row, stated, written

from analysis.explore import trace
from analysis.publish.deck import slides
from analysis.publish.workbook import book

pytestmark = pytest.mark.slow
WORD = re.compile(r'xMin="([-\d.]+)" yMin="([-\d.]+)" xMax="([-\d.]+)" yMax="([-\d.]+)">(.*?)<')
PAGE = re.compile(r'<page width="([\d.]+)" height="([\d.]+)"')


def rendered(data, name, folder):
    """The PDF that LibreOffice makes of a file."""
    if not shutil.which("soffice"):
        pytest.fail("the slow tests need LibreOffice: bash .ci/slow-tools")
    (folder / name).write_bytes(data)
    profile = f"-env:UserInstallation=file://{folder}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder)]
    subprocess.run(
        [*command, str(folder / name)],
        check=True,
        capture_output=True,
        timeout=240,
        env=os.environ | {"HOME": str(folder)},
    )
    return (folder / name).with_suffix(".pdf")


def resaved(path, folder, kind="pptx:Impress MS PowerPoint 2007 XML"):
    """A deck or brief opened and saved by LibreOffice."""
    profile = f"-env:UserInstallation=file://{folder}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", kind]
    subprocess.run(
        [*command, "--outdir", str(folder / "again"), str(path)],
        check=True,
        capture_output=True,
        timeout=240,
        env=os.environ | {"HOME": str(folder)},
    )
    return folder / "again" / path.name


def pages(pdf):
    """The words of each page with their boxes, and the size of the page."""
    command = ["pdftotext", "-bbox", str(pdf), "-"]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found = []
    for line in text.splitlines():
        if size := PAGE.search(line):
            found.append((float(size[1]), float(size[2]), []))
        if word := WORD.search(line):
            found[-1][2].append((*map(float, word.groups()[:4]), word[5]))
    return found


def overlap(one, other):
    """How much of the smaller of two boxes the other covers."""
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    if wide <= 0 or high <= 0:
        return 0.0
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)]
    return wide * high / max(min(areas), 1e-9)


def tangled(words):
    """The pairs of words that lie over each other."""
    return [
        (one[4], other[4])
        for place, one in enumerate(words)
        for other in words[place + 1 :]
        if overlap(one, other) > 0.3
    ]


def image(pdf, page, folder):
    """One page as pixels."""
    stem = folder / f"page-{page}"
    command = ["pdftoppm", "-r", "96", "-png", "-singlefile", "-f", str(page), "-l", str(page)]
    subprocess.run([*command, str(pdf), str(stem)], check=True, capture_output=True)
    return np.asarray(Image.open(f"{stem}.png").convert("RGB")).astype(int)


def whiskers(pixels):
    """How many columns of a page hold an upright line of the colour of error bars."""
    close = (np.abs(pixels - np.array([0x4B, 0x55, 0x63])) < 40).all(axis=2)
    runs = np.zeros(close.shape[1], dtype=int)
    longest = runs.copy()
    for line in close:
        runs = np.where(line, runs + 1, 0)
        longest = np.maximum(longest, runs)
    return int((longest > 30).sum())


def full(language):
    """A deck with crowded figures: long titles, many regions left out, five regions on one axis."""
    regions = ("anhui", "anshan", "chuxiong", "nantong", "yaohai")
    five = [row(region, 30 + 9 * place) for place, region in enumerate(regions)]
    title = {
        "zh": "按人口折算楚雄生产安全事故死亡人数为南通的1.14倍（1.11–1.17），差别非偶然",
        "en": "Deaths in work-safety accidents: per person, Chuxiong has 1.14 times the figure of "
        "Nantong (1.11–1.17), more than chance alone would explain in these two years",
    }
    gaps = [
        refusal(region, "只有目标，无实绩：目标同比下降", "a target only") for region in regions
    ]
    years = [row(value=40 + n, year=2016 + n) for n in range(9)]
    changes = [stated(region, -9.25, year) for region in regions for year in (2022, 2023, 2024)]
    return [
        record("comparison-five", five, language=language, title=title),
        record("comparison-gaps", five[:2], language=language, title=title, refused=gaps),
        record("trend-long", [*years, *changes], language=language, title=title, refused=gaps),
    ]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_deck_renders_whole(language, tmp_path):
    """As many pages as slides; no word over another or off its page; no box for a glyph."""
    folder = written(tmp_path / "project", more=[*full("zh"), *full("en")])
    data = slides.deck(folder, language=language)
    pdf = rendered(data, "deck.pptx", tmp_path)
    shown = pages(pdf)

    titles = [slide.shapes.title for slide in Presentation(io.BytesIO(data)).slides]
    assert len(shown) == len(titles)
    for number, ((wide, high, words), title) in enumerate(zip(shown, titles, strict=True), 1):
        assert tangled(words) == [], f"page {number}"
        inside = [w for w in words if w[0] >= 0 and w[1] >= 0 and w[2] <= wide and w[3] <= high]
        assert inside == words, f"page {number}"
        said = "".join(word[4] for word in words)
        assert "\ufffd" not in said
        assert "".join(title.text_frame.text.split())[:8] in "".join(said.split())


def test_error_bars_are_seen(tmp_path):
    """An upright line for each interval: in comparisons and in trends."""
    folder = written(tmp_path / "project")
    data = slides.deck(folder, language="zh", patterns=["comparison-deaths", "trend-deaths"])
    pdf = rendered(data, "deck.pptx", tmp_path)
    names = [
        {shape.name.split(":")[1] for shape in slide.shapes if shape.name.startswith("rs:")}
        for slide in Presentation(io.BytesIO(data)).slides
    ]

    for name, least in (("comparison-deaths-zh", 2), ("trend-deaths-zh", 3)):
        page = next(n for n, held in enumerate(names, 1) if name in held)
        assert whiskers(image(pdf, page, tmp_path)) >= least


def test_a_hostile_deck_renders(tmp_path):
    """Attacks in every label: pages come out, the words are there to read."""
    folder = written(tmp_path / "project", more=[hostile()])
    data = slides.deck(folder, language="zh", patterns=["comparison-hostile"])
    shown = pages(rendered(data, "deck.pptx", tmp_path))

    said = " ".join(word[4] for _, _, words in shown for word in words)
    assert "HYPERLINK" in said
    assert "&lt;script&gt;" in said


def test_a_deck_saved_by_another_program_is_still_traced(tmp_path):
    """LibreOffice keeps names and properties; what it drops is said, not guessed."""
    folder = written(tmp_path / "project")
    (tmp_path / "deck.pptx").write_bytes(slides.deck(folder, language="zh"))

    found = trace.pieces(resaved(tmp_path / "deck.pptx", tmp_path))

    assert found
    assert trace.unsourced(found) == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_workbook_renders_whole(language, tmp_path):
    """Every sheet has a page, no words lie over each other, and charts show their intervals."""
    folder = written(tmp_path / "project", more=[*full("zh"), *full("en")])
    data = book.workbook(folder, language=language)
    pdf = rendered(data, "values.xlsx", tmp_path)
    shown = pages(pdf)

    assert len(shown) >= 15
    for number, (_, _, words) in enumerate(shown, 1):
        assert tangled(words) == [], f"page {number}"
    assert any(whiskers(image(pdf, page, tmp_path)) for page in range(1, len(shown) + 1))


@pytest.mark.parametrize("edit", [hand.nothing, hand.grouped, hand.retitled, hand.recoloured])
def test_a_deck_saved_by_libreoffice_shows_one_version(edit, tmp_path):
    """Every slide is renewed as a whole, and nothing is left to do the second time."""
    folder = written(tmp_path / "before", edit=hand.before)
    data = hand.edited(slides.deck(folder, language="zh"), edit)
    (tmp_path / "deck.pptx").write_bytes(data)
    saved = resaved(tmp_path / "deck.pptx", tmp_path).read_bytes()

    deck, report = hand.updated(saved, written(tmp_path / "now", edit=hand.raised), tmp_path)

    (slide,) = hand.of_figure(deck)
    assert hand.versions(slide) == {"46"}, "\n".join(report.lines())
    assert not any(hand.stale(page) for page in deck.slides)
    again = (tmp_path / "deck.pptx").read_bytes()
    assert not hand.updated(again, tmp_path / "now" / "figures", tmp_path)[1].changed
