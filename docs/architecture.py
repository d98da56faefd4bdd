"""The picture of the architecture: rooms by layer, and the way of a figure through them."""

import ast
import re
import tomllib
from pathlib import Path
from xml.sax.saxutils import escape

ROOT = Path(__file__).resolve().parents[1]
NAME = "pictures/architecture.svg"
WAY = (  # the steps of a figure, and the room in which each is taken
    ("reports", "compile proposes rows, a person decides, accept adds them"),
    ("tables", "load: one row a value, with its printed form, phrase and offset"),
    ("statistics", "intervals, rates, changes from year to year, expected counts"),
    ("comparability", "which regions may be compared, why others not, and the finding"),
    ("charts", "rows become a figure: plot, caption, regions left out"),
    ("figures", "picture, record and manifest; run takes steps 2 to 6 for each stale job"),
    ("publish", "slide, brief in Word, workbook, gallery"),
    ("explore", "explain and trace: from the slide back to the sentence"),
)
WIDTH, ROW, TOP, LEFT, MIDDLE = 1180, 46, 48, 20, 640
STYLE = (
    "text{font:14px 'Noto Sans','Segoe UI',Arial,sans-serif;fill:#1F2933}"
    ".room{font-weight:600}.small{font-size:12px;fill:#4B5563}"
    "rect{fill:#F3F4F6;stroke:#9CA3AF}.way{fill:none;stroke:#153C85;stroke-width:2}"
    "circle{fill:#153C85}.step{fill:#FFFFFF;font-weight:600;text-anchor:middle}"
)


def layers() -> list[list[str]]:
    """Return the layers of the import linter, the topmost first, without ``__main__``."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    contract = settings["tool"]["importlinter"]["contracts"][0]
    return [line.split(" | ") for line in contract["layers"] if line != "__main__"]


def summary(room: str, end: str) -> str:
    """Return the first words of the docstring of *room*, up to a mark of *end*."""
    path = ROOT / "analysis" / room
    source = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    first = (ast.get_docstring(ast.parse(source.read_text("utf-8"))) or "").partition("\n")[0]
    return re.split(f"[{end}]", first.replace("`", ""))[0]


def picture() -> str:
    """Return the picture as SVG."""
    rows = layers()
    heights = {room: TOP + ROW * line for line, rooms in enumerate(rows) for room in rooms}
    body = [*_boxes(rows), *_way(heights)]
    height = TOP + ROW * len(rows) + 10
    title = "The rooms of the package by layer, and the way of a figure from sentence to slide"
    heads = [
        _text(LEFT, 30, "Rooms: each imports only from lines below its own", "room"),
        _text(MIDDLE, 30, "The way of a figure from sentence to slide, and back", "room"),
    ]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
            f"<title>{title}</title><style>{STYLE}</style>",
            f'<path d="M0 0h{WIDTH}v{height}H0z" fill="#FFFFFF"/>',
            *heads,
            *body,
            "</svg>\n",
        ]
    )


def _boxes(rows: list[list[str]]) -> list[str]:
    parts = []
    for line, rooms in enumerate(rows):
        width = (MIDDLE - LEFT - 84) // len(rooms)
        for place, room in enumerate(rooms):
            x, y = LEFT + place * width, TOP + ROW * line
            parts += [
                f'<rect x="{x}" y="{y}" width="{width - 6}" height="{ROW - 6}" rx="4"/>',
                _text(x + 10, y + 17, room, "room"),
                _text(x + 10, y + 33, summary(room, ":;.," if len(rooms) > 1 else ":;."), "small"),
            ]
    return parts


def _way(heights: dict[str, int]) -> list[str]:
    middles = [heights[room] + ROW // 2 - 3 for room, _ in WAY]
    stops = [(MIDDLE - 22, y) for y in middles]
    stops[0] = (MIDDLE - 52, middles[0] + 12)  # the first and the last room are on one line
    stops[-1] = (MIDDLE - 22, middles[-1] - 10)
    (x, y), (to, below) = stops[:2]
    parts = [
        f'<path class="way" d="M{x} {y}V{below - 14}Q{x} {below} {x + 14} {below}H{to}"/>',
        f'<path class="way" d="M{to} {below}V{stops[-1][1]}"/>',
    ]
    for step, ((x, y), (_, words)) in enumerate(zip(stops, WAY, strict=True), start=1):
        parts += [
            f'<circle cx="{x}" cy="{y}" r="10"/>',
            _text(x, y + 5, str(step), "step"),
            _text(MIDDLE, y + 5, words, ""),
        ]
    return parts


def _text(x: int, y: int, words: str, kind: str) -> str:
    return f'<text x="{x}" y="{y}" class="{kind}">{escape(words)}</text>'
