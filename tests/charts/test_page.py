"""The page of a chart: every word measured and in its place; one shape a kind of evidence."""

import re

import numpy as np
import pytest
from drawings import Drawing, bare
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.textpath import TextPath
from tidy import row

from analysis.charts import marks, style
from analysis.charts.figure import Caption, LeftOut, described
from analysis.charts.page import Page, Room, balanced, measured, wrapped
from analysis.errors import GlyphError, UsageError
from analysis.language.text import Text
from analysis.language.vocabulary import Mark

SHORT = Text("楚雄死亡人数", "Deaths in Chuxiong")
LONG = Text("楚雄的死亡人数未超出偶然波动；" * 8, "Deaths in Chuxiong are within chance; " * 8)


def caption(text=SHORT, **more):
    """A caption that says *text* in every place."""
    return Caption(title=text, subtitle=text, source=text, alt=text, **more)


def strip(count=5, reason=SHORT):
    """The strip of regions left out."""
    names = [("anhui", "安徽", "Anhui"), ("yaohai", "瑶海", "Yaohai")]
    chosen = (names[place % 2] for place in range(count))
    return tuple(LeftOut(code, Text(zh, en), reason) for code, zh, en in chosen)


@pytest.fixture(params=["slide", "page"])
def form(request):
    """Both page forms."""
    return request.param


@pytest.fixture(params=["zh", "en"])
def language(request):
    """Both languages."""
    return request.param


def drawn(text=SHORT, language="zh", form="slide", **more):
    """The drawing of a page without a plot."""
    with style.house_style():
        return Drawing(bare(Page(caption(text, **more), language, form=form)))


@pytest.mark.parametrize("text", ["死亡45人", "Deaths: 45", "AVATAR, To −6.7%", "余/多 ≥3580件"])
def test_the_measured_width_is_the_drawn_one(text):
    """Within a hundredth: lines are broken by arithmetic, not by trying."""
    path = TextPath((0, 0), text, size=100, prop=_font())
    inked = path.get_extents().width / 72

    assert measured(text, 100) == pytest.approx(inked, rel=0.06)
    assert measured(text, 10) == pytest.approx(measured(text, 100) / 10)


def _font():
    from matplotlib.font_manager import FontProperties

    return FontProperties(fname=str(style.font_file()))


def test_lines_hold_what_fits_and_lose_nothing():
    """Every character is kept, no line is too long."""
    for text in (LONG.zh, LONG.en, "one two three", "安全safety安全"):
        lines = wrapped(text, 3.0, 12)
        assert "".join(lines).replace(" ", "") == text.replace(" ", "")
        assert all(measured(line, 12) <= 3.0 for line in lines)


def test_closing_marks_never_begin_a_line():
    """，。；）% stay with the character before them."""
    for width in (0.5, 0.7, 0.9, 1.3):
        lines = wrapped("安全，生产。事故（死亡）；下降6.7%，", width, 12)
        assert not any(line[0] in "，。；）%" for line in lines), lines


def test_opening_marks_never_end_a_line():
    """（《“ and an opening bracket of either script stay with the character after them."""
    for width in (0.5, 0.7, 0.9, 1.1, 1.3):
        lines = wrapped("死亡（道路）《总结》和“赛马”，县(市、区)级预案", width, 12)
        assert not any(line[-1] in "（《“(" for line in lines), lines


def test_a_subtitle_begins_with_a_capital():
    """As titles, notes and sentences do; what the caption says elsewhere is left as it is."""
    drawing = drawn(Text("各主题", "figures by theme"), language="en")

    assert "Figures by theme" in drawing.said


def test_a_word_longer_than_the_line_is_kept_whole():
    """Better too long than cut."""
    assert wrapped("misunderstanding", 0.1, 12) == ["misunderstanding"]


def test_no_line_of_a_title_ends_in_a_single_word():
    """The last line is filled from the one before; the number of lines stays."""
    for text, width in ((LONG.zh[:29], 5.0), ("one two three four", 1.0), (LONG.en, 4.0)):
        plain, better = wrapped(text, width, 14), balanced(text, width, 14)
        assert len(better) == len(plain)
        assert measured(better[-1], 14) >= measured(plain[-1], 14)
        assert "".join(better).replace(" ", "") == text.replace(" ", "")


def test_words_stand_from_top_to_bottom_in_the_house_order(language):
    """Title, subtitle, strip, notes, source."""
    title, subtitle, note, source = (Text(c * 3, c * 3) for c in "甲乙丙丁")
    page = Caption(title, subtitle, source, SHORT, strip(1, Text("戊", "戊")), (note,))
    with style.house_style():
        places = {t: box.y0 for t, box in Drawing(bare(Page(page, language))).words}

    strips = {"zh": "未列入：安徽——戊", "en": "Left out: Anhui\u00a0– 戊"}
    order = [places[text] for text in ("甲甲甲", "乙乙乙", strips[language], "丙丙丙", "丁丁丁")]
    assert order == sorted(order, reverse=True)


def test_long_words_stay_on_the_page_and_apart(language, form):
    """Eight sentences in each place, five regions left out with long reasons."""
    drawing = drawn(LONG, language, form, left_out=strip(5, LONG), notes=(LONG, SHORT))

    assert drawing.faults == {}


def test_the_room_lies_between_the_words(form):
    """What is plotted there covers no word."""
    with style.house_style():
        page = Page(caption(left_out=strip(3), notes=(SHORT,)), "zh", form=form)
    room, high = page.room, page.size.height * page.plot.dpi
    inside = [
        text
        for text, box in Drawing(bare(page)).words
        if box.y1 > room.bottom / page.size.height * high
        and box.y0 < (room.bottom + room.height) / page.size.height * high
    ]

    assert inside == []
    assert room.height > page.size.height / 2


def test_no_text_is_smaller_than_the_notes(form):
    """12 points on a slide, 7.5 on half a page; only the pointer in the corner is smaller."""
    with style.house_style():
        page = Page(caption(left_out=strip(3), notes=(SHORT,)), "zh", form=form)

    sizes = sorted(text.get_fontsize() for text in page.plot.texts)
    assert sizes[0] == page.size.corner
    assert sizes[1] == page.size.foot == {"slide": 12, "page": 7.5}[form]


def test_every_region_left_out_is_named_with_its_reason(language):
    """A row of the figure, not a footnote."""
    reasons = [Text(f"原因{n}", f"reason {n}") for n in "一二"]
    entries = tuple(
        LeftOut(code, Text(zh, en), reason)
        for (code, zh, en), reason in zip(
            [("anhui", "安徽", "Anhui"), ("yaohai", "瑶海", "Yaohai")], reasons, strict=True
        )
    )
    told = drawn(language=language, left_out=entries).said

    for entry in entries:
        assert entry.name[language] in told
        assert entry.reason[language] in told


def test_nobody_left_out_leaves_no_strip():
    """No heading over nothing."""
    assert "未列入" not in drawn().said


def test_notes_are_sentences_with_one_stop_between(language):
    """However they were written."""
    notes = (Text("甲。", "first."), Text("乙", "second"))
    told = drawn(language=language, notes=notes).said

    assert ("甲。乙" if language == "zh" else "First. Second") in told


def test_the_plot_takes_three_fifths_however_much_there_is_to_say(language, form):
    """What has no room is counted in the foot; the caption, and so the record, has all of it."""
    reasons = [Text(f"原因{n}", f"reason {n}") for n in "一二三四五六七八九十" * 3]
    entries = tuple(LeftOut("anhui", Text("安徽", "Anhui"), reason) for reason in reasons)
    notes = tuple(Text(f"说明{n}" * 5, f"note {n} " * 8) for n in range(30))
    drawing = drawn(language=language, form=form, left_out=entries, notes=notes)

    *_, width, height = drawing.figure.room
    assert width * height >= 0.6
    assert re.search({"zh": r"另有\d+条", "en": r"\d+ more notes"}[language], drawing.said)
    assert drawing.faults == {}
    assert drawing.figure.caption.notes == notes


def test_both_languages_have_the_same_notes(form):
    """A note that has no room in one language is counted in both."""
    notes = tuple(Text(f"说明{n}", f"a much longer note {n} " * 9) for n in range(30))
    counted = {
        re.search(r"(\d+)(条| more notes)", drawn(language=each, form=form, notes=notes).said)[1]
        for each in ("zh", "en")
    }

    assert len(counted) == 1


def test_the_corner_names_no_path():
    """A reader of a slide has no repository."""
    assert "docs/" not in drawn().said


def test_regions_left_out_for_one_reason_share_it(language):
    """Each name once, the reason once."""
    entries = (
        LeftOut("anhui", Text("安徽", "Anhui"), SHORT),
        LeftOut("yaohai", Text("瑶海", "Yaohai"), SHORT),
    )

    names = {"zh": "安徽、瑶海——", "en": "Anhui, Yaohai\u00a0– "}[language]
    assert f"{names}{SHORT[language]}" in drawn(language=language, left_out=entries).said


def test_a_text_alternative_counts_what_has_no_room():
    """At most 250 characters in either language, and the same rows in both."""
    shown = [Text(f"甲{n}年4{n}人", f"Chuxiong 20{n} {n} people") for n in range(10, 40)]
    alt = described("trend.figure", shown, title=SHORT, missing=SHORT)

    counted = {
        re.search(pattern, words)[1]
        for pattern, words in ((r"另有(\d+)项", alt.zh), (r"and (\d+) more", alt.en))
    }
    assert max(len(alt.zh), len(alt.en)) <= 250
    assert len(counted) == 1
    assert alt.en.count("people") == 30 - int(counted.pop())


def test_a_missing_glyph_stops_the_page():
    """Before anything is drawn."""
    with pytest.raises(GlyphError, match="𓀀"):
        drawn(Text("安全𓀀", "safety"))


def test_marks_grow_with_the_form():
    """A dot of a slide would cover the lines of half a page."""
    sizes = [Page(caption(), "zh", form=form).mark for form in ("slide", "page")]

    assert sizes[0] > 1.4 * sizes[1]


def test_every_kind_of_evidence_looks_different_without_colour():
    """Shape, filling, ring or shade; a direction is an arrow and what is missing has no mark."""
    looks = []
    for mark in marks.SHAPES:
        figure = Figure()
        axes = figure.add_subplot()
        marks.draw(axes, 0, 0, row() | {"mark": mark})
        looks.append(
            tuple(
                (
                    line.get_marker(),
                    line.get_markerfacecolor() == line.get_markeredgecolor(),
                    line.get_alpha(),
                )
                for line in axes.lines
            )
        )

    assert len(set(looks)) == len(looks)
    assert set(marks.SHAPES) == set(Mark) - {Mark.DIRECTION_ONLY, Mark.MISSING}


def test_zero_is_drawn_as_a_dot_with_a_ring():
    """Zero is a value, never nothing."""
    axes = Figure().add_subplot()
    marks.draw(axes, 0, 0, row(value=0) | {"mark": "zero"})

    assert len(axes.lines) == 2
    assert [line.get_ydata()[0] for line in axes.lines] == [0, 0]


@pytest.mark.parametrize(("direction", "rise", "reach"), [(-1, -1, 0), (1, 1, 0), (0, 0, 1)])
def test_an_arrow_points_the_way_of_the_change(direction, rise, reach):
    """Down, up, or level where nothing changed; its length is the same on every scale."""
    lengths = []
    for top in (1, 1000):
        figure = Figure()
        axes = figure.add_subplot()
        axes.set_ylim(0, top)
        marks.arrow(axes, 0.5, top / 2, row() | {"direction": direction})
        patch = axes.texts[0].arrow_patch
        figure.draw_without_rendering()
        tail, head = (np.array(end) for end in patch._posA_posB)
        assert np.sign(np.round(head - tail, 6)).tolist() == [reach, rise]
        lengths.append(round(float(np.abs(head - tail).sum()), 6))

    assert lengths[0] == lengths[1]


def test_axes_stand_where_they_are_asked_to():
    """Inches from the lower left corner of the page."""
    with style.house_style():
        page = Page(caption(), "zh")
        axes = page.axes(Room(1, 2, 3, 4))

    box = axes.get_position()
    assert (box.x0 * 13.333, box.y0 * 7.5) == pytest.approx((1, 2), abs=1e-3)
    assert (box.width * 13.333, box.height * 7.5) == pytest.approx((3, 4), abs=1e-3)


def test_a_page_takes_the_place_of_axes_with_its_title_alone(language):
    """The other words of the caption would not be readable in a part of a figure."""
    figure = Figure(figsize=(16, 5))
    left, right = figure.subplots(1, 2)

    with style.house_style():
        part = Page(caption(left_out=strip(2), notes=(SHORT,)), language, ax=right)

    assert figure.axes == [left]
    assert [words.get_text() for words in part.plot.texts] == [SHORT[language]]
    canvas = FigureCanvasAgg(figure)
    boxes = [words.get_window_extent(canvas.get_renderer()) for words in part.plot.texts]
    assert min(box.x0 for box in boxes) > figure.bbox.width / 2
    assert max(box.x1 for box in boxes) <= figure.bbox.width
    assert part.caption.title == SHORT
    assert part.size.note >= 7


def test_axes_that_stand_freely_are_refused():
    """They have no place that a page could take."""
    free = Figure().add_axes((0.1, 0.1, 0.5, 0.5))

    with pytest.raises(UsageError, match="subplots"):
        Page(caption(), "en", ax=free)
