"""
The explorer's widgets: choices, the figure and its rows, and a button that saves it.

``choices`` decides what may be chosen. An unavailable option is shown greyed out; choosing it
shows the reason and changes nothing.
"""

import base64
import gc
import math
from collections.abc import Callable, Iterable
from functools import partial
from html import escape
from pathlib import Path
from typing import Any

import ipywidgets as widgets
import pandas as pd

from analysis import files, project
from analysis.errors import UsageError
from analysis.figures import manifest
from analysis.figures.record import save
from analysis.language import labels, numbers, values
from analysis.language.messages import say
from analysis.language.text import Text
from analysis.language.vocabulary import Language
from analysis.publish.deck import slides
from analysis.rows import as_records
from analysis.tables.load import Tables

from .choices import YEARS, Answer, Option, Question, Questions

NOTEBOOK = "9_explore"
READS = ("reports", "regions", "indicators", "units", "breakdowns", "context", "observations/*")
_CHOSEN, _REFUSED = "● ", "✕ "
_LABELS = {
    "theme": "widgets.labels.theme",
    "indicator": "widgets.labels.indicator",
    "region": "widgets.labels.region",
    "period": "widgets.labels.period",
    "beside": "widgets.labels.beside",
    "language": "widgets.labels.language",
}
_LOOK = """<style>
.rs-explore {max-width: 1120px}
.rs-explore .rs-row {flex-flow: row wrap; align-items: center}
.rs-explore .rs-row .widget-label {width: 5.5em; min-width: 5.5em}
.rs-explore .rs-row button {width: auto; height: auto; min-height: 28px; max-width: 100%;
  line-height: 1.35; padding: 3px 10px; white-space: normal; text-align: left}
.rs-explore button.rs-chosen {background: #1F2933; color: #fff; border: 1px solid #9CA3AF}
.rs-explore button.rs-refused {background: transparent; color: #6B7280; border: 1px dashed #6B7280}
.rs-explore button:focus-visible, .rs-explore select:focus-visible {outline: 3px solid #153C85}
.rs-explore .widget-dropdown, .rs-explore select {min-width: 0; max-width: 100%}
.rs-explore .widget-html, .rs-explore .widget-html-content {min-width: 0; max-width: 100%}
.rs-explore .widget-html-content {line-height: 1.5; white-space: normal}
.rs-explore .rs-said {min-height: 1.6em; margin: 4px 0; font-weight: 600}
.rs-explore .rs-wide {overflow-x: auto}
.rs-explore .rs-wide img {width: 100%; min-width: 620px; background: #fff}
.rs-explore .rs-reading {font-size: 1.1em; margin: 8px 0; white-space: pre-line}
.rs-explore table {border-collapse: collapse; min-width: 620px}
.rs-explore th, .rs-explore td {text-align: left; vertical-align: top; padding: 3px 12px 3px 0;
  border-bottom: 1px solid #E5E7EB}
.rs-explore td:nth-child(-n+4) {white-space: nowrap}
.rs-explore pre {font-family: monospace; white-space: pre-wrap; overflow-wrap: anywhere}
</style>"""


class Explorer:
    """
    The explorer panel, shown as the last line of a cell.

    Parameters
    ----------
    data
        The tables, loaded.
    language
        The initial language, ``zh`` or ``en``.
    indicator, region, period, beside
        The initial question; an empty part is the first available option.

    Raises
    ------
    WordError
        For an unknown word, naming the nearest ones.
    UsageError
        For a question that names something refused, with the reason.

    Examples
    --------
    >>> from analysis.tables import load
    >>> panel = Explorer(load.load(), language="en", indicator="deaths", region="chuxiong")
    >>> panel.question.beside, panel.name
    ('years', 'trend-deaths-chuxiong-2024-years-en')
    >>> panel.choose("beside", "nantong").endswith("14.3% down")  # the reason it is refused
    True
    """

    def __init__(
        self,
        data: Tables,
        *,
        language: str = "zh",
        indicator: str = "",
        region: str = "",
        period: str = "",
        beside: str = "",
    ) -> None:
        self.asked = Questions(data)
        self.language = str(Language(language))
        request = Question(indicator, region, period, beside)
        refusal = self.asked.refused(request)
        self.question = self.asked.settled(request)
        if refusal is not None:
            name = self.asked.name(self.question.indicator)
            raise UsageError(say("widgets.no_answer", indicator=name, refusal=refusal))
        self.answer: Answer
        themes = data.indicators.set_index("indicator")["theme"]
        self._theme_of: dict[str, str] = {str(code): str(one) for code, one in themes.items()}
        self.controls: dict[str, _List | _Row] = {
            "theme": _List(self._show_theme),
            "indicator": _List(partial(self.choose, "indicator")),
            "region": _Row(partial(self.choose, "region")),
            "period": _Row(partial(self.choose, "period")),
            "beside": _Row(partial(self.choose, "beside")),
            "language": _Row(self.speak),
        }
        self._message, self._why_not, self._shown = (widgets.HTML() for _ in range(3))
        self._story, self._kept = (widgets.HTML() for _ in range(2))
        self._keep = widgets.Button()
        self._keep.on_click(lambda _: self.keep())
        self.box = self._laid_out()
        self._redraw()
        # Collecting garbage among the loaded tables would take longer than a redraw.
        gc.freeze()

    def _laid_out(self) -> Any:
        controls = [one.box for one in self.controls.values()]
        shown = [self._message, self._why_not, self._shown, self._story]
        kept = [_row(self._keep), self._kept]
        return _class(widgets.VBox([widgets.HTML(_LOOK), *controls, *shown, *kept]), "rs-explore")

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        """Return the panel, and its picture for pages where no widgets run."""
        bundle: dict[str, Any] = self.box._repr_mimebundle_()
        picture = base64.b64encode(self.answer.figure._repr_png_()).decode()
        return {**bundle, "image/png": picture, "text/plain": self.answer.reading[self.language]}

    @property
    def name(self) -> str:
        """Return the name of the figure shown; its first word is the kind of its chart."""
        kind = "trend" if self.question.beside == YEARS else "comparison"
        return "-".join([kind, *self.question, self.language])

    def choose(self, part: str, value: str) -> str:
        """
        Set one *part* of the question; later parts that no longer fit are replaced.

        Returns
        -------
        str
            The reason if the option is unavailable, else an empty string.
        """
        options = self.asked.options(part, self.question)
        refusal = next((one.refusal for one in options if one.value == value), None)
        if refusal is None:
            self.question = self.asked.nearest(self.question._replace(**{part: value}))
            self._redraw()
            return ""
        self._say(refusal[self.language])
        return refusal[self.language]

    def speak(self, language: str) -> None:
        """Show everything in *language*."""
        self.language = str(Language(language))
        self._redraw()

    def keep(self) -> list[Path]:
        """
        Write the figure, the entry of ``plan.toml`` that rebuilds it, and a deck of one slide.

        Returns
        -------
        list of Path
            The files, in the folder of figures made outside of runs.
        """
        folder, name = project.output(), self.name
        save(self.asked.answer(self.question, self.language).figure, name)
        parameters = {"language": self.language, **self.question._asdict()}
        deck = slides.slide(folder, name, notebook=f"{NOTEBOOK}.ipynb", parameters=parameters)
        entry = plan_entry(self.question, self.language)
        files.write(folder / f"{name}.toml", entry.encode())
        files.write(folder / f"{name}.pptx", deck)
        written = [folder / f"{name}.{kind}" for kind in ("svg", "png", "json", "toml", "pptx")]
        self._kept.value = _kept_html(written, entry, self.language)
        return written

    def _show_theme(self, theme: str) -> None:
        """Choose the first available indicator of *theme*."""
        first = next(one for one in self.asked.indicators(theme) if one.reason is None)
        self.choose("indicator", first.value)

    def _redraw(self) -> None:
        """Show the answer first, then the options and the reasons of unavailable ones."""
        self._say("")
        self._kept.value = ""
        self.answer = self.asked.answer(self.question, self.language)
        self._shown.value = answer_html(self.answer, self.name, self.language)
        self._offer()
        story = _folded(
            say("widgets.whence"), self.asked.why(self.question, self.language), self.language
        )
        self._story.value = f'<div class="rs-story" data-name="{self.name}">{story}</div>'

    def _offer(self) -> None:
        question, theme = self.question, self._theme_of[self.question.indicator]
        shown = {part: self.asked.options(part, question) for part in question._fields}
        shown["indicator"] = self.asked.indicators(theme)
        others = {"theme": self.asked.themes(), "language": _LANGUAGES}
        chosen = {"theme": theme, "language": self.language, **question._asdict()}
        for part, control in self.controls.items():
            options = (shown | others)[part]
            control.show(say(_LABELS[part]), options, chosen[part], self.language)
        self._why_not.value = _why_not(shown.values(), self.language)
        self._keep.description = say("widgets.keep")[self.language]

    def _say(self, words: str) -> None:
        self._message.value = f'<div class="rs-said" role="status">{escape(words)}</div>'


_LANGUAGES = [
    Option(Language.ZH.value, say("widgets.languages.x")),
    Option(Language.EN.value, say("widgets.languages.english")),
]


class _Row:
    """Options as a row of buttons; unavailable ones show their reason when clicked."""

    def __init__(self, choose: Callable[[str], object]) -> None:
        self._choose, self._options = choose, list[Option]()
        self._label: Any = widgets.Label()
        self.buttons: list[Any] = []
        self.box = _row(self._label)

    def show(self, label: Text, options: list[Option], chosen: str, language: str) -> None:
        """Show *options* with *chosen* selected."""
        self._label.value, self._options = label[language], options
        while len(self.buttons) < len(options):
            self._add()
        for button, option in zip(self.buttons, options, strict=False):
            _dress(button, option, chosen=option.value == chosen, language=language)
        # The same buttons are reused, so that the keyboard focus is kept.
        children = (self._label, *self.buttons[: len(options)])
        if self.box.children != children:
            self.box.children = children

    def _add(self) -> None:
        button, index = widgets.Button(), len(self.buttons)
        button.on_click(lambda _: self._choose(self._options[index].value))
        self.buttons.append(button)


def _dress(button: Any, option: Option, *, chosen: bool, language: str) -> None:
    refused = option.reason is not None
    sign = _CHOSEN if chosen else _REFUSED if refused else ""
    button.description = sign + option.name[language]
    button.tooltip = option.refusal[language] if option.refusal else option.name[language]
    for name, holds in {"rs-chosen": chosen, "rs-refused": refused}.items():
        (button.add_class if holds else button.remove_class)(name)


class _List:
    """Options as a drop-down list; unavailable ones come last, with their reasons."""

    def __init__(self, choose: Callable[[str], object]) -> None:
        self._choose, self._chosen = choose, ""
        self._label: Any = widgets.Label()
        self.list: Any = widgets.Dropdown(layout=widgets.Layout(width="auto"))
        self.list.observe(self._changed, "value")
        self.box = _row(self._label, self.list)

    def show(self, label: Text, options: list[Option], chosen: str, language: str) -> None:
        """Show *options* with *chosen* selected."""
        self._label.value, self._chosen = label[language], chosen
        free = [(one.name[language], one.value) for one in options if one.reason is None]
        refused = [(_REFUSED + one.refusal[language], one.value) for one in options if one.refusal]
        listed = (*free, *refused)
        if self.list.options != listed:
            self._chosen = ""  # ignore the events of the assignment below
            self.list.options = listed
            self._chosen = chosen
        self.list.tooltip = label[language]
        self.list.value = chosen

    def _changed(self, change: dict[str, Any]) -> None:
        if self._chosen and change["new"] not in {None, self._chosen}:
            self._choose(change["new"])
            self.list.value = self._chosen  # as before, if it was refused


def _row(*children: Any) -> Any:
    return _class(widgets.HBox(list(children)), "rs-row")


def _class(widget: Any, name: str) -> Any:
    return widget.add_class(name)


def plan_entry(question: Question, language: str) -> str:
    """
    Return the lines of ``plan.toml`` that make the figure of *question* a job.

    >>> entry = plan_entry(Question("deaths", "chuxiong", "2024", "years"), "en")
    >>> print(entry.splitlines()[2])
    each = { language = ["en"], indicator = ["deaths"], region = ["chuxiong"], period = ["2024"], \
    beside = ["years"] }
    """
    given = {"language": language, **question._asdict()}
    return f"{manifest.plan_entry(NOTEBOOK, given, READS)}\n"


def answer_html(answer: Answer, name: str, language: str) -> str:
    """Return the figure, its title and its rows with their evidence as HTML."""
    # SVG takes half the time of PNG and is sharp at any size; without a date, its bytes are stable.
    drawing = answer.figure.drawn("svg")
    picture = base64.b64encode(drawing).decode()
    alt = escape(answer.figure.caption.alt[language], quote=True)
    return (
        f'<div class="rs-answer" data-name="{escape(name, quote=True)}">'
        f'<div class="rs-wide"><img alt="{alt}" src="data:image/svg+xml;base64,{picture}"></div>'
        f'<p class="rs-reading">{escape(answer.reading[language])}</p>'
        f'<div class="rs-wide">{_table(answer, language)}</div></div>'
    )


def _folded(head: Text, words: str, language: str) -> str:
    summary = f"<summary>{escape(head[language])}</summary>"
    return f"<details>{summary}<pre>{escape(words)}</pre></details>"


def _table(answer: Answer, language: str) -> str:
    titles = say("widgets.heads")[language].split("|")
    heads = "".join(f'<th scope="col">{escape(title)}</th>' for title in titles)
    frames = [answer.rows, answer.figure.beside]
    lines = [
        "".join(f"<td>{escape(cell)}</td>" for cell in _cells(row, language))
        for frame in frames
        for row in as_records(frame)
    ]
    return f"<table><tr>{heads}</tr>{''.join(f'<tr>{line}</tr>' for line in lines)}</table>"


def _cells(row: dict[Any, Any], language: str) -> tuple[str, ...]:
    figure = values.stated(row) if pd.isna(row["value"]) else values.what(row)
    lower, upper = (float(row.get(name, math.nan)) for name in ("lower", "upper"))
    at = say("widgets.at", start=row["start"])[language] if row["start"] >= 0 else ""
    return (
        str(row[f"region_{language}"]),
        values.time_of(row)[language],
        figure[language],
        "" if math.isnan(lower) else numbers.interval(lower, upper, language),
        str(row["evidence"]),
        f"{labels.publication(row)[language]}{at}",
    )


def _why_not(options: Iterable[list[Option]], language: str) -> str:
    """Return a folded list of the reasons of all unavailable options."""
    refused = [one.refusal[language] for part in options for one in part if one.refusal]
    if not refused:
        return ""
    words = "".join(f"<li>{escape(one)}</li>" for one in refused)
    head = escape(say("widgets.why_not", count=len(refused))[language])
    return f"<details><summary>{head}</summary><ul>{words}</ul></details>"


def _kept_html(written: list[Path], entry: str, language: str) -> str:
    names = "".join(f"<li>{escape(path.name)}</li>" for path in written)
    written_to, how_to_repeat = say("widgets.kept")[language], say("widgets.repeat")[language]
    return (
        f'<div role="status">{written_to} <code>{escape(str(written[0].parent))}</code>'
        f"<ul>{names}</ul><p>{how_to_repeat}</p><pre>{escape(entry)}</pre></div>"
    )
